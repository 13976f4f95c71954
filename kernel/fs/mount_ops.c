/*
 * mount(2), umount2(2), pivot_root(2): changes of the mount tree.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/mount_tree.h"
#include "fs/nsfs.h"
#include "fs/path.h"
#include "fs/super.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "proc/namespace.h"

static struct mount_namespace *caller_ns(struct caller *who)
{
    return who->ns && who->ns->mnt ? who->ns->mnt : mount_ns_first;
}

static bool may_mount(struct caller *who)
{
    if (who->flags & CALLER_KERNEL)
        return true;
    if (who->flags & CALLER_CAPABILITY)
        return false;
    return cred_capable_ns(who->cred, caller_ns(who)->head.owner,
                           CAP_SYS_ADMIN);
}

static u32 flags_from_ms(u64 ms)
{
    u32 flags = 0;

    if (!(ms & (MS_NOATIME | MS_STRICTATIME)))
        flags |= MOUNT_RELATIME;
    if (ms & MS_RDONLY)
        flags |= MOUNT_READ_ONLY;
    if (ms & MS_NOSUID)
        flags |= MOUNT_NOSUID;
    if (ms & MS_NODEV)
        flags |= MOUNT_NODEV;
    if (ms & MS_NOEXEC)
        flags |= MOUNT_NOEXEC;
    if (ms & MS_NOATIME)
        flags |= MOUNT_NOATIME;
    if (ms & MS_NODIRATIME)
        flags |= MOUNT_NODIRATIME;
    if (ms & MS_NOSYMFOLLOW)
        flags |= MOUNT_NOSYMFOLLOW;
    return flags;
}

/* Attach under mount_lock: m becomes part of where's namespace. */
static int attach_locked(struct mount *m, const struct path *where,
                         struct list_head *trash)
{
    struct inode *point = where->dentry->inode, *root = m->root->inode;
    struct mount *sub;
    int error;

    if (S_ISLNK(root->mode))
        return -EINVAL;
    if (S_ISDIR(point->mode) != S_ISDIR(root->mode))
        return -ENOTDIR;
    if (where->dentry->flags & DENTRY_DELETED || point->flags & INODE_DEAD)
        return -ENOENT;
    error = mount_propagate_attach(m, where->mnt, where->dentry, trash);
    if (error)
        return error;
    mount_tree_attach(m, where->mnt, where->dentry);
    if (where->mnt->ns) {
        for (sub = m; sub; sub = mount_tree_next(sub, m))
            mount_ns_add(where->mnt->ns, sub);
        mount_ns_changed(where->mnt->ns);
    }
    return 0;
}

int mount_attach(struct mount *m, const struct path *where)
{
    struct path top = *where;
    LIST_HEAD(trash);
    int error;

    path_descend_mounts_get(&top);
    mutex_lock(&mount_lock);
    error = attach_locked(m, &top, &trash);
    mutex_unlock(&mount_lock);
    mount_trash_empty(&trash);
    if (error)
        mount_put(m);
    path_put(&top);
    return error;
}

static bool may_mount_type(struct caller *who,
                           const struct file_system_type *type)
{
    if (who->flags & CALLER_KERNEL)
        return true;
    if (type->owner)
        return cred_capable_ns(who->cred, type->owner(who), CAP_SYS_ADMIN);
    return type->flags & FST_USERNS_MOUNT ||
           caller_capable_init(who, CAP_SYS_ADMIN);
}

/* Does m show all of its filesystem, to one who is as free as `flags` want? */
static bool shows_all(const struct mount *m, u32 flags)
{
    const u32 atime = MOUNT_NOATIME | MOUNT_NODIRATIME | MOUNT_RELATIME;
    struct mount *child;

    if (m->root != m->sb->root ||
        ((m->locked_flags & MOUNT_READ_ONLY ||
          m->sb->flags & SUPER_READ_ONLY) &&
         !(flags & MOUNT_READ_ONLY)) ||
        (m->locked_flags & MOUNT_LOCK_ATIME && (m->flags ^ flags) & atime))
        return false;
    list_for_each_entry (child, &m->children, sibling)
        if (child->flags & MOUNT_LOCKED &&
            !(child->mountpoint->inode->flags & INODE_EMPTY))
            return false;
    return true;
}

