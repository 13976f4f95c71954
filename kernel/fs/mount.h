/*
 * Mounts and mount namespaces.
 *
 * A mount shows a tree (super block, root dentry) at a place (parent mount,
 * mountpoint dentry). The mount table maps (parent, mountpoint) to the mount on
 * top, read without locks under RCU together with dcache_seq. mount_lock (a
 * mutex) guards the shape: parents, children lists, namespaces, propagation.
 *
 * A namespace is its root mount and the tree below it; tasks reach it through
 * struct namespaces.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#include "core/rcu.h"
#include "core/wait.h"
#include "fs/fs.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "proc/namespace.h"

struct text;
struct user_namespace;

struct mount {
    refcount_t refs;        /* paths that point here, and the tree */
    u32 flags;              /* MOUNT_*; changed under mount_lock */
    struct dentry *root;    /* owned */
    struct super_block *sb; /* owned (active) */
    struct mount *parent;   /* borrowed from the tree; itself when detached */
    struct dentry *mountpoint; /* owned; NULL for a root or detached */
    struct hlist_node hash;    /* by (parent, mountpoint) */
    struct list_head children; /* by sibling, oldest first */
    struct list_head sibling;
    struct mount_namespace *ns; /* borrowed; NULL: detached */
    u32 locked_flags;    /* MOUNT_*, MOUNT_LOCK_ATIME: remount cannot take them
                            off,    a more privileged namespace set them */
    u32 told, ring_told; /* find_receivers(): the walk that saw it, its ring */
    struct list_head ns_link; /* ns->mounts, order of mounting */
    struct list_head sb_link; /* sb->mounts */
    u32 id;
    char *source; /* owned; "tmpfs", "/dev/vda" */
    atomic_t writers;
    /* propagation: mount_lock */
    u32 peer_group;         /* shared: group id; 0: private */
    struct list_head peers; /* ring of the peer group */
    struct mount *master;   /* slave of */
    struct list_head slaves, slave_link;
    bool expiring;              /* MNT_EXPIRE was here once */
    struct mount *copied_from;  /* while a tree is copied; mount_lock */
    struct mount *trash_parent; /* owned: on the way out */
    struct rcu_head rcu;
};
#define MOUNT_READ_ONLY   BIT(0)
#define MOUNT_NOSUID      BIT(1)
#define MOUNT_NODEV       BIT(2)
#define MOUNT_NOEXEC      BIT(3)
#define MOUNT_NOATIME     BIT(4)
#define MOUNT_NODIRATIME  BIT(5)
#define MOUNT_RELATIME    BIT(6)
#define MOUNT_NOSYMFOLLOW BIT(7)
#define MOUNT_USER_FLAGS  0xffu
#define MOUNT_UNBINDABLE  BIT(8)
#define MOUNT_DETACHED    BIT(9)
#define MOUNT_INTERNAL    BIT(10) /* no namespace: memfd, pipes */
#define MOUNT_LOCK_ATIME  BIT(12) /* in locked_flags: how atime is kept */
#define MOUNT_LOCKED      BIT(11) /* rootfs; from a more privileged namespace */

struct mount_namespace {
    struct namespace head;   /* must be first */
    struct mount *root;      /* owned */
    struct list_head mounts; /* by ns_link; mount_lock */
    u32 count;
    u32 coming; /* about to be added: mount_propagate_attach() */
    u64 event;  /* counts changes: poll of /proc/mounts */
    struct wait_queue changed;
};

extern s32 mount_max; /* in a namespace: /proc/sys/fs/mount-max */
extern mutex_t mount_lock;
extern struct mount_namespace *mount_ns_first;

void mount_init(void);
/* A mount that is nowhere yet; takes over the active reference on sb also when
 * it fails. ERR_PTR. */
struct mount *mount_create(struct super_block *sb, struct dentry *root,
                           const char *source, u32 flags);
/* Mount a type for the kernel itself, in no namespace. ERR_PTR. */
struct mount *mount_internal(struct file_system_type *type,
                             const char *options);
struct mount *mount_get(struct mount *m);
void mount_put(struct mount *m); /* may sleep */

/* The mount on top of (m, d): under RCU, borrowed; NULL: none. */
struct mount *mount_lookup_rcu(const struct mount *m, const struct dentry *d);
/* Go up to what is mounted on *path (all layers); references move. */
void path_descend_mounts(struct path *path);
/* The same for a borrowed path, which becomes referenced. */
void path_descend_mounts_get(struct path *path);
/* From the root of a mount to its mountpoint; false at the top. */
bool path_ascend_mount(struct path *path);

/* May writing happen here: -EROFS. Pairs with mount_put_write(). */
int mount_get_write(struct mount *m);
void mount_put_write(struct mount *m);
bool mount_nodev(const struct mount *m);
bool mount_noexec(const struct mount *m);

/* mount(2) and its relatives; flags are Linux's MS_*, MNT_*. */
int vfs_mount(struct caller *who, const char *source, const char *target,
              const char *type, u64 flags, const char *options);
int vfs_umount(struct caller *who, const char *target, u32 flags);
int vfs_pivot_root(struct caller *who, const char *new_root,
                   const char *put_old);
/* Attach `m` (taken over) on `where` in its namespace: boot, fsmount. */
int mount_attach(struct mount *m, const struct path *where);

/* clone(CLONE_NEWNS), unshare: a copy of the tree; ERR_PTR. `paths` (count of
 * them) are moved to the copies of their mounts. */
struct mount_namespace *mount_namespace_copy(struct mount_namespace *ns,
                                             struct user_namespace *owner,
                                             struct path *paths, u32 count);
static inline void mount_namespace_put(struct mount_namespace *ns)
{
    namespace_put(&ns->head);
}

/* Texts of /proc/<pid>/mounts, mountinfo, mountstats for a reader whose root is
 * `root`. */
void mount_show_mounts(struct mount_namespace *ns, const struct path *root,
                       struct text *out);
void mount_show_mountinfo(struct mount_namespace *ns, const struct path *root,
                          struct text *out);
void mount_show_mountstats(struct mount_namespace *ns, const struct path *root,
                           struct text *out);

/* mount(2) flags, as Linux numbers them. */
#define MS_RDONLY       1UL
#define MS_NOSUID       2UL
#define MS_NODEV        4UL
#define MS_NOEXEC       8UL
#define MS_SYNCHRONOUS  16UL
#define MS_REMOUNT      32UL
#define MS_MANDLOCK     64UL
#define MS_DIRSYNC      128UL
#define MS_NOSYMFOLLOW  256UL
#define MS_NOATIME      1024UL
#define MS_NODIRATIME   2048UL
#define MS_BIND         4096UL
#define MS_MOVE         8192UL
#define MS_REC          16384UL
#define MS_SILENT       32768UL
#define MS_UNBINDABLE   (1UL << 17)
#define MS_PRIVATE      (1UL << 18)
#define MS_SLAVE        (1UL << 19)
#define MS_SHARED       (1UL << 20)
#define MS_RELATIME     (1UL << 21)
#define MS_STRICTATIME  (1UL << 24)
#define MS_LAZYTIME     (1UL << 25)
#define MNT_FORCE       1u
#define MNT_DETACH      2u
#define MNT_EXPIRE      4u
#define UMOUNT_NOFOLLOW 8u

#endif
