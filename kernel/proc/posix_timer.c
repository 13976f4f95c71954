/* timer_create(2) and its family: timers on wall clocks that send signals. */
#include "proc/posix_timer.h"

#include "core/plant.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "proc/clock.h"
#include "proc/pid_internal.h"
#include "proc/signal_internal.h"
#include "proc/task.h"

#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4

#define OVERRUN_MAX 0x7fffffff

/* Guarded by the group's lock but for refs. */
struct posix_timer {
    struct list_head link;      /* thread_group.timers->all */
    refcount_t refs;            /* the list's, and the queued signal's */
    struct thread_group *group; /* borrowed: timers go before their group */
    s32 id, clock;
    struct timer_event event;
    struct pid *target; /* owned: thread, or NULL: the process */
    struct timer timer;
    u64 deadline; /* ns; on the monotonic clock, or CPU time */
    u64 interval; /* ns */
    bool armed;
    bool waits_for_delivery; /* periodic: started again when it is taken */
    u64 overrun, last_overrun;
    struct signal_entry signal; /* queued at most once */
};

struct posix_timers {
    struct list_head all;
    s32 next_id;
    u32 count;
};

static u64 forward(struct posix_timer *pt);
static void start(struct posix_timer *pt);

static void timer_put(struct posix_timer *pt)
{
    if (!refcount_dec_and_test(&pt->refs))
        return;
    pid_put(pt->target);
    kfree(pt);
}

void posix_timer_signal_dropped(struct posix_timer *pt)
{
    if (pt->armed && pt->interval && pt->waits_for_delivery) {
        pt->waits_for_delivery = false;
        forward(pt);
        start(pt);
    }
    timer_put(pt);
}

static u64 clock_now(struct posix_timer *pt)
{
    if (clock_is_cpu(pt->clock))
        return group_cpu_time(pt->group);
    return time_monotonic();
}

/* Start the core timer for pt->deadline. */
static void start(struct posix_timer *pt)
{
    u64 at = pt->deadline;

    if (clock_is_cpu(pt->clock)) {
        /* Not before the group can have used so much CPU time. */
        u64 used = group_cpu_time(pt->group);
        u64 left = pt->deadline > used ? pt->deadline - used : 0;
        u32 threads = max(READ_ONCE(pt->group->thread_count), 1u);
        at = time_monotonic() + max(left / threads, left ? 50000ULL : 0ULL);
    }
    timer_start(&pt->timer, at);
}

/* Move the deadline past now; how many intervals were missed. */
static u64 forward(struct posix_timer *pt)
{
    u64 now = clock_now(pt), missed = 0;

    pt->deadline += pt->interval;
    if (pt->deadline <= now) {
        missed = (now - pt->deadline) / pt->interval + 1;
        pt->deadline += missed * pt->interval;
    }
    return missed;
}

/* The task to signal, borrowed under RCU; NULL: its thread is gone. */
static struct task *receiver(struct posix_timer *pt)
{
    struct task *t;

    if (!pt->target)
        return pt->group->leader;
    t = pid_task(pt->target, PID_TASK);
    return t && t->group == pt->group ? t : NULL;
}

static void expire(struct timer *timer)
{
    struct posix_timer *pt = container_of(timer, struct posix_timer, timer);
    struct thread_group *g = pt->group;
    unsigned long flags;
    struct task *t;
    bool sent = false;

    rcu_read_lock();
    flags = spin_lock_irqsave(&g->lock);
    if (!pt->armed)
        goto out;
    if (clock_is_cpu(pt->clock) && clock_now(pt) < pt->deadline) {
        start(pt);
        goto out;
    }
    t = receiver(pt);
    if (pt->event.notify != SIGEV_NONE && t) {
        if (!list_empty(&pt->signal.link)) {
            pt->overrun++;
            sent = true;
        } else {
            pt->signal.info = (struct signal_info){
                .signo = pt->event.signo,
                .code = SI_TIMER,
                .timer_id = pt->id,
                .value = pt->event.value,
            };
            refcount_inc(&pt->refs);
            sent = signal_queue_entry(t, &pt->signal, !pt->target);
            if (!sent)
                refcount_dec(&pt->refs);
        }
    }
    if (!pt->interval)
        pt->armed = false;
    else if (sent)
        pt->waits_for_delivery = true;
    if (pt->interval && !pt->waits_for_delivery) {
        forward(pt);
        start(pt);
    }
out:
    spin_unlock_irqrestore(&g->lock, flags);
    rcu_read_unlock();
}

