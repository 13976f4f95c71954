/* timer_create(2) and its family: timers on wall clocks that send signals. */
#include "proc/posix_timer.h"

#include "core/plant.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/idr.h"
#include "lib/rbtree.h"
#include "proc/clock.h"
#include "proc/pid_internal.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "proc/user_account.h"

#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4

#define OVERRUN_MAX 0x7fffffff

/* How often a timer whose signal is ignored comes at most, ns. */
#define IGNORED_PERIOD_MIN 1000000ULL

/* Guarded by the group's lock but for refs. */
struct posix_timer {
    refcount_t refs;            /* the table's, and the queued signal's */
    struct thread_group *group; /* borrowed: timers go before their group */
    s32 id, clock;
    struct timer_event event;
    struct pid *target;         /* owned: thread, or NULL: the process */
    struct user_account *user;  /* owned: its signal is in that count */
    struct timer timer;         /* wall clocks */
    struct rb_node by_cpu_time; /* CPU clocks: in thread_group.timers->cpu */
    bool in_cpu_tree;
    u64 deadline; /* ns; on the monotonic clock, or CPU time */
    u64 interval; /* ns */
    bool armed;
    bool waits_for_delivery; /* periodic: started again when it is taken */
    u64 overrun, last_overrun;
    struct signal_entry signal; /* queued at most once */
};

struct posix_timers {
    struct idr ids;            /* struct posix_timer */
    struct rb_root_cached cpu; /* started ones on CPU clocks, by deadline */
};

static struct idr_node *id_node_alloc(void *ctx)
{
    (void)ctx;
    return kzalloc(sizeof(struct idr_node), ALLOC_ATOMIC);
}

static void id_node_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree(node);
}

static const struct idr_ops id_ops = {id_node_alloc, id_node_free};

static u64 forward(struct posix_timer *pt, u64 now);
static void start(struct posix_timer *pt);

static u64 clock_now(struct posix_timer *pt)
{
    if (clock_is_cpu(pt->clock))
        return group_cpu_time(pt->group);
    return time_monotonic();
}

static void timer_put(struct posix_timer *pt)
{
    if (!refcount_dec_and_test(&pt->refs))
        return;
    pid_put(pt->target);
    atomic_dec(&pt->user->signals_pending);
    user_account_put(pt->user);
    kfree(pt);
}

/* Its next period, counted from now. */
static u64 restart(struct posix_timer *pt)
{
    u64 missed;

    pt->waits_for_delivery = false;
    missed = forward(pt, clock_now(pt));
    start(pt);
    if (clock_is_cpu(pt->clock))
        itimers_check_soon(pt->group);
    return missed;
}

void posix_timer_signal_dropped(struct posix_timer *pt)
{
    if (pt->armed && pt->interval && pt->waits_for_delivery)
        restart(pt);
    timer_put(pt);
}

static bool sooner(const struct rb_node *a, const struct rb_node *b)
{
    return rb_entry(a, struct posix_timer, by_cpu_time)->deadline <
           rb_entry(b, struct posix_timer, by_cpu_time)->deadline;
}

static void stop(struct posix_timer *pt)
{
    if (pt->in_cpu_tree)
        rb_erase_cached(&pt->by_cpu_time, &pt->group->timers->cpu);
    pt->in_cpu_tree = false;
    timer_cancel(&pt->timer);
}

/* Have it looked at when pt->deadline has come. */
static void start(struct posix_timer *pt)
{
    stop(pt);
    if (pt->event.notify == SIGEV_NONE)
        return;
    if (!clock_is_cpu(pt->clock)) {
        timer_start(&pt->timer, pt->deadline);
        return;
    }
    rb_add_cached(&pt->by_cpu_time, &pt->group->timers->cpu, sooner);
    pt->in_cpu_tree = true;
}

