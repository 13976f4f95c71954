#include "core/sched.h"

#include "core/init.h"
#include "core/log.h"
#include "core/rcu.h"
#include "core/runqueue.h"

DEFINE_PER_CPU(struct runqueue, runqueues);
atomic_t rt_runnable;
s32 sched_rt_period_us = 1000000, sched_rt_runtime_us = 950000;

/* ------------------------------------------------------------ run queues */

/* Real-time threads leave fair ones some of each period. */
static void rt_account(struct runqueue *rq, u64 ns)
{
    s32 limit = READ_ONCE(sched_rt_runtime_us);

    if (!rq->rt_time)
        rq->rt_period = rq->clock - ns;
    rq->rt_time += ns;
    if (limit >= 0 && rq->rt_time >= (u32)limit * NS_PER_USEC &&
        !rq->rt_throttled) {
        rq->rt_throttled = true;
        if (rq->fair.count)
            rq_resched(rq);
    }
}

static void rt_check_period(struct runqueue *rq)
{
    u64 period = (u32)READ_ONCE(sched_rt_period_us) * NS_PER_USEC;

    if (rq->clock - rq->rt_period < period)
        return;
    rq->rt_time = 0;
    if (rq->rt_throttled && rq->rt_count)
        rq_resched(rq);
    rq->rt_throttled = false;
}

/* Accounts the running thread's time up to now. Lock held. */
void rq_update(struct runqueue *rq)
{
    struct thread *t = rq->current;
    struct sched_entity *e = &t->entity;
    u64 now = sched_clock(), ns;

    rq->clock = now;
    if ((s64)(now - e->exec_start) <= 0)
        return;
    ns = now - e->exec_start;
    e->exec_start = now;
    WRITE_ONCE(e->sum_exec, e->sum_exec + ns);
    if (unlikely(rq->rt_time))
        rt_check_period(rq);
    if (t == rq->idle)
        return;
    if (!thread_is_rt(t)) {
        if (fair_run(&rq->fair, ns))
            rq_resched(rq);
        return;
    }
    if (t->policy == SCHED_RR)
        e->slice -= min(ns, e->slice);
    rt_account(rq, ns);
}

static void rt_enqueue(struct runqueue *rq, struct thread *t, bool front)
{
    unsigned level = t->rt_priority;

    if (front)
        list_add(&t->entity.rt_link, &rq->rt[level]);
    else
        list_add_tail(&t->entity.rt_link, &rq->rt[level]);
    rq->rt_bitmap[level / 64] |= 1UL << (level % 64);
    rq->rt_count++;
    atomic_inc(&rt_runnable);
}

static void rt_dequeue(struct runqueue *rq, struct thread *t)
{
    unsigned level = t->rt_priority;

    list_del_init(&t->entity.rt_link);
    if (list_empty(&rq->rt[level]))
        rq->rt_bitmap[level / 64] &= ~(1UL << (level % 64));
    rq->rt_count--;
    atomic_dec(&rt_runnable);
}

static struct thread *rt_first(struct runqueue *rq)
{
    return list_first_entry(&rq->rt[rt_level(rq)], struct thread,
                            entity.rt_link);
}

void rq_enqueue(struct runqueue *rq, struct thread *t, bool fresh)
{
    struct sched_entity *e = &t->entity;

    t->cpu = rq->cpu;
    e->queued = true;
    if (thread_is_rt(t)) {
        rt_enqueue(rq, t, false);
    } else {
        fair_enqueue(&rq->fair, e, fresh);
        rq->load += e->weight;
    }
    WRITE_ONCE(rq->count, rq->count + 1);
}

static void rq_remove(struct runqueue *rq, struct thread *t)
{
    struct sched_entity *e = &t->entity;

    if (thread_is_rt(t)) {
        rt_dequeue(rq, t);
    } else {
        fair_dequeue(&rq->fair, e);
        rq->load -= e->weight;
    }
    if (rq->hand_off == t)
        rq->hand_off = NULL;
    WRITE_ONCE(rq->count, rq->count - 1);
}

void rq_dequeue(struct runqueue *rq, struct thread *t)
{
    rq_remove(rq, t);
    WRITE_ONCE(t->entity.queued, false);
}

