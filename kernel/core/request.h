/*
 * Requests: one I/O operation, which completes now or later and can be
 * cancelled. Blocking calls, io_uring, splice and the hosted port are all users
 * of the same one.
 *
 * The object's operation (ops->read, ops->write, or whatever took the request)
 * returns
 *   >= 0 or -errno   done; nothing refers to the request any more
 *   -EIOCBQUEUED     in flight. Exactly one of these follows:
 *       request_complete(req, result)   an object that works on its own (a
 *                                       disk) finished it
 *       request_retry(req)              progress is possible: the submitter
 *                                       calls the operation again, in its own
 *                                       context, with the iterator as it stands
 *                                       and req->done bytes done so far
 *
 * Objects with wait queues use request_wait(req, queue) under the lock that
 * guards the condition, then return -EIOCBQUEUED: a wake-up of the queue
 * becomes request_retry(). No wake-up can be lost, since the condition was
 * checked under that lock.
 *
 * A request with REQ_NOWAIT must not be queued: -EAGAIN.
 * Partial progress: an operation that moved some bytes returns their number
 * rather than wait (streams), or adds to req->done and waits (REQ_WAITALL).
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/caller.h"
#include "core/iter.h"
#include "core/object.h"
#include "core/wait.h"

#define REQ_NOWAIT   BIT(0) /* O_NONBLOCK, RWF_NOWAIT, MSG_DONTWAIT */
#define REQ_APPEND   BIT(1)
#define REQ_DSYNC    BIT(2)
#define REQ_SYNC     BIT(3)
#define REQ_DIRECT   BIT(4)
#define REQ_WAITALL  BIT(5)
#define REQ_WAITED   BIT(7) /* request_wait() queued it at least once */
#define REQ_POSITION BIT(6) /* pos was given (pread); else object's own */

enum request_state {
    REQUEST_IDLE,
    REQUEST_QUEUED,
    REQUEST_RETRY,
    REQUEST_DONE,
    REQUEST_CANCELLED,
};

struct io_request {
    struct object *object; /* borrowed from the submitter's grant */
    const struct caller *caller;
    struct iter iter;
    s64 pos;      /* bytes; valid with REQ_POSITION */
    u32 flags;    /* REQ_* */
    size_t done;  /* bytes moved so far */
    u64 deadline; /* ns on the monotonic clock, 0: none */
    void *extra;  /* the operation's own arguments (a message header) */
    ssize_t (*op)(struct object *obj, struct io_request *req);

    atomic_t state;                   /* enum request_state */
    ssize_t result;                   /* once REQUEST_DONE */
    struct wait_entry wait;           /* request_wait()'s */
    struct wait_queue *wait_queue;    /* NULL when not waiting */
    void (*wait_release)(void *data); /* request_wait_on()'s */
    void *wait_data;
    /* Set by an object that does not use request_wait(): take the request back;
     * afterwards call request_complete() exactly once (here or later). */
    void (*cancel)(struct io_request *req);
    void *cancel_data;
    /* Set by the submitter: the request was completed or can be retried. Called
     * in any context, interrupts included; must not sleep. */
    void (*notify)(struct io_request *req);
    void *notify_data;
    struct grant_use use; /* asynchronous submitters: cancels on revocation */
    bool revoked;         /* request_run()'s */
};

/* --- for objects --- */
void request_wait(struct io_request *req, struct wait_queue *queue);
/* On a queue of another object: release(data) once nothing touches it. */
void request_wait_on(struct io_request *req, struct wait_queue *queue,
                     void (*release)(void *data), void *data);
void request_retry(struct io_request *req);
void request_complete(struct io_request *req, ssize_t result);

/* --- for submitters --- */
/* Sets everything but the iterator, which is the caller's to initialise. */
void request_init(struct io_request *req, const struct caller *who,
                  struct object *obj,
                  ssize_t (*op)(struct object *, struct io_request *));
/* Start or, after a retry notification, go on. Returns as the operation. */
ssize_t request_submit(struct io_request *req);
/*
 * Take a queued request back. When it returns, the request is DONE: result is
 * -ECANCELED, or what had been done before (also a completion that won the
 * race). May sleep until a device lets go.
 */
ssize_t request_cancel(struct io_request *req);

/*
 * Submit and wait: the blocking system call. Interrupted by a signal before
 * anything was done: -ERESTARTSYS (or -EINTR when a deadline is set); after:
 * the bytes done. Past the deadline: -EAGAIN. A revoked grant wakes it with
 * -EBADF: `g` may be NULL for kernel-internal use.
 */
ssize_t request_run(struct io_request *req, struct grant *g);

#endif
