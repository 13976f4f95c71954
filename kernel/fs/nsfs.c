#include "fs/nsfs.h"

#include "core/caller.h"
#include "core/object.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/proc_pid.h"
#include "fs/pseudo.h"
#include "fs/super.h"
#include "lib/printf.h"
#include "proc/namespace.h"
#include "proc/task.h"
#include "vm/user.h"

#define NSFS_MAGIC 0x6e736673

/* ioctls (linux/nsfs.h) */
#define NS_GET_USERNS    0xb701u
#define NS_GET_PARENT    0xb702u
#define NS_GET_NSTYPE    0xb703u
#define NS_GET_OWNER_UID 0xb704u

/* ------------------------------------------------------------------ files */

struct namespace *nsfs_namespace(struct object *obj)
{
    struct file *f = file_from_object(obj);

    return f && obj->kind == OBJECT_FILE ? nsfs_dentry_namespace(f->path.dentry)
                                         : NULL;
}

static long open_for(struct caller *who, struct namespace *ns)
{
    struct path path;
    struct file *f;
    int error = nsfs_path(ns, &path);

    if (error)
        return error;
    f = file_open_path(who, &path, OPEN_READ);
    path_put(&path);
    if (IS_ERR(f))
        return PTR_ERR(f);
    struct grant *g = grant_create(file_object(f), file_rights(f));

    return IS_ERR(g) ? PTR_ERR(g) : handle_add(who, g, HANDLE_CLOEXEC);
}

/* Only what is at or below the caller's own user namespace is shown. */
static long open_owner(struct caller *who, struct namespace *ns)
{
    if (!ns->owner || !user_namespace_is_below(ns->owner, who->cred->user_ns))
        return -EPERM;
    return open_for(who, &user_namespace_get(ns->owner)->head);
}

static long open_parent(struct caller *who, struct namespace *ns)
{
    struct namespace *parent;

    if (!ns->type->parent)
        return -EINVAL;
    parent = ns->type->parent(ns, who->task);
    return IS_ERR(parent) ? PTR_ERR(parent) : open_for(who, parent);
}

static long nsfs_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg)
{
    struct namespace *ns = nsfs_namespace(obj);
    struct user_namespace *user;

    /* In capability mode nothing comes out of a handle but itself. */
    if (who->flags & CALLER_CAPABILITY &&
        (cmd == NS_GET_USERNS || cmd == NS_GET_PARENT))
        return -EPERM;
    switch (cmd) {
    case NS_GET_USERNS:
        return open_owner(who, ns);
    case NS_GET_PARENT:
        return open_parent(who, ns);
    case NS_GET_NSTYPE:
        return (long)ns->type->flag;
    case NS_GET_OWNER_UID:
        if (ns->type->kind != NS_USER)
            return -EINVAL;
        user = container_of(ns, struct user_namespace, head);
        return user_write32(
            who->mm, arg,
            uid_from_kernel(who->cred->user_ns, (kuid_t){user->owner_uid}));
    default:
        return -ENOTTY;
    }
}

static const struct object_ops nsfs_file_ops = {
    .name = "nsfs",
    .release = file_release,
    .close_handle = file_close_handle,
    .ioctl = nsfs_ioctl,
};

/* ----------------------------------------------------------------- inodes */

struct nsfs_inode {
    struct inode inode;
    struct namespace *ns; /* owned */
};

static struct nsfs_inode *nsfs_inode(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct nsfs_inode, inode);
}

static const struct inode_ops nsfs_inode_ops = {
    .file_ops = &nsfs_file_ops,
};

static size_t describe(struct dentry *d, char *buffer, size_t size)
{
    const struct namespace *ns = nsfs_inode(d->inode)->ns;

    return (size_t)snprintf(buffer, size, "%s:[%u]", ns->type->name, ns->inum);
}

static const struct dentry_ops nsfs_dentry_ops = {
    .describe = describe,
};

struct namespace *nsfs_dentry_namespace(const struct dentry *d)
{
    return d->ops == &nsfs_dentry_ops ? nsfs_inode(d->inode)->ns : NULL;
}

static void nsfs_evict(struct inode *inode)
{
    namespace_put(nsfs_inode(inode)->ns);
}

static void nsfs_free(struct inode *inode)
{
    kfree(nsfs_inode(inode));
}

static void nsfs_destroy(struct super_block *sb)
{
    kfree(sb);
}

static const struct super_ops nsfs_super_ops = {
    .evict = nsfs_evict,
    .free_inode = nsfs_free,
    .destroy = nsfs_destroy,
};

static struct super_block *nsfs_create(struct caller *who,
                                       struct file_system_type *type,
                                       const char *source, const char *options)
{
    (void)who;
    (void)source;
    (void)options;
    return pseudo_super_create(type, NSFS_MAGIC, &nsfs_super_ops, 0755);
}

static struct file_system_type nsfs_type = {
    .name = "nsfs",
    .flags = FST_INTERNAL,
    .create = nsfs_create,
};

static struct mount *nsfs_mount(void)
{
    static struct mount *mnt;
    static mutex_t lock = MUTEX_INIT(lock, "nsfs_mount");
    struct mount *m;

    mutex_lock(&lock);
    m = mnt;
    if (!m) {
        m = mount_internal(&nsfs_type, NULL);
        if (!IS_ERR(m))
            mnt = m;
    }
    mutex_unlock(&lock);
    return m;
}

int nsfs_path(struct namespace *ns, struct path *out)
{
    struct mount *mnt = nsfs_mount();
    struct nsfs_inode *ni;

    ni = IS_ERR(mnt) ? NULL : kzalloc(sizeof(*ni), ALLOC_KERNEL);
    if (!ni) {
        namespace_put(ns);
        return -ENOMEM;
    }
    inode_init(&ni->inode, mnt->sb, &nsfs_inode_ops, S_IFREG | 0444, ns->inum);
    ni->ns = ns;
    out->dentry = dentry_alloc_unnamed(mnt->sb, "", &ni->inode);
    if (!out->dentry)
        return -ENOMEM;
    out->dentry->ops = &nsfs_dentry_ops;
    out->mnt = mount_get(mnt);
    return 0;
}
