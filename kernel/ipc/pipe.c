#include "ipc/pipe.h"

#include "arch/arch.h"
#include "core/account.h"
#include "core/init.h"
#include "core/plant.h"
#include "core/request.h"
#include "core/slab.h"
#include "core/time.h"
#include "fs/file.h"
#include "ipc/pipe_fifo.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/task.h"
#include "proc/user_account.h"
#include "vm/user.h"

#define FIONREAD 0x541B

u32 pipe_max_size = 1048576;
u64 pipe_user_pages_soft = 16384, pipe_user_pages_hard;

struct pipe_end {
    struct object object; /* must be first */
    struct pipe *pipe;    /* owned */
    bool reads;
};

static const struct object_ops read_ops, write_ops;
static u64 next_inode = 1;

struct pipe *pipe_from_object(struct object *obj)
{
    if (obj->ops == &read_ops || obj->ops == &write_ops)
        return container_of(obj, struct pipe_end, object)->pipe;
    if (fifo_is(obj))
        return device_file(obj)->private;
    return NULL;
}

/* ------------------------------------------------------------------- life */

static bool is_limited(const struct caller *who)
{
    return !caller_capable_init(who, CAP_SYS_RESOURCE) &&
           !caller_capable_init(who, CAP_SYS_ADMIN);
}

static bool over(s64 slots, u64 limit)
{
    return limit && (u64)slots > limit;
}

/* Count the slots of a new pipe: how many it gets, or -ENFILE. */
static int charge_slots(const struct caller *who)
{
    atomic64_t *used = &who->cred->user->pipe_slots;
    int slots = PIPE_SLOTS_DEFAULT;
    s64 now = atomic64_add_return(slots, used);

    if (over(now, READ_ONCE(pipe_user_pages_soft)) && is_limited(who)) {
        slots = PIPE_SLOTS_SMALL;
        now = atomic64_add_return(slots - PIPE_SLOTS_DEFAULT, used);
    }
    if (over(now, READ_ONCE(pipe_user_pages_hard)) && is_limited(who)) {
        atomic64_sub(slots, used);
        return -ENFILE;
    }
    return slots;
}

struct pipe *pipe_alloc(const struct caller *who)
{
    int slots = charge_slots(who), error = -ENOMEM;
    struct pipe *p;

    if (slots < 0)
        return ERR_PTR(slots);
    p = kzalloc(sizeof(*p), ALLOC_KERNEL);
    if (!p)
        goto out_slots;
    p->buffers =
        kmalloc_array(slots, sizeof(*p->buffers), ALLOC_KERNEL | ALLOC_ZERO);
    if (!p->buffers)
        goto out_free;
    p->user = user_account_get(who->cred->user);
    p->slots = (u32)slots;
    mutex_init(&p->lock, "pipe");
    refcount_set(&p->refs, 1);
    wait_queue_init(&p->readable);
    wait_queue_init(&p->writable);
    wait_queue_init(&p->opened);
    p->inode = __atomic_fetch_add(&next_inode, 1, __ATOMIC_RELAXED);
    p->mode = 0600;
    p->uid = who->cred->fsuid.value;
    p->gid = who->cred->fsgid.value;
    p->time = time_realtime();
    return p;

out_free:
    kfree(p);
out_slots:
    atomic64_sub(slots, &who->cred->user->pipe_slots);
    return ERR_PTR(error);
}

void pipe_free(struct pipe *p)
{
    while (!pipe_empty(p))
        pipe_pop(p);
    if (p->spare)
        page_put(p->spare);
    atomic64_sub(p->slots, &p->user->pipe_slots);
    user_account_put(p->user);
    kfree(p->buffers);
    kfree(p);
}

void pipe_put(struct pipe *p)
{
    if (refcount_dec_and_test(&p->refs))
        pipe_free(p);
}

