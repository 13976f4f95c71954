/* chmod, chown, utimes, truncate, fallocate, sync. */
#include "abi/fs_abi.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "proc/cred.h"
#include "vm/mapping.h"

/* Change attributes of a path that is known. */
static s64 set_path(struct caller *who, const struct path *path,
                    struct set_attributes *set)
{
    s64 error = mount_get_write(path->mnt);

    if (error)
        return error;
    error = vfs_set_attributes(who, path, set);
    mount_put_write(path->mnt);
    return error;
}

static s64 set_name(struct caller *who, int dirfd, u64 address, u32 walk,
                    struct set_attributes *set)
{
    struct abi_name name;
    struct path path;
    u32 rights;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    error = path_lookup_rights(who, dirfd, name.text, walk, &path, &rights);
    abi_name_put(&name);
    if (error)
        return error;
    if (who->flags & CALLER_CAPABILITY && !(rights & RIGHT_SETATTR))
        error = -EACCES;
    else
        error = set_path(who, &path, set);
    path_put(&path);
    return error;
}

static s64 set_handle(struct caller *who, int fd, struct set_attributes *set)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, fd, RIGHT_SETATTR, &ref, &f);

    if (error)
        return error;
    error = f ? set_path(who, &f->path, set)
              : object_set_attributes(who, ref.object, set);
    handle_done(&ref);
    return error;
}

static struct set_attributes mode_set(u64 mode)
{
    return (struct set_attributes){.valid = SET_MODE,
                                   .mode = (u32)mode & S_IALLUGO};
}

s64 sys_chmod(struct caller *who, const u64 *args)
{
    struct set_attributes set = mode_set(args[1]);

    return set_name(who, AT_FDCWD, args[0], WALK_FOLLOW, &set);
}

s64 sys_fchmodat(struct caller *who, const u64 *args)
{
    struct set_attributes set = mode_set(args[2]);

    return set_name(who, abi_fd(args[0]), args[1], WALK_FOLLOW, &set);
}

s64 sys_fchmod(struct caller *who, const u64 *args)
{
    struct set_attributes set = mode_set(args[1]);

    return set_handle(who, abi_fd(args[0]), &set);
}

/* -EINVAL: an id that the caller's user namespace does not know. */
static s64 owner_set(struct caller *who, u64 uid, u64 gid,
                     struct set_attributes *set)
{
    *set = (struct set_attributes){.valid = 0};
    if ((u32)uid != ~0u) {
        set->uid = uid_to_kernel(who->cred->user_ns, (u32)uid);
        if (kuid_equal(set->uid, KUID_INVALID))
            return -EINVAL;
        set->valid |= SET_UID;
    }
    if ((u32)gid != ~0u) {
        set->gid = gid_to_kernel(who->cred->user_ns, (u32)gid);
        if (kgid_equal(set->gid, KGID_INVALID))
            return -EINVAL;
        set->valid |= SET_GID;
    }
    return 0;
}

static s64 do_chown(struct caller *who, int dirfd, u64 address, u64 uid,
                    u64 gid, u32 walk)
{
    struct set_attributes set;
    s64 error = owner_set(who, uid, gid, &set);

    return error ? error : set_name(who, dirfd, address, walk, &set);
}

s64 sys_chown(struct caller *who, const u64 *args)
{
    return do_chown(who, AT_FDCWD, args[0], args[1], args[2], WALK_FOLLOW);
}

s64 sys_lchown(struct caller *who, const u64 *args)
{
    return do_chown(who, AT_FDCWD, args[0], args[1], args[2], 0);
}

s64 sys_fchownat(struct caller *who, const u64 *args)
{
    u32 flags = (u32)args[4];

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return do_chown(who, abi_fd(args[0]), args[1], args[2], args[3],
                    (flags & AT_SYMLINK_NOFOLLOW ? 0 : (u32)WALK_FOLLOW) |
                        (flags & AT_EMPTY_PATH ? (u32)WALK_EMPTY : 0));
}

