/* Process handles: an OBJECT_PROCESS refers to a struct pid. */
#ifndef PROC_PIDFD_H
#define PROC_PIDFD_H

#include "lib/types.h"

struct grant;
struct object;
struct pid;

/* A grant with all rights on the process; obj_flags: OBJ_NONBLOCK. Takes a
 * reference of its own on `p`. ERR_PTR(-ENOMEM). */
struct grant *pidfd_create(struct pid *p, u32 obj_flags);
/* Borrowed; NULL when obj is not a process. */
struct pid *pidfd_pid(const struct object *obj);

#endif
