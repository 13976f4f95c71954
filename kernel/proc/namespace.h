/*
 * Namespaces: what a task's names mean. Each kind is a counted object; a task
 * points to one set. Only one of each exists until unshare/clone make more.
 */
#ifndef PROC_NAMESPACE_H
#define PROC_NAMESPACE_H

#include "lib/idr.h"
#include "lib/refcount.h"
#include "lib/types.h"
#include "core/lock.h"

struct mount_namespace; /* fs/mount.h */
struct net_namespace;   /* net/ */
struct ipc_namespace;   /* ipc/ */
struct cgroup_namespace;
struct task;
struct cred;

struct user_namespace {
    refcount_t refs;
    struct user_namespace *parent; /* owned */
    u32 level;
    u32 owner_uid; /* kuid value of the creator */
    u64 inode;     /* /proc/<pid>/ns/user */
};

struct uts_namespace {
    refcount_t refs;
    struct user_namespace *owner; /* owned */
    rwlock_t lock;                /* guards the names */
    char host[65], domain[65];
    u64 inode;
};

#define PID_LEVELS_MAX 32
struct pid_namespace {
    refcount_t refs;
    struct pid_namespace *parent; /* owned */
    u32 level;
    struct user_namespace *owner;
    struct idr pids; /* number -> struct pid; guarded by lock, RCU readers */
    spinlock_t lock;
    u32 last_pid, pid_max;
    struct task *reaper; /* its init; borrowed */
    bool dead;           /* init has exited: no new processes */
    u64 inode;
};

struct time_namespace {
    refcount_t refs;
    s64 monotonic_offset, boottime_offset;
    u64 inode;
};

struct namespaces { /* counted, shared by threads; copied on unshare */
    refcount_t refs;
    struct uts_namespace *uts; /* all owned */
    struct mount_namespace *mnt;
    struct ipc_namespace *ipc;
    struct net_namespace *net;
    struct pid_namespace *pid_for_children;
    struct time_namespace *time, *time_for_children;
    struct cgroup_namespace *cgroup;
};

extern struct user_namespace user_ns_first;
extern struct uts_namespace uts_ns_first;
extern struct pid_namespace pid_ns_first;
extern struct namespaces namespaces_first;

struct user_namespace *user_namespace_get(struct user_namespace *ns);
void user_namespace_put(struct user_namespace *ns);
struct namespaces *namespaces_get(struct namespaces *n);
void namespaces_put(struct namespaces *n);

/* clone and unshare: a set with new ones where `flags` has CLONE_NEW*, the
 * others shared. ERR_PTR: -EPERM, -EINVAL (a kind that cannot be made),
 * -ENOSPC, -ENOMEM. */
struct namespaces *namespaces_copy(struct task *who, struct namespaces *from,
                                   const struct cred *cred, u64 flags);

/* How to take a reference, drop and copy a namespace of a layer above proc/:
 * registered by its owner (fs: mount; ipc; net). */
struct namespace_ops {
    void (*get)(void *ns);
    void (*put)(void *ns);
    /* clone(CLONE_NEW*): ERR_PTR. `who` is the creator. */
    void *(*copy)(void *ns, struct task *who);
};
enum namespace_kind {
    NS_MNT,
    NS_IPC,
    NS_NET,
    NS_CGROUP,
    NS_KINDS_ABOVE
};
void namespace_register(enum namespace_kind kind,
                        const struct namespace_ops *ops, void *first);

#endif
