/* Buckets and waiters, shared by futex.c and futex_pi.c. */
#ifndef PROC_FUTEX_INTERNAL_H
#define PROC_FUTEX_INTERNAL_H

#include "core/lock.h"
#include "lib/list.h"
#include "proc/futex.h"
#include "proc/task.h"
#include "vm/address_space.h"

struct futex_bucket {
    spinlock_t lock;          /* guards waiters; leaf but for thread wake-ups */
    struct list_head waiters; /* in the order they came, by priority for PI */
} __cacheline_aligned;

struct futex_waiter {
    struct list_head link;
    struct futex_bucket *bucket; /* where it is queued; NULL once woken */
    struct memory_key key;
    u32 bitset;
    struct task *task;         /* borrowed: it sleeps */
    struct futex_pi_state *pi; /* PI waiters only */
    bool owner_died;           /* PI: got it from a dead owner */
    /* FUTEX_WAIT_REQUEUE_PI: it waits to be moved to a PI word. */
    bool to_requeue;
    bool taken; /* the word was taken for it */
    struct memory_key requeue_key;
};
/* Only calls that know of owners may touch it. */
static inline bool futex_waiter_is_pi(const struct futex_waiter *w)
{
    return w->pi || w->to_requeue;
}

int futex_key(struct caller *who, u64 word, bool shared,
              struct memory_key *key);
struct futex_bucket *futex_bucket_of(const struct memory_key *key);
void futex_lock_two(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_two(struct futex_bucket *a, struct futex_bucket *b);
static inline bool futex_key_equal(const struct memory_key *a,
                                   const struct memory_key *b)
{
    return a->object == b->object && a->offset == b->offset;
}
/* Read the word without sleeping (a bucket is locked): 0 or -EFAULT. */
int futex_peek(u64 word, u32 *value);
/* Make the word present and writable; 0 or -EFAULT. No locks. */
int futex_fault_in(struct caller *who, u64 word);
/* Queue if the word still is `expected`; -EAGAIN, -EFAULT. */
int futex_queue_if(struct caller *who, struct futex_waiter *w, u64 word,
                   u32 expected);
/* Remove from its bucket and wake; bucket locked. */
void futex_wake_waiter(struct futex_waiter *w);
/* Sleep until w->bucket is NULL: 0; -ETIMEDOUT, -ERESTARTSYS: it was taken off
 * the bucket. */
int futex_sleep(struct futex_waiter *w, u64 deadline);

#endif
