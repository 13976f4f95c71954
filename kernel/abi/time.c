/* Clocks, sleeping, timers. */
#include "abi/syscall.h"
#include "core/time.h"
#include "core/wait.h"
#include "proc/clock.h"
#include "proc/posix_timer.h"
#include "proc/task.h"

s64 sys_clock_gettime(struct caller *who, const u64 *args)
{
    s64 ns;
    int error = clock_read(who, (s32)args[0], &ns);

    return error ? error : abi_write_timespec(who, args[1], ns);
}

s64 sys_clock_getres(struct caller *who, const u64 *args)
{
    s64 ns;
    int error = clock_resolution(who, (s32)args[0], &ns);

    if (error || !args[1])
        return error;
    return abi_write_timespec(who, args[1], ns);
}

static s64 set_realtime(struct caller *who, u64 ns)
{
    if (!caller_capable_init(who, CAP_SYS_TIME))
        return -EPERM;
    return time_set_realtime(ns);
}

s64 sys_clock_settime(struct caller *who, const u64 *args)
{
    s64 unused;
    u64 ns;
    int error;

    if ((s32)args[0] != CLOCK_REALTIME) {
        error = clock_read(who, (s32)args[0], &unused);
        if (error)
            return -EINVAL;
        if ((s32)args[0] >= 0)
            return -EINVAL;
        if (user_read(who->mm, &ns, args[1], sizeof(ns)))
            return -EFAULT;
        return -EPERM;
    }
    error = abi_read_timespec(who, args[1], &ns);
    return error ? error : set_realtime(who, ns);
}

s64 sys_gettimeofday(struct caller *who, const u64 *args)
{
    s32 zone[2];

    time_get_zone(&zone[0], &zone[1]);
    if (args[0] && abi_write_timeval(who, args[0], time_realtime()))
        return -EFAULT;
    if (args[1] && user_write(who->mm, args[1], zone, sizeof(zone)))
        return -EFAULT;
    return 0;
}

/* The first zone, if it comes without a time, says that the hardware's clock
 * keeps local time. */
static int set_zone(const s32 *zone, bool alone)
{
    static bool told;

    if (zone[0] > 15 * 60 || zone[0] < -15 * 60)
        return -EINVAL;
    time_set_zone(zone[0], zone[1]);
    if (!xchg(&told, true) && alone && zone[0])
        time_set_realtime(time_realtime() + zone[0] * 60 * (s64)NS_PER_SEC);
    return 0;
}

s64 sys_settimeofday(struct caller *who, const u64 *args)
{
    s32 zone[2];
    u64 ns;

    if (args[0]) {
        int error = abi_read_timeval(who, args[0], &ns);
        if (error)
            return error;
    }
    if (args[1]) {
        if (user_read(who->mm, zone, args[1], sizeof(zone)))
            return -EFAULT;
    }
    if (!caller_capable_init(who, CAP_SYS_TIME))
        return -EPERM;
    if (args[1]) {
        int error = set_zone(zone, !args[0]);
        if (error)
            return error;
    }
    return args[0] ? time_set_realtime(ns) : 0;
}

s64 sys_time(struct caller *who, const u64 *args)
{
    s64 seconds = time_realtime() / (s64)NS_PER_SEC;

    if (args[0] && user_write64(who->mm, args[0], seconds))
        return -EFAULT;
    return seconds;
}

/* --------------------------------------------------------------- sleeping */

/* restart_syscall: go on until the same moment. */
static s64 sleep_restart(struct task *t, struct restart_block *b);

/* Sleep until a monotonic deadline; `remaining` is a user address or 0. */
static s64 sleep_until(struct task *t, u64 deadline, u64 remaining)
{
    u64 now;

    for (;;) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (signal_is_pending(t) || time_monotonic() >= deadline)
            break;
        schedule_until(deadline);
    }
    thread_set_state(THREAD_RUNNING);
    now = time_monotonic();
    if (now >= deadline)
        return 0;
    if (remaining && abi_write_timespec(&t->caller, remaining, deadline - now))
        return -EFAULT;
    t->restart.fn = sleep_restart;
    t->restart.args[0] = deadline;
    t->restart.args[1] = remaining;
    return -ERESTART_RESTARTBLOCK;
}

static s64 sleep_restart(struct task *t, struct restart_block *b)
{
    return sleep_until(t, b->args[0], b->args[1]);
}

s64 sys_nanosleep(struct caller *who, const u64 *args)
{
    u64 ns;
    int error = abi_read_timespec(who, args[0], &ns);

    return error ? error : sleep_until(who->task, abi_deadline(ns), args[1]);
}

/* Sleep on a CPU clock: look whenever it could have got there. */
static s64 sleep_on_cpu_clock(struct caller *who, s32 clock, u64 until)
{
    for (;;) {
        s64 now;
        int error = clock_read(who, clock, &now);

        if (error)
            return error;
        if ((u64)now >= until)
            return 0;
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (signal_is_pending(who->task)) {
            thread_set_state(THREAD_RUNNING);
            return -ERESTARTNOHAND;
        }
        schedule_until(time_monotonic() + max_t(u64, until - now, 1000000));
    }
}

#define TIMER_ABSTIME 1

