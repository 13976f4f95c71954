#include "vm/memory_object.h"
#include "core/iter.h"
#include "core/request.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "vm/mman.h"
#include "vm/vm.h"

static const struct object_ops memory_ops;
static const struct mapping_ops mapping_ops_of_memory;

struct memory_object *memory_object_create(const char *name, u64 size,
                                           bool reserve,
                                           struct account *account)
{
    struct memory_object *o;
    u64 pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;

    if (size > (u64)S64_MAX - PAGE_SIZE)
        return ERR_PTR(-EINVAL);
    o = kzalloc(sizeof(*o), ALLOC_KERNEL);
    if (!o)
        return ERR_PTR(-ENOMEM);
    if (reserve) {
        if (vm_commit(pages, false)) {
            kfree(o);
            return ERR_PTR(-ENOMEM);
        }
        o->committed = pages;
    }
    object_init(&o->object, OBJECT_MEMORY, &memory_ops, OBJ_SEEKABLE);
    mapping_init(&o->mapping, &mapping_ops_of_memory, o, MAPPING_NO_STORE);
    o->mapping.size = (s64)size;
    o->mapping.account = account;
    mutex_init(&o->lock, "memory_object");
    mutex_init(&o->position_lock, "memory_object_position");
    o->seals = SEAL_SEAL;
    strlcpy(o->name, name, sizeof(o->name));
    o->inode = 1;
    return o;
}

struct memory_object *memory_object_from(struct object *obj)
{
    return obj->ops == &memory_ops
               ? container_of(obj, struct memory_object, object)
               : NULL;
}

static void memory_release(struct object *obj)
{
    struct memory_object *o = memory_object_from(obj);

    mapping_destroy(&o->mapping);
    vm_uncommit(o->committed);
    kfree(o);
}

static int memory_mmap(struct object *obj, struct mapping_request *request)
{
    struct memory_object *o = memory_object_from(obj);

    if (request->shared && READ_ONCE(o->seals) & SEAL_FUTURE_WRITE) {
        if (request->prot & PROT_WRITE)
            return -EPERM;
        request->max_prot &= ~PROT_WRITE;
    }
    request->mapping = &o->mapping;
    request->opened = o->opened;
    request->closed = o->closed;
    request->frames_data = o->user;
    return 0;
}

/* ------------------------------------------------------------------ size -- */

static int resize_locked(struct memory_object *o, s64 size)
{
    s64 old = o->mapping.size;

    if (size < 0)
        return -EINVAL;
    if ((size < old && o->seals & SEAL_SHRINK) ||
        (size > old && o->seals & SEAL_GROW))
        return -EPERM;
    WRITE_ONCE(o->mapping.size, size);
    if (size < old)
        mapping_truncate(&o->mapping, size, S64_MAX);
    return 0;
}

int memory_object_resize(struct memory_object *o, s64 size)
{
    int r;

    mutex_lock(&o->lock);
    r = resize_locked(o, size);
    mutex_unlock(&o->lock);
    return r;
}

int memory_object_punch(struct memory_object *o, s64 start, s64 end)
{
    int r = 0;

    mutex_lock(&o->lock);
    if (o->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))
        r = -EPERM;
    else
        mapping_truncate(&o->mapping, start, end);
    mutex_unlock(&o->lock);
    return r;
}

static int punch(struct mapping *m, s64 start, s64 end)
{
    return memory_object_punch(m->owner, start, end);
}

static const struct mapping_ops mapping_ops_of_memory = {.punch = punch};

/* -------------------------------------------------------------------- I/O --
 */

static ssize_t memory_read(struct object *obj, struct io_request *req)
{
    struct memory_object *o = memory_object_from(obj);
    bool own = !(req->flags & REQ_POSITION);
    ssize_t r;

    if (!own)
        return mapping_read(&o->mapping, &req->iter, req->pos);
    mutex_lock(&o->position_lock);
    r = mapping_read(&o->mapping, &req->iter, o->position);
    if (r > 0)
        o->position += r;
    mutex_unlock(&o->position_lock);
    return r;
}

static ssize_t write_at(struct memory_object *o, struct io_request *req,
                        s64 pos)
{
    ssize_t r;

    mutex_lock(&o->lock);
    if (o->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)) {
        r = -EPERM;
    } else if (o->seals & SEAL_GROW &&
               pos + (s64)iter_count(&req->iter) > o->mapping.size) {
        r = -EPERM;
    } else {
        r = mapping_write(&o->mapping, &req->iter, pos);
    }
    mutex_unlock(&o->lock);
    return r;
}

static ssize_t memory_write(struct object *obj, struct io_request *req)
{
    struct memory_object *o = memory_object_from(obj);
    ssize_t r;

    if (req->flags & REQ_POSITION)
        return write_at(o, req, req->pos);
    mutex_lock(&o->position_lock);
    if (req->flags & REQ_APPEND)
        o->position = READ_ONCE(o->mapping.size);
    r = write_at(o, req, o->position);
    if (r > 0)
        o->position += r;
    mutex_unlock(&o->position_lock);
    return r;
}

/* linux/fs.h */
enum {
    SEEK_SET,
    SEEK_CUR,
    SEEK_END,
    SEEK_DATA,
    SEEK_HOLE
};

static s64 seek_data(struct memory_object *o, s64 from, bool hole)
{
    s64 size = READ_ONCE(o->mapping.size), at;
    u64 index = (u64)from >> PAGE_SHIFT;

    if (from < 0 || from >= size)
        return -ENXIO;
    if (hole) {
        index = mapping_next_hole(&o->mapping, index);
    } else {
        struct page *page = mapping_next(&o->mapping, &index);

        if (!page)
            return -ENXIO;
        page_put(page);
    }
    at = max(from, (s64)(index << PAGE_SHIFT));
    if (at >= size)
        return hole ? size : -ENXIO;
    return at;
}

static s64 memory_seek(struct object *obj, s64 offset, int whence)
{
    struct memory_object *o = memory_object_from(obj);
    s64 to;

    mutex_lock(&o->position_lock);
    switch (whence) {
    case SEEK_SET:
        to = offset;
        break;
    case SEEK_CUR:
        if (check_add_overflow(o->position, offset, &to))
            to = -EOVERFLOW;
        break;
    case SEEK_END:
        if (check_add_overflow(READ_ONCE(o->mapping.size), offset, &to))
            to = -EOVERFLOW;
        break;
    case SEEK_DATA:
    case SEEK_HOLE:
        to = seek_data(o, offset, whence == SEEK_HOLE);
        break;
    default:
        to = -EINVAL;
    }
    if (to < 0 && whence <= SEEK_END && to != -EOVERFLOW)
        to = -EINVAL;
    if (to >= 0)
        o->position = to;
    mutex_unlock(&o->position_lock);
    return to;
}

static const struct object_ops memory_ops = {
    .name = "memory",
    .release = memory_release,
    .read = memory_read,
    .write = memory_write,
    .seek = memory_seek,
    .mmap = memory_mmap,
};
