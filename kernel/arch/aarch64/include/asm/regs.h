/*
 * Register frames.
 *
 * struct user_regs: all of a thread's user registers, at the top of its kernel
 * stack; written by the entry code on each entry from EL0. The first 34 words
 * are Linux's struct user_pt_regs. Owned by its thread.
 *
 * struct kernel_regs: what the entry code saves for an exception taken in the
 * kernel; lives on the stack that was interrupted.
 */
#pragma once

#define UREGS_LR      240
#define UREGS_SP      248
#define UREGS_PC      256
#define UREGS_PSTATE  264
#define UREGS_ORIG_X0 272
#define UREGS_SYSCALL 280
#define UREGS_THREAD  288
#define UREGS_SIZE    304

/* user_regs.syscall: not entered by a system call, or no restart any more. */
#define NO_SYSCALL -1

#define KREGS_ESR   272
#define KREGS_FAR   280
#define KREGS_FRAME 288
#define KREGS_SIZE  304

#ifndef __ASSEMBLY__
#include "lib/compiler.h"

struct thread_head;

struct user_regs {
    u64 x[31];
    u64 sp;
    u64 pc;
    u64 pstate;
    u64 orig_x0; /* x0 as the system call got it */
    s32 syscall; /* its number, or NO_SYSCALL */
    u32 reserved;
    struct thread_head *thread; /* whose stack this is; borrowed */
    u64 reserved2;
};

struct kernel_regs {
    u64 x[31];
    u64 sp;
    u64 pc;
    u64 pstate;
    u64 esr;
    u64 far;
    u64 frame[2]; /* a frame record, so that backtraces pass through */
};

ASSERT_OFFSET(struct user_regs, sp, UREGS_SP);
ASSERT_OFFSET(struct user_regs, pc, UREGS_PC);
ASSERT_OFFSET(struct user_regs, orig_x0, UREGS_ORIG_X0);
ASSERT_OFFSET(struct user_regs, syscall, UREGS_SYSCALL);
ASSERT_OFFSET(struct user_regs, thread, UREGS_THREAD);
ASSERT_SIZE(struct user_regs, UREGS_SIZE);
ASSERT_OFFSET(struct kernel_regs, esr, KREGS_ESR);
ASSERT_OFFSET(struct kernel_regs, frame, KREGS_FRAME);
ASSERT_SIZE(struct kernel_regs, KREGS_SIZE);

static inline u64 arch_syscall_number(const struct user_regs *r)
{
    return (u64)(s64)r->syscall;
}

/* x7 tells a tracer whether this is a stop before or after a call. */
static inline u64 arch_syscall_tell(struct user_regs *r, bool entry)
{
    u64 saved = r->x[7];

    r->x[7] = !entry;
    return saved;
}
static inline void arch_syscall_told(struct user_regs *r, u64 saved)
{
    r->x[7] = saved;
}
/* The first argument as a tracer may have left it. */
static inline u64 arch_syscall_first_arg(const struct user_regs *r)
{
    return r->x[0];
}

static inline u64 arch_syscall_arg(const struct user_regs *r, unsigned i)
{
    return i == 0 ? r->orig_x0 : r->x[i];
}

/* The registers as the program had them when it called. */
static inline void arch_syscall_rollback(struct user_regs *r)
{
    r->x[0] = r->orig_x0;
}

static inline void arch_syscall_set_result(struct user_regs *r, s64 value)
{
    r->x[0] = (u64)value;
}

static inline s64 arch_syscall_result(const struct user_regs *r)
{
    return (s64)r->x[0];
}

/* The registers here and now, for a panic's report. */
static __always_inline void arch_capture_regs(struct kernel_regs *r)
{
    u64 el, daif;

    __asm__ volatile("stp x0, x1, [%0]; stp x2, x3, [%0, #16];"
                     "stp x4, x5, [%0, #32]; stp x6, x7, [%0, #48];"
                     "stp x8, x9, [%0, #64]; stp x10, x11, [%0, #80];"
                     "stp x12, x13, [%0, #96]; stp x14, x15, [%0, #112];"
                     "stp x16, x17, [%0, #128]; stp x18, x19, [%0, #144];"
                     "stp x20, x21, [%0, #160]; stp x22, x23, [%0, #176];"
                     "stp x24, x25, [%0, #192]; stp x26, x27, [%0, #208];"
                     "stp x28, x29, [%0, #224]; str x30, [%0, #240]"
                     :
                     : "r"(r->x)
                     : "memory");
    __asm__ volatile("mov %0, sp" : "=r"(r->sp));
    __asm__ volatile("adr %0, ." : "=r"(r->pc));
    __asm__ volatile("mrs %0, CurrentEL" : "=r"(el));
    __asm__ volatile("mrs %0, daif" : "=r"(daif));
    r->pstate = el | daif | 1; /* SP_ELx */
    r->esr = r->far = 0;
}
#endif
