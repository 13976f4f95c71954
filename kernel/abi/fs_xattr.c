/* Extended attributes. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/vfs.h"
#include "lib/string.h"

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536u
#define XATTR_LIST_MAX 65536u

/* What a call is about: a name, or a handle. */
struct target {
    struct path path; /* owned unless `ref` is held */
    struct handle_ref ref;
    bool held;
};

static s64 target_name(struct caller *who, u64 address, bool follow,
                       struct target *t)
{
    struct abi_name name;
    s64 error = abi_name_get(who, address, &name);

    if (error)
        return error;
    t->held = false;
    error = path_lookup(who, AT_FDCWD, name.text, follow ? WALK_FOLLOW : 0,
                        &t->path);
    abi_name_put(&name);
    return error;
}

static s64 target_handle(struct caller *who, int fd, u32 rights,
                         struct target *t)
{
    struct file *f;
    s64 error = abi_file_get(who, fd, rights, &t->ref, &f);

    if (error)
        return error;
    if (t->ref.object->kind == OBJECT_PATH)
        error = -EBADF;
    else if (!f)
        error = -EOPNOTSUPP;
    if (error) {
        handle_done(&t->ref);
        return error;
    }
    t->held = true;
    t->path = f->path;
    return 0;
}

static void target_put(struct target *t)
{
    if (t->held)
        handle_done(&t->ref);
    else
        path_put(&t->path);
}

static s64 read_name(struct caller *who, u64 address, char *name)
{
    ssize_t n = user_read_string(who->mm, name, address, XATTR_NAME_MAX + 1);

    if (n == 0 || n == -ENAMETOOLONG)
        return -ERANGE;
    return n < 0 ? n : 0;
}

static s64 do_set(struct caller *who, struct target *t, const u64 *args)
{
    char name[XATTR_NAME_MAX + 1];
    u64 size = args[3];
    void *value = NULL;
    s64 error;

    if ((u32)args[4] & ~3u)
        return -EINVAL;
    error = read_name(who, args[1], name);
    if (error)
        return error;
    if (size > XATTR_SIZE_MAX)
        return -E2BIG;
    if (size) {
        value = kvmalloc(size, ALLOC_KERNEL);
        if (!value)
            return -ENOMEM;
        if (user_read(who->mm, value, args[2], size)) {
            kvfree(value);
            return -EFAULT;
        }
    }
    error = vfs_xattr_set(who, &t->path, name, value, size, (u32)args[4]);
    kvfree(value);
    return error;
}

static s64 do_get(struct caller *who, struct target *t, const u64 *args)
{
    char name[XATTR_NAME_MAX + 1];
    u64 size = min(args[3], (u64)XATTR_SIZE_MAX);
    void *value = NULL;
    s64 n = read_name(who, args[1], name);

    if (n)
        return n;
    if (size) {
        value = kvmalloc(size, ALLOC_KERNEL);
        if (!value)
            return -ENOMEM;
    }
    n = vfs_xattr_get(who, &t->path, name, value, size);
    if (n > 0 && size && user_write(who->mm, args[2], value, (size_t)n))
        n = -EFAULT;
    else if (n == -ERANGE && size >= XATTR_SIZE_MAX)
        n = -E2BIG;
    kvfree(value);
    return n;
}

static s64 do_list(struct caller *who, struct target *t, const u64 *args)
{
    u64 size = min(args[2], (u64)XATTR_LIST_MAX);
    char *list = NULL;
    s64 n;

    if (size) {
        list = kvmalloc(size, ALLOC_KERNEL);
        if (!list)
            return -ENOMEM;
    }
    n = vfs_xattr_list(who, &t->path, list, size);
    if (n > 0 && size && user_write(who->mm, args[1], list, (size_t)n))
        n = -EFAULT;
    else if (n == -ERANGE && size >= XATTR_LIST_MAX)
        n = -E2BIG;
    kvfree(list);
    return n;
}

static s64 do_remove(struct caller *who, struct target *t, const u64 *args)
{
    char name[XATTR_NAME_MAX + 1];
    s64 error = read_name(who, args[1], name);

    return error ? error : vfs_xattr_remove(who, &t->path, name);
}

typedef s64 (*action_fn)(struct caller *, struct target *, const u64 *);

static s64 by_name(struct caller *who, const u64 *args, bool follow,
                   action_fn action)
{
    struct target t;
    s64 result = target_name(who, args[0], follow, &t);

    if (result)
        return result;
    result = action(who, &t, args);
    target_put(&t);
    return result;
}

static s64 by_handle(struct caller *who, const u64 *args, u32 rights,
                     action_fn action)
{
    struct target t;
    s64 result = target_handle(who, abi_fd(args[0]), rights, &t);

    if (result)
        return result;
    result = action(who, &t, args);
    target_put(&t);
    return result;
}

#define XATTR_CALLS(verb, rights)                               \
    s64 sys_##verb##xattr(struct caller *who, const u64 *args)  \
    {                                                           \
        return by_name(who, args, true, do_##verb);             \
    }                                                           \
    s64 sys_l##verb##xattr(struct caller *who, const u64 *args) \
    {                                                           \
        return by_name(who, args, false, do_##verb);            \
    }                                                           \
    s64 sys_f##verb##xattr(struct caller *who, const u64 *args) \
    {                                                           \
        return by_handle(who, args, rights, do_##verb);         \
    }
XATTR_CALLS(set, RIGHT_SETATTR)
XATTR_CALLS(get, RIGHT_STAT)
XATTR_CALLS(list, RIGHT_STAT)
XATTR_CALLS(remove, RIGHT_SETATTR)
