/*
 * ioctls of terminals. The order of checks is Linux's.
 */
#include "core/request.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "tty/tty.h"
#include "vm/user.h"

/* A closing terminal waits so long for its output (Linux: closing_wait). */
#define CLOSE_PATIENCE (30 * NS_PER_SEC)

/* -------------------------------------------------------------- modes -- */

/* What is locked keeps its old value (ioctl TIOCSLCKTRMIOS). */
static void keep_locked(struct termios *new, const struct termios *old,
                        const struct termios *locked)
{
#define KEEP(f) new->f = (new->f & ~locked->f) | (old->f & locked->f)
    KEEP(c_iflag);
    KEEP(c_oflag);
    KEEP(c_cflag);
    KEEP(c_lflag);
#undef KEEP
    if (locked->c_line)
        new->c_line = old->c_line;
    for (int i = 0; i < NCCS; i++)
        if (locked->c_cc[i])
            new->c_cc[i] = old->c_cc[i];
}

static bool default_flow_control(const struct termios *t)
{
    return t->c_iflag & IXON && t->c_cc[VSTOP] == 023 && t->c_cc[VSTART] == 021;
}

/* Packet mode reports changes of flow control, and all with EXTPROC. */
static void report_packet(struct tty *t, const struct termios *old)
{
    bool was = default_flow_control(old),
         is = default_flow_control(&t->termios);

    if (was != is) {
        t->packet_status &= (u8) ~(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
        t->packet_status |= is ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
    }
    if ((old->c_lflag | t->termios.c_lflag) & EXTPROC)
        t->packet_status |= TIOCPKT_IOCTL;
    if (t->packet_status && t->driver->flow)
        t->driver->flow(t);
}

void tty_set_termios(struct tty *t, const struct termios *wanted)
{
    struct termios old, new = *wanted;
    unsigned long flags;

    mutex_lock(&t->mutex);
    flags = spin_lock_irqsave(&t->lock);
    old = t->termios;
    keep_locked(&new, &old, &t->locked);
    new.c_cflag &= ~ADDRB;
    new.c_ispeed = termios_input_baud(&new);
    new.c_ospeed = termios_output_baud(&new);
    if (t->driver->type == TTY_PTY)
        new.c_cflag = (new.c_cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
    t->termios = new;
    n_tty_termios_changed(&t->line, &old);
    if (t->packet)
        report_packet(t, &old);
    spin_unlock_irqrestore(&t->lock, flags);
    mutex_unlock(&t->mutex);
    tty_wake(t);
}

static bool output_sent(struct tty *t)
{
    return !t->driver->queued || t->driver->queued(t) == 0;
}

int tty_wait_until_sent(struct tty *t, struct caller *who)
{
    u64 deadline = who ? WAIT_FOREVER : time_monotonic() + CLOSE_PATIENCE;

    return wait_event_interruptible_until(&t->writers, output_sent(t),
                                          deadline);
}

static int flush_queue(struct tty *t, u64 which)
{
    bool input = which == TCIFLUSH || which == TCIOFLUSH;
    bool output = which == TCOFLUSH || which == TCIOFLUSH;
    unsigned long flags;
    bool release = false;

    if (!input && !output)
        return -EINVAL;
    flags = spin_lock_irqsave(&t->lock);
    if (input) {
        if (t->driver->drop_input)
            t->driver->drop_input(t);
        n_tty_flush_input(&t->line);
        release = t->throttled;
        t->throttled = false;
    }
    if (output)
        t->driver->flush(t);
    spin_unlock_irqrestore(&t->lock, flags);
    if (release && t->driver->unthrottle)
        t->driver->unthrottle(t);
    if (output)
        wait_queue_wake(&t->writers, POLLOUT | POLLWRNORM, 0);
    return 0;
}

static long get_termios(struct tty *t, struct caller *who, u64 arg, size_t size)
{
    struct termios copy = t->termios;

    return user_write(who->mm, arg, &copy, size);
}

static long get_termio(struct tty *t, struct caller *who, u64 arg)
{
    struct termios copy = t->termios;
    struct termio old = {
        .c_iflag = (u16)copy.c_iflag,
        .c_oflag = (u16)copy.c_oflag,
        .c_cflag = (u16)copy.c_cflag,
        .c_lflag = (u16)copy.c_lflag,
        .c_line = copy.c_line,
    };

    memcpy(old.c_cc, copy.c_cc, sizeof(old.c_cc));
    return user_write(who->mm, arg, &old, sizeof(old));
}

/* Two halves of a flag word: what System V's termio does not have stays. */
static u32 low_half(u32 old, u16 new)
{
    return (old & 0xffff0000u) | new;
}

static int read_termio(struct caller *who, u64 arg, struct termios *t)
{
    struct termio old;

    if (user_read(who->mm, &old, arg, sizeof(old)))
        return -EFAULT;
    t->c_iflag = low_half(t->c_iflag, old.c_iflag);
    t->c_oflag = low_half(t->c_oflag, old.c_oflag);
    t->c_cflag = low_half(t->c_cflag, old.c_cflag);
    t->c_lflag = low_half(t->c_lflag, old.c_lflag);
    t->c_line = old.c_line;
    memcpy(t->c_cc, old.c_cc, sizeof(old.c_cc));
    return 0;
}

enum set_when {
    SET_NOW,
    SET_DRAINED,
    SET_FLUSHED
};

/* size 0: struct termio. */
static long set_termios(struct tty *t, struct caller *who, u64 arg, size_t size,
                        enum set_when when)
{
    struct termios new = t->termios;
    int error = tty_check_background(t, who->task, SIGTTOU);

    if (error)
        return error;
    error = size ? user_read(who->mm, &new, arg, size)
                 : read_termio(who, arg, &new);
    if (error)
        return error;
    if (when == SET_FLUSHED)
        flush_queue(t, TCIFLUSH);
    if (when != SET_NOW && tty_wait_until_sent(t, who))
        return -ERESTARTSYS;
    tty_set_termios(t, &new);
    return 0;
}

static long mode_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg)
{
    struct termios copy;
    u32 value;

    switch (cmd) {
    case TCGETS:
        return get_termios(t, who, arg, TERMIOS_SIZE);
    case TCGETS2:
        return get_termios(t, who, arg, sizeof(struct termios));
    case TCGETA:
        return get_termio(t, who, arg);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_termios(t, who, arg, TERMIOS_SIZE, cmd - TCSETS);
    case TCSETS2:
    case TCSETSW2:
    case TCSETSF2:
        return set_termios(t, who, arg, sizeof(struct termios), cmd - TCSETS2);
    case TCSETA:
    case TCSETAW:
    case TCSETAF:
        return set_termios(t, who, arg, 0, cmd - TCSETA);
    case TIOCGLCKTRMIOS:
        copy = t->locked;
        return user_write(who->mm, arg, &copy, TERMIOS_SIZE);
    case TIOCSLCKTRMIOS:
        if (!caller_capable_init(who, CAP_SYS_ADMIN))
            return -EPERM;
        copy = t->locked;
        if (user_read(who->mm, &copy, arg, TERMIOS_SIZE))
            return -EFAULT;
        t->locked = copy;
        return 0;
    case TIOCGSOFTCAR:
        return user_write32(who->mm, arg, !!(t->termios.c_cflag & CLOCAL));
    case TIOCSSOFTCAR:
        if (user_read32(who->mm, arg, &value))
            return -EFAULT;
        copy = t->termios;
        copy.c_cflag = (copy.c_cflag & ~CLOCAL) | (value ? CLOCAL : 0);
        tty_set_termios(t, &copy);
        return 0;
    default:
        return -ENOIOCTLCMD;
    }
}

/* --------------------------------------------------------- other things -- */

void tty_resize(struct tty *t, const struct winsize *size)
{
    unsigned long flags = spin_lock_irqsave(&t->lock);

    if (memcmp(&t->size, size, sizeof(*size)) != 0) {
        t->size = *size;
        tty_signal_foreground(t, SIGWINCH);
    }
    spin_unlock_irqrestore(&t->lock, flags);
}

static long window_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg)
{
    struct winsize size;
    unsigned long flags;

    if (cmd == TIOCSWINSZ) {
        if (user_read(who->mm, &size, arg, sizeof(size)))
            return -EFAULT;
        tty_resize(t, &size);
        return 0;
    }
    flags = spin_lock_irqsave(&t->lock);
    size = t->size;
    spin_unlock_irqrestore(&t->lock, flags);
    return user_write(who->mm, arg, &size, sizeof(size));
}

