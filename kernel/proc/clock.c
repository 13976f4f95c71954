#include "proc/clock.h"

#include "core/caller.h"

#include "core/time.h"
#include "lib/errno.h"
#include "proc/task.h"

/* CPU clock numbers (posix-timers.h): ~pid << 3 | per-thread << 2 | type. */
#define CPU_CLOCK_TYPE(c)   ((c)&3)
#define CPU_CLOCK_THREAD(c) ((c)&4)
#define CPU_CLOCK_PID(c)    (~((c) >> 3))
enum {
    CPU_PROF,
    CPU_VIRT,
    CPU_SCHED,
    CPU_FD
};

u64 group_cpu_time(struct thread_group *g)
{
    u64 user_ns, system_ns;

    thread_group_times(g, &user_ns, &system_ns);
    return user_ns + system_ns;
}

bool clock_is_cpu(s32 clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID ||
           clock == CLOCK_THREAD_CPUTIME_ID;
}

/* The task that a negative number names; referenced, NULL: none. */
static struct task *cpu_clock_task(struct caller *who, s32 clock)
{
    s32 pid = CPU_CLOCK_PID(clock);
    struct task *t;

    if (CPU_CLOCK_TYPE(clock) == CPU_FD)
        return NULL;
    if (pid == 0)
        return task_get(who->task);
    t = CPU_CLOCK_THREAD(clock) ? task_find(who, pid)
                                : task_find_process(who, pid);
    if (t && CPU_CLOCK_THREAD(clock) && t->group != who->task->group) {
        task_put(t);
        t = NULL;
    }
    return t;
}

static int read_cpu_clock(struct caller *who, s32 clock, s64 *ns)
{
    struct task *t = cpu_clock_task(who, clock);
    u64 user_ns, system_ns;

    if (!t)
        return -EINVAL;
    if (CPU_CLOCK_THREAD(clock))
        task_times(t, &user_ns, &system_ns);
    else
        thread_group_times(t->group, &user_ns, &system_ns);
    *ns = CPU_CLOCK_TYPE(clock) == CPU_VIRT ? user_ns : user_ns + system_ns;
    task_put(t);
    return 0;
}

int clock_read(struct caller *who, s32 clock, s64 *ns)
{
    u64 user_ns, system_ns;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        *ns = time_realtime();
        return 0;
    case CLOCK_TAI:
        *ns = time_tai();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
        *ns = (s64)time_monotonic() + clock_offset(who, clock);
        return 0;
    case CLOCK_MONOTONIC_RAW:
        *ns = (s64)time_raw() + clock_offset(who, clock);
        return 0;
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = (s64)time_boottime() + clock_offset(who, clock);
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = group_cpu_time(who->task->group);
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        task_times(who->task, &user_ns, &system_ns);
        *ns = user_ns + system_ns;
        return 0;
    default:
        return clock < 0 ? read_cpu_clock(who, clock, ns) : -EINVAL;
    }
}

int clock_resolution(struct caller *who, s32 clock, s64 *ns)
{
    s64 unused;
    int error = clock_read(who, clock, &unused);

    if (error)
        return error;
    *ns = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE
              ? (s64)time_coarse_resolution()
              : 1;
    return 0;
}

int clock_check_timer(struct caller *who, s32 clock)
{
    s64 unused;

    switch (clock) {
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
        return -EOPNOTSUPP;
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
        if (!caller_capable(who, CAP_WAKE_ALARM))
            return -EPERM;
        return 0;
    default:
        return clock_read(who, clock, &unused);
    }
}

s64 clock_offset(const struct caller *who, s32 clock)
{
    const struct time_namespace *ns =
        who->ns && who->ns->time ? who->ns->time : &time_ns_first;

    switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
        return ns->monotonic_offset;
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        return ns->boottime_offset;
    default:
        return 0;
    }
}

u64 clock_to_timer_base(const struct caller *who, s32 clock, u64 ns)
{
    s64 offset = clock_offset(who, clock);

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        offset = time_realtime() - (s64)time_monotonic();
        break;
    case CLOCK_TAI:
        offset = time_tai() - (s64)time_monotonic();
        break;
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        offset += (s64)time_boottime() - (s64)time_monotonic();
        break;
    default:
        break;
    }
    if (ns > S64_MAX)
        ns = S64_MAX;
    /* A clock behind the monotonic one: saturates rather than overflows. */
    if (offset < 0 && (s64)ns > S64_MAX + offset)
        return S64_MAX;
    return (s64)ns > offset ? (u64)((s64)ns - offset) : 0;
}
