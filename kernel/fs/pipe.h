/*
 * What the file calls (splice, tee, fcntl) need of pipes, which ipc/ owns: it
 * sets pipe_hooks at start. `obj` is a pipe end: an OBJECT_PIPE, or an
 * OBJECT_FILE that is an open FIFO; is_pipe() tells.
 */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include "core/object.h"

struct caller;

struct pipe_hooks {
    bool (*is_pipe)(struct object *obj);
    /* fcntl(F_SETPIPE_SZ, F_GETPIPE_SZ): bytes or errno. */
    s64 (*set_size)(struct caller *who, struct object *obj, u32 size);
    s64 (*get_size)(struct object *obj);
    /* Wait until there is something to read: 1; 0 at the end (no writers);
     * -EAGAIN when nonblock; -ERESTARTSYS. */
    int (*wait_data)(struct object *obj, bool nonblock);
    /* Wait for room: bytes of it (> 0); -EPIPE without readers (the caller
     * sends SIGPIPE); -EAGAIN, -ERESTARTSYS. */
    ssize_t (*wait_room)(struct object *obj, bool nonblock);
    /* Around peek() and skip(), so that nobody else takes the bytes. Sleeps.
     * Only one of two pipes is locked this way, or copy.c's lock of pairs is
     * held. */
    void (*lock)(struct object *obj);
    void (*unlock)(struct object *obj);
    /* Copy up to n of the oldest bytes without taking them; their number. */
    size_t (*peek)(struct object *obj, void *buffer, size_t n);
    /* Take n bytes that peek() showed. */
    void (*skip)(struct object *obj, size_t n);
    /* What a FIFO inode's `endpoint` is: to open a pipe's end anew. */
    void *(*endpoint)(struct object *obj);
    /* Same pipe behind both ends? splice and tee refuse that. */
    bool (*same)(struct object *a, struct object *b);
};
extern const struct pipe_hooks *pipe_hooks;

static inline bool object_is_pipe(struct object *obj)
{
    return pipe_hooks && pipe_hooks->is_pipe(obj);
}

#endif
