/* read, write and their relatives; lseek. */
#include "abi/fs_abi.h"
#include "core/request.h"
#include "fs/file.h"
#include "proc/task.h"

#define RWF_HIPRI  0x01u
#define RWF_DSYNC  0x02u
#define RWF_SYNC   0x04u
#define RWF_NOWAIT 0x08u
#define RWF_APPEND 0x10u
#define RWF_ALL    0x1fu

#define POSITION_OWN (-1L)

static void count_io(struct caller *who, ssize_t n, bool write)
{
    struct io_counters *io;

    if (!who->task)
        return;
    /* Statistics: a lost increment between threads does no harm. */
    io = &who->task->group->io;
    if (write) {
        io->write_calls++;
        if (n > 0)
            io->write_chars += (u64)n;
    } else {
        io->read_calls++;
        if (n > 0)
            io->read_chars += (u64)n;
    }
}

/* A FIFO's times are those of its inode, which the pipe does not know. */
static void touch_fifo(struct object *obj, bool write)
{
    struct file *f = file_from_object(obj);

    if (likely(!S_ISFIFO(f->inode->mode)))
        return;
    if (write)
        inode_touch_modified(f->inode);
    else
        inode_touch_accessed(&f->path);
}

/* Run one transfer; `req` has its iterator and flags. */
static ssize_t run(struct caller *who, struct handle_ref *ref,
                   struct io_request *req, s64 pos, bool write)
{
    ssize_t n;

    if (atomic_load(&ref->object->flags) & OBJ_NONBLOCK)
        req->flags |= REQ_NOWAIT;
    if (pos != POSITION_OWN) {
        req->flags |= REQ_POSITION;
        req->pos = pos;
    }
    n = request_run(req, ref->grant);
    if (n > 0 && ref->object->kind == OBJECT_FILE)
        touch_fifo(ref->object, write);
    count_io(who, n, write);
    return n;
}

static ssize_t (*operation(struct object *obj, bool write))(struct object *,
                                                            struct io_request *)
{
    return write ? obj->ops->write : obj->ops->read;
}

static int positioned_ok(struct object *obj, s64 pos)
{
    if (pos == POSITION_OWN)
        return 0;
    return atomic_load(&obj->flags) & OBJ_SEEKABLE ? 0 : -ESPIPE;
}

static s64 transfer(struct caller *who, int fd, u64 base, u64 length, s64 pos,
                    bool write)
{
    struct handle_ref ref;
    struct io_request req;
    s64 n = handle_get(who, fd, write ? RIGHT_WRITE : RIGHT_READ, &ref);

    if (unlikely(n))
        return n;
    n = positioned_ok(ref.object, pos);
    if (unlikely(n))
        goto out;
    n = -EINVAL;
    if (unlikely(!operation(ref.object, write)))
        goto out;
    n = -EFAULT;
    if (unlikely(!arch_user_range_ok(base, length)))
        goto out;
    n = -EINVAL;
    if (unlikely((s64)length < 0))
        goto out;
    if (unlikely(pos > 0 && (s64)length > S64_MAX - pos))
        goto out;
    request_init(&req, who, ref.object, operation(ref.object, write));
    iter_init_user(&req.iter, who->mm, !write, base,
                   min(length, ABI_TRANSFER_MAX));
    n = run(who, &ref, &req, pos, write);
out:
    handle_done(&ref);
    return n;
}

s64 sys_read(struct caller *who, const u64 *args)
{
    return transfer(who, abi_fd(args[0]), args[1], args[2], POSITION_OWN,
                    false);
}

s64 sys_write(struct caller *who, const u64 *args)
{
    return transfer(who, abi_fd(args[0]), args[1], args[2], POSITION_OWN, true);
}

s64 sys_pread64(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < 0)
        return -EINVAL;
    return transfer(who, abi_fd(args[0]), args[1], args[2], (s64)args[3],
                    false);
}

s64 sys_pwrite64(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < 0)
        return -EINVAL;
    return transfer(who, abi_fd(args[0]), args[1], args[2], (s64)args[3], true);
}

static u32 request_flags(u32 rwf)
{
    u32 flags = 0;

    if (rwf & RWF_DSYNC)
        flags |= REQ_DSYNC;
    if (rwf & RWF_SYNC)
        flags |= REQ_SYNC;
    if (rwf & RWF_NOWAIT)
        flags |= REQ_NOWAIT;
    if (rwf & RWF_APPEND)
        flags |= REQ_APPEND;
    return flags;
}

static s64 transfer_vector(struct caller *who, int fd, u64 address, u64 count,
                           s64 pos, u32 rwf, bool write)
{
    struct handle_ref ref;
    struct io_request req;
    struct abi_vector v;
    s64 n = handle_get(who, fd, write ? RIGHT_WRITE : RIGHT_READ, &ref);

    if (n)
        return n;
    n = positioned_ok(ref.object, pos);
    if (n)
        goto out;
    n = -EINVAL;
    if (!operation(ref.object, write))
        goto out;
    n = abi_vector_get(who, address, count, &v);
    if (n)
        goto out;
    n = -EINVAL;
    if (pos > 0 && (s64)v.total > S64_MAX - pos)
        goto out_vector;
    n = -EOPNOTSUPP;
    if (rwf & ~RWF_ALL)
        goto out_vector;
    /* Only sockets promise not to block in the middle. */
    if (rwf & RWF_NOWAIT && ref.object->kind != OBJECT_SOCKET)
        goto out_vector;
    request_init(&req, who, ref.object, operation(ref.object, write));
    iter_init_vector(&req.iter, who->mm, !write, v.segments, v.count, v.total);
    req.flags = request_flags(rwf);
    n = run(who, &ref, &req, pos, write);
out_vector:
    abi_vector_put(&v);
out:
    handle_done(&ref);
    return n;
}

s64 sys_readv(struct caller *who, const u64 *args)
{
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], POSITION_OWN,
                           0, false);
}

s64 sys_writev(struct caller *who, const u64 *args)
{
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], POSITION_OWN,
                           0, true);
}

s64 sys_preadv(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < 0)
        return -EINVAL;
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], (s64)args[3],
                           0, false);
}

s64 sys_pwritev(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < 0)
        return -EINVAL;
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], (s64)args[3],
                           0, true);
}

s64 sys_preadv2(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < -1)
        return -EINVAL;
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], (s64)args[3],
                           (u32)args[5], false);
}

s64 sys_pwritev2(struct caller *who, const u64 *args)
{
    if ((s64)args[3] < -1)
        return -EINVAL;
    return transfer_vector(who, abi_fd(args[0]), args[1], args[2], (s64)args[3],
                           (u32)args[5], true);
}

s64 sys_lseek(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    u32 whence = (u32)args[2];
    s64 result = handle_get(who, abi_fd(args[0]), RIGHT_NONE, &ref);

    if (result)
        return result;
    if (ref.object->kind == OBJECT_PATH)
        result = -EBADF;
    else if (whence > 4)
        result = -EINVAL;
    else if (!ref.object->ops->seek)
        result = -ESPIPE;
    else if (!(ref.grant->rights & RIGHT_SEEK))
        result = -EBADF;
    else
        result = ref.object->ops->seek(ref.object, (s64)args[1], (int)whence);
    handle_done(&ref);
    return result;
}
