/*
 * What happens around a system call when work bits ask for it: printing
 * (--trace), seccomp, ptrace's stops.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include "lib/types.h"

struct task;
struct user_regs;

/* False: the call must not run; the result register is set. */
bool syscall_trace_enter(struct task *t, struct user_regs *regs);
void syscall_trace_leave(struct task *t, struct user_regs *regs);

#endif
