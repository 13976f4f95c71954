/*
 * Endpoints: synchronous calls between processes, with the CPU handed over.
 *
 * An endpoint has a server side, from which calls are received and replied to,
 * and a client side, which calls. Both are handles, so who may call is who
 * holds the client side; a message carries bytes and handles. A call that finds
 * a server waiting switches to it at once, and the reply switches back.
 *
 * endpoint.lock (spinlock) guards the lists and the calls on them; a call's
 * buffers are the kernel's own, copied from and to user memory by each side's
 * own thread without the lock.
 */
#ifndef IPC_ENDPOINT_H
#define IPC_ENDPOINT_H

#include "core/caller.h"
#include "core/iter.h"
#include "core/object.h"

#define ENDPOINT_BYTES_MAX   65536
#define ENDPOINT_HANDLES_MAX 8

/* out[0] the server side, out[1] the client side; -ENOMEM. */
int endpoint_create(struct grant *out[2]);

struct endpoint_message {
    struct iter data; /* bytes to send, or room for what comes */
    struct grant *grants[ENDPOINT_HANDLES_MAX]; /* sent: taken over; received:
                                                   owned by the caller */
    u32 grant_count;
};

/*
 * Call and wait for the reply. `send` is consumed also when it fails. Returns
 * the reply's bytes (cut to the room), or -ENOTSUP: not a client side; -EPIPE:
 * the server side is closed; -EINTR: a signal came (the server's reply will get
 * -ECANCELED); -EBADF: the grant was revoked; -EMSGSIZE, -EFAULT, -ENOMEM.
 */
s64 endpoint_call(struct caller *who, struct handle_ref *client,
                  struct endpoint_message *send,
                  struct endpoint_message *reply);
/* Take the next call: its bytes (cut to the room); *token names it in the
 * reply. -EPIPE: no client side is open any more; -EAGAIN with `nowait`. */
s64 endpoint_receive(struct caller *who, struct handle_ref *server,
                     struct endpoint_message *message, u32 *token, bool nowait);
/* -ENOENT: no such call; -ECANCELED: the caller has gone. Hands the CPU over
 * if `hand_off`; else the caller is only made runnable. */
s64 endpoint_reply(struct caller *who, struct handle_ref *server, u32 token,
                   struct endpoint_message *send);

#endif
