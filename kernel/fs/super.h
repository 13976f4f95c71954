/*
 * Super blocks: one mounted instance of a filesystem type.
 *
 * A type registers itself; mounting calls type->create with the options' text,
 * which returns a super block with one active reference and its root dentry.
 * Each mount holds an active reference; the last takes the dentry tree apart
 * and calls ops->destroy.
 */
#ifndef FS_SUPER_H
#define FS_SUPER_H

#include "core/lock.h"
#include "fs/fs.h"
#include "lib/list.h"
#include "lib/refcount.h"

struct user_namespace;
struct text;

struct file_system_statistics { /* statfs; block counts are of block_size */
    u64 type, block_size, blocks, blocks_free, blocks_available, files,
        files_free, name_max, fragment_size;
    u64 id;
};

struct super_ops {
    /* The inode's last reference went: drop its contents. May sleep. */
    void (*evict)(struct inode *inode);
    /* Free its memory; called after a grace period, must not sleep. */
    void (*free_inode)(struct inode *inode);
    int (*statistics)(struct super_block *sb, struct file_system_statistics *s);
    int (*sync)(struct super_block *sb, bool wait);
    /* mount -o remount: new option text; 0 or errno. */
    int (*remount)(struct super_block *sb, const char *options);
    /* Options after the flags in /proc/mounts: ",size=4k". */
    void (*show_options)(struct super_block *sb, struct text *out);
    void (*destroy)(struct super_block *sb); /* frees sb too */
};

struct file_system_type {
    const char *name;
    u32 flags; /* FST_* */
    /* ERR_PTR on failure: -EINVAL for bad options. */
    struct super_block *(*create)(struct caller *who,
                                  struct file_system_type *type,
                                  const char *source, const char *options);
    /* Who needs CAP_SYS_ADMIN where to mount it; NULL: in the caller's user
     * namespace (FST_USERNS_MOUNT), or the first. */
    struct user_namespace *(*owner)(struct caller *who);
    struct list_head link;
};
#define FST_NEEDS_DEVICE BIT(0) /* not "nodev" in /proc/filesystems */
#define FST_USERNS_MOUNT BIT(1) /* may be mounted in a user namespace */
#define FST_INTERNAL     BIT(2) /* not from mount(2) */
#define FST_SHARED       BIT(3) /* create() may give one that is in use */
#define FST_REVEALING                                       \
    BIT(4) /* in a user namespace only what is seen already \
            */

struct super_block {
    refcount_t active; /* mounts */
    u32 flags;         /* SUPER_* */
    struct file_system_type *type;
    const struct super_ops *ops;
    struct dentry *root; /* owned */
    devnum_t dev;        /* st_dev; anonymous: major 0 */
    u64 magic;
    u32 block_size;
    s64 max_size;                   /* largest file */
    struct user_namespace *user_ns; /* owned; of who mounted it */
    mutex_t rename_lock;            /* renames between directories */
    atomic64_t next_ino;
    u32 time_granularity; /* ns */
    spinlock_t lru_lock;
    struct list_head lru;  /* dentries without users */
    struct list_head link; /* of all super blocks; super_list_lock */
    spinlock_t mounts_lock;
    struct list_head mounts;  /* by sb_link; mounts_lock */
    struct list_head watches; /* of its inodes; watch_lock (watch.c) */
    atomic_t watch_refs;      /* references of watches to its inodes */
    void *private;
};
#define SUPER_READ_ONLY   BIT(0)
#define SUPER_COMPLETE    BIT(1) /* the dentry cache is the whole tree */
#define SUPER_NO_DEV      BIT(2) /* device nodes cannot be opened */
#define SUPER_NO_EXEC     BIT(3)
#define SUPER_SYNCHRONOUS BIT(4)
#define SUPER_NO_XATTR    BIT(5)

void file_system_register(struct file_system_type *type);
struct file_system_type *file_system_find(const char *name);
/* /proc/filesystems: fn for each. */
void file_system_for_each(void (*fn)(void *ctx, struct file_system_type *t),
                          void *ctx);

/* Common part of a new super block; -ENOMEM (no device number). */
int super_init(struct super_block *sb, struct file_system_type *type,
               const struct super_ops *ops, u32 flags);
void super_put(struct super_block *sb); /* active reference; may sleep */
/* Undo super_init() of one that never got a root. */
void super_abandon(struct super_block *sb);
void super_sync_all(void);
/* Under a mutex: fn must not mount or unmount. */
void super_for_each(void (*fn)(void *ctx, struct super_block *sb), void *ctx);

/* One mount option "key" or "key=value" at a time, in place; false at the end.
 * value is NULL without '='. */
bool mount_option_next(char **options, char **key, char **value);

#endif
