/*
 * System V ids: tables of sets, queues and segments inside an IPC namespace.
 *
 * An id is (sequence << 15 | index), so that the id of something that was
 * removed does not soon mean something else. What has an id embeds struct
 * ipc_object first. ipc_object_get() finds it without locks and takes a
 * reference; ids and keys are added and removed under ipc_table.lock.
 *
 * Locks: ipc_table.lock (sleeping) > ipc_object.lock (spinlock), which guards
 * everything that the object is; whoever takes it looks at `deleted` first. An
 * object outlives its id for as long as someone holds a reference: its waiters,
 * undo structures, attached segments.
 */
#ifndef IPC_ID_H
#define IPC_ID_H

#include "core/lock.h"
#include "core/rcu.h"
#include "lib/errno.h"
#include "lib/idr.h"
#include "lib/rbtree.h"
#include "lib/refcount.h"
#include "proc/cred.h"

struct caller;
struct ipc_namespace;
struct pid_namespace;
struct task;

/* Linux's numbers (linux/ipc.h). */
#define IPC_PRIVATE    0
#define IPC_CREAT      01000u
#define IPC_EXCL       02000u
#define IPC_NOWAIT     04000u
#define IPC_INDEX_BITS 15
#define IPC_INDEX_MAX  ((1 << IPC_INDEX_BITS) - 1)
#define IPC_READ       0444u /* for ipc_permitted() */
#define IPC_WRITE      0222u

enum ipc_kind {
    IPC_SEM,
    IPC_MSG,
    IPC_SHM,
    IPC_KINDS
};

struct ipc_object {
    spinlock_t lock;
    refcount_t refs;
    bool deleted; /* lock: it has no id any more */
    s32 id;
    s32 key;  /* changed under both locks */
    u32 mode; /* permissions; of segments also SHM_DEST, SHM_LOCKED */
    kuid_t uid, cuid;
    kgid_t gid, cgid;
    struct rb_node by_key; /* table->lock */
    /* The last reference is gone: drop the contents, but not the memory, which
     * is freed after a grace period. May be NULL; must not sleep. */
    void (*release)(struct ipc_object *o);
    struct rcu_head rcu;
};

struct ipc_table {
    rwlock_t lock;
    struct idr ids;
    struct rb_root keys;
    u32 in_use;
    u32 sequence;
    s32 last_index, max_index;
    s32 next_id; /* /proc/sys/kernel/sem_next_id and friends; -1: none */
};

void ipc_table_init(struct ipc_table *t);
void ipc_table_destroy(struct ipc_table *t); /* of an empty one */

/* What semget, msgget and shmget are asked for. */
struct ipc_get {
    s32 key;
    u32 flags;  /* IPC_*, permissions, and the kind's own */
    u64 amount; /* semaphores, bytes */
};
struct ipc_get_ops {
    /* A new object (kmalloc'ed), table locked; ERR_PTR. */
    struct ipc_object *(*create)(struct caller *who, struct ipc_namespace *ns,
                                 const struct ipc_get *get);
    /* The object has got its id. May be NULL. */
    void (*added)(struct caller *who, struct ipc_namespace *ns,
                  struct ipc_object *o);
    /* Does the one that is there fit? 0 or -EINVAL. May be NULL. */
    int (*check)(const struct ipc_object *o, const struct ipc_get *get);
};
s64 ipc_get_id(struct caller *who, struct ipc_namespace *ns, enum ipc_kind kind,
               const struct ipc_get_ops *ops, const struct ipc_get *get,
               u32 limit);

/* By id, referenced; ERR_PTR(-EINVAL). */
struct ipc_object *ipc_object_get(struct ipc_table *t, s32 id);
/* By index, whatever its sequence number (*_STAT). */
struct ipc_object *ipc_object_get_index(struct ipc_table *t, s32 index);
void ipc_object_put(struct ipc_object *o);
static inline struct ipc_object *ipc_object_hold(struct ipc_object *o)
{
    refcount_inc(&o->refs);
    return o;
}
/* Lock it: -EIDRM (not locked) when it was removed. */
int ipc_object_lock(struct ipc_object *o);
static inline void ipc_object_unlock(struct ipc_object *o)
{
    spin_unlock(&o->lock);
}
/* Take the id away and drop the table's reference; both locks held, and the
 * caller has a reference of its own. */
