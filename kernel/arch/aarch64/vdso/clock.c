/*
 * Clocks in user mode: core's data page lies right below the image.
 */
#include "core/vdso_data.h"

#define NSEC_PER_SEC     1000000000UL
#define NR_clock_gettime 113
#define NR_clock_getres  114
#define NR_gettimeofday  169

struct timespec {
    s64 sec, nsec;
};
struct timeval {
    s64 sec, usec;
};
struct timezone {
    s32 minutes_west, dst_time;
};

/* The linker's name for the image's first byte. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

#define EXPORT __attribute__((visibility("default")))
EXPORT int __kernel_clock_gettime(s32 clock, struct timespec *ts);
EXPORT int __kernel_clock_getres(s32 clock, struct timespec *res);
EXPORT int __kernel_gettimeofday(struct timeval *tv, struct timezone *tz);

static inline const struct vdso_data *data_page(void)
{
    const char *image = __ehdr_start;

    /* The compiler must not know that this leaves the object. */
    __asm__("" : "+r"(image));
    return (const struct vdso_data *)(image - 4096);
}

static long system_call(long number, long a, long b)
{
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x8 __asm__("x8") = number;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");
    return x0;
}

static inline u64 counter(void)
{
    u64 value;

    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}

/* Pairs with core's writer: the sequence is odd while it writes. */
static inline u32 read_begin(const struct vdso_data *d)
{
    u32 sequence;

    while ((sequence = __atomic_load_n(&d->sequence, __ATOMIC_ACQUIRE)) & 1)
        __asm__ volatile("yield");
    return sequence;
}

static inline bool read_again(const struct vdso_data *d, u32 sequence)
{
    __asm__ volatile("dmb ishld" ::: "memory");
    return __atomic_load_n(&d->sequence, __ATOMIC_RELAXED) != sequence;
}

static bool read_clock(s32 clock, struct timespec *ts)
{
    const struct vdso_data *d = data_page();
    bool fine = VDSO_FINE_CLOCKS >> clock & 1;
    u64 ns, sec;
    u32 sequence;

    do {
        sequence = read_begin(d);
        if (fine && !d->counter_ok)
            return false;
        ns = d->time[clock].frac;
        if (fine)
            ns += (counter() - d->counter_base) * d->mult;
        ns >>= d->shift;
        sec = (u64)d->time[clock].sec;
    } while (read_again(d, sequence));
    while (ns >= NSEC_PER_SEC) {
        ns -= NSEC_PER_SEC;
        sec++;
    }
    ts->sec = (s64)sec;
    ts->nsec = (s64)ns;
    return true;
}

static bool known(s32 clock)
{
    return (u32)clock < VDSO_CLOCKS &&
           ((VDSO_FINE_CLOCKS | VDSO_COARSE_CLOCKS) >> clock & 1);
}

int __kernel_clock_gettime(s32 clock, struct timespec *ts)
{
    if (known(clock) && read_clock(clock, ts))
        return 0;
    return (int)system_call(NR_clock_gettime, clock, (long)ts);
}

int __kernel_gettimeofday(struct timeval *tv, struct timezone *tz)
{
    const struct vdso_data *d = data_page();
    struct timespec ts;

    if (tv) {
        if (!read_clock(VDSO_CLOCK_REALTIME, &ts))
            return (int)system_call(NR_gettimeofday, (long)tv, (long)tz);
        tv->sec = ts.sec;
        tv->usec = ts.nsec / 1000;
    }
    if (tz) {
        tz->minutes_west = d->minutes_west;
        tz->dst_time = d->dst_time;
    }
    return 0;
}

int __kernel_clock_getres(s32 clock, struct timespec *res)
{
    if (!known(clock))
        return (int)system_call(NR_clock_getres, clock, (long)res);
    if (res) {
        res->sec = 0;
        res->nsec = VDSO_COARSE_CLOCKS >> clock & 1
                        ? (s64)data_page()->coarse_resolution_ns
                        : 1;
    }
    return 0;
}
