/*
 * Objects, grants and handle tables: what a file descriptor is.
 *
 *   slot (number in a handle table, CLOEXEC bit)
 *     -> struct grant   {object, rights, parent, revoked}   counted
 *       -> struct object {operations, status flags}          counted
 *
 * - An *object* is what was opened: an open file description, a pipe end, an
 *   epoll set, a process, an endpoint. It embeds struct object and is released
 *   when the last grant (and the last internal user) lets go.
 * - A *grant* says what its holders may do with the object. dup, fork and
 *   SCM_RIGHTS share the grant; grant_derive() makes a child with fewer rights;
 *   grant_revoke() kills a grant and all its descendants in whatever process.
 * - What outlives a call (a mapping, an epoll entry, a cwd, a registered
 *   buffer, a pending request) holds its grant through a `struct grant_use`
 *   on the grant's list, whose callback takes the use apart on revocation.
 * - handle_get() is the one function that turns a number into an object; it
 *   takes the rights that the caller needs.
 *
 * Locks: handle_table.lock guards slots (look-up is lockless under RCU);
 * grant.lock guards a grant's uses; grant_tree_lock (in object.c) guards
 * parent and children links. Order: handle_table.lock, grant_tree_lock,
 * grant.lock. Callbacks and releases run with none of them held.
 */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/types.h"
#include "core/lock.h"
#include "core/rcu.h"
#include "core/wait.h"

struct caller;
struct io_request;
struct mapping_request;

/* ------------------------------------------------------------- objects -- */

enum object_kind {
    OBJECT_FILE, /* fs: an open file or directory of a filesystem */
    OBJECT_PATH, /* fs: O_PATH */
    OBJECT_PIPE,
    OBJECT_SOCKET,
    OBJECT_EVENTFD,
    OBJECT_TIMERFD,
    OBJECT_SIGNALFD,
    OBJECT_EPOLL,
    OBJECT_INOTIFY,
    OBJECT_PROCESS,  /* pidfd */
    OBJECT_ENDPOINT, /* ipc: call and reply with hand-off */
    OBJECT_TTY,
    OBJECT_MEMORY, /* memfd */
    OBJECT_NAMESPACE,
    OBJECT_SECCOMP, /* listener */
    OBJECT_KINDS,
};

/* Status flags of the open object; values are this kernel's own, abi/ converts
 * (O_* differ between architectures). */
#define OBJ_NONBLOCK BIT(0)
#define OBJ_APPEND   BIT(1)
#define OBJ_ASYNC    BIT(2) /* SIGIO */
#define OBJ_DIRECT   BIT(3)
#define OBJ_NOATIME  BIT(4)
#define OBJ_SYNC     BIT(5)
#define OBJ_DSYNC    BIT(6)
#define OBJ_SEEKABLE BIT(7) /* has a position; pread and pwrite work */
#define OBJ_STREAM   BIT(8) /* position is meaningless, lseek gives ESPIPE */

struct object;

/*
 * What can be done with an object. A NULL member means that the object does not
 * support it: the shared code returns the errno that Linux gives (EINVAL for
 * read and write, ENOTTY for ioctl, ENODEV for mmap, ESPIPE for seek).
 * Callers hold a reference; operations may sleep unless they say otherwise.
 */
struct object_ops {
    const char *name; /* "pipe", for /proc/<pid>/fd: "pipe:[ino]" */

    /* Last reference is gone: free the embedding structure. */
    void (*release)(struct object *obj);

    /* A handle slot that pointed here was closed by `who` (close(2), dup2 over
     * it, exit). For POSIX locks and flush. Returns close's errno. */
    int (*close_handle)(struct object *obj, struct caller *who);

    /* Read or write: see core/request.h for what to return. */
    ssize_t (*read)(struct object *obj, struct io_request *req);
    ssize_t (*write)(struct object *obj, struct io_request *req);

    /* Ready events (POLL* bits) now; when `table` is not NULL first registers
     * it on every wait queue that signals a change. */
    u32 (*poll)(struct object *obj, struct poll_table *table);

    /* cmd and arg as user space gave them; arg is a user address or a value. */
    long (*ioctl)(struct object *obj, struct caller *who, u32 cmd, u64 arg);

    /* New absolute position or negative errno. whence is SEEK_*. */
    s64 (*seek)(struct object *obj, s64 offset, int whence);

    /* Fill in the mapping request (vm/mapping.h) for mmap. */
    int (*mmap)(struct object *obj, struct mapping_request *map);

    /* Text after "name:" in /proc/<pid>/fdinfo/<n>; returns the length. */
    size_t (*describe)(struct object *obj, char *buffer, size_t size);

    /* Status flags change (fcntl F_SETFL): may refuse with an errno. */
    int (*set_flags)(struct object *obj, u32 old, u32 new_flags);

    /* What becomes ready is not told by SIGIO: O_ASYNC stays off (F_SETFL),
     * FIOASYNC is refused. */
    bool no_async;
};

