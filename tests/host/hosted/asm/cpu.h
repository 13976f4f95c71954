/* The one CPU of host tests. */
#pragma once

#include "lib/types.h"

extern struct thread_head *host_current;

static inline struct thread_head *arch_current(void)
{
    return host_current;
}
static inline unsigned long arch_percpu_base(void)
{
    return 0;
}
static inline u32 arch_cpu(void)
{
    return 0;
}
static inline bool arch_irqs_enabled(void)
{
    return true;
}
static inline void arch_irq_enable(void)
{
}
static inline void arch_irq_disable(void)
{
}
static inline unsigned long arch_irq_save(void)
{
    return 0;
}
static inline void arch_irq_restore(unsigned long flags)
{
    (void)flags;
}
static inline void arch_cpu_relax(void)
{
}
static inline u64 arch_counter(void)
{
    return 0;
}
