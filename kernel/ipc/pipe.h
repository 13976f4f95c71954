/*
 * Pipes and FIFOs: a ring of page fragments between readers and writers.
 *
 * A struct pipe is shared by its ends; each end is an OBJECT_PIPE of its own
 * (pipe2), or an open file of a FIFO inode. splice moves whole fragments in and
 * out through pipe_push() and pipe_front().
 *
 * pipe.lock (mutex) guards everything in it; it is held across user copies, so
 * it comes before the address-space lock in the order.
 */
#ifndef IPC_PIPE_H
#define IPC_PIPE_H

#include "core/lock.h"
#include "core/object.h"
#include "core/page.h"
#include "core/wait.h"

struct caller;

#define PIPE_SLOTS_DEFAULT 16
#define PIPE_SLOTS_SMALL   2
#define PIPE_ATOMIC        4096 /* PIPE_BUF: such writes are not mixed */

extern u32 pipe_max_size; /* bytes an unprivileged user may ask for */
/* Slots of all pipes of an unprivileged user; 0: no limit. Over the soft one
 * new pipes are small, over the hard one there are none. */
extern u64 pipe_user_pages_soft, pipe_user_pages_hard;

struct pipe_buffer {
    struct page *page; /* referenced */
    u32 offset, length;
    bool packet;  /* O_DIRECT: one write, one read */
    bool private; /* ours alone: may be merged into and reused */
};

struct pipe {
    mutex_t lock;
    refcount_t refs;
    struct wait_queue readable, writable, opened;
    struct pipe_buffer *buffers;    /* owned; `slots` of them, a power of two */
    u32 slots, head, tail;          /* head - tail are in use */
    u32 readers, writers;           /* ends open */
    u64 reader_opens, writer_opens; /* ever: FIFO open waits for a change */
    bool polled;        /* somebody polls it: each write is told of */
    struct page *spare; /* owned, or NULL */
    u64 inode;
    u32 mode;                  /* permissions: fchmod */
    u32 uid, gid;              /* kernel ids of the creator */
    s64 time;                  /* ns: creation */
    struct user_account *user; /* owned: whose slots these are */
};

/* Both ends of a new pipe; flags: OBJ_NONBLOCK, OBJ_DIRECT. -ENOMEM, -ENFILE:
 * the user has too many. */
int pipe_create(struct caller *who, u32 flags, struct grant **read_end,
                struct grant **write_end);
/* NULL when the object is no pipe or FIFO. */
struct pipe *pipe_from_object(struct object *obj);
/* F_GETPIPE_SZ, F_SETPIPE_SZ: bytes, -EPERM, -EBUSY, -EINVAL, -ENOMEM. */
s64 pipe_get_size(struct pipe *p);
s64 pipe_set_size(struct caller *who, struct pipe *p, u64 bytes);

/* For splice; lock held. */
static inline bool pipe_empty(const struct pipe *p)
{
    return p->head == p->tail;
}
static inline bool pipe_full(const struct pipe *p)
{
    return p->head - p->tail >= p->slots;
}
static inline struct pipe_buffer *pipe_front(struct pipe *p)
{
    return &p->buffers[p->tail & (p->slots - 1)];
}
/* Takes over the page reference; the pipe is not full. */
void pipe_push(struct pipe *p, struct page *page, u32 offset, u32 length);
void pipe_pop(struct pipe *p); /* the front one, whatever is left in it */
/* Sleep until there is something / some room. 0, 1: the other side is gone,
 * -EAGAIN (nonblock), -ERESTARTSYS. The lock is dropped meanwhile. */
int pipe_wait_readable(struct pipe *p, bool nonblock);
int pipe_wait_writable(struct pipe *p, bool nonblock);

#endif
