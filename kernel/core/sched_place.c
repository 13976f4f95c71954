/* On which CPU a thread runs: at wake-ups, at its start, and by pulling. */
#include "core/runqueue.h"

static bool allowed(const struct thread *t, u32 cpu)
{
    return cpumask_test(&t->affinity, cpu) && cpumask_test(&cpus_online, cpu);
}

static u32 idle_allowed(const struct thread *t, u32 from)
{
    u32 n = cpu_count();

    for (u32 i = 0; i < n; i++) {
        u32 cpu = from + i < n ? from + i : from + i - n;

        if (allowed(t, cpu) && sched_cpu_idle(cpu))
            return cpu;
    }
    return MAX_CPUS;
}

/* The one with the fewest runnable threads. */
static u32 least_busy(const struct thread *t, u32 from)
{
    u32 n = cpu_count(), best = MAX_CPUS, least = U32_MAX;

    for (u32 i = 0; i < n; i++) {
        u32 cpu = from + i < n ? from + i : from + i - n;
        u32 count = READ_ONCE(runqueue_of(cpu)->count);

        if (allowed(t, cpu) && count < least) {
            least = count;
            best = cpu;
        }
    }
    return best;
}

/* The one that runs the least urgent thread, if less urgent than `limit`. */
static u32 less_urgent(const struct thread *t, u32 from, int limit)
{
    u32 n = cpu_count(), best = MAX_CPUS;
    int least = limit;

    for (u32 i = 0; i < n; i++) {
        u32 cpu = from + i < n ? from + i : from + i - n;
        const struct thread *c = READ_ONCE(runqueue_of(cpu)->current);
        int priority = c && thread_is_rt(c) ? c->rt_priority : 0;

        if (allowed(t, cpu) && priority < least) {
            least = priority;
            best = cpu;
        }
    }
    return best;
}

static bool may_take(const struct thread *t, const struct runqueue *to)
{
    return !atomic_load_acquire(&t->on_cpu) && allowed(t, to->cpu);
}

static struct thread *rt_candidate(struct runqueue *from, struct runqueue *to)
{
    if (!from->rt_count)
        return NULL;
    for (unsigned level = RT_LEVELS; level-- > 1;) {
        struct thread *t;

        list_for_each_entry (t, &from->rt[level], entity.rt_link) {
            if (t != from->current && t != from->hand_off && may_take(t, to))
                return t;
        }
    }
    return NULL;
}

/* ----------------------------------------------------- real-time threads */

/*
 * The most urgent real-time threads run, on as many CPUs as there are: one that
 * has to wait where it is asks a CPU that runs something less urgent to look
 * (rt_push), and a CPU takes a more urgent one before it runs what it has.
 */
void rt_push(u32 cpu)
{
    if (cpu == cpu_current()) {
        __atomic_fetch_or(&thread_current()->head.work.counter, WORK_RESCHED,
                          __ATOMIC_SEQ_CST);
        return;
    }
    WRITE_ONCE(runqueue_of(cpu)->rt_look, true);
    arch_send_ipi(cpu, IPI_RESCHED);
}

u32 rt_push_target(const struct thread *t)
{
    u32 cpu = less_urgent(t, t->cpu, t->rt_priority);

    return cpu == t->cpu ? MAX_CPUS : cpu;
}

void rt_pull(struct runqueue *rq)
{
    unsigned best = rt_level(rq);

    for (u32 i = 1; i < cpu_count(); i++) {
        struct runqueue *from = runqueue_of((rq->cpu + i) % cpu_count());
        struct thread *t;

        if (!READ_ONCE(from->rt_count) || !spin_trylock(&from->lock))
            continue;
        t = rt_candidate(from, rq);
        /* One more urgent than what runs there is about to run. */
        if (t && t->rt_priority > best && thread_is_rt(from->current) &&
            from->current->rt_priority >= t->rt_priority) {
            rq_move(from, rq, t);
            best = t->rt_priority;
        }
        spin_unlock(&from->lock);
    }
}

/* ------------------------------------------------------------------ places */

u32 place_allowed(const struct thread *t)
{
    u32 cpu = least_busy(t, 0);

    return cpu == MAX_CPUS ? cpu_current() : cpu;
}

