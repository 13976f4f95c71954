/* Calls that make, move and remove names; directories of a process. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "proc/cred.h"

#define AT_REMOVEDIR      0x200u
#define AT_SYMLINK_FOLLOW 0x400u

static s64 do_mkdir(struct caller *who, int dirfd, u64 address, u32 mode)
{
    struct abi_name name;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    error = vfs_mkdir(who, dirfd, name.text, mode);
    abi_name_put(&name);
    return error;
}

s64 sys_mkdir(struct caller *who, const u64 *args)
{
    return do_mkdir(who, AT_FDCWD, args[0], (u32)args[1]);
}

s64 sys_mkdirat(struct caller *who, const u64 *args)
{
    return do_mkdir(who, abi_fd(args[0]), args[1], (u32)args[2]);
}

static s64 do_mknod(struct caller *who, int dirfd, u64 address, u32 mode,
                    u32 dev)
{
    struct abi_name name;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    error = vfs_mknod(who, dirfd, name.text, mode, devnum_decode(dev));
    abi_name_put(&name);
    return error;
}

s64 sys_mknod(struct caller *who, const u64 *args)
{
    return do_mknod(who, AT_FDCWD, args[0], (u32)args[1] & 0xffff,
                    (u32)args[2]);
}

s64 sys_mknodat(struct caller *who, const u64 *args)
{
    return do_mknod(who, abi_fd(args[0]), args[1], (u32)args[2] & 0xffff,
                    (u32)args[3]);
}

static s64 do_unlink(struct caller *who, int dirfd, u64 address, bool dir)
{
    struct abi_name name;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    error = dir ? vfs_rmdir(who, dirfd, name.text)
                : vfs_unlink(who, dirfd, name.text);
    abi_name_put(&name);
    return error;
}

s64 sys_unlink(struct caller *who, const u64 *args)
{
    return do_unlink(who, AT_FDCWD, args[0], false);
}

s64 sys_rmdir(struct caller *who, const u64 *args)
{
    return do_unlink(who, AT_FDCWD, args[0], true);
}

s64 sys_unlinkat(struct caller *who, const u64 *args)
{
    if ((u32)args[2] & ~AT_REMOVEDIR)
        return -EINVAL;
    return do_unlink(who, abi_fd(args[0]), args[1], (u32)args[2]);
}

/* Two names from user space. */
static s64 get_two(struct caller *who, u64 a, struct abi_name *first, u64 b,
                   struct abi_name *second)
{
    s64 error = abi_name_get(who, a, first);

    if (error)
        return error;
    error = abi_name_get(who, b, second);
    if (error)
        abi_name_put(first);
    return error;
}

static s64 do_symlink(struct caller *who, u64 target, int dirfd, u64 address)
{
    struct abi_name text, name;
    s64 error = get_two(who, target, &text, address, &name);

    if (error)
        return error;
    error = vfs_symlink(who, text.text, dirfd, name.text);
    abi_name_put(&name);
    abi_name_put(&text);
    return error;
}

s64 sys_symlink(struct caller *who, const u64 *args)
{
    return do_symlink(who, args[0], AT_FDCWD, args[1]);
}

s64 sys_symlinkat(struct caller *who, const u64 *args)
{
    return do_symlink(who, args[0], abi_fd(args[1]), args[2]);
}

static s64 do_link(struct caller *who, int old_dirfd, u64 old_address,
                   int new_dirfd, u64 new_address, u32 flags)
{
    struct abi_name old_name, new_name;
    u32 walk = (flags & AT_SYMLINK_FOLLOW ? (u32)WALK_FOLLOW : 0) |
               (flags & AT_EMPTY_PATH ? (u32)WALK_EMPTY : 0);
    s64 error;

    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    error = get_two(who, old_address, &old_name, new_address, &new_name);
    if (error)
        return error;
    error =
        vfs_link(who, old_dirfd, old_name.text, new_dirfd, new_name.text, walk);
    abi_name_put(&new_name);
    abi_name_put(&old_name);
    return error;
}

s64 sys_link(struct caller *who, const u64 *args)
{
    return do_link(who, AT_FDCWD, args[0], AT_FDCWD, args[1], 0);
}

s64 sys_linkat(struct caller *who, const u64 *args)
{
    return do_link(who, abi_fd(args[0]), args[1], abi_fd(args[2]), args[3],
                   (u32)args[4]);
}

static s64 do_rename(struct caller *who, int old_dirfd, u64 old_address,
                     int new_dirfd, u64 new_address, u32 flags)
{
    struct abi_name old_name, new_name;
    s64 error;

    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
        return -EINVAL;
    error = get_two(who, old_address, &old_name, new_address, &new_name);
    if (error)
        return error;
    error = vfs_rename(who, old_dirfd, old_name.text, new_dirfd, new_name.text,
                       flags);
    abi_name_put(&new_name);
    abi_name_put(&old_name);
    return error;
}

s64 sys_rename(struct caller *who, const u64 *args)
{
    return do_rename(who, AT_FDCWD, args[0], AT_FDCWD, args[1], 0);
}

s64 sys_renameat(struct caller *who, const u64 *args)
{
    return do_rename(who, abi_fd(args[0]), args[1], abi_fd(args[2]), args[3],
                     0);
}

