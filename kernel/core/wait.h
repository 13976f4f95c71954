/*
 * Waiting: one primitive with a callback per waiter. Sleeping, poll, epoll,
 * requests and futexes are all users of it.
 *
 *   wait_event(queue, condition)            uninterruptible
 *   wait_event_killable / _interruptible    -ERESTARTSYS on a (fatal) signal
 *   wait_event_interruptible_until(.., deadline)    also -ETIMEDOUT
 *
 * The macros prepare (enqueue, then set the state) before they test the
 * condition, so that a wake-up between test and sleep is not lost.
 *
 * wait_queue.lock is taken with interrupts off and is a leaf but for what a
 * callback takes: run-queue locks, epoll's ready lock, and the queues of a set
 * that it wakes, which have classes of their own (wait_queue_init_class(); a
 * set in a set in a set: a level each, carried in the key).
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include "lib/list.h"
#include "lib/types.h"
#include "core/lock.h"

struct thread;
struct wait_entry;

/* Returns true when it "used up" the wake-up (counts for exclusive waiters).
 * Called under the queue's lock, interrupts off: must not sleep, and may remove
 * its own entry from the queue (list_del_init(&entry->link)). `key` carries
 * POLL* bits, 0: unknown. */
typedef bool (*wait_callback)(struct wait_entry *entry, u32 key);

struct wait_queue {
    spinlock_t lock;
    struct list_head entries;
};

struct wait_entry {
    struct list_head link; /* wait_queue.lock */
    wait_callback wake;
    void *data;
    bool exclusive;
};

