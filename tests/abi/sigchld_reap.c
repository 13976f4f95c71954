// about: A SIGCHLD handler that reaps whatever has ended: no child is missed
// calls: rt_sigaction wait4 rt_sigreturn
#include "abi.h"

static volatile int reaped, sum;
static void h(int s)
{
    int st, e = errno;
    while (waitpid(-1, &st, WNOHANG) > 0) {
        reaped++;
        sum += WEXITSTATUS(st);
    }
    errno = e;
}
int main(void)
{
    set_handler(SIGCHLD, h, SA_RESTART);
    for (int i = 0; i < 100; i++)
        if (!fork())
            _exit(i % 7);
    sigset_t old;
    sigprocmask(SIG_BLOCK, SIGS(SIGCHLD), &old);
    while (reaped < 100)
        sigsuspend(&old);
    say("%d reaped, sum %d", reaped, sum);
}
