/*
 * Taking names away and moving them: unlink, rmdir, rename.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "fs/watch.h"

static bool sticky_forbids(struct caller *who, const struct inode *dir,
                           const struct inode *inode)
{
    if (!(dir->mode & S_ISVTX))
        return false;
    if (kuid_equal(inode->uid, who->cred->fsuid) ||
        kuid_equal(dir->uid, who->cred->fsuid))
        return false;
    return !inode_capable(who, inode, CAP_FOWNER);
}

/* May the entry d (positive) of dir go? Linux's order of errors. */
static int may_delete(struct caller *who, struct inode *dir, struct dentry *d,
                      bool directory)
{
    struct inode *inode = d->inode;
    int error = inode_permission(who, dir, MAY_WRITE | MAY_EXEC);

    if (error)
        return error;
    if (dir->flags & INODE_APPEND || sticky_forbids(who, dir, inode) ||
        inode->flags & (INODE_APPEND | INODE_IMMUTABLE))
        return -EPERM;
    if (directory) {
        if (!S_ISDIR(inode->mode))
            return -ENOTDIR;
        if (d->flags & DENTRY_ROOT)
            return -EBUSY;
    } else if (S_ISDIR(inode->mode)) {
        return -EISDIR;
    }
    return dir->flags & INODE_DEAD ? -ENOENT : 0;
}

static int check_create_right(const struct caller *who, u32 rights)
{
    return who->flags & CALLER_CAPABILITY && !(rights & RIGHT_CREATE) ? -EACCES
                                                                      : 0;
}

/* The name is gone, and the inode with it if nobody else has it open. */
static void report_removed(struct inode *dir, struct dentry *d)
{
    if (likely(!atomic_load(&watch_count)))
        return;
    if (d->inode->nlink == 0 && atomic_load(&d->refs) == 1)
        watch_inode_gone(d->inode);
    watch_report_name(
        dir, d->name, d->inode,
        WATCH_DELETE | (S_ISDIR(d->inode->mode) ? WATCH_ISDIR : 0), 0);
}

static int unlink_locked(struct caller *who, struct path_parent *p,
                         struct dentry *d)
{
    struct inode *dir = p->parent.dentry->inode, *inode = d->inode;
    int error;

    if (!inode)
        return -ENOENT;
    if (p->trailing_slash)
        return S_ISDIR(inode->mode) ? -EISDIR : -ENOTDIR;
    error = check_create_right(who, p->rights);
    if (!error)
        error = may_delete(who, dir, d, false);
    if (error)
        return error;
    if (!dir->ops->unlink)
        return -EPERM;
    write_lock_nested(&inode->lock, 2);
    if (d->flags & DENTRY_MOUNTED)
        error = -EBUSY;
    else
        error = dir->ops->unlink(dir, d);
    write_unlock(&inode->lock);
    return error;
}

/* The parent is taken over. */
static int unlink_last(struct caller *who, struct path_parent *p)
{
    struct inode *dir;
    struct dentry *d;
    int error = -EISDIR;

    if (p->kind != LAST_NORMAL)
        goto out_parent;
    error = mount_get_write(p->parent.mnt);
    if (error)
        goto out_parent;
    dir = p->parent.dentry->inode;
    error = inode_permission(who, dir, MAY_EXEC);
    if (error)
        goto out_write;
    write_lock(&dir->lock);
    d = path_lookup_child(who, p->parent.dentry, &p->last, true);
    error = PTR_ERR_OR_ZERO(d);
    if (!error) {
        error = unlink_locked(who, p, d);
        if (!error)
            dentry_unlink(d);
    }
    write_unlock(&dir->lock);
    if (!IS_ERR(d)) {
        if (!error) {
            watch_inode(d->inode, WATCH_ATTRIB);
            report_removed(dir, d);
        }
        dentry_put(d); /* the last one frees the file's body */
    }
out_write:
    mount_put_write(p->parent.mnt);
out_parent:
    path_parent_done(p);
    return error;
}