/* A user namespace gets no fresh view of what was hidden from it: processes,
 * devices. What it may do, a mount that it sees must let it do; what is locked
 * there is locked in the new one: *locked. */
static bool too_revealing(struct caller *who,
                          const struct file_system_type *type, u32 flags,
                          u32 *locked)
{
    struct mount_namespace *ns = caller_ns(who);
    bool found = false;
    struct mount *m;

    if (!(type->flags & FST_REVEALING) || !ns->head.owner ||
        !ns->head.owner->parent)
        return false;
    mutex_lock(&mount_lock);
    list_for_each_entry (m, &ns->mounts, ns_link) {
        if (m->sb->type != type || !shows_all(m, flags))
            continue;
        *locked = m->locked_flags & (MOUNT_READ_ONLY | MOUNT_LOCK_ATIME);
        if (m->sb->flags & SUPER_READ_ONLY)
            *locked |= MOUNT_READ_ONLY;
        found = true;
        break;
    }
    mutex_unlock(&mount_lock);
    return !found;
}

static int new_mount(struct caller *who, const struct path *where,
                     const char *source, const char *type_name, u64 flags,
                     const char *options)
{
    struct file_system_type *type;
    struct super_block *sb;
    u32 locked = 0;
    struct mount *m;

    if (!type_name)
        return -EINVAL;
    type = file_system_find(type_name);
    if (!type || type->flags & FST_INTERNAL)
        return -ENODEV;
    if (!may_mount_type(who, type))
        return -EPERM;
    if (where->mnt->ns != caller_ns(who))
        return -EINVAL;
    sb = type->create(who, type, source ? source : "none", options);
    if (IS_ERR(sb))
        return (int)PTR_ERR(sb);
    if (too_revealing(who, type, flags_from_ms(flags), &locked)) {
        super_put(sb);
        return -EPERM;
    }
    if (!(type->flags & FST_SHARED)) {
        if (flags & MS_RDONLY)
            sb->flags |= SUPER_READ_ONLY;
        if (flags & MS_SYNCHRONOUS)
            sb->flags |= SUPER_SYNCHRONOUS;
        flags &= ~MS_RDONLY;
        /* Who has privileges there may change it, also by remounting. */
        user_namespace_put(sb->user_ns);
        sb->user_ns = user_namespace_get(who->cred->user_ns);
    }
    if (where->mnt->sb == sb && where->mnt->root == where->dentry) {
        super_put(sb);
        return -EBUSY;
    }
    m = mount_create(sb, sb->root, source ? source : "none",
                     flags_from_ms(flags));
    if (IS_ERR(m))
        return (int)PTR_ERR(m);
    m->locked_flags |= locked;
    if (locked & MOUNT_READ_ONLY)
        m->flags |= MOUNT_READ_ONLY;
    return mount_attach(m, where);
}

/* What is mounted here, and files that name namespaces; but not a mount
 * namespace within itself or an older one: it would never end. */
static bool may_bind(struct caller *who, const struct path *from)
{
    const struct namespace *ns = nsfs_dentry_namespace(from->dentry);

    if (ns && ns->type->kind == NS_MNT &&
        (s32)(ns->inum - caller_ns(who)->head.inum) <= 0)
        return false;
    if (from->mnt->ns != caller_ns(who) && !ns)
        return false;
    return !(from->mnt->flags & MOUNT_UNBINDABLE);
}

/* Without what is mounted below, a copy would show what that hides. */
static bool has_locked_children(struct mount *m, struct dentry *root)
{
    struct mount *child;

    list_for_each_entry (child, &m->children, sibling)
        if (child->flags & MOUNT_LOCKED &&
            dentry_is_ancestor(root, child->mountpoint))
            return true;
    return false;
}

