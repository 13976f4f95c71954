/*
 * open: from a name and flags to a file description.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "proc/cred.h"

struct opening {
    struct caller *who;
    u32 flags;        /* OPEN_* */
    u32 mode;         /* of what is created, umask applied */
    u32 access;       /* MAY_* to check */
    u32 walk;         /* WALK_* */
    u32 rights;       /* of the grant where the look-up started */
    bool created;     /* then access is not checked */
    struct path path; /* owned: what is opened */
};

static u32 access_mask(u32 flags)
{
    u32 mask = 0;

    if (flags & (OPEN_READ | OPEN_ACCESS3))
        mask |= MAY_READ;
    if (flags & (OPEN_WRITE | OPEN_TRUNCATE | OPEN_ACCESS3))
        mask |= MAY_WRITE;
    if (flags & OPEN_EXEC)
        mask |= MAY_EXEC;
    return mask;
}

/* What may be done at most with what is opened beneath a directory's grant: the
 * same, and who may create there may write. */
static u32 rights_beneath(u32 rights)
{
    if (rights & RIGHT_CREATE)
        return rights | RIGHT_WRITE;
    return rights & ~(u32)RIGHT_WRITE;
}

/* In capability mode an open adds no rights to the directory's grant. */
static int check_rights(const struct opening *o)
{
    if (!(o->who->flags & CALLER_CAPABILITY))
        return 0;
    if (o->access & MAY_WRITE && !(o->rights & RIGHT_CREATE))
        return -EACCES;
    if (o->access & (MAY_READ | MAY_EXEC) && !(o->rights & RIGHT_READ))
        return -EACCES;
    return 0;
}

static int may_open(struct opening *o)
{
    struct inode *inode = o->path.dentry->inode;
    int error;

    switch (inode->mode & S_IFMT) {
    case S_IFLNK:
        return -ELOOP;
    case S_IFDIR:
        if (o->access & MAY_WRITE)
            return -EISDIR;
        if (o->flags & OPEN_EXEC)
            return -EACCES;
        break;
    case S_IFBLK:
    case S_IFCHR:
        if (mount_nodev(o->path.mnt))
            return -EACCES;
        if (o->flags & OPEN_EXEC)
            return -EACCES;
        o->flags &= ~(u32)OPEN_TRUNCATE;
        break;
    case S_IFIFO:
    case S_IFSOCK:
        if (o->flags & OPEN_EXEC)
            return -EACCES;
        o->flags &= ~(u32)OPEN_TRUNCATE;
        break;
    case S_IFREG:
        if (o->flags & OPEN_EXEC && mount_noexec(o->path.mnt))
            return -EACCES;
        break;
    }
    if (o->created)
        return 0;
    error = inode_permission(o->who, inode, o->access | MAY_OPEN);
    if (error)
        return error;
    if (inode->flags & INODE_APPEND &&
        ((o->flags & OPEN_WRITE && !(o->flags & OPEN_APPEND)) ||
         o->flags & OPEN_TRUNCATE))
        return -EPERM;
    if (o->flags & OPEN_NOATIME && !inode_owner_or_capable(o->who, inode))
        return -EPERM;
    return 0;
}

static int truncate_opened(struct opening *o, struct file *f)
{
    struct set_attributes set = {
        .valid = SET_SIZE | SET_TRUNCATE,
        .size = 0,
    };

    if (!(f->access & FILE_WRITER)) {
        int error = mount_get_write(o->path.mnt);

        if (error)
            return error;
        error = vfs_set_attributes(o->who, &o->path, &set);
        mount_put_write(o->path.mnt);
        return error;
    }
    return vfs_set_attributes(o->who, &o->path, &set);
}

static int open_found(struct opening *o, struct file **out)
{
    struct inode *inode = o->path.dentry->inode;
    struct file *f;
    int error;

    if (o->flags & OPEN_CREATE && !o->created) {
        if (o->flags & OPEN_EXCLUSIVE)
            return -EEXIST;
        if (S_ISDIR(inode->mode))
            return -EISDIR;
    }
    if (o->flags & OPEN_DIRECTORY && !S_ISDIR(inode->mode))
        return -ENOTDIR;
    if (o->flags & OPEN_TRUNCATE && S_ISREG(inode->mode) && !o->created) {
        error = mount_get_write(o->path.mnt);
        if (error)
            return error;
        mount_put_write(o->path.mnt);
    }
    error = check_rights(o);
    if (!error)
        error = may_open(o);
    if (error)
        return error;
    f = file_open_path(o->who, &o->path, o->flags);
    if (IS_ERR(f))
        return (int)PTR_ERR(f);
    if (o->flags & OPEN_TRUNCATE && S_ISREG(inode->mode) && !o->created) {
        error = truncate_opened(o, f);
        if (error) {
            object_put(&f->device.object);
            return error;
        }
    }
    *out = f;
    return 0;
}

