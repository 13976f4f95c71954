#include "core/coverage.h"

#include "core/sched.h"

#ifdef CONFIG_FUZZ
void coverage_stop(struct thread *t)
{
    struct coverage_area *a = t->coverage;

    WRITE_ONCE(t->coverage, NULL);
    if (a)
        WRITE_ONCE(a->owner, NULL);
}

void __sanitizer_cov_trace_pc(void)
{
    struct thread *t = thread_current();
    struct coverage_area *a = t ? READ_ONCE(t->coverage) : NULL;
    u64 n;

    /* What an interrupt does is not this thread's. */
    if (likely(!a) || arch_irq_regs())
        return;
    n = a->words[0] + 1;
    if (n < a->size) {
        a->words[n] = (u64)__builtin_return_address(0);
        a->words[0] = n;
    }
}
#endif
