/* inotify; file handles, which no filesystem has. */
#include "abi/fs_abi.h"
#include "fs/file.h"
#include "fs/watch.h"

#define IN_NONBLOCK 04000u
#define IN_CLOEXEC  02000000u

static s64 do_init(struct caller *who, u32 flags)
{
    struct grant *g;

    if (flags & ~(IN_NONBLOCK | IN_CLOEXEC))
        return -EINVAL;
    g = inotify_create(who, flags & IN_NONBLOCK);
    if (IS_ERR(g))
        return PTR_ERR(g);
    return handle_add(who, g, flags & IN_CLOEXEC ? HANDLE_CLOEXEC : 0);
}

s64 sys_inotify_init(struct caller *who, const u64 *args)
{
    (void)args;
    return do_init(who, 0);
}

s64 sys_inotify_init1(struct caller *who, const u64 *args)
{
    return do_init(who, (u32)args[0]);
}

#define WATCH_VALID                                                        \
    (WATCH_ALL_EVENTS | WATCH_UNMOUNT | WATCH_Q_OVERFLOW | WATCH_IGNORED | \
     WATCH_ONLYDIR | WATCH_DONT_FOLLOW | WATCH_EXCL_UNLINK |               \
     WATCH_MASK_CREATE | WATCH_MASK_ADD | WATCH_ISDIR | WATCH_ONESHOT)

s64 sys_inotify_add_watch(struct caller *who, const u64 *args)
{
    u32 mask = (u32)args[2], walk = 0;
    struct handle_ref ref;
    struct abi_name name;
    struct path path;
    s64 result;

    if (!(mask & WATCH_VALID))
        return -EINVAL;
    result = handle_get(who, abi_fd(args[0]), RIGHT_NONE, &ref);
    if (result)
        return result;
    result = -EINVAL;
    if ((mask & (WATCH_MASK_ADD | WATCH_MASK_CREATE)) ==
        (WATCH_MASK_ADD | WATCH_MASK_CREATE))
        goto out;
    if (ref.object->kind != OBJECT_INOTIFY)
        goto out;
    result = abi_name_get(who, args[1], &name);
    if (result)
        goto out;
    if (!(mask & WATCH_DONT_FOLLOW))
        walk |= WALK_FOLLOW;
    if (mask & WATCH_ONLYDIR)
        walk |= WALK_DIRECTORY;
    result = path_lookup(who, AT_FDCWD, name.text, walk, &path);
    abi_name_put(&name);
    if (result)
        goto out;
    result = inotify_add(who, ref.object, &path, mask);
    path_put(&path);
out:
    handle_done(&ref);
    return result;
}

s64 sys_inotify_rm_watch(struct caller *who, const u64 *args)
{
    struct handle_ref ref;
    s64 result = handle_get(who, abi_fd(args[0]), RIGHT_NONE, &ref);

    if (result)
        return result;
    result = ref.object->kind == OBJECT_INOTIFY
                 ? inotify_remove(ref.object, (s32)args[1])
                 : -EINVAL;
    handle_done(&ref);
    return result;
}

s64 sys_name_to_handle_at(struct caller *who, const u64 *args)
{
    struct abi_name name;
    struct path path;
    u32 flags = (u32)args[4];
    s64 error;

    if (flags & ~(0x400u | AT_EMPTY_PATH))
        return -EINVAL;
    error = abi_name_get(who, args[1], &name);
    if (error)
        return error;
    error = path_lookup(who, abi_fd(args[0]), name.text,
                        (flags & 0x400u ? (u32)WALK_FOLLOW : 0) |
                            (flags & AT_EMPTY_PATH ? (u32)WALK_EMPTY : 0),
                        &path);
    abi_name_put(&name);
    if (error)
        return error;
    path_put(&path);
    return -EOPNOTSUPP;
}
