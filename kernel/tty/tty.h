/*
 * Terminals.
 *
 * A struct tty is a terminal with its line discipline (n_tty.h), its modes, and
 * its place in job control. Below it is a driver: a serial port (tty_serial.c)
 * or the master side of a pty (pty.c). Each open file has a struct tty_file.
 *
 *   tty.c         open, close, read, write, poll
 *   tty_ioctl.c   modes and the other ioctls
 *   tty_job.c     controlling terminals, foreground groups, hang-up
 *   tty_serial.c  terminals of serial ports: ttyS, ttyAMA, hvc
 *   tty_nodes.c   /dev/tty, /dev/console
 *   pty.c, devpts.c  pseudo-terminals
 *
 * Locks:
 *   tty->mutex  sleeping: opening, closing, changing modes, hanging up
 *   tty->lock   spinlock, irq-safe: the line discipline, modes as it reads
 *               them, flow, packet status, window size, pgrp and session.
 *               The device's lock and thread_group.lock come after it.
 * Order: tty->mutex > tasklist_lock > tty->lock > thread_group.lock.
 *
 * References: open files, the processes that have it as their controlling
 * terminal, and for a pty its pair. Terminals of serial ports stay for ever.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include "core/device.h"
#include "core/object.h"
#include "lib/refcount.h"
#include "proc/task.h"
#include "tty/n_tty.h"
#include "tty/termios.h"

struct io_request;
struct pid;
struct pty;
struct tty;

struct tty_session { /* what proc/ refers to */
    refcount_t refs;
};

/* All are called with tty->lock held, unless it says otherwise. */
struct tty_driver {
    u32 type; /* TTY_* */
    /* For good: a pty's master is closed. */
    bool (*is_gone)(struct tty *t); /* may be NULL */
    size_t (*room)(struct tty *t);
    void (*put)(struct tty *t, const u8 *data, size_t n); /* n <= room */
    size_t (*queued)(struct tty *t);
    void (*flush)(struct tty *t);
    /* TCFLSH: forget input that is held back; may be NULL. */
    void (*drop_input)(struct tty *t);
    void (*flow)(struct tty *t); /* `stopped` changed; may be NULL */
    /* Without tty->lock: */
    int (*start)(struct tty *t);                /* first open */
    void (*stop)(struct tty *t);                /* last close */
    void (*unthrottle)(struct tty *t);          /* input has room again */
    void (*send_break)(struct tty *t, bool on); /* may be NULL */
    void (*released)(struct tty *t);            /* last reference went */
};
#define TTY_SERIAL 0
#define TTY_PTY    1

struct tty {
    struct tty_session session; /* must be first: references */
    const struct tty_driver *driver;
    void *data; /* of the driver */
    const char *family;
    u32 index, major, minor;
    mutex_t mutex;
    u32 opens; /* files; mutex */
    spinlock_t lock;
    struct n_tty line;
    struct termios termios, locked, initial;
    struct winsize size;
    struct wait_queue readers, writers;
    struct pid *foreground;  /* owned; lock; NULL: none */
    struct pid *session_pid; /* owned; lock; NULL: controls nothing */
    u32 generation;          /* of opens: a hang-up starts the next; lock */
    bool stopped_by_ioctl;   /* TCOOFF; lock */
    bool exclusive;          /* TIOCEXCL; mutex */
    bool throttled;          /* the driver holds input back; lock */
    bool sent_stop;          /* IXOFF: ^S was sent; lock */
    bool packet;             /* pty: the master wants status bytes; lock */
    u8 packet_status;        /* TIOCPKT_*; lock */
    struct pty *pty;         /* of a slave; NULL otherwise */
    void *storage;           /* owned: the line discipline's buffers */
};

struct tty_file {
    struct tty *tty; /* owned */
    u32 generation;  /* differs from the tty's: hung up */
    bool console;    /* opened through /dev/console */
};