void rq_move(struct runqueue *from, struct runqueue *to, struct thread *t)
{
    rq_remove(from, t);
    rq_enqueue(to, t, false);
}

void rq_resched(struct runqueue *rq)
{
    struct thread *t = rq->current;

    if (atomic_load(&t->head.work) & WORK_RESCHED)
        return;
    __atomic_fetch_or(&t->head.work.counter, WORK_RESCHED, __ATOMIC_SEQ_CST);
    if (rq->cpu != cpu_current())
        arch_send_ipi(rq->cpu, IPI_RESCHED);
}

/* The turn of the running thread needs an end from now on. */
static void rq_need_slice_timer(struct runqueue *rq)
{
    if (rq->cpu == cpu_current())
        timer_reprogram();
    else
        arch_send_ipi(rq->cpu, IPI_RESCHED);
}

/* t became runnable on rq: should it run before the current one? */
void rq_check_preempt(struct runqueue *rq, struct thread *t)
{
    struct thread *current = rq->current;
    bool better = false;

    if (current == rq->idle) {
        better = true;
    } else if (thread_is_rt(t)) {
        better = thread_is_rt(current) ? t->rt_priority > current->rt_priority
                                       : !rq->rt_throttled;
    } else if (thread_is_rt(current)) {
        better = rq->rt_throttled;
    } else {
        if (thread_is_idle_policy(current) && !thread_is_idle_policy(t)) {
            better = true;
        } else if (t->policy == SCHED_NORMAL) {
            u64 ran;

            rq_update(rq);
            ran = current->entity.sum_exec - current->entity.turn_start;
            better =
                ran >= WAKE_PROTECT_NS && fair_pick(&rq->fair) == &t->entity;
        }
    }
    if (better)
        rq_resched(rq);
    else if (rq->count == 2)
        rq_need_slice_timer(rq);
    if (!better && unlikely(thread_is_rt(t))) {
        u32 cpu = rt_push_target(t);

        if (cpu != MAX_CPUS)
            rt_push(cpu);
    }
}

struct runqueue *rq_lock_of(struct thread *t)
{
    for (;;) {
        struct runqueue *rq = runqueue_of(READ_ONCE(t->cpu));

        spin_lock(&rq->lock);
        if (rq->cpu == t->cpu)
            return rq;
        spin_unlock(&rq->lock);
    }
}

/* ---------------------------------------------------------------- waking */

/* Puts a thread that sleeps, and has left its CPU, on queue `cpu`. sync: the
 * running thread there is about to sleep, so need not be preempted. */
static void activate(struct thread *t, u32 cpu, bool fresh, bool sync)
{
    struct runqueue *rq = runqueue_of(cpu);

    spin_lock(&rq->lock);
    rq_enqueue(rq, t, fresh);
    if (sync && cpu == cpu_current() && !thread_is_rt(t) && rq->count == 2)
        timer_reprogram(); /* in case it does not sleep */
    else
        rq_check_preempt(rq, t);
    spin_unlock(&rq->lock);
}

static void wait_until_off_cpu(struct thread *t)
{
    /* It is on its way through schedule(); pairs with finish_switch(). */
    while (atomic_load_acquire(&t->on_cpu))
        arch_cpu_relax();
}

enum wake_result {
    WAKE_AWAKE,  /* it had not gone to sleep: it goes on */
    WAKE_QUEUED, /* it was on its way off its CPU: queued there */
    WAKE_ASLEEP, /* it needs activate() */
};

/* sched_lock held; `state` is what the waker saw. */
static enum wake_result wake_claim(struct thread *t, int state)
{
    for (;;) {
        enum wake_result result = WAKE_ASLEEP;
        struct runqueue *rq;

        if (!READ_ONCE(t->entity.queued) && !atomic_load_acquire(&t->on_cpu) &&
            !READ_ONCE(t->entity.queued))
            return WAKE_ASLEEP;
        rq = rq_lock_of(t);
        /* Pairs with finish_switch(): once it is not moving, `queued` says
         * where that ended. */
        if (smp_load_acquire(&t->must_move)) {
            result = WAKE_AWAKE;
        } else if (t->entity.queued) {
            result = WAKE_AWAKE;
            if (rq->current != t)
                rq_check_preempt(rq, t);
        } else if (atomic_load_acquire(&t->on_cpu)) {
            /* Its CPU can only pick it after it has left it. */
            rq_enqueue(rq, t, false);
            rq_check_preempt(rq, t);
            result = WAKE_QUEUED;
        }
        /* One that is awake may have changed it itself meanwhile. */
        if (result != WAKE_ASLEEP)
            (void)cmpxchg(&t->state.counter, state, THREAD_RUNNING);
        spin_unlock(&rq->lock);
        if (result != WAKE_ASLEEP)
            return result;
    }
}

