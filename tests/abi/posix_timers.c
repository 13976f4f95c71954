// about: timer_create family: notification kinds, intervals, overruns,
// about: absolute, refusals
// calls: timer_create timer_settime timer_gettime timer_getoverrun
// calls: timer_delete
#include "abi.h"

#ifndef SIGEV_THREAD_ID
#define SIGEV_THREAD_ID 4
#endif
struct ev {
    union sigval v;
    int signo, notify, tid, pad[11];
};
int main(void)
{
    int id = -1;
    siginfo_t si;
    struct itimerspec t, o;
    sigprocmask(SIG_BLOCK, SIGS(SIGALRM, SIGUSR1, 40), NULL);
    T(sys(timer_create, CLOCK_MONOTONIC, NULL, &id));
    N(id);
    T(sys(timer_gettime, id, &o));
    Y(!o.it_value.tv_sec && !o.it_value.tv_nsec);
    t = (struct itimerspec){{0, 0}, {0, 1000000}};
    T(sys(timer_settime, id, 0, &t, NULL));
    sigwaitinfo(SIGS(SIGALRM), &si);
    say("code %d id %d overrun %d value %d", si.si_code, si.si_timerid,
        si.si_overrun, si.si_value.sival_int);
    struct ev e = {.v.sival_int = 55, .signo = 40, .notify = SIGEV_SIGNAL};
    int id2;
    T(sys(timer_create, CLOCK_REALTIME, &e, &id2));
    N(id2);
    t = (struct itimerspec){{0, 1000000}, {0, 1000000}};
    T(sys(timer_settime, id2, 0, &t, &o));
    ms(30);
    sigwaitinfo(SIGS(40), &si);
    say("code %d id %d value %d", si.si_code, si.si_timerid,
        si.si_value.sival_int);
    Y(si.si_overrun >= 10);
    Y(sys(timer_getoverrun, id2) == si.si_overrun ||
      sys(timer_getoverrun, id2) >= 0);
    T(sys(timer_gettime, id2, &o));
    Y(o.it_interval.tv_nsec == 1000000 && o.it_value.tv_nsec <= 1000000);
    t = (struct itimerspec){{0, 0}, {0, 0}};
    T(sys(timer_settime, id2, 0, &t, &o));
    Y(o.it_interval.tv_nsec == 1000000);
    struct timespec z = {0, 0};
    sigtimedwait(SIGS(40), &si, &z);
    say("-- absolute, already past");
    t = (struct itimerspec){{0, 0}, {1, 0}};
    T(sys(timer_settime, id2, TIMER_ABSTIME, &t, NULL));
    T(sigwaitinfo(SIGS(40), &si));
    say("-- to a thread, to nobody");
    e = (struct ev){
        .signo = SIGUSR1, .notify = SIGEV_THREAD_ID, .tid = getpid()};
    int id3;
    T(sys(timer_create, CLOCK_BOOTTIME, &e, &id3));
    t = (struct itimerspec){{0, 0}, {0, 1000000}};
    T(sys(timer_settime, id3, 0, &t, NULL));
    T(sigwaitinfo(SIGS(SIGUSR1), &si));
    e = (struct ev){.notify = SIGEV_NONE};
    int id4;
    T(sys(timer_create, CLOCK_MONOTONIC, &e, &id4));
    t = (struct itimerspec){{0, 0}, {1000, 0}};
    T(sys(timer_settime, id4, 0, &t, NULL));
    T(sys(timer_gettime, id4, &o));
    Y(o.it_value.tv_sec > 0);
    t = (struct itimerspec){{0, 0}, {0, 10000000}};
    T(sys(timer_settime, id4, 0, &t, NULL));
    ms(20);
    T(sys(timer_gettime, id4, &o));
    N(o.it_value.tv_nsec);
    say("-- processor time");
    T(sys(timer_create, CLOCK_PROCESS_CPUTIME_ID, NULL, &id4));
    t = (struct itimerspec){{0, 0}, {0, 20000000}};
    T(sys(timer_settime, id4, 0, &t, NULL));
    while (sigtimedwait(SIGS(SIGALRM), &si, &z) < 0)
        ;
    say("came");
    say("-- refusals");
    T(sys(timer_create, 99, NULL, &id4));
    T(sys(timer_create, CLOCK_MONOTONIC_RAW, NULL, &id4));
    T(sys(timer_create, CLOCK_REALTIME_COARSE, NULL, &id4));
    e = (struct ev){.signo = 99, .notify = SIGEV_SIGNAL};
    T(sys(timer_create, CLOCK_REALTIME, &e, &id4));
    e = (struct ev){.signo = 0, .notify = SIGEV_SIGNAL};
    T(sys(timer_create, CLOCK_REALTIME, &e, &id4));
    e = (struct ev){.signo = SIGUSR1, .notify = 9};
    T(sys(timer_create, CLOCK_REALTIME, &e, &id4));
    e = (struct ev){.signo = SIGUSR1, .notify = SIGEV_THREAD_ID, .tid = 1};
    T(sys(timer_create, CLOCK_REALTIME, &e, &id4));
    for (int i = 1; i < NBAD; i++)
        T(sys(timer_create, CLOCK_REALTIME, badptr(i), &id4));
    BAD(p, sys(timer_create, CLOCK_REALTIME, NULL, p));
    T(sys(timer_settime, id, 0, NULL, NULL));
    t = (struct itimerspec){{0, 0}, {0, 1000000000}};
    T(sys(timer_settime, id, 0, &t, NULL));
    t = (struct itimerspec){{0, 0}, {-1, 0}};
    T(sys(timer_settime, id, 0, &t, NULL));
    T(sys(timer_settime, 999, 0, &t, NULL));
    T(sys(timer_gettime, 999, &o));
    T(sys(timer_getoverrun, 999));
    T(sys(timer_delete, 999));
    T(sys(timer_delete, id));
    T(sys(timer_delete, id));
    BAD(p, sys(timer_gettime, id2, p));
    RUN("not inherited", T(sys(timer_gettime, id2, &o)));
}
