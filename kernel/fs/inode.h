/*
 * Inodes: a file's body and attributes.
 *
 * A filesystem embeds struct inode, calls inode_init() and hands the one
 * reference to the dentry that it instantiates. Dentries own references; open
 * files reach the inode through their path. When the last reference goes,
 * ops of the super block evict and free it (after a grace period: lockless
 * walks read mode, ids, ops and link under RCU).
 *
 * inode.lock (sleeping): held for writing to change attributes, the size, or
 * the entries of a directory; for reading to list or search one.
 */
#ifndef FS_INODE_H
#define FS_INODE_H

#include "core/lock.h"
#include "core/object.h"
#include "core/rcu.h"
#include "fs/fs.h"
#include "proc/cred.h"

struct dir_context;
struct file_attributes;
struct inode_locks;
struct inode_watches;
struct iter;
struct mapping;
struct set_attributes;

struct inode {
    u16 mode;  /* type and permissions; changed under lock */
    u16 flags; /* INODE_*; changed by inode_set_flag() */
    kuid_t uid;
    kgid_t gid;
    refcount_t refs;
    const struct inode_ops *ops;
    struct super_block *sb; /* borrowed: its mounts keep it */
    const char *link;       /* symlink text in memory (RCU-freed); or NULL */
    u64 ino;
    u32 nlink;     /* changed under lock */
    devnum_t rdev; /* devices */
    rwlock_t lock;
    struct mapping *mapping; /* regular files: the page cache; else NULL */
    s64 size;                /* what has no mapping */
    struct file_time atime, mtime, ctime, btime;
    atomic_t writers; /* > 0: open for writing, < 0: executing (ETXTBSY) */
    atomic_t readers; /* read-only opens: leases */
    struct inode_locks *locks;     /* owned; flock, POSIX: fs/lock.c */
    struct inode_watches *watches; /* owned; fs/watch.c */
    void *private;                 /* of the filesystem */
    void *endpoint; /* FIFO: its pipe; socket: who is bound (ipc, net) */
    struct rcu_head rcu;
};

/* Different flags have different locks: a change is atomic. */
static inline void inode_set_flag(struct inode *inode, u16 flag)
{
    __atomic_fetch_or(&inode->flags, flag, __ATOMIC_RELAXED);
}
static inline void inode_clear_flag(struct inode *inode, u16 flag)
{
    __atomic_fetch_and(&inode->flags, (u16)~flag, __ATOMIC_RELAXED);
}

#define INODE_DEAD      BIT(0) /* a directory that was removed */
#define INODE_NOSEC     BIT(1) /* no setuid bits or security.capability */
#define INODE_SYNC      BIT(2)
#define INODE_APPEND    BIT(3) /* chattr +a */
#define INODE_IMMUTABLE BIT(4) /* chattr +i */
#define INODE_NOATIME   BIT(5)
#define INODE_PRIVATE   BIT(6) /* kernel-internal: no watches */
#define INODE_WATCHED   BIT(7) /* watches is set: cheap test */
#define INODE_EMPTY     BIT(9) /* a directory for mounting on only */
#define INODE_LINKABLE  BIT(8) /* O_TMPFILE: linkat may give it a name */

/*
 * What can be done with an inode. NULL means not supported; vfs gives the errno
 * that Linux gives. Directory operations are called with dir->lock held for
 * writing (lookup: for reading) and permissions checked. `d` is a negative
 * dentry, which a creating operation instantiates (dentry_instantiate()).
 */
struct inode_ops {
    /* What an open file of this inode does: read, write, poll... */
    const struct object_ops *file_ops;

    /* Fill in d: dentry_instantiate(d, inode) or with NULL; 0 or errno. */
    int (*lookup)(struct inode *dir, struct dentry *d);
    int (*create)(struct caller *who, struct inode *dir, struct dentry *d,
                  u32 mode);
    int (*mkdir)(struct caller *who, struct inode *dir, struct dentry *d,
                 u32 mode);
    int (*mknod)(struct caller *who, struct inode *dir, struct dentry *d,
                 u32 mode, devnum_t rdev);
    int (*symlink)(struct caller *who, struct inode *dir, struct dentry *d,
                   const char *target);
    int (*link)(struct inode *dir, struct dentry *d, struct inode *inode);
    /* Drop the name (nlink, times); vfs then unhashes the dentry. */
    int (*unlink)(struct inode *dir, struct dentry *d);
    int (*rmdir)(struct inode *dir, struct dentry *d);
    /* flags: RENAME_EXCHANGE; target may be negative. vfs moves the dentries.*/
    int (*rename)(struct inode *old_dir, struct dentry *old,
                  struct inode *new_dir, struct dentry *target, u32 flags);
    /* An inode without a name (O_TMPFILE), one reference; ERR_PTR. */
    struct inode *(*tmpfile)(struct caller *who, struct inode *dir, u32 mode);

    /* Symlink text that is made on the fly: kmalloc'ed, or ERR_PTR. */
    char *(*read_link)(struct caller *who, struct dentry *d);
    /* Magic links (/proc/<pid>/fd/N): where to go, referenced. */
    int (*follow_link)(struct caller *who, struct dentry *d, struct path *out);

