/*
 * Inodes: life, times, attributes.
 */
#include "fs/inode.h"

#include "core/slab.h"
#include "core/time.h"
#include "fs/dentry.h"
#include "fs/lock.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "fs/watch.h"
#include "lib/string.h"
#include "vm/mapping.h"

struct file_time file_time_now(void)
{
    u64 now = (u64)time_realtime();

    return (struct file_time){(s64)(now / NS_PER_SEC), (u32)(now % NS_PER_SEC)};
}

void inode_init(struct inode *inode, struct super_block *sb,
                const struct inode_ops *ops, u32 mode, u64 ino)
{
    memset(inode, 0, sizeof(*inode));
    inode->mode = (u16)mode;
    inode->flags = INODE_NOSEC;
    inode->ops = ops;
    inode->sb = sb;
    inode->ino = ino ? ino : (u64)atomic64_inc_return(&sb->next_ino);
    inode->nlink = 1;
    refcount_set(&inode->refs, 1);
    rwlock_init(&inode->lock, S_ISDIR(mode) ? "inode_dir" : "inode");
    inode->atime = inode->mtime = inode->ctime = inode->btime = file_time_now();
}

void inode_init_owner(struct inode *inode, struct caller *who,
                      const struct inode *dir, u32 mode)
{
    inode->uid = who->cred->fsuid;
    inode->gid = who->cred->fsgid;
    if (dir && (dir->mode & S_ISGID)) {
        inode->gid = dir->gid;
        if (S_ISDIR(mode))
            mode |= S_ISGID;
        else if ((mode & (S_ISGID | 010)) == (S_ISGID | 010) &&
                 !cred_in_group(who->cred, inode->gid) &&
                 !inode_capable(who, dir, CAP_FSETID))
            mode &= ~S_ISGID;
    }
    inode->mode = (u16)mode;
}

static void inode_free_rcu(struct rcu_head *head)
{
    struct inode *inode = container_of(head, struct inode, rcu);

    inode->sb->ops->free_inode(inode);
}

void inode_put(struct inode *inode)
{
    if (!refcount_dec_and_test(&inode->refs))
        return;
    if (inode->watches)
        inode_watches_destroy(inode);
    if (inode->locks)
        inode_locks_destroy(inode);
    if (inode->endpoint && fifo_ops && S_ISFIFO(inode->mode))
        fifo_ops->inode_evicted(inode);
    if (inode->sb->ops->evict)
        inode->sb->ops->evict(inode);
    call_rcu(&inode->rcu, inode_free_rcu);
}

s64 inode_size(const struct inode *inode)
{
    return inode->mapping ? READ_ONCE(inode->mapping->size) : inode->size;
}

void inode_touch_modified(struct inode *inode)
{
    inode->mtime = inode->ctime = file_time_now();
}

void inode_touch_changed(struct inode *inode)
{
    inode->ctime = file_time_now();
}

void inode_touch_accessed(const struct path *path)
{
    struct inode *inode = path->dentry->inode;
    u32 flags = path->mnt->flags;
    struct file_time now;

    if (flags & (MOUNT_NOATIME | MOUNT_READ_ONLY))
        return;
    if (inode->flags & INODE_NOATIME || inode->sb->flags & SUPER_READ_ONLY)
        return;
    if (S_ISDIR(inode->mode) && flags & MOUNT_NODIRATIME)
        return;
    if (flags & MOUNT_RELATIME &&
        file_time_compare(inode->atime, inode->mtime) > 0 &&
        file_time_compare(inode->atime, inode->ctime) > 0) {
        /* Once a day is enough. */
        if (time_realtime() / (s64)NS_PER_SEC - inode->atime.seconds < 86400)
            return;
    }
    now = file_time_now();
    if (file_time_compare(inode->atime, now) != 0)
        inode->atime = now;
}

void inode_apply_attributes(struct inode *inode,
                            const struct set_attributes *set)
{
    if (set->valid & SET_UID)
        inode->uid = set->uid;
    if (set->valid & SET_GID)
        inode->gid = set->gid;
    if (set->valid & SET_ATIME)
        inode->atime = set->atime;
    if (set->valid & SET_MTIME)
        inode->mtime = set->mtime;
    if (set->valid & SET_CTIME)
        inode->ctime = set->ctime;
    if (set->valid & SET_MODE) {
        WRITE_ONCE(inode->mode,
                   (u16)((inode->mode & S_IFMT) | (set->mode & S_IALLUGO)));
        if (inode->mode & (S_ISUID | S_ISGID))
            inode_clear_flag(inode, INODE_NOSEC);
    }
}

void inode_fill_attributes(struct inode *inode, struct file_attributes *out)
{
    out->ino = inode->ino;
    out->mode = READ_ONCE(inode->mode);
    out->nlink = READ_ONCE(inode->nlink);
    out->uid = inode->uid;
    out->gid = inode->gid;
    out->dev = inode->sb->dev;
    out->rdev = inode->rdev;
    out->size = inode_size(inode);
    out->block_size = inode->sb->block_size;
    out->blocks = inode->mapping ? READ_ONCE(inode->mapping->page_count)
                                       << (PAGE_SHIFT - 9)
                                 : 0;
    out->attributes = 0;
    out->attributes_mask = 0;
    out->atime = inode->atime;
    out->mtime = inode->mtime;
    out->ctime = inode->ctime;
    out->btime = inode->btime;
    out->have_btime = false;
}

/* ------------------------------------------------- writing and executing */

int inode_get_write(struct inode *inode)
{
    int n = atomic_load(&inode->writers);

    do {
        if (n < 0)
            return -ETXTBSY;
    } while (!atomic_try_cmpxchg(&inode->writers, &n, n + 1));
    return 0;
}

void inode_put_write(struct inode *inode)
{
    atomic_dec(&inode->writers);
}

int inode_deny_write(struct inode *inode)
{
    int n = atomic_load(&inode->writers);

    do {
        if (n > 0)
            return -ETXTBSY;
    } while (!atomic_try_cmpxchg(&inode->writers, &n, n - 1));
    return 0;
}

void inode_allow_write(struct inode *inode)
{
    atomic_inc(&inode->writers);
}

/* The setuid and setgid bits that a write or a chown takes away. */
static u32 bits_to_strip(struct caller *who, const struct inode *inode)
{
    u32 strip = 0;

    if (!S_ISREG(inode->mode))
        return 0;
    if (inode->mode & S_ISUID)
        strip |= S_ISUID;
    if ((inode->mode & (S_ISGID | 010)) == (S_ISGID | 010))
        strip |= S_ISGID;
    else if (inode->mode & S_ISGID && !cred_in_group(who->cred, inode->gid) &&
             !inode_capable(who, inode, CAP_FSETID))
        strip |= S_ISGID;
    if (strip && inode_capable(who, inode, CAP_FSETID))
        return 0;
    return strip;
}

int inode_strip_privileges(struct caller *who, struct inode *inode)
{
    u32 strip;

    if (likely(inode->flags & INODE_NOSEC))
        return 0;
    if (inode->ops->xattr_remove)
        inode->ops->xattr_remove(inode, "security.capability");
    strip = bits_to_strip(who, inode);
    if (strip)
        WRITE_ONCE(inode->mode, (u16)(inode->mode & ~strip));
    if (!(inode->mode & (S_ISUID | S_ISGID)))
        inode_set_flag(inode, INODE_NOSEC);
    return 0;
}
