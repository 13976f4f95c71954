// about: adjtimex steers: frequency, tick, phase, adjtime, TAI; what is read
// back calls: adjtimex clock_gettime
#include "abi.h"

#include <sys/timex.h>
#ifndef ADJ_OFFSET_SS_READ
#define ADJ_OFFSET_SS_READ 0xa001
#endif
static struct timex t;

static long long ns(int clock)
{
    struct timespec s;
    clock_gettime(clock, &s);
    return s.tv_sec * 1000000000LL + s.tv_nsec;
}
// Both clocks at one moment: between two readings of the first that are close.
static void both(int a, int b, long long *va, long long *vb)
{
    long long after;
    do {
        *va = ns(a);
        *vb = ns(b);
        after = ns(a);
    } while (after - *va > 1000000);
}
static long adj(unsigned modes)
{
    t.modes = modes;
    return sys(adjtimex, &t);
}
static void read_all(void)
{
    memset(&t, 0, sizeof t);
    adj(0);
}
static void rate(const char *what, int low, int high)
{
    long long m0, r0, m1, r1;
    both(CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, &m0, &r0);
    ms(500);
    both(CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, &m1, &r1);
    long long permille = (m1 - m0) * 1000 / (r1 - r0);
    if (permille < low || permille > high)
        say("%s: %lld per mille", what, permille);
    else
        say("%s: between %d and %d per mille", what, low, high);
}

int main(void)
{
    long long a, b;
    read_all();
    struct timex before = t;
    say("-- frequency");
    t.freq = 100 << 16;
    Y(adj(ADJ_FREQUENCY) >= 0);
    read_all();
    N(t.freq);
    t.freq = 1000L << 16;
    Y(adj(ADJ_FREQUENCY) >= 0);
    N(t.freq);
    t.freq = -(1000L << 16);
    Y(adj(ADJ_FREQUENCY) >= 0);
    N(t.freq);
    N(t.tolerance);
    t.freq = LONG_MAX;
    T(adj(ADJ_FREQUENCY));
    t.freq = LONG_MIN;
    T(adj(ADJ_FREQUENCY));
    t.freq = before.freq;
    Y(adj(ADJ_FREQUENCY) >= 0);
    say("-- tick");
    rate("usual", 995, 1005);
    t.tick = 11000;
    Y(adj(ADJ_TICK) >= 0);
    rate("fast", 1090, 1110);
    t.tick = 9000;
    Y(adj(ADJ_TICK) >= 0);
    rate("slow", 890, 910);
    t.tick = 10000;
    Y(adj(ADJ_TICK) >= 0);
    rate("usual", 995, 1005);
    t.tick = 11001;
    T(adj(ADJ_TICK));
    t.tick = 8999;
    T(adj(ADJ_TICK));
    say("-- status");
    t.status = STA_PLL;
    N(adj(ADJ_STATUS));
    N(t.status);
    t.status = STA_PLL | STA_NANO | STA_CLOCKERR | STA_MODE;
    N(adj(ADJ_STATUS));
    N(t.status);
    N(adj(ADJ_NANO));
    N(t.status);
    N(adj(ADJ_MICRO));
    N(t.status);
    t.constant = 2;
    N(adj(ADJ_TIMECONST));
    N(t.constant);
    t.constant = 20;
    N(adj(ADJ_TIMECONST));
    N(t.constant);
    t.constant = -20;
    N(adj(ADJ_TIMECONST));
    N(t.constant);
    t.constant = 2;
    N(adj(ADJ_TIMECONST | ADJ_NANO));
    N(t.constant);
    N(adj(ADJ_MICRO));
    t.maxerror = 1000000;
    t.esterror = 7;
    N(adj(ADJ_MAXERROR | ADJ_ESTERROR));
    Y(t.maxerror >= 1000000 && t.maxerror < 1100000);
    N(t.esterror);
    say("-- phase");
    t.constant = 6;
    N(adj(ADJ_TIMECONST));
    t.offset = 400000;
    N(adj(ADJ_OFFSET));
    Y(t.offset > 350000 && t.offset <= 400000);
    t.offset = 2000000;
    N(adj(ADJ_OFFSET));
    Y(t.offset > 450000 && t.offset <= 500000);
    t.offset = 0;
    N(adj(ADJ_OFFSET));
    N(t.offset);
    t.status = 0;
    T(adj(ADJ_STATUS));
    N(t.status);
    t.offset = 1000;
    Y(adj(ADJ_OFFSET) >= 0);
    N(t.offset); // without STA_PLL: nothing
    say("-- adjtime");
    t.offset = 300000;
    Y(adj(ADJ_OFFSET_SINGLESHOT) >= 0);
    N(t.offset);
    Y(adj(ADJ_OFFSET_SS_READ) >= 0);
    Y(t.offset > 200000 && t.offset <= 300000);
    t.offset = 0;
    Y(adj(ADJ_OFFSET_SINGLESHOT) >= 0);
    Y(t.offset > 200000 && t.offset <= 300000);
    Y(adj(ADJ_OFFSET_SS_READ) >= 0);
    N(t.offset);
    T(adj(0x8000));
    T(adj(0x8002));
    say("-- TAI");
    t.constant = 37;
    Y(adj(ADJ_TAI) >= 0);
    N(t.tai);
    both(CLOCK_REALTIME, CLOCK_TAI, &a, &b);
    N((b - a + 500000000) / 1000000000);
    t.constant = -1;
    Y(adj(ADJ_TAI) >= 0);
    N(t.tai);
    t.constant = 0;
    Y(adj(ADJ_TAI) >= 0);
    both(CLOCK_REALTIME, CLOCK_TAI, &a, &b);
    N((b - a + 500000000) / 1000000000);
    say("-- set");
    memset(&t, 0, sizeof t);
    t.time.tv_usec = -1;
    T(adj(ADJ_SETOFFSET));
    t.time.tv_usec = 1000000;
    T(adj(ADJ_SETOFFSET));
    t.time.tv_usec = 1000000000;
    T(adj(ADJ_SETOFFSET | ADJ_NANO));
    memset(&t, 0, sizeof t);
    t.time.tv_sec = 100;
    both(CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, &a, &b);
    long long between = b - a;
    Y(adj(ADJ_SETOFFSET) >= 0);
    both(CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, &a, &b);
    N((b - a - between + 500000000) / 1000000000);
    memset(&t, 0, sizeof t);
    t.time.tv_sec = -100;
    Y(adj(ADJ_SETOFFSET | ADJ_NANO) >= 0);
    RUN("user", {
        become_user();
        Y(adj(ADJ_OFFSET_SS_READ) >= 0);
        T(adj(ADJ_OFFSET_SINGLESHOT));
        T(adj(ADJ_TAI));
        T(adj(0x8000));
        T(adj(ADJ_SETOFFSET | 0xa001));
    });
    t = before;
    adj(ADJ_STATUS | ADJ_TIMECONST | ADJ_FREQUENCY | ADJ_MAXERROR |
        ADJ_ESTERROR | ADJ_MICRO);
    return 0;
}
