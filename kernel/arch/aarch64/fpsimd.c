#include "arch/aarch64/fpsimd.h"

static bool registers_hold(const struct thread_head *head)
{
    const struct arm64_cpu *cpu = this_arm64_cpu();

    return cpu->fp_owner == head && head->arch.fp_cpu == cpu->number &&
           !(atomic_load(&head->work) & WORK_FP_RELOAD);
}

void fpsimd_switch(struct thread_head *prev, struct thread_head *next)
{
    struct arm64_cpu *cpu = this_arm64_cpu();

    if (prev->arch.user && registers_hold(prev))
        fpsimd_store(&prev->arch.fp);
    if (!next->arch.user)
        return;
    if (cpu->fp_owner == next && next->arch.fp_cpu == cpu->number)
        atomic_and(~(int)WORK_FP_RELOAD, &next->work);
    else
        atomic_or(WORK_FP_RELOAD, &next->work);
}

void fpsimd_reload(struct thread_head *head)
{
    struct arm64_cpu *cpu = this_arm64_cpu();

    fpsimd_load(&head->arch.fp);
    cpu->fp_owner = head;
    head->arch.fp_cpu = cpu->number;
    atomic_and(~(int)WORK_FP_RELOAD, &head->work);
}

void fpsimd_sync(struct thread_head *head)
{
    unsigned long flags = arch_irq_save();

    if (head == arch_current() && registers_hold(head))
        fpsimd_store(&head->arch.fp);
    arch_irq_restore(flags);
}

void fpsimd_changed(struct thread_head *head)
{
    head->arch.fp_cpu = ~0u;
    atomic_or(WORK_FP_RELOAD, &head->work);
}
