#include "tty/pty.h"

#include "core/request.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/cred.h"
#include "vm/user.h"

#define CHUNK 1024

static inline struct pty *pty_of(struct tty *slave)
{
    return slave->pty;
}

/* ------------------------------------------------------ the slave's driver */

static size_t slave_room(struct tty *t)
{
    return ring_free(&pty_of(t)->out);
}

static void wake_master(struct pty *p)
{
    wait_queue_wake(&p->readable, POLLIN | POLLRDNORM, 0);
}

static void slave_put(struct tty *t, const u8 *data, size_t n)
{
    struct pty *p = pty_of(t);

    ring_put(&p->out, data, n);
    wake_master(p);
}

/* What the master's reader could have had by now stays. */
static void slave_flush(struct tty *t)
{
    struct pty *p = pty_of(t);
    size_t used = ring_used(&p->out);

    if (used > PTY_INPUT_KEPT)
        p->out.head = p->out.tail + PTY_INPUT_KEPT;
    if (t->packet) {
        t->packet_status |= TIOCPKT_FLUSHWRITE;
        wake_master(p);
    }
}

static void slave_flow(struct tty *t)
{
    if (t->packet)
        wake_master(pty_of(t));
}

static void set_slave_closed(struct tty *t, bool closed)
{
    struct pty *p = pty_of(t);
    unsigned long flags = spin_lock_irqsave(&t->lock);

    p->slave_closed = closed;
    spin_unlock_irqrestore(&t->lock, flags);
    if (closed)
        wait_queue_wake(&p->readable, POLLHUP, 0);
}

static int slave_start(struct tty *t)
{
    set_slave_closed(t, false);
    return 0;
}

static void slave_stop(struct tty *t)
{
    set_slave_closed(t, true);
}

/* Waiting input to the line discipline; in_mutex held. */
static void feed(struct pty *p)
{
    struct tty *t = p->slave;
    u8 bytes[CHUNK];

    for (;;) {
        unsigned long flags = spin_lock_irqsave(&t->lock);
        size_t n = ring_peek(&p->in, 0, bytes, sizeof(bytes)), taken;

        spin_unlock_irqrestore(&t->lock, flags);
        if (!n)
            return;
        taken = tty_receive(t, bytes, n);
        flags = spin_lock_irqsave(&t->lock);
        ring_skip(&p->in, taken);
        spin_unlock_irqrestore(&t->lock, flags);
        if (taken < n)
            return;
    }
}

static void slave_unthrottle(struct tty *t)
{
    struct pty *p = pty_of(t);

    mutex_lock(&p->in_mutex);
    feed(p);
    mutex_unlock(&p->in_mutex);
    wait_queue_wake(&p->writable, POLLOUT | POLLWRNORM, 0);
}

static void slave_drop_input(struct tty *t)
{
    ring_reset(&pty_of(t)->in);
}

static bool slave_is_gone(struct tty *t)
{
    return !READ_ONCE(pty_of(t)->master_open);
}

static void slave_released(struct tty *t)
{
    struct pty *p = pty_of(t);

    wait_queue_destroy(&p->readable);
    wait_queue_destroy(&p->writable);
    kvfree(p->buffer);
    kvfree(p->in_buffer);
    kfree(p);
}

static const struct tty_driver slave_driver = {
    .type = TTY_PTY,
    .is_gone = slave_is_gone,
    .room = slave_room,
    .put = slave_put,
    .flush = slave_flush,
    .flow = slave_flow,
    .start = slave_start,
    .stop = slave_stop,
    .unthrottle = slave_unthrottle,
    .drop_input = slave_drop_input,
    .released = slave_released,
};

struct pty *pty_create(u32 index)
{
    struct pty *p = kzalloc(sizeof(*p), ALLOC_KERNEL);

    if (!p)
        return NULL;
    p->buffer = kvmalloc(PTY_RING, ALLOC_KERNEL);
    p->slave = tty_create(&slave_driver, "pts/", index, CS8 | CREAD, 38400);
    if (!p->buffer || !p->slave) {
        kvfree(p->buffer);
        if (p->slave) {
            p->slave->driver = &(const struct tty_driver){.type = TTY_PTY};
            tty_put(p->slave);
        }
        kfree(p);
        return NULL;
    }
    ring_init(&p->out, p->buffer, PTY_RING);
    wait_queue_init(&p->readable);
    wait_queue_init(&p->writable);
    mutex_init(&p->in_mutex, "pty_input");
    p->index = index;
    p->locked = true;
    p->slave->pty = p;
    p->slave->major = PTS_MAJOR;
    p->slave->minor = index;
    return p;
}

