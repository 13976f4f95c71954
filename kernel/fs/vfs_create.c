/*
 * Making names: mkdir, mknod, symlink, link.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "lib/string.h"

/* A name about to be made: the parent is locked and write access taken. */
struct making {
    struct path_parent p;
    struct inode *dir;
    struct dentry *d; /* owned, negative */
};

static void making_end(struct making *m)
{
    dentry_put(m->d);
    write_unlock(&m->dir->lock);
    mount_put_write(m->p.parent.mnt);
    path_parent_done(&m->p);
}

/* May `who` make the name? */
static int making_permitted(struct caller *who, const struct making *m)
{
    if (who->flags & CALLER_CAPABILITY && !(m->p.rights & RIGHT_CREATE))
        return -EACCES;
    if (m->dir->flags & INODE_DEAD)
        return -ENOENT;
    return inode_permission(who, m->dir, MAY_WRITE | MAY_EXEC);
}

static int making_begin(struct caller *who, int dirfd, const char *name,
                        bool directory, struct making *m)
{
    int error = path_parent(who, dirfd, name, 0, &m->p), read_only;

    if (error)
        return error;
    error = -EEXIST;
    if (m->p.kind != LAST_NORMAL)
        goto out_parent;
    m->dir = m->p.parent.dentry->inode;
    read_only = mount_get_write(m->p.parent.mnt);
    error = inode_permission(who, m->dir, MAY_EXEC);
    if (error)
        goto out_write;
    write_lock(&m->dir->lock);
    m->d = path_lookup_child(who, m->p.parent.dentry, &m->p.last, true);
    error = PTR_ERR_OR_ZERO(m->d);
    if (error)
        goto out_unlock;
    error = -EEXIST;
    if (!dentry_negative(m->d))
        goto out_dentry;
    error = -ENOENT;
    if (m->p.trailing_slash && !directory)
        goto out_dentry;
    error = read_only;
    if (error)
        goto out_dentry;
    return 0;
out_dentry:
    dentry_put(m->d);
out_unlock:
    write_unlock(&m->dir->lock);
out_write:
    if (!read_only)
        mount_put_write(m->p.parent.mnt);
out_parent:
    path_parent_done(&m->p);
    return error;
}

static u32 umask_of(const struct caller *who)
{
    return who->fs ? who->fs->umask : 0;
}

int vfs_mkdir(struct caller *who, int dirfd, const char *name, u32 mode)
{
    struct making m;
    int error = making_begin(who, dirfd, name, true, &m);

    if (error)
        return error;
    mode = S_IFDIR | (mode & ~umask_of(who) & (0777 | S_ISVTX));
    error = making_permitted(who, &m);
    if (!error)
        error = m.dir->ops->mkdir ? m.dir->ops->mkdir(who, m.dir, m.d, mode)
                                  : -EPERM;
    if (!error)
        watch_name(m.dir, m.d, WATCH_CREATE);
    making_end(&m);
    return error;
}

static int mknod_type(u32 *mode)
{
    switch (*mode & S_IFMT) {
    case 0:
        *mode |= S_IFREG;
        return 0;
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
        return 0;
    case S_IFDIR:
        return -EPERM;
    default:
        return -EINVAL;
    }
}

static int make_node(struct caller *who, struct making *m, u32 mode,
                     devnum_t dev)
{
    const struct inode_ops *ops = m->dir->ops;
    int error = making_permitted(who, m);

    if (error)
        return error;
    mode = (mode & S_IFMT) | (mode & S_IALLUGO & ~umask_of(who));
    if (S_ISREG(mode)) {
        error = ops->create ? ops->create(who, m->dir, m->d, mode) : -EACCES;
    } else {
        /* A character device 0:0 is a whiteout, which anybody may make. */
        if ((S_ISBLK(mode) || (S_ISCHR(mode) && dev)) &&
            !caller_capable_init(who, CAP_MKNOD))
            return -EPERM;
        error = ops->mknod ? ops->mknod(who, m->dir, m->d, mode, dev) : -EPERM;
    }
    if (!error)
        watch_name(m->dir, m->d, WATCH_CREATE);
    return error;
}

