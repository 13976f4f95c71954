/*
 * Namespaces: what a task's names mean. Each kind is a counted object that
 * begins with struct namespace; a task points to one set of them (struct
 * namespaces), and to its user namespace through its credentials.
 *
 *   kind     object                  where       the active one of a task
 *   mnt      struct mount_namespace  fs/         task->ns->mnt
 *   uts      struct uts_namespace    here        task->ns->uts
 *   ipc      struct ipc_namespace    ipc/        task->ns->ipc
 *   net      struct net_namespace    net/        task->ns->net
 *   cgroup   struct cgroup_namespace here        task->ns->cgroup
 *   pid      struct pid_namespace    here        task_pid_ns(task)
 *   time     struct time_namespace   here        task->ns->time
 *   user     struct user_namespace   here        task->cred->user_ns
 *
 * A set is immutable once a task points to it: unshare and setns make another.
 * Others read task->ns under task->alloc_lock. A namespace's owner is the user
 * namespace whose capabilities count for it.
 *
 * A layer above proc/ embeds struct namespace first in its own structure,
 * describes the kind with a struct namespace_type and calls
 * namespace_register() once at start.
 */
#ifndef PROC_NAMESPACE_H
#define PROC_NAMESPACE_H

#include "core/lock.h"
#include "core/rcu.h"
#include "core/wait.h"
#include "lib/idr.h"
#include "lib/refcount.h"
#include "lib/types.h"

struct mount_namespace; /* fs/mount.h */
struct net_namespace;   /* net/ */
struct ipc_namespace;   /* ipc/ */
struct cred;
struct fs_context;
struct namespace_change;
struct task;

enum namespace_kind {
    NS_MNT,
    NS_UTS,
    NS_IPC,
    NS_NET,
    NS_CGROUP,
    NS_PID,  /* in a set: for children */
    NS_TIME, /* in a set: for children */
    NS_USER, /* not in a set */
    NS_KINDS
};

/* The head of every namespace. */
struct namespace
{
    refcount_t refs;
    u32 inum; /* the inode number of its file: /proc/<pid>/ns/<name> */
    const struct namespace_type *type;
    struct user_namespace *owner; /* owned; of a user namespace: its parent */
    bool counted;                 /* against the owner's limits */
};

struct namespace_type {
    const char *name; /* "ipc" */
    enum namespace_kind kind;
    u64 flag; /* CLONE_NEW* */
    /* unshare, clone: a new one after `from`, made with namespace_start().
     * `fs` is the context that will go with it (mount namespaces move its
     * paths). ERR_PTR: -ENOMEM, -EINVAL, -ENOSPC. */
    struct namespace *(*copy)(struct namespace *from,
                              struct user_namespace *owner,
                              struct fs_context *fs);
    /* The last reference is gone; frees `ns`, but not its owner. May sleep,
     * but for user namespaces. */
    void (*free)(struct namespace *ns);
    /* setns: may the task enter, and what else changes then. NULL:
     * namespace_install(), which is what most kinds need. */
    int (*install)(struct namespace_change *change, struct namespace *ns);
    /* NS_GET_PARENT: referenced; ERR_PTR(-EPERM): not the caller's to see.
     * NULL: the kind has no tree. */
    struct namespace *(*parent)(struct namespace *ns, struct task *who);
};

/* Fill in the head: one reference, a new number, a reference on the owner. */
void namespace_start(struct namespace *ns, const struct namespace_type *type,
                     struct user_namespace *owner);
/* The same for the first one of a kind, which lives for ever. */
void namespace_register(const struct namespace_type *type,
                        struct namespace *first);
static inline struct namespace *namespace_get(struct namespace *ns)
{
    refcount_inc(&ns->refs);
    return ns;
}
void namespace_put(struct namespace *ns); /* NULL is fine */
/* One more of a kind in `owner`: 0 or -ENOSPC. namespace_put() gives it back if
 * ns->counted is set. */
int namespace_count(struct user_namespace *owner, enum namespace_kind kind);
void namespace_uncount(struct user_namespace *owner, enum namespace_kind kind);

/* Inode numbers of the first ones (Linux's proc_ns.h; net and mnt are the first
 * two that it hands out). */
#define NS_INUM_IPC_FIRST    0xEFFFFFFFu
#define NS_INUM_UTS_FIRST    0xEFFFFFFEu
#define NS_INUM_USER_FIRST   0xEFFFFFFDu
#define NS_INUM_PID_FIRST    0xEFFFFFFCu
#define NS_INUM_CGROUP_FIRST 0xEFFFFFFBu
#define NS_INUM_TIME_FIRST   0xEFFFFFFAu
#define NS_INUM_NET_FIRST    0xF0000000u
#define NS_INUM_MNT_FIRST    0xF0000001u

/* ----------------------------------------------------------- the kinds -- */

struct id_extent {
    u32 first; /* in the namespace */
    u32 lower; /* the kernel's id */
    u32 count;
};
#define ID_EXTENTS_MAX 340
struct id_map { /* written once: extents before count (release) */
    u32 count;
    struct id_extent *extents; /* owned; sorted by first */
};

