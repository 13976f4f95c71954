/*
 * seccomp: what system calls a task may still make.
 *
 * Strict mode allows four. In filter mode a chain of classic BPF programs looks
 * at each call; every program of the chain runs, and the strictest verdict
 * counts. A task inherits the chain by fork and keeps it over exec; a program
 * cannot be taken off. Programs are immutable, counted and shared: a chain is
 * linked from the newest to the oldest by `previous`, which each one owns.
 *
 * A filter may have a listener: a handle by which another process answers the
 * calls that the filter hands over (seccomp_notify.c).
 *
 * task.seccomp and task.seccomp_mode change under the group's lock (by the task
 * itself, or by a thread that synchronises the others); the task reads its own
 * freely. WORK_SECCOMP is set with the mode, so tasks without any pay nothing.
 */
#ifndef PROC_SECCOMP_H
#define PROC_SECCOMP_H

#include "lib/bpf.h"
#include "lib/refcount.h"
#include "lib/types.h"

struct caller;
struct task;
struct seccomp_notifier;
struct grant;
struct user_regs;

#define SECCOMP_MODE_DISABLED 0
#define SECCOMP_MODE_STRICT   1
#define SECCOMP_MODE_FILTER   2
#define SECCOMP_MODE_DEAD     3 /* killed on the way out */

#define SECCOMP_FILTER_TSYNC         BIT(0)
#define SECCOMP_FILTER_LOG           BIT(1)
#define SECCOMP_FILTER_SPEC_ALLOW    BIT(2)
#define SECCOMP_FILTER_NEW_LISTENER  BIT(3)
#define SECCOMP_FILTER_TSYNC_ESRCH   BIT(4)
#define SECCOMP_FILTER_WAIT_KILLABLE BIT(5)
#define SECCOMP_FILTER_MASK          0x3fu

/* What a filter returns: an action and 16 bits of data. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD  0x00000000u
#define SECCOMP_RET_TRAP         0x00030000u
#define SECCOMP_RET_ERRNO        0x00050000u
#define SECCOMP_RET_USER_NOTIF   0x7fc00000u
#define SECCOMP_RET_TRACE        0x7ff00000u
#define SECCOMP_RET_LOG          0x7ffc0000u
#define SECCOMP_RET_ALLOW        0x7fff0000u
#define SECCOMP_RET_ACTION       0xffff0000u
#define SECCOMP_RET_DATA         0x0000ffffu

struct seccomp_data { /* uapi/linux/seccomp.h: what a filter looks at */
    s32 nr;
    u32 arch;
    u64 instruction_pointer;
    u64 args[6];
};

struct seccomp_filter {
    refcount_t refs;
    atomic_t users; /* tasks and newer filters that use it */
    bool log, wait_killable;
    struct seccomp_filter *previous; /* owned */
    struct seccomp_notifier
        *notifier; /* borrowed; until its handle is closed */
    u32 count;
    struct bpf_instruction program[];
};

struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f);
void seccomp_filter_put(struct seccomp_filter *f);

/* Before a system call of the current task, with WORK_SECCOMP. False: it must
 * not run; its result is set. */
bool seccomp_check(struct task *t, struct user_regs *regs);

int seccomp_set_strict(struct task *t);
/* Checks and installs a program. `program` is the caller's memory, copied.
 * 0; with NEW_LISTENER a handle; with TSYNC the number of a thread that cannot
 * follow; or an errno. */
s64 seccomp_set_filter(struct caller *who, u32 flags, u64 program, u32 count);
/* A new task: group->lock of the parent is held. */
void seccomp_fork(struct task *t, struct task *parent);
void seccomp_release(struct task *t); /* the task ends */
u32 seccomp_filter_count(struct task *t);
/* PTRACE_SECCOMP_GET_FILTER: the index-th, oldest first, as its user wrote it;
 * counted, or NULL. */
struct seccomp_filter *seccomp_filter_at(struct task *t, u64 index);
const char *seccomp_actions(void); /* /proc/sys/kernel/seccomp/actions_avail */
bool seccomp_action_known(u32 action);

/* ------------------------------------------------------- seccomp_notify.c */

/* A listener of `f`, not yet open: ERR_PTR(-ENOMEM). */
struct grant *seccomp_listener_create(struct seccomp_filter *f);
/* Hand the call over and wait. True: the task may go on with it; else its
 * result is in *result. */
bool seccomp_ask(struct task *t, struct seccomp_filter *f,
                 const struct seccomp_data *data, s64 *result);
/* Nobody uses the filter any more: its listener sees a hang-up. */
void seccomp_listener_hangup(struct seccomp_filter *f);

#endif
