/*
 * Reading the log as klogd does: one place for everybody, where syslog(2) and
 * /proc/kmsg go on; what one has read, no other gets.
 */
#ifndef FS_KMSG_H
#define FS_KMSG_H

#include "core/lock.h"
#include "core/request.h"

struct kmsg_place {
    mutex_t lock;
    u64 next; /* sequence number; lock */
};
extern struct kmsg_place kmsg_shared;
extern s32 kmsg_restricted; /* kernel.dmesg_restrict: only CAP_SYSLOG reads */

#endif
