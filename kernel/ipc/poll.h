/*
 * Waiting for events on a set of handles: poll, select and their relatives.
 *
 * A poll_set holds each handle's grant while it waits; revoking one wakes the
 * waiter, which then sees POLLNVAL for it. All for the current task.
 */
#ifndef IPC_POLL_H
#define IPC_POLL_H

#include "core/caller.h"
#include "core/object.h"
#include "core/wait.h"

struct poll_item { /* one handle */
    s32 fd;        /* negative: ignored */
    u32 events;    /* wanted: POLL*; POLLERR, POLLHUP, POLLNVAL always are */
    u32 ready;     /* out */
};

/*
 * Fill in ready of each item and return how many are not 0, waiting until one
 * is or the monotonic deadline (ns; 0: do not wait) passes. -ERESTARTNOHAND: a
 * signal came first; -ENOMEM.
 */
s64 poll_items(struct caller *who, struct poll_item *items, u32 count,
               u64 deadline);

#endif
