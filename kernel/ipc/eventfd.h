/* eventfd(2): a 64-bit counter that can be waited for. */
#ifndef IPC_EVENTFD_H
#define IPC_EVENTFD_H

#include "lib/types.h"

struct grant;
struct object;

/* obj_flags: OBJ_NONBLOCK. ERR_PTR(-ENOMEM). */
struct grant *eventfd_create(u64 count, bool semaphore, u32 obj_flags);

#endif
