/*
 * Threads: switching, first entry, user state at exec and clone, TLS.
 */
#include "arch/arch.h"
#include "lib/errno.h"
#include "arch/aarch64/debug.h"
#include "arch/aarch64/fpsimd.h"
#include "arch/aarch64/cpufeature.h"
#include "lib/string.h"

ASSERT_OFFSET(struct thread_head, work, HEAD_WORK);
ASSERT_OFFSET(struct thread_head, preempt_count, HEAD_PREEMPT);
ASSERT_OFFSET(struct thread_head, stack, HEAD_STACK);
ASSERT_OFFSET(struct thread_head, regs, HEAD_REGS);
ASSERT_OFFSET(struct thread_head, arch.context, HEAD_CONTEXT);

struct thread_head *switch_stacks(struct thread_head *prev,
                                  struct thread_head *next);
void thread_first_run(void);
void arch_user_enter_asm(struct user_regs *regs,
                         struct thread_head *head) __noreturn;

static struct user_regs *frame_of(const struct thread_head *head)
{
    return (struct user_regs *)((char *)head->stack + KERNEL_STACK_SIZE) - 1;
}

void arch_thread_init(struct thread_head *head, void (*entry)(void *),
                      void *arg)
{
    struct user_regs *regs = frame_of(head);

    memset(&head->arch, 0, sizeof(head->arch));
    memset(regs, 0, sizeof(*regs));
    regs->thread = head;
    regs->syscall = NO_SYSCALL;
    head->regs = regs;
    head->arch.fp_cpu = ~0u;
    head->arch.context.x19_x28[0] = (u64)entry;
    head->arch.context.x19_x28[1] = (u64)arg;
    head->arch.context.sp = (u64)regs;
    head->arch.context.pc = (u64)thread_first_run;
}

void arch_thread_destroy(struct thread_head *head)
{
    debug_free(head);
    memzero_explicit(&head->arch.keys, sizeof(head->arch.keys));
}

struct thread_head *arch_switch(struct thread_head *prev,
                                struct thread_head *next)
{
    struct arm64_cpu *cpu = this_arm64_cpu();

    /* As soon as prev may run elsewhere its address space may be destroyed, so
     * none stays in TTBR0; the next thread's owner activates its own. */
    arch_aspace_activate(NULL);
    fpsimd_switch(prev, next);
    if (prev->arch.user)
        prev->arch.tls = read_sysreg(tpidr_el0);
    if (next->arch.user) {
        write_sysreg(next->arch.tls, tpidr_el0);
        if (next->arch.keys_id != cpu->keys_id)
            pauth_load(next);
        if (unlikely(cpu->debugging || next->arch.single_step ||
                     next->arch.debug))
            debug_switch(next);
    }
    return switch_stacks(prev, next);
}

int arch_user_exec(struct thread_head *head, u64 pc, u64 sp)
{
    struct user_regs *regs = head->regs;
    unsigned long flags = arch_irq_save();
    s32 syscall;

    debug_free(head);
    /* A tracer may still be told of the end of the call. */
    syscall = head->arch.user ? regs->syscall : NO_SYSCALL;
    memset(regs, 0, offsetof(struct user_regs, thread));
    regs->syscall = syscall;
    regs->pc = pc;
    regs->sp = sp;
    regs->pstate = PSR_MODE_EL0 | (cpu_features.ssbs ? PSR_SSBS : 0);
    head->arch.user = true;
    head->arch.tls = 0;
    memset(&head->arch.fp, 0, sizeof(head->arch.fp));
    fpsimd_changed(head);
    pauth_new_keys(head);
    if (head == arch_current()) {
        write_sysreg(0, tpidr_el0);
        pauth_load(head);
    }
    arch_irq_restore(flags);
    return 0;
}

int arch_user_clone(struct thread_head *child, struct thread_head *parent,
                    u64 sp, bool set_tls, u64 tls)
{
    struct user_regs *regs = child->regs;

    fpsimd_sync(parent);
    memcpy(regs, parent->regs, offsetof(struct user_regs, thread));
    regs->x[0] = 0;
    regs->pstate &= ~(u64)PSR_SS;
    regs->syscall = NO_SYSCALL;
    if (sp)
        regs->sp = sp;
    child->arch.fp = parent->arch.fp;
    child->arch.tls = set_tls ? tls : arch_get_tls(parent);
    child->arch.keys = parent->arch.keys;
    child->arch.keys_id = parent->arch.keys_id;
    child->arch.user = true;
    fpsimd_changed(child);
    return 0;
}

void arch_user_enter(void)
{
    struct thread_head *head = arch_current();

    arch_irq_disable();
    arch_user_enter_asm(head->regs, head);
}

void arch_set_tls(struct thread_head *head, u64 base)
{
    head->arch.tls = base;
    if (head == arch_current())
        write_sysreg(base, tpidr_el0);
}

u64 arch_get_tls(struct thread_head *head)
{
    return head == arch_current() ? read_sysreg(tpidr_el0) : head->arch.tls;
}

/* Only x86-64 has the call; no number of this architecture leads here. */
s64 arch_prctl(struct thread_head *head, u64 code, u64 value)
{
    (void)head, (void)code, (void)value;
    return -EINVAL;
}

void arch_set_current(struct thread_head *head)
{
    __asm__ volatile("msr sp_el0, %0" ::"r"(head) : "memory");
}

void arch_set_percpu_base(unsigned long base)
{
    __asm__ volatile("msr tpidr_el1, %0" ::"r"(base) : "memory");
}

/* ----------------------------------------------------- the register frame */

/* The frame's x0 is the call's first argument again; at the instruction. */
void arch_syscall_restart(struct user_regs *r)
{
    r->x[0] = r->orig_x0;
    r->pc -= 4;
    r->syscall = NO_SYSCALL;
}

void arch_syscall_restart_as(struct user_regs *r, u64 nr)
{
    arch_syscall_restart(r);
    r->x[8] = nr;
}

bool arch_in_syscall(const struct user_regs *r)
{
    return r->syscall != NO_SYSCALL;
}

void arch_syscall_forget(struct user_regs *r)
{
    r->syscall = NO_SYSCALL;
}

u64 arch_user_pc(const struct user_regs *r)
{
    return r->pc;
}

u64 arch_user_sp(const struct user_regs *r)
{
    return r->sp;
}

void arch_user_set_pc(struct user_regs *r, u64 pc)
{
    r->pc = pc;
}
