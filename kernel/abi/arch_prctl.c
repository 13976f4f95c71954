/* arch_prctl: x86-64's; on AArch64 no number leads here. */
#include "abi/syscall.h"
#include "arch/arch.h"
#include "proc/task.h"

s64 sys_arch_prctl(struct caller *who, const u64 *args)
{
    return arch_prctl(&who->task->thread.head, (u32)args[0], args[1]);
}
