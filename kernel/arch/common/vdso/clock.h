/*
 * The vDSO's clocks, the same on every port. A port's vdso.c defines
 *   u64 vdso_counter(void)                 arch_counter() in user mode
 *   long vdso_syscall2(nr, a, b)
 *   NR_clock_gettime, NR_clock_getres, NR_gettimeofday
 * includes this, and exports the functions under its Linux names.
 *
 * This is user code: it is mapped into every process and touches nothing but
 * the data page below it, the counter and what the caller points to.
 */
#ifndef COMMON_VDSO_CLOCK_H
#define COMMON_VDSO_CLOCK_H

#include "core/vdso_data.h"
#include "lib/compiler.h"
#include "lib/types.h"

extern const volatile struct vdso_data vdso_data
    __attribute__((visibility("hidden")));

#define NS_PER_SEC 1000000000UL

struct vdso_timespec {
    s64 sec, nsec;
};
struct vdso_timeval {
    s64 sec, usec;
};
struct vdso_timezone {
    s32 minutes_west, dst_time;
};

static __always_inline u32 read_begin(void)
{
    u32 s;
    while (unlikely(
        (s = __atomic_load_n(&vdso_data.sequence, __ATOMIC_ACQUIRE)) & 1))
        ;
    return s;
}

static __always_inline bool read_again(u32 s)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return unlikely(vdso_data.sequence != s);
}

/* False: ask the kernel. */
static __always_inline bool read_fine(u32 clock, struct vdso_timespec *out)
{
    u32 s, shift;
    u64 sec, frac, delta;
    do {
        s = read_begin();
        if (unlikely(!vdso_data.counter_ok))
            return false;
        sec = vdso_data.time[clock].sec;
        frac = vdso_data.time[clock].frac;
        shift = vdso_data.shift;
        delta = vdso_counter() - vdso_data.counter_base;
        /* Another CPU's counter may be a little behind the one that wrote. */
        if ((s64)delta > 0)
            frac +=
                delta * (clock == VDSO_CLOCK_MONOTONIC_RAW ? vdso_data.raw_mult
                                                           : vdso_data.mult);
    } while (read_again(s));
    u64 nsec = frac >> shift;
    out->sec = sec + nsec / NS_PER_SEC;
    out->nsec = nsec % NS_PER_SEC;
    return true;
}

static __always_inline int vdso_clock_gettime(u32 clock,
                                              struct vdso_timespec *out)
{
    u32 bit = clock < VDSO_CLOCKS ? 1u << clock : 0;
    if (likely(bit & (VDSO_FINE_CLOCKS | VDSO_COARSE_CLOCKS)) &&
        likely(read_fine(clock, out)))
        return 0;
    return vdso_syscall2(NR_clock_gettime, clock, (long)out);
}

static __always_inline int vdso_clock_getres(u32 clock,
                                             struct vdso_timespec *out)
{
    u32 bit = clock < VDSO_CLOCKS ? 1u << clock : 0;
    if (!(bit & (VDSO_FINE_CLOCKS | VDSO_COARSE_CLOCKS)) ||
        unlikely(!vdso_data.counter_ok))
        return vdso_syscall2(NR_clock_getres, clock, (long)out);
    if (out) {
        out->sec = 0;
        out->nsec = bit & VDSO_FINE_CLOCKS ? 1 : vdso_data.coarse_resolution_ns;
    }
    return 0;
}

static __always_inline int vdso_gettimeofday(struct vdso_timeval *tv,
                                             struct vdso_timezone *tz)
{
    struct vdso_timespec now;
    if (tv) {
        if (!read_fine(VDSO_CLOCK_REALTIME, &now))
            return vdso_syscall2(NR_gettimeofday, (long)tv, (long)tz);
        tv->sec = now.sec;
        tv->usec = (u32)now.nsec / 1000;
    }
    if (tz) {
        if (unlikely(!vdso_data.counter_ok))
            return vdso_syscall2(NR_gettimeofday, (long)tv, (long)tz);
        tz->minutes_west = vdso_data.minutes_west;
        tz->dst_time = vdso_data.dst_time;
    }
    return 0;
}

#endif
