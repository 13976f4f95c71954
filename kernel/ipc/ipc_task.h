/*
 * What of System V IPC belongs to a task: see sysv_task_ops in proc/task.h.
 */
#ifndef IPC_TASK_H
#define IPC_TASK_H

#include "lib/types.h"

struct task;

/* sem_undo.c. share: CLONE_SYSVSEM. -ENOMEM. */
int sem_task_clone(struct task *child, struct task *parent, bool share);
void sem_task_leave(struct task *t);
/* shm.c: the segments that it made have no maker any more. */
void shm_task_leave(struct task *t);

#endif
