/* stat, statx, access, readlink, statfs. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "proc/cred.h"

#define AT_EACCESS          0x200u
#define AT_NO_AUTOMOUNT     0x800u
#define AT_STATX_FORCE_SYNC 0x2000u
#define AT_STATX_DONT_SYNC  0x4000u

static u32 walk_of(u32 at_flags)
{
    return (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : (u32)WALK_FOLLOW) |
           (at_flags & AT_EMPTY_PATH ? (u32)WALK_EMPTY : 0);
}

/* The attributes of a name; tries the walk without references first. */
static int attributes_of(struct caller *who, int dirfd, const char *name,
                         u32 walk, struct file_attributes *out)
{
    struct path path;
    u32 seq, rights;
    int error;

    if (*name && path_peek(who, dirfd, name, walk, &path, &seq, &error)) {
        if (!error && path.dentry->inode->ops->attributes_may_sleep) {
            path_peek_end(seq);
        } else {
            if (!error)
                error = vfs_attributes(who, &path, out);
            if (path_peek_end(seq))
                return error;
        }
    }
    error = path_lookup_rights(who, dirfd, name, walk, &path, &rights);
    if (error)
        return error;
    if (who->flags & CALLER_CAPABILITY && !(rights & RIGHT_STAT))
        error = -EACCES;
    else
        error = vfs_attributes(who, &path, out);
    path_put(&path);
    return error;
}

static int stat_handle(struct caller *who, int fd, struct file_attributes *out)
{
    struct handle_ref ref;
    int error = handle_get(who, fd, RIGHT_STAT, &ref);

    if (error)
        return error;
    error = object_attributes(who, ref.object, out);
    handle_done(&ref);
    return error;
}

static int stat_name(struct caller *who, int dirfd, u64 address, u32 at_flags,
                     struct file_attributes *out)
{
    struct abi_name name;
    int error = abi_name_get(who, address, &name);

    if (error)
        return error;
    if (!*name.text && at_flags & AT_EMPTY_PATH && dirfd != AT_FDCWD)
        error = stat_handle(who, dirfd, out);
    else
        error = attributes_of(who, dirfd, name.text, walk_of(at_flags), out);
    abi_name_put(&name);
    return error;
}

static s64 put_stat(struct caller *who, u64 address,
                    const struct file_attributes *a)
{
    struct user_namespace *ns = who->cred->user_ns;
    struct arch_stat st;

    memset(&st, 0, sizeof(st));
    st.dev = devnum_encode(a->dev);
    st.ino = a->ino;
    st.nlink = a->nlink;
    st.mode = a->mode;
    st.uid = uid_from_kernel(ns, a->uid);
    st.gid = gid_from_kernel(ns, a->gid);
    st.rdev = devnum_encode(a->rdev);
    st.size = a->size;
    st.blksize = (__typeof__(st.blksize))a->block_size;
    st.blocks = (__typeof__(st.blocks))a->blocks;
    st.atime = a->atime.seconds;
    st.atime_nsec = a->atime.nanoseconds;
    st.mtime = a->mtime.seconds;
    st.mtime_nsec = a->mtime.nanoseconds;
    st.ctime = a->ctime.seconds;
    st.ctime_nsec = a->ctime.nanoseconds;
    return abi_put(who, address, &st);
}

s64 sys_stat(struct caller *who, const u64 *args)
{
    struct file_attributes a;
    s64 error = stat_name(who, AT_FDCWD, args[0], 0, &a);

    return error ? error : put_stat(who, args[1], &a);
}

s64 sys_lstat(struct caller *who, const u64 *args)
{
    struct file_attributes a;
    s64 error = stat_name(who, AT_FDCWD, args[0], AT_SYMLINK_NOFOLLOW, &a);

    return error ? error : put_stat(who, args[1], &a);
}

s64 sys_fstat(struct caller *who, const u64 *args)
{
    struct file_attributes a;
    s64 error = stat_handle(who, abi_fd(args[0]), &a);

    return error ? error : put_stat(who, args[1], &a);
}

s64 sys_newfstatat(struct caller *who, const u64 *args)
{
    struct file_attributes a;
    u32 flags = (u32)args[3];
    s64 error;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
                  AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC))
        return -EINVAL;
    error = stat_name(who, abi_fd(args[0]), args[1], flags, &a);
    return error ? error : put_stat(who, args[2], &a);
}

