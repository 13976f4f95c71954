/* What users may change about scheduling, and the figures they see. */
#include "core/runqueue.h"
#include "lib/errno.h"
#include "lib/math64.h"

int sched_priority_check(enum sched_policy p, u8 rt_priority)
{
    switch (p) {
    case SCHED_FIFO:
    case SCHED_RR:
        return rt_priority >= 1 && rt_priority <= 99 ? 0 : -EINVAL;
    case SCHED_NORMAL:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return rt_priority == 0 ? 0 : -EINVAL;
    }
    return -EINVAL;
}

/* As rq_lock_of(), once it is not on its way to another queue: finish_switch()
 * puts it there without sched_lock. */
static struct runqueue *lock_settled(struct thread *t)
{
    for (;;) {
        struct runqueue *rq = rq_lock_of(t);

        /* Pairs with finish_switch(): `cpu` is where that ended. */
        if (!smp_load_acquire(&t->must_move) && rq->cpu == READ_ONCE(t->cpu))
            return rq;
        spin_unlock(&rq->lock);
        arch_cpu_relax();
    }
}

/* Takes the thread off its queue, runs change(), and puts it back. */
static void change_queued(struct thread *t, enum sched_policy p, u8 rt_priority)
{
    struct runqueue *rq = lock_settled(t);
    bool queued = t->entity.queued, running = rq->current == t;

    rq_update(rq);
    if (queued)
        rq_dequeue(rq, t);
    t->policy = (u8)p;
    t->rt_priority = rt_priority;
    t->entity.weight = sched_weight_of(t);
    t->entity.slice = p == SCHED_RR ? RR_SLICE_NS : SLICE_NS;
    if (queued) {
        rq_enqueue(rq, t, false);
        if (running && !thread_is_rt(t))
            fair_set_current(&rq->fair, &t->entity);
        if (running)
            rq_resched(rq);
        else
            rq_check_preempt(rq, t);
    }
    spin_unlock(&rq->lock);
}

int sched_set_policy(struct thread *t, enum sched_policy p, u8 rt_priority)
{
    unsigned long flags;
    int error = sched_priority_check(p, rt_priority);

    if (error)
        return error;
    flags = spin_lock_irqsave(&t->sched_lock);
    change_queued(t, p, rt_priority);
    spin_unlock_irqrestore(&t->sched_lock, flags);
    return 0;
}

void sched_set_nice(struct thread *t, int nice)
{
    unsigned long flags = spin_lock_irqsave(&t->sched_lock);
    struct runqueue *rq = lock_settled(t);

    t->nice = (s8)clamp(nice, -20, 19);
    if (!thread_is_rt(t)) {
        u32 old = t->entity.weight;

        rq_update(rq);
        fair_set_weight(&rq->fair, &t->entity, sched_weight_of(t));
        if (t->entity.queued)
            rq->load += (u64)t->entity.weight - old;
    }
    spin_unlock(&rq->lock);
    spin_unlock_irqrestore(&t->sched_lock, flags);
}

static void move_queued(struct thread *t)
{
    struct runqueue *rq = lock_settled(t);
    bool moved = false;

    if (!cpumask_test(&t->affinity, rq->cpu) && t->entity.queued) {
        if (rq->current == t) {
            /* switch_threads() sends it away. */
            rq_resched(rq);
        } else if (!atomic_load_acquire(&t->on_cpu)) {
            rq_update(rq);
            rq_dequeue(rq, t);
            moved = true;
        }
    }
    spin_unlock(&rq->lock);
    if (moved) {
        rq = runqueue_of(place_allowed(t));
        spin_lock(&rq->lock);
        rq_enqueue(rq, t, false);
        rq_check_preempt(rq, t);
        spin_unlock(&rq->lock);
    }
}

int sched_set_affinity(struct thread *t, const struct cpumask *mask)
{
    unsigned long flags;
    bool any = false;

    for (u32 i = 0; i < MAX_CPUS / 64; i++)
        any |= (mask->bits[i] & cpus_online.bits[i]) != 0;
    if (!any)
        return -EINVAL;
    flags = spin_lock_irqsave(&t->sched_lock);
    t->affinity = *mask;
    if (atomic_load(&t->state) != THREAD_NEW)
        move_queued(t);
    spin_unlock_irqrestore(&t->sched_lock, flags);
    cond_resched();
    /* Where it runs now, it is on its way off. */
    while (t != thread_current() && preemptible() &&
           READ_ONCE(runqueue_of(READ_ONCE(t->cpu))->current) == t &&
           !cpumask_test(mask, READ_ONCE(t->cpu)))
        sched_yield();
    return 0;
}

u64 sched_turn_ns(struct thread *t)
{
    switch (t->policy) {
    case SCHED_FIFO:
        return 0;
    case SCHED_RR:
        return RR_SLICE_NS;
    default:
        return SLICE_NS;
    }
}

/* ----------------------------------------------------------------- CPU time */

static inline u64 elapsed(u64 now, u64 since)
{
    return (s64)(now - since) > 0 ? now - since : 0;
}

