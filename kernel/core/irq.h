/*
 * Device interrupts: who is called for which irq number (arch.h gives them
 * out).
 *
 * Handlers run with interrupts off on the CPU that took the interrupt; short
 * ones only: they queue a work or wake a thread. A wired line may have several.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "lib/list.h"
#include "lib/types.h"

struct irq_action {
    void (*handler)(struct irq_action *action);
    void *data;
    const char *name;
    u64 count;             /* how often it was called */
    struct list_head link; /* irq.c's lock; read under RCU */
};

/* Adds the action (it stays the caller's) and unmasks the line. -EINVAL,
 * -ENOMEM. */
int irq_request(u32 irq, struct irq_action *action);
/* arch_upcalls.irq */
void irq_dispatch(u32 irq);
/* /proc/interrupts: for each action. */
void irq_for_each(void (*fn)(void *ctx, u32 irq, const struct irq_action *a),
                  void *ctx);
/* Interrupts of any kind since start. */
u64 irq_total(void);
/* What is no device's: per CPU. */
enum irq_local {
    IRQ_LOCAL_TIMER,
    IRQ_LOCAL_RESCHED,
    IRQ_LOCAL_CALL,
    IRQ_LOCALS
};
void irq_count_local(enum irq_local kind);
u64 irq_local_count(u32 cpu, enum irq_local kind);
void irq_init(void);

#endif
