// about: wait4 and waitpid: which child, options, statuses, stops and
// about: continues, usage
// calls: wait4
#include "abi.h"

int main(void)
{
    int st;
    T(waitpid(-1, &st, 0));
    T(waitpid(-1, &st, WNOHANG));
    T(waitpid(1, &st, 0));
    T(waitpid(getpid(), &st, 0));
    T(waitpid(0, &st, 0));
    T(waitpid(-99999, &st, 0));
    T(sys(wait4, 0x80000000, &st, 0, 0));
    T(sys(wait4, -1, &st, 0x10, 0));
    T(sys(wait4, -1, &st, WEXITED, 0));
    int p[2];
    char c;
    pipe(p);
    pid_t k = CHILD(read(p[0], &c, 1));
    T(waitpid(k, &st, WNOHANG));
    T(waitpid(0, &st, WNOHANG));
    T(waitpid(-getpgrp(), &st, WNOHANG));
    T(waitpid(-1, &st, WNOHANG | WUNTRACED | WCONTINUED));
    kill(k, SIGSTOP);
    Y(waitpid(k, &st, WUNTRACED) == k);
    show_status("stopped", st);
    T(waitpid(k, &st, WNOHANG | WUNTRACED));
    kill(k, SIGCONT);
    Y(waitpid(k, &st, WCONTINUED) == k);
    show_status("continued", st);
    N(st);
    T(waitpid(k, &st, WNOHANG | WCONTINUED));
    write(p[1], "x", 1);
    Y(waitpid(-getpgrp(), &st, 0) == k);
    show_status("ended", st);
    T(waitpid(k, &st, 0));
    say("-- another group");
    k = CHILD({
        setpgid(0, 0);
        read(p[0], &c, 1);
        _exit(3);
    });
    setpgid(k, k);
    T(waitpid(0, &st, WNOHANG));
    write(p[1], "x", 1);
    Y(waitpid(-k, &st, 0) == k);
    show_status("group", st);
    say("-- usage and bad pointers");
    struct rusage ru;
    memset(&ru, 0xff, sizeof ru);
    k = CHILD(for (volatile int i = 0; i < 2000000; i++));
    Y(sys(wait4, k, &st, 0, &ru) == k);
    Y(ru.ru_utime.tv_sec >= 0 && ru.ru_utime.tv_sec < 100);
    k = CHILD(_exit(1));
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    T(sys(wait4, k, badptr(2), 0, 0));
    T(sys(wait4, k, &st, 0, 0));
    k = CHILD(_exit(1));
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    T(sys(wait4, k, &st, 0, badptr(2)));
    k = CHILD(_exit(1));
    Y(sys(wait4, k, NULL, 0, NULL) == k);
    say("-- SIGCHLD ignored: nothing to wait for");
    signal(SIGCHLD, SIG_IGN);
    k = CHILD(_exit(1));
    T(waitpid(k, &st, 0));
    T(waitpid(-1, &st, 0));
    struct sigaction sa = {.sa_handler = no_handler, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &sa, NULL);
    k = CHILD(_exit(1));
    int r;
    do
        r = waitpid(k, &st, 0);
    while (r < 0 && errno == EINTR);
    T(r);
    say("-- a signal ends the wait");
    signal(SIGCHLD, SIG_DFL);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        pid_t g = CHILD(pause());
        T(waitpid(-1, &st, 0));
        kill(g, SIGKILL);
        wait(NULL);
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("waiter", k);
}
