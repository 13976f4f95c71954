/* fcntl, flock, ioctl. */
#include "abi/fs_abi.h"
#include "fs/dnotify.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "fs/object_owner.h"
#include "fs/pipe.h"
#include "fs/tmpfs.h"
#include "proc/task.h"

#define F_DUPFD         0
#define F_GETFD         1
#define F_SETFD         2
#define F_GETFL         3
#define F_SETFL         4
#define F_GETLK         5
#define F_SETLK         6
#define F_SETLKW        7
#define F_SETOWN        8
#define F_GETOWN        9
#define F_SETSIG        10
#define F_GETSIG        11
#define F_SETOWN_EX     15
#define F_GETOWN_EX     16
#define F_GETOWNER_UIDS 17
#define F_OFD_GETLK     36
#define F_OFD_SETLK     37
#define F_OFD_SETLKW    38
#define F_SETLEASE      1024
#define F_GETLEASE      1025
#define F_NOTIFY        1026
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ    1031
#define F_GETPIPE_SZ    1032
#define F_ADD_SEALS     1033
#define F_GET_SEALS     1034

struct abi_flock {
    s16 type, whence;
    s64 start, len;
    s32 pid;
};
ASSERT_SIZE(struct abi_flock, 32);

static s64 dup_from(struct caller *who, int fd, u64 from, u32 flags)
{
    struct grant *g;

    if (from >= who->limit_nofile)
        return -EINVAL;
    g = handle_get_grant(who, fd, RIGHT_NONE);
    if (IS_ERR(g))
        return PTR_ERR(g);
    fd = handle_reserve(who, (int)from, flags);
    if (fd < 0) {
        grant_put(g);
        return fd;
    }
    handle_install(who, fd, g);
    return fd;
}

static u32 get_flags(struct handle_ref *ref)
{
    struct file *f = file_from_object(ref->object);
    u32 rights = ref->grant->rights, flags;

    flags = abi_flags_from_object((u32)atomic_load(&ref->object->flags));
    if (f)
        return flags | (f->abi_flags & ~abi_flags_from_object(~0u)) |
               (f->abi_flags & ABI_O_SYNC);
    if ((rights & (RIGHT_READ | RIGHT_WRITE)) == (RIGHT_READ | RIGHT_WRITE))
        return flags | ABI_O_RDWR;
    return flags | (rights & RIGHT_WRITE ? ABI_O_WRONLY : 0);
}

#define SETTABLE \
    (OBJ_NONBLOCK | OBJ_APPEND | OBJ_ASYNC | OBJ_DIRECT | OBJ_NOATIME)

static s64 set_flags(struct caller *who, struct handle_ref *ref, int fd,
                     u32 arg)
{
    struct object *obj = ref->object;
    struct file *f = file_from_object(obj);
    u32 old = (u32)atomic_load(&obj->flags), new_flags;
    int error;

    new_flags = (old & ~SETTABLE) | abi_flags_to_object(arg);
    if (!object_can_async(obj))
        new_flags &= ~(u32)OBJ_ASYNC;
    if (f) {
        if (new_flags & OBJ_DIRECT && !S_ISFIFO(f->inode->mode) &&
            !f->inode->ops->direct_io)
            return -EINVAL;
        if ((old & ~new_flags) & OBJ_APPEND && f->inode->flags & INODE_APPEND)
            return -EPERM;
        if ((new_flags & ~old) & OBJ_NOATIME &&
            !inode_owner_or_capable(who, f->inode))
            return -EPERM;
    }
    if (obj->ops->set_flags) {
        error = obj->ops->set_flags(obj, old, new_flags);
        if (error)
            return error;
    }
    if (new_flags & ~old & OBJ_ASYNC) {
        error = object_owner_watch(ref, fd);
        if (error)
            return error;
    }
    atomic_set(&obj->flags, (int)new_flags);
    return 0;
}

/* ----------------------------------------------------------------- locks */

