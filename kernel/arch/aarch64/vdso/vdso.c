/* The vDSO of AArch64: user code that the kernel maps into every process. */
#include "lib/types.h"

#define NR_clock_gettime 113
#define NR_clock_getres  114
#define NR_gettimeofday  169

static inline u64 vdso_counter(void)
{
    u64 value;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}

static inline long vdso_syscall2(long nr, long a, long b)
{
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x8 __asm__("x8") = nr;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");
    return x0;
}

#include "arch/common/vdso/clock.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int __kernel_clock_gettime(s32 clock, struct vdso_timespec *out);
EXPORT int __kernel_clock_getres(s32 clock, struct vdso_timespec *out);
EXPORT int __kernel_gettimeofday(struct vdso_timeval *tv,
                                 struct vdso_timezone *tz);

int __kernel_clock_gettime(s32 clock, struct vdso_timespec *out)
{
    return vdso_clock_gettime(clock, out);
}

int __kernel_clock_getres(s32 clock, struct vdso_timespec *out)
{
    return vdso_clock_getres(clock, out);
}

int __kernel_gettimeofday(struct vdso_timeval *tv, struct vdso_timezone *tz)
{
    return vdso_gettimeofday(tv, tz);
}