int vfs_unlink(struct caller *who, int dirfd, const char *name)
{
    struct path_parent p;
    int error = path_parent(who, dirfd, name, 0, &p);

    return error ? error : unlink_last(who, &p);
}

int vfs_unlink_from(struct caller *who, const struct path *base,
                    const char *name)
{
    struct path_parent p;
    int error = path_parent_from(who, base, name, 0, &p);

    return error ? error : unlink_last(who, &p);
}

static int rmdir_locked(struct caller *who, struct path_parent *p,
                        struct dentry *d)
{
    struct inode *dir = p->parent.dentry->inode, *inode = d->inode;
    int error;

    if (!inode)
        return -ENOENT;
    error = check_create_right(who, p->rights);
    if (!error)
        error = may_delete(who, dir, d, true);
    if (error)
        return error;
    if (!dir->ops->rmdir)
        return -EPERM;
    write_lock_nested(&inode->lock, 2);
    if (d->flags & DENTRY_MOUNTED)
        error = -EBUSY;
    else
        error = dir->ops->rmdir(dir, d);
    if (!error)
        inode_set_flag(inode, INODE_DEAD);
    write_unlock(&inode->lock);
    return error;
}

int vfs_rmdir(struct caller *who, int dirfd, const char *name)
{
    struct path_parent p;
    struct inode *dir;
    struct dentry *d;
    int error = path_parent(who, dirfd, name, 0, &p);

    if (error)
        return error;
    error = p.kind == LAST_DOTDOT ? -ENOTEMPTY
            : p.kind == LAST_DOT  ? -EINVAL
            : p.kind == LAST_ROOT ? -EBUSY
                                  : 0;
    if (!error)
        error = mount_get_write(p.parent.mnt);
    if (error)
        goto out_parent;
    dir = p.parent.dentry->inode;
    error = inode_permission(who, dir, MAY_EXEC);
    if (error)
        goto out_write;
    write_lock(&dir->lock);
    d = path_lookup_child(who, p.parent.dentry, &p.last, true);
    error = PTR_ERR_OR_ZERO(d);
    if (!error) {
        error = rmdir_locked(who, &p, d);
        if (!error)
            dentry_unlink(d);
    }
    write_unlock(&dir->lock);
    if (!IS_ERR(d)) {
        if (!error)
            report_removed(dir, d);
        dentry_put(d);
    }
out_write:
    mount_put_write(p.parent.mnt);
out_parent:
    path_parent_done(&p);
    return error;
}

/* ---------------------------------------------------------------- rename */

struct renaming {
    struct caller *who;
    struct path_parent from, to;
    struct inode *old_dir, *new_dir;
    struct dentry *old, *new; /* owned */
    u32 flags;
};

static void lock_directories(struct renaming *r)
{
    struct dentry *a = r->from.parent.dentry, *b = r->to.parent.dentry;

    if (a == b) {
        write_lock(&r->old_dir->lock);
        return;
    }
    mutex_lock(&a->sb->rename_lock);
    if (dentry_is_ancestor(b, a)) {
        write_lock(&r->new_dir->lock);
        write_lock_nested(&r->old_dir->lock, 1);
    } else {
        write_lock(&r->old_dir->lock);
        write_lock_nested(&r->new_dir->lock, 1);
    }
}

static void unlock_directories(struct renaming *r)
{
    write_unlock(&r->old_dir->lock);
    if (r->old_dir != r->new_dir) {
        write_unlock(&r->new_dir->lock);
        mutex_unlock(&r->from.parent.dentry->sb->rename_lock);
    }
}

