/* open and close, and copies of handles. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "proc/task.h"

#define VALID_OPEN_FLAGS                                                     \
    (ABI_O_ACCMODE | ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY | ABI_O_TRUNC | \
     ABI_O_APPEND | ABI_O_NONBLOCK | ABI_O_SYNC | ABI_O_ASYNC |              \
     ABI_O_NOATIME | ABI_O_CLOEXEC | ABI_O_PATH | ABI_O_TMPFILE |            \
     ARCH_O_DIRECTORY | ARCH_O_NOFOLLOW | ARCH_O_DIRECT | ARCH_O_LARGEFILE)
#define PATH_FLAGS \
    (ARCH_O_DIRECTORY | ARCH_O_NOFOLLOW | ABI_O_PATH | ABI_O_CLOEXEC)

struct flag_pair {
    u32 abi, open;
};

static const struct flag_pair open_flag_pairs[] = {
    {ABI_O_CREAT, OPEN_CREATE},       {ABI_O_EXCL, OPEN_EXCLUSIVE},
    {ABI_O_NOCTTY, OPEN_NOCTTY},      {ABI_O_TRUNC, OPEN_TRUNCATE},
    {ABI_O_APPEND, OPEN_APPEND},      {ABI_O_NONBLOCK, OPEN_NONBLOCK},
    {ABI_O_DSYNC, OPEN_DSYNC},        {ABI_O_ASYNC, OPEN_ASYNC},
    {ABI_O_NOATIME, OPEN_NOATIME},    {ABI_O_PATH, OPEN_PATH},
    {ABI_O_TMPFILE, OPEN_TMPFILE},    {ARCH_O_DIRECTORY, OPEN_DIRECTORY},
    {ARCH_O_NOFOLLOW, OPEN_NOFOLLOW}, {ARCH_O_DIRECT, OPEN_DIRECT},
};

static u32 convert_flags(u32 flags)
{
    static const u32 access[] = {OPEN_READ, OPEN_WRITE, OPEN_READ | OPEN_WRITE,
                                 OPEN_ACCESS3};
    u32 out = access[flags & ABI_O_ACCMODE];

    for (u32 i = 0; i < ARRAY_SIZE(open_flag_pairs); i++)
        if (flags & open_flag_pairs[i].abi)
            out |= open_flag_pairs[i].open;
    if ((flags & ABI_O_SYNC) == ABI_O_SYNC)
        out |= OPEN_SYNC;
    if (flags & ABI_O_PATH)
        out &= ~(u32)(OPEN_READ | OPEN_WRITE | OPEN_ACCESS3);
    return out;
}

static s64 do_open(struct caller *who, int dirfd, u64 address, u32 flags,
                   u32 mode, u32 resolve)
{
    struct open_args args = {.mode = mode & S_IALLUGO, .resolve = resolve};
    struct abi_name name;
    struct grant *g;
    struct file *f;
    u32 rights;
    int fd, error;

    if (flags & ABI_O_TMPFILE) {
        if (!(flags & ARCH_O_DIRECTORY) ||
            !(flags & (ABI_O_WRONLY | ABI_O_RDWR)) || flags & ABI_O_CREAT)
            return -EINVAL;
    }
    if (flags & ABI_O_PATH)
        flags &= PATH_FLAGS;
    if ((flags & (ABI_O_CREAT | ARCH_O_DIRECTORY)) ==
        (ABI_O_CREAT | ARCH_O_DIRECTORY))
        return -EINVAL;
    args.flags = convert_flags(flags);
    error = abi_name_get(who, address, &name);
    if (error)
        return error;
    fd = handle_reserve(who, 0, flags & ABI_O_CLOEXEC ? HANDLE_CLOEXEC : 0);
    if (fd < 0)
        goto out;
    error = vfs_open(who, dirfd, name.text, &args, &f, &rights);
    if (error) {
        handle_unreserve(who, fd);
        fd = error;
        goto out;
    }
    f->abi_flags = flags & ~(ABI_O_CREAT | ABI_O_EXCL | ABI_O_NOCTTY |
                             ABI_O_TRUNC | ABI_O_CLOEXEC);
    g = grant_create(file_object(f), rights);
    if (IS_ERR(g)) {
        handle_unreserve(who, fd);
        fd = (int)PTR_ERR(g);
        goto out;
    }
    handle_install(who, fd, g);
out:
    abi_name_put(&name);
    return fd;
}

/* What open() and openat() ignore, openat2() refuses. */
static u32 lenient(u64 flags)
{
    return ((u32)flags & VALID_OPEN_FLAGS) | ARCH_O_LARGEFILE;
}

s64 sys_openat(struct caller *who, const u64 *args)
{
    return do_open(who, abi_fd(args[0]), args[1], lenient(args[2]),
                   (u32)args[3], 0);
}

s64 sys_open(struct caller *who, const u64 *args)
{
    return do_open(who, AT_FDCWD, args[0], lenient(args[1]), (u32)args[2], 0);
}

s64 sys_creat(struct caller *who, const u64 *args)
{
    return do_open(who, AT_FDCWD, args[0],
                   lenient(ABI_O_CREAT | ABI_O_WRONLY | ABI_O_TRUNC),
                   (u32)args[1], 0);
}

struct abi_open_how {
    u64 flags, mode, resolve;
};
ASSERT_SIZE(struct abi_open_how, 24);

