/*
 * Open file descriptions: life, rights, flags.
 */
#include "fs/file.h"

#include "core/account.h"
#include "core/slab.h"
#include "fs/dnotify.h"
#include "fs/fs_context.h"
#include "fs/lock.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "fs/watch.h"
#include "lib/string.h"
#include "proc/cred.h"

static struct slab_cache *file_cache;
const struct fifo_ops *fifo_ops;
atomic64_t file_count;
u64 file_max = S64_MAX;

void file_init(void)
{
    file_cache = slab_cache_create("file", sizeof(struct file), 0);
}

static u32 object_flags(u32 open_flags)
{
    u32 flags = 0;

    if (open_flags & OPEN_NONBLOCK)
        flags |= OBJ_NONBLOCK;
    if (open_flags & OPEN_APPEND)
        flags |= OBJ_APPEND;
    if (open_flags & OPEN_DIRECT)
        flags |= OBJ_DIRECT;
    if (open_flags & OPEN_NOATIME)
        flags |= OBJ_NOATIME;
    if (open_flags & OPEN_SYNC)
        flags |= OBJ_SYNC;
    if (open_flags & OPEN_DSYNC)
        flags |= OBJ_DSYNC;
    if (open_flags & OPEN_ASYNC)
        flags |= OBJ_ASYNC;
    return flags;
}

/* What O_PATH descriptions can do: nothing but be named. */
static const struct object_ops path_file_ops = {
    .name = "path",
    .release = file_release,
};

static ssize_t socket_node_read(struct object *obj, struct io_request *req)
{
    (void)obj;
    (void)req;
    return -EBADF;
}
static const struct object_ops default_file_ops = {
    .name = "file",
    .release = file_release,
    .read = socket_node_read,
    .write = socket_node_read,
};

static struct file *file_alloc(const struct path *path, struct inode *inode,
                               u32 flags)
{
    struct file *f = slab_alloc(file_cache, ALLOC_KERNEL);
    const struct object_ops *ops = inode->ops->file_ops;

    if (!f)
        return ERR_PTR(-ENOMEM);
    memset(f, 0, sizeof(*f));
    if (flags & OPEN_PATH) {
        object_init(&f->device.object, OBJECT_PATH, &path_file_ops, 0);
    } else {
        u32 object = object_flags(flags);

        if (S_ISREG(inode->mode) || S_ISDIR(inode->mode))
            object |= OBJ_SEEKABLE;
        object_init(&f->device.object, OBJECT_FILE,
                    ops ? ops : &default_file_ops, object);
    }
    f->path = *path;
    f->inode = inode;
    mutex_init(&f->pos_lock, "file_position");
    INIT_LIST_HEAD(&f->cursor.link);
    f->cursor.cursor = true;
    f->device.open_flags = object_flags(flags) |
                           (flags & OPEN_NOCTTY ? (u32)DEVICE_OPEN_NOCTTY : 0) |
                           (flags & OPEN_READ ? (u32)DEVICE_OPEN_READ : 0) |
                           (flags & OPEN_WRITE ? (u32)DEVICE_OPEN_WRITE : 0);
    if (!(flags & OPEN_PATH)) {
        if (flags & OPEN_READ)
            f->access |= FILE_READ;
        if (flags & OPEN_WRITE)
            f->access |= FILE_WRITE;
        if (flags & OPEN_EXEC)
            f->access |= FILE_EXEC;
    }
    atomic64_inc(&file_count);
    return f;
}

static void file_free(struct file *f)
{
    atomic64_dec(&file_count);
    slab_free(file_cache, f);
}

/* Devices: the driver's operations with our release. */
static int open_device(struct caller *who, struct file *f, bool block)
{
    struct device *d =
        device_find(block ? DEVICE_BLOCK : DEVICE_CHARACTER,
                    DEV_MAJOR(f->inode->rdev), DEV_MINOR(f->inode->rdev));

    if (!d)
        return -ENXIO;
    if (!d->bound) {
        d->file_ops = *d->ops;
        d->file_ops.release = file_release;
        if (!d->file_ops.close_handle)
            d->file_ops.close_handle = file_close_handle;
        smp_store_release(&d->bound, true);
    }
    f->driver = d;
    f->device.minor = DEV_MINOR(f->inode->rdev);
    f->device.object.ops = &d->file_ops;
    if (d->ops->seek || block)
        atomic_or(OBJ_SEEKABLE, &f->device.object.flags);
    return d->open ? d->open(d, &f->device, who) : 0;
}

static int open_by_type(struct caller *who, struct file *f)
{
    struct inode *inode = f->inode;

    switch (inode->mode & S_IFMT) {
    case S_IFCHR:
        return open_device(who, f, false);
    case S_IFBLK:
        return open_device(who, f, true);
    case S_IFIFO:
        return fifo_ops ? fifo_ops->open(who, inode, f) : -ENXIO;
    case S_IFSOCK:
        return -ENXIO;
    default:
        return inode->ops->open ? inode->ops->open(who, inode, f) : 0;
    }
}