u32 place_wakeup(struct thread *t, bool sync)
{
    u32 here = cpu_current(), last = t->cpu, cpu;

    if (cpu_count() == 1)
        return 0;
    /* The waker goes to sleep at once: what it wrote is warm here. */
    if (sync && allowed(t, here) && READ_ONCE(runqueue_of(here)->count) <= 1)
        return here;
    if (allowed(t, last) && sched_cpu_idle(last))
        return last;
    cpu = idle_allowed(t, last);
    if (cpu != MAX_CPUS)
        return cpu;
    if (unlikely(thread_is_rt(t))) {
        cpu = less_urgent(t, last, RT_LEVELS);
        if (cpu != MAX_CPUS)
            return cpu;
    }
    if (!allowed(t, last))
        return allowed(t, here) ? here : place_allowed(t);
    if (allowed(t, here) && READ_ONCE(runqueue_of(here)->count) + 1 <
                                READ_ONCE(runqueue_of(last)->count))
        return here;
    return last;
}

u32 place_new(struct thread *t, bool sync)
{
    u32 here = cpu_current(), cpu;

    if (cpu_count() == 1)
        return 0;
    if (sync && likely(!thread_is_rt(t)) && allowed(t, here) &&
        READ_ONCE(runqueue_of(here)->count) <= 1)
        return here;
    cpu = idle_allowed(t, here);
    if (cpu == MAX_CPUS && unlikely(thread_is_rt(t)))
        cpu = less_urgent(t, here, RT_LEVELS);
    if (cpu == MAX_CPUS)
        cpu = least_busy(t, here);
    return cpu == MAX_CPUS ? here : cpu;
}

/* ----------------------------------------------------------------- pulling */

/* A thread of at most `weight`, 0: any. */
static struct thread *fair_candidate(struct runqueue *from, struct runqueue *to,
                                     u64 weight)
{
    struct rb_node *n = rb_first_cached(&from->fair.tree);

    for (unsigned tries = 0; n && tries < 32; tries++, n = rb_next(n)) {
        struct sched_entity *e = rb_entry(n, struct sched_entity, node);
        struct thread *t = container_of(e, struct thread, entity);

        if ((!weight || e->weight <= weight) && t != from->hand_off &&
            may_take(t, to))
            return t;
    }
    return NULL;
}

static struct runqueue *busiest_for(struct runqueue *rq, bool idle)
{
    struct runqueue *best = NULL;
    u64 most = idle ? 0 : READ_ONCE(rq->load);

    for (u32 i = 1; i < cpu_count(); i++) {
        u32 cpu = (rq->cpu + i) % cpu_count();
        struct runqueue *other = runqueue_of(cpu);
        u64 load;

        if (READ_ONCE(other->count) < 2)
            continue;
        load = READ_ONCE(other->load);
        if (idle && READ_ONCE(other->rt_count) > 1)
            load += 1UL << 32;
        if (load > most || (idle && !best)) {
            most = load;
            best = other;
        }
    }
    return best;
}

bool balance_pull(struct runqueue *rq, bool idle)
{
    struct runqueue *from = busiest_for(rq, idle);
    struct thread *t;
    u64 difference;

    /* Queues are locked in order elsewhere; here, rather not than wait. */
    if (!from || !spin_trylock(&from->lock))
        return false;
    t = NULL;
    if (from->count >= 2) {
        if (idle)
            t = rt_candidate(from, rq);
        difference = from->load > rq->load ? from->load - rq->load : 0;
        /* Moving w of it changes the difference by twice that. */
        if (!t && (idle || difference > 1))
            t = fair_candidate(from, rq, idle ? 0 : difference / 2);
    }
    if (t)
        rq_move(from, rq, t);
    spin_unlock(&from->lock);
    return t != NULL;
}

/* More to do here than one CPU can: wake one that sleeps. */
void balance_kick_idle(struct runqueue *rq)
{
    u32 n = cpu_count();

    if (rq->count < 2)
        return;
    for (u32 i = 1; i < n; i++) {
        u32 cpu = (rq->cpu + i) % n;

        if (cpumask_test(&cpus_online, cpu) && sched_cpu_idle(cpu)) {
            struct runqueue *other = runqueue_of(cpu);

            __atomic_fetch_or(&other->idle->head.work.counter, WORK_RESCHED,
                              __ATOMIC_SEQ_CST);
            arch_send_ipi(cpu, IPI_RESCHED);
            return;
        }
    }
}