    int (*permission)(struct caller *who, struct inode *inode, u32 mask);
    /* Apply what is valid in `set`, size included; inode locked. NULL: the
     * attributes in struct inode. */
    int (*set_attributes)(struct inode *inode,
                          const struct set_attributes *set);
    /* Amend what inode_attributes() filled in. */
    int (*get_attributes)(struct caller *who, struct inode *inode,
                          struct file_attributes *out);

    bool direct_io;            /* O_DIRECT is possible */
    bool attributes_may_sleep; /* get_attributes, that is */

    /* Extended attributes: full names. size 0 asks for the length. */
    ssize_t (*xattr_get)(struct inode *inode, const char *name, void *value,
                         size_t size);
    int (*xattr_set)(struct inode *inode, const char *name, const void *value,
                     size_t size, u32 flags);
    int (*xattr_remove)(struct inode *inode, const char *name);
    ssize_t (*xattr_list)(struct caller *who, struct inode *inode, char *list,
                          size_t size);

    /* After the checks of open: set file->private, replace object.ops. */
    int (*open)(struct caller *who, struct inode *inode, struct file *file);
    void (*closed)(struct file *file); /* last reference to the file is gone */
    /* Directory entries from file->pos on; see fs/dirent.h. */
    int (*iterate)(struct caller *who, struct file *file,
                   struct dir_context *ctx);
    int (*fallocate)(struct caller *who, struct inode *inode, u32 mode,
                     s64 offset, s64 length);
    /* Under the lock, before a write at pos: may refuse, may cut the iterator
     * (file_write_mapping calls it when it is there). */
    int (*may_write)(struct inode *inode, s64 pos, struct iter *it);
    int (*fsync)(struct file *file, s64 start, s64 end, bool data_only);
    /* SEEK_DATA, SEEK_HOLE; NULL: all is data up to the size. */
    s64 (*seek_extent)(struct inode *inode, s64 offset, int whence);
};

/* Permission masks. */
#define MAY_EXEC  1u
#define MAY_WRITE 2u
#define MAY_READ  4u
#define MAY_OPEN  8u
#define MAY_CHDIR 16u

/* What stat and statx tell; ids and devices still in kernel form. */
struct file_attributes {
    u64 ino;
    u32 mode, nlink;
    kuid_t uid;
    kgid_t gid;
    devnum_t dev, rdev;
    s64 size;
    u64 blocks; /* of 512 bytes */
    u32 block_size;
    u64 attributes, attributes_mask; /* STATX_ATTR_* */
    u64 mount_id;
    struct file_time atime, mtime, ctime, btime;
    bool have_btime;
};

#define SET_MODE      BIT(0)
#define SET_UID       BIT(1)
#define SET_GID       BIT(2)
#define SET_SIZE      BIT(3)
#define SET_ATIME     BIT(4)
#define SET_MTIME     BIT(5)
#define SET_CTIME     BIT(6)
#define SET_TIMES_NOW BIT(7) /* utimes(NULL): write permission is enough */
#define SET_TRUNCATE  BIT(8) /* from open(O_TRUNC): times change always */

struct set_attributes {
    u32 valid; /* SET_* */
    u32 mode;
    kuid_t uid;
    kgid_t gid;
    s64 size;
    struct file_time atime, mtime, ctime;
};

/* refs 1, times now, lock initialised. sb->next_ino unless ino is not 0. */
void inode_init(struct inode *inode, struct super_block *sb,
                const struct inode_ops *ops, u32 mode, u64 ino);
/* uid, gid and setgid inheritance of something new in `dir` (NULL: none). */
void inode_init_owner(struct inode *inode, struct caller *who,
                      const struct inode *dir, u32 mode);
static inline struct inode *inode_get(struct inode *inode)
{
    refcount_inc(&inode->refs);
    return inode;
}
void inode_put(struct inode *inode); /* may sleep: evicts */
s64 inode_size(const struct inode *inode);

/* mask: MAY_*. 0, -EACCES, -EPERM, -EROFS (not of mounts). */
int inode_permission(struct caller *who, struct inode *inode, u32 mask);
/* For ops.permission: the plain rules. */
int inode_generic_permission(struct caller *who, struct inode *inode, u32 mask);
/* The part without capabilities and ops: true if plain mode bits allow. */
bool inode_mode_allows(const struct cred *c, const struct inode *inode,
                       u32 mask);
/* Has `who` the capability over this inode (its ids are mapped there)? */
bool inode_capable(const struct caller *who, const struct inode *inode,
                   int cap);
bool inode_owner_or_capable(const struct caller *who,
                            const struct inode *inode);

/* Times. The touch functions take no lock (a torn read is not possible for
 * readers that hold the inode lock; stat tolerates it). */
void inode_touch_modified(struct inode *inode);     /* mtime and ctime */
void inode_touch_changed(struct inode *inode);      /* ctime */
void inode_touch_accessed(const struct path *path); /* relatime etc. */

/* inode.lock held for writing: apply to struct inode (no permission checks). */
void inode_apply_attributes(struct inode *inode,
                            const struct set_attributes *set);
void inode_fill_attributes(struct inode *inode, struct file_attributes *out);

/* Open for writing against executing: -ETXTBSY. */
int inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);
int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/* A write happened (inode locked for writing): drop setuid, setgid and
 * security.capability as Linux does. */
int inode_strip_privileges(struct caller *who, struct inode *inode);

#endif