/* Move the deadline past now; how many intervals were missed. */
static u64 forward(struct posix_timer *pt, u64 now)
{
    u64 missed = 0;

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

/* Its moment has come. Group locked, RCU. */
static void fire(struct posix_timer *pt)
{
    struct task *t = receiver(pt);
    bool sent = false;

    if (t) {
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
        u64 now = clock_now(pt);

        if (pt->interval < IGNORED_PERIOD_MIN)
            now += IGNORED_PERIOD_MIN;
        forward(pt, now);
        start(pt);
    }
}

static void expire(struct timer *timer)
{
    struct posix_timer *pt = container_of(timer, struct posix_timer, timer);
    struct thread_group *g = pt->group;
    unsigned long flags;

    rcu_read_lock();
    flags = spin_lock_irqsave(&g->lock);
    /* It may have been set anew since. */
    if (pt->armed && !pt->waits_for_delivery &&
        pt->deadline <= time_monotonic())
        fire(pt);
    spin_unlock_irqrestore(&g->lock, flags);
    rcu_read_unlock();
}

void posix_timers_check_cpu(struct thread_group *g, u64 used, u64 *left)
{
    struct rb_node *first;

    if (!g->timers)
        return;
    rcu_read_lock();
    while ((first = rb_first_cached(&g->timers->cpu))) {
        struct posix_timer *pt =
            rb_entry(first, struct posix_timer, by_cpu_time);

        if (pt->deadline > used) {
            *left = min(*left, pt->deadline - used);
            break;
        }
        stop(pt);
        fire(pt);
        /* What was used meanwhile counts the next time. */
        if (pt->in_cpu_tree && pt->deadline <= used)
            break;
    }
    rcu_read_unlock();
}

void posix_timer_delivered(struct posix_timer *pt, struct signal_info *info)
{
    struct thread_group *g = pt->group;
    unsigned long flags = spin_lock_irqsave(&g->lock);

    if (pt->armed && pt->interval && pt->waits_for_delivery)
        pt->overrun += restart(pt);
    pt->last_overrun = min(pt->overrun, (u64)OVERRUN_MAX);
    pt->overrun = 0;
    info->overrun = pt->last_overrun;
    spin_unlock_irqrestore(&g->lock, flags);
    timer_put(pt);
}

static struct posix_timer *find(struct thread_group *g, s32 id)
{
    return g->timers && id >= 0 ? idr_find(&g->timers->ids, id) : NULL;
}

/* The signal that each timer has in store counts as pending; NULL: too many. */
static struct user_account *charge_signal(struct task *t)
{
    struct user_account *u = t->cred->user;

    if ((u64)atomic_add_return(1, &u->signals_pending) >
        t->group->limits[LIMIT_SIGPENDING].soft) {
        atomic_dec(&u->signals_pending);
        return NULL;
    }
    return user_account_get(u);
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
    struct posix_timer *pt = NULL;
    struct pid *target;
    s32 id;
    int error = clock_check_timer(who, clock);

    if (!error)
        error = check_event(who, event, &target);
    if (error)
        return error;
    struct user_account *user = charge_signal(who->task);
    if (user)
        pt = kzalloc(sizeof(*pt), ALLOC_KERNEL);
    if (!pt)
        goto no_memory;
    if (!g->timers) {
        all = kzalloc(sizeof(*all), ALLOC_KERNEL);
        if (!all)
            goto no_memory;
        idr_init(&all->ids, &id_ops, NULL);
        all->cpu = RB_ROOT_CACHED;
    }
    refcount_set(&pt->refs, 1);
    pt->group = g;
    pt->clock = clock;
    pt->event = *event;
    pt->target = target;
    pt->user = user;
    timer_setup(&pt->timer, expire);
    INIT_LIST_HEAD(&pt->signal.link);
    pt->signal.timer = pt;

    spin_lock_irq(&g->lock);
    if (!g->timers) {
        g->timers = all;
        all = NULL;
    }
    id = pt->id = idr_alloc_cyclic(&g->timers->ids, pt, 0, 0x7fffffff);
    if (pt->event.notify == SIGEV_SIGNAL && pt->event.value_is_id)
        pt->event.value = pt->id;
    spin_unlock_irq(&g->lock);
    kfree(all);
    if (id >= 0)
        return id;
no_memory:
    kfree(pt);
    pid_put(target);
    if (user) {
        atomic_dec(&user->signals_pending);
        user_account_put(user);
    }
    return -EAGAIN;
}

static void read_value(struct posix_timer *pt, struct itimer_value *v)
{
    u64 now = clock_now(pt);

    v->interval = pt->interval;
    v->value = 0;
    if (!pt->armed)
        return;
    if (pt->deadline <= now && pt->event.notify == SIGEV_NONE && !pt->interval)
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
    stop(pt);
    pt->interval = value->interval;
    if (value->value) {
        pt->deadline = absolute
                           ? clock_to_timer_base(who, pt->clock, value->value)
                           : clock_now(pt) + value->value;
        pt->armed = true;
        start(pt);
        if (pt->in_cpu_tree)
            itimers_check_soon(g);
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
    stop(pt);
    idr_remove(&pt->group->timers->ids, pt->id);
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
        int id = 0;

        spin_lock_irq(&g->lock);
        if (g->timers)
            pt = idr_next(&g->timers->ids, &id);
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
    itimers_exit(g);
    posix_timers_exec(g);
    if (g->timers)
        idr_destroy(&g->timers->ids);
    kfree(g->timers);
    g->timers = NULL;
}
