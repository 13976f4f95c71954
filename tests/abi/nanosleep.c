// about: nanosleep and clock_nanosleep: lengths, absolute times, clocks,
// about: refusals
// calls: nanosleep clock_nanosleep
#include "abi.h"

int main(void)
{
    struct timespec t, a, b;
    static const long lens[] = {0, 1, 1000, 1000000, 20000000};
    for (int i = 0; i < 5; i++) {
        t = (struct timespec){0, lens[i]};
        clock_gettime(CLOCK_MONOTONIC, &a);
        long r = sys(nanosleep, &t, NULL);
        clock_gettime(CLOCK_MONOTONIC, &b);
        long d = (b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec;
        say("%ld ns: %ld, at least as long %d, not much longer %d", lens[i], r,
            d >= lens[i], d < lens[i] + 100000000000);
    }
    T(sys(nanosleep, ((struct timespec[]){{0, 1000000000}}), NULL));
    T(sys(nanosleep, ((struct timespec[]){{0, -1}}), NULL));
    T(sys(nanosleep, ((struct timespec[]){{-1, 0}}), NULL));
    BAD(p, sys(nanosleep, p, NULL));
    for (int c = -1; c < 12; c++) {
        if (c == 8 || c == 9)
            continue; /* the alarm clocks want a device */
        t = (struct timespec){0, 1000};
        note = (char[8]){c < 0 ? '-' : '0' + c / 10, '0' + abs(c) % 10, 0};
        /* A process that sleeps uses no processor time. */
        if (c != CLOCK_PROCESS_CPUTIME_ID)
            T(sys(clock_nanosleep, c, 0, &t, NULL));
        t = (struct timespec){c != CLOCK_PROCESS_CPUTIME_ID, 0};
        T(sys(clock_nanosleep, c, TIMER_ABSTIME, &t, NULL));
    }
    note = NULL;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    T(sys(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
    clock_gettime(CLOCK_MONOTONIC, &b);
    Y(b.tv_sec > t.tv_sec || (b.tv_sec == t.tv_sec && b.tv_nsec >= t.tv_nsec));
    T(sys(clock_nanosleep, CLOCK_MONOTONIC, 0x10, ((struct timespec[]){{0, 1}}),
          NULL));
    T(sys(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME,
          ((struct timespec[]){{-1, 0}}), NULL));
    T(sys(clock_nanosleep, CLOCK_MONOTONIC, 0,
          ((struct timespec[]){{0, 1000000000}}), NULL));
}