s64 sys_fchown(struct caller *who, const u64 *args)
{
    struct set_attributes set;
    s64 error = owner_set(who, args[1], args[2], &set);

    return error ? error : set_handle(who, abi_fd(args[0]), &set);
}

/* ----------------------------------------------------------------- times */

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* times[2], NULL: both now. 1: nothing to do. */
static s64 times_set(const struct abi_timespec *times,
                     struct set_attributes *set)
{
    struct file_time now = file_time_now();

    *set = (struct set_attributes){
        .valid = SET_ATIME | SET_MTIME, .atime = now, .mtime = now};
    if (!times || (times[0].nsec == UTIME_NOW && times[1].nsec == UTIME_NOW)) {
        set->valid |= SET_TIMES_NOW;
        return 0;
    }
    for (u32 i = 0; i < 2; i++) {
        s64 nsec = times[i].nsec;
        struct file_time *t = i ? &set->mtime : &set->atime;

        if (nsec == UTIME_OMIT)
            set->valid &= ~(u32)(i ? SET_MTIME : SET_ATIME);
        else if (nsec != UTIME_NOW) {
            if (nsec < 0 || nsec > 999999999)
                return -EINVAL;
            *t = (struct file_time){times[i].sec, (u32)nsec};
        }
    }
    return set->valid & (SET_ATIME | SET_MTIME) ? 0 : 1;
}

static s64 do_utimens(struct caller *who, int dirfd, u64 address,
                      const struct abi_timespec *times, u32 flags)
{
    struct set_attributes set;
    s64 result = times_set(times, &set);

    if (result)
        return result > 0 ? 0 : result;
    if (!address && dirfd != AT_FDCWD) {
        if (flags)
            return -EINVAL;
        return set_handle(who, dirfd, &set);
    }
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return set_name(who, dirfd, address,
                    (flags & AT_SYMLINK_NOFOLLOW ? 0 : (u32)WALK_FOLLOW) |
                        (flags & AT_EMPTY_PATH ? (u32)WALK_EMPTY : 0),
                    &set);
}

s64 sys_utimensat(struct caller *who, const u64 *args)
{
    struct abi_timespec times[2];

    if (args[2]) {
        if (abi_get(who, &times, args[2]))
            return -EFAULT;
        if (times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
            return 0;
    }
    return do_utimens(who, abi_fd(args[0]), args[1], args[2] ? times : NULL,
                      (u32)args[3]);
}

static s64 do_utimes(struct caller *who, int dirfd, u64 address, u64 from)
{
    struct abi_timespec times[2];

    if (from) {
        struct abi_timeval tv[2];

        if (abi_get(who, &tv, from))
            return -EFAULT;
        for (u32 i = 0; i < 2; i++) {
            if (tv[i].usec < 0 || tv[i].usec >= 1000000)
                return -EINVAL;
            times[i] = (struct abi_timespec){tv[i].sec, tv[i].usec * 1000};
        }
    }
    return do_utimens(who, dirfd, address, from ? times : NULL, 0);
}

s64 sys_utimes(struct caller *who, const u64 *args)
{
    return do_utimes(who, AT_FDCWD, args[0], args[1]);
}

s64 sys_futimesat(struct caller *who, const u64 *args)
{
    return do_utimes(who, abi_fd(args[0]), args[1], args[2]);
}

s64 sys_utime(struct caller *who, const u64 *args)
{
    struct abi_timespec times[2];
    s64 seconds[2];

    if (args[1]) {
        if (abi_get(who, &seconds, args[1]))
            return -EFAULT;
        times[0] = (struct abi_timespec){seconds[0], 0};
        times[1] = (struct abi_timespec){seconds[1], 0};
    }
    return do_utimens(who, AT_FDCWD, args[0], args[1] ? times : NULL, 0);
}

/* ------------------------------------------------------------------ size */

s64 sys_truncate(struct caller *who, const u64 *args)
{
    struct abi_name name;
    struct path path;
    s64 error;

    if ((s64)args[1] < 0)
        return -EINVAL;
    error = abi_name_get(who, args[0], &name);
    if (error)
        return error;
    error = path_lookup(who, AT_FDCWD, name.text, WALK_FOLLOW, &path);
    abi_name_put(&name);
    if (error)
        return error;
    error = vfs_truncate(who, &path, (s64)args[1]);
    path_put(&path);
    return error;
}

s64 sys_ftruncate(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error;

    if ((s64)args[1] < 0)
        return -EINVAL;
    error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);
    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (!f || !(ref.grant->rights & RIGHT_WRITE))
        error = -EINVAL;
    else
        error = file_truncate(who, f, (s64)args[1]);
    handle_done(&ref);
    return error;
}