void account_leave(struct runqueue *rq, struct thread *t)
{
    u64 ns = elapsed(rq->clock, t->time_stamp);

    if (t == rq->idle)
        rq->times[3] += ns;
    else if (t->in_user && t->mm)
        rq->times[t->nice > 0] += ns;
    else
        rq->times[2] += ns;
}

/* Its total, while sched_lock is held. */
static u64 runtime_locked(struct thread *t)
{
    struct runqueue *rq = rq_lock_of(t);
    u64 ns;

    if (rq->current == t)
        rq_update(rq);
    ns = t->entity.sum_exec;
    spin_unlock(&rq->lock);
    return ns;
}

/* The parts add up to the exact total, and neither ever goes back: what has
 * been shown of one limits the other. */
void sched_thread_times(struct thread *t, u64 *user_ns, u64 *system_ns)
{
    unsigned long flags = spin_lock_irqsave(&t->sched_lock);
    u64 total = runtime_locked(t), user;
    u64 in_user = READ_ONCE(t->user_ticks),
        in_kernel = READ_ONCE(t->system_ticks);

    if (!t->mm && !in_user)
        user = 0;
    else if (!in_kernel)
        user = total;
    else
        user = mul_u64_u64_div_u64(total, in_user, in_user + in_kernel);
    user = max(user, t->user_shown);
    user = min(user, total - min(t->system_shown, total));
    t->user_shown = user;
    t->system_shown = total - min(user, total);
    *user_ns = t->user_shown;
    *system_ns = t->system_shown;
    spin_unlock_irqrestore(&t->sched_lock, flags);
}

void sched_cpu_times(u32 cpu, u64 out[5])
{
    struct runqueue *rq = runqueue_of(cpu);
    unsigned long flags = spin_lock_irqsave(&rq->lock);
    struct thread *t = rq->current;

    for (unsigned i = 0; i < 5; i++)
        out[i] = rq->times[i];
    if (t) {
        u64 ns = elapsed(sched_clock(), READ_ONCE(t->time_stamp));

        if (t == rq->idle)
            out[3] += ns;
        else if (t->in_user && t->mm)
            out[t->nice > 0] += ns;
        else
            out[2] += ns;
    }
    spin_unlock_irqrestore(&rq->lock, flags);
}

/* ------------------------------------------------------------ load average */

/*
 * Every 5 s of time (not of timer events) the averages move towards the number
 * of threads that run or sleep uninterruptibly. Nobody is woken for it: a
 * switch or a reader that finds the moment past catches up, with the number
 * that has been true since: an idle machine does not switch.
 */
#define LOAD_PERIOD (5 * NS_PER_SEC)
#define FIXED_1     (1UL << 11)

/* FIXED_1 / e^(5 s / 1, 5, 15 minutes) */
static const u64 decay[3] = {1884, 2014, 2037};
static spinlock_t load_lock = SPINLOCK_INIT("load_average");
static u64 averages[3];
u64 load_average_next = LOAD_PERIOD;

static u64 fixed_power(u64 x, u64 n)
{
    u64 result = FIXED_1;

    for (; n; n >>= 1) {
        if (n & 1)
            result = (result * x + FIXED_1 / 2) / FIXED_1;
        x = (x * x + FIXED_1 / 2) / FIXED_1;
    }
    return result;
}

static u64 active_threads(void)
{
    s64 n = 0;

    for_each_online_cpu (cpu) {
        struct runqueue *rq = runqueue_of(cpu);

        n += READ_ONCE(rq->count) + READ_ONCE(rq->uninterruptible);
    }
    return n > 0 ? (u64)n : 0;
}

void load_average_update(u64 now)
{
    u64 periods, active;

    if (!raw_spin_trylock(&load_lock))
        return;
    if (now >= load_average_next) {
        periods = (now - load_average_next) / LOAD_PERIOD + 1;
        active = active_threads() * FIXED_1;
        for (unsigned i = 0; i < 3; i++) {
            u64 keep = fixed_power(decay[i], periods);
            u64 v = averages[i] * keep + active * (FIXED_1 - keep);

            if (active >= averages[i])
                v += FIXED_1 - 1;
            averages[i] = v / FIXED_1;
        }
        WRITE_ONCE(load_average_next,
                   load_average_next + periods * LOAD_PERIOD);
    }
    raw_spin_unlock(&load_lock);
}

void sched_stats_get(struct sched_stats *s)
{
    u64 now = sched_clock();

    *s = (struct sched_stats){0};
    preempt_disable();
    if (now >= READ_ONCE(load_average_next)) {
        unsigned long flags = arch_irq_save();

        load_average_update(now);
        arch_irq_restore(flags);
    }
    for_each_online_cpu (cpu) {
        struct runqueue *rq = runqueue_of(cpu);

        s->switches += READ_ONCE(rq->switches);
        s->forks += READ_ONCE(rq->forks);
        s->running += READ_ONCE(rq->count);
    }
    preempt_enable();
    for (unsigned i = 0; i < 3; i++)
        s->load[i] = READ_ONCE(averages[i]);
}
