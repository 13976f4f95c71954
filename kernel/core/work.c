/*
 * Work queues: one list, and threads that take from it. A worker that begins
 * something which may sleep leaves the list to an idle one, and makes one first
 * when there is none: so works that wait for each other do not get stuck.
 */
#include "core/init.h"
#include "core/log.h"
#include "core/sched.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/errno.h"

#define WORKERS_MAX  16
#define WORKERS_KEPT 2

static struct {
    spinlock_t lock; /* guards all; irqs off */
    struct list_head queue;
    struct work *running[WORKERS_MAX]; /* compared only */
    u32 workers, idle;
    struct wait_queue more, finished;
} pool = {
    .lock = SPINLOCK_INIT("work_pool"),
    .queue = LIST_HEAD_INIT(pool.queue),
    /* Woken under locks of other wait queues: a lock class of its own. */
    .more = {.lock = SPINLOCK_INIT("work_pool_wait"),
             .entries = LIST_HEAD_INIT(pool.more.entries)},
    .finished = WAIT_QUEUE_INIT(pool.finished),
};

static void worker(void *arg);

/* Before it works, a worker sees to it that another one waits. */
static void keep_one_idle(void)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);
    bool wanted = pool.idle == 0 && pool.workers < WORKERS_MAX;
    u32 slot = 0;

    if (wanted) {
        slot = pool.workers++;
        pool.idle++;
    }
    spin_unlock_irqrestore(&pool.lock, flags);
    if (!wanted)
        return;
    if (IS_ERR(kthread_create(worker, NULL, "worker/%u", slot))) {
        flags = spin_lock_irqsave(&pool.lock);
        pool.workers--;
        pool.idle--;
        spin_unlock_irqrestore(&pool.lock, flags);
    }
}

static u32 running_slot(const struct work *w)
{
    u32 i = 0;

    while (i < WORKERS_MAX && pool.running[i] != w)
        i++;
    return i;
}

static struct work *next_work(u32 *slot)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);
    struct work *w = NULL;

    if (!list_empty(&pool.queue)) {
        w = list_first_entry(&pool.queue, struct work, link);
        list_del_init(&w->link);
        *slot = running_slot(NULL);
        pool.running[*slot] = w;
        pool.idle--;
        /* From here on it may be queued anew. */
        atomic_store_release(&w->pending, 0);
    }
    spin_unlock_irqrestore(&pool.lock, flags);
    return w;
}

static void work_done(u32 slot)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);

    pool.running[slot] = NULL;
    pool.idle++;
    spin_unlock_irqrestore(&pool.lock, flags);
    wake_up_all(&pool.finished);
}

static bool surplus(void)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);
    bool leave = pool.idle > WORKERS_KEPT && list_empty(&pool.queue);

    if (leave) {
        pool.idle--;
        pool.workers--;
    }
    spin_unlock_irqrestore(&pool.lock, flags);
    return leave;
}

static void wait_for_more(void)
{
    struct wait_entry e;

    wait_prepare_first(&pool.more, &e, WAIT_UNINTERRUPTIBLE, true);
    if (list_empty(&pool.queue))
        schedule();
    wait_finish(&pool.more, &e);
}

static void worker(void *arg)
{
    (void)arg;
    for (;;) {
        u32 slot;
        struct work *w = next_work(&slot);

        if (w) {
            keep_one_idle();
            w->fn(w);
            lockdep_check_none_held("work");
            work_done(slot);
        } else if (surplus()) {
            return;
        } else {
            wait_for_more();
        }
    }
}

void work_init(struct work *w, void (*fn)(struct work *))
{
    INIT_LIST_HEAD(&w->link);
    w->fn = fn;
    atomic_store(&w->pending, 0);
}

bool work_queue(struct work *w)
{
    unsigned long flags;

    if (__atomic_exchange_n(&w->pending.counter, 1, __ATOMIC_ACQ_REL))
        return false;
    flags = spin_lock_irqsave(&pool.lock);
    list_add_tail(&w->link, &pool.queue);
    spin_unlock_irqrestore(&pool.lock, flags);
    wake_up_one(&pool.more);
    return true;
}

bool work_cancel(struct work *w)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);
    bool was = !list_empty(&w->link);

    if (was) {
        list_del_init(&w->link);
        atomic_store_release(&w->pending, 0);
    }
    spin_unlock_irqrestore(&pool.lock, flags);
    return was;
}

static bool is_over(struct work *w)
{
    unsigned long flags = spin_lock_irqsave(&pool.lock);
    bool over = !atomic_load(&w->pending) && running_slot(w) == WORKERS_MAX;

    spin_unlock_irqrestore(&pool.lock, flags);
    return over;
}

void work_flush(struct work *w)
{
    might_sleep();
    wait_event(&pool.finished, is_over(w));
}

static void delay_over(struct timer *t)
{
    work_queue(&container_of(t, struct delayed_work, timer)->work);
}

void delayed_work_init(struct delayed_work *w, void (*fn)(struct work *))
{
    work_init(&w->work, fn);
    timer_setup(&w->timer, delay_over);
}

void delayed_work_queue(struct delayed_work *w, u64 delay_ns)
{
    timer_start(&w->timer, time_monotonic() + delay_ns);
}

void work_init_threads(void)
{
    pool.workers = pool.idle = 1;
    if (IS_ERR(kthread_create(worker, NULL, "worker/0")))
        panic("work: no memory for the first worker\n");
}
