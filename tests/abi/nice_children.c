// about: nice, scheduling policy and affinity handed to children and programs
// calls: setpriority sched_setscheduler sched_setaffinity execve clone
#include "abi.h"

int main(void)
{
    setenv("PATH", "/bin", 1);
    sys(setpriority, PRIO_PROCESS, 0, 4);
    RUN("child", N(getpriority(PRIO_PROCESS, 0)));
    RUN("program", execl("/bin/busybox", "nice", NULL));
    RUN("batch", {
        T(sys(sched_setscheduler, 0, 3, (&(int){0})));
        RUN("child", T(sys(sched_getscheduler, 0)));
    });
    RUN("idle", {
        T(sys(sched_setscheduler, 0, 5, (&(int){0})));
        RUN("child", T(sys(sched_getscheduler, 0)));
        T(sys(sched_setscheduler, 0, 0, (&(int){0})));
    });
    RUN("rr with an own priority", {
        T(sys(sched_setscheduler, 0, 2, (&(int){10})));
        RUN("child", {
            int v = 0;
            sys(sched_getparam, 0, &v);
            N(v);
            for (volatile int i = 0; i < 1000000; i++)
                ;
        });
    });
    unsigned long one = 1;
    RUN("affinity", {
        sys(sched_setaffinity, 0, 8, &one);
        RUN("child", {
            unsigned long m = 0;
            unsigned cpu = 9;
            sys(sched_getaffinity, 0, 8, &m);
            sys(getcpu, &cpu, NULL, NULL);
            say("%lx on %u", m, cpu);
        });
        RUN("thread", { execl("/bin/busybox", "nproc", NULL); });
    });
}
