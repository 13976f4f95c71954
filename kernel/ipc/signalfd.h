/* signalfd(2): the reader's pending signals, read as records. */
#ifndef IPC_SIGNALFD_H
#define IPC_SIGNALFD_H

#include "proc/signal.h"

struct grant;
struct object;

struct grant *signalfd_create(sigset_t set, u32 obj_flags); /* ERR_PTR */
bool object_is_signalfd(const struct object *obj);
int signalfd_change(struct object *obj, sigset_t set); /* -EINVAL: none */

#endif
