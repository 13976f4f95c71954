/*
 * Moving data between open objects inside the kernel.
 */
#include "fs/copy.h"

#include "core/page.h"
#include "core/request.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/pipe.h"
#include "fs/watch.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vm/mapping.h"

#define CHUNK   16384u /* bytes through a buffer at a time */
#define PAGES   16u    /* pages of a mapping at a time */
#define SIGPIPE 13

const struct pipe_hooks *pipe_hooks;

static ssize_t run(struct caller *who, struct copy_end *end,
                   struct io_request *req, bool nonblock)
{
    if (nonblock || atomic_load(&end->obj->flags) & OBJ_NONBLOCK)
        req->flags |= REQ_NOWAIT;
    if (end->pos) {
        req->flags |= REQ_POSITION;
        req->pos = *end->pos;
    }
    (void)who;
    return request_run(req, end->grant);
}

static ssize_t read_some(struct caller *who, struct copy_end *in, void *buffer,
                         size_t n, bool nonblock)
{
    struct io_request req;

    request_init(&req, who, in->obj, in->obj->ops->read);
    iter_init_kernel(&req.iter, true, buffer, n);
    return run(who, in, &req, nonblock);
}

/* Writes all of the buffer unless something goes wrong; bytes or errno. */
static ssize_t write_some(struct caller *who, struct copy_end *out,
                          const void *buffer, size_t n, bool nonblock)
{
    struct io_request req;
    ssize_t result;

    request_init(&req, who, out->obj, out->obj->ops->write);
    iter_init_kernel(&req.iter, false, (void *)buffer, n);
    result = run(who, out, &req, nonblock);
    if (result > 0 && out->pos)
        *out->pos += result;
    return result;
}

static struct file *mapped_file(struct object *obj)
{
    struct file *f = file_from_object(obj);

    return f && f->inode->mapping && S_ISREG(f->inode->mode) ? f : NULL;
}

/* One batch of a file's pages, without copying them first. */
static ssize_t write_pages(struct caller *who, struct mapping *m, s64 pos,
                           struct copy_end *out, size_t n, bool nonblock)
{
    struct page_segment segments[PAGES];
    struct io_request req;
    s64 size = READ_ONCE(m->size);
    size_t total = 0;
    u32 count = 0;
    ssize_t result = 0;

    if (pos >= size)
        return 0;
    n = min(n, (size_t)(size - pos));
    while (total < n && count < PAGES) {
        u32 offset = (u32)((pos + (s64)total) & (PAGE_SIZE - 1));
        u32 length = (u32)min(PAGE_SIZE - offset, n - total);
        struct page *page =
            mapping_get(m, (u64)(pos + (s64)total) >> PAGE_SHIFT, NULL);

        if (IS_ERR(page)) {
            result = PTR_ERR(page);
            break;
        }
        segments[count++] = (struct page_segment){page, offset, length};
        total += length;
    }
    if (total) {
        request_init(&req, who, out->obj, out->obj->ops->write);
        iter_init_pages(&req.iter, false, segments, count, total);
        result = run(who, out, &req, nonblock);
        if (result > 0 && out->pos)
            *out->pos += result;
    }
    for (u32 i = 0; i < count; i++)
        page_put(segments[i].page);
    return result == -ENXIO ? 0 : result;
}

static ssize_t copy_mapped(struct caller *who, struct file *f,
                           struct copy_end *in, struct copy_end *out, size_t n,
                           bool nonblock)
{
    s64 pos = in->pos ? *in->pos : f->pos;
    ssize_t result = 0;
    size_t done = 0;

    while (done < n) {
        result =
            write_pages(who, f->inode->mapping, pos, out, n - done, nonblock);
        if (result <= 0)
            break;
        done += (size_t)result;
        pos += result;
    }
    if (in->pos)
        *in->pos = pos;
    else
        f->pos = pos;
    if (done) {
        inode_touch_accessed(&f->path);
        watch_dentry(f->path.dentry, WATCH_ACCESS);
    }
    return done ? (ssize_t)done : result;
}