void posix_timer_delivered(struct posix_timer *pt, struct signal_info *info)
{
    struct thread_group *g = pt->group;
    unsigned long flags = spin_lock_irqsave(&g->lock);

    if (pt->armed && pt->interval && pt->waits_for_delivery) {
        pt->waits_for_delivery = false;
        pt->overrun += forward(pt);
        start(pt);
    }
    pt->last_overrun = min(pt->overrun, (u64)OVERRUN_MAX);
    pt->overrun = 0;
    info->overrun = pt->last_overrun;
    spin_unlock_irqrestore(&g->lock, flags);
    timer_put(pt);
}

static struct posix_timer *find(struct thread_group *g, s32 id)
{
    struct posix_timer *pt;

    if (!g->timers)
        return NULL;
    list_for_each_entry (pt, &g->timers->all, link) {
        if (pt->id == id)
            return pt;
    }
    return NULL;
}

static int check_event(struct caller *who, const struct timer_event *e,
                       struct pid **target)
{
    struct task *t;

    *target = NULL;
    switch (e->notify) {
    case SIGEV_NONE:
        return 0;
    case SIGEV_SIGNAL:
    case SIGEV_THREAD:
        break;
    case SIGEV_SIGNAL | SIGEV_THREAD_ID:
        t = task_find(who, e->tid);
        if (!t)
            return -EINVAL;
        if (t->group == who->task->group)
            *target = pid_get(t->pids[PID_TASK]);
        task_put(t);
        if (!*target)
            return -EINVAL;
        break;
    default:
        return -EINVAL;
    }
    if (e->signo < 1 || e->signo > SIGNAL_COUNT) {
        pid_put(*target);
        return -EINVAL;
    }
    return 0;
}

s64 posix_timer_create(struct caller *who, s32 clock,
                       const struct timer_event *event)
{
    struct thread_group *g = who->task->group;
    struct posix_timers *all = NULL;
    struct posix_timer *pt;
    struct pid *target;
    int error = clock_check_timer(who, clock);

    if (!error)
        error = check_event(who, event, &target);
    if (error)
        return error;
    pt = kzalloc(sizeof(*pt), ALLOC_KERNEL);
    if (!pt)
        goto no_memory;
    if (!g->timers) {
        all = kzalloc(sizeof(*all), ALLOC_KERNEL);
        if (!all)
            goto no_memory;
        INIT_LIST_HEAD(&all->all);
    }
    refcount_set(&pt->refs, 1);
    pt->group = g;
    pt->clock = clock;
    pt->event = *event;
    pt->target = target;
    timer_setup(&pt->timer, expire);
    INIT_LIST_HEAD(&pt->signal.link);
    pt->signal.timer = pt;

    spin_lock_irq(&g->lock);
    if (!g->timers) {
        g->timers = all;
        all = NULL;
    }
    do
        pt->id = g->timers->next_id++ & 0x7fffffff;
    while (find(g, pt->id));
    if (pt->event.notify == SIGEV_SIGNAL && pt->event.value_is_id)
        pt->event.value = pt->id;
    list_add_tail(&pt->link, &g->timers->all);
    g->timers->count++;
    spin_unlock_irq(&g->lock);
    kfree(all);
    return pt->id;
no_memory:
    kfree(pt);
    pid_put(target);
    return -EAGAIN;
}