void pipe_close_end(struct pipe *p, bool reads, bool writes)
{
    mutex_lock(&p->lock);
    if (reads)
        p->readers--;
    if (writes)
        p->writers--;
    mutex_unlock(&p->lock);
    if (reads)
        wait_queue_wake(&p->writable, POLLOUT | POLLERR, 0);
    if (writes)
        wait_queue_wake(&p->readable, POLLIN | POLLHUP, 0);
}

static void end_release(struct object *obj)
{
    struct pipe_end *e = container_of(obj, struct pipe_end, object);

    pipe_close_end(e->pipe, e->reads, !e->reads);
    pipe_put(e->pipe);
    kfree(e);
}

static struct grant *make_end(struct pipe *p, bool reads, u32 flags)
{
    struct pipe_end *e = kzalloc(sizeof(*e), ALLOC_KERNEL);
    u32 rights = RIGHT_STAT | RIGHT_SETATTR | RIGHT_POLL | RIGHT_IOCTL |
                 RIGHT_LOCK | RIGHT_TRANSFER | RIGHT_DERIVE | RIGHT_FLAGS;

    if (!e)
        return ERR_PTR(-ENOMEM);
    object_init(&e->object, OBJECT_PIPE, reads ? &read_ops : &write_ops,
                flags | OBJ_STREAM);
    refcount_inc(&p->refs);
    e->pipe = p;
    e->reads = reads;
    if (reads)
        p->readers++;
    else
        p->writers++;
    return grant_create(&e->object,
                        rights | (reads ? RIGHT_READ : RIGHT_WRITE));
}

int pipe_create(struct caller *who, u32 flags, struct grant **read_end,
                struct grant **write_end)
{
    struct pipe *p = pipe_alloc(who);
    int error = 0;

    if (IS_ERR(p))
        return (int)PTR_ERR(p);
    *read_end = make_end(p, true, flags & OBJ_NONBLOCK);
    if (IS_ERR(*read_end)) {
        error = PTR_ERR(*read_end);
        goto out;
    }
    *write_end = make_end(p, false, flags & (OBJ_NONBLOCK | OBJ_DIRECT));
    if (IS_ERR(*write_end)) {
        error = PTR_ERR(*write_end);
        grant_put(*read_end);
    }
out:
    pipe_put(p);
    return error;
}

/* ---------------------------------------------------------------- the ring */

void pipe_push(struct pipe *p, struct page *page, u32 offset, u32 length)
{
    struct pipe_buffer *b = &p->buffers[p->head++ & (p->slots - 1)];

    *b = (struct pipe_buffer){.page = page, .offset = offset, .length = length};
}

void pipe_pop(struct pipe *p)
{
    struct pipe_buffer *b = pipe_front(p);

    if (b->private && !p->spare && refcount_read(&b->page->refs) == 1)
        p->spare = b->page;
    else
        page_put(b->page);
    b->page = NULL;
    p->tail++;
}

/* A page for the writer's bytes, charged to it. */
static struct page *get_page(struct pipe *p, const struct caller *who)
{
    struct page *page = p->spare;

    p->spare = NULL;
    if (page)
        return page;
    page = page_alloc(0, ALLOC_KERNEL | ALLOC_USER);
    if (page && account_charge_page(who->account, page)) {
        page_put(page);
        page = NULL;
    }
    return page;
}

/* ------------------------------------------------------------------ reading */

/* Move what is there; bytes or -EFAULT. */
static ssize_t take(struct pipe *p, struct iter *to)
{
    ssize_t done = 0;

    while (iter_count(to) && !pipe_empty(p)) {
        struct pipe_buffer *b = pipe_front(p);
        size_t n = min_t(size_t, b->length, iter_count(to));
        size_t moved = iter_copy_from_page(b->page, b->offset, n, to);
        bool packet = b->packet;

        if (moved < n) { /* as Linux: it was not read */
            iter_revert(to, moved);
            return done ? done : -EFAULT;
        }
        b->offset += moved;
        b->length -= moved;
        done += moved;
        /* What does not fit of a packet is lost. */
        if (!b->length || packet)
            pipe_pop(p);
        if (packet)
            break;
    }
    return done;
}

