// about: setpriority and getpriority: processes, groups, users, limits, who
// about: may
// calls: setpriority getpriority
#include "abi.h"

int main(void)
{
    T(sys(getpriority, PRIO_PROCESS, 0));
    T(sys(getpriority, PRIO_PROCESS, 9999999));
    T(sys(getpriority, 3, 0));
    T(sys(getpriority, -1, 0));
    T(sys(setpriority, 3, 0, 0));
    T(sys(setpriority, PRIO_PROCESS, 9999999, 0));
    RUN("range", {
        static const int n[] = {0, 5, 19, 20, 100, -5, -20, -21, -100, 0};
        for (int i = 0; i < 10; i++) {
            N(n[i]);
            T(sys(setpriority, PRIO_PROCESS, 0, n[i]));
            T(sys(getpriority, PRIO_PROCESS, 0));
        }
    });
    RUN("groups", {
        setpgid(0, 0);
        pid_t k = CHILD(pause());
        T(sys(setpriority, PRIO_PROCESS, k, 7));
        T(sys(getpriority, PRIO_PROCESS, k));
        T(sys(getpriority, PRIO_PGRP, 0));
        T(sys(setpriority, PRIO_PGRP, 0, 9));
        T(sys(getpriority, PRIO_PROCESS, k));
        T(sys(getpriority, PRIO_PGRP, getpid()));
        T(sys(setpriority, PRIO_PGRP, 9999999, 9));
        kill(k, SIGKILL);
    });
    RUN("user", {
        sys(setresuid, 4444, 4444, 4444);
        T(sys(setpriority, PRIO_PROCESS, 0, 5));
        T(sys(setpriority, PRIO_PROCESS, 0, 4));
        T(sys(setpriority, PRIO_PROCESS, 0, 5));
        T(sys(setpriority, PRIO_PROCESS, getppid(), 5));
        T(sys(getpriority, PRIO_PROCESS, getppid()));
        T(sys(getpriority, PRIO_USER, 0));
        T(sys(setpriority, PRIO_USER, 0, 6));
        T(sys(getpriority, PRIO_USER, 4444));
        T(sys(getpriority, PRIO_USER, 4445));
        T(sys(setpriority, PRIO_USER, 4445, 6));
    });
    RUN("user with RLIMIT_NICE", {
        setrlimit(RLIMIT_NICE, &(struct rlimit){25, 25});
        sys(setresuid, 4444, 4444, 4444);
        T(sys(setpriority, PRIO_PROCESS, 0, -5));
        T(sys(setpriority, PRIO_PROCESS, 0, -6));
    });
    RUN("inherited", {
        sys(setpriority, PRIO_PROCESS, 0, 3);
        RUN("child", T(sys(getpriority, PRIO_PROCESS, 0)));
    });
}
