/*
 * Allocation fault injection (debug build): the n-th allocation from now fails.
 *
 * Counted per task (fault_inject_task: only allocations that this thread makes
 * in thread context) or for everybody (fault_inject_global). Only allocations
 * that may fail are counted: not ALLOC_NOFAIL. proc/ shows both as files.
 */
#ifndef CORE_FAULT_INJECT_H
#define CORE_FAULT_INJECT_H

#include "lib/types.h"

struct thread;

#if defined(CONFIG_DEBUG) || defined(HAKO_HOST)
/* n = 1: the next one; 0: off. Reading gives what is left: 0 once it failed. */
void fault_inject_task(struct thread *t, u32 n);
u32 fault_inject_task_left(const struct thread *t);
void fault_inject_global(u32 n);
u32 fault_inject_global_left(void);
/* For the allocators: true if this one shall fail. */
bool fault_inject_should_fail(u32 alloc_flags);
#else
static inline bool fault_inject_should_fail(u32 alloc_flags)
{
    (void)alloc_flags;
    return false;
}
#endif

#endif
