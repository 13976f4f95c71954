/*
 * Grace periods without ticks. Readers run with preemption off, so a CPU is
 * past all readers that were there when a grace period began once it has
 * switched threads, has been idle, or was interrupted where preemption was on
 * (user mode included). One thread runs grace periods: it waits a moment for
 * CPUs to pass by themselves, then interrupts those that have not. A CPU that
 * the interrupt finds inside a reader is asked to reschedule at its end.
 */
#include "core/rcu.h"

#include "core/cpu.h"
#include "core/log.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/errno.h"

struct rcu_cpu {
    u64 switches; /* quiescent moments; this CPU writes */
    u64 idle;     /* odd: idle, outside of interrupts; this CPU writes */
    struct rcu_head *callbacks; /* pushed by this CPU, taken by the thread */
    u32 callback_count;
};
static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpus);

struct snapshot {
    u64 switches, idle;
};

static struct thread *rcu_thread; /* set once; runs for ever */
static atomic_t wanted;           /* something waits for a grace period */
static atomic_t hurry;            /* ... and would rather not wait long */
static u64 periods;               /* completed */
static struct wait_queue period_done = WAIT_QUEUE_INIT(period_done);
static struct wait_queue rcu_work = WAIT_QUEUE_INIT(rcu_work);

#define PATIENCE_NS (2 * NS_PER_MSEC)
#define BATCH_NS    (4 * NS_PER_MSEC)
#define BATCH_MAX   2000

void rcu_note_switch(void)
{
    struct rcu_cpu *r = &this_cpu(rcu_cpus);

    /* All that a reader read comes before; pairs with passed(). */
    __atomic_store_n(&r->switches, r->switches + 1, __ATOMIC_RELEASE);
}

static void idle_step(void)
{
    struct rcu_cpu *r = &this_cpu(rcu_cpus);

    __atomic_store_n(&r->idle, r->idle + 1, __ATOMIC_SEQ_CST);
    smp_mb();
}

void rcu_idle_enter(void)
{
    idle_step();
}

/* An interrupt that ended the idling may have done it already. */
void rcu_idle_exit(void)
{
    if (this_cpu(rcu_cpus).idle & 1)
        idle_step();
}

void rcu_irq_enter(void)
{
    if (this_cpu(rcu_cpus).idle & 1)
        idle_step();
}

void rcu_irq_exit(void)
{
    /* The idle loop enters anew when it goes round. */
}

static void look(u32 cpu, struct snapshot *s)
{
    struct rcu_cpu *r = &per_cpu(rcu_cpus, cpu);

    s->switches = __atomic_load_n(&r->switches, __ATOMIC_ACQUIRE);
    s->idle = __atomic_load_n(&r->idle, __ATOMIC_ACQUIRE);
}

/* Has the CPU been quiescent since the snapshot? */
static bool passed(u32 cpu, const struct snapshot *then)
{
    struct snapshot now;

    if (then->idle & 1)
        return true;
    look(cpu, &now);
    return now.switches != then->switches || now.idle != then->idle;
}

/* In an interrupt. */
static void nudge(void *unused)
{
    struct thread *t = thread_current();

    (void)unused;
    /* Only this interrupt disables preemption: the thread was not reading. */
    if (t->head.preempt_count <= PREEMPT_IRQ)
        rcu_note_switch();
    else
        atomic_or(WORK_RESCHED, &t->head.work);
}

static void wait_for_all(const struct snapshot *then, bool quick)
{
    u32 self;
    struct cpumask slow;
    bool nudged = quick;

    if (!quick)
        time_sleep(PATIENCE_NS);
    for (;;) {
        bool any = false;

        slow = (struct cpumask){{0}};
        preempt_disable();
        self = cpu_current();
        for_each_online_cpu (cpu) {
            if (cpu != self && !passed(cpu, &then[cpu])) {
                cpumask_set(&slow, cpu);
                any = true;
            }
        }
        if (any && nudged)
            cpu_call(&slow, nudge, NULL);
        preempt_enable();
        /* This CPU is in a thread that is not a reader: it has passed when the
         * thread moved here, and passes now. */
        if (!any)
            return;
        if (!nudged) {
            nudged = true;
            continue;
        }
        if (quick)
            cond_resched();
        else
            time_sleep(NS_PER_MSEC / 2);
        quick = false;
    }
}

static struct snapshot *snapshots; /* by CPU; rcu_thread's */

