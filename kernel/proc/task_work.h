/* Work that a task does itself on its way to user mode. */
#ifndef PROC_TASK_WORK_H
#define PROC_TASK_WORK_H

#include "proc/signal.h"

struct task_work {
    struct task_work *next;
    void (*fn)(struct task_work *w); /* may free it */
};

/* Any context. -ESRCH: the task has exited and will not run it. */
int task_work_add(struct task *t, struct task_work *w);
void task_work_run(struct task *t); /* current */

#endif
