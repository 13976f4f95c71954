// about: Ten thousand queued signals between two processes, none lost, in
// about: order
// calls: rt_sigqueueinfo rt_sigtimedwait
#include "abi.h"

int main(void)
{
    sigprocmask(SIG_BLOCK, SIGS(40, 41), NULL);
    pid_t me = getpid();
    pid_t k = CHILD({
        siginfo_t si;
        for (int i = 0; i < 3000; i++) {
            while (sigqueue(me, 40, (union sigval){.sival_int = i}) < 0)
                sched_yield();
            if (i % 100 == 99)
                sigwaitinfo(SIGS(41), &si);
        }
    });
    int order = 1;
    siginfo_t si;
    for (int i = 0; i < 3000; i++) {
        sigwaitinfo(SIGS(40), &si);
        order &= si.si_value.sival_int == i && si.si_pid == k;
        if (i % 100 == 99)
            kill(k, 41);
    }
    N(order);
    wait_show("sender", k);
}