void pty_master_gone(struct pty *p)
{
    struct tty *slave = p->slave;

    tty_hang_up(slave);
    tty_put(slave);
}

/* ------------------------------------------------------ the master's file */

static inline struct pty *pty_of_object(struct object *obj)
{
    return device_file(obj)->private;
}

/* A status byte of packet mode, or -1. slave->lock held. */
static int take_status(struct tty *t)
{
    int status = t->packet_status;

    if (!t->packet || !status)
        return -1;
    t->packet_status = 0;
    return status;
}

/* Fill `bytes`: how many, 0 if there is nothing. slave->lock held. */
static size_t take(struct pty *p, u8 *bytes, size_t size)
{
    int status = take_status(p->slave);
    size_t prefix = p->slave->packet;

    if (status >= 0) {
        bytes[0] = (u8)status;
        return 1;
    }
    if (ring_empty(&p->out))
        return 0;
    if (prefix)
        bytes[0] = TIOCPKT_DATA;
    return prefix + ring_get(&p->out, bytes + prefix, size - prefix);
}

static ssize_t master_read(struct object *obj, struct io_request *req)
{
    struct pty *p = pty_of_object(obj);
    struct tty *t = p->slave;
    u8 bytes[CHUNK];
    ssize_t error = 0;

    while (iter_count(&req->iter)) {
        unsigned long flags = spin_lock_irqsave(&t->lock);
        size_t n = take(p, bytes, min(sizeof(bytes), iter_count(&req->iter)));
        size_t copied;
        bool packet = t->packet;

        if (!n) {
            if (req->done) {
                error = 0;
            } else if (p->slave_closed) {
                error = -EIO;
            } else if (req->flags & REQ_NOWAIT) {
                error = -EAGAIN;
            } else {
                request_wait(req, &p->readable);
                error = -EIOCBQUEUED;
            }
            spin_unlock_irqrestore(&t->lock, flags);
            break;
        }
        spin_unlock_irqrestore(&t->lock, flags);
        tty_output_possible(t);
        copied = iter_copy_to(&req->iter, bytes, n);
        req->done += copied;
        if (copied < n) {
            error = -EFAULT;
            break;
        }
        if (packet)
            break;
    }
    if (error == -EIOCBQUEUED)
        return error;
    return req->done ? (ssize_t)req->done : error;
}

/* Can more input be taken, by the line discipline or the ring? slave->lock. */
static bool input_full(struct pty *p)
{
    return p->slave->throttled && p->in_buffer && ring_full(&p->in);
}

/* Bytes taken; in_mutex held. */
static size_t give_slave(struct pty *p, const u8 *bytes, size_t n)
{
    struct tty *t = p->slave;
    unsigned long flags;
    size_t taken = 0;

    if (ring_empty(&p->in))
        taken = tty_receive(t, bytes, n);
    if (taken == n)
        return n;
    if (!p->in_buffer) {
        u8 *memory = kvmalloc(PTY_RING, ALLOC_KERNEL);

        if (!memory)
            return taken;
        flags = spin_lock_irqsave(&t->lock);
        ring_init(&p->in, memory, PTY_RING);
        p->in_buffer = memory;
        spin_unlock_irqrestore(&t->lock, flags);
    }
    flags = spin_lock_irqsave(&t->lock);
    taken += ring_put(&p->in, bytes + taken, n - taken);
    spin_unlock_irqrestore(&t->lock, flags);
    /* A reader may have made room before it could see the ring filled. */
    if (!t->throttled)
        feed(p);
    return taken;
}

/* The slave takes no more input now: 0 (look again), or what write returns. */
static ssize_t wait_for_slave(struct pty *p, struct io_request *req)
{
    unsigned long flags = spin_lock_irqsave(&p->slave->lock);
    ssize_t result = 0;

    if (!p->in_buffer) {
        result = -ENOMEM;
    } else if (input_full(p)) {
        if (req->flags & REQ_NOWAIT) {
            result = -EAGAIN;
        } else {
            request_wait(req, &p->writable);
            result = -EIOCBQUEUED;
        }
    }
    spin_unlock_irqrestore(&p->slave->lock, flags);
    return result;
}

