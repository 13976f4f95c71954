// about: alarm survives exec, interval timers too, timers by timer_create do
// about: not; none survives fork
// calls: alarm setitimer execve timer_create clone
#include "abi.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct itimerval v;
        getitimer(ITIMER_REAL, &v);
        say("%s: %s", argv[1],
            v.it_value.tv_sec || v.it_value.tv_usec ? "running"
                                                    : "not running");
        struct itimerspec t;
        T(sys(timer_gettime, 0, &t));
        return 0;
    }
    RUN("alarm", {
        alarm(100);
        execl("/proc/self/exe", "x", "alarm", NULL);
    });
    RUN("setitimer", {
        setitimer(ITIMER_REAL, &(struct itimerval){{100, 0}, {100, 0}}, NULL);
        execl("/proc/self/exe", "x", "setitimer", NULL);
    });
    RUN("timer_create", {
        int id;
        sys(timer_create, CLOCK_MONOTONIC, NULL, &id);
        execl("/proc/self/exe", "x", "timer_create", NULL);
    });
    alarm(100);
    RUN("fork", execl("/proc/self/exe", "x", "after fork", NULL));
    Y(alarm(0) > 0);
    RUN("an alarm ends a program", {
        setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 50000}}, NULL);
        execl("/bin/busybox", "sleep", "100", NULL);
    });
}