s64 sys_clock_nanosleep(struct caller *who, const u64 *args)
{
    s32 clock = (s32)args[0];
    bool absolute = args[1] & TIMER_ABSTIME;
    s64 result, now;
    u64 ns;

    result = clock_read(who, clock, &now);
    if (result)
        return result;
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return -EOPNOTSUPP;
    result = clock_check_timer(who, clock);
    if (!result)
        result = abi_read_timespec(who, args[2], &ns);
    if (result)
        return result;
    if (clock_is_cpu(clock))
        return sleep_on_cpu_clock(who, clock, absolute ? ns : now + ns);
    if (!absolute)
        return sleep_until(who->task, abi_deadline(ns), args[3]);
    result = sleep_until(who->task, clock_to_timer_base(who, clock, ns), 0);
    return result == -ERESTART_RESTARTBLOCK ? -ERESTARTNOHAND : result;
}

/* ----------------------------------------------------------------- itimers */

static int read_itimerval(struct caller *who, u64 address,
                          struct itimer_value *v)
{
    int error = abi_read_timeval(who, address, &v->interval);

    return error ? error
                 : abi_read_timeval(who, address + sizeof(struct abi_timeval),
                                    &v->value);
}

static int write_itimerval(struct caller *who, u64 address,
                           const struct itimer_value *v)
{
    int error = abi_write_timeval(who, address, v->interval);
    /* Round up: a running timer never reads as 0. */
    u64 value = DIV_ROUND_UP(v->value, 1000) * 1000;

    return error ? error
                 : abi_write_timeval(who, address + sizeof(struct abi_timeval),
                                     value);
}

s64 sys_getitimer(struct caller *who, const u64 *args)
{
    struct itimer_value v;

    if ((u32)args[0] > ITIMER_PROF)
        return -EINVAL;
    itimer_get(who->task->group, (u32)args[0], &v);
    return write_itimerval(who, args[1], &v);
}

s64 sys_setitimer(struct caller *who, const u64 *args)
{
    struct itimer_value v = {0}, old;
    int error = args[1] ? read_itimerval(who, args[1], &v) : 0;

    if (error)
        return error;
    if ((u32)args[0] > ITIMER_PROF)
        return -EINVAL;
    itimer_set(who->task->group, (u32)args[0], &v, &old);
    return args[2] ? write_itimerval(who, args[2], &old) : 0;
}

s64 sys_alarm(struct caller *who, const u64 *args)
{
    struct itimer_value v = {.value = (u32)args[0] * NS_PER_SEC}, old;
    u64 seconds;

    itimer_set(who->task->group, ITIMER_REAL, &v, &old);
    /* To the nearest second, but a running alarm is not 0. */
    seconds = (old.value + NS_PER_SEC / 2) / NS_PER_SEC;
    return old.value && !seconds ? 1 : seconds;
}

/* ------------------------------------------------------------ POSIX timers */

struct abi_sigevent {
    u64 value;
    s32 signo, notify, tid;
    u8 pad[44];
};
ASSERT_SIZE(struct abi_sigevent, 64);

s64 sys_timer_create(struct caller *who, const u64 *args)
{
    struct timer_event e = {.signo = SIGALRM, .value_is_id = true};
    struct abi_sigevent u;
    s64 id;

    if (args[1]) {
        if (user_read(who->mm, &u, args[1], sizeof(u)))
            return -EFAULT;
        e = (struct timer_event){
            .notify = u.notify,
            .signo = u.signo,
            .tid = u.tid,
            .value = u.value,
        };
    }
    id = posix_timer_create(who, (s32)args[0], &e);
    if (id >= 0 && user_write32(who->mm, args[2], id)) {
        posix_timer_delete(who, id);
        return -EFAULT;
    }
    return id < 0 ? id : 0;
}

static int read_itimerspec(struct caller *who, u64 address,
                           struct itimer_value *v)
{
    int error = abi_read_timespec(who, address, &v->interval);

    return error ? error
                 : abi_read_timespec(who, address + sizeof(struct abi_timespec),
                                     &v->value);
}

static int write_itimerspec(struct caller *who, u64 address,
                            const struct itimer_value *v)
{
    int error = abi_write_timespec(who, address, v->interval);

    return error ? error
                 : abi_write_timespec(
                       who, address + sizeof(struct abi_timespec), v->value);
}

s64 sys_timer_settime(struct caller *who, const u64 *args)
{
    struct itimer_value v, old;
    int error;

    if (!args[2])
        return -EINVAL;
    error = read_itimerspec(who, args[2], &v);
    if (!error)
        error = posix_timer_set(who, (s32)args[0], args[1] & TIMER_ABSTIME, &v,
                                &old);
    if (error || !args[3])
        return error;
    return write_itimerspec(who, args[3], &old);
}

s64 sys_timer_gettime(struct caller *who, const u64 *args)
{
    struct itimer_value v;
    int error = posix_timer_get(who, (s32)args[0], &v);

    return error ? error : write_itimerspec(who, args[1], &v);
}

s64 sys_timer_getoverrun(struct caller *who, const u64 *args)
{
    return posix_timer_overrun(who, (s32)args[0]);
}

s64 sys_timer_delete(struct caller *who, const u64 *args)
{
    return posix_timer_delete(who, (s32)args[0]);
}