static void no_longer_asleep(int state)
{
    if (state == THREAD_UNINTERRUPTIBLE)
        __atomic_fetch_sub(&runqueue_here()->uninterruptible, 1,
                           __ATOMIC_RELAXED);
}

/*
 * Two threads that wake each other in turn, and soon after they were woken
 * themselves: one runs while the other sleeps, so they do best on one CPU.
 */
static bool is_pair(struct thread *t)
{
    struct thread *me = thread_current();
    bool pair;

    if (in_interrupt())
        return false;
    pair = t->last_waker == me && me->last_waker == t;
    t->last_waker = me;
    if (me->leaving)
        return true;
    return pair && sched_clock() - me->time_stamp < PAIR_BURST_NS;
}

static bool wake(struct thread *t, u32 states, bool sync)
{
    enum wake_result result;
    unsigned long flags;
    int state;

    /* What the waker did is seen by the thread, or the thread's state by us;
     * pairs with thread_set_state(). */
    smp_mb();
    if (!(states & 1u << atomic_load(&t->state)))
        return false;
    flags = spin_lock_irqsave(&t->sched_lock);
    state = atomic_load(&t->state);
    if (!(states & 1u << state)) {
        spin_unlock_irqrestore(&t->sched_lock, flags);
        return false;
    }
    result = wake_claim(t, state);
    if (result != WAKE_AWAKE)
        no_longer_asleep(state);
    if (result == WAKE_ASLEEP) {
        sync |= is_pair(t);
        atomic_store(&t->state, THREAD_RUNNING);
        activate(t, place_wakeup(t, sync), false, sync);
    }
    spin_unlock_irqrestore(&t->sched_lock, flags);
    return true;
}

bool thread_wake_state(struct thread *t, u32 states)
{
    return wake(t, states, false);
}

bool thread_wake(struct thread *t)
{
    return wake(t, WAKE_NORMAL, false);
}

bool thread_wake_sync(struct thread *t)
{
    return wake(t, WAKE_NORMAL, true);
}

void thread_start(struct thread *t)
{
    unsigned long flags = spin_lock_irqsave(&t->sched_lock);
    struct thread *me = thread_current();

    if (atomic_load(&t->state) == THREAD_NEW) {
        /* Not one that starts several before it sleeps. */
        bool waits = me->waits_for_started && !me->started_one;

        me->started_one = sched_clock() | 1;
        atomic_store(&t->state, THREAD_RUNNING);
        runqueue_here()->forks++;
        activate(t, place_new(t, waits), true, waits);
    }
    spin_unlock_irqrestore(&t->sched_lock, flags);
}

void thread_kick(struct thread *t)
{
    u32 cpu;

    /* Pairs with the barrier between storing rq->current and reading work. */
    smp_mb();
    preempt_disable();
    cpu = READ_ONCE(t->cpu);
    if (cpu != cpu_current() && READ_ONCE(runqueue_of(cpu)->current) == t)
        arch_send_ipi(cpu, IPI_RESCHED);
    preempt_enable();
}

bool thread_is_on_cpu(const struct thread *t)
{
    for_each_online_cpu (cpu)
        if (READ_ONCE(runqueue_of(cpu)->current) == t)
            return true;
    return false;
}

/* -------------------------------------------------------------- switching */

static inline void note_waiting(struct thread *t, u64 now)
{
    if (likely(!t->started_one))
        return;
    t->waits_for_started = now - t->started_one < PAIR_BURST_NS;
    t->started_one = 0;
}

void sched_note_waiting(void)
{
    note_waiting(thread_current(), sched_clock());
}

static struct thread *pick_next(struct runqueue *rq)
{
    struct thread *t;