/* The name does not exist: make a regular file. dir is locked for writing. */
static int create_last(struct opening *o, struct path_parent *p,
                       struct dentry *d)
{
    struct inode *dir = p->parent.dentry->inode;
    int error = mount_get_write(p->parent.mnt);

    if (error)
        return error;
    error = -ENOENT;
    if (dir->flags & INODE_DEAD)
        goto out;
    error = -EACCES;
    if (o->who->flags & CALLER_CAPABILITY && !(p->rights & RIGHT_CREATE))
        goto out;
    error = inode_permission(o->who, dir, MAY_WRITE | MAY_EXEC);
    if (error)
        goto out;
    error = -EACCES;
    if (!dir->ops->create)
        goto out;
    error = dir->ops->create(o->who, dir, d, S_IFREG | (o->mode & S_IALLUGO));
    if (error)
        goto out;
    o->created = true;
    o->flags &= ~(u32)OPEN_TRUNCATE;
    watch_name(dir, d, WATCH_CREATE);
out:
    mount_put_write(p->parent.mnt);
    return error;
}

s32 protected_fifos, protected_regular;

/* O_CREAT finds a file of somebody else in a sticky directory: it may have been
 * put there for who expected to make it (/proc/sys/fs/protected_regular). */
static bool may_create_over(const struct opening *o, const struct inode *dir)
{
    const struct inode *inode = o->path.dentry->inode;
    s32 level = S_ISFIFO(inode->mode)  ? READ_ONCE(protected_fifos)
                : S_ISREG(inode->mode) ? READ_ONCE(protected_regular)
                                       : 0;

    if (!level || !(dir->mode & S_ISVTX) || kuid_equal(inode->uid, dir->uid) ||
        kuid_equal(inode->uid, o->who->cred->fsuid))
        return true;
    return !(dir->mode & 02) && !(dir->mode & 020 && level >= 2);
}

static bool is_scoped(const struct opening *o)
{
    return o->walk & (WALK_BENEATH | WALK_IN_ROOT | WALK_NO_XDEV) ||
           o->who->flags & CALLER_CAPABILITY;
}

/* Look the last component up, create it if need be. 1: it is a symlink to go
 * on with, whose text is *link (NULL for a scoped walk). */
static int open_last(struct opening *o, struct path_parent *p, char **link)
{
    struct inode *dir = p->parent.dentry->inode;
    struct dentry *d;
    int error;

    if (p->kind != LAST_NORMAL) {
        o->path = p->parent;
        path_get(&o->path);
        if (p->kind == LAST_DOTDOT) {
            path_put(&o->path);
            return path_lookup_from(o->who, &p->parent, "..", 0, &o->path);
        }
        return 0;
    }
    if (p->trailing_slash)
        return -EISDIR;
    error = inode_permission(o->who, dir, MAY_EXEC);
    if (error)
        return error;
    if (p->last.length > NAME_MAX)
        return -ENAMETOOLONG;
    d = dentry_find(p->parent.dentry, &p->last);
    if (!d || dentry_negative(d) || d->flags & DENTRY_REVALIDATE) {
        if (d)
            dentry_put(d);
        write_lock(&dir->lock);
        d = path_lookup_child(o->who, p->parent.dentry, &p->last, true);
        error = PTR_ERR_OR_ZERO(d);
        if (!error && dentry_negative(d)) {
            error = create_last(o, p, d);
            if (error)
                dentry_put(d);
        }
        write_unlock(&dir->lock);
        if (error)
            return error;
    }
    o->path.mnt = mount_get(p->parent.mnt);
    o->path.dentry = d;
    if (o->created)
        return 0;
    path_descend_mounts(&o->path);
    if (!S_ISLNK(o->path.dentry->inode->mode)) {
        if (may_create_over(o, dir))
            return 0;
        path_put(&o->path);
        o->path = (struct path){NULL, NULL};
        return -EACCES;
    }
    if (o->flags & OPEN_EXCLUSIVE)
        error = -EEXIST;
    else if (!(o->walk & WALK_FOLLOW))
        error = -ELOOP;
    else
        error = path_may_follow(o->who, dir, &o->path, true, o->walk);
    if (!error)
        error = 1;
    /* A walk that must stay somewhere starts again with the whole name. */
    if (error == 1 && !is_scoped(o)) {
        struct inode *inode = o->path.dentry->inode;

        if (inode->ops->follow_link) {
            struct path to;
            int done = inode->ops->follow_link(o->who, o->path.dentry, &to);

            if (done <= 0) {
                path_put(&o->path);
                if (!done)
                    o->path = to;
                return done;
            }
        }
        *link = path_read_link(o->who, &o->path);
        if (IS_ERR(*link))
            error = (int)PTR_ERR(*link);
    }
    path_put(&o->path);
    o->path = (struct path){NULL, NULL};
    return error;
}