ssize_t pipe_read(struct object *obj, struct io_request *req)
{
    struct pipe *p = pipe_from_object(obj);
    bool was_full, more;
    ssize_t result;

    if (!iter_count(&req->iter))
        return 0;
    mutex_lock(&p->lock);
    was_full = pipe_full(p);
    result = take(p, &req->iter);
    if (!result && pipe_empty(p) && p->writers) {
        if (req->flags & REQ_NOWAIT) {
            result = -EAGAIN;
        } else {
            request_wait(req, &p->readable);
            result = -EIOCBQUEUED;
        }
    }
    more = result > 0 && !pipe_empty(p);
    mutex_unlock(&p->lock);
    if (was_full && result > 0)
        wait_queue_wake_sync(&p->writable, POLLOUT | POLLWRNORM, 1);
    /* A write wakes one reader; what that one leaves is for the next. */
    if (more && req->flags & REQ_WAITED && wait_queue_active(&p->readable))
        wait_queue_wake(&p->readable, POLLIN | POLLRDNORM, 1);
    return result;
}

/* ------------------------------------------------------------------ writing */

/* Append to the last fragment if everything fits behind it. */
static ssize_t merge(struct pipe *p, struct iter *from, size_t n)
{
    struct pipe_buffer *last = &p->buffers[(p->head - 1) & (p->slots - 1)];
    size_t at = last->offset + last->length, moved;

    if (pipe_empty(p) || !last->private || last->packet || at + n > PAGE_SIZE)
        return 0;
    moved = iter_copy_to_page(last->page, at, n, from);
    last->length += moved;
    return moved < n ? -EFAULT : (ssize_t)moved;
}

/* One new fragment. Bytes, or -ENOMEM, -EFAULT. */
static ssize_t put_fragment(struct pipe *p, const struct caller *who,
                            struct iter *from, bool packet)
{
    struct page *page = get_page(p, who);
    size_t n = min_t(size_t, iter_count(from), PAGE_SIZE);
    struct pipe_buffer *b;
    size_t moved;

    if (!page)
        return -ENOMEM;
    moved = iter_copy_to_page(page, 0, n, from);
    if (moved < n) { /* as Linux: nothing of the fragment counts */
        p->spare = page;
        return -EFAULT;
    }
    pipe_push(p, page, 0, moved);
    b = &p->buffers[(p->head - 1) & (p->slots - 1)];
    b->private = true;
    b->packet = packet;
    return moved;
}

/* Put in what there is room for; bytes, or an errno when there are none. */
static ssize_t put(struct pipe *p, const struct caller *who, struct iter *from,
                   bool packets)
{
    size_t total = iter_count(from), tail = total & (PAGE_SIZE - 1);
    ssize_t done = 0, n;

    if (tail && !packets) {
        n = merge(p, from, tail);
        if (n < 0)
            return n;
        done += n;
    }
    while (iter_count(from) && !pipe_full(p)) {
        n = put_fragment(p, who, from, packets);
        if (n < 0)
            return done ? done : n;
        done += n;
        if (signal_is_fatal_pending(task_current()))
            break;
    }
    return done;
}