static s64 lock_from_abi(struct object *obj, const struct abi_flock *in,
                         struct lock_range *r)
{
    struct file *f = file_from_object(obj);
    s64 start;

    switch (in->whence) {
    case 0:
        start = 0;
        break;
    case 1:
        start = f ? f->pos : 0;
        break;
    case 2:
        start = f ? inode_size(f->inode) : 0;
        break;
    default:
        return -EINVAL;
    }
    if (check_add_overflow(start, in->start, &start))
        return -EOVERFLOW;
    if (start < 0)
        return -EINVAL;
    if (in->len > 0) {
        if (check_add_overflow(start, in->len - 1, &r->end))
            return -EOVERFLOW;
    } else if (in->len < 0) {
        r->end = start - 1;
        start += in->len;
        if (start < 0)
            return -EINVAL;
    } else {
        r->end = S64_MAX;
    }
    r->start = start;
    if (in->type < 0 || in->type > (s16)LOCK_UNLOCK)
        return -EINVAL;
    r->type = (u32)in->type;
    return 0;
}

static s64 get_lock(struct caller *who, struct object *obj, u64 address,
                    bool ofd)
{
    struct lock_range r = {.family = ofd ? LOCK_OFD : LOCK_POSIX};
    struct abi_flock fl;
    s64 error;

    if (abi_get(who, &fl, address))
        return -EFAULT;
    if (fl.type != LOCK_READ && fl.type != LOCK_WRITE)
        return -EINVAL;
    error = lock_from_abi(obj, &fl, &r);
    if (error)
        return error;
    if (ofd && fl.pid)
        return -EINVAL;
    file_lock_test(who, obj, &r);
    fl.type = (s16)r.type;
    if (r.type != LOCK_UNLOCK) {
        fl.whence = 0;
        fl.start = r.start;
        fl.len = r.end == S64_MAX ? 0 : r.end - r.start + 1;
        fl.pid = r.pid;
    }
    return abi_put(who, address, &fl);
}

/* A file's open mode may be less than the grant's rights (O_PATH anew). */
static u32 lockable(struct object *obj, u32 rights)
{
    struct file *f = file_from_object(obj);

    if (f && !(f->access & FILE_READ))
        rights &= ~RIGHT_READ;
    if (f && !(f->access & FILE_WRITE))
        rights &= ~RIGHT_WRITE;
    return rights;
}

static s64 set_lock(struct caller *who, struct object *obj, u32 rights,
                    u64 address, bool ofd, bool wait)
{
    struct lock_range r = {.family = ofd ? LOCK_OFD : LOCK_POSIX};
    struct abi_flock fl;
    s64 error;

    if (abi_get(who, &fl, address))
        return -EFAULT;
    error = lock_from_abi(obj, &fl, &r);
    if (error)
        return error;
    rights = lockable(obj, rights);
    if ((r.type == LOCK_READ && !(rights & RIGHT_READ)) ||
        (r.type == LOCK_WRITE && !(rights & RIGHT_WRITE)))
        return -EBADF;
    if (ofd && fl.pid)
        return -EINVAL;
    return file_lock_set(who, obj, &r, wait);
}

static s64 lock_command(struct caller *who, struct object *obj, u32 rights,
                        u32 cmd, u64 arg)
{
    if (!(rights & RIGHT_LOCK))
        return -EBADF;
    switch (cmd) {
    case F_GETLK:
    case F_OFD_GETLK:
        return get_lock(who, obj, arg, cmd == F_OFD_GETLK);
    case F_SETLK:
    case F_OFD_SETLK:
        return set_lock(who, obj, rights, arg, cmd == F_OFD_SETLK, false);
    default:
        return set_lock(who, obj, rights, arg, cmd == F_OFD_SETLKW, true);
    }
}

#define ABI_LOCK_SH   1u
#define ABI_LOCK_EX   2u
#define ABI_LOCK_NB   4u
#define ABI_LOCK_UN   8u
#define ABI_LOCK_MAND 32u

