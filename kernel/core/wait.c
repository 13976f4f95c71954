#include "core/wait.h"

#include "core/rcu.h"
#include "core/sched.h"
#include "core/time.h"
#include "lib/errno.h"

void wait_queue_init_class(struct wait_queue *q, const char *class)
{
    spin_init(&q->lock, class);
    INIT_LIST_HEAD(&q->entries);
}

void wait_queue_init(struct wait_queue *q)
{
    wait_queue_init_class(q, "wait_queue");
}

void wait_entry_init(struct wait_entry *e, wait_callback wake, void *data)
{
    INIT_LIST_HEAD(&e->link);
    e->wake = wake;
    e->data = data;
    e->exclusive = false;
}

/* Exclusive ones stand at the end, so that the others are woken before. */
static void entry_add(struct wait_queue *q, struct wait_entry *e)
{
    if (e->exclusive)
        list_add_tail(&e->link, &q->entries);
    else
        list_add(&e->link, &q->entries);
}

static void queue_add(struct wait_queue *q, struct wait_entry *e,
                      bool exclusive)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    e->exclusive = exclusive;
    entry_add(q, e);
    spin_unlock_irqrestore(&q->lock, flags);
}

void wait_queue_add(struct wait_queue *q, struct wait_entry *e)
{
    queue_add(q, e, false);
}

void wait_queue_add_exclusive(struct wait_queue *q, struct wait_entry *e)
{
    queue_add(q, e, true);
}

void wait_queue_remove(struct wait_queue *q, struct wait_entry *e)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    list_del_init(&e->link);
    spin_unlock_irqrestore(&q->lock, flags);
}

void wait_queue_leave(struct wait_queue **where, struct wait_entry *e)
{
    struct wait_queue *q;

    rcu_read_lock();
    q = smp_load_acquire(where);
    if (q)
        wait_queue_remove(q, e);
    rcu_read_unlock();
}

void wait_queue_wake_locked(struct wait_queue *q, u32 key, unsigned exclusive)
{
    struct wait_entry *e, *next;

    list_for_each_entry_safe (e, next, &q->entries, link) {
        bool only = e->exclusive;

        if (e->wake(e, key) && only && exclusive && --exclusive == 0)
            break;
    }
}

void wait_queue_wake(struct wait_queue *q, u32 key, unsigned exclusive)
{
    unsigned long flags;

    if (!wait_queue_active(q))
        return;
    flags = spin_lock_irqsave_nested(&q->lock, WAKE_DEPTH_OF(key));
    wait_queue_wake_locked(q, key, exclusive);
    spin_unlock_irqrestore(&q->lock, flags);
}

void wait_queue_wake_sync(struct wait_queue *q, u32 key, unsigned exclusive)
{
    wait_queue_wake(q, key | WAKE_SYNC_KEY, exclusive);
}

void wait_queue_destroy(struct wait_queue *q)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    wait_queue_wake_locked(q, POLLFREE | POLLHUP, 0);
    while (!list_empty(&q->entries))
        list_del_init(q->entries.next);
    spin_unlock_irqrestore(&q->lock, flags);
}

/* ------------------------------------------------------ a thread that waits */

static bool wake_thread(struct wait_entry *e, u32 key)
{
    struct thread *t = e->data;
    bool woken = key & WAKE_SYNC_KEY ? thread_wake_sync(t) : thread_wake(t);

    /* Off the queue: its wait_finish() then needs no lock. Last, since after
     * that the entry may be gone. */
    if (woken) {
        struct list_head *link = &e->link;

        link->prev->next = link->next;
        link->next->prev = link->prev;
        WRITE_ONCE(link->prev, link);
        smp_store_release(&link->next, link);
    }
    return woken;
}

static enum thread_state state_of(enum wait_mode mode)
{
    return mode == WAIT_UNINTERRUPTIBLE ? THREAD_UNINTERRUPTIBLE
           : mode == WAIT_KILLABLE      ? THREAD_KILLABLE
                                        : THREAD_INTERRUPTIBLE;
}

void wait_prepare_first(struct wait_queue *q, struct wait_entry *e,
                        enum wait_mode mode, bool exclusive)
{
    wait_entry_init(e, wake_thread, thread_current());
    wait_prepare(q, e, mode, exclusive);
}

void wait_prepare(struct wait_queue *q, struct wait_entry *e,
                  enum wait_mode mode, bool exclusive)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    e->exclusive = exclusive;
    if (list_empty(&e->link))
        entry_add(q, e);
    thread_set_state(state_of(mode));
    spin_unlock_irqrestore(&q->lock, flags);
}

int wait_sleep(enum wait_mode mode, u64 deadline)
{
    struct thread *t = thread_current();

    if (mode != WAIT_UNINTERRUPTIBLE && t->ops && t->ops->signal_pending &&
        t->ops->signal_pending(t, mode == WAIT_KILLABLE)) {
        thread_set_state(THREAD_RUNNING);
        return -ERESTARTSYS;
    }
    if (deadline == WAIT_FOREVER) {
        schedule();
        return 0;
    }
    return schedule_until(deadline) ? 0 : -ETIMEDOUT;
}

void wait_finish(struct wait_queue *q, struct wait_entry *e)
{
    thread_set_state(THREAD_RUNNING);
    if (smp_load_acquire(&e->link.next) != &e->link)
        wait_queue_remove(q, e);
}