static void grace_period(bool quick)
{
    /* What updaters removed is gone for readers that begin from here on. */
    smp_mb();
    for_each_online_cpu (cpu)
        look(cpu, &snapshots[cpu]);
    wait_for_all(snapshots, quick);
    smp_mb();
    __atomic_fetch_add(&periods, 1, __ATOMIC_RELEASE);
}

static struct rcu_head *collect(void)
{
    struct rcu_head *all = NULL;

    for_each_cpu (cpu, &cpus_present) {
        struct rcu_cpu *r = &per_cpu(rcu_cpus, cpu);
        struct rcu_head *h = xchg(&r->callbacks, NULL);

        WRITE_ONCE(r->callback_count, 0);
        /* Each CPU's are last in, first out: turn them round. */
        while (h) {
            struct rcu_head *next = h->next;

            h->next = all;
            all = h;
            h = next;
        }
    }
    return all;
}

static void run(struct rcu_head *h)
{
    while (h) {
        struct rcu_head *next = h->next;
        unsigned long offset = (unsigned long)h->function;

        /* kfree_rcu() puts an offset where a function would be. */
        if (offset < 4096)
            kfree((char *)h - offset);
        else
            h->function(h);
        h = next;
        cond_resched();
    }
}

static void rcu_main(void *arg)
{
    (void)arg;
    for (;;) {
        struct rcu_head *callbacks;
        bool quick;

        wait_event(&rcu_work, atomic_load(&wanted));
        /* Let some more come, unless somebody sleeps for it. */
        if (!atomic_load(&hurry))
            wait_event_mode(&rcu_work, atomic_load(&hurry),
                            WAIT_UNINTERRUPTIBLE, time_monotonic() + BATCH_NS);
        atomic_store(&wanted, 0);
        quick = __atomic_exchange_n(&hurry.counter, 0, __ATOMIC_SEQ_CST);
        callbacks = collect();
        grace_period(quick);
        wake_up_all(&period_done);
        run(callbacks);
    }
}

static void want(bool quick)
{
    if (quick)
        atomic_store(&hurry, 1);
    if (!__atomic_exchange_n(&wanted.counter, 1, __ATOMIC_SEQ_CST) || quick)
        wake_up_all(&rcu_work);
}

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *))
{
    struct rcu_cpu *r;
    struct rcu_head *old;
    u32 count;

    head->function = function;
    preempt_disable();
    r = &this_cpu(rcu_cpus);
    old = READ_ONCE(r->callbacks);
    do
        head->next = old;
    while (!try_cmpxchg(&r->callbacks, &old, head));
    count = READ_ONCE(r->callback_count) + 1;
    WRITE_ONCE(r->callback_count, count);
    preempt_enable();
    want(count >= BATCH_MAX);
}

void kfree_rcu_offset(struct rcu_head *head, size_t offset)
{
    call_rcu(head, (void (*)(struct rcu_head *))offset);
}

void synchronize_rcu(void)
{
    u64 target;

    might_sleep();
    if (!rcu_thread)
        return; /* one CPU, one thread */
    /* One that is under way may have begun before us. */
    target = __atomic_load_n(&periods, __ATOMIC_ACQUIRE) + 2;
    smp_mb();
    while ((s64)(__atomic_load_n(&periods, __ATOMIC_ACQUIRE) - target) < 0) {
        u64 seen = __atomic_load_n(&periods, __ATOMIC_ACQUIRE);

        want(true);
        wait_event(&period_done,
                   __atomic_load_n(&periods, __ATOMIC_ACQUIRE) != seen);
    }
}

struct barrier_head {
    struct rcu_head head;
    atomic_t done;
};

static void barrier_callback(struct rcu_head *h)
{
    atomic_store_release(&container_of(h, struct barrier_head, head)->done, 1);
    wake_up_all(&period_done);
}

/* Callbacks are run in batches of all CPUs: one more callback is in the same
 * batch as those before it, or in a later one; the batch after that has none of
 * them. */
void rcu_barrier(void)
{
    for (unsigned i = 0; i < 2; i++) {
        struct barrier_head *b = kzalloc(sizeof(*b), ALLOC_NOFAIL);

        call_rcu(&b->head, barrier_callback);
        want(true);
        wait_event(&period_done, atomic_load_acquire(&b->done));
        kfree(b);
    }
}

void rcu_init(void)
{
    struct thread *t;

    snapshots = kzalloc(cpu_count() * sizeof(*snapshots), ALLOC_NOFAIL);
    t = kthread_create(rcu_main, NULL, "rcu");
    if (!snapshots || IS_ERR(t))
        panic("rcu: no memory\n");
    rcu_thread = t;
}