static void read_value(struct posix_timer *pt, struct itimer_value *v)
{
    u64 now = clock_now(pt);

    v->interval = pt->interval;
    v->value = 0;
    if (!pt->armed)
        return;
    if (pt->interval && pt->deadline <= now) {
        u64 missed = (now - pt->deadline) / pt->interval + 1;
        v->value = pt->deadline + missed * pt->interval - now;
    } else {
        /* Expired but not yet seen: never 0, which means off. */
        v->value = pt->deadline > now ? pt->deadline - now : 1;
    }
}

int posix_timer_set(struct caller *who, s32 id, bool absolute,
                    const struct itimer_value *value, struct itimer_value *old)
{
    struct thread_group *g = who->task->group;
    struct posix_timer *pt;

    spin_lock_irq(&g->lock);
    pt = find(g, id);
    if (!pt) {
        spin_unlock_irq(&g->lock);
        return -EINVAL;
    }
    if (old)
        read_value(pt, old);
    pt->armed = false;
    pt->waits_for_delivery = false;
    pt->overrun = 0;
    timer_cancel(&pt->timer);
    pt->interval = value->interval;
    if (value->value) {
        pt->deadline = absolute ? clock_to_timer_base(pt->clock, value->value)
                                : clock_now(pt) + value->value;
        pt->armed = true;
        start(pt);
    }
    spin_unlock_irq(&g->lock);
    return 0;
}

int posix_timer_get(struct caller *who, s32 id, struct itimer_value *now)
{
    struct thread_group *g = who->task->group;
    struct posix_timer *pt;

    spin_lock_irq(&g->lock);
    pt = find(g, id);
    if (pt)
        read_value(pt, now);
    spin_unlock_irq(&g->lock);
    return pt ? 0 : -EINVAL;
}

s64 posix_timer_overrun(struct caller *who, s32 id)
{
    struct thread_group *g = who->task->group;
    struct posix_timer *pt;
    s64 result;

    spin_lock_irq(&g->lock);
    pt = find(g, id);
    result = pt ? (s64)pt->last_overrun : -EINVAL;
    spin_unlock_irq(&g->lock);
    return result;
}

/* Unlink; group locked. The caller cancels and puts without the lock. */
static void detach(struct posix_timer *pt, bool *was_queued)
{
    pt->armed = false;
    list_del_init(&pt->link);
    pt->group->timers->count--;
    *was_queued = signal_unqueue_entry(pt->group, &pt->signal);
}

static void finish_delete(struct posix_timer *pt, bool was_queued)
{
    timer_cancel_sync(&pt->timer);
    if (was_queued)
        timer_put(pt);
    if (was_queued && PLANTED(PLANT_POSIX_TIMER))
        timer_put(pt);
    timer_put(pt);
}

int posix_timer_delete(struct caller *who, s32 id)
{
    struct thread_group *g = who->task->group;
    struct posix_timer *pt;
    bool queued = false;

    spin_lock_irq(&g->lock);
    pt = find(g, id);
    if (pt)
        detach(pt, &queued);
    spin_unlock_irq(&g->lock);
    if (!pt)
        return -EINVAL;
    finish_delete(pt, queued);
    return 0;
}

void posix_timers_exec(struct thread_group *g)
{
    for (;;) {
        struct posix_timer *pt = NULL;
        bool queued = false;

        spin_lock_irq(&g->lock);
        if (g->timers)
            pt = list_first_entry_or_null(&g->timers->all, struct posix_timer,
                                          link);
        if (pt)
            detach(pt, &queued);
        spin_unlock_irq(&g->lock);
        if (!pt)
            return;
        finish_delete(pt, queued);
    }
}

void posix_timers_exit(struct thread_group *g)
{
    posix_timers_exec(g);
    kfree(g->timers);
    g->timers = NULL;
    itimers_exit(g);
}
