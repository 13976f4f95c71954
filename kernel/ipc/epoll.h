/*
 * epoll(7): an interest list that is kept between waits.
 *
 * An item watches an object through a handle; it is a weak use of the handle's
 * grant: closing the last handle or revoking the grant takes it out of the set.
 *
 * epoll.lock (mutex) guards the tree of items; epoll.ready_lock (spinlock,
 * irq-safe) the ready list. An item keeps its epoll's memory and counts against
 * the user who made the set. Order: epoll_nest_lock, epoll.lock (of an outer
 * set before an inner one's, a nesting level each), then the lock of an
 * object's wait queue, of the poll queues of the sets around it from the
 * innermost on (a nesting level each), and each set's ready_lock or waiters.
 */
#ifndef IPC_EPOLL_H
#define IPC_EPOLL_H

#include "core/caller.h"
#include "core/object.h"

#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP    (1u << 29)
#define EPOLLONESHOT   (1u << 30)
#define EPOLLET        (1u << 31)

enum epoll_op {
    EPOLL_CTL_ADD = 1,
    EPOLL_CTL_DEL = 2,
    EPOLL_CTL_MOD = 3
};

extern u64 epoll_max_user_watches; /* items of one user */

struct grant *epoll_create(struct caller *who); /* ERR_PTR(-ENOMEM) */
bool object_is_epoll(const struct object *obj);
/* kcmp(KCMP_EPOLL_TFD): the `nth` target with the number fd; compared only.
 * ERR_PTR(-ENOENT). */
const void *epoll_target(struct object *epoll, int fd, u32 nth);
/* epoll_ctl; `target` names fd. Linux's errnos, but for EBADF (the caller's).
 */
int epoll_control(struct object *epoll, enum epoll_op op, int fd,
                  struct handle_ref *target, u32 events, u64 data);
/*
 * epoll_wait: give events to emit() until it returns non-zero (a fault), `max`
 * are given, or the deadline (0: do not wait) has passed. Returns their number
 * or -EINTR, -EFAULT, -EBADF: the grant was revoked.
 */
s64 epoll_wait_events(struct grant *epoll, u32 max, u64 deadline,
                      int (*emit)(void *ctx, u32 events, u64 data), void *ctx);

#endif
