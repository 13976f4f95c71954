/*
 * Reference counts that cannot wrap.
 *
 * A count is 1 for the creator. refcount_inc needs a reference already held; a
 * look-up without a lock uses refcount_inc_not_zero. The one whose
 * refcount_dec_and_test returns true frees the object. A count that would
 * overflow or go below zero sticks at REFCOUNT_SATURATED, so that the object
 * leaks rather than being freed while used, and refcount_bad is called.
 */
#pragma once

#include "lib/atomic.h"

typedef struct {
    atomic_t refs;
} refcount_t;

#define REFCOUNT_SATURATED (INT_MIN / 2)
#define REFCOUNT_INIT(n) \
    {                    \
        ATOMIC_INIT(n)   \
    }

enum refcount_fault {
    REFCOUNT_OVERFLOW,  /* too many references */
    REFCOUNT_FROM_ZERO, /* inc of an object that is being freed */
    REFCOUNT_UNDERFLOW, /* more puts than gets */
};

/* Saturates and, if somebody listens, reports. */
__cold void refcount_bad(refcount_t *r, enum refcount_fault what);

/* Told of each saturation; may be NULL. Set once by core at start. */
extern void (*refcount_report)(refcount_t *r, enum refcount_fault what);

static inline void refcount_set(refcount_t *r, int n)
{
    atomic_store(&r->refs, n);
}

static inline int refcount_read(const refcount_t *r)
{
    return atomic_load(&r->refs);
}

static inline void refcount_add(int n, refcount_t *r)
{
    int old = __atomic_fetch_add(&r->refs.counter, n, __ATOMIC_RELAXED);

    if (unlikely(old == 0))
        refcount_bad(r, REFCOUNT_FROM_ZERO);
    else if (unlikely(old < 0 || old > INT_MAX - n))
        refcount_bad(r, REFCOUNT_OVERFLOW);
}

/* The caller holds a reference. */
static inline void refcount_inc(refcount_t *r)
{
    refcount_add(1, r);
}

/* Takes a reference unless the last one is gone. */
static inline __must_check bool refcount_inc_not_zero(refcount_t *r)
{
    int old = atomic_load(&r->refs);

    do {
        if (old == 0)
            return false;
    } while (!try_cmpxchg_acquire(&r->refs.counter, &old,
                                  (int)((unsigned int)old + 1)));
    if (unlikely(old < 0 || old == INT_MAX))
        refcount_bad(r, REFCOUNT_OVERFLOW);
    return true;
}

/*
 * Drops n references. True: they were the last; what other holders did to the
 * object before dropping theirs is visible, and the caller frees it.
 */
static inline __must_check bool refcount_sub_and_test(int n, refcount_t *r)
{
    int old = __atomic_fetch_sub(&r->refs.counter, n, __ATOMIC_RELEASE);

    if (old == n && old > 0) {
        /* A load, not a fence: ThreadSanitizer understands it. */
        (void)atomic_load_acquire(&r->refs);
        return true;
    }
    if (unlikely(old < n))
        refcount_bad(r, REFCOUNT_UNDERFLOW);
    return false;
}

static inline __must_check bool refcount_dec_and_test(refcount_t *r)
{
    return refcount_sub_and_test(1, r);
}

/* Drops a reference unless it is the last: then false, and the caller takes the
 * lock under which the last one is dropped. */
static inline __must_check bool refcount_dec_not_one(refcount_t *r)
{
    int old = atomic_load(&r->refs);

    do {
        if (old == 1)
            return false;
    } while (!__atomic_compare_exchange_n(&r->refs.counter, &old, old - 1,
                                          false, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    return true;
}

/* Drops a reference that is known not to be the last. */
static inline void refcount_dec(refcount_t *r)
{
    if (refcount_dec_and_test(r))
        refcount_bad(r, REFCOUNT_UNDERFLOW);
}
