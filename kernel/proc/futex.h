/*
 * Futexes (futex(2)): waiting for a user word to change.
 *
 * Waiters hang in hash buckets by the word's memory key; a bucket's lock guards
 * its list and orders "compare and queue" against "change and wake". Two
 * buckets are locked lower address first.
 */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include "lib/types.h"

struct task;
struct caller;

#define FUTEX_BITSET_ALL 0xffffffffu
#define FUTEX_WAITERS    0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK   0x3fffffffu

/* All act for the current task. `shared`: without FUTEX_PRIVATE_FLAG.
 * deadline: monotonic ns, WAIT_FOREVER for none. */
s64 futex_wait(struct caller *who, u64 word, bool shared, u32 expected,
               u64 deadline, u32 bitset);
s64 futex_wake(struct caller *who, u64 word, bool shared, u32 count,
               u32 bitset);
/* compare: CMP_REQUEUE, *expected must still be there. */
s64 futex_requeue(struct caller *who, u64 word, bool shared, u32 wake,
                  u32 requeue, u64 to, bool compare, u32 expected);
s64 futex_wake_op(struct caller *who, u64 word, bool shared, u32 wake,
                  u32 wake2, u64 word2, u32 op);
s64 futex_lock_pi(struct caller *who, u64 word, bool shared, u64 deadline,
                  bool try_only);
s64 futex_unlock_pi(struct caller *who, u64 word, bool shared);
/* Condition variables: wait on `word` until moved to, and owning, `to`. */
s64 futex_wait_requeue_pi(struct caller *who, u64 word, bool shared,
                          u32 expected, u64 deadline, u64 to);
/* The first waiter of `word` gets `to` if it is free; up to `requeue` more (or
 * all of that and one, if it is not) wait for it. `wake` must be 1. */
s64 futex_requeue_pi(struct caller *who, u64 word, bool shared, u32 wake,
                     u32 requeue, u64 to, u32 expected);

struct futex_wait_one { /* futex_waitv */
    u64 word;
    u32 expected;
    bool shared;
};
/* Index of the one that was woken, or a negative errno. */
s64 futex_wait_many(struct caller *who, const struct futex_wait_one *all,
                    u32 count, u64 deadline);

/* Exit: mark and wake what the dying thread owned. */
void futex_exit_robust(struct task *t);
void futex_exit_pi(struct task *t);
/* CLONE_CHILD_CLEARTID: wake `count` waiters of a shared word. */
void futex_wake_word(struct task *t, u64 word, u32 count);

#endif
