/*
 * What the compiler gives us beyond C17, and the small macros that everything
 * uses: attributes, single-access reads and writes, container_of, type-checked
 * min and max, power-of-two rounding.
 */
#pragma once

#include "lib/types.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __packed           __attribute__((packed))
#define __aligned(n)       __attribute__((aligned(n)))
#define __noreturn         __attribute__((noreturn))
#define __printf(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define __must_check       __attribute__((warn_unused_result))
#define __maybe_unused     __attribute__((unused))
#define __used             __attribute__((used))
#define __weak             __attribute__((weak))
#define __section(name)    __attribute__((section(name)))
#define __cold             __attribute__((cold))
#define __hot              __attribute__((hot))
#undef __pure
#define __pure     __attribute__((pure))
#define __malloc   __attribute__((malloc))
#define __noinline __attribute__((noinline))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

/* Leaves a function alone that a sanitizer would break: early boot, traps. */
#define __no_sanitize \
    __attribute__((no_sanitize("address"), no_sanitize("undefined")))

/* A pointer that user space gave: only the copy functions may follow it. */
#define __user

/* The one cache line size that both machines' common CPUs have. */
#define CACHE_LINE          64
#define __cacheline_aligned __aligned(CACHE_LINE)

/* Orders the compiler only. */
#define barrier() __asm__ volatile("" ::: "memory")

/*
 * One access, neither torn, repeated nor invented by the compiler; no order
 * between CPUs. For scalars of up to 8 bytes.
 */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define READ_ONCE(x)       __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), val, __ATOMIC_RELAXED)
#endif
#endif
#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)                       \
    do {                                         \
        *(volatile __typeof__(x) *)&(x) = (val); \
    } while (0)
#endif

#define __same_type(a, b) \
    __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __concat2(a, b)  a##b
#define __concat(a, b)   __concat2(a, b)
#define __unique(prefix) __concat(prefix, __COUNTER__)
#define __stringify2(x)  #x
#define __stringify(x)   __stringify2(x)

/* A _Static_assert that is an expression of value 0. */
#define BUILD_ASSERT_ZERO(cond, msg) \
    (sizeof(struct {                 \
         _Static_assert(cond, msg);  \
         int dummy;                  \
     }) *                            \
     0)
#define BUILD_ASSERT(cond) _Static_assert(cond, #cond)
/* For layouts that hardware, disk or the ABI fixes. */
#define ASSERT_SIZE(type, n) _Static_assert(sizeof(type) == (n), #type " size")
#define ASSERT_OFFSET(type, member, n) \
    _Static_assert(offsetof(type, member) == (n), #type "." #member " offset")

#define ARRAY_SIZE(a)             \
    (sizeof(a) / sizeof((a)[0]) + \
     BUILD_ASSERT_ZERO(!__same_type((a), &(a)[0]), "not an array"))

/* The structure whose member `ptr` points to. */
#define container_of(ptr, type, member)                            \
    ({                                                             \
        _Static_assert(__same_type(*(ptr), ((type *)0)->member) || \
                           __same_type(*(ptr), void),              \
                       "container_of: wrong member type");         \
        (type *)((char *)(ptr)-offsetof(type, member));            \
    })

/*
 * min and max of two numbers of like signedness; a non-negative constant goes
 * with either. Others need min_t, max_t, which convert both first.
 */
#define __is_constexpr(x) \
    (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0L)) : (int *)8)))
#define __is_signed(x) ((__typeof__((x) + 0))-1 < (__typeof__((x) + 0))1)
#define __noneg_const(x)                                        \
    (__builtin_choose_expr(__is_constexpr(x) && __is_signed(x), \
                           (long long)(x), -1LL) >= 0)
#define __sign_ok(a, b) \
    (__is_signed(a) == __is_signed(b) || __noneg_const(a) || __noneg_const(b))
#define __pick(a, b, op, x, y)                                          \
    ({                                                                  \
        _Static_assert(__sign_ok(a, b), "min/max of mixed signedness"); \
        __typeof__((a) + (b)) x = (a);                                  \
        __typeof__((a) + (b)) y = (b);                                  \
        x op y ? x : y;                                                 \
    })
#define __pick_t(type, a, b, op, x, y) \
    ({                                 \
        type x = (type)(a);            \
        type y = (type)(b);            \
        x op y ? x : y;                \
    })
#define min(a, b)             __pick(a, b, <, __unique(min_a), __unique(min_b))
#define max(a, b)             __pick(a, b, >, __unique(max_a), __unique(max_b))
#define min_t(t, a, b)        __pick_t(t, a, b, <, __unique(min_a), __unique(min_b))
#define max_t(t, a, b)        __pick_t(t, a, b, >, __unique(max_a), __unique(max_b))
#define min3(a, b, c)         min(min(a, b), c)
#define max3(a, b, c)         max(max(a, b), c)
#define clamp(v, lo, hi)      min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi) min_t(t, max_t(t, v, lo), hi)

#define __swap(a, b, t)        \
    do {                       \
        __typeof__(a) t = (a); \
        (a) = (b);             \
        (b) = t;               \
    } while (0)
#define swap(a, b) __swap(a, b, __unique(swap_tmp))

/* Rounding to a multiple of a power of two, in the type of x. */
#define __mask(x, n)       ((__typeof__(x))((n)-1))
#define round_up(x, n)     ((((x)-1) | __mask(x, n)) + 1)
#define round_down(x, n)   ((x) & ~__mask(x, n))
#define align_up(x, n)     round_up(x, n)
#define align_down(x, n)   round_down(x, n)
#define IS_ALIGNED(x, n)   (((x)&__mask(x, n)) == 0)
#define DIV_ROUND_UP(x, n) (((x) + (n)-1) / (n))

#define BIT(n)              (1UL << (n))
#define BIT_ULL(n)          (1ULL << (n))
#define GENMASK(hi, lo)     ((~0UL << (lo)) & (~0UL >> (63 - (hi))))
#define GENMASK_ULL(hi, lo) ((~0ULL << (lo)) & (~0ULL >> (63 - (hi))))

/* True when the sum, difference or product does not fit *res. */
#define check_add_overflow(a, b, res) __builtin_add_overflow(a, b, res)
#define check_sub_overflow(a, b, res) __builtin_sub_overflow(a, b, res)
#define check_mul_overflow(a, b, res) __builtin_mul_overflow(a, b, res)
