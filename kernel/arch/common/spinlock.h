/*
 * The ports' own spinlock, for what lies below core/lock.h: held for a few
 * hundred instructions, always with interrupts off, not checked for order.
 * While one is held no other lock is taken and no CPU is waited for.
 */
#ifndef ARCH_COMMON_SPINLOCK_H
#define ARCH_COMMON_SPINLOCK_H

#include "lib/atomic.h"

struct arch_spinlock {
    u32 value; /* 1: held. No order of arrival, as core/lock.h says why. */
};

unsigned long arch_spin_lock(struct arch_spinlock *l);
void arch_spin_unlock(struct arch_spinlock *l, unsigned long flags);

#endif
