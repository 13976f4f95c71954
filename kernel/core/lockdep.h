/*
 * The lock-order checker of the debug build.
 *
 * Every lock belongs to a class (its name, plus the nesting level of
 * spin_lock_nested() and friends). Each thread and each CPU's interrupt context
 * keep the list of locks they hold. Taking B while holding A adds the edge
 * A -> B, remembered with both call sites; an edge that closes a cycle is
 * reported, once, with the call sites of both directions. Spinlocks that an
 * interrupt handler takes must never be taken with interrupts on, nor may a
 * lock be taken under them that is taken with interrupts on elsewhere.
 *
 * A report is one "lock order:" paragraph in the log, once for each pair of
 * classes; ./test fails on it. lockdep_reports counts them; after some the
 * checker turns itself off.
 */
#ifndef CORE_LOCKDEP_H
#define CORE_LOCKDEP_H

#include "lib/types.h"

#ifdef CONFIG_DEBUG

#define LOCKDEP_DEPTH 24

struct lock_class;

struct lockdep_held {
    const void *lock;
    struct lock_class *class;
    const void *where;
    bool reader;
};

struct lockdep_thread {
    struct lockdep_held held[LOCKDEP_DEPTH];
    u32 depth;
};

enum lockdep_kind {
    LOCKDEP_SPIN,
    LOCKDEP_SLEEP,
    LOCKDEP_READ, /* a sleeping lock, shared */
};

struct lock_debug;

/* Before the lock is waited for (try: after it was got). */
void lockdep_acquire(const void *lock, struct lock_debug *debug, unsigned level,
                     enum lockdep_kind kind, bool try, const void *where);
void lockdep_release(const void *lock, struct lock_debug *debug);
bool lockdep_is_held(const void *lock);
/* The current thread returns to user mode or ends: it must hold nothing. */
void lockdep_check_none_held(const char *when);
extern u32 lockdep_reports;
void lockdep_init(void);

#else

static inline void lockdep_check_none_held(const char *when)
{
    (void)when;
}
static inline void lockdep_init(void)
{
}

#endif
#endif
