/*
 * Generated files: reading a snapshot, writing whole buffers; static trees.
 */
#include "fs/pseudo.h"

#include "core/caller.h"
#include "core/request.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/mount.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/cred.h"

#define STORE_MAX 65536u

/* What an open generated file remembers: file->data. */
struct pseudo_open_file {
    const struct pseudo_file_ops *ops;
    struct object_ops object_ops;
    const struct cred *cred; /* owned: who opened it, if ops->as_opener */
    struct text text; /* the snapshot; file->pos_lock or position's own */
    bool filled;
    mutex_t lock; /* guards text and filled */
};

static struct pseudo_open_file *open_file(struct object *obj)
{
    return container_of(obj, struct file, device.object)->data;
}

/* Make the snapshot anew, or go on with it, up to byte `end`. p->lock is held.
 */
static int fill(struct file *f, struct pseudo_open_file *p,
                const struct caller *who, size_t end)
{
    int error = 0;

    struct caller as = *who;

    if (p->cred)
        as.cred = p->cred;
    while (!error && (!p->filled || (p->text.more && p->text.length < end))) {
        p->text.enough = end;
        p->text.more = false;
        error = p->ops->show_file ? p->ops->show_file(&as, f, &p->text)
                                  : p->ops->show(&as, f->inode, &p->text);
        if (!error)
            error = p->text.error;
        p->filled = !error;
    }
    if (error)
        text_free(&p->text);
    return error;
}

/* How much of the snapshot a read of `wanted` bytes at `pos` gets. */
static size_t readable(const struct text *t, size_t pos, size_t wanted)
{
    if (t->record && wanted >= PAGE_SIZE) {
        wanted = PAGE_SIZE;
        if (t->length - pos > wanted && t->record > pos &&
            t->record - pos < wanted)
            return t->record - pos;
    }
    return min(t->length - pos, wanted);
}

static ssize_t pseudo_read(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct pseudo_open_file *p = open_file(obj);
    s64 pos = file_position_begin(f, req);
    size_t wanted = iter_count(&req->iter);
    ssize_t n;

    mutex_lock(&p->lock);
    if (pos == 0) {
        text_free(&p->text);
        p->filled = false;
    }
    n = fill(f, p, req->caller,
             (size_t)pos + clamp(wanted, (size_t)1, (size_t)PAGE_SIZE));
    if (!n && pos < (s64)p->text.length && !(pos && p->ops->once)) {
        size_t size = readable(&p->text, (size_t)pos, wanted);

        n = (ssize_t)iter_copy_to(&req->iter, p->text.data + pos, size);
        if (!n && size)
            n = -EFAULT;
    }
    mutex_unlock(&p->lock);
    file_position_end(f, req, n > 0 ? pos + n : pos);
    return n;
}

static ssize_t pseudo_write(struct object *obj, struct io_request *req)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct pseudo_open_file *p = open_file(obj);
    size_t n = iter_count(&req->iter);
    s64 pos;
    ssize_t result;
    char *data;

    if (!p->ops->store)
        return -EIO;
    n = min(n, (size_t)STORE_MAX);
    data = kvmalloc(n + 1, ALLOC_KERNEL);
    if (!data)
        return -ENOMEM;
    if (iter_copy_from(&req->iter, data, n) != n) {
        kvfree(data);
        return -EFAULT;
    }
    data[n] = 0;
    struct caller as = *req->caller;

    if (p->cred)
        as.cred = p->cred;
    pos = file_position_begin(f, req);
    result = p->ops->store(&as, f->inode, data, n, pos);
    file_position_end(f, req, result > 0 ? pos + result : pos);
    kvfree(data);
    return result;
}

static s64 pseudo_seek(struct object *obj, s64 offset, int whence)
{
    struct file *f = container_of(obj, struct file, device.object);
    s64 pos = -EINVAL;

    mutex_lock(&f->pos_lock);
    if (whence == 0)
        pos = offset;
    else if (whence == 1)
        pos = f->pos + offset;
    if (pos < 0)
        pos = -EINVAL;
    else
        f->pos = pos;
    mutex_unlock(&f->pos_lock);
    return pos;
}

