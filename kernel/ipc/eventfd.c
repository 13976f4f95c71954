#include "ipc/eventfd.h"

#include "core/object.h"
#include "core/request.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/printf.h"

#define EVENTFD_MAX (~0ULL - 1)

struct eventfd {
    struct object object; /* must be first */
    spinlock_t lock;      /* guards count; irq-safe */
    u64 count;
    bool semaphore;
    u64 id;
    struct wait_queue changed; /* readers and writers alike */
};

static const struct object_ops eventfd_ops;
static u64 next_id;

static struct eventfd *eventfd_of(struct object *obj)
{
    return container_of(obj, struct eventfd, object);
}

static void eventfd_release(struct object *obj)
{
    struct eventfd *e = eventfd_of(obj);

    wait_queue_destroy(&e->changed);
    kfree(e);
}

static ssize_t eventfd_read(struct object *obj, struct io_request *req)
{
    struct eventfd *e = eventfd_of(obj);
    unsigned long flags;
    u64 value;

    if (iter_count(&req->iter) < sizeof(value))
        return -EINVAL;
    flags = spin_lock_irqsave(&e->lock);
    if (!e->count) {
        ssize_t result = -EAGAIN;
        if (!(req->flags & REQ_NOWAIT)) {
            request_wait(req, &e->changed);
            result = -EIOCBQUEUED;
        }
        spin_unlock_irqrestore(&e->lock, flags);
        return result;
    }
    value = e->semaphore ? 1 : e->count;
    e->count -= value;
    spin_unlock_irqrestore(&e->lock, flags);
    wait_queue_wake(&e->changed, POLLOUT, 0);
    return iter_copy_to(&req->iter, &value, sizeof(value)) == sizeof(value)
               ? (ssize_t)sizeof(value)
               : -EFAULT;
}

static ssize_t eventfd_write(struct object *obj, struct io_request *req)
{
    struct eventfd *e = eventfd_of(obj);
    unsigned long flags;
    u64 value;

    /* A request that waited has its bytes still: they are taken back. */
    if (iter_count(&req->iter) < sizeof(value))
        return -EINVAL;
    if (iter_copy_from(&req->iter, &value, sizeof(value)) != sizeof(value))
        return -EFAULT;
    if (value == ~0ULL)
        return -EINVAL;
    flags = spin_lock_irqsave(&e->lock);
    if (value > EVENTFD_MAX - e->count) {
        ssize_t result = -EAGAIN;
        iter_revert(&req->iter, sizeof(value));
        if (!(req->flags & REQ_NOWAIT)) {
            request_wait(req, &e->changed);
            result = -EIOCBQUEUED;
        }
        spin_unlock_irqrestore(&e->lock, flags);
        return result;
    }
    e->count += value;
    spin_unlock_irqrestore(&e->lock, flags);
    wait_queue_wake(&e->changed, POLLIN, 0);
    return sizeof(value);
}

static u32 eventfd_poll(struct object *obj, struct poll_table *table)
{
    struct eventfd *e = eventfd_of(obj);
    u64 count;
    u32 events = 0;

    poll_register(table, &e->changed);
    count = READ_ONCE(e->count);
    if (count)
        events |= POLLIN;
    if (count == ~0ULL)
        events |= POLLERR;
    if (count < EVENTFD_MAX)
        events |= POLLOUT;
    return events;
}

static size_t eventfd_describe(struct object *obj, char *buffer, size_t size)
{
    struct eventfd *e = eventfd_of(obj);

    return snprintf(buffer, size, "eventfd-count: %16lx\neventfd-id: %lu\n",
                    READ_ONCE(e->count), e->id);
}

static const struct object_ops eventfd_ops = {
    .seek = object_seek_nowhere,
    .name = "[eventfd]",
    .release = eventfd_release,
    .read = eventfd_read,
    .write = eventfd_write,
    .poll = eventfd_poll,
    .no_async = true,
    .describe = eventfd_describe,
};

struct grant *eventfd_create(u64 count, bool semaphore, u32 obj_flags)
{
    struct eventfd *e = kzalloc(sizeof(*e), ALLOC_KERNEL);

    if (!e)
        return ERR_PTR(-ENOMEM);
    object_init(&e->object, OBJECT_EVENTFD, &eventfd_ops, obj_flags);
    spin_init(&e->lock, "eventfd");
    wait_queue_init(&e->changed);
    e->count = count;
    e->semaphore = semaphore;
    e->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    return grant_create(&e->object, RIGHT_ALL);
}
