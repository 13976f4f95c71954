// about: setitimer, getitimer and alarm: one-shot, periodic, virtual, refusals
// calls: setitimer getitimer alarm
#include "abi.h"

static volatile int n[65];
static long long cpu_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}
static void h(int s)
{
    n[s]++;
}
int main(void)
{
    struct itimerval v, o;
    memset(&o, 0xff, sizeof o);
    T(getitimer(ITIMER_REAL, &o));
    Y(!o.it_value.tv_sec && !o.it_value.tv_usec && !o.it_interval.tv_sec);
    set_handler(SIGALRM, h, SA_RESTART);
    set_handler(SIGVTALRM, h, SA_RESTART);
    set_handler(SIGPROF, h, SA_RESTART);
    v = (struct itimerval){{0, 0}, {0, 10000}};
    T(setitimer(ITIMER_REAL, &v, &o));
    while (!n[SIGALRM])
        ms(1);
    ms(60);
    N(n[SIGALRM]);
    getitimer(ITIMER_REAL, &o);
    Y(!o.it_value.tv_sec && !o.it_value.tv_usec);
    v = (struct itimerval){{0, 5000}, {0, 1}};
    long long a = now_ms();
    T(setitimer(ITIMER_REAL, &v, NULL));
    while (n[SIGALRM] < 5)
        pause();
    Y(now_ms() - a >= 15);
    getitimer(ITIMER_REAL, &o);
    Y(o.it_interval.tv_usec == 5000 && o.it_value.tv_usec <= 5000);
    v = (struct itimerval){{1, 0}, {0, 0}};
    T(setitimer(ITIMER_REAL, &v, &o));
    getitimer(ITIMER_REAL, &o);
    Y(!o.it_value.tv_sec && !o.it_value.tv_usec);
    v = (struct itimerval){{0, 0}, {0, 20000}};
    long long used = cpu_ms();
    T(setitimer(ITIMER_VIRTUAL, &v, NULL));
    T(setitimer(ITIMER_PROF, &v, NULL));
    ms(100);
    Y(n[SIGVTALRM] == 0 || cpu_ms() - used >= 10);
    while (!n[SIGVTALRM] || !n[SIGPROF])
        ;
    N(n[SIGVTALRM]);
    N(n[SIGPROF]);
    v = (struct itimerval){{0, 0}, {0, 1000000}};
    T(setitimer(ITIMER_REAL, &v, NULL));
    v = (struct itimerval){{0, 0}, {-1, 0}};
    T(setitimer(ITIMER_REAL, &v, NULL));
    v = (struct itimerval){{0, -1}, {0, 0}};
    T(setitimer(ITIMER_REAL, &v, NULL));
    T(setitimer(3, &v, NULL));
    T(setitimer(-1, &v, NULL));
    T(getitimer(3, &o));
    BAD(p, sys(getitimer, 0, p));
    for (int i = 1; i < NBAD; i++)
        T(sys(setitimer, 0, badptr(i), NULL));
    T(sys(setitimer, 0, NULL, &o));
    N(alarm(100));
    getitimer(ITIMER_REAL, &o);
    Y(o.it_value.tv_sec >= 50 && o.it_value.tv_sec <= 100);
    Y(alarm(0) >= 50);
    N(alarm(0));
    int before;
    unsigned left;
    v = (struct itimerval){{0, 0}, {0, 500000}};
    do { /* until it does not come meanwhile */
        before = n[SIGALRM];
        setitimer(ITIMER_REAL, &v, NULL);
        left = alarm(0);
    } while (n[SIGALRM] != before);
    N(left);
    RUN("default action", {
        signal(SIGALRM, SIG_DFL);
        v.it_value.tv_usec = 1000;
        setitimer(ITIMER_REAL, &v, NULL);
        for (;;)
            pause();
    });
}
