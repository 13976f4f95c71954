/* What splice, tee and fcntl need of pipes: fs/pipe.h's hooks. */
#include "core/init.h"
#include "fs/pipe.h"
#include "ipc/pipe.h"
#include "lib/errno.h"
#include "lib/string.h"

static bool is_pipe(struct object *obj)
{
    return pipe_from_object(obj) != NULL;
}

static s64 set_size(struct caller *who, struct object *obj, u32 size)
{
    struct pipe *p = pipe_from_object(obj);

    return p ? pipe_set_size(who, p, size) : -EBADF;
}

static s64 get_size(struct object *obj)
{
    struct pipe *p = pipe_from_object(obj);

    return p ? pipe_get_size(p) : -EBADF;
}

static int wait_data(struct object *obj, bool nonblock)
{
    struct pipe *p = pipe_from_object(obj);
    int result;

    mutex_lock(&p->lock);
    result = pipe_wait_readable(p, nonblock ||
                                       atomic_load(&obj->flags) & OBJ_NONBLOCK);
    mutex_unlock(&p->lock);
    return result < 0 ? result : !result;
}

static ssize_t wait_room(struct object *obj, bool nonblock)
{
    struct pipe *p = pipe_from_object(obj);
    ssize_t result;

    mutex_lock(&p->lock);
    result = pipe_wait_writable(p, nonblock ||
                                       atomic_load(&obj->flags) & OBJ_NONBLOCK);
    if (result == 0)
        result = (ssize_t)((p->slots - (p->head - p->tail)) * PAGE_SIZE);
    else if (result > 0)
        result = -EPIPE;
    mutex_unlock(&p->lock);
    return result;
}

static void lock(struct object *obj)
{
    mutex_lock_nested(&pipe_from_object(obj)->lock, 1);
}

static void unlock(struct object *obj)
{
    mutex_unlock(&pipe_from_object(obj)->lock);
}

static size_t peek(struct object *obj, void *buffer, size_t n)
{
    struct pipe *p = pipe_from_object(obj);
    size_t done = 0;

    for (u32 at = p->tail; at != p->head && done < n; at++) {
        struct pipe_buffer *b = &p->buffers[at & (p->slots - 1)];
        size_t part = min((size_t)b->length, n - done);

        memcpy((char *)buffer + done, (char *)page_address(b->page) + b->offset,
               part);
        done += part;
    }
    return done;
}

static void skip(struct object *obj, size_t n)
{
    struct pipe *p = pipe_from_object(obj);

    while (n && !pipe_empty(p)) {
        struct pipe_buffer *b = pipe_front(p);

        if (b->length > n) {
            b->offset += (u32)n;
            b->length -= (u32)n;
            break;
        }
        n -= b->length;
        pipe_pop(p);
    }
    wait_queue_wake(&p->writable, POLLOUT | POLLWRNORM, 0);
}

static bool same(struct object *a, struct object *b)
{
    return pipe_from_object(a) == pipe_from_object(b);
}

static void *endpoint(struct object *obj)
{
    return pipe_from_object(obj);
}

static const struct pipe_hooks hooks = {
    .endpoint = endpoint,
    .is_pipe = is_pipe,
    .set_size = set_size,
    .get_size = get_size,
    .wait_data = wait_data,
    .wait_room = wait_room,
    .lock = lock,
    .unlock = unlock,
    .peek = peek,
    .skip = skip,
    .same = same,
};

static int pipe_splice_init(void)
{
    pipe_hooks = &hooks;
    return 0;
}
INITCALL(fs, pipe_splice_init);
