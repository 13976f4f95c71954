// about: Children waited for in another order than they ended; by group; a
// about: mixture of stopped and ended ones
// calls: wait4 waitid setpgid kill
#include "abi.h"

int main(void)
{
    int st;
    pid_t k[6];
    for (int i = 0; i < 6; i++) {
        k[i] = CHILD({
            if (i % 2)
                setpgid(0, 0);
            if (i == 4)
                raise(SIGSTOP);
            _exit(10 + i);
        });
        if (i != 4)
            waitid(P_PID, k[i], &(siginfo_t){0}, WEXITED | WNOWAIT);
        else
            waitid(P_PID, k[i], &(siginfo_t){0}, WSTOPPED | WNOWAIT);
    }
    Y(waitpid(k[3], &st, 0) == k[3]);
    show_status("3", st);
    Y(waitpid(-k[5], &st, 0) == k[5]);
    show_status("5", st);
    Y(waitpid(0, &st, WUNTRACED) > 0);
    int n = 1;
    while (waitpid(0, &st, WUNTRACED | WNOHANG) > 0)
        n++;
    N(n);
    Y(waitpid(-1, &st, 0) == k[1]);
    T(waitpid(-1, &st, WNOHANG));
    kill(k[4], SIGCONT);
    wait_show("4", k[4]);
    T(waitpid(-1, &st, 0));
}
