/*
 * The dentry cache: names in directories.
 *
 * A dentry is one name in one directory; with an inode, or negative. It holds
 * its parent. The hash table is searched without locks under RCU: a dentry's
 * name is immutable once published (rename puts another name object in), and
 * `dcache_seq` tells lockless walks that something moved under them.
 *
 * Filesystems whose tree *is* the dentry cache (tmpfs: SUPER_COMPLETE) keep a
 * reference on each positive dentry from dentry_instantiate() until unlink, so
 * that a miss in the hash means that the name does not exist.
 *
 * Life: refs > 0 in use; 0: cached, on the super block's LRU list, taken by
 * dentry_shrink(). DENTRY_DEAD once it is being freed (after a grace period).
 *
 * A dentry that falls to zero references is claimed for freeing by exchanging
 * 0 for a negative count; lockless look-ups fail on negative ones.
 *
 * Locks: dentry.lock guards the list of children. dcache_seq's writer lock
 * guards name, parent, and moves. flags are changed by atomic operations.
 */
#ifndef FS_DENTRY_H
#define FS_DENTRY_H

#include "core/lock.h"
#include "core/rcu.h"
#include "fs/fs.h"
#include "lib/list.h"

struct dentry_name {
    u32 hash, length;
    struct rcu_head rcu; /* of separately allocated ones */
    char text[];         /* with NUL */
};

#define DENTRY_INLINE_NAME 32

/* An entry of a directory's list of children: a dentry or a reader's place. */
struct dentry_link {
    struct list_head link;
    bool cursor;
};

struct dentry_ops {
    /* Is a cached entry still right? Called without locks, may sleep.
     * 1 yes, 0 no (look it up again), or errno. */
    int (*revalidate)(struct caller *who, struct dentry *d);
    /* Text of the path in /proc/<pid>/fd for files without a name. */
    size_t (*describe)(struct dentry *d, char *buffer, size_t size);
};

struct dentry {
    struct hlist_node hash;   /* bucket lock */
    struct dentry *parent;    /* owned (its own for a root) */
    struct dentry_name *name; /* owned when not the inline one */
    struct inode *inode;      /* owned; NULL: negative. RCU */
    atomic_t refs;
    u32 flags; /* DENTRY_* */
    spinlock_t lock;
    struct super_block *sb; /* borrowed */
    const struct dentry_ops *ops;
    void *private;              /* of the filesystem */
    struct dentry_link sibling; /* in parent->children; parent->lock */
    struct list_head children;  /* newest first; guarded by lock */
    struct list_head lru;       /* super block's lru_lock */
    struct rcu_head rcu;
    union {
        struct dentry_name inline_name;
        char inline_space[sizeof(struct dentry_name) + DENTRY_INLINE_NAME];
    };
};

#define DENTRY_HASHED     BIT(0)
#define DENTRY_MOUNTED    BIT(1) /* something is mounted on it somewhere */
#define DENTRY_DEAD       BIT(2)
#define DENTRY_PINNED     BIT(3) /* holds the filesystem's own reference */
#define DENTRY_ROOT       BIT(4)
#define DENTRY_REVALIDATE BIT(6) /* ops->revalidate must be asked */
#define DENTRY_DELETED    BIT(7) /* unlinked: paths end in " (deleted)" */
#define DENTRY_REFERENCED BIT(8) /* used since the last shrink */
#define DENTRY_NO_CACHE   BIT(9) /* free at the last put (procfs) */

/* A component of a path: not terminated. */
struct name_part {
    const char *text;
    u32 length;
    u32 hash; /* dentry_hash() of it; without the directory */
};
u32 dentry_hash(const char *text, u32 length);
static inline struct name_part name_part(const char *text, u32 length)
{
    return (struct name_part){text, length, dentry_hash(text, length)};
}

/* dcache_seq: changes when a dentry moves or a mount comes or goes. */
extern seqcount_t dcache_seq;
void dcache_write_lock(void); /* spinlock and sequence */
void dcache_write_unlock(void);

void dentry_cache_init(void);
/* A new unhashed negative dentry; holds parent. NULL: no memory. */
struct dentry *dentry_alloc(struct dentry *parent, struct name_part name);
/* The root of a super block: takes over the inode reference. */
struct dentry *dentry_alloc_root(struct inode *root);
/* A dentry without parent or hash for files without names ("/memfd:x"). */
struct dentry *dentry_alloc_unnamed(struct super_block *sb, const char *name,
                                    struct inode *inode);

/* O_TMPFILE: unnamed, in the directory's filesystem; linkat can name it. Takes
 * over the inode reference also when it fails. */
struct dentry *dentry_alloc_tmpfile(struct dentry *dir, struct inode *inode);

static inline struct dentry *dentry_get(struct dentry *d)
{
    atomic_inc(&d->refs);
    return d;
}
/* From a lockless look-up: false when it is being freed. */
bool dentry_get_unless_dead(struct dentry *d);
void dentry_put(struct dentry *d); /* may sleep */

/* Under RCU, no reference taken; NULL: not cached. */
struct dentry *dentry_find_rcu(const struct dentry *parent,
                               const struct name_part *name);
/* Referenced, or NULL. Never misses a present one because of a rename. */
struct dentry *dentry_find(struct dentry *parent, const struct name_part *name);

/* Give it its inode (takes over the reference; NULL: negative) and hash it.
 * On a SUPER_COMPLETE super block a positive one is pinned. */
void dentry_instantiate(struct dentry *d, struct inode *inode);
/* Take the name out of the cache; open files keep the inode. Drops the pin. */
void dentry_unlink(struct dentry *d);
void dentry_unhash(struct dentry *d); /* without the " (deleted)" mark */
/* Make `d` (positive) appear as `target`'s name in target's parent; target is
 * unhashed, or swapped with `exchange`. `name`, from dentry_name_alloc(), is
 * taken over. Directory locks are held. */
void dentry_move(struct dentry *d, struct dentry *target,
                 struct dentry_name *name, struct dentry_name *other);
struct dentry_name *dentry_name_alloc(const struct dentry_name *from);
void dentry_name_free(struct dentry_name *name); /* of an unused one */

bool dentry_is_ancestor(struct dentry *ancestor, struct dentry *d);
/* Drop all unused entries below root (procfs: a process that has gone); none of
 * them is renamed meanwhile. */
void dentry_prune(struct dentry *root);
/* Take every dentry of a super block apart (last mount is gone). */
void dentry_destroy_tree(struct dentry *root);
u64 dentry_shrink(u64 wanted); /* free unused ones; returns how many */

static inline bool dentry_negative(const struct dentry *d)
{
    return !READ_ONCE(d->inode);
}
static inline bool dentry_unhashed(const struct dentry *d)
{
    return !(READ_ONCE(d->flags) & DENTRY_HASHED);
}

#endif
