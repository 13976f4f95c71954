// about: exit codes of 0 to 255 and every fatal signal, through wait4 and
// about: waitid
// calls: exit_group wait4 waitid kill
#include "abi.h"

int main(void)
{
    int st, bad = 0;
    siginfo_t si;
    for (int i = 0; i < 256; i += 5) {
        pid_t k = CHILD(_exit(i));
        waitid(P_PID, k, &si, WEXITED | WNOWAIT);
        waitpid(k, &st, 0);
        bad += !WIFEXITED(st) || WEXITSTATUS(st) != i || si.si_status != i ||
               si.si_code != CLD_EXITED;
    }
    N(bad);
    static const int s[] = {SIGHUP,  SIGINT,  SIGKILL, SIGUSR1, SIGPIPE,
                            SIGALRM, SIGTERM, 40,      64};
    for (int i = 0; i < 9; i++) {
        pid_t k = CHILD(kill(getpid(), s[i]); pause());
        waitid(P_PID, k, &si, WEXITED | WNOWAIT);
        waitpid(k, &st, 0);
        bad += !WIFSIGNALED(st) || WTERMSIG(st) != s[i] ||
               si.si_status != s[i] || si.si_code != CLD_KILLED;
    }
    N(bad);
}
