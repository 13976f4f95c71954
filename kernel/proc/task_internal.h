/* Making tasks: the inside, for proc/'s own files. */
#ifndef PROC_TASK_INTERNAL_H
#define PROC_TASK_INTERNAL_H

#include "proc/task.h"

struct task *task_alloc(void); /* zeroed, refs 1; NULL: no memory */
void task_free_unstarted(struct task *t);
struct thread_group *thread_group_create(void); /* NULL: no memory */
void thread_group_put(struct thread_group *g);
extern const struct thread_ops task_thread_ops;
/* t->mm, and where its thread runs. */
void task_set_mm(struct task *t, struct address_space *mm);
void task_set_cred(struct task *t, const struct cred *cred); /* takes over */
void task_count_new(void);
void task_discard(struct task *t);                  /* of one that never ran */
void task_set_first_limits(struct thread_group *g); /* init's */
void task_count_gone(void);                         /* one task less */
void task_update_caller(struct task *t);

#endif
