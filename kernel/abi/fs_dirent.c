/* getdents64 and getdents. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/dirent.h"
#include "fs/file.h"
#include "lib/string.h"

struct abi_dirent64 {
    u64 ino;
    s64 off;
    u16 reclen;
    u8 type;
    char name[];
} __packed;
_Static_assert(offsetof(struct abi_dirent64, name) == 19, "ABI");

struct abi_dirent {
    u64 ino, off;
    u16 reclen;
    char name[]; /* then a NUL, padding, and the type in the last byte */
} __packed;
_Static_assert(offsetof(struct abi_dirent, name) == 18, "ABI");

#define BATCH_MAX 32768u

/* Entries are collected here first: a directory is listed under its locks,
 * where user memory cannot be touched. */
struct listing {
    struct dir_context ctx;
    char *buffer;
    u32 used, size;
    bool too_small; /* the first entry did not fit */
    bool old;       /* getdents */
};

static bool emit64(struct listing *l, const char *name, u32 length, s64 next,
                   u64 ino, u8 type)
{
    u32 n =
        (u32)round_up(offsetof(struct abi_dirent64, name) + length + 1, 8UL);
    struct abi_dirent64 *d = (void *)(l->buffer + l->used);

    if (n > l->size - l->used) {
        l->too_small = !l->used;
        return false;
    }
    memset(d, 0, n);
    d->ino = ino;
    d->off = next;
    d->reclen = (u16)n;
    d->type = type;
    memcpy(d->name, name, length);
    l->used += n;
    return true;
}

static bool emit(struct dir_context *ctx, const char *name, u32 length,
                 s64 next, u64 ino, u8 type)
{
    struct listing *l = container_of(ctx, struct listing, ctx);
    struct abi_dirent *d;
    u32 n;

    if (!l->old)
        return emit64(l, name, length, next, ino, type);
    n = (u32)round_up(offsetof(struct abi_dirent, name) + length + 2, 8UL);
    if (n > l->size - l->used) {
        l->too_small = !l->used;
        return false;
    }
    d = (void *)(l->buffer + l->used);
    memset(d, 0, n);
    d->ino = ino;
    d->off = (u64)next;
    d->reclen = (u16)n;
    memcpy(d->name, name, length);
    ((char *)d)[n - 1] = (char)type;
    l->used += n;
    return true;
}

static s64 list(struct caller *who, const u64 *args, bool old)
{
    struct listing l = {.ctx.emit = emit, .old = old};
    struct handle_ref ref;
    struct file *f;
    s64 start;
    s64 result = abi_file_get(who, abi_fd(args[0]), RIGHT_READ, &ref, &f);

    if (result)
        return result;
    result = -ENOTDIR;
    if (!f)
        goto out;
    l.size = min((u32)args[2], BATCH_MAX);
    l.buffer = kmalloc(max(l.size, 32u), ALLOC_KERNEL);
    result = -ENOMEM;
    if (!l.buffer)
        goto out;
    start = f->pos;
    result = vfs_iterate(who, f, &l.ctx);
    if (!result && l.too_small)
        result = -EINVAL;
    if (!result) {
        result = l.used;
        if (l.used && user_write(who->mm, args[1], l.buffer, l.used)) {
            /* Nothing was read: list the same entries again. */
            if (ref.object->ops->seek)
                ref.object->ops->seek(ref.object, start, 0);
            result = -EFAULT;
        }
    }
    kfree(l.buffer);
out:
    handle_done(&ref);
    return result;
}

s64 sys_getdents64(struct caller *who, const u64 *args)
{
    return list(who, args, false);
}

s64 sys_getdents(struct caller *who, const u64 *args)
{
    return list(who, args, true);
}