    if (unlikely(rq->rt_count) && likely(!rq->rt_throttled || !rq->fair.count))
        return rt_first(rq);
    if (rq->hand_off) {
        t = rq->hand_off;
        rq->hand_off = NULL;
        return t;
    }
    if (likely(rq->fair.count))
        return container_of(fair_pick(&rq->fair), struct thread, entity);
    return rq->idle;
}

/* The running thread leaves the CPU but stays runnable. */
static void put_running(struct runqueue *rq, struct thread *t)
{
    if (t == rq->idle)
        return;
    if (!thread_is_rt(t)) {
        if (rq->fair.current == &t->entity)
            fair_put_current(&rq->fair);
    } else if (t->policy == SCHED_RR && t->entity.slice == 0) {
        t->entity.slice = RR_SLICE_NS;
        list_move_tail(&t->entity.rt_link, &rq->rt[t->rt_priority]);
    }
}

static void set_running(struct runqueue *rq, struct thread *t)
{
    if (t != rq->idle && !thread_is_rt(t))
        fair_set_current(&rq->fair, &t->entity);
}

/* After a switch, on the new thread's stack, interrupts off. */
static void finish_switch(void)
{
    struct runqueue *rq = runqueue_here();
    struct thread *last = rq->previous;
    struct thread *t = thread_current();
    bool dead = atomic_load(&last->state) == THREAD_DEAD;
    u32 push = MAX_CPUS;

    rq->previous = NULL;
    if (unlikely(last->must_move)) {
        activate(last, place_allowed(last), false, false);
        smp_store_release(&last->must_move, false);
    }
    if (unlikely(thread_is_rt(last)) && last->entity.queued)
        push = rt_push_target(last);
    /* From here on it may run on another CPU. */
    __atomic_store_n(&last->on_cpu.counter, 0, __ATOMIC_RELEASE);
    if (unlikely(push != MAX_CPUS))
        rt_push(push);
    if (t->ops && t->ops->switch_in)
        t->ops->switch_in(t);
    arch_irq_enable();
    if (unlikely(dead))
        thread_bury(last);
}

/* Preemption off, interrupts on. */
static void switch_threads(bool preempted)
{
    struct thread *prev = thread_current(), *next;
    struct runqueue *rq;
    int state;

    arch_irq_disable();
    rq = runqueue_here();
    rcu_note_switch();
    spin_lock(&rq->lock);
    rq_update(rq);
    __atomic_fetch_and(&prev->head.work.counter, ~(int)WORK_RESCHED,
                       __ATOMIC_SEQ_CST);
    state = atomic_load(&prev->state);
    if (state != THREAD_RUNNING && !preempted && prev != rq->idle) {
        if (state == THREAD_UNINTERRUPTIBLE)
            __atomic_fetch_add(&rq->uninterruptible, 1, __ATOMIC_RELAXED);
        rq_dequeue(rq, prev);
        prev->voluntary_switches++;
        note_waiting(prev, rq->clock);
    } else if (unlikely(prev != rq->idle &&
                        !cpumask_test(&prev->affinity, rq->cpu))) {
        prev->must_move = true;
        rq_dequeue(rq, prev);
    } else {
        put_running(rq, prev);
    }
    if (unlikely(atomic_load(&rt_runnable)))
        rt_pull(rq);
    if (!rq->count)
        balance_pull(rq, true);
    next = pick_next(rq);
    set_running(rq, next);
    if (next == prev) {
        spin_unlock(&rq->lock);
        arch_irq_enable();
        return;
    }
    if (state == THREAD_RUNNING || preempted)
        prev->involuntary_switches++;
    rq->switches++;
    next->entity.exec_start = rq->clock;
    next->entity.turn_start = next->entity.sum_exec;
    WRITE_ONCE(rq->current, next);
    rq->previous = prev;
    account_leave(rq, prev);
    next->time_stamp = rq->clock;
    if (next->mm && rq->next_tick < rq->clock)
        rq->next_tick = rq->clock + SCHED_TICK_NS;
    if (unlikely(rq->clock >= READ_ONCE(load_average_next)))
        load_average_update(rq->clock);
    if (next->mm || rq->count > 1)
        timer_reprogram();
    spin_unlock(&rq->lock);
    if (prev->ops && prev->ops->switch_out)
        prev->ops->switch_out(prev);
    /* One that was moved here on its way off another CPU. */
    wait_until_off_cpu(next);
    atomic_store(&next->on_cpu, 1);
    arch_switch(&prev->head, &next->head);
    finish_switch();
}

