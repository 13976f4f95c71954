/*
 * Who is told by a signal when an object becomes ready (O_ASYNC, F_SETOWN).
 *
 * Kept beside the object, in a table by its address, since few objects have
 * one. An owner is a weak use of the grant: when the last handle is closed, it
 * goes. It waits on the object's queues and sends signals from a work queue
 * while OBJ_ASYNC is set. owner_lock (mutex) guards the table and its entries.
 */
#ifndef FS_OBJECT_OWNER_H
#define FS_OBJECT_OWNER_H

#include "core/object.h"

struct caller;
struct pid;

enum owner_kind {
    OWNER_THREAD, /* F_OWNER_TID, _PID, _PGRP: Linux's numbers */
    OWNER_PROCESS,
    OWNER_GROUP
};

/* Watch the object, so that OBJ_ASYNC has an effect. -ENOMEM. */
int object_owner_watch(struct handle_ref *ref, int fd);
/* pid: NULL for nobody; a reference is taken. */
int object_owner_set(struct caller *who, struct handle_ref *ref, int fd,
                     struct pid *pid, enum owner_kind kind);
int object_owner_set_signal(struct handle_ref *ref, int fd, u32 signal);
/* *pid is referenced, or NULL. */
void object_owner_get(struct object *obj, struct pid **pid,
                      enum owner_kind *kind, u32 *signal);

/* dnotify: the caller's process becomes the owner if there is none. *number
 * names it, never another one, for object_owner_signal(), which sends the
 * signal if it is still there. -ENOMEM. */
int object_owner_notify(struct caller *who, struct handle_ref *ref, int fd,
                        u64 *number);
void object_owner_signal(const struct object *obj, u64 number, int fd);

#endif
