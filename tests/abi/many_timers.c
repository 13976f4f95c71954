// about: A hundred timers of all kinds expire in the order of their times
// calls: timerfd_create timerfd_settime timer_create timer_settime epoll_pwait
#include "abi.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
int main(void)
{
    int ep = epoll_create1(0), fd[50];
    unsigned s = 9;
    for (int i = 0; i < 50; i++) {
        fd[i] = timerfd_create(i % 2 ? CLOCK_MONOTONIC : CLOCK_BOOTTIME,
                               TFD_NONBLOCK);
        epoll_ctl(ep, EPOLL_CTL_ADD, fd[i],
                  &(struct epoll_event){EPOLLIN, {.u32 = i}});
    }
    int when[50], early = 0, n = 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long t0 = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
    for (int i = 0; i < 50; i++) {
        when[i] = 20 + rand_r(&s) % 300;
        timerfd_settime(fd[i], 0,
                        &(struct itimerspec){{0, 0}, {0, when[i] * 1000000L}},
                        NULL);
    }
    while (n < 50) {
        struct epoll_event e[50];
        int k = epoll_wait(ep, e, 50, 60000);
        long long t = now_ms() - t0;
        if (k <= 0)
            break;
        for (int i = 0; i < k; i++) {
            uint64_t v;
            early += t < when[e[i].data.u32];
            n += read(fd[e[i].data.u32], &v, 8) == 8;
        }
    }
    say("%d expired, %d early", n, early);
    /* On one processor: those of one that is held up would come later. */
    unsigned long all = 0, one;
    sys(sched_getaffinity, 0, 8, &all);
    one = all & -all;
    sys(sched_setaffinity, 0, 8, &one);
    sigprocmask(SIG_BLOCK, SIGS(40), NULL);
    timer_t id[20];
    for (int i = 0; i < 20; i++) {
        struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
                              .sigev_signo = 40,
                              .sigev_value.sival_int = i};
        timer_create(CLOCK_MONOTONIC, &ev, &id[i]);
    }
    for (int in_time = 0, seconds = 1; !in_time; seconds *= 2) {
        struct timespec base;
        struct itimerspec never = {{0, 0}, {0, 0}};
        clock_gettime(CLOCK_MONOTONIC, &base);
        base.tv_sec += seconds;
        base.tv_nsec = 0;
        for (int i = 0; i < 20; i++) {
            struct itimerspec at = {{0, 0}, base};
            at.it_value.tv_nsec = (1 + (i * 7) % 20) * 20000000L;
            timer_settime(id[i], TIMER_ABSTIME, &at, NULL);
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        in_time = now.tv_sec < base.tv_sec;
        for (int i = 0; i < 20 && !in_time; i++)
            timer_settime(id[i], 0, &never, NULL);
        while (!in_time && sigtimedwait(SIGS(40), NULL, &never.it_value) > 0)
            ;
    }
    int last = 0, order = 1;
    for (int i = 0; i < 20; i++) {
        siginfo_t si;
        sigwaitinfo(SIGS(40), &si);
        int at = 1 + si.si_value.sival_int * 7 % 20;
        order &= at > last;
        last = at;
    }
    N(order);
}
