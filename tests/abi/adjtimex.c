// about: adjtimex and clock_adjtime: reading, who may change, refusals
// calls: adjtimex clock_adjtime
#include "abi.h"

#include <sys/timex.h>
int main(void)
{
    struct timex t;
    memset(&t, 0, sizeof t);
    long r = sys(adjtimex, &t);
    Y(r >= 0 && r <= 5);
    Y(t.tick >= 9000 && t.tick <= 11000);
    Y(t.time.tv_sec > 1000000000);
    memset(&t, 0, sizeof t);
    r = sys(clock_adjtime, CLOCK_REALTIME, &t);
    Y(r >= 0 && r <= 5);
    T(sys(clock_adjtime, CLOCK_MONOTONIC, &t));
    T(sys(clock_adjtime, 99, &t));
    BAD(p, sys(adjtimex, p));
    t.modes = ADJ_TICK;
    t.tick = 5;
    T(sys(adjtimex, &t));
    RUN("user", {
        become_user();
        memset(&t, 0, sizeof t);
        Y(sys(adjtimex, &t) >= 0);
        t.modes = ADJ_OFFSET;
        T(sys(adjtimex, &t));
        t.modes = ADJ_FREQUENCY;
        T(sys(adjtimex, &t));
    });
}
