// about: rt_sigprocmask: how, sizes, SIGKILL and SIGSTOP, pending while
// about: blocked
// calls: rt_sigprocmask rt_sigpending
#include "abi.h"

static volatile int got[65];
static void h(int s)
{
    got[s]++;
}
int main(void)
{
    uint64_t m = 0, o = 0;
    T(sys(rt_sigprocmask, SIG_BLOCK, NULL, &o, 8));
    say("%llx", (unsigned long long)o);
    m = ~0UL;
    T(sys(rt_sigprocmask, SIG_SETMASK, &m, &o, 8));
    T(sys(rt_sigprocmask, SIG_SETMASK, NULL, &o, 8));
    say("%llx", (unsigned long long)o);
    m = 0xff;
    T(sys(rt_sigprocmask, SIG_UNBLOCK, &m, &o, 8));
    T(sys(rt_sigprocmask, 99, NULL, &o, 8));
    say("%llx", (unsigned long long)o);
    T(sys(rt_sigprocmask, 99, &m, &o, 8));
    T(sys(rt_sigprocmask, -1, &m, &o, 8));
    T(sys(rt_sigprocmask, SIG_BLOCK, &m, &o, 4));
    T(sys(rt_sigprocmask, SIG_BLOCK, &m, &o, 16));
    T(sys(rt_sigprocmask, SIG_BLOCK, &m, &o, 0));
    for (int i = 1; i < NBAD; i++) {
        note = badname[i];
        T(sys(rt_sigprocmask, SIG_BLOCK, badptr(i), NULL, 8));
        T(sys(rt_sigprocmask, SIG_BLOCK, NULL, badptr(i), 8));
        T(sys(rt_sigpending, badptr(i), 8));
    }
    note = NULL;
    T(sys(rt_sigpending, &o, 4));
    T(sys(rt_sigpending, &o, 9));
    T(sys(rt_sigpending, &o, 16));
    m = 0;
    sys(rt_sigprocmask, SIG_SETMASK, &m, NULL, 8);
    for (int i = 1; i < 65; i++)
        if (i != SIGKILL && i != SIGSTOP)
            signal(i, h);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGUSR2, 40, 41), NULL);
    for (int i = 0; i < 3; i++) {
        kill(getpid(), SIGUSR1);
        kill(getpid(), SIGUSR2);
        kill(getpid(), 40);
        kill(getpid(), 41);
    }
    sys(rt_sigpending, &o, 8);
    say("pending %llx", (unsigned long long)o);
    sigprocmask(SIG_UNBLOCK, SIGS(SIGUSR1, 40), NULL);
    say("%d %d %d %d", got[SIGUSR1], got[SIGUSR2], got[40], got[41]);
    sigprocmask(SIG_UNBLOCK, SIGS(SIGUSR2, 41), NULL);
    say("%d %d %d %d", got[SIGUSR1], got[SIGUSR2], got[40], got[41]);
    say("-- a bad old pointer after a good change");
    m = 1 << (SIGHUP - 1);
    T(sys(rt_sigprocmask, SIG_SETMASK, &m, badptr(2), 8));
    sys(rt_sigprocmask, 0, NULL, &o, 8);
    say("%llx", (unsigned long long)o);
}