int vfs_mknod(struct caller *who, int dirfd, const char *name, u32 mode,
              devnum_t dev)
{
    struct making m;
    int error = mknod_type(&mode);

    if (!error)
        error = making_begin(who, dirfd, name, false, &m);
    if (error)
        return error;
    error = make_node(who, &m, mode, dev);
    making_end(&m);
    return error;
}

int vfs_create_socket(struct caller *who, const char *name, u32 mode,
                      struct path *out)
{
    struct making m;
    int error = making_begin(who, AT_FDCWD, name, false, &m);

    if (error)
        return error;
    error = make_node(who, &m, S_IFSOCK | (mode & 0777), 0);
    if (!error) {
        out->mnt = mount_get(m.p.parent.mnt);
        out->dentry = dentry_get(m.d);
    }
    making_end(&m);
    return error;
}

int vfs_symlink(struct caller *who, const char *target, int dirfd,
                const char *name)
{
    struct making m;
    int error;

    if (!*target)
        return -ENOENT;
    error = making_begin(who, dirfd, name, false, &m);
    if (error)
        return error;
    error = making_permitted(who, &m);
    if (!error)
        error = m.dir->ops->symlink
                    ? m.dir->ops->symlink(who, m.dir, m.d, target)
                    : -EPERM;
    if (!error)
        watch_name(m.dir, m.d, WATCH_CREATE);
    making_end(&m);
    return error;
}

bool protected_hardlinks = true;

/* Files that one could not have written oneself are not linked to. */
static bool may_link(struct caller *who, struct inode *inode)
{
    if (!protected_hardlinks || inode_owner_or_capable(who, inode))
        return true;
    return S_ISREG(inode->mode) && !(inode->mode & S_ISUID) &&
           (inode->mode & (S_ISGID | 010)) != (S_ISGID | 010) &&
           !inode_permission(who, inode, MAY_READ | MAY_WRITE);
}

static int link_locked(struct caller *who, struct making *m,
                       struct inode *inode)
{
    int error;

    if (!may_link(who, inode))
        return -EPERM;
    error = making_permitted(who, m);
    if (error)
        return error;
    if (inode->sb != m->dir->sb)
        return -EXDEV;
    if (inode->flags & (INODE_APPEND | INODE_IMMUTABLE))
        return -EPERM;
    if (!m->dir->ops->link || S_ISDIR(inode->mode))
        return -EPERM;
    write_lock_nested(&inode->lock, 2);
    if (inode->nlink == 0 && !(inode->flags & INODE_LINKABLE))
        error = -ENOENT;
    else
        error = m->dir->ops->link(m->dir, m->d, inode);
    if (!error)
        inode_clear_flag(inode, INODE_LINKABLE);
    write_unlock(&inode->lock);
    return error;
}

int vfs_link(struct caller *who, int old_dirfd, const char *old_name,
             int new_dirfd, const char *new_name, u32 walk)
{
    struct path old;
    struct making m;
    int error;

    if (walk & WALK_EMPTY && !*old_name &&
        !caller_capable_init(who, CAP_DAC_READ_SEARCH))
        return -ENOENT;
    error = path_lookup(who, old_dirfd, old_name, walk, &old);
    if (error)
        return error;
    error = making_begin(who, new_dirfd, new_name, false, &m);
    if (error)
        goto out_path;
    error = old.mnt != m.p.parent.mnt ? -EXDEV
                                      : link_locked(who, &m, old.dentry->inode);
    if (!error) {
        watch_inode(old.dentry->inode, WATCH_ATTRIB);
        watch_name(m.dir, m.d, WATCH_CREATE);
    }
    making_end(&m);
out_path:
    path_put(&old);
    return error;
}
