#include "core/lock.h"

#include "core/log.h"
#include "core/sched.h"

void spin_init(spinlock_t *l, const char *name)
{
#ifdef CONFIG_DEBUG
    *l = (spinlock_t)SPINLOCK_INIT(name);
#else
    (void)name;
    l->value = 0;
#endif
}

/* Looks without writing, so that the holder keeps the cache line. */
void raw_spin_wait(spinlock_t *l)
{
    do
        while (__atomic_load_n(&l->value, __ATOMIC_RELAXED))
            arch_cpu_relax();
    while (__atomic_exchange_n(&l->value, 1, __ATOMIC_ACQUIRE));
}

#ifdef CONFIG_DEBUG

/* A lock that nobody lets go of is reported rather than waited for silently. */
#define SPINS_MAX (1UL << 31)

static void spin_get(spinlock_t *l, unsigned level, const void *where)
{
    u64 spins = 0;

    lockdep_acquire(l, &l->debug, level, LOCKDEP_SPIN, false, where);
    while (__atomic_exchange_n(&l->value, 1, __ATOMIC_ACQUIRE)) {
        while (__atomic_load_n(&l->value, __ATOMIC_RELAXED)) {
            if (++spins == SPINS_MAX)
                panic("spinlock %s: held for ever, last taken at %pS\n",
                      l->debug.name ? l->debug.name : "?", l->debug.where);
            arch_cpu_relax();
        }
    }
    l->debug.owner = thread_current();
    l->debug.where = where;
}

static void spin_put(spinlock_t *l)
{
    if (l->debug.owner != thread_current())
        panic("spinlock %s: unlocked by a thread that does not hold it\n",
              l->debug.name ? l->debug.name : "?");
    l->debug.owner = NULL;
    lockdep_release(l, &l->debug);
    raw_spin_unlock(l);
}

void spin_lock(spinlock_t *l)
{
    preempt_disable();
    spin_get(l, 0, __builtin_return_address(0));
}

void spin_lock_nested(spinlock_t *l, unsigned level)
{
    preempt_disable();
    spin_get(l, level, __builtin_return_address(0));
}

bool spin_trylock(spinlock_t *l)
{
    preempt_disable();
    if (raw_spin_trylock(l)) {
        lockdep_acquire(l, &l->debug, 0, LOCKDEP_SPIN, true,
                        __builtin_return_address(0));
        l->debug.owner = thread_current();
        l->debug.where = __builtin_return_address(0);
        return true;
    }
    preempt_enable();
    return false;
}

void spin_unlock(spinlock_t *l)
{
    spin_put(l);
    preempt_enable();
}

unsigned long spin_lock_irqsave(spinlock_t *l)
{
    unsigned long flags = arch_irq_save();

    preempt_disable();
    spin_get(l, 0, __builtin_return_address(0));
    return flags;
}

unsigned long spin_lock_irqsave_nested(spinlock_t *l, unsigned level)
{
    unsigned long flags = arch_irq_save();

    preempt_disable();
    spin_get(l, level, __builtin_return_address(0));
    return flags;
}

bool spin_trylock_irqsave(spinlock_t *l, unsigned long *flags)
{
    *flags = arch_irq_save();
    if (spin_trylock(l))
        return true;
    arch_irq_restore(*flags);
    return false;
}

void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
    spin_put(l);
    arch_irq_restore(flags);
    preempt_enable();
}

void spin_lock_irq(spinlock_t *l)
{
    if (!arch_irqs_enabled())
        panic("spin_lock_irq(%s) with interrupts off\n", l->debug.name);
    arch_irq_disable();
    preempt_disable();
    spin_get(l, 0, __builtin_return_address(0));
}

void spin_unlock_irq(spinlock_t *l)
{
    spin_put(l);
    arch_irq_enable();
    preempt_enable();
}

void spin_assert_held(spinlock_t *l)
{
    if (l->debug.owner != thread_current())
        panic("spinlock %s must be held\n", l->debug.name);
}

#endif
