/*
 * The page that core's timekeeper shares with user mode.
 *
 * It is mapped read-only right below the vDSO's image; the code in
 * kernel/arch/<arch>/vdso/ reads it through `sequence`: odd while core writes.
 * Core is the only writer, under its timekeeper lock. The layout is private to
 * one kernel build.
 *
 *   ns of a clock = sec * 1e9 + (frac + (counter - counter_base) * mult) >>
 * shift
 *
 * Core moves counter_base forward at least so often that the product stays
 * below 2^63.
 */
#ifndef CORE_VDSO_DATA_H
#define CORE_VDSO_DATA_H

#include "lib/types.h"

/* Indexes are clockid_t values. */
#define VDSO_CLOCK_REALTIME         0
#define VDSO_CLOCK_MONOTONIC        1
#define VDSO_CLOCK_MONOTONIC_RAW    4
#define VDSO_CLOCK_REALTIME_COARSE  5
#define VDSO_CLOCK_MONOTONIC_COARSE 6
#define VDSO_CLOCK_BOOTTIME         7
#define VDSO_CLOCK_TAI              11
#define VDSO_CLOCKS                 12
/* The coarse ones only say that they are: without a tick, what they would be
 * rounded to is not written down anywhere. */
#define VDSO_FINE_CLOCKS   0x893
#define VDSO_COARSE_CLOCKS 0x060

struct vdso_time {
    s64 sec;
    u64 frac; /* ns << shift, below 1e9 << shift */
};

struct vdso_data {
    u32 sequence;     /* odd: being written */
    u32 counter_ok;   /* 0: user mode must make the system call */
    u64 counter_base; /* arch_counter() that `time` belongs to */
    u32 mult, shift;  /* of all fine clocks */
    u32 raw_mult;     /* but this of CLOCK_MONOTONIC_RAW */
    struct vdso_time time[VDSO_CLOCKS];
    u64 coarse_resolution_ns;
    s32 minutes_west, dst_time; /* settimeofday's time zone */
};

_Static_assert(sizeof(struct vdso_data) <= 4096, "one page");

#endif
