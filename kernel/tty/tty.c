#include "tty/tty.h"

#include "core/log.h"
#include "core/request.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/cred.h"
#include "proc/pid.h"

/* Bytes copied at a time, between the locks. */
#define CHUNK 512
/* Input is held back from here, and let in again below the second. */
#define THROTTLE_AT   (N_TTY_BUFFER - 128)
#define UNTHROTTLE_AT 128

static inline struct tty *tty_of_line(struct n_tty *n)
{
    return container_of(n, struct tty, line);
}

static inline struct tty_file *file_of(struct object *obj)
{
    return device_file(obj)->private;
}

/* ------------------------------------------- what the discipline asks for */

static size_t line_room(struct n_tty *n)
{
    struct tty *t = tty_of_line(n);

    return t->driver->room(t);
}

static void line_put(struct n_tty *n, const u8 *data, size_t count)
{
    struct tty *t = tty_of_line(n);

    t->driver->put(t, data, count);
}

static void line_signal(struct n_tty *n, int signo)
{
    tty_signal_foreground(tty_of_line(n), signo);
}

static void line_stop(struct n_tty *n, bool stopped)
{
    struct tty *t = tty_of_line(n);

    if (t->stopped_by_ioctl)
        return;
    tty_set_stopped(t, stopped);
    if (!stopped)
        n_tty_process_echoes(n);
}

static void line_flush_output(struct n_tty *n)
{
    struct tty *t = tty_of_line(n);

    t->driver->flush(t);
}

static void line_flushed_input(struct n_tty *n)
{
    struct tty *t = tty_of_line(n);

    if (t->packet) {
        t->packet_status |= TIOCPKT_FLUSHREAD;
        if (t->driver->flow)
            t->driver->flow(t);
    }
}

static void line_readable(struct n_tty *n)
{
    wait_queue_wake(&tty_of_line(n)->readers, POLLIN | POLLRDNORM, 0);
}

static const struct n_tty_ops line_ops = {
    .room = line_room,
    .put = line_put,
    .signal = line_signal,
    .stop = line_stop,
    .flush_output = line_flush_output,
    .flushed_input = line_flushed_input,
    .readable = line_readable,
};

void tty_set_stopped(struct tty *t, bool stopped)
{
    if (t->line.stopped == stopped)
        return;
    n_tty_set_stopped(&t->line, stopped);
    if (t->packet) {
        t->packet_status &= (u8) ~(TIOCPKT_STOP | TIOCPKT_START);
        t->packet_status |= stopped ? TIOCPKT_STOP : TIOCPKT_START;
    }
    if (t->driver->flow)
        t->driver->flow(t);
    if (!stopped)
        wait_queue_wake(&t->writers, POLLOUT | POLLWRNORM, 0);
}

void tty_wake(struct tty *t)
{
    wait_queue_wake(&t->readers, 0, 0);
    wait_queue_wake(&t->writers, 0, 0);
}

/* ---------------------------------------------------------------- life -- */

struct tty *tty_create(const struct tty_driver *driver, const char *family,
                       u32 index, u32 cflag, u32 baud)
{
    struct tty *t = kzalloc(sizeof(*t), ALLOC_KERNEL);

    if (!t)
        return NULL;
    t->storage = kmalloc(N_TTY_BUFFER + N_TTY_ECHO, ALLOC_KERNEL);
    if (!t->storage) {
        kfree(t);
        return NULL;
    }
    refcount_set(&t->session.refs, 1);
    t->driver = driver;
    t->family = family;
    t->index = index;
    mutex_init(&t->mutex, "tty");
    spin_init(&t->lock, "tty_line");
    wait_queue_init(&t->readers);
    wait_queue_init(&t->writers);
    termios_default(&t->initial, cflag, baud);
    t->termios = t->initial;
    n_tty_init(&t->line, &line_ops, &t->termios, t->storage);
    return t;
}

void tty_put(struct tty *t)
{
    if (!refcount_dec_and_test(&t->session.refs))
        return;
    if (t->driver->released)
        t->driver->released(t);
    pid_put(t->foreground);
    pid_put(t->session_pid);
    wait_queue_destroy(&t->readers);
    wait_queue_destroy(&t->writers);
    kfree(t->storage);
    kfree(t);
}

