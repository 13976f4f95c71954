/* sendfile, copy_file_range, splice, tee, vmsplice; memfd_create. */
#include "abi/fs_abi.h"
#include "fs/copy.h"
#include "fs/file.h"
#include "fs/pipe.h"
#include "fs/tmpfs.h"
#include "lib/string.h"

/* A pair of handles, as each of these calls has. */
struct pair {
    struct handle_ref in_ref, out_ref;
    struct copy_end in, out;
    s64 in_pos, out_pos;
};

static s64 pair_get_rights(struct caller *who, int in, u32 in_rights, int out,
                           u32 out_rights, struct pair *p)
{
    s64 error = handle_get(who, in, in_rights, &p->in_ref);

    if (error)
        return error;
    error = handle_get(who, out, out_rights, &p->out_ref);
    if (error) {
        handle_done(&p->in_ref);
        return error;
    }
    p->in = (struct copy_end){p->in_ref.object, p->in_ref.grant, NULL};
    p->out = (struct copy_end){p->out_ref.object, p->out_ref.grant, NULL};
    return 0;
}

static s64 pair_get(struct caller *who, int in, int out, struct pair *p)
{
    return pair_get_rights(who, in, RIGHT_READ, out, RIGHT_WRITE, p);
}

static void pair_put(struct pair *p)
{
    handle_done(&p->out_ref);
    handle_done(&p->in_ref);
}

/* A position argument: 0, -EFAULT, -EINVAL, -ESPIPE. */
static s64 get_position(struct caller *who, struct copy_end *end, u64 address,
                        s64 *pos)
{
    u64 value;

    if (!address)
        return 0;
    if (!(atomic_load(&end->obj->flags) & OBJ_SEEKABLE))
        return -ESPIPE;
    if (user_read64(who->mm, address, &value))
        return -EFAULT;
    *pos = (s64)value;
    end->pos = pos;
    return 0;
}

static s64 put_position(struct caller *who, struct copy_end *end, u64 address)
{
    if (!address || !end->pos)
        return 0;
    return user_write64(who->mm, address, (u64)*end->pos);
}

s64 sys_sendfile(struct caller *who, const u64 *args)
{
    u64 count = min(args[3], ABI_TRANSFER_MAX);
    struct pair p;
    s64 result = pair_get(who, abi_fd(args[1]), abi_fd(args[0]), &p);

    if (result)
        return result;
    result = get_position(who, &p.in, args[2], &p.in_pos);
    if (result)
        goto out;
    result = -EINVAL;
    if (p.in.pos && *p.in.pos < 0)
        goto out;
    if (!file_from_object(p.in.obj) ||
        !S_ISREG(file_from_object(p.in.obj)->inode->mode))
        goto out;
    if ((s64)args[3] < 0 || !p.in.obj->ops->read || !p.out.obj->ops->write ||
        p.in.obj->kind != OBJECT_FILE ||
        atomic_load(&p.out.obj->flags) & OBJ_APPEND)
        goto out;
    if (object_is_pipe(p.in.obj))
        goto out;
    result = copy_data(who, &p.in, &p.out, count, false);
    if (put_position(who, &p.in, args[2]))
        result = -EFAULT;
out:
    pair_put(&p);
    return result;
}

static s64 check_copy_range(struct pair *p, u64 length)
{
    struct file *in = file_from_object(p->in.obj);
    struct file *out = file_from_object(p->out.obj);
    s64 from, to;
    u64 end;

    if (!in || !out)
        return -EINVAL;
    if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
        return -EISDIR;
    if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
        return -EINVAL;
    if (!(p->in_ref.grant->rights & RIGHT_READ) ||
        !(p->out_ref.grant->rights & RIGHT_WRITE) ||
        atomic_load(&p->out.obj->flags) & OBJ_APPEND)
        return -EBADF;
    if (in->inode->sb != out->inode->sb)
        return -EXDEV;
    from = p->in.pos ? *p->in.pos : in->pos;
    to = p->out.pos ? *p->out.pos : out->pos;
    if (check_add_overflow((u64)from, length, &end) || (s64)end < from ||
        check_add_overflow((u64)to, length, &end) || (s64)end < to)
        return -EOVERFLOW;
    if (from < 0 || to < 0)
        return -EINVAL;
    if (in->inode == out->inode && length) {
        s64 n = min((s64)length, max(inode_size(in->inode) - from, 0L));

        if (to < from + n && from < to + n)
            return -EINVAL;
    }
    return 0;
}

s64 sys_copy_file_range(struct caller *who, const u64 *args)
{
    struct pair p;
    s64 result;

    if ((u32)args[5])
        return -EINVAL;
    result = pair_get_rights(who, abi_fd(args[0]), RIGHT_NONE, abi_fd(args[2]),
                             RIGHT_NONE, &p);
    if (result)
        return result;
    if (p.in.obj->kind == OBJECT_PATH || p.out.obj->kind == OBJECT_PATH)
        result = -EBADF;
    if (!result)
        result = get_position(who, &p.in, args[1], &p.in_pos);
    if (!result)
        result = get_position(who, &p.out, args[3], &p.out_pos);
    if (!result)
        result = check_copy_range(&p, args[4]);
    if (!result && args[4])
        result = copy_data(who, &p.in, &p.out, min(args[4], ABI_TRANSFER_MAX),
                           false);
    if (result > 0 && (put_position(who, &p.in, args[1]) ||
                       put_position(who, &p.out, args[3])))
        result = -EFAULT;
    pair_put(&p);
    return result;
}