static void send_character(struct tty *t, unsigned index)
{
    unsigned long flags = spin_lock_irqsave(&t->lock);
    u8 c = t->termios.c_cc[index];

    if (c != CC_DISABLED && t->driver->room(t))
        t->driver->put(t, &c, 1);
    spin_unlock_irqrestore(&t->lock, flags);
}

static void stop_by_ioctl(struct tty *t, bool stop)
{
    unsigned long flags = spin_lock_irqsave(&t->lock);

    if (stop != t->stopped_by_ioctl) {
        t->stopped_by_ioctl = stop;
        tty_set_stopped(t, stop);
        if (!stop)
            n_tty_process_echoes(&t->line);
    }
    spin_unlock_irqrestore(&t->lock, flags);
}

static long flow_ioctl(struct tty *t, struct caller *who, u64 arg)
{
    int error = tty_check_background(t, who->task, SIGTTOU);

    if (error)
        return error;
    switch (arg) {
    case TCOOFF:
    case TCOON:
        stop_by_ioctl(t, arg == TCOOFF);
        return 0;
    case TCIOFF:
    case TCION:
        send_character(t, arg == TCIOFF ? VSTOP : VSTART);
        return 0;
    default:
        return -EINVAL;
    }
}

static long fake_input(struct tty *t, struct caller *who, u64 arg)
{
    u8 c;

    if (!(who->task && tty_is_controlling(t, who->task)) &&
        !caller_capable_init(who, CAP_SYS_ADMIN))
        return -EPERM;
    if (user_read(who->mm, &c, arg, 1))
        return -EFAULT;
    tty_receive(t, &c, 1);
    return 0;
}