int pseudo_open(struct caller *who, struct inode *inode, struct file *file,
                const struct pseudo_file_ops *ops)
{
    struct pseudo_open_file *p = kzalloc(sizeof(*p), ALLOC_KERNEL);
    int error;

    if (!p)
        return -ENOMEM;
    p->ops = ops;
    mutex_init(&p->lock, "pseudo_file");
    text_init(&p->text);
    file->data = p;
    p->object_ops = (struct object_ops){
        .name = "file",
        .release = file_release,
        .close_handle = file_close_handle,
        .read = ops->show || ops->show_file ? pseudo_read : NULL,
        .write = pseudo_write,
        .seek = pseudo_seek,
        .poll = ops->poll,
    };
    if (ops->ops) {
        p->object_ops = *ops->ops;
        p->object_ops.release = file_release;
        if (!p->object_ops.close_handle)
            p->object_ops.close_handle = file_close_handle;
    }
    file->device.object.ops = &p->object_ops;
    if (ops->as_opener)
        p->cred = cred_get(who->cred);
    error = ops->open ? ops->open(who, inode, file) : 0;
    if (error) {
        file->data = NULL;
        cred_put(p->cred);
        kfree(p);
    }
    return error;
}

void pseudo_closed(struct file *file)
{
    struct pseudo_open_file *p = file->data;

    if (!p)
        return;
    if (p->ops->closed)
        p->ops->closed(file);
    cred_put(p->cred);
    text_free(&p->text);
    kfree(p);
}

/* ---------------------------------------------------------- static trees */

struct pseudo_inode {
    struct inode inode;
    const struct pseudo_file_ops *ops;
};

static struct pseudo_inode *pseudo_inode(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct pseudo_inode, inode);
}

void *pseudo_private(const struct inode *inode)
{
    return inode->private;
}

static int tree_open(struct caller *who, struct inode *inode, struct file *file)
{
    return pseudo_open(who, inode, file, pseudo_inode(inode)->ops);
}

static int refuse_size(struct inode *inode, const struct set_attributes *set)
{
    /* Truncation on open is how shells write: nothing to do. */
    inode_apply_attributes(inode, set);
    return 0;
}

/* Not even root may do what the file cannot (as kernfs has it). */
static int tree_permission(struct caller *who, struct inode *inode, u32 mask)
{
    if (!(who->flags & CALLER_KERNEL) &&
        ((mask & MAY_WRITE && !(inode->mode & 0222)) ||
         (mask & MAY_READ && !(inode->mode & 0444))))
        return -EACCES;
    return inode_generic_permission(who, inode, mask);
}

static const struct inode_ops tree_file_ops = {
    .permission = tree_permission,
    .open = tree_open,
    .closed = pseudo_closed,
    .set_attributes = refuse_size,
};
static const struct inode_ops tree_directory_ops = {
    .file_ops = &directory_file_ops,
    .iterate = dir_iterate_dcache,
};
static const struct inode_ops tree_link_ops = {
    .read_link = NULL,
};

static struct inode *tree_inode(struct super_block *sb, u32 mode)
{
    struct pseudo_inode *pi = kzalloc(sizeof(*pi), ALLOC_KERNEL);
    const struct inode_ops *ops = S_ISDIR(mode)   ? &tree_directory_ops
                                  : S_ISLNK(mode) ? &tree_link_ops
                                                  : &tree_file_ops;

    if (!pi)
        return NULL;
    inode_init(&pi->inode, sb, ops, mode, 0);
    if (S_ISDIR(mode))
        pi->inode.nlink = 2;
    return &pi->inode;
}

static void free_tree_inode(struct inode *inode)
{
    kfree(inode->link);
    kfree(pseudo_inode(inode));
}

