#include "core/fault_inject.h"

#ifdef CONFIG_DEBUG

#include "core/lock.h"
#include "core/log.h"
#include "core/page.h"
#include "core/sched.h"

static atomic_t global_left;

void fault_inject_task(struct thread *t, u32 n)
{
    WRITE_ONCE(t->fault_inject, n);
}

u32 fault_inject_task_left(const struct thread *t)
{
    return READ_ONCE(t->fault_inject);
}

void fault_inject_global(u32 n)
{
    atomic_store(&global_left, (int)n);
}

u32 fault_inject_global_left(void)
{
    return (u32)atomic_load(&global_left);
}

bool fault_inject_should_fail(u32 alloc_flags)
{
    struct thread *t = thread_current();

    if (alloc_flags & ALLOC_NOFAIL)
        return false;
    if (t && t->fault_inject && !in_interrupt() && --t->fault_inject == 0) {
        log_debug("fault injection: an allocation of \"%s\" fails\n", t->name);
        return true;
    }
    return unlikely(atomic_load(&global_left) > 0) &&
           atomic_dec_return(&global_left) == 0;
}

#endif
