/*
 * Timers: a tree per CPU, by deadline, and the hardware set to the first of
 * them or to what the scheduler wants, whichever is earlier. Nothing fires
 * while neither wants anything.
 */
#include "core/cpu.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/sched.h"
#include "core/time.h"
#include "core/timer_internal.h"

enum {
    TIMER_IDLE,
    TIMER_PENDING
};

struct timer_base {
    spinlock_t lock; /* irqs off; timers' callbacks run without it */
    struct rb_root_cached timers;
    struct timer *running; /* its callback is being called */
    u64 programmed;        /* sched clock, ns; ~0: never. This CPU only */
};
static DEFINE_PER_CPU(struct timer_base, timer_bases);

void timer_init_cpus(void)
{
    for_each_cpu (cpu, &cpus_present) {
        struct timer_base *b = &per_cpu(timer_bases, cpu);

        spin_init(&b->lock, "timer_base");
        b->timers = RB_ROOT_CACHED;
        b->programmed = ~0UL;
    }
}

static bool earlier(const struct rb_node *a, const struct rb_node *b)
{
    return rb_entry(a, struct timer, node)->deadline <
           rb_entry(b, struct timer, node)->deadline;
}

/* When this CPU wants to be interrupted: sched clock, ~0: never. */
static u64 next_event(struct timer_base *b)
{
    struct rb_node *first = READ_ONCE(b->timers.leftmost);
    u64 event = sched_next_event(), now, deadline, left;

    if (!first)
        return event;
    now = time_monotonic();
    deadline = READ_ONCE(rb_entry(first, struct timer, node)->deadline);
    left = deadline > now ? deadline - now : 0;
    if (left > 1UL << 61)
        return event;
    return min(event, sched_clock() + left);
}

static void program(struct timer_base *b, u64 event)
{
    u64 now;

    b->programmed = event;
    if (event == ~0UL) {
        arch_timer_program(~0UL);
        return;
    }
    now = sched_clock();
    arch_timer_program(arch_counter() +
                       (event > now ? time_ns_to_counts(event - now) : 0));
}

void timer_reprogram(void)
{
    struct timer_base *b = &this_cpu(timer_bases);
    u64 next = next_event(b);

    /* Often what is set comes early enough. */
    if (next < b->programmed)
        program(b, next);
}

/*
 * Before idling. What is set too early is left alone when it is soon: one
 * interrupt for nothing costs less than two writes for each short sleep.
 */
void timer_reprogram_exact(void)
{
    struct timer_base *b = &this_cpu(timer_bases);
    u64 next = next_event(b);

    if (next == b->programmed)
        return;
    if (next > b->programmed &&
        (s64)(b->programmed - sched_clock()) < (s64)(10 * NS_PER_MSEC))
        return;
    program(b, next);
}

/* The lock of the tree that t belongs to; interrupts off. */
static struct timer_base *base_lock(struct timer *t)
{
    for (;;) {
        u32 cpu = READ_ONCE(t->cpu);
        struct timer_base *b = &per_cpu(timer_bases, cpu);

        spin_lock(&b->lock);
        if (t->cpu == cpu)
            return b;
        spin_unlock(&b->lock);
    }
}

static bool remove(struct timer_base *b, struct timer *t)
{
    if (t->state != TIMER_PENDING)
        return false;
    rb_erase_cached(&t->node, &b->timers);
    t->state = TIMER_IDLE;
    return true;
}

void timer_setup(struct timer *t, void (*callback)(struct timer *))
{
    *t = (struct timer){.callback = callback, .cpu = cpu_current()};
}

void timer_start(struct timer *t, u64 deadline)
{
    unsigned long flags = arch_irq_save();
    u32 here;
    struct timer_base *b;

    preempt_disable();
    here = cpu_current();
    for (;;) {
        b = base_lock(t);
        remove(b, t);
        /* A callback that runs elsewhere keeps it there, for those who wait
         * for it; that CPU looks at its tree again when it is done. */
        if (t->cpu == here || b->running == t)
            break;
        t->cpu = here;
        spin_unlock(&b->lock);
    }
    t->deadline = deadline;
    t->state = TIMER_PENDING;
    if (rb_add_cached(&t->node, &b->timers, earlier) && t->cpu == here &&
        !b->running)
        timer_reprogram();
    spin_unlock(&b->lock);
    arch_irq_restore(flags);
    preempt_enable();
}

bool timer_cancel(struct timer *t)
{
    unsigned long flags = arch_irq_save();
    struct timer_base *b = base_lock(t);
    bool was = remove(b, t);

    spin_unlock(&b->lock);
    arch_irq_restore(flags);
    return was;
}

bool timer_cancel_sync(struct timer *t)
{
    bool was = false;

    for (;;) {
        unsigned long flags = arch_irq_save();
        struct timer_base *b = base_lock(t);
        bool running = b->running == t;

        was |= remove(b, t);
        spin_unlock(&b->lock);
        arch_irq_restore(flags);
        if (!running)
            return was;
        arch_cpu_relax();
    }
}

/* What expires while this runs waits for the next interrupt, so that timers
 * that start each other again cannot keep the CPU in here. */
static void run_expired(struct timer_base *b)
{
    u64 now = time_monotonic();

    spin_lock(&b->lock);
    for (;;) {
        struct rb_node *first = rb_first_cached(&b->timers);
        struct timer *t;

        if (!first)
            break;
        t = rb_entry(first, struct timer, node);
        if (t->deadline > now)
            break;
        remove(b, t);
        b->running = t;
        spin_unlock(&b->lock);
        t->callback(t);
        spin_lock(&b->lock);
        b->running = NULL;
    }
    spin_unlock(&b->lock);
}

void time_interrupt(void)
{
    struct timer_base *b = &this_cpu(timer_bases);
    const struct kernel_regs *regs = arch_irq_regs();
    u64 next;

    b->programmed = ~0UL;
    run_expired(b);
    sched_timer(regs && arch_regs_user(regs));
    /* Callbacks may have set it, but not for timers that they started. */
    next = next_event(b);
    if (next < b->programmed || b->programmed == ~0UL)
        program(b, next);
}
