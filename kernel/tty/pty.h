/*
 * Pseudo-terminals: a terminal (the slave, a struct tty) whose other end is a
 * file, the master.
 *
 * What is written to the master arrives at the slave's line discipline; what
 * the slave puts out waits in a ring for the master's reader. The slave's
 * tty->lock guards both directions and the packet status; ptys_lock (in
 * devpts.c) guards who is open and the nodes.
 *
 * Input beyond what the line discipline takes waits in a second ring.
 *
 * A pty is freed with its slave; the master's open file holds a reference.
 */
#ifndef TTY_PTY_H
#define TTY_PTY_H

#include "fs/fs.h"
#include "lib/ring.h"
#include "tty/tty.h"

#define PTY_RING       16384
#define PTS_MAJOR      136
#define PTS_MINORS     (1u << 20)
#define PTY_INPUT_KEPT 4095 /* bytes that a flush leaves the master */

struct devpts;

struct pty {
    struct tty *slave; /* owned while the master is open */
    struct ring out;   /* to the master; slave->lock */
    u8 *buffer;        /* owned */
    mutex_t in_mutex;  /* one at a time feeds the slave */
    struct ring in;    /* input that the slave has no room for; slave->lock */
    u8 *in_buffer;     /* owned; from the first such byte on */
    struct wait_queue readable, writable; /* of the master */
    bool slave_closed; /* was open and is not any more; slave->lock */
    bool master_open;  /* ptys_lock */
    bool locked;       /* TIOCSPTLCK; ptys_lock */
    u32 index;
    struct devpts *instance; /* borrowed while the master is open */
    struct path path;        /* owned: the slave's node */
    struct list_head link;   /* of the instance; ptys_lock */
};

struct pty *pty_create(u32 index); /* NULL: no memory */
/* The master goes: the slave hangs up. Drops the master's reference. */
void pty_master_gone(struct pty *p);
extern const struct object_ops pty_master_ops;
/* In use, and the most there may be: all instances of devpts. */
extern s32 pty_count, ptys_max;

/* devpts.c: a file of the slave, as open(2) with those flags: a handle. */
long devpts_open_peer(struct pty *p, struct caller *who, u64 flags);
/* Lock or unlock the slave; is it locked? */
void devpts_set_locked(struct pty *p, bool locked);

#endif
