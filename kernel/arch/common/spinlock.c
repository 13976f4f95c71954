#include "arch/arch.h"
#include "arch/common/spinlock.h"

unsigned long arch_spin_lock(struct arch_spinlock *l)
{
    unsigned long flags = arch_irq_save();

    /* Pairs with the release in arch_spin_unlock(). */
    while (__atomic_exchange_n(&l->value, 1, __ATOMIC_ACQUIRE)) {
        while (__atomic_load_n(&l->value, __ATOMIC_RELAXED))
            arch_cpu_relax();
    }
    return flags;
}

void arch_spin_unlock(struct arch_spinlock *l, unsigned long flags)
{
    __atomic_store_n(&l->value, 0, __ATOMIC_RELEASE);
    arch_irq_restore(flags);
}