ssize_t pipe_write(struct object *obj, struct io_request *req)
{
    struct pipe *p = pipe_from_object(obj);
    bool was_empty, broken = false, room = false,
                    nowait = req->flags & REQ_NOWAIT;
    ssize_t result = 0;

    if (!iter_count(&req->iter) && !req->done)
        return 0;
    mutex_lock(&p->lock);
    was_empty = pipe_empty(p);
    if (!p->readers) {
        result = req->done ? (ssize_t)req->done : -EPIPE;
        broken = true;
        goto out;
    }
    /* A short write goes in whole or not at all (pipe(7)). */
    result =
        put(p, req->caller, &req->iter, atomic_load(&obj->flags) & OBJ_DIRECT);
    if (result < 0) {
        if (req->done)
            result = req->done;
        goto out;
    }
    req->done += result;
    /* With room left it stopped at a fault or for want of memory. */
    if (!iter_count(&req->iter) || (req->done && !pipe_full(p))) {
        result = req->done;
    } else if (nowait) {
        result = req->done ? (ssize_t)req->done : -EAGAIN;
    } else {
        request_wait(req, &p->writable);
        was_empty |= result > 0;
        result = -EIOCBQUEUED;
    }
    room = result > 0 && !pipe_full(p);
out:
    mutex_unlock(&p->lock);
    if (room && req->flags & REQ_WAITED && wait_queue_active(&p->writable))
        wait_queue_wake(&p->writable, POLLOUT | POLLWRNORM, 1);
    if (broken)
        signal_send_self(req->caller, SIGPIPE);
    /* Edge-triggered waiters want to hear of every write. */
    if (req->done && (was_empty || READ_ONCE(p->polled)))
        wait_queue_wake_sync(&p->readable, POLLIN | POLLRDNORM, 1);
    return result;
}

/* -------------------------------------------------------------------- other */

u32 pipe_poll_end(struct pipe *p, struct poll_table *table, bool reads,
                  bool writes)
{
    u32 events = 0;

    if (table)
        WRITE_ONCE(p->polled, true);
    if (reads) {
        poll_register(table, &p->readable);
        if (READ_ONCE(p->head) != READ_ONCE(p->tail))
            events |= POLLIN | POLLRDNORM;
        if (!READ_ONCE(p->writers) && p->writer_opens)
            events |= POLLHUP;
    }
    if (writes) {
        poll_register(table, &p->writable);
        if (READ_ONCE(p->head) - READ_ONCE(p->tail) < p->slots)
            events |= POLLOUT | POLLWRNORM;
        if (!READ_ONCE(p->readers))
            events |= POLLERR;
    }
    return events;
}

static u32 end_poll(struct object *obj, struct poll_table *table)
{
    struct pipe_end *e = container_of(obj, struct pipe_end, object);
    u32 events = pipe_poll_end(e->pipe, table, e->reads, !e->reads);

    if (e->reads && !READ_ONCE(e->pipe->writers))
        events |= POLLHUP;
    return events;
}

long pipe_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg)
{
    struct pipe *p = pipe_from_object(obj);
    u32 bytes = 0;

    if (cmd != FIONREAD)
        return -ENOTTY;
    mutex_lock(&p->lock);
    for (u32 i = p->tail; i != p->head; i++)
        bytes += p->buffers[i & (p->slots - 1)].length;
    mutex_unlock(&p->lock);
    return user_write32(who->mm, arg, bytes);
}

s64 pipe_get_size(struct pipe *p)
{
    return (s64)READ_ONCE(p->slots) << PAGE_SHIFT;
}

s64 pipe_set_size(struct caller *who, struct pipe *p, u64 bytes)
{
    struct pipe_buffer *fresh;
    s64 error = 0, total;
    u64 slots = 1;
    u32 used;

    if (bytes > 1u << 31)
        return -EINVAL;
    while (slots << PAGE_SHIFT < bytes)
        slots *= 2;
    if (slots << PAGE_SHIFT > pipe_max_size && slots > p->slots &&
        !caller_capable_init(who, CAP_SYS_RESOURCE))
        return -EPERM;
    fresh = kmalloc_array(slots, sizeof(*fresh), ALLOC_KERNEL | ALLOC_ZERO);
    if (!fresh)
        return -ENOMEM;
    mutex_lock(&p->lock);
    used = p->head - p->tail;
    total =
        atomic64_add_return((s64)slots - (s64)p->slots, &p->user->pipe_slots);
    if (slots > p->slots &&
        (over(total, READ_ONCE(pipe_user_pages_soft)) ||
         over(total, READ_ONCE(pipe_user_pages_hard))) &&
        is_limited(who))
        error = -EPERM;
    else if (used > slots && !PLANTED(PLANT_PIPE_SHRINK))
        error = -EBUSY;
    if (error) {
        atomic64_sub((s64)slots - (s64)p->slots, &p->user->pipe_slots);
        mutex_unlock(&p->lock);
        kfree(fresh);
        return error;
    }
    for (u32 i = 0; i < used; i++)
        fresh[i] = p->buffers[(p->tail + i) & (p->slots - 1)];
    swap(p->buffers, fresh);
    p->tail = 0;
    p->head = used;
    p->slots = slots;
    mutex_unlock(&p->lock);
    kfree(fresh);
    wait_queue_wake(&p->writable, POLLOUT, 0);
    return (s64)slots << PAGE_SHIFT;
}

