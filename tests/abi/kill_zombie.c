// about: Signals to a process that has ended but was not waited for
// calls: kill tgkill wait4 rt_sigqueueinfo
#include "abi.h"

int main(void)
{
    pid_t k = CHILD(_exit(5));
    waitid(P_PID, k, &(siginfo_t){0}, WEXITED | WNOWAIT);
    T(kill(k, 0));
    T(kill(k, SIGKILL));
    T(sys(tgkill, k, k, 0));
    T(sys(tkill, k, SIGTERM));
    T(getpgid(k) == getpgrp() ? 0 : -1);
    T(sys(getpriority, PRIO_PROCESS, k) > 0);
    wait_show("still exited with 5", k);
    T(kill(k, 0));
}
