/*
 * Process identifiers: a struct pid has a number per pid-namespace level and
 * outlives the task while someone refers to it (pidfd, a process group).
 *
 * One function turns a number into a pid: pid_find(), inside a namespace.
 * Links of tasks to pids are guarded by tasklist_lock for changes and RCU for
 * readers.
 */
#ifndef PROC_PID_H
#define PROC_PID_H

#include "core/rcu.h"
#include "core/wait.h"
#include "lib/list.h"
#include "lib/refcount.h"

struct pid_namespace;
struct task;

enum pid_kind {
    PID_TASK,
    PID_PROCESS,
    PID_GROUP,
    PID_SESSION,
    PID_KINDS
};

struct pid {
    refcount_t refs;
    u32 level;
    /* struct task.pid_links[kind]: tasklist_lock; [PID_GROUP] also by
     * group_lock (irq-safe; before thread_group.lock), under which fork looks
     * for signals and joins: who signals each member misses none. */
    struct hlist_head tasks[PID_KINDS];
    spinlock_t group_lock;
    struct wait_queue exited; /* pidfd polling */
    struct rcu_head rcu;
    u64 inode;
    struct {
        u32 number;
        struct pid_namespace *ns; /* owned */
    } numbers[];                  /* level + 1 of them */
};

struct pid *pid_get(struct pid *p);
void pid_put(struct pid *p);
/* Under RCU (borrowed), or referenced by pid_find_get(). NULL: none. */
struct pid *pid_find(struct pid_namespace *ns, u32 number);
struct pid *pid_find_get(struct pid_namespace *ns, u32 number);
u32 pid_number(const struct pid *p,
               const struct pid_namespace *ns); /* 0: none */
/* Under RCU: the task, or NULL when it is gone. */
struct task *pid_task(struct pid *p, enum pid_kind kind);
/* Referenced; NULL when it is gone. */
struct task *pid_task_get(struct pid *p, enum pid_kind kind);

#endif
