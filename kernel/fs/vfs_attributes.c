/*
 * Attributes: stat, chmod, chown, utimens, truncate, access, statfs.
 */
#include "core/caller.h"
#include "core/time.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "proc/signal.h"
#include "proc/task.h"

#define STATX_ATTR_IMMUTABLE  0x10u
#define STATX_ATTR_APPEND     0x20u
#define STATX_ATTR_MOUNT_ROOT 0x2000u

int vfs_attributes(struct caller *who, const struct path *path,
                   struct file_attributes *out)
{
    struct inode *inode = path->dentry->inode;
    int error = 0;

    inode_fill_attributes(inode, out);
    if (inode->ops->get_attributes)
        error = inode->ops->get_attributes(who, inode, out);
    if (inode->flags & INODE_IMMUTABLE)
        out->attributes |= STATX_ATTR_IMMUTABLE;
    if (inode->flags & INODE_APPEND)
        out->attributes |= STATX_ATTR_APPEND;
    out->attributes_mask |= STATX_ATTR_MOUNT_ROOT;
    if (path->dentry == path->mnt->root)
        out->attributes |= STATX_ATTR_MOUNT_ROOT;
    out->mount_id = path->mnt->id;
    return error;
}

static int may_chown(struct caller *who, const struct inode *inode,
                     const struct set_attributes *set)
{
    bool owner = kuid_equal(who->cred->fsuid, inode->uid);

    if (set->valid & SET_UID && !(owner && kuid_equal(set->uid, inode->uid)) &&
        !inode_capable(who, inode, CAP_CHOWN))
        return -EPERM;
    if (set->valid & SET_GID &&
        !(owner && (kgid_equal(set->gid, inode->gid) ||
                    cred_in_group(who->cred, set->gid))) &&
        !inode_capable(who, inode, CAP_CHOWN))
        return -EPERM;
    return 0;
}

/* RLIMIT_FSIZE and the file system's limit. */
static int check_new_size(struct caller *who, struct inode *inode, s64 size)
{
    if (size <= inode_size(inode))
        return 0;
    if ((u64)size > who->limit_fsize && !(who->flags & CALLER_KERNEL)) {
        signal_send_self(who, SIGXFSZ);
        return -EFBIG;
    }
    return size > inode->sb->max_size ? -EFBIG : 0;
}

static int check_set(struct caller *who, struct inode *inode,
                     struct set_attributes *set)
{
    int error;

    if (set->valid & (SET_MODE | SET_UID | SET_GID | SET_ATIME | SET_MTIME) &&
        inode->flags & (INODE_IMMUTABLE | INODE_APPEND) &&
        !(set->valid & SET_TIMES_NOW && !(inode->flags & INODE_IMMUTABLE)))
        return -EPERM;
    if (set->valid & SET_SIZE) {
        error = check_new_size(who, inode, set->size);
        if (error)
            return error;
    }
    error = may_chown(who, inode, set);
    if (error)
        return error;
    if (set->valid & SET_MODE) {
        kgid_t gid = set->valid & SET_GID ? set->gid : inode->gid;

        if (!inode_owner_or_capable(who, inode))
            return -EPERM;
        if (!cred_in_group(who->cred, gid) &&
            !inode_capable(who, inode, CAP_FSETID))
            set->mode &= ~S_ISGID;
    }
    if (set->valid & (SET_ATIME | SET_MTIME) && !(set->valid & SET_TRUNCATE)) {
        if (!inode_owner_or_capable(who, inode)) {
            if (!(set->valid & SET_TIMES_NOW))
                return -EPERM;
            return inode_permission(who, inode, MAY_WRITE);
        }
    }
    return 0;
}

/* chown takes setuid and setgid away, from everyone. */
static void strip_for_chown(struct caller *who, struct inode *inode,
                            struct set_attributes *set)
{
    u32 mode = inode->mode;

    if (S_ISDIR(mode) || !(mode & (S_ISUID | S_ISGID)))
        return;
    mode &= ~S_ISUID;
    if (mode & 010 || (!cred_in_group(who->cred, inode->gid) &&
                       !inode_capable(who, inode, CAP_FSETID)))
        mode &= ~S_ISGID;
    set->mode = mode;
    set->valid |= SET_MODE;
}

int vfs_set_attributes(struct caller *who, const struct path *path,
                       struct set_attributes *set)
{
    struct inode *inode = path->dentry->inode;
    bool chown = set->valid & (SET_UID | SET_GID) || !set->valid;
    int error;

    write_lock(&inode->lock);
    error = check_set(who, inode, set);
    if (error)
        goto out;
    if (chown)
        strip_for_chown(who, inode, set);
    if (set->valid & SET_SIZE)
        error = inode_strip_privileges(who, inode);
    if (error)
        goto out;
    set->ctime = file_time_now();
    if (set->valid & SET_TRUNCATE) {
        set->valid |= SET_MTIME | SET_CTIME;
        set->mtime = set->ctime;
    } else if (set->valid & ~(u32)SET_SIZE || chown) {
        set->valid |= SET_CTIME;
    }
    if (inode->ops->set_attributes)
        error = inode->ops->set_attributes(inode, set);
    else if (set->valid & SET_SIZE)
        error = -EINVAL;
    else
        inode_apply_attributes(inode, set);
out:
    write_unlock(&inode->lock);
    if (!error) {
        u32 events = 0;

        if (set->valid & (SET_MODE | SET_UID | SET_GID) || chown)
            events |= WATCH_ATTRIB;
        if (set->valid & SET_SIZE)
            events |= WATCH_MODIFY;
        else if (set->valid & (SET_ATIME | SET_MTIME))
            events |= WATCH_ATTRIB;
        watch_dentry(path->dentry, events);
    }
    return error;
}