/* ----------------------------------------------------------------- statx */

struct abi_statx_time {
    s64 sec;
    u32 nsec;
    s32 pad;
};
struct abi_statx {
    u32 mask, blksize;
    u64 attributes;
    u32 nlink, uid, gid;
    u16 mode, pad1;
    u64 ino, size, blocks, attributes_mask;
    struct abi_statx_time atime, btime, ctime, mtime;
    u32 rdev_major, rdev_minor, dev_major, dev_minor;
    u64 mnt_id;
    u32 dio_mem_align, dio_offset_align;
    u64 spare[12];
};
ASSERT_SIZE(struct abi_statx, 256);

#define STATX_BASIC    0x7ffu
#define STATX_BTIME    0x800u
#define STATX_MNT_ID   0x1000u
#define STATX_RESERVED 0x80000000u

static struct abi_statx_time statx_time(struct file_time t)
{
    return (struct abi_statx_time){t.seconds, t.nanoseconds, 0};
}

s64 sys_statx(struct caller *who, const u64 *args)
{
    struct user_namespace *ns = who->cred->user_ns;
    struct file_attributes a;
    struct abi_statx x;
    u32 flags = (u32)args[2], mask = (u32)args[3];
    int error;

    if (mask & STATX_RESERVED)
        return -EINVAL;
    if ((flags & (AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC)) ==
        (AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC))
        return -EINVAL;
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
                  AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC))
        return -EINVAL;
    error = stat_name(who, abi_fd(args[0]), args[1], flags, &a);
    if (error)
        return error;
    memset(&x, 0, sizeof(x));
    x.mask = STATX_BASIC | STATX_MNT_ID;
    if (a.have_btime && mask & STATX_BTIME) {
        x.mask |= STATX_BTIME;
        x.btime = statx_time(a.btime);
    }
    x.blksize = a.block_size;
    x.attributes = a.attributes;
    x.attributes_mask = a.attributes_mask;
    x.nlink = a.nlink;
    x.uid = uid_from_kernel(ns, a.uid);
    x.gid = gid_from_kernel(ns, a.gid);
    x.mode = (u16)a.mode;
    x.ino = a.ino;
    x.size = (u64)a.size;
    x.blocks = a.blocks;
    x.atime = statx_time(a.atime);
    x.mtime = statx_time(a.mtime);
    x.ctime = statx_time(a.ctime);
    x.rdev_major = DEV_MAJOR(a.rdev);
    x.rdev_minor = DEV_MINOR(a.rdev);
    x.dev_major = DEV_MAJOR(a.dev);
    x.dev_minor = DEV_MINOR(a.dev);
    x.mnt_id = a.mount_id;
    return abi_put(who, args[4], &x);
}

/* ---------------------------------------------------------------- access */

/* The caller with its real ids, as access(2) wants. NULL: no memory. */
static struct cred *real_cred(const struct caller *who)
{
    struct cred *c = cred_copy(who->cred);

    if (!c)
        return NULL;
    c->fsuid = c->uid;
    c->fsgid = c->gid;
    if (!(c->securebits & 4)) /* SECURE_NO_SETUID_FIXUP */
        c->cap_effective = cred_root_is(c, c->uid) ? c->cap_permitted : 0;
    return c;
}

static bool ids_differ(const struct cred *c)
{
    return !kuid_equal(c->fsuid, c->uid) || !kgid_equal(c->fsgid, c->gid) ||
           (!(c->securebits & 4) &&
            c->cap_effective !=
                (cred_root_is(c, c->uid) ? c->cap_permitted : 0));
}

