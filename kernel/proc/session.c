#include "proc/session.h"

#include "lib/errno.h"
#include "proc/pid_internal.h"
#include "proc/task.h"

s64 session_create(struct task *t)
{
    struct task *leader = t->group->leader;
    struct pid *own = leader->pids[PID_PROCESS];
    struct pid_garbage garbage = {.count = 0};
    struct tty_session *tty = NULL;
    s64 result = -EPERM;

    spin_lock(&tasklist_lock);
    /* Neither a session leader nor the leader of any group may. */
    if (!t->group->session_leader && hlist_empty(&own->tasks[PID_GROUP])) {
        t->group->session_leader = true;
        pid_change(leader, PID_SESSION, pid_get(own), &garbage);
        pid_change(leader, PID_GROUP, pid_get(own), &garbage);
        spin_lock_irq(&t->group->lock);
        tty = t->group->tty;
        t->group->tty = NULL;
        spin_unlock_irq(&t->group->lock);
        result = pid_number(own, task_pid_ns(t));
    }
    spin_unlock(&tasklist_lock);
    pid_garbage_drop(&garbage);
    if (tty)
        tty_session_ops->put(tty);
    return result;
}

/* tasklist_lock held. */
static int set_locked(struct task *self, struct pid_namespace *ns, s32 pid,
                      s32 pgid, struct pid_garbage *garbage)
{
    struct task *leader = self->group->leader, *t, *member;
    struct pid *group;

    t = pid ? pid_task(pid_find(ns, pid), PID_PROCESS) : leader;
    if (!t)
        return -ESRCH;
    if (t->real_parent && t->real_parent->group == self->group && t != leader) {
        if (t->pids[PID_SESSION] != leader->pids[PID_SESSION])
            return -EPERM;
        if (t->group->has_execed)
            return -EACCES;
    } else if (t != leader) {
        return -ESRCH;
    }
    if (t->group->session_leader)
        return -EPERM;
    group = pgid ? pid_find(ns, pgid) : t->pids[PID_PROCESS];
    if (group != t->pids[PID_PROCESS]) {
        member = group ? pid_task(group, PID_GROUP) : NULL;
        if (!member || member->pids[PID_SESSION] != leader->pids[PID_SESSION])
            return -EPERM;
    }
    if (t->pids[PID_GROUP] != group)
        pid_change(t, PID_GROUP, pid_get(group), garbage);
    return 0;
}

int process_group_set(struct task *t, s32 pid, s32 pgid)
{
    struct pid_garbage garbage = {.count = 0};
    int error;

    rcu_read_lock();
    spin_lock(&tasklist_lock);
    error = set_locked(t, task_pid_ns(t), pid, pgid, &garbage);
    spin_unlock(&tasklist_lock);
    rcu_read_unlock();
    pid_garbage_drop(&garbage);
    return error;
}