static int bind_mount(struct caller *who, const struct path *where,
                      const char *source, bool recursive)
{
    struct path from, top = *where;
    struct mount *copy;
    LIST_HEAD(trash);
    int error;

    if (!source || !*source)
        return -EINVAL;
    error = path_lookup(who, AT_FDCWD, source, WALK_FOLLOW, &from);
    if (error)
        return error;
    path_descend_mounts_get(&top);
    mutex_lock(&mount_lock);
    error = -EINVAL;
    if (!may_bind(who, &from) || top.mnt->ns != caller_ns(who))
        goto out;
    if (!recursive && has_locked_children(from.mnt, from.dentry))
        goto out;
    copy = mount_tree_copy(from.mnt, from.dentry, recursive, &trash);
    error = PTR_ERR_OR_ZERO(copy);
    if (error)
        goto out;
    copy->flags &= ~(u32)MOUNT_LOCKED;
    error = attach_locked(copy, &top, &trash);
    if (error)
        mount_tree_take_apart(copy, &trash);
out:
    mutex_unlock(&mount_lock);
    mount_trash_empty(&trash);
    path_put(&top);
    path_put(&from);
    return error;
}

static int move_mount(struct caller *who, const struct path *where,
                      const char *source)
{
    struct path from, top = *where;
    struct mount *parent = NULL;
    int error;

    if (!source || !*source)
        return -EINVAL;
    error = path_lookup(who, AT_FDCWD, source, WALK_FOLLOW, &from);
    if (error)
        return error;
    path_descend_mounts_get(&top);
    mutex_lock(&mount_lock);
    error = -EINVAL;
    if (from.dentry != from.mnt->root || from.mnt->ns != caller_ns(who) ||
        top.mnt->ns != caller_ns(who) || !from.mnt->mountpoint ||
        from.mnt->flags & MOUNT_LOCKED || from.mnt->parent->peer_group)
        goto out;
    if (S_ISDIR(from.dentry->inode->mode) != S_ISDIR(top.dentry->inode->mode))
        goto out;
    error = -ELOOP;
    for (struct mount *m = top.mnt;; m = m->parent) {
        if (m == from.mnt)
            goto out;
        if (m->parent == m)
            break;
    }
    parent = mount_tree_detach(from.mnt);
    mount_tree_attach(from.mnt, top.mnt, top.dentry);
    mount_ns_changed(from.mnt->ns);
    error = 0;
out:
    mutex_unlock(&mount_lock);
    if (parent)
        mount_put(parent);
    path_put(&top);
    path_put(&from);
    return error;
}

/* Whether anybody writes through any mount of sb, whatever its namespace. */
static bool super_has_writers(struct super_block *sb)
{
    struct mount *m;
    bool found = false;

    spin_lock(&sb->mounts_lock);
    list_for_each_entry (m, &sb->mounts, sb_link)
        found |= atomic_load(&m->writers) > 0;
    spin_unlock(&sb->mounts_lock);
    return found;
}

static int set_super_read_only(struct super_block *sb, bool read_only)
{
    u32 old = sb->flags;

    if (!read_only) {
        WRITE_ONCE(sb->flags, old & ~(u32)SUPER_READ_ONLY);
        return 0;
    }
    WRITE_ONCE(sb->flags, old | (u32)SUPER_READ_ONLY);
    smp_mb();
    if (super_has_writers(sb)) {
        WRITE_ONCE(sb->flags, old);
        return -EBUSY;
    }
    return 0;
}

static int set_mount_flags(struct mount *m, u32 flags)
{
    u32 old = m->flags;

    WRITE_ONCE(m->flags, (old & ~MOUNT_USER_FLAGS) | flags);
    smp_mb();
    if (flags & MOUNT_READ_ONLY && !(old & MOUNT_READ_ONLY) &&
        atomic_load(&m->writers) > 0) {
        WRITE_ONCE(m->flags, old);
        return -EBUSY;
    }
    return 0;
}

static bool may_change_flags(const struct mount *m, u32 flags)
{
    u32 atime = MOUNT_NOATIME | MOUNT_NODIRATIME | MOUNT_RELATIME;

    return !(m->locked_flags & ~flags & ~(u32)MOUNT_LOCK_ATIME) &&
           (!(m->locked_flags & MOUNT_LOCK_ATIME) ||
            !((m->flags ^ flags) & atime));
}

