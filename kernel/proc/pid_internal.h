/*
 * Making and ending process ids: for fork, exec, exit and setsid only.
 * tasklist_lock is held around pid_attach, pid_detach, pid_change and
 * pid_transfer.
 */
#ifndef PROC_PID_INTERNAL_H
#define PROC_PID_INTERNAL_H

#include "proc/namespace.h"
#include "proc/pid.h"

/* References that are dropped after the locks. */
struct pid_garbage {
    struct pid *pids[2 * PID_KINDS];
    u32 count;
};

void pid_namespace_init_numbers(struct pid_namespace *ns);
static inline struct pid_namespace *pid_namespace_get(struct pid_namespace *ns)
{
    refcount_inc(&ns->head.refs);
    return ns;
}
static inline void pid_namespace_put(struct pid_namespace *ns)
{
    namespace_put(&ns->head);
}

/* Numbers in ns and its ancestors, not yet found by pid_find(). set_tid[i] asks
 * for a number i levels up from ns. ERR_PTR: -ENOMEM, -EAGAIN, -EEXIST,
 * -EINVAL. */
struct pid *pid_create(struct pid_namespace *ns, const s32 *set_tid,
                       u32 set_tid_count);
void pid_publish(struct pid *p);
void pid_release_numbers(struct pid *p); /* of one never attached */
void pid_attach(struct task *t, enum pid_kind kind, struct pid *p);
void pid_attach_locked(struct task *t, enum pid_kind kind,
                       struct pid *p); /* p->group_lock held, too */
void pid_detach(struct task *t, enum pid_kind kind,
                struct pid_garbage *garbage);
void pid_change(struct task *t, enum pid_kind kind, struct pid *p,
                struct pid_garbage *garbage);
void pid_transfer(struct task *from, struct task *to, enum pid_kind kind);
void pid_garbage_drop(struct pid_garbage *garbage);

#endif