s64 sys_flock(struct caller *who, const u64 *args)
{
    struct lock_range r = {.family = LOCK_FLOCK, .end = S64_MAX};
    u32 cmd = (u32)args[1];
    struct handle_ref ref;
    s64 error;

    if (cmd & ABI_LOCK_MAND) /* Linux ignores them since 5.15 */
        return 0;
    switch (cmd & ~ABI_LOCK_NB) {
    case ABI_LOCK_SH:
        r.type = LOCK_READ;
        break;
    case ABI_LOCK_EX:
        r.type = LOCK_WRITE;
        break;
    case ABI_LOCK_UN:
        r.type = LOCK_UNLOCK;
        break;
    default:
        return -EINVAL;
    }
    error = handle_get(who, abi_fd(args[0]), RIGHT_NONE, &ref);
    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (!(ref.grant->rights & RIGHT_LOCK))
        error = -EBADF;
    else
        error = file_lock_set(who, ref.object, &r, !(cmd & ABI_LOCK_NB));
    handle_done(&ref);
    return error;
}

/* ----------------------------------------------------------------- fcntl */

static s64 file_command(struct caller *who, struct handle_ref *ref, int fd,
                        u32 cmd, u64 arg)
{
    struct file *f = file_from_object(ref->object);
    u32 rights = ref->grant->rights;

    switch (cmd) {
    case F_SETFL:
    case F_SETOWN:
    case F_SETSIG:
    case F_SETOWN_EX:
    case F_SETPIPE_SZ:
    case F_NOTIFY:
        if (!(rights & RIGHT_FLAGS))
            return -EBADF;
        break;
    case F_SETLEASE:
        if (!(rights & RIGHT_LOCK))
            return -EBADF;
        break;
    }
    switch (cmd) {
    case F_SETFL:
        return set_flags(who, ref, fd, (u32)arg);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return lock_command(who, ref->object, rights, cmd, arg);
    case F_SETLEASE:
        return f ? file_lease_set(who, f, (u32)arg) : -EINVAL;
    case F_GETLEASE:
        return f ? file_lease_get(f) : (s64)LOCK_UNLOCK;
    case F_NOTIFY:
        return dnotify_set(who, ref, fd, (u32)arg);
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ:
        if (!pipe_hooks)
            return -EBADF;
        return cmd == F_SETPIPE_SZ
                   ? pipe_hooks->set_size(who, ref->object, (u32)arg)
                   : pipe_hooks->get_size(ref->object);
    case F_ADD_SEALS:
        if (f && f->access & FILE_WRITE && !(rights & RIGHT_WRITE))
            return -EPERM;
        return f ? tmpfs_add_seals(f, (u32)arg) : -EINVAL;
    case F_GET_SEALS:
        return f ? tmpfs_get_seals(f) : -EINVAL;
    case F_SETOWN:
    case F_GETOWN:
    case F_SETSIG:
    case F_GETSIG:
    case F_SETOWN_EX:
    case F_GETOWN_EX:
    case F_GETOWNER_UIDS:
        return abi_owner_command(who, ref, fd, cmd, arg);
    default:
        return -EINVAL;
    }
}

s64 sys_fcntl(struct caller *who, const u64 *args)
{
    int fd = abi_fd(args[0]);
    u32 cmd = (u32)args[1];
    struct handle_ref ref;
    s64 result;

    switch (cmd) {
    case F_DUPFD:
        return dup_from(who, fd, args[2], 0);
    case F_DUPFD_CLOEXEC:
        return dup_from(who, fd, args[2], HANDLE_CLOEXEC);
    case F_GETFD:
        return handle_get_slot_flags(who, fd);
    case F_SETFD:
        return handle_set_slot_flags(who, fd, args[2] & 1 ? HANDLE_CLOEXEC : 0);
    }
    result = handle_get(who, fd, RIGHT_NONE, &ref);
    if (result)
        return result;
    if (cmd == F_GETFL)
        result = get_flags(&ref);
    else if (ref.object->kind == OBJECT_PATH)
        result = -EBADF;
    else
        result = file_command(who, &ref, fd, cmd, args[2]);
    handle_done(&ref);
    return result;
}