static int lookup_creating(struct opening *o, int dirfd, const char *name)
{
    struct path_parent p;
    char *link = NULL;
    u32 links = 0;
    int error;

    error = path_parent(o->who, dirfd, name, o->walk, &p);
    while (!error) {
        struct path base;
        char *text;

        o->rights = p.rights;
        link = NULL;
        error = open_last(o, &p, &link);
        if (error != 1) {
            path_parent_done(&p);
            break;
        }
        base = p.parent;
        path_get(&base);
        path_parent_done(&p);
        text = link;
        if (++links > LINK_MAX)
            error = -ELOOP;
        else if (is_scoped(o))
            /* The whole name again, now that it is known to exist. */
            error = path_lookup_rights(o->who, dirfd, name, o->walk, &o->path,
                                       &o->rights);
        else
            error = path_parent_from(o->who, &base, text, o->walk, &p);
        path_put(&base);
        if (!error && o->path.dentry) {
            kfree(text);
            break;
        }
        /* p.last lies in the link's text, unless another link led on. */
        if (!error && !p.link_text)
            p.link_text = text;
        else
            kfree(text);
    }
    return error;
}

static int open_tmpfile(struct opening *o, int dirfd, const char *name,
                        struct file **out)
{
    struct inode *dir, *inode;
    struct path where, path;
    int error = path_lookup_rights(
        o->who, dirfd, name, o->walk | WALK_DIRECTORY, &where, &o->rights);

    if (error)
        return error;
    error = check_rights(o);
    if (error)
        goto out_path;
    dir = where.dentry->inode;
    error = mount_get_write(where.mnt);
    if (error)
        goto out_path;
    error = inode_permission(o->who, dir, MAY_WRITE | MAY_EXEC);
    if (error)
        goto out_write;
    error = -EOPNOTSUPP;
    if (!dir->ops->tmpfile)
        goto out_write;
    inode = dir->ops->tmpfile(o->who, dir, S_IFREG | (o->mode & S_IALLUGO));
    error = PTR_ERR_OR_ZERO(inode);
    if (error)
        goto out_write;
    if (o->flags & OPEN_EXCLUSIVE)
        inode_clear_flag(inode, INODE_LINKABLE);
    path.mnt = where.mnt;
    path.dentry = dentry_alloc_tmpfile(where.dentry, inode);
    error = -ENOMEM;
    if (!path.dentry)
        goto out_write;
    *out = file_open_path(o->who, &path, o->flags & ~(u32)OPEN_TRUNCATE);
    error = PTR_ERR_OR_ZERO(*out);
    dentry_put(path.dentry);
out_write:
    mount_put_write(where.mnt);
out_path:
    path_put(&where);
    return error;
}

static int open_o_path(struct opening *o, int dirfd, const char *name,
                       struct file **out)
{
    int error =
        path_lookup_rights(o->who, dirfd, name, o->walk, &o->path, &o->rights);

    if (error)
        return error;
    *out = file_open_path(o->who, &o->path, OPEN_PATH);
    path_put(&o->path);
    return PTR_ERR_OR_ZERO(*out);
}

int vfs_open(struct caller *who, int dirfd, const char *name,
             const struct open_args *args, struct file **out, u32 *rights)
{
    struct opening o = {
        .who = who,
        .flags = args->flags,
        .access = access_mask(args->flags),
        .rights = RIGHT_ALL,
        .walk = args->resolve,
    };
    int error;

    o.mode = args->mode & ~(who->fs ? who->fs->umask : 0);
    if (!(o.flags & (OPEN_NOFOLLOW)) &&
        !((o.flags & (OPEN_CREATE | OPEN_EXCLUSIVE)) ==
          (OPEN_CREATE | OPEN_EXCLUSIVE)))
        o.walk |= WALK_FOLLOW;
    if (o.flags & OPEN_DIRECTORY)
        o.walk |= WALK_DIRECTORY;
    if (o.flags & OPEN_EMPTY)
        o.walk |= WALK_EMPTY;
    if (o.flags & OPEN_PATH) {
        error = open_o_path(&o, dirfd, name, out);
    } else if (o.flags & OPEN_TMPFILE) {
        error = open_tmpfile(&o, dirfd, name, out);
    } else {
        if (o.flags & OPEN_CREATE) {
            error = lookup_creating(&o, dirfd, name);
        } else {
            error = path_lookup_rights(who, dirfd, name, o.walk, &o.path,
                                       &o.rights);
        }
        if (!error) {
            error = open_found(&o, out);
            path_put(&o.path);
        }
    }
    if (error)
        return error;
    if (!(o.flags & OPEN_PATH))
        watch_dentry((*out)->path.dentry, WATCH_OPEN);
    *rights = file_rights(*out);
    if (who->flags & CALLER_CAPABILITY)
        *rights &= rights_beneath(o.rights);
    return 0;
}

struct grant *vfs_open_grant(struct caller *who, int dirfd, const char *name,
                             const struct open_args *args)
{
    struct file *f;
    u32 rights;
    int error = vfs_open(who, dirfd, name, args, &f, &rights);

    return error ? ERR_PTR(error) : grant_create(&f->device.object, rights);
}
