/*
 * Extended attributes: permission and name rules; filesystems keep the values.
 */
#include "core/caller.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "lib/string.h"

static bool is_security_capability(const char *name)
{
    return strcmp(name, "security.capability") == 0;
}

static int check_access(struct caller *who, struct inode *inode,
                        const char *name, u32 mask)
{
    if (mask & MAY_WRITE && inode->flags & (INODE_IMMUTABLE | INODE_APPEND))
        return -EPERM;
    if (strstarts(name, "security.") || strstarts(name, "system."))
        return 0;
    if (strstarts(name, "trusted.")) {
        if (!caller_capable_init(who, CAP_SYS_ADMIN))
            return mask & MAY_WRITE ? -EPERM : -ENODATA;
        return 0;
    }
    if (strstarts(name, "user.")) {
        if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
            return mask & MAY_WRITE ? -EPERM : -ENODATA;
        if (S_ISDIR(inode->mode) && inode->mode & S_ISVTX && mask & MAY_WRITE &&
            !inode_owner_or_capable(who, inode))
            return -EPERM;
    }
    return inode_permission(who, inode, mask);
}

/* security.*: values that no security module here reads. Linux 6.1 with the BPF
 * module asks for nothing at all; here for the right to change the file. */
static int check_security(struct caller *who, struct inode *inode,
                          const char *name)
{
    if (!strstarts(name, "security."))
        return 0;
    if (is_security_capability(name))
        return inode_capable(who, inode, CAP_SETFCAP) ? 0 : -EPERM;
    if (inode_owner_or_capable(who, inode))
        return 0;
    return inode_permission(who, inode, MAY_WRITE) ? -EPERM : 0;
}

ssize_t vfs_xattr_get(struct caller *who, const struct path *path,
                      const char *name, void *value, size_t size)
{
    struct inode *inode = path->dentry->inode;
    ssize_t n = check_access(who, inode, name, MAY_READ);

    if (n)
        return n;
    if (!inode->ops->xattr_get)
        return -EOPNOTSUPP;
    read_lock(&inode->lock);
    n = inode->ops->xattr_get(inode, name, value, size);
    read_unlock(&inode->lock);
    return n;
}

int vfs_xattr_set(struct caller *who, const struct path *path, const char *name,
                  const void *value, size_t size, u32 flags)
{
    struct inode *inode = path->dentry->inode;
    int error = mount_get_write(path->mnt);

    if (error)
        return error;
    write_lock(&inode->lock);
    error = check_access(who, inode, name, MAY_WRITE);
    if (!error)
        error = check_security(who, inode, name);
    if (!error)
        error = inode->ops->xattr_set
                    ? inode->ops->xattr_set(inode, name, value, size, flags)
                    : -EOPNOTSUPP;
    if (!error) {
        inode_touch_changed(inode);
        if (is_security_capability(name))
            inode_clear_flag(inode, INODE_NOSEC);
    }
    write_unlock(&inode->lock);
    if (!error)
        watch_dentry(path->dentry, WATCH_ATTRIB);
    mount_put_write(path->mnt);
    return error;
}

int vfs_xattr_remove(struct caller *who, const struct path *path,
                     const char *name)
{
    struct inode *inode = path->dentry->inode;
    int error = mount_get_write(path->mnt);

    if (error)
        return error;
    write_lock(&inode->lock);
    error = check_access(who, inode, name, MAY_WRITE);
    if (!error)
        error = check_security(who, inode, name);
    if (!error)
        error = inode->ops->xattr_remove ? inode->ops->xattr_remove(inode, name)
                                         : -EOPNOTSUPP;
    if (!error)
        inode_touch_changed(inode);
    write_unlock(&inode->lock);
    if (!error)
        watch_dentry(path->dentry, WATCH_ATTRIB);
    mount_put_write(path->mnt);
    return error;
}

ssize_t vfs_xattr_list(struct caller *who, const struct path *path, char *list,
                       size_t size)
{
    struct inode *inode = path->dentry->inode;
    ssize_t n;

    if (!inode->ops->xattr_list)
        return 0;
    read_lock(&inode->lock);
    n = inode->ops->xattr_list(who, inode, list, size);
    read_unlock(&inode->lock);
    return n;
}
