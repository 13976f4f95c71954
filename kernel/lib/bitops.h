/*
 * Bits of one word: finding, counting, powers of two, and atomic single bits
 * of a word array. Counting runs without a CPU's popcount instruction, which
 * not every x86-64 has, and without a call into the compiler's library.
 */
#pragma once

#include "lib/atomic.h"

#define BITS_PER_LONG    64
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)

/* Number of the lowest set bit. v is not 0. */
static inline unsigned int __ffs(u64 v)
{
    return (unsigned int)__builtin_ctzl(v);
}

/* Number of the highest set bit. v is not 0. */
static inline unsigned int __fls(u64 v)
{
    return 63U - (unsigned int)__builtin_clzl(v);
}

/* The same counted from 1; 0 if v is 0. */
static inline unsigned int ffs64(u64 v)
{
    return v ? __ffs(v) + 1 : 0;
}

static inline unsigned int fls64(u64 v)
{
    return v ? __fls(v) + 1 : 0;
}

static inline unsigned int hweight64(u64 v)
{
    v -= (v >> 1) & 0x5555555555555555UL;
    v = (v & 0x3333333333333333UL) + ((v >> 2) & 0x3333333333333333UL);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
    return (unsigned int)((v * 0x0101010101010101UL) >> 56);
}

/* log2, rounded down. v is not 0. */
#define ilog2(v) __fls((u64)(v))

static inline bool is_power_of_2(u64 v)
{
    return v && !(v & (v - 1));
}

/* The smallest power of two >= v; 1 for 0. v <= 2^63. */
static inline u64 roundup_pow_of_two(u64 v)
{
    return v <= 1 ? 1 : 1UL << fls64(v - 1);
}

static inline u64 rounddown_pow_of_two(u64 v)
{
    return v ? 1UL << __fls(v) : 0;
}

static inline u32 rol32(u32 v, unsigned int n)
{
    return (v << (n & 31)) | (v >> (-n & 31));
}

static inline u64 rol64(u64 v, unsigned int n)
{
    return (v << (n & 63)) | (v >> (-n & 63));
}

/* Bits of an array of words; the names with __ are not atomic. */
static inline bool test_bit(size_t nr, const unsigned long *p)
{
    return (READ_ONCE(p[nr / 64]) >> (nr % 64)) & 1;
}

static inline void set_bit(size_t nr, unsigned long *p)
{
    __atomic_fetch_or(&p[nr / 64], BIT(nr % 64), __ATOMIC_RELAXED);
}

static inline void clear_bit(size_t nr, unsigned long *p)
{
    __atomic_fetch_and(&p[nr / 64], ~BIT(nr % 64), __ATOMIC_RELAXED);
}

/* Orders all before it: the last act of a bit lock. */
static inline void clear_bit_unlock(size_t nr, unsigned long *p)
{
    __atomic_fetch_and(&p[nr / 64], ~BIT(nr % 64), __ATOMIC_RELEASE);
}

/* These return what the bit was, and order fully. */
static inline bool test_and_set_bit(size_t nr, unsigned long *p)
{
    return __atomic_fetch_or(&p[nr / 64], BIT(nr % 64), __ATOMIC_SEQ_CST) &
           BIT(nr % 64);
}

static inline bool test_and_clear_bit(size_t nr, unsigned long *p)
{
    return __atomic_fetch_and(&p[nr / 64], ~BIT(nr % 64), __ATOMIC_SEQ_CST) &
           BIT(nr % 64);
}

static inline void __set_bit(size_t nr, unsigned long *p)
{
    p[nr / 64] |= BIT(nr % 64);
}

static inline void __clear_bit(size_t nr, unsigned long *p)
{
    p[nr / 64] &= ~BIT(nr % 64);
}

static inline bool __test_and_set_bit(size_t nr, unsigned long *p)
{
    bool old = test_bit(nr, p);

    __set_bit(nr, p);
    return old;
}

static inline bool __test_and_clear_bit(size_t nr, unsigned long *p)
{
    bool old = test_bit(nr, p);

    __clear_bit(nr, p);
    return old;
}