#define RESOLVE_NO_XDEV       0x01u
#define RESOLVE_NO_MAGICLINKS 0x02u
#define RESOLVE_NO_SYMLINKS   0x04u
#define RESOLVE_BENEATH       0x08u
#define RESOLVE_IN_ROOT       0x10u
#define RESOLVE_CACHED        0x20u

static const struct flag_pair resolve_pairs[] = {
    {RESOLVE_NO_XDEV, WALK_NO_XDEV},
    {RESOLVE_NO_MAGICLINKS, WALK_NO_MAGICLINKS},
    {RESOLVE_NO_SYMLINKS, WALK_NO_SYMLINKS | WALK_NO_MAGICLINKS},
    {RESOLVE_BENEATH, WALK_BENEATH},
    {RESOLVE_IN_ROOT, WALK_IN_ROOT},
    {RESOLVE_CACHED, WALK_CACHED},
};

s64 sys_openat2(struct caller *who, const u64 *args)
{
    struct abi_open_how how;
    u32 resolve = 0;
    int error;

    if (args[3] < sizeof(how))
        return -EINVAL;
    if (args[3] > PAGE_SIZE)
        return -E2BIG;
    error = abi_read_extensible(who, &how, sizeof(how), args[2], args[3]);
    if (error)
        return error;
    if (how.flags & ~(u64)VALID_OPEN_FLAGS)
        return -EINVAL;
    if (how.resolve & ~0x3fULL ||
        (how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) ==
            (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
        return -EINVAL;
    if (how.flags & (ABI_O_CREAT | ABI_O_TMPFILE)) {
        if (how.mode & ~(u64)S_IALLUGO)
            return -EINVAL;
    } else if (how.mode) {
        return -EINVAL;
    }
    if (how.flags & ABI_O_PATH && how.flags & ~(u64)PATH_FLAGS)
        return -EINVAL;
    if (how.resolve & RESOLVE_CACHED &&
        how.flags & (ABI_O_TRUNC | ABI_O_CREAT | ABI_O_TMPFILE))
        return -EAGAIN;
    for (u32 i = 0; i < ARRAY_SIZE(resolve_pairs); i++)
        if (how.resolve & resolve_pairs[i].abi)
            resolve |= resolve_pairs[i].open;
    return do_open(who, abi_fd(args[0]), args[1], (u32)how.flags, (u32)how.mode,
                   resolve);
}

/* ------------------------------------------------------ handles themselves */

s64 sys_close(struct caller *who, const u64 *args)
{
    return handle_close(who, abi_fd(args[0]));
}

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

/* The caller's own copy of a table that it shares; slots from `limit` on are
 * left out. */
static s64 unshare_handles(struct caller *who, u32 limit)
{
    struct handle_table *old = who->handles;
    struct handle_table *copy;

    if (!handle_table_is_shared(old))
        return 0;
    copy = handle_table_copy(old, limit);
    if (IS_ERR(copy))
        return PTR_ERR(copy);
    spin_lock(&who->task->alloc_lock);
    who->task->handles = who->handles = copy;
    spin_unlock(&who->task->alloc_lock);
    handle_table_put(old, who);
    return 0;
}

s64 sys_close_range(struct caller *who, const u64 *args)
{
    u32 first = (u32)args[0], last = (u32)args[1], flags = (u32)args[2];
    s64 error = 0;

    if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
        return -EINVAL;
    if (flags & CLOSE_RANGE_UNSHARE) {
        bool rest = last >= handle_table_capacity(who->handles) &&
                    !(flags & CLOSE_RANGE_CLOEXEC);

        error = unshare_handles(who, rest ? first : ~0u);
    }
    if (!error)
        handle_close_range(who, first, last, flags & CLOSE_RANGE_CLOEXEC);
    return error;
}

s64 sys_dup(struct caller *who, const u64 *args)
{
    struct grant *g = handle_get_grant(who, abi_fd(args[0]), RIGHT_NONE);

    return IS_ERR(g) ? PTR_ERR(g) : handle_add(who, g, 0);
}

static s64 dup_onto(struct caller *who, int from, int to, u32 flags)
{
    struct grant *g;

    if (to < 0 || (u64)to >= who->limit_nofile)
        return -EBADF;
    g = handle_get_grant(who, from, RIGHT_NONE);
    return IS_ERR(g) ? PTR_ERR(g) : handle_replace(who, to, g, flags);
}

s64 sys_dup2(struct caller *who, const u64 *args)
{
    int from = abi_fd(args[0]), to = abi_fd(args[1]);
    struct handle_ref ref;
    int error;

    if (from == to) {
        error = handle_get(who, from, RIGHT_NONE, &ref);
        if (error)
            return error;
        handle_done(&ref);
        return to;
    }
    return dup_onto(who, from, to, 0);
}

s64 sys_dup3(struct caller *who, const u64 *args)
{
    int from = abi_fd(args[0]), to = abi_fd(args[1]);

    if ((u32)args[2] & ~ABI_O_CLOEXEC)
        return -EINVAL;
    if (from == to)
        return -EINVAL;
    return dup_onto(who, from, to,
                    (u32)args[2] & ABI_O_CLOEXEC ? HANDLE_CLOEXEC : 0);
}

s64 sys_umask(struct caller *who, const u64 *args)
{
    u32 old = who->fs->umask;

    WRITE_ONCE(who->fs->umask, (u32)args[0] & 0777);
    return old;
}
