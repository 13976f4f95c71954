/*
 * Registers as the entry code saves them: the order of Linux's
 * user_regs_struct up to ss, so that ptrace and core files can copy them.
 *
 * orig_rax is the system call number while in a system call, else -1; during
 * the first instructions of an exception it holds the error code.
 */
#ifndef ASM_REGS_H
#define ASM_REGS_H

#define SEL_KERNEL_CODE 0x10
#define SEL_KERNEL_DATA 0x18
#define SEL_USER_DATA   0x2b /* SYSRET wants data before code */
#define SEL_USER_CODE   0x33
#define SEL_TSS         0x40
#define SEL_CPU         0x53 /* limit = CPU number, for LSL in the vDSO */

#ifndef __ASSEMBLY__

#include "lib/compiler.h"
#include "lib/types.h"

#define X86_SAVED_REGISTERS           \
    u64 r15, r14, r13, r12, rbp, rbx; \
    u64 r11, r10, r9, r8, rax, rcx;   \
    u64 rdx, rsi, rdi, orig_rax;      \
    u64 rip, cs, rflags, rsp, ss

struct user_regs {
    X86_SAVED_REGISTERS;
};

/* What an exception or interrupt saved; long mode always pushes rsp and ss. */
struct kernel_regs {
    X86_SAVED_REGISTERS;
};

_Static_assert(sizeof(struct user_regs) == 21 * 8, "entry.S knows");

#define RFLAGS_CF    (1UL << 0)
#define RFLAGS_FIXED (1UL << 1)
#define RFLAGS_TF    (1UL << 8)
#define RFLAGS_IF    (1UL << 9)
#define RFLAGS_DF    (1UL << 10)
#define RFLAGS_NT    (1UL << 14)
#define RFLAGS_RF    (1UL << 16)
#define RFLAGS_AC    (1UL << 18)
/* What user mode may change through signal frames and ptrace. */
#define RFLAGS_USER 0x50dd5UL /* CF PF AF ZF SF TF DF OF RF AC */

static inline u64 arch_syscall_number(const struct user_regs *r)
{
    return (u32)r->orig_rax;
}

/* What tells a tracer that this is a stop before or after a call: nothing. */
static inline u64 arch_syscall_tell(struct user_regs *r, bool entry)
{
    (void)r, (void)entry;
    return 0;
}
static inline void arch_syscall_told(struct user_regs *r, u64 saved)
{
    (void)r, (void)saved;
}
/* The first argument as a tracer may have left it. */
static inline u64 arch_syscall_first_arg(const struct user_regs *r)
{
    return r->rdi;
}

static inline u64 arch_syscall_arg(const struct user_regs *r, unsigned i)
{
    switch (i) {
    case 0:
        return r->rdi;
    case 1:
        return r->rsi;
    case 2:
        return r->rdx;
    case 3:
        return r->r10;
    case 4:
        return r->r8;
    default:
        return r->r9;
    }
}

/* The registers as the program had them when it called. */
static inline void arch_syscall_rollback(struct user_regs *r)
{
    r->rax = r->orig_rax;
}

static inline void arch_syscall_set_result(struct user_regs *r, s64 value)
{
    r->rax = (u64)value;
}

static inline s64 arch_syscall_result(const struct user_regs *r)
{
    return (s64)r->rax;
}

/* The registers here and now, for a panic's report. */
static __always_inline void arch_capture_regs(struct kernel_regs *r)
{
#define CAPTURE(name) __asm__ volatile("mov %%" #name ", %0" : "=m"(r->name))
    CAPTURE(rax);
    CAPTURE(rbx);
    CAPTURE(rcx);
    CAPTURE(rdx);
    CAPTURE(rsi);
    CAPTURE(rdi);
    CAPTURE(rbp);
    CAPTURE(rsp);
    CAPTURE(r8);
    CAPTURE(r9);
    CAPTURE(r10);
    CAPTURE(r11);
    CAPTURE(r12);
    CAPTURE(r13);
    CAPTURE(r14);
    CAPTURE(r15);
#undef CAPTURE
    __asm__ volatile("lea (%%rip), %0" : "=r"(r->rip));
    __asm__ volatile("pushfq; pop %0" : "=r"(r->rflags));
    r->cs = SEL_KERNEL_CODE;
    r->ss = SEL_KERNEL_DATA;
    r->orig_rax = ~0UL;
}

#endif
#endif