/* tty.c: life */
struct tty *tty_create(const struct tty_driver *driver, const char *family,
                       u32 index, u32 cflag, u32 baud); /* NULL: no memory */
static inline struct tty *tty_get(struct tty *t)
{
    refcount_inc(&t->session.refs);
    return t;
}
void tty_put(struct tty *t);
/* "ttyS0" */
void tty_name(const struct tty *t, char *buffer, size_t size);
/* Takes a reference of its own. `noctty`: never becomes the controlling one. */
int tty_open(struct tty *t, struct device_file *file, struct caller *who,
             bool noctty, bool console);
void tty_close(struct device_file *file);
extern const struct object_ops tty_object_ops;
static inline bool tty_file_hung_up(const struct tty_file *f)
{
    return READ_ONCE(f->tty->generation) != f->generation && !f->console;
}

/* What drivers tell. None of the tty's locks held. */
size_t tty_receive(struct tty *t, const u8 *data, size_t n);
void tty_output_possible(struct tty *t);
/* Sleeps: the line went. */
void tty_hang_up(struct tty *t);

/* tty.c, for its other files: the caller holds t->lock. */
void tty_set_stopped(struct tty *t, bool stopped);
void tty_wake(struct tty *t);

/* tty_ioctl.c */
long tty_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg);
/* On terminal t; `master`: asked through the master side of its pty. */
long tty_ioctl_on(struct tty *t, struct tty_file *f, struct caller *who,
                  u32 cmd, u64 arg, bool readable, bool master);
void tty_set_termios(struct tty *t, const struct termios *wanted);
int tty_wait_until_sent(struct tty *t, struct caller *who);
void tty_resize(struct tty *t, const struct winsize *size);

/* tty_job.c */
int tty_check_background(struct tty *t, struct task *task, int signo);
void tty_signal_foreground(struct tty *t, int signo); /* t->lock held */
void tty_become_controlling(struct tty *t, struct task *task);
long tty_set_controlling(struct tty *t, struct caller *who, u64 arg,
                         bool readable);
long tty_disconnect(struct tty *t, struct caller *who); /* TIOCNOTTY */
long tty_get_foreground(struct tty *t, struct caller *who, u64 arg,
                        bool master);
long tty_set_foreground(struct tty *t, struct caller *who, u64 arg);
long tty_get_session(struct tty *t, struct caller *who, u64 arg, bool master);
/* Everyone in the session loses it; the leader gets SIGHUP and SIGCONT. */
void tty_signal_hang_up(struct tty *t, bool exit_session);
/* No process has it as its terminal any more. */
void tty_forget_session(struct tty *t);
/* The controlling terminal of a process, referenced; NULL: none. */
struct tty *tty_of_task(struct task *task);
bool tty_is_controlling(struct tty *t, struct task *task);

/* For /proc/<pid>/stat: the device number (major << 20 | minor, 0: none), and
 * the foreground group in `ns` (-1: none). */
u32 tty_task_device(struct task *task, s32 *foreground,
                    struct pid_namespace *ns);

/* tty_nodes.c: what /dev/console stands for, borrowed; NULL: nothing yet. */
struct tty *tty_console(void);
void tty_console_offer(struct tty *t, const char *name);
/* "hvc0 ttyS0\n": /sys/class/tty/console/active; returns the length. */
size_t tty_console_active(char *buffer, size_t size);
/* fn for each console, the preferred one first: /proc/consoles. */
void tty_console_for_each(void (*fn)(void *ctx, const char *name, u32 major,
                                     u32 minor, bool preferred),
                          void *ctx);
/* fn for each terminal that has a serial port: sysfs, /proc/tty. */
void tty_serial_for_each(void (*fn)(void *ctx, struct tty *t), void *ctx);

/* tty_sysfs.c: /sys/class/tty/<name>, once sysfs is there. */
void tty_sysfs_add(const char *name, u32 major, u32 minor);

#endif
