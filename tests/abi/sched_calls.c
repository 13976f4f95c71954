// about: sched_setscheduler and friends: policies, priorities, who may
// calls: sched_setscheduler sched_getscheduler sched_setparam sched_getparam
// calls: sched_get_priority_max sched_get_priority_min sched_rr_get_interval
// calls: sched_yield sched_setattr sched_getattr
#include "abi.h"

struct attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t prio;
    uint64_t runtime, deadline, period;
    uint32_t umin, umax;
};
int main(void)
{
    int z = 0, five = 5, big = 100, v;
    struct timespec ts;
    T(sys(sched_getscheduler, 0));
    T(sys(sched_getscheduler, -1));
    T(sys(sched_getscheduler, 9999999));
    T(sys(sched_getparam, 0, &v));
    N(v);
    for (int p = -1; p < 9; p++) {
        say("-- policy %d", p);
        T(sys(sched_get_priority_max, p));
        T(sys(sched_get_priority_min, p));
        RUN("child", {
            T(sys(sched_setscheduler, 0, p, &z));
            T(sys(sched_setscheduler, 0, p, &five));
            T(sys(sched_setscheduler, 0, p, &big));
            T(sys(sched_getscheduler, 0));
            T(sys(sched_getparam, 0, &v));
            N(v);
        });
    }
    RUN("reset on fork", {
        T(sys(sched_setscheduler, 0, 1 | 0x40000000, &five));
        T(sys(sched_getscheduler, 0));
        RUN("child", T(sys(sched_getscheduler, 0)));
    });
    RUN("inherited", {
        T(sys(sched_setscheduler, 0, 2, &five));
        RUN("child", T(sys(sched_getscheduler, 0)));
        T(sys(sched_setparam, 0, (&(int){7})));
        T(sys(sched_setparam, 0, &z));
        T(sys(sched_rr_get_interval, 0, &ts));
        Y(ts.tv_sec == 0 && ts.tv_nsec > 0);
    });
    T(sys(sched_setparam, 0, &five));
    T(sys(sched_setparam, 0, &z));
    BAD(p, sys(sched_setscheduler, 0, 0, p));
    BAD(p, sys(sched_getparam, 0, p));
    T(sys(sched_yield));
    RUN("user", {
        become_user();
        T(sys(sched_setscheduler, 0, 1, &five));
        T(sys(sched_setscheduler, 0, 3, &z));
        T(sys(sched_setscheduler, 0, 5, &z));
        T(sys(sched_setscheduler, 0, 0, &z));
        T(sys(sched_setscheduler, getppid(), 0, &z));
        T(sys(sched_getscheduler, getppid()));
        setrlimit(RLIMIT_RTPRIO, &(struct rlimit){5, 5});
    });
    RUN("user with RLIMIT_RTPRIO", {
        setrlimit(RLIMIT_RTPRIO, &(struct rlimit){5, 5});
        become_user();
        T(sys(sched_setscheduler, 0, 1, &five));
        T(sys(sched_setscheduler, 0, 1, (&(int){6})));
    });
    say("-- sched_setattr");
    struct attr a = {.size = 48};
    T(sys(sched_getattr, 0, &a, 48, 0));
    say("size %d policy %d nice %d prio %d", a.size, a.policy, a.nice, a.prio);
    T(sys(sched_getattr, 0, &a, 47, 0));
    T(sys(sched_getattr, 0, &a, 56, 0));
    T(sys(sched_getattr, 0, &a, 48, 1));
    T(sys(sched_getattr, -1, &a, 48, 0));
    RUN("child", {
        a = (struct attr){.size = 48, .policy = 0, .nice = 7};
        T(sys(sched_setattr, 0, &a, 0));
        T(getpriority(PRIO_PROCESS, 0));
        a = (struct attr){.size = 48, .policy = 1, .prio = 9};
        T(sys(sched_setattr, 0, &a, 0));
        T(sys(sched_getscheduler, 0));
        a.policy = 77;
        T(sys(sched_setattr, 0, &a, 0));
        a = (struct attr){.size = 10};
        T(sys(sched_setattr, 0, &a, 0));
        N(a.size);
        a = (struct attr){.size = 48, .flags = 1ULL << 40};
        T(sys(sched_setattr, 0, &a, 0));
        a = (struct attr){.size = 0, .nice = 3};
        T(sys(sched_setattr, 0, &a, 0));
        T(sys(sched_setattr, 0, &a, 1));
    });
}