#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_ALL      15u

static s64 splice_positions(struct caller *who, struct pair *p, u64 in_address,
                            u64 out_address)
{
    s64 error;

    if ((in_address && object_is_pipe(p->in.obj)) ||
        (out_address && object_is_pipe(p->out.obj)))
        return -ESPIPE;
    error = get_position(who, &p->in, in_address, &p->in_pos);
    if (!error)
        error = get_position(who, &p->out, out_address, &p->out_pos);
    return error;
}

s64 sys_splice(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[5];
    struct pair p;
    s64 result;

    if (!args[4])
        return 0;
    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    result = pair_get(who, abi_fd(args[0]), abi_fd(args[2]), &p);
    if (result)
        return result;
    result = splice_positions(who, &p, args[1], args[3]);
    if (result)
        goto out;
    result = -EINVAL;
    if ((p.in.pos && *p.in.pos < 0) || (p.out.pos && *p.out.pos < 0))
        goto out;
    if ((!object_is_pipe(p.in.obj) && !object_is_pipe(p.out.obj)) ||
        !p.in.obj->ops->read || !p.out.obj->ops->write)
        goto out;
    if (object_is_pipe(p.in.obj) && object_is_pipe(p.out.obj) &&
        pipe_hooks->same(p.in.obj, p.out.obj))
        goto out;
    if (atomic_load(&p.out.obj->flags) & OBJ_APPEND &&
        object_is_pipe(p.in.obj) && !object_is_pipe(p.out.obj))
        goto out;
    result = copy_splice(who, &p.in, &p.out, min(args[4], ABI_TRANSFER_MAX),
                         flags & SPLICE_F_NONBLOCK);
    if (result > 0 && (put_position(who, &p.in, args[1]) ||
                       put_position(who, &p.out, args[3])))
        result = -EFAULT;
out:
    pair_put(&p);
    return result;
}

s64 sys_tee(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[3];
    struct pair p;
    s64 result;

    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    if (!args[2])
        return 0;
    result = pair_get(who, abi_fd(args[0]), abi_fd(args[1]), &p);
    if (result)
        return result;
    if (!object_is_pipe(p.in.obj) || !object_is_pipe(p.out.obj) ||
        pipe_hooks->same(p.in.obj, p.out.obj))
        result = -EINVAL;
    else
        result = copy_tee(who, &p.in, &p.out, min(args[2], ABI_TRANSFER_MAX),
                          flags & SPLICE_F_NONBLOCK);
    pair_put(&p);
    return result;
}

s64 sys_vmsplice(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[3];
    struct handle_ref ref;
    struct abi_vector v;
    struct io_request req;
    bool write;
    s64 result;

    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    result = handle_get(who, abi_fd(args[0]), RIGHT_NONE, &ref);
    if (result)
        return result;
    result = -EBADF;
    write = ref.grant->rights & RIGHT_WRITE;
    if (!object_is_pipe(ref.object) ||
        !(ref.grant->rights & (RIGHT_WRITE | RIGHT_READ)))
        goto out;
    result = abi_vector_get(who, args[1], args[2], &v);
    if (result)
        goto out;
    if (v.total) {
        request_init(&req, who, ref.object,
                     write ? ref.object->ops->write : ref.object->ops->read);
        iter_init_vector(&req.iter, who->mm, !write, v.segments, v.count,
                         v.total);
        if (flags & SPLICE_F_NONBLOCK)
            req.flags |= REQ_NOWAIT;
        result = request_run(&req, ref.grant);
    }
    abi_vector_put(&v);
out:
    handle_done(&ref);
    return result;
}

#define MFD_CLOEXEC       1u
#define MFD_ALLOW_SEALING 2u
#define MFD_HUGETLB       4u
#define MEMFD_NAME_MAX    (NAME_MAX - 6)

s64 sys_memfd_create(struct caller *who, const u64 *args)
{
    char name[MEMFD_NAME_MAX + 1];
    u32 flags = (u32)args[1];
    struct grant *g;
    ssize_t n;

    /* Huge pages are not offered by memfd. */
    if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
        return -EINVAL;
    n = user_read_string(who->mm, name, args[0], sizeof(name));
    if (n < 0)
        return n == -ENAMETOOLONG ? -EINVAL : n;
    g = tmpfs_memfd_create(who, name, flags & MFD_ALLOW_SEALING, true);
    if (IS_ERR(g))
        return PTR_ERR(g);
    file_from_object(g->object)->abi_flags = ABI_O_RDWR | ARCH_O_LARGEFILE;
    return handle_add(who, g, flags & MFD_CLOEXEC ? HANDLE_CLOEXEC : 0);
}
