/*
 * This CPU: interrupts, the per-CPU block, the counter.
 *
 * The GS base in the kernel is the distance from the .data.percpu section to
 * this CPU's copy, so %gs:symbol(%rip) is this CPU's variable.
 */
#ifndef ASM_CPU_H
#define ASM_CPU_H

/* Offsets in struct x86_cpu, for assembly; asserted in cpu.c. */
#define CPU_BASE    0
#define CPU_CURRENT 8
#define CPU_STACK   16
#define CPU_USER_SP 24
#define CPU_NUMBER  32

#ifndef __ASSEMBLY__

#include "lib/compiler.h"
#include "lib/types.h"

struct x86_cpu {
    unsigned long base;          /* distance of the per-CPU variables */
    struct thread_head *current; /* the thread running here */
    u64 stack;                   /* top of its kernel stack: entry stack */
    u64 user_sp;                 /* scratch of the SYSCALL entry */
    u32 number;
    u32 apic_id;
    const struct kernel_regs *irq_regs; /* innermost interrupt's */
};

extern struct x86_cpu x86_cpu; /* per-CPU: use the functions below */

#define X86_CPU_GET(field, offset)                                             \
    ({                                                                         \
        __typeof__(((struct x86_cpu *)0)->field) get_;                         \
        __asm__ volatile("mov %%gs:x86_cpu+" __stringify(offset) "(%%rip), %0" \
                         : "=r"(get_));                                        \
        get_;                                                                  \
    })

static inline struct thread_head *arch_current(void)
{
    struct thread_head *t;
    /* The same throughout a thread's life, so the compiler may keep it. */
    __asm__("mov %%gs:x86_cpu+" __stringify(CPU_CURRENT) "(%%rip), %0"
            : "=r"(t));
    return t;
}

static inline unsigned long arch_percpu_base(void)
{
    return X86_CPU_GET(base, CPU_BASE);
}

static inline u32 arch_cpu(void)
{
    return X86_CPU_GET(number, CPU_NUMBER);
}

static inline bool arch_irqs_enabled(void)
{
    unsigned long flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
    return flags & (1UL << 9);
}

static inline void arch_irq_enable(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline void arch_irq_disable(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline unsigned long arch_irq_save(void)
{
    unsigned long flags;
    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
    if (flags & (1UL << 9))
        arch_irq_enable();
    else
        arch_irq_disable();
}

static inline void arch_cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* The time stamp counter, not earlier than what precedes it. */
static inline u64 arch_counter(void)
{
    u32 low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (u64)high << 32 | low;
}

#endif
#endif