static int remount(struct caller *who, const struct path *where, u64 flags,
                   const char *options)
{
    struct mount *m = where->mnt;
    int error = -EINVAL;
    u32 mount_flags = flags_from_ms(flags);

    mutex_lock(&mount_lock);
    if (m->ns != caller_ns(who) || where->dentry != m->root)
        goto out;
    error = -EPERM;
    if (!may_change_flags(m, mount_flags))
        goto out;
    if (!(flags & MS_BIND) && !(who->flags & CALLER_KERNEL) &&
        !cred_capable_ns(who->cred, m->sb->user_ns, CAP_SYS_ADMIN))
        goto out;
    if (flags & MS_BIND) {
        error = set_mount_flags(m, mount_flags);
    } else {
        error = 0;
        if (m->sb->ops->remount)
            error = m->sb->ops->remount(m->sb, options);
        if (!error)
            error = set_super_read_only(m->sb, flags & MS_RDONLY);
        if (!error)
            error = set_mount_flags(m, mount_flags & ~(u32)MOUNT_READ_ONLY);
    }
    if (!error)
        mount_ns_changed(m->ns);
out:
    mutex_unlock(&mount_lock);
    return error;
}

static int change_type(struct caller *who, const struct path *where, u64 flags)
{
    u64 type = flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE);
    struct mount *top = where->mnt, *m;

    if (flags & ~(type | MS_REC | MS_SILENT) || type & (type - 1))
        return -EINVAL;
    if (where->dentry != top->root)
        return -EINVAL;
    mutex_lock(&mount_lock);
    if (top->ns != caller_ns(who)) {
        mutex_unlock(&mount_lock);
        return -EINVAL;
    }
    for (m = top; m; m = flags & MS_REC ? mount_tree_next(m, top) : NULL) {
        if (type == MS_SHARED)
            mount_make_shared(m);
        else if (type == MS_SLAVE)
            mount_make_slave(m);
        else
            mount_make_private(m);
        if (type == MS_UNBINDABLE)
            m->flags |= MOUNT_UNBINDABLE;
    }
    mutex_unlock(&mount_lock);
    return 0;
}

int vfs_mount(struct caller *who, const char *source, const char *target,
              const char *type, u64 flags, const char *options)
{
    struct path where;
    int error;

    if ((flags & 0xffff0000) == 0xc0ed0000)
        flags &= 0xffff; /* the old magic number */
    error = path_lookup(who, AT_FDCWD, target, WALK_FOLLOW, &where);
    if (error)
        return error;
    error = -EPERM;
    if (!may_mount(who))
        goto out;
    if (flags & MS_REMOUNT)
        error = remount(who, &where, flags, options);
    else if (flags & MS_BIND)
        error = bind_mount(who, &where, source, flags & MS_REC);
    else if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
        error = change_type(who, &where, flags);
    else if (flags & MS_MOVE)
        error = move_mount(who, &where, source);
    else
        error = new_mount(who, &where, source, type, flags, options);
out:
    path_put(&where);
    return error;
}

/* ---------------------------------------------------------------- umount */

static int umount_root(struct mount *m)
{
    int error = 0;

    if (!(m->sb->flags & SUPER_READ_ONLY)) {
        mutex_lock(&mount_lock);
        error = set_super_read_only(m->sb, true);
        mutex_unlock(&mount_lock);
    }
    return error;
}

static int umount_path(struct caller *who, struct path *path, u32 flags)
{
    struct mount *m = path->mnt;
    struct mount_namespace *ns;
    struct path root;
    LIST_HEAD(trash);
    int error;

    if (!may_mount(who))
        return -EPERM;
    if (path->dentry != m->root || m->ns != caller_ns(who) ||
        m->flags & MOUNT_LOCKED)
        return -EINVAL;
    if (flags & MNT_FORCE && !caller_capable_init(who, CAP_SYS_ADMIN))
        return -EPERM;
    if (who->fs && !(flags & MNT_DETACH)) {
        bool is_root;

        error = fs_context_root(who->fs, &root);
        if (error)
            return error;
        is_root = root.mnt == m;
        path_put(&root);
        if (is_root)
            return umount_root(m);
    }
    mutex_lock(&mount_lock);
    ns = m->ns;
    error = -EINVAL;
    if (!m->mountpoint || !ns)
        goto out;
    error = -EBUSY;
    if (!(flags & MNT_DETACH) &&
        (!list_empty(&m->children) || refcount_read(&m->refs) > 2))
        goto out;
    if (flags & MNT_EXPIRE) {
        error = -EAGAIN;
        if (!m->expiring) {
            m->expiring = true;
            goto out;
        }
    }
    mount_propagate_detach(m, &trash);
    mount_tree_take_apart(m, &trash);
    mount_ns_changed(ns);
    error = 0;
out:
    mutex_unlock(&mount_lock);
    mount_trash_empty(&trash);
    return error;
}