void tty_name(const struct tty *t, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%u", t->family, t->index);
}

int tty_open(struct tty *t, struct device_file *file, struct caller *who,
             bool noctty, bool console)
{
    struct tty_file *f = kzalloc(sizeof(*f), ALLOC_KERNEL);
    int error = 0;

    if (!f)
        return -ENOMEM;
    mutex_lock(&t->mutex);
    if (t->exclusive && !caller_capable_init(who, CAP_SYS_ADMIN))
        error = -EBUSY;
    else if (t->opens == 0 && t->driver->start)
        error = t->driver->start(t);
    if (!error) {
        t->opens++;
        f->tty = tty_get(t);
        f->generation = t->generation;
        f->console = console;
    }
    mutex_unlock(&t->mutex);
    if (error) {
        kfree(f);
        return error;
    }
    file->private = f;
    if (!noctty && !(file->open_flags & DEVICE_OPEN_NOCTTY) &&
        file->open_flags & DEVICE_OPEN_READ && who->task)
        tty_become_controlling(t, who->task);
    return 0;
}

void tty_close(struct device_file *file)
{
    struct tty_file *f = file->private;
    struct tty *t;
    bool last;

    if (!f)
        return;
    t = f->tty;
    mutex_lock(&t->mutex);
    last = t->opens == 1;
    if (last && t->driver->type == TTY_SERIAL && !tty_file_hung_up(f)) {
        mutex_unlock(&t->mutex);
        tty_wait_until_sent(t, NULL);
        mutex_lock(&t->mutex);
    }
    last = --t->opens == 0;
    if (last) {
        unsigned long flags;

        t->exclusive = false;
        flags = spin_lock_irqsave(&t->lock);
        if (t->driver->type == TTY_SERIAL)
            n_tty_flush_input(&t->line);
        t->stopped_by_ioctl = false;
        tty_set_stopped(t, false);
        spin_unlock_irqrestore(&t->lock, flags);
        if (t->driver->stop)
            t->driver->stop(t);
    }
    mutex_unlock(&t->mutex);
    /* A pty's slave lives on while its master is open. */
    if (last && t->driver->type == TTY_SERIAL)
        tty_forget_session(t);
    kfree(f);
    file->private = NULL;
    tty_put(t);
}

void tty_hang_up(struct tty *t)
{
    unsigned long flags;

    mutex_lock(&t->mutex);
    flags = spin_lock_irqsave(&t->lock);
    t->generation++;
    n_tty_flush_input(&t->line);
    t->driver->flush(t);
    /* UARTs keep their modes (in Linux their driver lacks RESET_TERMIOS). */
    if (!(t->initial.c_cflag & CLOCAL)) {
        t->termios = t->initial;
        n_tty_termios_changed(&t->line, NULL);
    }
    t->stopped_by_ioctl = false;
    tty_set_stopped(t, false);
    spin_unlock_irqrestore(&t->lock, flags);
    mutex_unlock(&t->mutex);
    tty_signal_hang_up(t, false);
    wait_queue_wake(&t->readers, POLLHUP, 0);
    wait_queue_wake(&t->writers, POLLHUP, 0);
}

/* --------------------------------------------------------------- input -- */

size_t tty_receive(struct tty *t, const u8 *data, size_t n)
{
    size_t done = 0;

    while (done < n) {
        unsigned long flags = spin_lock_irqsave(&t->lock);
        size_t piece = min(n - done, (size_t)CHUNK);
        size_t taken = n_tty_receive(&t->line, data + done, piece);

        done += taken;
        if (taken < piece)
            t->throttled = true;
        if (t->termios.c_iflag & IXOFF && !t->sent_stop &&
            n_tty_count(&t->line) >= THROTTLE_AT && t->driver->room(t)) {
            t->driver->put(t, &t->termios.c_cc[VSTOP], 1);
            t->sent_stop = true;
        }
        spin_unlock_irqrestore(&t->lock, flags);
        if (taken < piece)
            break;
    }
    return done;
}