static int rename_look_up(struct renaming *r)
{
    r->old =
        path_lookup_child(r->who, r->from.parent.dentry, &r->from.last, true);
    if (IS_ERR(r->old))
        return (int)PTR_ERR(r->old);
    if (dentry_negative(r->old))
        return -ENOENT;
    r->new = path_lookup_child(r->who, r->to.parent.dentry, &r->to.last, true);
    if (IS_ERR(r->new))
        return (int)PTR_ERR(r->new);
    if (r->flags & RENAME_NOREPLACE && !dentry_negative(r->new))
        return -EEXIST;
    if (r->flags & RENAME_EXCHANGE) {
        if (dentry_negative(r->new))
            return -ENOENT;
        if (!S_ISDIR(r->new->inode->mode) && r->to.trailing_slash)
            return -ENOTDIR;
    }
    if (!S_ISDIR(r->old->inode->mode)) {
        if (r->from.trailing_slash)
            return -ENOTDIR;
        if (!(r->flags & RENAME_EXCHANGE) && r->to.trailing_slash)
            return -ENOTDIR;
    }
    if (dentry_is_ancestor(r->old, r->to.parent.dentry))
        return -EINVAL;
    if (dentry_is_ancestor(r->new, r->from.parent.dentry))
        return r->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    return 0;
}

static int rename_permitted(struct renaming *r)
{
    struct inode *source = r->old->inode, *target = r->new->inode;
    bool directory = S_ISDIR(source->mode);
    bool exchange = r->flags & RENAME_EXCHANGE;
    int error = may_delete(r->who, r->old_dir, r->old, directory);

    if (error)
        return error;
    if (!target) {
        if (r->new_dir->flags & INODE_DEAD)
            return -ENOENT;
        error = inode_permission(r->who, r->new_dir, MAY_WRITE | MAY_EXEC);
    } else {
        error = may_delete(r->who, r->new_dir, r->new,
                           exchange ? S_ISDIR(target->mode) : directory);
    }
    if (error)
        return error;
    if (!r->old_dir->ops->rename)
        return -EPERM;
    /* A directory that gets another parent has its ".." written. */
    if (r->old_dir != r->new_dir) {
        if (directory)
            error = inode_permission(r->who, source, MAY_WRITE);
        if (!error && exchange && S_ISDIR(target->mode))
            error = inode_permission(r->who, target, MAY_WRITE);
    }
    if (!error && (r->old->flags & DENTRY_MOUNTED ||
                   (target && r->new->flags &DENTRY_MOUNTED)))
        error = -EBUSY;
    return error;
}

static void rename_report(struct renaming *r, struct dentry_name *old_name)
{
    u32 cookie, dir_bit;
    struct inode *inode = r->old->inode;

    if (likely(!atomic_load(&watch_count)))
        return;
    cookie = watch_cookie();
    dir_bit = S_ISDIR(inode->mode) ? WATCH_ISDIR : 0;
    if (r->old_dir == r->new_dir)
        watch_report_name(r->old_dir, old_name, inode, WATCH_RENAME | dir_bit,
                          0);
    watch_report_name(r->old_dir, old_name, inode, WATCH_MOVED_FROM | dir_bit,
                      cookie);
    watch_report_name(r->new_dir, r->old->name, inode, WATCH_MOVED_TO | dir_bit,
                      cookie);
    watch_report_inode(inode, WATCH_MOVE_SELF);
    if (r->new->inode && !(r->flags & RENAME_EXCHANGE)) {
        watch_report_inode(r->new->inode, WATCH_ATTRIB);
    }
}

/* What is left at the old name: a character device 0:0, nameless so far. */
static int prepare_whiteout(struct renaming *r, struct inode **inode,
                            struct dentry **d)
{
    const struct dentry_name *name = r->old->name;

    if (!r->old_dir->ops->tmpfile || !r->old_dir->ops->link)
        return -EINVAL;
    *inode = r->old_dir->ops->tmpfile(r->who, r->old_dir, S_IFCHR);
    if (IS_ERR(*inode))
        return (int)PTR_ERR(*inode);
    *d = dentry_alloc(r->from.parent.dentry,
                      (struct name_part){name->text, name->length, name->hash});
    if (*d)
        return 0;
    inode_put(*inode);
    *inode = NULL;
    return -ENOMEM;
}

/* A directory that is replaced goes before other inodes, and those by address:
 * with hard links, two renames can have the same two either way round. */