s64 sys_fallocate(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (!f)
        error = ref.object->kind == OBJECT_PIPE ? -ESPIPE : -ENODEV;
    else if (!(ref.grant->rights & RIGHT_WRITE))
        error = -EBADF;
    else
        error =
            file_fallocate(who, f, (u32)args[1], (s64)args[2], (s64)args[3]);
    handle_done(&ref);
    return error;
}

s64 sys_fadvise64(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (ref.object->kind == OBJECT_PIPE)
        error = -ESPIPE;
    else if ((s64)args[2] < 0 || (u32)args[3] > 5)
        error = -EINVAL;
    handle_done(&ref);
    return error;
}

s64 sys_readahead(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_READ, &ref, &f);

    if (error)
        return error;
    if (!f || !f->inode->mapping)
        error = -EINVAL;
    else
        mapping_read_ahead(f->inode->mapping, args[1] >> PAGE_SHIFT,
                           DIV_ROUND_UP(min(args[2], 1UL << 30), PAGE_SIZE));
    handle_done(&ref);
    return error;
}

/* ------------------------------------------------------------------ sync */

static s64 do_fsync(struct caller *who, int fd, bool data_only)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, fd, RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (!f || f->driver || S_ISFIFO(f->inode->mode))
        error = -EINVAL;
    else if (!(ref.grant->rights & RIGHT_SYNC))
        error = -EBADF;
    else if (f->inode->ops->fsync)
        error = f->inode->ops->fsync(f, 0, S64_MAX, data_only);
    else if (!S_ISDIR(f->inode->mode) && !S_ISREG(f->inode->mode))
        error = -EINVAL;
    handle_done(&ref);
    return error;
}

s64 sys_fsync(struct caller *who, const u64 *args)
{
    return do_fsync(who, abi_fd(args[0]), false);
}

s64 sys_fdatasync(struct caller *who, const u64 *args)
{
    return do_fsync(who, abi_fd(args[0]), true);
}

s64 sys_sync(struct caller *who, const u64 *args)
{
    (void)who;
    (void)args;
    super_sync_all();
    return 0;
}

s64 sys_syncfs(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (f && !(ref.grant->rights & RIGHT_SYNC))
        error = -EBADF;
    else if (f && f->path.mnt->sb->ops->sync)
        error = f->path.mnt->sb->ops->sync(f->path.mnt->sb, true);
    handle_done(&ref);
    return error;
}

#define SYNC_FILE_RANGE_ALL 7u

s64 sys_sync_file_range(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 offset = (s64)args[1], length = (s64)args[2], end;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if ((u32)args[3] & ~SYNC_FILE_RANGE_ALL || offset < 0 ||
             check_add_overflow(offset, length, &end) || end < offset)
        error = -EINVAL;
    else if (!f || S_ISCHR(f->inode->mode) || S_ISFIFO(f->inode->mode))
        error = -ESPIPE;
    else if (!(ref.grant->rights & RIGHT_SYNC))
        error = -EBADF;
    else if (f->inode->mapping)
        error = mapping_sync(f->inode->mapping, offset, length ? end : S64_MAX);
    handle_done(&ref);
    return error;
}