void tty_output_possible(struct tty *t)
{
    unsigned long flags = spin_lock_irqsave(&t->lock);

    n_tty_process_echoes(&t->line);
    wait_queue_wake(&t->writers, POLLOUT | POLLWRNORM, 0);
    spin_unlock_irqrestore(&t->lock, flags);
}

/* A reader made room: t->lock held. True: call driver->unthrottle. */
static bool check_unthrottle(struct tty *t)
{
    bool release;

    if (t->line.read_head - t->line.read_tail > UNTHROTTLE_AT)
        return false;
    if (t->sent_stop && t->driver->room(t)) {
        t->driver->put(t, &t->termios.c_cc[VSTART], 1);
        t->sent_stop = false;
    }
    release = t->throttled;
    t->throttled = false;
    return release;
}

/* When to stop waiting, by VMIN and VTIME (termios(3)). */
struct read_rule {
    size_t minimum;
    u64 first_wait; /* ns until the first byte; WAIT_FOREVER */
    u64 next_wait;  /* ns from byte to byte; 0: for ever */
};

static struct read_rule read_rule(const struct tty *t)
{
    struct read_rule r = {.minimum = 1, .first_wait = WAIT_FOREVER};
    const u8 *cc = t->termios.c_cc;

    if (t->termios.c_lflag & ICANON)
        return r;
    if (cc[VMIN]) {
        r.minimum = cc[VMIN];
        r.next_wait = cc[VTIME] * 100 * NS_PER_MSEC;
    } else {
        r.first_wait = cc[VTIME] * 100 * NS_PER_MSEC;
    }
    return r;
}

enum read_step {
    READ_COPIED, /* something was there */
    READ_END,    /* and the read is complete */
    READ_EMPTY   /* nothing: t->lock is held */
};

/* Take what is there. */
static enum read_step read_some(struct tty *t, struct io_request *req,
                                unsigned long *flags, ssize_t *error)
{
    u8 bytes[CHUNK];
    bool end, release, full;
    size_t n, copied;

    *flags = spin_lock_irqsave(&t->lock);
    if (!n_tty_readable(&t->line, false))
        return READ_EMPTY;
    n = n_tty_read(&t->line, bytes, min(sizeof(bytes), iter_count(&req->iter)),
                   &end);
    full = n == iter_count(&req->iter);
    if (full && !end && n)
        n_tty_skip_eof(&t->line);
    release = check_unthrottle(t);
    spin_unlock_irqrestore(&t->lock, *flags);
    if (release && t->driver->unthrottle)
        t->driver->unthrottle(t);
    copied = iter_copy_to(&req->iter, bytes, n);
    req->done += copied;
    if (copied < n) {
        *error = -EFAULT;
        return READ_END;
    }
    return end || full ? READ_END : READ_COPIED;
}

/* Nobody will send more: what the read returns, or 1 to wait. t->lock held. */
static ssize_t read_ended(struct tty_file *f, const struct io_request *req)
{
    if (tty_file_hung_up(f))
        return 0;
    if (req->flags & REQ_NOWAIT)
        return -EAGAIN;
    return 1;
}

/* A read of a terminal that was hung up ends; one that waited when a pty's
 * master was closed sees an error. */
static ssize_t read_hung_up(struct tty *t, const struct io_request *req)
{
    if (req->done || !req->cancel_data)
        return (ssize_t)req->done;
    return t->driver->is_gone && t->driver->is_gone(t) ? -EIO : 0;
}

static ssize_t wait_timed(struct tty *t, struct tty_file *f, u64 wait)
{
    return wait_event_interruptible_until(
        &t->readers, n_tty_readable(&t->line, false) || tty_file_hung_up(f),
        time_monotonic() + wait);
}

