/*
 * Inside vm/: events counted per CPU.
 */
#ifndef VM_STATS_H
#define VM_STATS_H

#include "core/cpu.h"
#include "core/lock.h"
#include "vm/vm.h"

DECLARE_PER_CPU(u64[VM_EVENTS], vm_events);

static inline void vm_event(enum vm_event e)
{
    /* A count lost to a preemption does no harm; a torn one cannot be. */
    __atomic_fetch_add(&this_cpu(vm_events)[e], 1, __ATOMIC_RELAXED);
}

#endif
