// about: rt_sigaction: reading back, unchangeable signals, sizes, flags kept,
// about: bad pointers
// calls: rt_sigaction
#include "abi.h"

struct ks {
    void (*h)(int);
    unsigned long flags;
    void (*rest)(void);
    uint64_t mask;
};
int main(void)
{
    struct ks a, o;
    memset(&o, 0xff, sizeof o);
    T(sys(rt_sigaction, SIGUSR1, NULL, &o, 8));
    Y(o.h == SIG_DFL && o.mask == 0);
    memset(&a, 0, sizeof a);
    a.h = SIG_IGN;
    a.mask = ~0UL;
    a.flags =
        SA_RESTART | SA_NODEFER | SA_ONSTACK | SA_NOCLDSTOP | SA_NOCLDWAIT;
    T(sys(rt_sigaction, SIGUSR1, &a, NULL, 8));
    T(sys(rt_sigaction, SIGUSR1, NULL, &o, 8));
    Y(o.h == SIG_IGN);
    say("mask %llx", (unsigned long long)o.mask);
    say("flags %lx", o.flags);
    a.flags = ~0UL;
    T(sys(rt_sigaction, SIGUSR1, &a, NULL, 8));
    T(sys(rt_sigaction, SIGUSR1, NULL, &o, 8));
#ifdef __x86_64__
    say("unknown flags: %lx", o.flags);
#else
    say("unknown flags: %lx", o.flags | 0x04000000);
#endif
    static const int s[] = {SIGKILL, SIGSTOP, 0, -1, 64, 65, 32, 33};
    for (int i = 0; i < 8; i++) {
        N(s[i]);
        a.h = SIG_IGN;
        a.flags = 0;
        T(sys(rt_sigaction, s[i], &a, NULL, 8));
        T(sys(rt_sigaction, s[i], NULL, &o, 8));
        T(sys(rt_sigaction, s[i], NULL, NULL, 8));
        a.h = SIG_DFL;
        T(sys(rt_sigaction, s[i], &a, NULL, 8));
    }
    T(sys(rt_sigaction, SIGUSR1, NULL, NULL, 4));
    T(sys(rt_sigaction, SIGUSR1, NULL, NULL, 16));
    T(sys(rt_sigaction, SIGUSR1, NULL, NULL, 0));
    for (int i = 1; i < NBAD; i++) {
        note = badname[i];
        T(sys(rt_sigaction, SIGUSR1, badptr(i), NULL, 8));
        T(sys(rt_sigaction, SIGUSR1, NULL, badptr(i), 8));
    }
    note = NULL;
    say("-- a failing write of the old action still sets the new");
    a.h = SIG_IGN;
    T(sys(rt_sigaction, SIGUSR2, &a, badptr(2), 8));
    sys(rt_sigaction, SIGUSR2, NULL, &o, 8);
    Y(o.h == SIG_IGN);
    say("-- ignoring a pending signal throws it away");
    sigprocmask(SIG_BLOCK, SIGS(SIGHUP), NULL);
    raise(SIGHUP);
    sigset_t p;
    sigpending(&p);
    N(sigismember(&p, SIGHUP));
    signal(SIGHUP, SIG_IGN);
    sigpending(&p);
    N(sigismember(&p, SIGHUP));
    signal(SIGHUP, SIG_DFL);
    raise(SIGCHLD);
    raise(SIGWINCH);
    sigprocmask(SIG_BLOCK, SIGS(SIGWINCH, SIGCHLD), NULL);
    raise(SIGWINCH);
    sigpending(&p);
    N(sigismember(&p, SIGWINCH));
}
