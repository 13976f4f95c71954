/* FIFOs: pipes with a name (fifo(7)). */
#include "core/slab.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "ipc/pipe_fifo.h"
#include "lib/errno.h"
#include "proc/signal.h"
#include "proc/task.h"

static const struct object_ops fifo_object_ops;

bool fifo_is(const struct object *obj)
{
    return obj->ops == &fifo_object_ops;
}

static struct file *file_of(struct object *obj)
{
    return container_of(obj, struct file, device.object);
}

/* The inode's pipe, made by the first open and dropped by the last close. */
static struct pipe *get_pipe(struct caller *who, struct inode *inode)
{
    struct pipe *p;

    write_lock(&inode->lock);
    p = inode->endpoint;
    if (p) {
        refcount_inc(&p->refs);
    } else {
        p = pipe_alloc(who);
        if (IS_ERR(p))
            p = NULL; /* for whatever reason: ENOMEM, as on Linux */
        inode->endpoint = p;
    }
    write_unlock(&inode->lock);
    return p;
}

static void drop_pipe(struct inode *inode, struct pipe *p)
{
    bool last;

    write_lock(&inode->lock);
    /* An open takes the lock to get a reference, so the last one is the last.
     * Of an anonymous pipe that was opened anew the ends keep theirs. */
    last = refcount_dec_and_test(&p->refs);
    if (last)
        inode->endpoint = NULL;
    write_unlock(&inode->lock);
    if (last)
        pipe_free(p);
}

/* Wait until the other side has been opened since `before`. */
static int wait_for_partner(struct pipe *p, const u64 *opens, u64 before)
{
    return wait_event_interruptible(&p->opened, READ_ONCE(*opens) != before);
}

static int fifo_open(struct caller *who, struct inode *inode, struct file *file)
{
    struct object *obj = file_object(file);
    bool reads = file->access & FILE_READ, writes = file->access & FILE_WRITE;
    bool nonblock = atomic_load(&obj->flags) & OBJ_NONBLOCK;
    struct pipe *p = get_pipe(who, inode);
    u64 other;
    int error = 0;

    if (!p)
        return -ENOMEM;
    mutex_lock(&p->lock);
    if (writes && !reads && nonblock && !p->readers &&
        !(inode->flags & INODE_PRIVATE)) {
        mutex_unlock(&p->lock);
        drop_pipe(inode, p);
        return -ENXIO;
    }
    if (reads) {
        p->readers++;
        p->reader_opens++;
    }
    if (writes) {
        p->writers++;
        p->writer_opens++;
    }
    other = reads ? p->writer_opens : p->reader_opens;
    bool alone = reads != writes && (reads ? !p->writers : !p->readers);
    mutex_unlock(&p->lock);
    wait_queue_wake(&p->opened, 0, 0);
    /* A pipe that is opened anew (/dev/stdin) does not wait. */
    if (alone && !nonblock && !(inode->flags & INODE_PRIVATE))
        error = wait_for_partner(p, reads ? &p->writer_opens : &p->reader_opens,
                                 other);
    if (error) {
        pipe_close_end(p, reads, writes);
        drop_pipe(inode, p);
        return error;
    }
    file->device.private = p;
    obj->ops = &fifo_object_ops;
    atomic_or(OBJ_STREAM, &obj->flags);
    return 0;
}

static void fifo_release(struct object *obj)
{
    struct file *f = file_of(obj);
    struct pipe *p = f->device.private;

    pipe_close_end(p, f->access & FILE_READ, f->access & FILE_WRITE);
    drop_pipe(f->inode, p);
    file_release(obj);
}

static u32 fifo_poll(struct object *obj, struct poll_table *table)
{
    struct file *f = file_of(obj);

    return pipe_poll_end(f->device.private, table, f->access & FILE_READ,
                         f->access & FILE_WRITE);
}

static const struct object_ops fifo_object_ops = {
    .name = "fifo",
    .release = fifo_release,
    .close_handle = file_close_handle,
    .read = pipe_read,
    .write = pipe_write,
    .poll = fifo_poll,
    .ioctl = pipe_ioctl,
};

static void inode_evicted(struct inode *inode)
{
    (void)inode; /* open files keep the inode; its pipe went with the last */
}

static const struct fifo_ops ops = {
    .open = fifo_open,
    .inode_evicted = inode_evicted,
};

void fifo_init(void)
{
    fifo_ops = &ops;
}
