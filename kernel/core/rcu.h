/*
 * Read-copy-update for read-mostly look-ups.
 *
 * Readers: rcu_read_lock() (disables preemption; must not sleep), follow
 * pointers with rcu_dereference(), rcu_read_unlock(). Writers publish with
 * rcu_assign_pointer() and free after a grace period: call_rcu(), kfree_rcu()
 * or synchronize_rcu() (sleeps). Tickless: a CPU that idles or runs user code
 * is quiescent without being disturbed more than once per grace period.
 */
#ifndef CORE_RCU_H
#define CORE_RCU_H

#include "lib/types.h"
#include "lib/compiler.h"
#include "lib/atomic.h" /* rcu_dereference, rcu_assign_pointer */
#include "core/lock.h"

struct rcu_head {
    struct rcu_head *next;
    void (*function)(struct rcu_head *head);
};

static inline void rcu_read_lock(void)
{
    preempt_disable();
}
static inline void rcu_read_unlock(void)
{
    preempt_enable();
}
/* `function` runs in a thread, with no locks held; may not sleep for long. */
void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *));
void synchronize_rcu(void);
/* Wait until all call_rcu() callbacks queued so far have run. */
void rcu_barrier(void);
/* kfree(container) after a grace period, `member` is its rcu_head. */
#define kfree_rcu(ptr, member) \
    kfree_rcu_offset(&(ptr)->member, offsetof(__typeof__(*(ptr)), member))
void kfree_rcu_offset(struct rcu_head *head, size_t offset);

/* --- for the scheduler and the idle loop --- */
void rcu_init(void);
/* This CPU switched threads: nobody reads. Interrupts off. */
void rcu_note_switch(void);
/* The idle loop stops and starts looking; interrupts off. An interrupt in
 * between is bracketed by rcu_irq_enter/exit. */
void rcu_idle_enter(void);
void rcu_idle_exit(void);
void rcu_irq_enter(void);
void rcu_irq_exit(void);

#endif
