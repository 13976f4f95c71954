// about: clock_gettime and clock_getres for every clock; settime refusals;
// about: monotonicity
// calls: clock_gettime clock_getres clock_settime gettimeofday settimeofday
// calls: clock_adjtime
#include "abi.h"

int main(void)
{
    struct timespec a, b;
    for (int c = -1; c < 14; c++) {
        if (c == 8 || c == 9)
            continue; /* the alarm clocks want a device */
        note = (char[8]){c < 0 ? '-' : '0' + c / 10, '0' + abs(c) % 10, 0};
        T(sys(clock_gettime, c, &a));
        long r = sys(clock_getres, c, &b);
        if (r)
            say("getres: %s", errname(errno));
        else
            say("getres: %ld.%09ld", (long)b.tv_sec, b.tv_nsec);
        T(sys(clock_getres, c, NULL));
    }
    note = NULL;
    bool ok = true;
    for (int c = 0; c < 8; c++) {
        if (c == 2 || c == 3)
            continue;
        sys(clock_gettime, c, &a);
        for (int i = 0; i < 1000; i++) {
            clock_gettime(c, &b);
            ok &= b.tv_sec > a.tv_sec ||
                  (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec);
            ok &= b.tv_nsec >= 0 && b.tv_nsec < 1000000000;
            a = b;
        }
    }
    say("never backwards: %d", ok);
    clock_gettime(CLOCK_REALTIME, &a);
    Y(a.tv_sec > 1600000000);
    clock_gettime(CLOCK_TAI, &b);
    Y(b.tv_sec - a.tv_sec >= 0 && b.tv_sec - a.tv_sec < 100);
    clock_gettime(CLOCK_MONOTONIC, &a);
    clock_gettime(CLOCK_BOOTTIME, &b);
    Y(b.tv_sec >= a.tv_sec);
    BAD(p, sys(clock_gettime, 0, p));
    BAD(p, sys(clock_getres, 0, p));
    BAD(p, sys(clock_settime, 0, p));
    T(sys(clock_settime, CLOCK_MONOTONIC, &a));
    T(sys(clock_settime, CLOCK_TAI, &a));
    T(sys(clock_settime, 99, &a));
    T(sys(clock_settime, 0, ((struct timespec[]){{5, 1000000000}})));
    T(sys(clock_settime, 0, ((struct timespec[]){{-5, 0}})));
    T(sys(clock_settime, 2, &a));
    struct timeval tv;
    struct {
        int w, d;
    } tz = {7, 7};
    T(sys(gettimeofday, &tv, &tz));
    say("%d %d", tz.w, tz.d);
    T(sys(gettimeofday, NULL, NULL));
    T(sys(settimeofday, NULL, NULL));
    T(sys(settimeofday, ((struct timeval[]){{5, 1000000}}), NULL));
    T(sys(settimeofday, ((struct timeval[]){{-5, 0}}), NULL));
    RUN("user", {
        become_user();
        clock_gettime(CLOCK_REALTIME, &a);
        T(sys(clock_settime, 0, &a));
        T(sys(settimeofday, &tv, NULL));
    });
    say("-- clocks of processes and threads");
    clockid_t c;
    T(clock_getcpuclockid(getpid(), &c));
    T(sys(clock_gettime, c, &a));
    T(sys(clock_gettime, (int)(~1U << 3 | 2), &a));
    T(sys(clock_gettime, (int)(~9999999U << 3 | 2), &a));
    T(sys(clock_gettime, (int)(~(unsigned)getpid() << 3 | 6), &a));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    Y(b.tv_sec < 100);
    say("-- setting the clock");
    sys(clock_gettime, CLOCK_REALTIME, &a);
    struct timespec m0, m1;
    sys(clock_gettime, CLOCK_MONOTONIC, &m0);
    struct timespec later = {a.tv_sec + 1000, a.tv_nsec};
    T(sys(clock_settime, CLOCK_REALTIME, &later));
    sys(clock_gettime, CLOCK_REALTIME, &b);
    Y(b.tv_sec >= a.tv_sec + 1000 && b.tv_sec < a.tv_sec + 1100);
    sys(clock_gettime, CLOCK_MONOTONIC, &m1);
    Y(m1.tv_sec - m0.tv_sec < 100);
    later.tv_sec -= 1000;
    T(sys(clock_settime, CLOCK_REALTIME, &later));
}