#define USER_LEVELS_MAX 32
struct user_namespace {
    struct namespace head;         /* must be first */
    struct user_namespace *parent; /* head.owner; NULL: the first */
    u32 level;
    u32 owner_uid, owner_gid;    /* kernel ids of the creator */
    struct id_map uids, gids;    /* see user_namespace.h */
    bool setgroups_denied;       /* for ever, once it is */
    bool parent_could_set_fcaps; /* the creator had CAP_SETFCAP */
    /* Namespaces that it and those below it own, and the most there may be:
     * /proc/sys/user. (Linux counts each user's apart.) */
    atomic_t made[NS_KINDS];
    s32 most[NS_KINDS];
};

struct uts_namespace {
    struct namespace head; /* must be first */
    rwlock_t lock;         /* guards the names */
    char host[65], domain[65];
};

#define PID_LEVELS_MAX 32
struct pid_namespace {
    struct namespace head;        /* must be first */
    struct pid_namespace *parent; /* owned */
    u32 level;
    struct idr pids; /* number -> struct pid; guarded by lock, RCU readers */
    spinlock_t lock;
    u32 last_pid, pid_max;
    struct task *reaper; /* its init; borrowed; tasklist_lock, RCU */
    bool dead;           /* init has exited: no new processes */
    struct rcu_head rcu;
};

struct time_namespace {
    struct namespace head;                 /* must be first */
    s64 monotonic_offset, boottime_offset; /* ns, added to the first's */
    bool frozen; /* atomic; somebody entered it: the offsets stay */
};

struct cgroup_namespace {
    struct namespace head; /* must be first */
};

struct namespaces { /* counted, shared by threads; copied on unshare */
    refcount_t refs;
    struct uts_namespace *uts; /* all owned */
    struct mount_namespace *mnt;
    struct ipc_namespace *ipc;
    struct net_namespace *net;
    struct cgroup_namespace *cgroup;
    struct pid_namespace *pid_for_children;
    struct time_namespace *time, *time_for_children;
};

extern struct user_namespace user_ns_first;
extern struct uts_namespace uts_ns_first;
extern struct pid_namespace pid_ns_first;
extern struct time_namespace time_ns_first;
extern struct namespaces namespaces_first;

static inline struct user_namespace *user_namespace_get(
    struct user_namespace *ns)
{
    refcount_inc(&ns->head.refs);
    return ns;
}
static inline void user_namespace_put(struct user_namespace *ns)
{
    namespace_put((struct namespace *)ns);
}
/* Is `ns` `ancestor` or below it? */
bool user_namespace_is_below(const struct user_namespace *ns,
                             const struct user_namespace *ancestor);
bool pid_namespace_is_below(const struct pid_namespace *ns,
                            const struct pid_namespace *ancestor);

/* ---------------------------------------------------------------- sets -- */

struct namespaces *namespaces_get(struct namespaces *n);
void namespaces_put(struct namespaces *n);
/* Of another task; NULL when it has none any more. */
struct namespaces *task_namespaces_get(struct task *t);
/* The place in a set; NULL for NS_USER. */
struct namespace **namespaces_slot(struct namespaces *n,
                                   enum namespace_kind kind);
/* One namespace of a task as /proc/<pid>/ns shows it, referenced; NULL: none.
 */
enum namespace_file {
    NS_FILE_CGROUP,
    NS_FILE_IPC,
    NS_FILE_MNT,
    NS_FILE_NET,
    NS_FILE_PID,
    NS_FILE_PID_FOR_CHILDREN,
    NS_FILE_TIME,
    NS_FILE_TIME_FOR_CHILDREN,
    NS_FILE_USER,
    NS_FILE_UTS,
};
struct namespace *task_namespace_get(struct task *t, enum namespace_file which);

/* clone and unshare: a set with new ones where `flags` has CLONE_NEW* (but
 * CLONE_NEWUSER, which is in `cred`), the others shared. ERR_PTR: -EPERM,
 * -EINVAL (a kind that cannot be made), -ENOSPC, -ENOMEM. */
struct namespaces *namespaces_copy(struct namespaces *from,
                                   const struct cred *cred,
                                   struct fs_context *fs, u64 flags);

/* A new process of the set is in its time namespace for children. */
void namespaces_enter_time(struct namespaces *n);

/* unshare(2) and setns(2): a task's next set, context and credentials, filled
 * in and then committed in one go, or dropped. */
struct namespace_change {
    struct task *task;
    struct namespaces *ns; /* owned */
    struct cred *cred;     /* owned; NULL: as they are */
    struct fs_context *fs; /* owned; NULL: as it is */
    u64 flags;             /* CLONE_NEW* asked for */
    bool time;             /* the clocks become those of ns->time */
};
/* A private copy of what the task has. */
int namespace_change_begin(struct namespace_change *c, struct task *t,
                           u64 flags);
/* Enter one: through its type's install. */
int namespace_enter(struct namespace_change *c, struct namespace *ns);
/* CAP_SYS_ADMIN in its owner and in the own user namespace (of c's
 * credentials); takes a reference and puts it in the set. */
int namespace_install(struct namespace_change *c, struct namespace *ns);
const struct cred *namespace_change_cred(const struct namespace_change *c);
void namespace_change_commit(struct namespace_change *c);
void namespace_change_drop(struct namespace_change *c);

#endif
