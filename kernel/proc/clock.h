/* Linux's clocks by number. */
#ifndef PROC_CLOCK_H
#define PROC_CLOCK_H

#include "lib/types.h"

struct caller;
struct thread_group;

enum {
    CLOCK_REALTIME = 0,
    CLOCK_MONOTONIC = 1,
    CLOCK_PROCESS_CPUTIME_ID = 2,
    CLOCK_THREAD_CPUTIME_ID = 3,
    CLOCK_MONOTONIC_RAW = 4,
    CLOCK_REALTIME_COARSE = 5,
    CLOCK_MONOTONIC_COARSE = 6,
    CLOCK_BOOTTIME = 7,
    CLOCK_REALTIME_ALARM = 8,
    CLOCK_BOOTTIME_ALARM = 9,
    CLOCK_TAI = 11,
};

/* ns of a clock, also CPU clocks of other processes and threads
 * (clock_getcpuclockid(3)); 0, -EINVAL. */
int clock_read(struct caller *who, s32 clock, s64 *ns);
int clock_resolution(struct caller *who, s32 clock, s64 *ns);
/* May a timer run on it? -EINVAL, -EOPNOTSUPP, -EPERM. */
int clock_check_timer(struct caller *who, s32 clock);
bool clock_is_cpu(s32 clock);
/* Absolute time of a clock to what core timers (or CPU clocks) count. */
u64 clock_to_timer_base(const struct caller *who, s32 clock, u64 ns);
/* What the caller's time namespace adds to a clock. */
s64 clock_offset(const struct caller *who, s32 clock);
u64 group_cpu_time(struct thread_group *g);

#endif
