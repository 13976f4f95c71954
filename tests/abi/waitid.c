// about: waitid: every id type and option, siginfo contents, WNOWAIT
// calls: waitid
#include "abi.h"

static void show(siginfo_t *si, pid_t k)
{
    static const char *const cd[] = {"0",       "EXITED",  "KILLED",   "DUMPED",
                                     "TRAPPED", "STOPPED", "CONTINUED"};
    say("  signo %s code %s status %d pid %s uid %d",
        si->si_signo ? signame(si->si_signo) : "0", cd[si->si_code],
        si->si_status,
        si->si_pid == k ? "child"
        : si->si_pid    ? "other"
                        : "0",
        si->si_uid);
}
int main(void)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    T(waitid(P_ALL, 0, &si, WEXITED));
    T(waitid(P_ALL, 0, &si, 0));
    T(waitid(P_ALL, 0, &si, WNOHANG));
    T(waitid(P_ALL, 0, &si, WEXITED | 0x100));
    T(waitid(77, 0, &si, WEXITED));
    T(waitid(P_PID, 0, &si, WEXITED));
    T(waitid(P_PID, -1, &si, WEXITED));
    T(waitid(P_PGID, -1, &si, WEXITED));
    T(waitid(3, 99, &si, WEXITED));
    T(waitid(3, 0, &si, WEXITED));
    T(waitid(3, -1, &si, WEXITED));
    int p[2];
    char c;
    pipe(p);
    pid_t k = CHILD({
        read(p[0], &c, 1);
        _exit(42);
    });
    memset(&si, 0xff, sizeof si);
    T(waitid(P_PID, k, &si, WEXITED | WNOHANG));
    show(&si, k);
    kill(k, SIGSTOP);
    T(waitid(P_PID, k, &si, WSTOPPED | WNOWAIT));
    show(&si, k);
    T(waitid(P_PID, k, &si, WSTOPPED));
    show(&si, k);
    T(waitid(P_PID, k, &si, WSTOPPED | WNOHANG));
    show(&si, k);
    kill(k, SIGCONT);
    T(waitid(P_ALL, 0, &si, WCONTINUED));
    show(&si, k);
    write(p[1], "x", 1);
    T(waitid(P_PGID, getpgrp(), &si, WEXITED | WNOWAIT));
    show(&si, k);
    T(waitid(P_PGID, 0, &si, WEXITED | WNOWAIT));
    show(&si, k);
    T(waitid(P_ALL, 0, &si, WEXITED));
    show(&si, k);
    T(waitid(P_ALL, 0, &si, WEXITED));
    k = CHILD(raise(SIGKILL));
    T(waitid(P_PID, k, &si, WEXITED));
    show(&si, k);
    k = CHILD({
        setresuid(1000, 1001, 1002);
        _exit(300);
    });
    T(waitid(P_PID, k, &si, WEXITED));
    show(&si, k);
    k = CHILD(_exit(9));
    struct rusage ru;
    T(sys(waitid, P_PID, k, NULL, WEXITED, &ru));
    k = CHILD(_exit(9));
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    T(sys(waitid, P_PID, k, badptr(2), WEXITED, NULL));
    T(waitid(P_PID, k, &si, WEXITED));
    k = CHILD(_exit(9));
    T(sys(waitid, P_PID, k, &si, WEXITED, badptr(2)));
}