static void __cold schedule_in_atomic(struct thread *t)
{
    panic("schedule: thread \"%s\" sleeps with preemption off (%x) or "
          "interrupts off (%d)\n",
          t->name, t->head.preempt_count, !arch_irqs_enabled());
}

void schedule(void)
{
    struct thread *t = thread_current();

    if (unlikely(t->head.preempt_count || !arch_irqs_enabled()))
        schedule_in_atomic(t);
    do {
        preempt_disable();
        switch_threads(false);
        preempt_enable_no_resched();
    } while (
        unlikely(atomic_load(&thread_current()->head.work) & WORK_RESCHED));
}

/* The current thread's last switch. Between the state and the switch it must
 * not be preempted: whoever runs next buries what is dead. */
void sched_exit(void)
{
    preempt_disable();
    atomic_store(&thread_current()->state, THREAD_DEAD);
    switch_threads(false);
}

void preempt_schedule(void)
{
    struct thread *t = thread_current();

    if (t->head.preempt_count || !arch_irqs_enabled())
        return;
    do {
        preempt_disable();
        switch_threads(true);
        preempt_enable_no_resched();
    } while (unlikely(atomic_load(&t->head.work) & WORK_RESCHED));
}

/* arch_upcalls.preempt: an interrupt returns to preemptible kernel code. */
void sched_preempt_irq(void)
{
    struct thread *t = thread_current();

    do {
        preempt_disable();
        arch_irq_enable();
        switch_threads(true);
        arch_irq_disable();
        preempt_enable_no_resched();
    } while (atomic_load(&t->head.work) & WORK_RESCHED);
}

/* Where a new thread begins: interrupts off, preempt_count 1. */
void thread_begin(void *arg)
{
    struct thread *t = arg;

    finish_switch();
    preempt_enable();
    t->entry(t->entry_arg);
    thread_exit();
}

void sched_yield(void)
{
    struct runqueue *rq;
    struct thread *t = thread_current();

    preempt_disable();
    rq = runqueue_here();
    if (READ_ONCE(rq->count) < 2) {
        /* Nobody else wants to run. */
        preempt_enable();
        return;
    }
    arch_irq_disable();
    spin_lock(&rq->lock);
    rq_update(rq);
    if (thread_is_rt(t))
        list_move_tail(&t->entity.rt_link, &rq->rt[t->rt_priority]);
    else
        fair_yield(&rq->fair);
    spin_unlock(&rq->lock);
    arch_irq_enable();
    preempt_enable_no_resched();
    schedule();
}

void sched_hand_off(struct thread *next)
{
    unsigned long flags = spin_lock_irqsave(&next->sched_lock);
    enum wake_result result = WAKE_AWAKE;
    struct runqueue *rq = runqueue_here();
    int state = atomic_load(&next->state);

    if (WAKE_NORMAL & 1u << state)
        result = wake_claim(next, state);
    if (result != WAKE_AWAKE)
        no_longer_asleep(state);
    if (result == WAKE_ASLEEP) {
        atomic_store(&next->state, THREAD_RUNNING);
        if (cpumask_test(&next->affinity, rq->cpu)) {
            spin_lock(&rq->lock);
            rq_enqueue(rq, next, false);
            if (!thread_is_rt(next))
                rq->hand_off = next;
            spin_unlock(&rq->lock);
        } else {
            activate(next, place_wakeup(next, false), false, false);
        }
    }
    /* Interrupts stay off until the lock is dropped; then the switch. A
     * preemption in between would do the same switch. */
    spin_unlock_irqrestore(&next->sched_lock, flags);
    schedule();
}

/* --------------------------------------------------------- sleeping a while */

struct sleeper {
    struct timer timer;
    struct thread *thread; /* borrowed: it sleeps */
};

static void sleeper_wake(struct timer *timer)
{
    thread_wake(container_of(timer, struct sleeper, timer)->thread);
}

