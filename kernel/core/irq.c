#include "core/irq.h"

#include "core/cpu.h"
#include "core/log.h"
#include "core/random.h"
#include "core/rcu.h"
#include "core/slab.h"
#include "lib/errno.h"

/* Written under irq_lock, read under RCU. */
static struct list_head *lines; /* [limit] */
static u32 limit;
static spinlock_t irq_lock = SPINLOCK_INIT("irq");
static DEFINE_PER_CPU(u64, irq_counts);
static DEFINE_PER_CPU(u64[IRQ_LOCALS], local_counts);

void irq_count_local(enum irq_local kind)
{
    this_cpu(local_counts)[kind]++;
}

u64 irq_local_count(u32 cpu, enum irq_local kind)
{
    return READ_ONCE(per_cpu(local_counts, cpu)[kind]);
}

void irq_init(void)
{
    limit = arch_irq_limit();
    lines = kvmalloc(limit * sizeof(lines[0]), ALLOC_NOFAIL);
    if (!lines)
        panic("irq: no memory\n");
    for (u32 i = 0; i < limit; i++)
        INIT_LIST_HEAD(&lines[i]);
}

int irq_request(u32 irq, struct irq_action *action)
{
    unsigned long flags;

    if (irq >= limit || !action->handler)
        return -EINVAL;
    action->count = 0;
    flags = spin_lock_irqsave(&irq_lock);
    list_add_tail_rcu(&action->link, &lines[irq]);
    spin_unlock_irqrestore(&irq_lock, flags);
    arch_irq_unmask(irq);
    return 0;
}

void irq_dispatch(u32 irq)
{
    struct irq_action *a;
    bool any = false;

    this_cpu(irq_counts)++;
    if (irq < limit) {
        list_for_each_entry_rcu(a, &lines[irq], link)
        {
            a->count++;
            a->handler(a);
            any = true;
        }
    }
    if (unlikely(!any)) {
        log_warning("irq %u: nobody wants it, masked\n", irq);
        arch_irq_mask(irq);
    }
    random_add_interrupt(irq);
}

void irq_for_each(void (*fn)(void *ctx, u32 irq, const struct irq_action *a),
                  void *ctx)
{
    struct irq_action *a;

    for (u32 irq = 0; irq < limit; irq++) {
        rcu_read_lock();
        list_for_each_entry_rcu(a, &lines[irq], link) fn(ctx, irq, a);
        rcu_read_unlock();
    }
}

u64 irq_total(void)
{
    u64 n = 0;

    for_each_cpu (cpu, &cpus_present) {
        n += READ_ONCE(per_cpu(irq_counts, cpu));
        for (unsigned kind = 0; kind < IRQ_LOCALS; kind++)
            n += irq_local_count(cpu, kind);
    }
    return n;
}