s64 sys_renameat2(struct caller *who, const u64 *args)
{
    return do_rename(who, abi_fd(args[0]), args[1], abi_fd(args[2]), args[3],
                     (u32)args[4]);
}

/* ------------------------------------------------ root and cwd of a process */

s64 sys_getcwd(struct caller *who, const u64 *args)
{
    char *buffer, *text;
    struct path cwd, root;
    bool unreachable;
    u32 rights;
    s64 result = fs_context_root(who->fs, &root);

    if (result)
        return result;
    result = fs_context_cwd(who->fs, &cwd, &rights);
    if (result) {
        path_put(&root);
        return result;
    }
    result = -ENOMEM;
    buffer = kmalloc(PATH_MAX, ALLOC_KERNEL);
    if (!buffer)
        goto out;
    result = -ENOENT;
    if (cwd.dentry->flags & DENTRY_DELETED)
        goto out;
    text =
        path_text(&cwd, &root, buffer + 16, PATH_MAX - 16, &unreachable, true);
    result = PTR_ERR_OR_ZERO(text);
    if (result)
        goto out;
    if (unreachable) {
        text -= 13;
        memcpy(text, "(unreachable)", 13);
    }
    result = (s64)strlen(text) + 1;
    if ((u64)result > args[1])
        result = -ERANGE;
    else if (user_write(who->mm, args[0], text, (size_t)result))
        result = -EFAULT;
out:
    kfree(buffer);
    path_put(&cwd);
    path_put(&root);
    return result;
}

static s64 lookup_directory(struct caller *who, u64 address, struct path *path)
{
    struct abi_name name;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    error = path_lookup(who, AT_FDCWD, name.text, WALK_FOLLOW | WALK_DIRECTORY,
                        path);
    abi_name_put(&name);
    if (error)
        return error;
    error = inode_permission(who, path->dentry->inode, MAY_EXEC | MAY_CHDIR);
    if (error)
        path_put(path);
    return error;
}

s64 sys_chdir(struct caller *who, const u64 *args)
{
    struct path path;
    s64 error = lookup_directory(who, args[0], &path);

    if (error)
        return error;
    error = fs_context_set_cwd(who->fs, &path, NULL);
    path_put(&path);
    return error;
}

s64 sys_fchdir(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    struct file *f;
    s64 error = abi_file_get(who, abi_fd(args[0]), RIGHT_NONE, &ref, &f);

    if (error)
        return error;
    if (!f || !S_ISDIR(f->inode->mode))
        error = -ENOTDIR;
    else if (!(ref.grant->rights & RIGHT_LOOKUP))
        error = -EACCES;
    else
        error = inode_permission(who, f->inode, MAY_EXEC | MAY_CHDIR);
    if (!error)
        error = fs_context_set_cwd(who->fs, &f->path, ref.grant);
    handle_done(&ref);
    return error;
}

s64 sys_chroot(struct caller *who, const u64 *args)
{
    struct path path;
    s64 error = lookup_directory(who, args[0], &path);

    if (error)
        return error;
    error = caller_capable(who, CAP_SYS_CHROOT) ? 0 : -EPERM;
    if (!error)
        error = fs_context_set_root(who->fs, &path, NULL);
    path_put(&path);
    return error;
}

/* ---------------------------------------------------------------- mounts */

/* An optional string of at most a page; NULL for address 0. */
static s64 get_text(struct caller *who, u64 address, char **out)
{
    ssize_t n;

    *out = NULL;
    if (!address)
        return 0;
    *out = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    if (!*out)
        return -ENOMEM;
    n = user_read_string(who->mm, *out, address, PAGE_SIZE);
    if (n >= 0)
        return 0;
    kfree(*out);
    *out = NULL;
    return n == -ENAMETOOLONG ? -EINVAL : n;
}

s64 sys_mount(struct caller *who, const u64 *args)
{
    char *source, *type, *options = NULL;
    struct abi_name target;
    s64 error = get_text(who, args[2], &type);

    if (error)
        return error;
    error = get_text(who, args[0], &source);
    if (error)
        goto out_type;
    error = get_text(who, args[4], &options);
    if (error)
        goto out_source;
    error = abi_name_get(who, args[1], &target);
    if (error)
        goto out_options;
    error = vfs_mount(who, source, target.text, type, args[3], options);
    abi_name_put(&target);
out_options:
    kfree(options);
out_source:
    kfree(source);
out_type:
    kfree(type);
    return error;
}

s64 sys_umount2(struct caller *who, const u64 *args)
{
    struct abi_name target;
    s64 error;

    if ((u32)args[1] & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    error = abi_name_get(who, args[0], &target);
    if (error)
        return error;
    error = vfs_umount(who, target.text, (u32)args[1]);
    abi_name_put(&target);
    return error;
}

s64 sys_pivot_root(struct caller *who, const u64 *args)
{
    struct abi_name new_root, put_old;
    s64 error = get_two(who, args[0], &new_root, args[1], &put_old);

    if (error)
        return error;
    error = vfs_pivot_root(who, new_root.text, put_old.text);
    abi_name_put(&put_old);
    abi_name_put(&new_root);
    return error;
}
