/* Path names, vectors and flags of the file calls. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"

int abi_name_get(struct caller *who, u64 address, struct abi_name *name)
{
    ssize_t n =
        user_read_string(who->mm, name->space, address, sizeof(name->space));

    name->text = name->space;
    if (likely(n >= 0))
        return 0;
    if (n != -ENAMETOOLONG)
        return (int)n;
    name->text = kmalloc(PATH_MAX, ALLOC_KERNEL);
    if (!name->text)
        return -ENOMEM;
    n = user_read_string(who->mm, name->text, address, PATH_MAX);
    if (n >= 0)
        return 0;
    kfree(name->text);
    return (int)n;
}

void abi_name_put(struct abi_name *name)
{
    if (unlikely(name->text != name->space))
        kfree(name->text);
}

int abi_vector_get(struct caller *who, u64 address, u64 count,
                   struct abi_vector *v)
{
    size_t total = 0;

    if (count > ABI_VECTOR_MAX)
        return -EINVAL;
    v->segments = v->space;
    v->count = (u32)count;
    if (count > ABI_VECTOR_INLINE) {
        v->segments = kmalloc_array(count, sizeof(*v->segments), ALLOC_KERNEL);
        if (!v->segments)
            return -ENOMEM;
    }
    if (count && user_read(who->mm, v->segments, address,
                           count * sizeof(*v->segments))) {
        abi_vector_put(v);
        return -EFAULT;
    }
    for (u32 i = 0; i < count; i++) {
        struct user_segment *s = &v->segments[i];

        if ((s64)s->length < 0) {
            abi_vector_put(v);
            return -EINVAL;
        }
        if (!arch_user_range_ok(s->base, s->length)) {
            abi_vector_put(v);
            return -EFAULT;
        }
        if (s->length > ABI_TRANSFER_MAX - total)
            s->length = ABI_TRANSFER_MAX - total;
        total += s->length;
    }
    v->total = total;
    return 0;
}

void abi_vector_put(struct abi_vector *v)
{
    if (v->segments != v->space)
        kfree(v->segments);
}

u32 abi_flags_from_object(u32 object_flags)
{
    u32 flags = 0;

    if (object_flags & OBJ_NONBLOCK)
        flags |= ABI_O_NONBLOCK;
    if (object_flags & OBJ_APPEND)
        flags |= ABI_O_APPEND;
    if (object_flags & OBJ_ASYNC)
        flags |= ABI_O_ASYNC;
    if (object_flags & OBJ_DIRECT)
        flags |= ARCH_O_DIRECT;
    if (object_flags & OBJ_NOATIME)
        flags |= ABI_O_NOATIME;
    if (object_flags & OBJ_SYNC)
        flags |= ABI_O_SYNC;
    if (object_flags & OBJ_DSYNC)
        flags |= ABI_O_DSYNC;
    return flags;
}

u32 abi_flags_to_object(u32 flags)
{
    u32 object_flags = 0;

    if (flags & ABI_O_NONBLOCK)
        object_flags |= OBJ_NONBLOCK;
    if (flags & ABI_O_APPEND)
        object_flags |= OBJ_APPEND;
    if (flags & ABI_O_ASYNC)
        object_flags |= OBJ_ASYNC;
    if (flags & ARCH_O_DIRECT)
        object_flags |= OBJ_DIRECT;
    if (flags & ABI_O_NOATIME)
        object_flags |= OBJ_NOATIME;
    return object_flags;
}

int abi_file_get(struct caller *who, int fd, u32 rights, struct handle_ref *ref,
                 struct file **f)
{
    int error = handle_get(who, fd, rights, ref);

    if (error)
        return error;
    *f = file_from_object(ref->object);
    return 0;
}
