// about: timerfd: reading counts, intervals, absolute times, non-blocking,
// about: poll, refusals
// calls: timerfd_create timerfd_settime timerfd_gettime read ppoll
#include "abi.h"

#include <sys/timerfd.h>
int main(void)
{
    uint64_t v = 0;
    struct itimerspec t, o;
    T(timerfd_create(99, 0));
    T(timerfd_create(CLOCK_MONOTONIC_RAW, 0));
    T(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
    T(timerfd_create(CLOCK_MONOTONIC, 1));
    int fd = T(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    T(timerfd_create(CLOCK_REALTIME, 0));
    T(timerfd_create(CLOCK_BOOTTIME, 0));
    T(fcntl(fd, F_GETFD));
    T(read(fd, &v, 8));
    T(timerfd_gettime(fd, &o));
    Y(!o.it_value.tv_nsec && !o.it_value.tv_sec);
    t = (struct itimerspec){{0, 0}, {0, 5000000}};
    T(timerfd_settime(fd, 0, &t, NULL));
    struct pollfd pf = {fd, POLLIN | POLLOUT, 0};
    T(poll(&pf, 1, 60000));
    N(pf.revents);
    T(read(fd, &v, 4));
    T(read(fd, &v, 8));
    N(v);
    T(read(fd, &v, 8));
    t = (struct itimerspec){{0, 1000000}, {0, 1}};
    T(timerfd_settime(fd, 0, &t, &o));
    ms(30);
    poll(&pf, 1, 60000);
    T(read(fd, &v, 16));
    Y(v >= 20);
    T(timerfd_gettime(fd, &o));
    Y(o.it_interval.tv_nsec == 1000000);
    ms(5);
    t = (struct itimerspec){{0, 0}, {0, 0}};
    T(timerfd_settime(fd, 0, &t, &o));
    Y(o.it_interval.tv_nsec == 1000000);
    T(read(fd, &v, 8));
    t = (struct itimerspec){{0, 0}, {1, 0}};
    T(timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL));
    T(poll(&pf, 1, 60000));
    T(read(fd, &v, 8));
    N(v);
    T(timerfd_settime(fd, 8, &t, NULL));
    T(timerfd_settime(fd, TFD_TIMER_CANCEL_ON_SET, &t, NULL));
    T(timerfd_settime(fd, TFD_TIMER_CANCEL_ON_SET | TFD_TIMER_ABSTIME, &t,
                      NULL));
    T(timerfd_settime(fd, 0, &(struct itimerspec){{0, 0}, {0, 1000000000}},
                      NULL));
    T(timerfd_settime(fd, 0, &(struct itimerspec){{-1, 0}, {0, 1}}, NULL));
    T(timerfd_settime(0, 0, &t, NULL));
    T(timerfd_settime(99, 0, &t, NULL));
    T(timerfd_gettime(0, &o));
    BAD(p, sys(timerfd_settime, fd, 0, p, NULL));
    BAD(p, sys(timerfd_gettime, fd, p));
    T(write(fd, &v, 8));
    T(lseek(fd, 0, SEEK_SET));
    T(pread(fd, &v, 8, 0));
    say("-- a blocking read, and one that a handler interrupts");
    fcntl(fd, F_SETFL, 0);
    t = (struct itimerspec){{0, 0}, {0, 10000000}};
    timerfd_settime(fd, 0, &t, NULL);
    T(read(fd, &v, 8));
    pid_t k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        T(read(fd, &v, 8));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("reader", k);
    say("-- setting again wakes nobody, disarming neither");
    timerfd_settime(fd, 0, &(struct itimerspec){{0, 0}, {100, 0}}, NULL);
    k = CHILD({
        T(read(fd, &v, 8));
        N(v);
    });
    wait_asleep(k, k);
    timerfd_settime(fd, 0, &(struct itimerspec){{0, 0}, {0, 1000000}}, NULL);
    wait_show("reader", k);
    t = (struct itimerspec){{0, 1000000}, {0, 1000000}};
    timerfd_settime(fd, 0, &t, NULL);
    BAD(p, read(fd, p, 8));
}