static s64 do_access(struct caller *who, int dirfd, u64 address, u32 mask,
                     u32 flags)
{
    struct caller as = *who;
    struct cred *real = NULL;
    struct abi_name name;
    struct path path;
    int error;

    if (mask & ~7u ||
        flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    error = abi_name_get(who, address, &name);
    if (error)
        return error;
    if (!(flags & AT_EACCESS) && ids_differ(who->cred)) {
        real = real_cred(who);
        if (!real) {
            abi_name_put(&name);
            return -ENOMEM;
        }
        as.cred = real;
    }
    error = path_lookup(&as, dirfd, name.text, walk_of(flags), &path);
    if (!error) {
        error = vfs_access(&as, &path, mask);
        path_put(&path);
    }
    if (real)
        cred_put(real);
    abi_name_put(&name);
    return error;
}

s64 sys_access(struct caller *who, const u64 *args)
{
    return do_access(who, AT_FDCWD, args[0], (u32)args[1], 0);
}

s64 sys_faccessat(struct caller *who, const u64 *args)
{
    return do_access(who, abi_fd(args[0]), args[1], (u32)args[2], 0);
}

s64 sys_faccessat2(struct caller *who, const u64 *args)
{
    return do_access(who, abi_fd(args[0]), args[1], (u32)args[2], (u32)args[3]);
}

/* -------------------------------------------------------------- readlink */

static s64 do_readlink(struct caller *who, int dirfd, u64 address, u64 buffer,
                       s32 size)
{
    struct abi_name name;
    struct path path;
    char *text;
    s64 result;

    if (size <= 0)
        return -EINVAL;
    result = abi_name_get(who, address, &name);
    if (result)
        return result;
    result = path_lookup(who, dirfd, name.text, WALK_EMPTY, &path);
    if (result)
        goto out;
    text = path_read_link(who, &path);
    result = PTR_ERR_OR_ZERO(text);
    if (result == -EINVAL && !*name.text)
        result = -ENOENT;
    if (!result) {
        size_t n = min(strlen(text), (size_t)size);

        inode_touch_accessed(&path);
        result = user_write(who->mm, buffer, text, n) ? -EFAULT : (s64)n;
        kfree(text);
    }
    path_put(&path);
out:
    abi_name_put(&name);
    return result;
}

s64 sys_readlink(struct caller *who, const u64 *args)
{
    return do_readlink(who, AT_FDCWD, args[0], args[1], (s32)args[2]);
}

s64 sys_readlinkat(struct caller *who, const u64 *args)
{
    return do_readlink(who, abi_fd(args[0]), args[1], args[2], (s32)args[3]);
}

/* ---------------------------------------------------------------- statfs */

struct abi_statfs {
    u64 type, bsize, blocks, bfree, bavail, files, ffree;
    u32 fsid[2];
    u64 namelen, frsize, flags, spare[4];
};
ASSERT_SIZE(struct abi_statfs, 120);

static s64 put_statfs(struct caller *who, const struct path *path, u64 address)
{
    struct file_system_statistics s;
    struct abi_statfs out;
    int error = vfs_statistics(path, &s);

    if (error)
        return error;
    memset(&out, 0, sizeof(out));
    out.type = s.type;
    out.bsize = s.block_size;
    out.blocks = s.blocks;
    out.bfree = s.blocks_free;
    out.bavail = s.blocks_available;
    out.files = s.files;
    out.ffree = s.files_free;
    out.fsid[0] = (u32)s.id;
    out.fsid[1] = (u32)(s.id >> 32);
    out.namelen = s.name_max;
    out.frsize = s.fragment_size;
    out.flags = mount_statfs_flags(path->mnt);
    return abi_put(who, address, &out);
}

s64 sys_statfs(struct caller *who, const u64 *args)
{
    struct abi_name name;
    struct path path;
    s64 error = abi_name_get(who, args[0], &name);

    if (error)
        return error;
    error = path_lookup(who, AT_FDCWD, name.text, WALK_FOLLOW, &path);
    abi_name_put(&name);
    if (error)
        return error;
    error = put_statfs(who, &path, args[1]);
    path_put(&path);
    return error;
}

s64 sys_fstatfs(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_STAT, &ref, &f);

    if (error)
        return error;
    if (f) {
        error = put_statfs(who, &f->path, args[1]);
    } else {
        struct abi_statfs out;

        memset(&out, 0, sizeof(out));
        out.type = ref.object->kind == OBJECT_PIPE     ? 0x50495045
                   : ref.object->kind == OBJECT_SOCKET ? 0x534f434b
                                                       : 0x09041934;
        out.bsize = out.frsize = PAGE_SIZE;
        out.namelen = NAME_MAX;
        out.flags = 0x20;
        error = abi_put(who, args[1], &out);
    }
    handle_done(&ref);
    return error;
}
