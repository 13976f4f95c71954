/*
 * Atomic integers, pointers and memory barriers: thin names over the
 * compiler's __atomic builtins.
 *
 * atomic_t holds an int, atomic64_t an s64, atomic_long_t a long. Orders are in
 * the names:
 *   atomic_load, atomic_store, and operations that return nothing: relaxed;
 *   ..._acquire, ..._release, ..._relaxed: that;
 *   other operations that return a value: sequentially consistent.
 * atomic_read and atomic_set are the relaxed load and store by Linux's names.
 *
 * For plain variables: smp_load_acquire, smp_store_release, xchg, cmpxchg.
 */
#pragma once

#include "lib/compiler.h"

typedef struct {
    int counter;
} atomic_t;

typedef struct {
    s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(i) \
    {                  \
        (i)            \
    }

/* Barriers between CPUs; smp_mb also orders stores before later loads. */
#define smp_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#define smp_load_acquire(p)     __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
/* A store that is ordered before all later accesses. */
#define smp_store_mb(p, v)                        \
    do {                                          \
        __atomic_store_n(p, v, __ATOMIC_RELAXED); \
        smp_mb();                                 \
    } while (0)

/* The old value. */
#define xchg(p, v)         __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define xchg_acquire(p, v) __atomic_exchange_n(p, v, __ATOMIC_ACQUIRE)
#define xchg_release(p, v) __atomic_exchange_n(p, v, __ATOMIC_RELEASE)
#define xchg_relaxed(p, v) __atomic_exchange_n(p, v, __ATOMIC_RELAXED)

#define __cmpxchg(p, old, new, ok, fail, tmp)                       \
    ({                                                              \
        __typeof__(*(p)) tmp = (old);                               \
        __atomic_compare_exchange_n(p, &tmp, new, false, ok, fail); \
        tmp;                                                        \
    })
/* Puts `new` where `old` was; returns what was there. */
#define cmpxchg(p, old, new) \
    __cmpxchg(p, old, new, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST, __unique(cx))
#define cmpxchg_acquire(p, old, new) \
    __cmpxchg(p, old, new, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED, __unique(cx))
#define cmpxchg_release(p, old, new) \
    __cmpxchg(p, old, new, __ATOMIC_RELEASE, __ATOMIC_RELAXED, __unique(cx))
#define cmpxchg_relaxed(p, old, new) \
    __cmpxchg(p, old, new, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __unique(cx))
/* True if it was exchanged; else *oldp becomes what was there. */
#define try_cmpxchg(p, oldp, new)                                      \
    __atomic_compare_exchange_n(p, oldp, new, false, __ATOMIC_SEQ_CST, \
                                __ATOMIC_SEQ_CST)
#define try_cmpxchg_acquire(p, oldp, new)                              \
    __atomic_compare_exchange_n(p, oldp, new, false, __ATOMIC_ACQUIRE, \
                                __ATOMIC_RELAXED)
#define try_cmpxchg_release(p, oldp, new)                              \
    __atomic_compare_exchange_n(p, oldp, new, false, __ATOMIC_RELEASE, \
                                __ATOMIC_RELAXED)

#define __ATOMIC_OPS(pre, T, V)                                       \
    static inline V pre##_load(const T *v)                            \
    {                                                                 \
        return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);        \
    }                                                                 \
    static inline V pre##_load_acquire(const T *v)                    \
    {                                                                 \
        return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);        \
    }                                                                 \
    static inline void pre##_store(T *v, V i)                         \
    {                                                                 \
        __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);           \
    }                                                                 \
    static inline void pre##_store_release(T *v, V i)                 \
    {                                                                 \
        __atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);           \
    }                                                                 \
    static inline void pre##_add(V i, T *v)                           \
    {                                                                 \
        __atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);         \
    }                                                                 \
    static inline void pre##_sub(V i, T *v)                           \
    {                                                                 \
        __atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);         \
    }                                                                 \
    static inline void pre##_or(V i, T *v)                            \
    {                                                                 \
        __atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED);          \
    }                                                                 \
    static inline void pre##_and(V i, T *v)                           \
    {                                                                 \
        __atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED);         \
    }                                                                 \
    static inline void pre##_inc(T *v)                                \
    {                                                                 \
        pre##_add(1, v);                                              \
    }                                                                 \
    static inline void pre##_dec(T *v)                                \
    {                                                                 \
        pre##_sub(1, v);                                              \
    }                                                                 \
    /* The new value. */                                              \
    static inline V pre##_add_return(V i, T *v)                       \
    {                                                                 \
        return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_sub_return(V i, T *v)                       \
    {                                                                 \
        return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_add_return_relaxed(V i, T *v)               \
    {                                                                 \
        return __atomic_add_fetch(&v->counter, i, __ATOMIC_RELAXED);  \
    }                                                                 \
    static inline V pre##_inc_return(T *v)                            \
    {                                                                 \
        return pre##_add_return(1, v);                                \
    }                                                                 \
    static inline V pre##_dec_return(T *v)                            \
    {                                                                 \
        return pre##_sub_return(1, v);                                \
    }                                                                 \
    /* The old value. */                                              \
    static inline V pre##_fetch_add(V i, T *v)                        \
    {                                                                 \
        return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_fetch_sub(V i, T *v)                        \
    {                                                                 \
        return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_fetch_or(V i, T *v)                         \
    {                                                                 \
        return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);   \
    }                                                                 \
    static inline V pre##_fetch_and(V i, T *v)                        \
    {                                                                 \
        return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_fetch_xor(V i, T *v)                        \
    {                                                                 \
        return __atomic_fetch_xor(&v->counter, i, __ATOMIC_SEQ_CST);  \
    }                                                                 \
    static inline V pre##_xchg(T *v, V i)                             \
    {                                                                 \
        return xchg(&v->counter, i);                                  \
    }                                                                 \
    static inline V pre##_cmpxchg(T *v, V old, V new)                 \
    {                                                                 \
        return cmpxchg(&v->counter, old, new);                        \
    }                                                                 \
    static inline bool pre##_try_cmpxchg(T *v, V *old, V new)         \
    {                                                                 \
        return try_cmpxchg(&v->counter, old, new);                    \
    }                                                                 \
    static inline bool pre##_try_cmpxchg_acquire(T *v, V *old, V new) \
    {                                                                 \
        return try_cmpxchg_acquire(&v->counter, old, new);            \
    }                                                                 \
    static inline bool pre##_try_cmpxchg_release(T *v, V *old, V new) \
    {                                                                 \
        return try_cmpxchg_release(&v->counter, old, new);            \
    }                                                                 \
    static inline bool pre##_dec_and_test(T *v)                       \
    {                                                                 \
        return pre##_sub_return(1, v) == 0;                           \
    }                                                                 \
    static inline bool pre##_sub_and_test(V i, T *v)                  \
    {                                                                 \
        return pre##_sub_return(i, v) == 0;                           \
    }                                                                 \
    /* Adds i unless the value is u; true if it added. */             \
    static inline bool pre##_add_unless(T *v, V i, V u)               \
    {                                                                 \
        V old = pre##_load(v);                                        \
        do {                                                          \
            if (old == u)                                             \
                return false;                                         \
        } while (!pre##_try_cmpxchg(v, &old, old + i));               \
        return true;                                                  \
    }                                                                 \
    static inline bool pre##_inc_not_zero(T *v)                       \
    {                                                                 \
        return pre##_add_unless(v, 1, 0);                             \
    }
__ATOMIC_OPS(atomic, atomic_t, int)
__ATOMIC_OPS(atomic64, atomic64_t, s64)
__ATOMIC_OPS(atomic_long, atomic_long_t, long)
#undef __ATOMIC_OPS

#define atomic_read(v)        atomic_load(v)
#define atomic_set(v, i)      atomic_store(v, i)
#define atomic64_read(v)      atomic64_load(v)
#define atomic64_set(v, i)    atomic64_store(v, i)
#define atomic_long_read(v)   atomic_long_load(v)
#define atomic_long_set(v, i) atomic_long_store(v, i)

/*
 * Publishing a pointer for readers that take no lock: the writer fills the
 * object and then assigns, the reader dereferences what it got. (Read-side
 * sections and waiting for readers are in core/rcu.h.)
 */
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define rcu_dereference(p)       __atomic_load_n(&(p), __ATOMIC_CONSUME)