int pipe_wait_readable(struct pipe *p, bool nonblock)
{
    while (pipe_empty(p)) {
        int error;

        if (!p->writers)
            return 1;
        if (nonblock)
            return -EAGAIN;
        mutex_unlock(&p->lock);
        error = wait_event_interruptible(
            &p->readable,
            READ_ONCE(p->head) != READ_ONCE(p->tail) || !READ_ONCE(p->writers));
        mutex_lock(&p->lock);
        if (error)
            return error;
    }
    return 0;
}

int pipe_wait_writable(struct pipe *p, bool nonblock)
{
    for (;;) {
        int error;

        if (!p->readers)
            return 1;
        if (!pipe_full(p))
            return 0;
        if (nonblock)
            return -EAGAIN;
        mutex_unlock(&p->lock);
        error = wait_event_interruptible(
            &p->writable, READ_ONCE(p->head) - READ_ONCE(p->tail) < p->slots ||
                              !READ_ONCE(p->readers));
        mutex_lock(&p->lock);
        if (error)
            return error;
    }
}

static const struct object_ops read_ops = {
    .name = "pipe",
    .release = end_release,
    .read = pipe_read,
    .poll = end_poll,
    .ioctl = pipe_ioctl,
};

static const struct object_ops write_ops = {
    .name = "pipe",
    .release = end_release,
    .write = pipe_write,
    .poll = end_poll,
    .ioctl = pipe_ioctl,
};

/* --------------------------------------------------------------- attributes */

static int get_attributes(struct object *obj, struct file_attributes *out)
{
    struct pipe *p = pipe_from_object(obj);

    memset(out, 0, sizeof(*out));
    out->mode = 0010000 | p->mode;
    out->nlink = 1;
    out->ino = p->inode;
    out->dev = PIPE_DEVICE;
    out->uid = (kuid_t){p->uid};
    out->gid = (kgid_t){p->gid};
    out->block_size = PAGE_SIZE;
    out->atime = out->mtime = out->ctime = (struct file_time){
        p->time / (s64)NS_PER_SEC, p->time % (s64)NS_PER_SEC};
    return 0;
}

static int set_attributes(struct caller *who, struct object *obj,
                          const struct set_attributes *set)
{
    struct pipe *p = pipe_from_object(obj);

    if (who->cred->fsuid.value != p->uid && !caller_capable(who, CAP_FOWNER))
        return -EPERM;
    if (set->valid & (SET_UID | SET_GID) && !caller_capable(who, CAP_CHOWN))
        return -EPERM;
    mutex_lock(&p->lock);
    if (set->valid & SET_MODE)
        p->mode = set->mode & 07777;
    if (set->valid & SET_UID)
        p->uid = set->uid.value;
    if (set->valid & SET_GID)
        p->gid = set->gid.value;
    mutex_unlock(&p->lock);
    return 0;
}

static size_t link_text(struct object *obj, char *buffer, size_t size)
{
    return snprintf(buffer, size, "pipe:[%lu]", pipe_from_object(obj)->inode);
}

static const struct object_attributes_ops attributes = {
    .get = get_attributes,
    .set = set_attributes,
    .link_text = link_text,
};

static int pipe_init(void)
{
    object_attributes_register(OBJECT_PIPE, &attributes);
    fifo_init();
    return 0;
}
INITCALL(proc, pipe_init);