static ssize_t tty_read(struct object *obj, struct io_request *req)
{
    struct tty_file *f = file_of(obj);
    struct tty *t = f->tty;
    unsigned long flags;
    ssize_t error = 0;

    if (tty_file_hung_up(f))
        return read_hung_up(t, req);
    if (!iter_count(&req->iter))
        return (ssize_t)req->done;
    /* Only when the read begins, not when it goes on. */
    if (!req->cancel_data && !f->console) {
        error = tty_check_background(t, req->caller->task, SIGTTIN);
        if (error)
            return error;
        req->cancel_data = f;
    }
    for (;;) {
        enum read_step step = read_some(t, req, &flags, &error);
        struct read_rule rule;
        u64 wait;

        if (step == READ_END)
            break;
        if (step == READ_COPIED)
            continue;
        rule = read_rule(t);
        wait = req->done ? rule.next_wait : rule.first_wait;
        if (req->done && !rule.next_wait)
            wait = WAIT_FOREVER;
        if (req->done >= rule.minimum || wait == 0) {
            spin_unlock_irqrestore(&t->lock, flags);
            break;
        }
        error = read_ended(f, req);
        if (error <= 0) {
            spin_unlock_irqrestore(&t->lock, flags);
            break;
        }
        if (wait == WAIT_FOREVER) {
            request_wait(req, &t->readers);
            spin_unlock_irqrestore(&t->lock, flags);
            return -EIOCBQUEUED;
        }
        spin_unlock_irqrestore(&t->lock, flags);
        error = wait_timed(t, f, wait);
        if (error) {
            if (error == -ETIMEDOUT)
                error = 0;
            break;
        }
    }
    return req->done ? (ssize_t)req->done : error;
}

/* -------------------------------------------------------------- output -- */

static ssize_t tty_write(struct object *obj, struct io_request *req)
{
    struct tty_file *f = file_of(obj);
    struct tty *t = f->tty;
    u8 bytes[CHUNK];
    ssize_t error = 0;

    if (tty_file_hung_up(f))
        return req->done ? (ssize_t)req->done : -EIO;
    if (!req->cancel_data && !f->console && t->termios.c_lflag & TOSTOP) {
        error = tty_check_background(t, req->caller->task, SIGTTOU);
        if (error)
            return error;
        req->cancel_data = f;
    }
    while (iter_count(&req->iter)) {
        size_t n = iter_copy_from(&req->iter, bytes,
                                  min(sizeof(bytes), iter_count(&req->iter)));
        size_t taken;
        unsigned long flags;

        if (!n) {
            error = -EFAULT;
            break;
        }
        flags = spin_lock_irqsave(&t->lock);
        if (tty_file_hung_up(f)) {
            spin_unlock_irqrestore(&t->lock, flags);
            error = -EIO;
            break;
        }
        taken = n_tty_write(&t->line, bytes, n);
        iter_revert(&req->iter, n - taken);
        req->done += taken;
        if (taken < n) {
            if (req->flags & REQ_NOWAIT) {
                spin_unlock_irqrestore(&t->lock, flags);
                error = -EAGAIN;
                break;
            }
            request_wait(req, &t->writers);
            spin_unlock_irqrestore(&t->lock, flags);
            return -EIOCBQUEUED;
        }
        spin_unlock_irqrestore(&t->lock, flags);
    }
    return req->done ? (ssize_t)req->done : error;
}

/* Fewer than this many bytes under way: a writer may come (Linux's value). */
#define WAKEUP_CHARS 256

static u32 tty_poll(struct object *obj, struct poll_table *table)
{
    struct tty_file *f = file_of(obj);
    struct tty *t = f->tty;
    unsigned long flags;
    u32 events = 0;

    poll_register(table, &t->readers);
    poll_register(table, &t->writers);
    flags = spin_lock_irqsave(&t->lock);
    if (tty_file_hung_up(f)) {
        events = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
    } else {
        if (n_tty_readable(&t->line, true))
            events |= POLLIN | POLLRDNORM;
        if (!t->line.stopped && t->driver->room(t) > 0 &&
            (!t->driver->queued || t->driver->queued(t) < WAKEUP_CHARS))
            events |= POLLOUT | POLLWRNORM;
    }
    spin_unlock_irqrestore(&t->lock, flags);
    return events;
}

const struct object_ops tty_object_ops = {
    .name = "tty",
    .read = tty_read,
    .write = tty_write,
    .poll = tty_poll,
    .ioctl = tty_ioctl,
};
