/* The vDSO of x86-64: user code that the kernel maps into every process. */
#include "lib/types.h"
#include <asm/regs.h>

#define NR_gettimeofday  96
#define NR_clock_gettime 228
#define NR_clock_getres  229

static inline u64 vdso_counter(void)
{
    u32 low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (u64)high << 32 | low;
}

static inline long vdso_syscall2(long nr, long a, long b)
{
    __asm__ volatile("syscall"
                     : "+a"(nr)
                     : "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return nr;
}

#include "arch/common/vdso/clock.h"

#define EXPORT      __attribute__((visibility("default")))
#define ALIAS(name) __attribute__((weak, visibility("default"), alias(#name)))

EXPORT int __vdso_clock_gettime(s32 clock, struct vdso_timespec *out);
EXPORT int __vdso_clock_getres(s32 clock, struct vdso_timespec *out);
EXPORT int __vdso_gettimeofday(struct vdso_timeval *tv,
                               struct vdso_timezone *tz);
EXPORT s64 __vdso_time(s64 *out);
EXPORT int __vdso_getcpu(u32 *cpu, u32 *node, void *unused);

int __vdso_clock_gettime(s32 clock, struct vdso_timespec *out)
{
    return vdso_clock_gettime(clock, out);
}

int __vdso_clock_getres(s32 clock, struct vdso_timespec *out)
{
    return vdso_clock_getres(clock, out);
}

int __vdso_gettimeofday(struct vdso_timeval *tv, struct vdso_timezone *tz)
{
    return vdso_gettimeofday(tv, tz);
}

s64 __vdso_time(s64 *out)
{
    struct vdso_timespec now;
    /* The data's own seconds are those of the last change of the base. */
    vdso_clock_gettime(VDSO_CLOCK_REALTIME, &now);
    if (out)
        *out = now.sec;
    return now.sec;
}

/* The limit of a segment that each CPU's GDT has holds its number. */
int __vdso_getcpu(u32 *cpu, u32 *node, void *unused)
{
    u32 number;
    (void)unused;
    __asm__ volatile("lsl %1, %0" : "=r"(number) : "r"(SEL_CPU) : "cc");
    if (cpu)
        *cpu = number;
    if (node)
        *node = 0;
    return 0;
}

int clock_gettime(s32 clock, struct vdso_timespec *out)
    ALIAS(__vdso_clock_gettime);
int clock_getres(s32 clock, struct vdso_timespec *out)
    ALIAS(__vdso_clock_getres);
int gettimeofday(struct vdso_timeval *tv, struct vdso_timezone *tz)
    ALIAS(__vdso_gettimeofday);
s64 time(s64 *out) ALIAS(__vdso_time);
int getcpu(u32 *cpu, u32 *node, void *unused) ALIAS(__vdso_getcpu);