ssize_t copy_data(struct caller *who, struct copy_end *in, struct copy_end *out,
                  size_t n, bool nonblock)
{
    struct file *f = mapped_file(in->obj);
    ssize_t got = 0, put;
    size_t done = 0;
    char *buffer;

    /* Into a mapping: through a buffer, so that a page is not locked twice. */
    if (f && !mapped_file(out->obj))
        return copy_mapped(who, f, in, out, n, nonblock);
    buffer = kmalloc(CHUNK, ALLOC_KERNEL);
    if (!buffer)
        return -ENOMEM;
    while (done < n) {
        got =
            read_some(who, in, buffer, min(n - done, (size_t)CHUNK), nonblock);
        if (got <= 0)
            break;
        put = write_some(who, out, buffer, (size_t)got, nonblock);
        if (put < got && !in->pos && f)
            f->pos -= got - max(put, 0L); /* what was not taken */
        if (put <= 0) {
            got = put;
            break;
        }
        if (in->pos)
            *in->pos += put;
        done += (size_t)put;
        if (put < got || !f)
            break;
    }
    kfree(buffer);
    return done ? (ssize_t)done : got;
}

/* ---------------------------------------------------------------- splice */

static ssize_t broken_pipe(struct caller *who, ssize_t error)
{
    if (error == -EPIPE && who->task) {
        struct signal_info info;

        signal_info_kernel(&info, SIGPIPE);
        signal_send_thread(who->task, &info);
    }
    return error;
}

/* Two pipes are locked in any order only by who holds this. */
static mutex_t pipe_pair_lock = MUTEX_INIT(pipe_pair_lock, "pipe_pair");

/* Look at the bytes, write them, take what was written; nobody else takes them
 * meanwhile. *again: they were gone, or the room was. */
static ssize_t move_some(struct caller *who, struct copy_end *in,
                         struct copy_end *out, char *buffer, size_t n,
                         bool nonblock, bool consume, bool *again)
{
    bool pair = object_is_pipe(out->obj);
    ssize_t result = -EAGAIN;
    size_t have;

    if (pair)
        mutex_lock(&pipe_pair_lock);
    pipe_hooks->lock(in->obj);
    have = pipe_hooks->peek(in->obj, buffer, n);
    if (have)
        result = write_some(who, out, buffer, have, nonblock || pair);
    if (consume && result > 0)
        pipe_hooks->skip(in->obj, (size_t)result);
    pipe_hooks->unlock(in->obj);
    if (pair)
        mutex_unlock(&pipe_pair_lock);
    *again = result == -EAGAIN && (!have || pair);
    return result;
}

/* Pipe to file, socket or pipe. */
static ssize_t from_pipe(struct caller *who, struct copy_end *in,
                         struct copy_end *out, size_t n, bool nonblock,
                         bool consume)
{
    char *buffer = kmalloc(CHUNK, ALLOC_KERNEL);
    bool to_file = !object_is_pipe(out->obj), again;
    size_t done = 0;
    ssize_t result = -ENOMEM;

    while (buffer && done < n) {
        size_t most = min(n - done, (size_t)CHUNK);

        result = pipe_hooks->wait_data(in->obj, nonblock || done > 0);
        if (result <= 0)
            break;
        if (!to_file) {
            result = pipe_hooks->wait_room(out->obj, nonblock || done > 0);
            if (result < 0) {
                result = broken_pipe(who, result);
                break;
            }
            most = min(most, (size_t)result);
        }
        result =
            move_some(who, in, out, buffer, most, nonblock, consume, &again);
        if (again)
            continue;
        if (result <= 0)
            break;
        done += (size_t)result;
        if (!consume)
            break;
    }
    kfree(buffer);
    return done ? (ssize_t)done : result;
}

static ssize_t to_pipe(struct caller *who, struct copy_end *in,
                       struct copy_end *out, size_t n, bool nonblock)
{
    size_t done = 0;
    ssize_t result = 0;

    while (done < n) {
        ssize_t room = pipe_hooks->wait_room(out->obj, nonblock || done > 0);

        if (room < 0) {
            result = broken_pipe(who, room);
            break;
        }
        result = copy_data(who, in, out, min(n - done, (size_t)room),
                           nonblock || done > 0);
        if (result <= 0)
            break;
        done += (size_t)result;
        if (!mapped_file(in->obj))
            break;
    }
    return done ? (ssize_t)done : result;
}

ssize_t copy_splice(struct caller *who, struct copy_end *in,
                    struct copy_end *out, size_t n, bool nonblock)
{
    if (object_is_pipe(in->obj))
        return from_pipe(who, in, out, n, nonblock, true);
    return to_pipe(who, in, out, n, nonblock);
}

ssize_t copy_tee(struct caller *who, struct copy_end *in, struct copy_end *out,
                 size_t n, bool nonblock)
{
    return from_pipe(who, in, out, n, nonblock, false);
}