static ssize_t master_write(struct object *obj, struct io_request *req)
{
    struct pty *p = pty_of_object(obj);
    u8 bytes[CHUNK];
    ssize_t error = 0;

    while (iter_count(&req->iter)) {
        size_t n = iter_copy_from(&req->iter, bytes,
                                  min(sizeof(bytes), iter_count(&req->iter)));
        size_t taken;

        if (!n) {
            error = -EFAULT;
            break;
        }
        mutex_lock(&p->in_mutex);
        taken = give_slave(p, bytes, n);
        mutex_unlock(&p->in_mutex);
        iter_revert(&req->iter, n - taken);
        req->done += taken;
        if (taken < n) {
            error = wait_for_slave(p, req);
            if (error)
                break;
        }
    }
    if (error == -EIOCBQUEUED)
        return error;
    return req->done ? (ssize_t)req->done : error;
}

static u32 master_poll(struct object *obj, struct poll_table *table)
{
    struct pty *p = pty_of_object(obj);
    struct tty *t = p->slave;
    unsigned long flags;
    u32 events = 0;

    poll_register(table, &p->readable);
    poll_register(table, &p->writable);
    flags = spin_lock_irqsave(&t->lock);
    if (!ring_empty(&p->out))
        events |= POLLIN | POLLRDNORM;
    if (t->packet && t->packet_status)
        events |= POLLPRI | POLLIN | POLLRDNORM;
    if (p->slave_closed)
        events |= POLLHUP;
    if (!input_full(p))
        events |= POLLOUT | POLLWRNORM;
    spin_unlock_irqrestore(&t->lock, flags);
    return events;
}

/* ---------------------------------------------------------------- ioctls */

static long set_packet(struct pty *p, bool on)
{
    struct tty *t = p->slave;
    unsigned long flags = spin_lock_irqsave(&t->lock);

    if (on && !t->packet)
        t->packet_status = 0;
    t->packet = on;
    spin_unlock_irqrestore(&t->lock, flags);
    return 0;
}

static long send_signal(struct pty *p, u64 signo)
{
    unsigned long flags;

    if (signo != SIGINT && signo != SIGQUIT && signo != SIGTSTP)
        return -EINVAL;
    flags = spin_lock_irqsave(&p->slave->lock);
    tty_signal_foreground(p->slave, (int)signo);
    spin_unlock_irqrestore(&p->slave->lock, flags);
    return 0;
}

static long flush_master(struct pty *p, u64 which)
{
    unsigned long flags;

    if (which > TCIOFLUSH)
        return -EINVAL;
    if (which == TCOFLUSH)
        return 0; /* what was written has arrived already */
    flags = spin_lock_irqsave(&p->slave->lock);
    ring_reset(&p->out);
    spin_unlock_irqrestore(&p->slave->lock, flags);
    tty_output_possible(p->slave);
    return 0;
}

static long master_ioctl(struct object *obj, struct caller *who, u32 cmd,
                         u64 arg)
{
    struct pty *p = pty_of_object(obj);
    struct tty *t = p->slave;
    u32 value;

    switch (cmd) {
    case TIOCSPTLCK:
        if (user_read32(who->mm, arg, &value))
            return -EFAULT;
        devpts_set_locked(p, value);
        return 0;
    case TIOCGPTLCK:
        return user_write32(who->mm, arg, p->locked);
    case TIOCPKT:
        if (user_read32(who->mm, arg, &value))
            return -EFAULT;
        return set_packet(p, value);
    case TIOCGPKT:
        return user_write32(who->mm, arg, t->packet);
    case TIOCGPTN:
        return user_write32(who->mm, arg, p->index);
    case TIOCGPTPEER:
        return devpts_open_peer(p, who, arg);
    case TIOCSIG:
        return send_signal(p, arg);
    case TIOCINQ:
        return user_write32(who->mm, arg, (u32)ring_used(&p->out));
    case TIOCOUTQ:
        return user_write32(who->mm, arg, 0);
    case TCFLSH:
        return flush_master(p, arg);
    case TIOCNOTTY:
        return -ENOTTY; /* a master controls nobody */
    default:
        return tty_ioctl_on(t, NULL, who, cmd, arg,
                            device_file(obj)->open_flags & DEVICE_OPEN_READ,
                            true);
    }
}

const struct object_ops pty_master_ops = {
    .name = "ptmx",
    .read = master_read,
    .write = master_write,
    .poll = master_poll,
    .ioctl = master_ioctl,
};
