#include "arch/arch.h"
#include "arch/common/spinlock.h"

unsigned long arch_spin_lock(struct arch_spinlock *l)
{
    unsigned long flags = arch_irq_save();
    u32 ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);
    /* Pairs with the release in arch_spin_unlock(). */
    while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket)
        arch_cpu_relax();
    return flags;
}

void arch_spin_unlock(struct arch_spinlock *l, unsigned long flags)
{
    __atomic_store_n(&l->owner, l->owner + 1, __ATOMIC_RELEASE);
    arch_irq_restore(flags);
}
