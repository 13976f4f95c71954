/*
 * Reading, writing, seeking and mapping files that have a mapping.
 */
#include "core/caller.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "fs/watch.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vm/mapping.h"
#include "vm/mman.h"

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

static inline struct file *to_file(struct object *obj)
{
    return container_of(obj, struct file, device.object);
}

s64 file_position_begin(struct file *f, struct io_request *req)
{
    if (req->flags & REQ_POSITION)
        return req->pos;
    mutex_lock(&f->pos_lock);
    return f->pos;
}

void file_position_end(struct file *f, struct io_request *req, s64 pos)
{
    if (req->flags & REQ_POSITION)
        return;
    f->pos = pos;
    mutex_unlock(&f->pos_lock);
}

ssize_t file_read_mapping(struct object *obj, struct io_request *req)
{
    struct file *f = to_file(obj);
    s64 pos = file_position_begin(f, req);
    ssize_t n = mapping_read(f->inode->mapping, &req->iter, pos);

    file_position_end(f, req, n > 0 ? pos + n : pos);
    if (n >= 0 && !(atomic_load(&obj->flags) & OBJ_NOATIME))
        inode_touch_accessed(&f->path);
    if (n > 0)
        watch_dentry(f->path.dentry, WATCH_ACCESS);
    return n;
}

/* Cut the iterator at the limits on file size: 0 or -EFBIG. */
static int check_limits(const struct caller *who, struct inode *inode, s64 pos,
                        struct iter *it)
{
    s64 limit = inode->sb->max_size;

    if (who->limit_fsize < (u64)limit && !(who->flags & CALLER_KERNEL)) {
        if (pos >= (s64)who->limit_fsize) {
            signal_send_self(who, SIGXFSZ);
            return -EFBIG;
        }
        limit = (s64)who->limit_fsize;
    }
    if (pos >= limit)
        return -EFBIG;
    if (iter_count(it) > (u64)(limit - pos))
        iter_truncate(it, (size_t)(limit - pos));
    return 0;
}

ssize_t file_write_mapping(struct object *obj, struct io_request *req)
{
    struct file *f = to_file(obj);
    struct inode *inode = f->inode;
    struct caller *who = (struct caller *)req->caller;
    u32 flags = (u32)atomic_load(&obj->flags);
    s64 pos = file_position_begin(f, req);
    ssize_t n = 0;

    if (iter_count(&req->iter) == 0)
        goto out;
    write_lock(&inode->lock);
    if (flags & OBJ_APPEND || req->flags & REQ_APPEND)
        pos = inode_size(inode);
    n = inode->ops->may_write ? inode->ops->may_write(inode, pos, &req->iter)
                              : 0;
    if (n == 0)
        n = check_limits(who, inode, pos, &req->iter);
    if (n == 0)
        n = inode_strip_privileges(who, inode);
    if (n == 0) {
        inode_touch_modified(inode);
        n = mapping_write(inode->mapping, &req->iter, pos);
        if (n > 0)
            pos += n;
    }
    write_unlock(&inode->lock);
out:
    file_position_end(f, req, pos);
    if (n > 0) {
        watch_dentry(f->path.dentry, WATCH_MODIFY);
        if ((flags & (OBJ_SYNC | OBJ_DSYNC) ||
             req->flags & (REQ_SYNC | REQ_DSYNC)) &&
            inode->ops->fsync) {
            int error = inode->ops->fsync(f, pos - n, pos, !(flags & OBJ_SYNC));

            if (error)
                return error;
        }
    }
    return n;
}

static s64 seek_extent(struct inode *inode, s64 offset, int whence)
{
    s64 size = inode_size(inode);

    if (inode->ops->seek_extent)
        return inode->ops->seek_extent(inode, offset, whence);
    if (offset < 0 || offset >= size)
        return -ENXIO;
    return whence == SEEK_DATA ? offset : size;
}

s64 file_seek(struct object *obj, s64 offset, int whence)
{
    struct file *f = to_file(obj);
    struct inode *inode = f->inode;
    s64 pos;

    mutex_lock(&f->pos_lock);
    switch (whence) {
    case SEEK_SET:
        pos = offset;
        break;
    case SEEK_CUR:
        if (check_add_overflow(f->pos, offset, &pos))
            pos = -1;
        break;
    case SEEK_END:
        if (check_add_overflow(inode_size(inode), offset, &pos))
            pos = -1;
        break;
    case SEEK_DATA:
    case SEEK_HOLE:
        pos = seek_extent(inode, offset, whence);
        if (pos < 0)
            goto out;
        break;
    default:
        pos = -1;
    }
    if (pos < 0 || pos > inode->sb->max_size)
        pos = -EINVAL;
    else
        f->pos = pos;
out:
    mutex_unlock(&f->pos_lock);
    return pos;
}

int file_mmap_mapping(struct object *obj, struct mapping_request *map)
{
    struct file *f = to_file(obj);

    if (mount_noexec(f->path.mnt)) {
        if (map->prot & PROT_EXEC)
            return -EPERM;
        map->max_prot &= ~(u32)PROT_EXEC;
    }
    map->mapping = f->inode->mapping;
    inode_touch_accessed(&f->path);
    return 0;
}

static ssize_t kernel_io(struct file *f, void *buffer, size_t n, s64 pos,
                         bool write)
{
    static const struct caller kernel = {
        .flags = CALLER_KERNEL, .cred = &cred_root, .limit_fsize = ~0UL};
    const struct object_ops *ops = f->device.object.ops;
    struct io_request req;

    if (write ? !ops->write : !ops->read)
        return -EINVAL;
    request_init(&req, &kernel, &f->device.object,
                 write ? ops->write : ops->read);
    iter_init_kernel(&req.iter, !write, buffer, n);
    req.pos = pos;
    req.flags = REQ_POSITION;
    return request_run(&req, NULL);
}

ssize_t file_read_kernel(struct file *f, void *buffer, size_t n, s64 pos)
{
    return kernel_io(f, buffer, n, pos, false);
}

ssize_t file_write_kernel(struct file *f, const void *buffer, size_t n, s64 pos)
{
    return kernel_io(f, (void *)buffer, n, pos, true);
}