static long break_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg)
{
    int error = tty_check_background(t, who->task, SIGTTOU);

    if (error)
        return error;
    if (cmd != TIOCCBRK && tty_wait_until_sent(t, who))
        return -EINTR;
    if (cmd == TIOCSETD) {
        u32 discipline;

        if (user_read32(who->mm, arg, &discipline))
            return -EFAULT;
        return discipline == N_TTY ? 0 : -EINVAL;
    }
    if (!t->driver->send_break || (cmd == TCSBRK && arg))
        return 0;
    if (cmd == TIOCSBRK || cmd == TIOCCBRK) {
        t->driver->send_break(t, cmd == TIOCSBRK);
        return 0;
    }
    t->driver->send_break(t, true);
    time_sleep(cmd == TCSBRKP && arg ? arg * 100 * NS_PER_MSEC
                                     : 250 * NS_PER_MSEC);
    t->driver->send_break(t, false);
    return 0;
}

/* The modem lines of a UART, which nobody watches: all are raised. */
static long modem_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg)
{
    u32 value = TIOCM_DTR | TIOCM_RTS | TIOCM_CTS | TIOCM_CAR | TIOCM_DSR;

    if (t->driver->type != TTY_SERIAL || !(t->initial.c_cflag & CLOCAL))
        return -ENOTTY;
    if (cmd == TIOCMGET)
        return user_write32(who->mm, arg, value);
    return user_read32(who->mm, arg, &value);
}

/* Linux's new_encode_dev(). */
static u32 encode_device(const struct tty *t)
{
    return (t->minor & 0xff) | t->major << 8 | (t->minor & ~0xffu) << 12;
}

static long common_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg,
                         bool readable, bool master)
{
    switch (cmd) {
    case TIOCSTI:
        return fake_input(t, who, arg);
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        return window_ioctl(t, who, cmd, arg);
    case TIOCEXCL:
    case TIOCNXCL:
        t->exclusive = cmd == TIOCEXCL;
        return 0;
    case TIOCGEXCL:
        return user_write32(who->mm, arg, t->exclusive);
    case TIOCGETD:
        return user_write32(who->mm, arg, N_TTY);
    case TIOCVHANGUP:
        if (!caller_capable_init(who, CAP_SYS_ADMIN))
            return -EPERM;
        tty_hang_up(t);
        return 0;
    case TIOCGDEV:
        return user_write32(who->mm, arg, encode_device(t));
    case TIOCSETD:
    case TIOCSBRK:
    case TIOCCBRK:
    case TCSBRK:
    case TCSBRKP:
        return break_ioctl(t, who, cmd, arg);
    case TIOCMGET:
    case TIOCMSET:
    case TIOCMBIS:
    case TIOCMBIC:
        return modem_ioctl(t, who, cmd, arg);
    case TIOCNOTTY:
        return tty_disconnect(t, who);
    case TIOCSCTTY:
        return tty_set_controlling(t, who, arg, readable);
    case TIOCGPGRP:
        return tty_get_foreground(t, who, arg, master);
    case TIOCSPGRP:
        return tty_set_foreground(t, who, arg);
    case TIOCGSID:
        return tty_get_session(t, who, arg, master);
    default:
        return -ENOIOCTLCMD;
    }
}

static long line_ioctl(struct tty *t, struct caller *who, u32 cmd, u64 arg)
{
    unsigned long flags;
    int error;
    u32 count;

    switch (cmd) {
    case TCXONC:
        return flow_ioctl(t, who, arg);
    case TCFLSH:
        error = tty_check_background(t, who->task, SIGTTOU);
        return error ? error : flush_queue(t, arg);
    case TIOCOUTQ:
        count = t->driver->queued ? (u32)t->driver->queued(t) : 0;
        return user_write32(who->mm, arg, count);
    case TIOCINQ:
        flags = spin_lock_irqsave(&t->lock);
        count = (u32)n_tty_count(&t->line);
        spin_unlock_irqrestore(&t->lock, flags);
        return user_write32(who->mm, arg, count);
    default:
        return mode_ioctl(t, who, cmd, arg);
    }
}

long tty_ioctl_on(struct tty *t, struct tty_file *f, struct caller *who,
                  u32 cmd, u64 arg, bool readable, bool master)
{
    long result;

    if (f && tty_file_hung_up(f))
        return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
    result = common_ioctl(t, who, cmd, arg, readable, master);
    if (result == -ENOIOCTLCMD)
        result = line_ioctl(t, who, cmd, arg);
    return result == -ENOIOCTLCMD ? -ENOTTY : result;
}

long tty_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg)
{
    struct device_file *file = device_file(obj);
    struct tty_file *f = file->private;

    return tty_ioctl_on(f->tty, f, who, cmd, arg,
                        file->open_flags & DEVICE_OPEN_READ, false);
}
