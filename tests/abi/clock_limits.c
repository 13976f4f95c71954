// about: what the real clock may not be set to; the time zone
// calls: clock_settime settimeofday gettimeofday
// libc: glibc
#include "abi.h"
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

static int set(time_t sec, long nsec)
{
    struct timespec t = {sec, nsec};

    return clock_settime(CLOCK_REALTIME, &t);
}

/* As gettimeofday's two ways tell it. */
static void zone(void)
{
    struct {
        int west, dst;
    } raw = {77, 77};
    struct timezone tz = {77, 77};

    gettimeofday(0, &tz);
    sys(gettimeofday, 0, &raw);
    say("zone %d %d, raw %d %d", tz.tz_minuteswest, tz.tz_dsttime, raw.west,
        raw.dst);
}

static long set_zone(int west, int dst)
{
    struct {
        int west, dst;
    } raw = {west, dst};
    struct timeval now;

    gettimeofday(&now, 0);
    return sys(settimeofday, &now, &raw);
}

int main(void)
{
    struct timespec real, mono, start, now;
    struct timex x = {.modes = ADJ_SETOFFSET};
    struct timeval tv = {0, 0};
    bool later;

    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    start = mono;
    T(set(0, 0));
    T(set(0, 1));
    Y(set(mono.tv_sec > 0 ? mono.tv_sec - 1 : 0, 0) == -1);
    T(set(-1, 0));
    T(set(5, -1));
    T(set(5, 1000000000));
    T(set(8277292036, 0));
    T(set(0x7fffffffffffffff, 0));
    T(settimeofday(&tv, 0));
    x.time.tv_sec = -real.tv_sec;
    T(adjtimex(&x));
    clock_gettime(CLOCK_REALTIME, &now);
    Y(now.tv_sec - real.tv_sec <= 100);
    /* A little later than the monotonic clock is allowed. */
    later = set(mono.tv_sec + 1000, 0) == 0;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    set(real.tv_sec + mono.tv_sec - start.tv_sec, real.tv_nsec);
    Y(later);
    Y(now.tv_sec - mono.tv_sec > 900 && now.tv_sec - mono.tv_sec < 1001);

    zone();
    T(set_zone(-120, 3));
    zone();
    T(set_zone(15 * 60 + 1, 0));
    T(set_zone(-15 * 60 - 1, 0));
    zone();
    T(set_zone(15 * 60, 0));
    zone();
    T(set_zone(0, 0));
    zone();
    return 0;
}
