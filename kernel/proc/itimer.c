/* setitimer's timers and RLIMIT_CPU. */
#include "core/time.h"
#include "lib/errno.h"
#include "proc/clock.h"
#include "proc/posix_timer.h"
#include "proc/signal_internal.h"
#include "proc/task.h"

/* CPU timers are looked at no more often than this. */
#define CPU_CHECK_MIN 200000ULL

static void send(struct thread_group *g, int signo)
{
    struct signal_info info;

    signal_info_kernel(&info, signo);
    signal_send_locked(g->leader, &info, true, false);
}

static void real_expired(struct timer *timer)
{
    struct thread_group *g =
        container_of(timer, struct thread_group, real_timer);
    unsigned long flags = spin_lock_irqsave(&g->lock);

    /* It may have been set anew since. */
    if (g->real_deadline && !g->real_fired &&
        g->real_deadline <= time_monotonic()) {
        send(g, SIGALRM);
        if (g->real_interval)
            g->real_fired = true;
        else
            g->real_deadline = 0;
    }
    spin_unlock_irqrestore(&g->lock, flags);
}

void itimer_alarm_taken(struct thread_group *g)
{
    u64 now;

    if (!g->real_fired || g->timers_over)
        return;
    g->real_fired = false;
    now = time_monotonic();
    g->real_deadline += g->real_interval;
    if (g->real_deadline <= now)
        g->real_deadline += ((now - g->real_deadline) / g->real_interval + 1) *
                            g->real_interval;
    timer_start(&g->real_timer, g->real_deadline);
}

/* ITIMER_VIRTUAL counts user time, ITIMER_PROF all. */
static u64 used_by(struct thread_group *g, bool user_only)
{
    u64 user_ns, system_ns;

    thread_group_times(g, &user_ns, &system_ns);
    return user_only ? user_ns : user_ns + system_ns;
}

static void check_one(struct thread_group *g, struct cpu_itimer *it, u64 used,
                      int signo, u64 *next)
{
    if (!it->deadline)
        return;
    if (used >= it->deadline) {
        send(g, signo);
        if (!it->interval) {
            it->deadline = 0;
            return;
        }
        it->deadline += it->interval;
        if (it->deadline <= used)
            it->deadline = used + it->interval;
    }
    *next = min(*next, it->deadline - used);
}

static void check_limit(struct thread_group *g, u64 used, u64 *next)
{
    struct limit *l = &g->limits[LIMIT_CPU];
    u64 seconds = used / NS_PER_SEC;

    if (l->soft == ~0ULL)
        return;
    if (seconds >= l->hard) {
        send(g, SIGKILL);
        return;
    }
    if (seconds >= l->soft) {
        /* Again every second until the hard limit (setrlimit(2)). */
        if (seconds >= g->cpu_limit_next) {
            send(g, SIGXCPU);
            g->cpu_limit_next = seconds + 1;
        }
        *next = min(*next, (seconds + 1) * NS_PER_SEC - used);
        return;
    }
    *next = min(*next, l->soft * NS_PER_SEC - used);
}

static void check_cpu_timers(struct thread_group *g)
{
    u64 all = used_by(g, false), next = ~0ULL;

    check_one(g, &g->cpu_timers[0], used_by(g, true), SIGVTALRM, &next);
    check_one(g, &g->cpu_timers[1], all, SIGPROF, &next);
    check_limit(g, all, &next);
    posix_timers_check_cpu(g, all, &next);
    if (next != ~0ULL && !g->timers_over) {
        u32 threads = max(g->thread_count, 1u);
        timer_start(&g->cpu_timer,
                    time_monotonic() + max(next / threads, CPU_CHECK_MIN));
    }
}

void itimers_check_soon(struct thread_group *g)
{
    if (!g->timers_over)
        timer_start(&g->cpu_timer, time_monotonic() + CPU_CHECK_MIN);
}

static void cpu_expired(struct timer *timer)
{
    struct thread_group *g =
        container_of(timer, struct thread_group, cpu_timer);
    unsigned long flags = spin_lock_irqsave(&g->lock);

    if (g->thread_count)
        check_cpu_timers(g);
    spin_unlock_irqrestore(&g->lock, flags);
}

void itimers_init(struct thread_group *g)
{
    timer_setup(&g->real_timer, real_expired);
    timer_setup(&g->cpu_timer, cpu_expired);
}

void itimers_exit(struct thread_group *g)
{
    spin_lock_irq(&g->lock);
    g->real_deadline = 0;
    g->real_interval = 0;
    g->real_fired = false;
    g->cpu_timers[0] = g->cpu_timers[1] = (struct cpu_itimer){0};
    g->timers_over = true;
    spin_unlock_irq(&g->lock);
    timer_cancel_sync(&g->real_timer);
    timer_cancel_sync(&g->cpu_timer);
}

static void get_locked(struct thread_group *g, enum itimer which,
                       struct itimer_value *v)
{
    if (which == ITIMER_REAL) {
        u64 now = time_monotonic();
        v->interval = g->real_interval;
        v->value = !g->real_deadline || g->real_fired ? 0
                   : g->real_deadline > now           ? g->real_deadline - now
                                                      : 1000;
    } else {
        struct cpu_itimer *it = &g->cpu_timers[which - ITIMER_VIRTUAL];
        u64 used = used_by(g, which == ITIMER_VIRTUAL);
        v->interval = it->interval;
        v->value = !it->deadline         ? 0
                   : it->deadline > used ? it->deadline - used
                                         : 1000;
    }
}

void itimer_get(struct thread_group *g, enum itimer which,
                struct itimer_value *now)
{
    spin_lock_irq(&g->lock);
    get_locked(g, which, now);
    spin_unlock_irq(&g->lock);
}

void itimer_set(struct thread_group *g, enum itimer which,
                const struct itimer_value *value, struct itimer_value *old)
{
    spin_lock_irq(&g->lock);
    if (old)
        get_locked(g, which, old);
    if (which == ITIMER_REAL) {
        timer_cancel(&g->real_timer);
        g->real_interval = value->value ? value->interval : 0;
        g->real_deadline = 0;
        g->real_fired = false;
        if (value->value) {
            g->real_deadline = time_monotonic() + value->value;
            timer_start(&g->real_timer, g->real_deadline);
        }
    } else {
        struct cpu_itimer *it = &g->cpu_timers[which - ITIMER_VIRTUAL];
        it->interval = value->interval;
        it->deadline = value->value
                           ? used_by(g, which == ITIMER_VIRTUAL) + value->value
                           : 0;
        check_cpu_timers(g);
    }
    spin_unlock_irq(&g->lock);
}

void cpu_limit_changed(struct thread_group *g)
{
    spin_lock_irq(&g->lock);
    g->cpu_limit_next = 0;
    check_cpu_timers(g);
    spin_unlock_irq(&g->lock);
}

void cpu_limit_inherited(struct thread_group *g)
{
    if (g->limits[LIMIT_CPU].soft != ~0ULL)
        cpu_limit_changed(g);
}