bool schedule_until(u64 deadline)
{
    struct sleeper s = {.thread = thread_current()};

    if (time_monotonic() >= deadline) {
        thread_set_state(THREAD_RUNNING);
        return false;
    }
    timer_setup(&s.timer, sleeper_wake);
    timer_start(&s.timer, deadline);
    schedule();
    return timer_cancel_sync(&s.timer) || time_monotonic() < deadline;
}

void time_sleep(u64 ns)
{
    u64 deadline = time_monotonic() + ns;

    do
        thread_set_state(THREAD_UNINTERRUPTIBLE);
    while (schedule_until(deadline));
}

/* -------------------------------------------------------------- interrupts */

/* A sample of where the running user thread spends its time. */
static void tick(struct runqueue *rq, struct thread *t, bool from_user)
{
    if (from_user)
        t->user_ticks++;
    else
        t->system_ticks++;
    account_leave(rq, t);
    t->time_stamp = rq->clock;
    t->in_user = from_user;
    rq->next_tick = rq->clock + SCHED_TICK_NS;
}

static void slice_check(struct runqueue *rq, struct thread *t)
{
    if (t->policy == SCHED_RR && !t->entity.slice) {
        if (list_is_singular(&rq->rt[t->rt_priority]))
            t->entity.slice = RR_SLICE_NS;
        else
            rq_resched(rq);
    } else if (!thread_is_rt(t) && rq->fair.count > 1 &&
               fair_pick(&rq->fair) != &t->entity) {
        rq_resched(rq);
    }
    if (rq->clock >= rq->next_balance) {
        rq->next_balance = rq->clock + BALANCE_NS;
        balance_pull(rq, false);
    }
    balance_kick_idle(rq);
}

void sched_timer(bool from_user)
{
    struct runqueue *rq = runqueue_here();
    struct thread *t = rq->current;

    if (t == rq->idle || (!t->mm && READ_ONCE(rq->count) < 2))
        return;
    spin_lock(&rq->lock);
    rq_update(rq);
    if (t->mm && rq->clock >= rq->next_tick)
        tick(rq, t, from_user);
    if (rq->count > 1)
        slice_check(rq, t);
    spin_unlock(&rq->lock);
}

/* From schedule() with the lock held and from the timer interrupt without: the
 * values are this CPU's own. */
u64 sched_next_event(void)
{
    struct runqueue *rq = runqueue_here();
    struct thread *t = rq->current;
    u64 event, left;

    if (t == rq->idle)
        return ~0UL;
    event = t->mm ? rq->next_tick : ~0UL;
    if (READ_ONCE(rq->count) < 2 || t->policy == SCHED_FIFO)
        return event;
    left = t->policy == SCHED_RR ? t->entity.slice : fair_slice_left(&rq->fair);
    return min(event, t->entity.exec_start + max(left, 100 * NS_PER_USEC));
}

void sched_ipi(void)
{
    struct runqueue *rq = runqueue_here();

    if (unlikely(READ_ONCE(rq->rt_look))) {
        WRITE_ONCE(rq->rt_look, false);
        __atomic_fetch_or(&rq->current->head.work.counter, WORK_RESCHED,
                          __ATOMIC_SEQ_CST);
    }
    /* The work bits are looked at on the way out; a second thread may have
     * come, which gives the first one's turn an end. */
    timer_reprogram();
}

/* ------------------------------------------------------------------- idle */

bool sched_cpu_idle(u32 cpu)
{
    struct runqueue *rq = runqueue_of(cpu);

    return READ_ONCE(rq->current) == rq->idle && !READ_ONCE(rq->count);
}

struct thread *sched_idle_thread(u32 cpu)
{
    return runqueue_of(cpu)->idle;
}

struct thread *sched_current_of(u32 cpu)
{
    return runqueue_of(cpu)->current;
}

void sched_idle(void)
{
    struct thread *t = thread_current();

    arch_irq_enable();
    for (;;) {
        while (!(atomic_load(&t->head.work) & WORK_RESCHED)) {
            arch_irq_disable();
            if (!(atomic_load(&t->head.work) & WORK_RESCHED)) {
                log_wake_readers();
                timer_reprogram_exact();
                rcu_idle_enter();
                arch_cpu_idle();
                rcu_idle_exit();
            }
            arch_irq_enable();
        }
        preempt_disable();
        switch_threads(false);
        preempt_enable_no_resched();
    }
}