static void lock_renamed(struct inode *source, struct inode *target)
{
    struct inode *first = S_ISDIR(source->mode) ? NULL : source;
    struct inode *second = target;

    if (first && second && (S_ISDIR(second->mode) || second < first))
        swap(first, second);
    if (first)
        write_lock_nested(&first->lock, 2);
    if (second)
        write_lock_nested(&second->lock, 3);
}

static int rename_locked(struct renaming *r)
{
    struct inode *source = r->old->inode, *target = r->new->inode;
    bool exchange = r->flags & RENAME_EXCHANGE;
    struct dentry_name *name, *other = NULL, *reported;
    struct inode *whiteout = NULL;
    struct dentry *left = NULL;
    int error;

    if (source == target)
        return 0;
    error = rename_permitted(r);
    if (error)
        return error;
    if (r->flags & RENAME_WHITEOUT) {
        error = prepare_whiteout(r, &whiteout, &left);
        if (error)
            return error;
    }
    name = dentry_name_alloc(r->new->name);
    reported = dentry_name_alloc(r->old->name);
    if (exchange)
        other = dentry_name_alloc(r->old->name);
    error = -ENOMEM;
    if (!name || !reported || (exchange && !other))
        goto out_names;
    lock_renamed(source, target);
    error = r->old_dir->ops->rename(r->old_dir, r->old, r->new_dir, r->new,
                                    r->flags);
    if (!error) {
        if (target && !exchange && S_ISDIR(target->mode))
            inode_set_flag(target, INODE_DEAD);
        dentry_move(r->old, r->new, name, other);
        name = other = NULL;
        if (whiteout)
            r->old_dir->ops->link(r->old_dir, left, whiteout);
    }
    if (target)
        write_unlock(&target->lock);
    if (!S_ISDIR(source->mode))
        write_unlock(&source->lock);
    if (!error)
        rename_report(r, reported);
out_names:
    dentry_name_free(name);
    dentry_name_free(other);
    dentry_name_free(reported);
    if (left)
        dentry_put(left);
    if (whiteout)
        inode_put(whiteout);
    return error;
}

static int rename_parents(struct renaming *r)
{
    int error;

    if (r->from.parent.mnt != r->to.parent.mnt)
        return -EXDEV;
    if (r->from.kind != LAST_NORMAL)
        return -EBUSY;
    if (r->to.kind != LAST_NORMAL)
        return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    r->old_dir = r->from.parent.dentry->inode;
    r->new_dir = r->to.parent.dentry->inode;
    error = check_create_right(r->who, r->from.rights & r->to.rights);
    if (error)
        return error;
    error = mount_get_write(r->from.parent.mnt);
    if (error)
        return error;
    error = inode_permission(r->who, r->old_dir, MAY_EXEC);
    if (!error)
        error = inode_permission(r->who, r->new_dir, MAY_EXEC);
    if (error)
        goto out_write;
    lock_directories(r);
    error = rename_look_up(r);
    if (!error)
        error = rename_locked(r);
    unlock_directories(r);
    if (!IS_ERR_OR_NULL(r->new))
        dentry_put(r->new);
    if (!IS_ERR_OR_NULL(r->old))
        dentry_put(r->old);
out_write:
    mount_put_write(r->from.parent.mnt);
    return error;
}

int vfs_rename(struct caller *who, int old_dirfd, const char *old_name,
               int new_dirfd, const char *new_name, u32 flags)
{
    struct renaming r = {.who = who, .flags = flags};
    int error;

    if (flags & RENAME_EXCHANGE && flags != RENAME_EXCHANGE)
        return -EINVAL;
    if (flags & RENAME_WHITEOUT && !caller_capable_init(who, CAP_MKNOD))
        return -EPERM;
    error = path_parent(who, old_dirfd, old_name, 0, &r.from);
    if (error)
        return error;
    error = path_parent(who, new_dirfd, new_name, 0, &r.to);
    if (error)
        goto out_from;
    error = rename_parents(&r);
    path_parent_done(&r.to);
out_from:
    path_parent_done(&r.from);
    return error;
}