struct object {
    refcount_t refs;
    atomic_t flags; /* OBJ_* */
    u8 kind;        /* enum object_kind */
    bool locked;    /* locks were taken through it: object_locks_hook */
    const struct object_ops *ops;
};

/* File locks on objects that are no files are fs/'s: while there are any
 * (`count`, fs/'s), it is told of closed handles, and of the end of an object
 * that is marked `locked`. */
struct object_locks_hook {
    u32 count;
    void (*close_handle)(struct caller *who, struct object *obj);
    void (*release)(struct object *obj);
};
extern struct object_locks_hook object_locks_hook;

static inline bool object_can_async(const struct object *obj)
{
    return obj->ops->poll && !obj->ops->no_async;
}

void object_init_caches(void);
void object_init(struct object *obj, enum object_kind kind,
                 const struct object_ops *ops, u32 flags);
/* The position of what has none: lseek says 0 (Linux's noop_llseek). */
s64 object_seek_nowhere(struct object *obj, s64 offset, int whence);
struct object *object_get(struct object *obj);
void object_put(struct object *obj); /* may sleep */

/* -------------------------------------------------------------- rights -- */

#define RIGHT_READ    BIT(0) /* read bytes, list a directory, receive */
#define RIGHT_WRITE   BIT(1) /* write bytes, send, truncate */
#define RIGHT_EXEC    BIT(2) /* map or run as code */
#define RIGHT_SEEK    BIT(3)
#define RIGHT_STAT    BIT(4) /* attributes: fstat, fstatfs, xattr get */
#define RIGHT_SETATTR BIT(5) /* fchmod, fchown, utimens, xattr set */
#define RIGHT_MMAP    BIT(6)
#define RIGHT_POLL    BIT(7)
#define RIGHT_IOCTL   BIT(8)
#define RIGHT_LOOKUP  BIT(9)  /* start a path look-up here */
#define RIGHT_CREATE  BIT(10) /* create, link, rename, remove names in here */
#define RIGHT_LOCK    BIT(11)
#define RIGHT_SYNC    BIT(12)
#define RIGHT_BIND    BIT(13) /* bind, listen */
#define RIGHT_CONNECT BIT(14)
#define RIGHT_ACCEPT  BIT(15)
#define RIGHT_GETOPT  BIT(16)
#define RIGHT_SETOPT  BIT(17)
#define RIGHT_SIGNAL  BIT(18) /* pidfd: send signals */
#define RIGHT_WAIT    BIT(19) /* pidfd: wait for, reap */
#define RIGHT_INSPECT BIT(20) /* pidfd: read state, memory, handles */
#define RIGHT_CONTROL BIT(21) /* pidfd: stop, change, resume */
#define RIGHT_CALL    BIT(22) /* endpoint: call */
#define RIGHT_REPLY   BIT(23) /* endpoint: receive and reply */
#define RIGHT_TRANSFER \
    BIT(24)                  /* be sent in SCM_RIGHTS or an endpoint message */
#define RIGHT_DERIVE BIT(25) /* make derived grants, revoke them */
#define RIGHT_FLAGS  BIT(26) /* change status flags */
#define RIGHT_ALL    ((1u << 27) - 1)
#define RIGHT_NONE   0u /* any valid handle will do (close, F_GETFD) */

/* -------------------------------------------------------------- grants -- */

/* A derived grant keeps all that it was derived from, handles or not: as many
 * at most. */
#define GRANT_DEPTH_MAX 64

struct grant {
    refcount_t refs;
    u32 rights;                /* immutable after creation */
    u32 depth;                 /* parents above it; immutable */
    atomic_t revoked;          /* 0 or 1; once 1 stays 1 */
    struct object *object;     /* owned */
    struct grant *parent;      /* owned; NULL for a root grant */
    struct list_head children; /* of struct grant.sibling; grant_tree_lock */
    struct list_head sibling;
    spinlock_t lock;          /* guards uses and running */
    refcount_t memory;        /* 1 for all refs, and one per weak use */
    struct list_head uses;    /* of struct grant_use.link */
    struct list_head running; /* revocation callbacks being called: object.c */
    struct rcu_head rcu;
};

/* Takes over the caller's reference on `obj` also when it fails (-ENOMEM). */
struct grant *grant_create(struct object *obj, u32 rights); /* ERR_PTR */
struct grant *grant_get(struct grant *g);
void grant_put(struct grant *g); /* may sleep */
/* A child with `rights` & parent's. -EBADF: revoked, -EMLINK: too many parents
 * above it, -ENOMEM. ERR_PTR. */
struct grant *grant_derive(struct grant *parent, u32 rights);
/* Mark `g` and all descendants revoked, then run every use's callback. On
 * return no use is left in any process and no new one can start. */
void grant_revoke(struct grant *g);

static inline bool grant_is_revoked(const struct grant *g);