int vfs_umount(struct caller *who, const char *target, u32 flags)
{
    struct path path, top;
    int error;

    if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    if (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH))
        return -EINVAL;
    error = path_lookup(who, AT_FDCWD, target,
                        flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW, &path);
    if (error)
        return error;
    /* What is mounted on top of a current directory: after pivot_root(".", ".")
     * that is the old root. */
    top = path;
    path_descend_mounts_get(&top);
    path_put(&path);
    error = umount_path(who, &top, flags);
    path_put(&top);
    return error;
}

/* ------------------------------------------------------------ pivot_root */

static bool below(const struct path *inner, const struct path *outer)
{
    struct mount *m = inner->mnt;
    struct dentry *d = inner->dentry;

    while (m != outer->mnt) {
        if (m->parent == m)
            return false;
        d = m->mountpoint;
        m = m->parent;
    }
    return dentry_is_ancestor(outer->dentry, d);
}

static int pivot(struct caller *who, struct path *new_root,
                 struct path *put_old, struct path *root)
{
    struct mount *new_mnt = new_root->mnt, *old_mnt = root->mnt;
    struct mount *new_parent, *old_parent;
    struct dentry *old_point;
    struct mount_namespace *ns = caller_ns(who);

    if (new_mnt->ns != ns || old_mnt->ns != ns || put_old->mnt->ns != ns ||
        new_mnt->flags & MOUNT_LOCKED || new_mnt->parent->peer_group ||
        old_mnt->parent->peer_group || put_old->mnt->peer_group)
        return -EINVAL;
    if (new_root->dentry->flags & DENTRY_DELETED)
        return -ENOENT;
    if (new_mnt == old_mnt || put_old->mnt == old_mnt)
        return -EBUSY;
    if (root->dentry != old_mnt->root || !old_mnt->mountpoint ||
        new_root->dentry != new_mnt->root || !new_mnt->mountpoint)
        return -EINVAL;
    if (!below(put_old, new_root) || !below(new_root, root))
        return -EINVAL;
    new_parent = mount_tree_detach(new_mnt);
    /* What the old root hid from a less privileged namespace, the new one hides
     * now: the old one may go. */
    if (old_mnt->flags & MOUNT_LOCKED) {
        new_mnt->flags |= MOUNT_LOCKED;
        old_mnt->flags &= ~(u32)MOUNT_LOCKED;
    }
    old_point = dentry_get(old_mnt->mountpoint);
    old_parent = mount_tree_detach(old_mnt);
    mount_tree_attach(old_mnt, put_old->mnt, put_old->dentry);
    mount_tree_attach(new_mnt, old_parent, old_point);
    mount_ns_changed(ns);
    dentry_put(old_point);
    refcount_dec(&new_parent->refs);
    refcount_dec(&old_parent->refs);
    return 0;
}

int vfs_pivot_root(struct caller *who, const char *new_name,
                   const char *old_name)
{
    struct path new_root, put_old, root;
    int error;

    if (!may_mount(who))
        return -EPERM;
    error = path_lookup(who, AT_FDCWD, new_name, WALK_FOLLOW | WALK_DIRECTORY,
                        &new_root);
    if (error)
        return error;
    error = path_lookup(who, AT_FDCWD, old_name, WALK_FOLLOW | WALK_DIRECTORY,
                        &put_old);
    if (error)
        goto out_new;
    error = fs_context_root(who->fs, &root);
    if (error)
        goto out_old;
    mutex_lock(&mount_lock);
    error = pivot(who, &new_root, &put_old, &root);
    mutex_unlock(&mount_lock);
    if (!error)
        fs_context_replace_all(&root, &new_root);
    path_put(&root);
out_old:
    path_put(&put_old);
out_new:
    path_put(&new_root);
    return error;
}
