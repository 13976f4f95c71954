// about: time() goes with the other clocks, from one second to the next
// calls: clock_gettime gettimeofday
// libc: glibc
#include "abi.h"
#include <sys/time.h>
#include <time.h>

/* time() may be a tick behind the exact clock, never before `from`. */
static void look(const char *what, time_t from)
{
    struct timespec before, exact;
    struct timeval tv;
    time_t t, again;

    /* What keeps it may be held up for a moment. */
    for (int i = 0; i < 6000; i++) {
        clock_gettime(CLOCK_REALTIME, &before);
        t = time(0);
        if (t >= from && t >= before.tv_sec - 1)
            break;
        usleep(10000);
    }
    clock_gettime(CLOCK_REALTIME, &exact);
    gettimeofday(&tv, 0);
    again = time(0);
    printf("%s: not before %d, not behind %d, not ahead %d, order %d\n", what,
           t >= from, t >= before.tv_sec - 1, t <= exact.tv_sec,
           tv.tv_sec >= t && again >= t);
}

int main(void)
{
    time_t start = time(0), out = 0;

    look("start", start);
    for (int i = 1; i <= 3; i++) {
        struct timespec second = {1, 20000000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &second, 0);
        look("later", start + i);
    }
    out = 1;
    start = time(&out);
    printf("stored: %d\n", start == out);
    return 0;
}
