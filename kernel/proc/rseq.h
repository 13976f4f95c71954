/* Restartable sequences (rseq(2), uapi/linux/rseq.h). */
#ifndef PROC_RSEQ_H
#define PROC_RSEQ_H

#include "lib/types.h"

struct task;
struct user_regs;

/* The system call, for the current task. */
int rseq_register(struct task *t, u64 address, u32 size, u32 flags,
                  u32 signature);
/* The task was switched to, and returns to user mode at some time: the CPU
 * number may be old and a sequence broken. */
void rseq_switched(struct task *t);
/* On the way to user mode, and before a signal frame is built: tell the CPU
 * number; abort a sequence that was interrupted. */
void rseq_update(struct task *t, struct user_regs *regs);

#endif