/* A lone queue has a lock class of its own. */
#define WAIT_QUEUE_INIT(name)                                                 \
    {                                                                         \
        .lock = SPINLOCK_INIT(#name), .entries = LIST_HEAD_INIT(name.entries) \
    }

void wait_queue_init(struct wait_queue *q);
/* A lock class of its own: a queue that is woken from callbacks of others. */
void wait_queue_init_class(struct wait_queue *q, const char *class);
void wait_entry_init(struct wait_entry *e, wait_callback wake, void *data);
void wait_queue_add(struct wait_queue *q, struct wait_entry *e);
void wait_queue_add_exclusive(struct wait_queue *q, struct wait_entry *e);
void wait_queue_remove(struct wait_queue *q, struct wait_entry *e);
/* For callers that hold q->lock. */
void wait_queue_wake_locked(struct wait_queue *q, u32 key, unsigned exclusive);
static inline bool wait_queue_active(struct wait_queue *q)
{
    /* Pairs with the full barrier in wait_prepare(): a waker that changed the
     * condition before this sees the waiter or the waiter sees the change. */
    smp_mb();
    return !list_empty(&q->entries);
}

/* Wake up to `exclusive` exclusive waiters (0: all) and all others. */
void wait_queue_wake(struct wait_queue *q, u32 key, unsigned exclusive);
static inline void wake_up_all(struct wait_queue *q)
{
    wait_queue_wake(q, 0, 0);
}
static inline void wake_up_one(struct wait_queue *q)
{
    wait_queue_wake(q, 0, 1);
}
/* Like wait_queue_wake, and tells the scheduler that the waker is about to
 * sleep (pipes: keep the pair on one CPU). */
void wait_queue_wake_sync(struct wait_queue *q, u32 key, unsigned exclusive);
/* Leave a queue that may go away at any time: *q is where the entry's owner
 * notes it; its callback sets that to NULL when it is called with POLLFREE. The
 * queue's memory must outlive wait_queue_destroy() by a grace period. */
void wait_queue_leave(struct wait_queue **q, struct wait_entry *e);
/* The queue goes away: wake all with POLLFREE and empty it. */
void wait_queue_destroy(struct wait_queue *q);

enum wait_mode {
    WAIT_UNINTERRUPTIBLE,
    WAIT_KILLABLE,
    WAIT_INTERRUPTIBLE
};
#define WAIT_FOREVER (~0ULL)

/* The current thread as a waiter (entry on its stack): wait_prepare_first()
 * before the first test of the condition, wait_prepare() before the others. */
void wait_prepare_first(struct wait_queue *q, struct wait_entry *e,
                        enum wait_mode mode, bool exclusive);
void wait_prepare(struct wait_queue *q, struct wait_entry *e,
                  enum wait_mode mode, bool exclusive);
/* Sleep if not woken yet: 0 woken, -ERESTARTSYS signal, -ETIMEDOUT. The
 * deadline is in ns on the monotonic clock, WAIT_FOREVER: none. */
int wait_sleep(enum wait_mode mode, u64 deadline);
void wait_finish(struct wait_queue *q, struct wait_entry *e);

#define wait_event_mode(q, condition, mode, deadline)             \
    ({                                                            \
        int wait_result_ = 0;                                     \
        if (!(condition)) {                                       \
            struct wait_entry wait_entry_;                        \
            wait_prepare_first((q), &wait_entry_, (mode), false); \
            for (;;) {                                            \
                if (condition) {                                  \
                    wait_result_ = 0;                             \
                    break;                                        \
                }                                                 \
                if (wait_result_)                                 \
                    break;                                        \
                wait_result_ = wait_sleep((mode), (deadline));    \
                wait_prepare((q), &wait_entry_, (mode), false);   \
            }                                                     \
            wait_finish((q), &wait_entry_);                       \
        }                                                         \
        wait_result_;                                             \
    })
#define wait_event(q, c) \
    ((void)wait_event_mode(q, c, WAIT_UNINTERRUPTIBLE, WAIT_FOREVER))
#define wait_event_killable(q, c) \
    wait_event_mode(q, c, WAIT_KILLABLE, WAIT_FOREVER)
#define wait_event_interruptible(q, c) \
    wait_event_mode(q, c, WAIT_INTERRUPTIBLE, WAIT_FOREVER)
#define wait_event_interruptible_until(q, c, deadline) \
    wait_event_mode(q, c, WAIT_INTERRUPTIBLE, deadline)

/* Without a queue: who makes the condition true wakes the thread itself
 * (thread_wake()). Interruptible; the condition is looked at once each time. 0,
 * -ERESTARTSYS, -ETIMEDOUT. The user includes core/sched.h. */
#define wait_woken(condition, deadline)                              \
    ({                                                               \
        int wait_result_ = 0;                                        \
        for (;;) {                                                   \
            thread_set_state(THREAD_INTERRUPTIBLE);                  \
            if (condition) {                                         \
                wait_result_ = 0;                                    \
                break;                                               \
            }                                                        \
            if (wait_result_)                                        \
                break;                                               \
            wait_result_ = wait_sleep(WAIT_INTERRUPTIBLE, deadline); \
        }                                                            \
        thread_set_state(THREAD_RUNNING);                            \
        wait_result_;                                                \
    })

/* ---------------------------------------------------------------- poll -- */

/* Linux's POLL* values, the same on both architectures. */
#define POLLIN     0x0001u
#define POLLPRI    0x0002u
#define POLLOUT    0x0004u
#define POLLERR    0x0008u
#define POLLHUP    0x0010u
#define POLLNVAL   0x0020u
#define POLLRDNORM 0x0040u
#define POLLRDBAND 0x0080u
#define POLLWRNORM 0x0100u
#define POLLWRBAND 0x0200u
#define POLLMSG    0x0400u
#define POLLRDHUP  0x2000u
#define POLLFREE   0x4000u /* this kernel's own: the queue goes away */
#define WAKE_SYNC_KEY \
    0x80000000u /* in a callback's key: the waker is about to sleep */
/* In a callback's key: how many queues of the woken queue's class are being
 * woken around it (its lock's nesting level). */
#define WAKE_DEPTH_SHIFT   16
#define WAKE_DEPTH(depth)  ((u32)(depth) << WAKE_DEPTH_SHIFT)
#define WAKE_DEPTH_OF(key) ((key) >> WAKE_DEPTH_SHIFT & 0xf)

/* Given to object_ops.poll: it calls poll_register() for each queue. */
struct poll_table {
    void (*add)(struct poll_table *table, struct wait_queue *q);
    u32 events; /* what the caller is interested in */
};
static inline void poll_register(struct poll_table *table, struct wait_queue *q)
{
    if (table && table->add)
        table->add(table, q);
}

#endif