static struct dentry *tree_add(struct dentry *parent, const char *name,
                               struct inode *inode)
{
    struct inode *dir = parent->inode;
    struct name_part part = name_part(name, (u32)strlen(name));
    struct dentry *d, *old;

    if (!inode)
        return ERR_PTR(-ENOMEM);
    write_lock(&dir->lock);
    old = dentry_find(parent, &part);
    if (old) { /* somebody was first: share directories, refuse the rest */
        write_unlock(&dir->lock);
        dentry_put(old);
        if (S_ISDIR(inode->mode) && S_ISDIR(old->inode->mode)) {
            inode_put(inode);
            return old;
        }
        inode_put(inode);
        return ERR_PTR(-EEXIST);
    }
    d = dentry_alloc(parent, part);
    if (d) {
        if (S_ISDIR(inode->mode))
            dir->nlink++;
        dentry_instantiate(d, inode);
    }
    write_unlock(&dir->lock);
    if (!d) {
        inode_put(inode);
        return ERR_PTR(-ENOMEM);
    }
    dentry_put(d); /* the tree's own reference stays */
    return d;
}

struct dentry *pseudo_add_directory(struct dentry *parent, const char *name)
{
    return tree_add(parent, name, tree_inode(parent->sb, S_IFDIR | 0755));
}

struct dentry *pseudo_add_file(struct dentry *parent, const char *name,
                               u32 mode, const struct pseudo_file_ops *ops,
                               void *private)
{
    struct inode *inode = tree_inode(parent->sb, S_IFREG | mode);

    if (inode) {
        inode->private = private;
        inode->size = PAGE_SIZE;
        pseudo_inode(inode)->ops = ops;
    }
    return tree_add(parent, name, inode);
}

struct dentry *pseudo_add_link(struct dentry *parent, const char *name,
                               const char *target)
{
    struct inode *inode = tree_inode(parent->sb, S_IFLNK | 0777);

    if (inode) {
        inode->link = kstrdup(target, ALLOC_KERNEL);
        if (!inode->link) {
            inode_put(inode);
            inode = NULL;
        }
    }
    return tree_add(parent, name, inode);
}

struct dentry *pseudo_add_device(struct dentry *parent, const char *name,
                                 u32 mode, devnum_t rdev, u64 ino, kuid_t uid,
                                 kgid_t gid, void *private)
{
    struct inode *inode = tree_inode(parent->sb, S_IFCHR | mode);

    if (inode) {
        inode->rdev = rdev;
        inode->ino = ino;
        inode->uid = uid;
        inode->gid = gid;
        inode->private = private;
    }
    return tree_add(parent, name, inode);
}

void pseudo_remove(struct dentry *d)
{
    struct inode *dir = d->parent->inode;

    write_lock(&dir->lock);
    if (S_ISDIR(d->inode->mode))
        dir->nlink--;
    dentry_get(d);
    dentry_prune(d);
    dentry_unlink(d);
    write_unlock(&dir->lock);
    dentry_put(d);
}

static void tree_destroy(struct super_block *sb)
{
    kfree(sb);
}

const struct super_ops pseudo_super_ops = {
    .free_inode = free_tree_inode,
    .destroy = tree_destroy,
};

struct super_block *pseudo_super_create(struct file_system_type *type,
                                        u64 magic, const struct super_ops *ops,
                                        u32 root_mode)
{
    struct super_block *sb = kzalloc(sizeof(*sb), ALLOC_KERNEL);
    struct inode *root;
    int error;

    if (!sb)
        return ERR_PTR(-ENOMEM);
    error = super_init(sb, type, ops, SUPER_COMPLETE | SUPER_NO_DEV);
    if (error) {
        kfree(sb);
        return ERR_PTR(error);
    }
    sb->magic = magic;
    root = tree_inode(sb, S_IFDIR | root_mode);
    if (root)
        sb->root = dentry_alloc_root(root);
    if (!sb->root) {
        super_abandon(sb);
        rcu_barrier();
        kfree(sb);
        return ERR_PTR(-ENOMEM);
    }
    return sb;
}
