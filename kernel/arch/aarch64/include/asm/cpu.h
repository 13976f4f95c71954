/*
 * The inline part of a CPU: interrupts on and off, current thread, per-CPU
 * base, counter. TPIDR_EL1 holds the per-CPU offset, SP_EL0 (while in the
 * kernel) the current thread.
 */
#pragma once

#include <asm/sysreg.h>

struct thread_head;
struct kernel_regs;
struct arch_aspace;

/* This CPU's own variables of the port; only itself writes them. */
struct arm64_cpu {
    u32 number;
    u32 in_interrupt;               /* nesting */
    const struct kernel_regs *regs; /* what the innermost interrupted */
    struct thread_head *fp_owner;   /* whose FP state the registers hold */
    struct arch_aspace *aspace;     /* in TTBR0; NULL: the empty one */
    u64 keys_id;                    /* the loaded pointer authentication keys */
    bool debugging; /* single step, breakpoints or watchpoints are on */
};
extern struct arm64_cpu arm64_cpu; /* per-CPU: through this_arm64_cpu() */

static inline bool arch_irqs_enabled(void)
{
    return !(read_sysreg(daif) & PSR_I);
}

static inline void arch_irq_enable(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

static inline void arch_irq_disable(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

static inline unsigned long arch_irq_save(void)
{
    unsigned long flags = read_sysreg(daif);
    __asm__ volatile("msr daifset, #2" ::: "memory");
    return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
    __asm__ volatile("msr daif, %0" ::"r"(flags) : "memory");
}

static inline void arch_cpu_relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* Not volatile: a thread is the same one all through a function. */
static inline struct thread_head *arch_current(void)
{
    struct thread_head *head;

    __asm__("mrs %0, sp_el0" : "=r"(head));
    return head;
}

/* The memory operand makes barrier() order this read too: after a preemption
 * the thread may be on another CPU. */
static inline unsigned long arch_percpu_base(void)
{
    unsigned long base;
    extern char kernel_image_start[];

    __asm__("mrs %0, tpidr_el1"
            : "=r"(base)
            : "Q"(*(const unsigned long *)kernel_image_start));
    return base;
}

/* The isb keeps the read from being done early (Arm ARM D12.1.2). */
static inline u64 arch_counter(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}

static inline struct arm64_cpu *this_arm64_cpu(void)
{
    return (struct arm64_cpu *)((unsigned long)&arm64_cpu + arch_percpu_base());
}

static inline u32 arch_cpu(void)
{
    return this_arm64_cpu()->number;
}