void ipc_remove(struct ipc_table *t, struct ipc_object *o);
/* The key means it no longer; both locks held. */
void ipc_forget_key(struct ipc_table *t, struct ipc_object *o);
/* Highest index in use, 0 if there is none: what *_INFO return. */
s32 ipc_max_index(struct ipc_table *t);

/* Permission bits are there three times, as in IPC_READ; -EACCES. */
int ipc_permitted(const struct caller *who, const struct ipc_namespace *ns,
                  const struct ipc_object *o, u32 mode);
/* May it be changed or removed? -EPERM. */
int ipc_may_control(const struct caller *who, const struct ipc_namespace *ns,
                    const struct ipc_object *o);

/* What *_STAT tell of every kind, and IPC_SET may change of it. */
struct ipc_status {
    s32 id, key;
    kuid_t uid, cuid;
    kgid_t gid, cgid;
    u32 mode, sequence;
};
void ipc_fill_status(const struct ipc_object *o, struct ipc_status *s);
struct ipc_change {
    kuid_t uid;
    kgid_t gid;
    u32 mode;
};
/* Locked. -EINVAL: no such ids. */
int ipc_apply_change(struct ipc_object *o, const struct ipc_change *c);

/* Which *_STAT it is. */
enum ipc_stat_how {
    IPC_STAT_ID,
    IPC_STAT_INDEX,
    IPC_STAT_ANY
};
/* The object for it, referenced and locked; ERR_PTR(-EINVAL, -EACCES, -EIDRM).
 */
struct ipc_object *ipc_stat_begin(struct caller *who, struct ipc_namespace *ns,
                                  enum ipc_kind kind, s32 id,
                                  enum ipc_stat_how how);
void ipc_stat_end(struct ipc_object *o);
/* For IPC_SET: referenced and locked; ERR_PTR(-EINVAL, -EPERM, -EIDRM). */
struct ipc_object *ipc_control_begin(struct caller *who,
                                     struct ipc_namespace *ns,
                                     enum ipc_kind kind, s32 id);
/* Takes a locked object out of its table with ipc_remove() and unlocks it. */
typedef void ipc_remove_fn(struct ipc_namespace *ns, struct ipc_object *o);
/* IPC_RMID: 0, -EINVAL, -EPERM, -EIDRM. May sleep. */
int ipc_remove_id(struct caller *who, struct ipc_namespace *ns,
                  enum ipc_kind kind, s32 id, ipc_remove_fn *fn);
/* All of a kind, when their namespace goes. May sleep. */
void ipc_remove_all(struct ipc_namespace *ns, enum ipc_kind kind,
                    ipc_remove_fn *fn);

/* ------------------------------------------------------------- processes -- */

/* Who did something last: kept by number, since a set may have thousands. */
struct ipc_process {
    u32 number;     /* in the first pid namespace; 0: nobody yet */
    u32 own_number; /* in its own */
    u64 namespace;  /* that one's inode number */
};
void ipc_process_set(struct ipc_process *p, struct task *t);
/* The number that `who` knows it by, 0: none. */
u32 ipc_process_number(const struct ipc_process *p, const struct caller *who);

/* --------------------------------------------------------------- waiting -- */

/* A task that sleeps until another has done its operation. On its stack. */
struct ipc_sleeper {
    struct task *task; /* borrowed: itself */
    s32 done;          /* atomic: after this was set the frame may be gone */
};
static inline bool ipc_sleeper_done(const struct ipc_sleeper *s)
{
    return __atomic_load_n(&s->done, __ATOMIC_ACQUIRE);
}
void ipc_sleeper_init(struct ipc_sleeper *s, struct caller *who);
/* Until it is done (0), a signal (-ERESTARTSYS) or the deadline (-ETIMEDOUT; ns
 * monotonic). After a failure the caller locks, looks again whether it is done,
 * and if not takes itself off the queue. */
int ipc_sleep(struct ipc_sleeper *s, u64 deadline);
/* With the lock that guards the queue; everything for the sleeper is written
 * and it is off the queue. */
void ipc_wake(struct ipc_sleeper *s);

#endif