/* ----------------------------------------------------------------- ioctl */

#define FIONCLEX 0x5450u
#define FIOCLEX  0x5451u
#define FIONBIO  0x5421u
#define FIOASYNC 0x5452u
#define FIOQSIZE 0x5460u
#define FIONREAD 0x541bu
#define FIGETBSZ 2u

static s64 set_flag(struct caller *who, struct handle_ref *ref, int fd,
                    u32 flag, u64 address)
{
    struct object *obj = ref->object;
    u32 value, old = (u32)atomic_load(&obj->flags), new_flags;
    int error;

    if (user_read32(who->mm, address, &value))
        return -EFAULT;
    if (!(ref->grant->rights & RIGHT_FLAGS))
        return -EBADF;
    new_flags = value ? old | flag : old & ~flag;
    if ((old ^ new_flags) & OBJ_ASYNC) {
        if (!object_can_async(obj))
            return -ENOTTY;
        if (value) {
            error = object_owner_watch(ref, fd);
            if (error)
                return error;
        }
    }
    if (obj->ops->set_flags) {
        error = obj->ops->set_flags(obj, old, new_flags);
        if (error)
            return error;
    }
    atomic_set(&obj->flags, (int)new_flags);
    return 0;
}

/* What every file has. -ENOIOCTLCMD: ask the object. */
static s64 common_ioctl(struct caller *who, struct handle_ref *ref, int fd,
                        u32 cmd, u64 arg)
{
    struct file *f = file_from_object(ref->object);

    switch (cmd) {
    case FIOCLEX:
        return handle_set_slot_flags(who, fd, HANDLE_CLOEXEC);
    case FIONCLEX:
        return handle_set_slot_flags(who, fd, 0);
    case FIONBIO:
        return set_flag(who, ref, fd, OBJ_NONBLOCK, arg);
    case FIOASYNC:
        return set_flag(who, ref, fd, OBJ_ASYNC, arg);
    case FIGETBSZ:
        if (!f || !S_ISREG(f->inode->mode))
            return -ENOIOCTLCMD;
        return user_write32(who->mm, arg, f->inode->sb->block_size);
    case FIONREAD:
        if (!f || !S_ISREG(f->inode->mode) || !f->inode->mapping)
            return -ENOIOCTLCMD;
        return user_write32(who->mm, arg, (u32)(inode_size(f->inode) - f->pos));
    case FIOQSIZE:
        if (f && (S_ISREG(f->inode->mode) || S_ISDIR(f->inode->mode) ||
                  S_ISLNK(f->inode->mode)))
            return user_write64(who->mm, arg, (u64)inode_size(f->inode));
        return -ENOTTY;
    default:
        return -ENOIOCTLCMD;
    }
}

s64 sys_ioctl(struct caller *who, const u64 *args)
{
    int fd = abi_fd(args[0]);
    u32 cmd = (u32)args[1];
    struct handle_ref ref;
    s64 result = handle_get(who, fd, RIGHT_NONE, &ref);

    if (result)
        return result;
    result = -EBADF;
    if (ref.object->kind == OBJECT_PATH || !(ref.grant->rights & RIGHT_IOCTL))
        goto out;
    result = common_ioctl(who, &ref, fd, cmd, args[2]);
    if (result == -ENOIOCTLCMD)
        result = ref.object->ops->ioctl
                     ? ref.object->ops->ioctl(ref.object, who, cmd, args[2])
                     : -ENOTTY;
    if (result == -ENOIOCTLCMD)
        result = -ENOTTY;
out:
    handle_done(&ref);
    return result;
}
