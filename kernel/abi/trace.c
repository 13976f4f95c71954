#include "abi/trace.h"

#include "abi/syscall.h"
#include "arch/arch.h"
#include "core/log.h"
#include "lib/errno.h"
#include "proc/ptrace.h"
#include "proc/seccomp.h"
#include "proc/task.h"

/* TASK_TRACE_PRINT comes from the command line's hako.trace; fork copies it. */
static void print_call(struct task *t, struct user_regs *regs)
{
    const char *name = syscall_name(arch_syscall_number(regs));

    log_info("[%u] %s: %s(%#llx, %#llx, %#llx, %#llx, %#llx, %#llx)\n",
             pid_number(t->pids[PID_TASK], &pid_ns_first), t->thread.name,
             name ? name : "?", (unsigned long long)arch_syscall_arg(regs, 0),
             (unsigned long long)arch_syscall_arg(regs, 1),
             (unsigned long long)arch_syscall_arg(regs, 2),
             (unsigned long long)arch_syscall_arg(regs, 3),
             (unsigned long long)arch_syscall_arg(regs, 4),
             (unsigned long long)arch_syscall_arg(regs, 5));
}

bool syscall_trace_enter(struct task *t, struct user_regs *regs)
{
    u32 work = atomic_load(&t->thread.head.work);

    if (work & WORK_TRACE_SYSCALL && t->flags & TASK_TRACE_PRINT)
        print_call(t, regs);
    if (work & WORK_TRACE_SYSCALL && !ptrace_syscall_stop(t, regs, true))
        return false;
    if (work & WORK_SECCOMP && !seccomp_check(t, regs))
        return false;
    /* A tracer takes a call away so. */
    return (s32)arch_syscall_number(regs) != -1;
}

void syscall_trace_leave(struct task *t, struct user_regs *regs)
{
    s64 result = arch_syscall_result(regs);

    if (t->flags & TASK_TRACE_PRINT) {
        const char *name = syscall_name(arch_syscall_number(regs));
        log_info("[%u] %s = %lld\n",
                 pid_number(t->pids[PID_TASK], &pid_ns_first),
                 name ? name : "?", (long long)result);
    }
    ptrace_syscall_stop(t, regs, false);
}
