/* For ports without an arch_prctl system call. */
#include "arch/arch.h"
#include "lib/errno.h"

__weak s64 arch_prctl(struct thread_head *head, u64 code, u64 value)
{
    (void)head;
    (void)code;
    (void)value;
    return -ENOSYS;
}