/*
 * A use that outlives the call. Embedded in the mapping, the epoll entry and so
 * on. grant_use_begin() holds a reference on the grant; -EBADF when it is
 * revoked already (checked under grant.lock, so that none slips through).
 * `revoked` is called at most once, from the revoker's context, may sleep, no
 * locks held; it must take the use apart (unmap, unlink, cancel, wake).
 * grant_use_end() removes the use and drops the reference; the owner calls it
 * exactly once, before it frees the use, also after the callback has run. The
 * callback itself may call it (and free the use); from elsewhere it waits for a
 * callback that is running, so hold no lock there that the callback takes. It
 * returns true if the callback has run or is running (the owner then must not
 * undo twice).
 */
struct grant_use {
    struct grant *grant; /* owned while in use */
    struct list_head link;
    void (*revoked)(struct grant_use *use);
    u8 state; /* guarded by grant.lock */
    bool weak;
};
int grant_use_begin(struct grant_use *use, struct grant *g,
                    void (*revoked)(struct grant_use *use));
/* A use that does not keep the grant: when the last reference goes (every
 * handle closed), `revoked` is called as if it had been revoked. An epoll entry
 * is one: a closed handle leaves its set. */
int grant_use_begin_weak(struct grant_use *use, struct grant *g,
                         void (*revoked)(struct grant_use *use));
bool grant_use_end(struct grant_use *use);

/* ------------------------------------------------------- handle tables -- */

#define HANDLE_CLOEXEC BIT(0)
#define HANDLE_SLOTS_MAX                                \
    (1 << 20) /* of one table, whatever handle_max says \
               */

extern s32 handle_max; /* numbers lie below it: /proc/sys/fs/nr_open */

struct handle_table; /* counted, shared by CLONE_FILES; body in handle.c */

struct handle_table *handle_table_create(void); /* ERR_PTR */
/* fork: a copy that shares all grants; ERR_PTR(-ENOMEM). Only slots below
 * `limit` (close_range's CLOSE_RANGE_UNSHARE uses it; ~0u: all). */
struct handle_table *handle_table_copy(struct handle_table *t, u32 limit);
struct handle_table *handle_table_get(struct handle_table *t);
/* Drop; the last one closes every slot on behalf of `who`. */
void handle_table_put(struct handle_table *t, struct caller *who);

/*
 * The one look-up. On success *grant holds a reference (fast when the table is
 * not shared) and the object may be used until handle_done(). -EBADF: no such
 * slot, revoked, or rights missing (Linux's errno for the wrong open mode).
 * RIGHT_LOOKUP etc. missing where Linux has no errno of its own: -EACCES is
 * decided by the caller; use handle_get() with RIGHT_NONE and look at
 * grant->rights.
 */
struct handle_ref {
    struct grant *grant;
    struct object *object; /* == grant->object */
    bool counted;          /* holds a reference on the grant */
};
int handle_get(struct caller *who, int fd, u32 rights, struct handle_ref *ref);
static inline void handle_done(struct handle_ref *ref)
{
    if (ref->counted)
        grant_put(ref->grant);
}
/* The same with a reference that outlives the call: grant_put() it. ERR_PTR. */
struct grant *handle_get_grant(struct caller *who, int fd, u32 rights);
/* For another process's table (pidfd_getfd, /proc/<pid>/fd/N): ERR_PTR(-EBADF).
 */
struct grant *handle_table_get_grant(struct handle_table *t, int fd);

/* Lowest free slot >= from, below the caller's RLIMIT_NOFILE: -EMFILE, -ENOMEM.
 * Reserved slots look empty to others until handle_install(). */
int handle_reserve(struct caller *who, int from, u32 slot_flags);
/* Takes over the grant reference. Cannot fail. */
void handle_install(struct caller *who, int fd, struct grant *g);
void handle_unreserve(struct caller *who, int fd);
/* Both in one go: returns the slot or a negative errno, in which case the
 * grant reference is dropped. */
int handle_add(struct caller *who, struct grant *g, u32 slot_flags);
/* dup2/dup3: put g at exactly fd, closing what was there. Takes over g. -EBADF
 * when fd is out of range, -EBUSY when reserved by an open in progress. */
int handle_replace(struct caller *who, int fd, struct grant *g, u32 slot_flags);
int handle_close(struct caller *who, int fd); /* -EBADF or close's errno */
/* close_range: first..last inclusive; or only set CLOEXEC on them. */
void handle_close_range(struct caller *who, u32 first, u32 last, bool cloexec);
void handle_close_on_exec(struct caller *who);
int handle_get_slot_flags(struct caller *who, int fd);
int handle_set_slot_flags(struct caller *who, int fd, u32 slot_flags);
/* /proc/<pid>/fd: the first used slot >= fd, with a grant reference; -ENOENT
 * at the end. */
int handle_next(struct handle_table *t, u32 fd, struct grant **g, u32 *flags);
u32 handle_table_capacity(struct handle_table *t); /* FDSize */
bool handle_table_is_shared(const struct handle_table *t);
/* Slots in use, all of them charged to nobody. */
u32 handle_table_used(struct handle_table *t);

static inline bool grant_is_revoked(const struct grant *g)
{
    return atomic_load_acquire(&g->revoked) != 0;
}

#endif
