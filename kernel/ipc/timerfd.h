/* timerfd_create(2): timers that are read. */
#ifndef IPC_TIMERFD_H
#define IPC_TIMERFD_H

#include "lib/types.h"

struct caller;
struct grant;
struct object;

struct timerfd_value {
    u64 interval, value; /* ns */
};
/* clock: CLOCK_*. ERR_PTR: -EINVAL, -EPERM, -ENOMEM. */
struct grant *timerfd_create(struct caller *who, s32 clock, u32 obj_flags);
/* -EINVAL: no timerfd. */
int timerfd_set(const struct caller *who, struct object *obj, bool absolute,
                bool cancel_on_set, const struct timerfd_value *value,
                struct timerfd_value *old);
int timerfd_get(struct object *obj, struct timerfd_value *now);

#endif
