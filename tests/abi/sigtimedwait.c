// about: rt_sigtimedwait: taking, timing out, interruption, unblocked and
// about: ignored signals
// calls: rt_sigtimedwait
#include "abi.h"

int main(void)
{
    siginfo_t si;
    struct timespec z = {0, 0}, t = {0, 30000000}, bad = {0, 1000000000},
                    neg = {-1, 0};
    uint64_t m = 1UL << (SIGUSR1 - 1), none = 0, all = ~0UL;
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGUSR2, 40), NULL);
    T(sys(rt_sigtimedwait, &m, &si, &z, 8));
    long long a = now_ms();
    T(sys(rt_sigtimedwait, &m, &si, &t, 8));
    Y(now_ms() - a >= 30);
    T(sys(rt_sigtimedwait, &m, &si, &bad, 8));
    T(sys(rt_sigtimedwait, &m, &si, &neg, 8));
    T(sys(rt_sigtimedwait, &m, &si, &z, 4));
    T(sys(rt_sigtimedwait, &none, &si, &t, 8));
    raise(SIGUSR1);
    T(sys(rt_sigtimedwait, &m, &si, NULL, 8));
    say("%s code %d self %d uid %d", signame(si.si_signo), si.si_code,
        si.si_pid == getpid(), si.si_uid);
    kill(getpid(), SIGUSR1);
    T(sys(rt_sigtimedwait, &m, NULL, NULL, 8));
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77});
    T(sys(rt_sigtimedwait, &m, &si, NULL, 8));
    say("code %d value %d", si.si_code, si.si_value.sival_int);
    raise(SIGUSR2);
    T(sys(rt_sigtimedwait, &m, &si, &t, 8));
    m = 1UL << (SIGUSR2 - 1) | 1UL << 39;
    raise(40);
    T(sys(rt_sigtimedwait, &m, &si, &t, 8));
    T(sys(rt_sigtimedwait, &m, &si, &t, 8));
    T(sys(rt_sigtimedwait, &m, &si, &t, 8));
    for (int i = 0; i < NBAD; i++) {
        note = badname[i];
        T(sys(rt_sigtimedwait, badptr(i), &si, &z, 8));
        raise(40);
        if (i) {
            T(sys(rt_sigtimedwait, &m, badptr(i), &z, 8));
            T(sys(rt_sigtimedwait, &m, &si, badptr(i), 8));
        }
        sys(rt_sigtimedwait, &m, &si, &z, 8);
    }
    note = NULL;
    say("-- a handler for another signal interrupts");
    pid_t k = CHILD({
        set_handler(SIGTERM, no_handler, 0);
        T(sys(rt_sigtimedwait, &m, &si, NULL, 8));
        set_handler(SIGTERM, no_handler, SA_RESTART);
        write(1, "", 0);
        T(sys(rt_sigtimedwait, &m, &si, NULL, 8));
    });
    for (int i = 0; i < 2; i++) {
        wait_asleep(k, k);
        kill(k, SIGTERM);
        ms(30);
    }
    wait_show("child", k);
    say("-- signals that are not blocked, ignored ones, and SIGKILL in the "
        "set");
    k = CHILD({
        signal(SIGHUP, SIG_IGN);
        T(sys(rt_sigtimedwait, &all, &si, NULL, 8));
        T(sys(rt_sigtimedwait, &all, &si, NULL, 8));
    });
    wait_asleep(k, k);
    kill(k, SIGHUP);
    ms(30);
    wait_asleep(k, k);
    kill(k, SIGKILL);
    wait_show("child", k);
    k = CHILD({ T(sys(rt_sigtimedwait, &all, &si, NULL, 8)); });
    wait_asleep(k, k);
    kill(k, SIGSTOP);
    int st;
    waitpid(k, &st, WUNTRACED);
    show_status("SIGSTOP", st);
    kill(k, SIGCONT);
    wait_show("after SIGCONT", k);
}