int vfs_truncate(struct caller *who, const struct path *path, s64 size)
{
    struct inode *inode = path->dentry->inode;
    struct set_attributes set = {.valid = SET_SIZE, .size = size};
    int error;

    if (S_ISDIR(inode->mode))
        return -EISDIR;
    if (!S_ISREG(inode->mode))
        return -EINVAL;
    error = mount_get_write(path->mnt);
    if (error)
        return error;
    error = inode_permission(who, inode, MAY_WRITE);
    if (error)
        goto out;
    error = -EPERM;
    if (inode->flags & INODE_APPEND)
        goto out;
    error = inode_get_write(inode);
    if (error)
        goto out;
    error = vfs_set_attributes(who, path, &set);
    inode_put_write(inode);
out:
    mount_put_write(path->mnt);
    return error;
}

int file_truncate(struct caller *who, struct file *f, s64 size)
{
    struct set_attributes set = {.valid = SET_SIZE, .size = size};

    if (!S_ISREG(f->inode->mode) || !(f->access & FILE_WRITE))
        return -EINVAL;
    if (f->inode->flags & INODE_APPEND)
        return -EPERM;
    return vfs_set_attributes(who, &f->path, &set);
}

#define FALLOC_KEEP_SIZE  0x01u
#define FALLOC_PUNCH_HOLE 0x02u
#define FALLOC_COLLAPSE   0x08u
#define FALLOC_ZERO_RANGE 0x10u
#define FALLOC_INSERT     0x20u
#define FALLOC_UNSHARE    0x40u
#define FALLOC_ALL        0x7bu

int file_fallocate(struct caller *who, struct file *f, u32 mode, s64 offset,
                   s64 length)
{
    struct inode *inode = f->inode;
    s64 end;
    int error;

    if (offset < 0 || length <= 0)
        return -EINVAL;
    if (mode & ~FALLOC_ALL)
        return -EOPNOTSUPP;
    if ((mode & (FALLOC_PUNCH_HOLE | FALLOC_ZERO_RANGE)) ==
        (FALLOC_PUNCH_HOLE | FALLOC_ZERO_RANGE))
        return -EOPNOTSUPP;
    if (mode & FALLOC_PUNCH_HOLE && !(mode & FALLOC_KEEP_SIZE))
        return -EOPNOTSUPP;
    if (mode & FALLOC_COLLAPSE && mode & ~FALLOC_COLLAPSE)
        return -EINVAL;
    if (mode & FALLOC_INSERT && mode & ~FALLOC_INSERT)
        return -EINVAL;
    if (mode & FALLOC_UNSHARE && mode & ~(FALLOC_UNSHARE | FALLOC_KEEP_SIZE))
        return -EINVAL;
    if (!(f->access & FILE_WRITE))
        return -EBADF;
    if (mode & ~FALLOC_KEEP_SIZE && inode->flags & INODE_APPEND)
        return -EPERM;
    if (inode->flags & INODE_IMMUTABLE)
        return -EPERM;
    if (S_ISFIFO(inode->mode))
        return -ESPIPE;
    if (S_ISDIR(inode->mode))
        return -EISDIR;
    if (!S_ISREG(inode->mode) && !S_ISBLK(inode->mode))
        return -ENODEV;
    if (check_add_overflow(offset, length, &end) || end > inode->sb->max_size)
        return -EFBIG;
    if (!inode->ops->fallocate)
        return -EOPNOTSUPP;
    write_lock(&inode->lock);
    error = mode & FALLOC_PUNCH_HOLE ? 0 : check_new_size(who, inode, end);
    if (!error)
        error = inode->ops->fallocate(who, inode, mode, offset, length);
    if (!error)
        inode_strip_privileges(who, inode);
    write_unlock(&inode->lock);
    if (!error)
        watch_dentry(f->path.dentry, WATCH_MODIFY);
    return error;
}

int vfs_access(struct caller *who, const struct path *path, u32 mask)
{
    struct inode *inode = path->dentry->inode;
    int error;

    if (mask & MAY_EXEC && S_ISREG(inode->mode) && mount_noexec(path->mnt))
        return -EACCES;
    error = inode_permission(who, inode, mask);
    if (error || !(mask & MAY_WRITE))
        return error;
    if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode) && !S_ISLNK(inode->mode))
        return 0;
    return path->mnt->flags & MOUNT_READ_ONLY ? -EROFS : 0;
}

int vfs_statistics(const struct path *path, struct file_system_statistics *s)
{
    struct super_block *sb = path->mnt->sb;

    *s = (struct file_system_statistics){
        .type = sb->magic,
        .block_size = PAGE_SIZE,
        .fragment_size = PAGE_SIZE,
        .name_max = NAME_MAX,
        .id = devnum_encode(sb->dev),
    };
    return sb->ops->statistics ? sb->ops->statistics(sb, s) : 0;
}

u64 mount_statfs_flags(const struct mount *m)
{
    u64 flags = 0x20; /* ST_VALID */

    if (m->flags & MOUNT_READ_ONLY || m->sb->flags & SUPER_READ_ONLY)
        flags |= 0x1;
    if (m->flags & MOUNT_NOSUID)
        flags |= 0x2;
    if (m->flags & MOUNT_NODEV)
        flags |= 0x4;
    if (m->flags & MOUNT_NOEXEC)
        flags |= 0x8;
    if (m->sb->flags & SUPER_SYNCHRONOUS)
        flags |= 0x10;
    if (m->flags & MOUNT_NOATIME)
        flags |= 0x400;
    if (m->flags & MOUNT_NODIRATIME)
        flags |= 0x800;
    if (m->flags & MOUNT_RELATIME)
        flags |= 0x1000;
    if (m->flags & MOUNT_NOSYMFOLLOW)
        flags |= 0x2000;
    return flags;
}