static bool is_special(const struct inode *inode)
{
    return S_ISCHR(inode->mode) || S_ISBLK(inode->mode) ||
           S_ISFIFO(inode->mode) || S_ISSOCK(inode->mode);
}

struct file *file_open_path(struct caller *who, const struct path *path,
                            u32 flags)
{
    struct inode *inode = path->dentry->inode;
    struct file *f;
    int error;

    if ((u64)atomic64_load(&file_count) >= READ_ONCE(file_max) &&
        !caller_capable_init(who, CAP_SYS_ADMIN))
        return ERR_PTR(-ENFILE);
    f = file_alloc(path, inode, flags);
    if (IS_ERR(f))
        return f;
    if (flags & OPEN_PATH) {
        path_get(path);
        return f;
    }
    if (flags & OPEN_EXEC) {
        /* Nobody writes to what is executed: until the file is released. */
        error = inode_deny_write(inode);
        if (error)
            goto out_free;
    }
    /* Files without names (memfd) do not count as written to. */
    if (flags & OPEN_WRITE && !is_special(inode) &&
        !(path->mnt->flags & MOUNT_INTERNAL)) {
        error = inode_get_write(inode);
        if (error)
            goto out_free;
        error = mount_get_write(path->mnt);
        if (error) {
            inode_put_write(inode);
            goto out_free;
        }
        f->access |= FILE_WRITER;
    }
    path_get(path);
    error = open_by_type(who, f);
    if (!error && flags & OPEN_DIRECT && !S_ISFIFO(inode->mode) &&
        !inode->ops->direct_io && !f->driver) {
        object_put(&f->device.object);
        return ERR_PTR(-EINVAL);
    }
    if (error) {
        if (f->access & FILE_WRITER) {
            mount_put_write(path->mnt);
            inode_put_write(inode);
        }
        if (flags & OPEN_EXEC)
            inode_allow_write(inode);
        path_put(path);
        goto out_free;
    }
    return f;
out_free:
    file_free(f);
    return ERR_PTR(error);
}

struct file *file_open_unnamed(struct caller *who, struct mount *mnt,
                               const char *name, struct inode *inode, u32 flags)
{
    struct path path = {mnt, dentry_alloc_unnamed(mnt->sb, name, inode)};
    struct file *f;

    if (!path.dentry)
        return ERR_PTR(-ENOMEM);
    f = file_open_path(who, &path, flags);
    dentry_put(path.dentry);
    return f;
}

void file_release(struct object *obj)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct inode *inode = f->inode;
    bool opened = obj->kind != OBJECT_PATH;

    if (opened) {
        watch_dentry(f->path.dentry, f->access & FILE_WRITE
                                         ? WATCH_CLOSE_WRITE
                                         : WATCH_CLOSE_NOWRITE);
        if (f->access & FILE_LOCKS)
            file_locks_release(obj);
        if (f->access & FILE_DNOTIFY)
            dnotify_close(f, NULL);
        if (f->driver) {
            if (f->driver->closed)
                f->driver->closed(f->driver, &f->device);
        } else if (inode->ops->closed) {
            inode->ops->closed(f);
        }
    }
    if (!list_empty(&f->cursor.link)) {
        spin_lock(&f->path.dentry->lock);
        list_del_init(&f->cursor.link);
        spin_unlock(&f->path.dentry->lock);
    }
    if (f->access & FILE_WRITER) {
        mount_put_write(f->path.mnt);
        inode_put_write(inode);
    }
    if (f->access & FILE_EXEC)
        inode_allow_write(inode);
    path_put(&f->path);
    file_free(f);
}

int file_close_handle(struct object *obj, struct caller *who)
{
    struct file *f = container_of(obj, struct file, device.object);

    if (f->inode->locks)
        file_locks_close(who, obj);
    if (f->access & FILE_DNOTIFY && who->handles)
        dnotify_close(f, who->handles);
    return 0;
}

u32 file_rights(const struct file *f)
{
    u32 rights = RIGHT_STAT | RIGHT_TRANSFER | RIGHT_DERIVE;

    if (S_ISDIR(f->inode->mode))
        rights |= RIGHT_LOOKUP | RIGHT_CREATE;
    if (f->device.object.kind == OBJECT_PATH)
        return rights;
    rights |= RIGHT_SEEK | RIGHT_SETATTR | RIGHT_MMAP | RIGHT_POLL |
              RIGHT_IOCTL | RIGHT_LOCK | RIGHT_SYNC | RIGHT_FLAGS |
              RIGHT_GETOPT | RIGHT_SETOPT;
    if (f->access & FILE_READ)
        rights |= RIGHT_READ | RIGHT_EXEC;
    if (f->access & FILE_WRITE)
        rights |= RIGHT_WRITE;
    if (f->access & FILE_EXEC)
        rights |= RIGHT_EXEC | RIGHT_READ;
    return rights;
}
