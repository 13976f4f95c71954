// about: SA_RESETHAND, SA_NODEFER, sa_mask, SA_SIGINFO, SA_NOCLDSTOP at work
// calls: rt_sigaction rt_sigreturn
#include "abi.h"

static volatile int depth, max, count;
static void nest(int s)
{
    depth++;
    count++;
    if (depth > max)
        max = depth;
    if (count < 3)
        raise(s);
    depth--;
}
static volatile int seen[65];
static void other(int s)
{
    seen[s] = 1;
}
static void raiser(int s)
{
    raise(SIGUSR2);
    sigset_t m;
    sigprocmask(0, NULL, &m);
    say("in the handler: USR1 %d USR2 %d, USR2 ran %d",
        sigismember(&m, SIGUSR1), sigismember(&m, SIGUSR2), seen[SIGUSR2]);
}
static volatile int chld;
static void onchld(int s)
{
    chld++;
}
int main(void)
{
    struct sigaction sa;
    set_handler(SIGUSR1, nest, 0);
    raise(SIGUSR1);
    say("plain: %d times, depth %d", count, max);
    count = max = 0;
    set_handler(SIGUSR1, nest, SA_NODEFER);
    raise(SIGUSR1);
    say("SA_NODEFER: %d times, depth %d", count, max);
    count = max = 0;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = nest;
    sa.sa_flags = SA_NODEFER;
    sigaddset(&sa.sa_mask, SIGUSR1);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    say("SA_NODEFER, but in sa_mask: %d times, depth %d", count, max);
    RUN("SA_RESETHAND", {
        set_handler(SIGUSR1, other, SA_RESETHAND);
        raise(SIGUSR1);
        sigaction(SIGUSR1, NULL, &sa);
        Y(sa.sa_handler == SIG_DFL);
        say("flags %x", sa.sa_flags & ~0x04000000);
        raise(SIGUSR1);
    });
    set_handler(SIGUSR2, other, 0);
    set_handler(SIGUSR1, raiser, 0);
    raise(SIGUSR1);
    seen[SIGUSR2] = 0;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = raiser;
    sigaddset(&sa.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    say("afterwards USR2 ran %d", seen[SIGUSR2]);
    sigset_t m;
    sigprocmask(0, NULL, &m);
    say("mask restored: USR1 %d USR2 %d", sigismember(&m, SIGUSR1),
        sigismember(&m, SIGUSR2));
    for (int f = 0; f < 2; f++) {
        chld = 0;
        set_handler(SIGCHLD, onchld, f ? SA_NOCLDSTOP : 0);
        int st;
        pid_t k = CHILD({
            raise(SIGSTOP);
            raise(SIGSTOP);
        });
        for (int i = 0; i < 2; i++) {
            while (waitpid(k, &st, WUNTRACED) < 0)
                ;
            kill(k, SIGCONT);
            while (waitpid(k, &st, WCONTINUED | (i ? 0 : WUNTRACED)) < 0)
                ;
            if (i == 0 && WIFSTOPPED(st)) {
                kill(k, SIGCONT);
                break;
            }
        }
        while (waitpid(k, &st, 0) > 0 || errno == EINTR)
            ;
        say("%s: SIGCHLD %s", f ? "SA_NOCLDSTOP" : "plain",
            chld == 1  ? "once"
            : chld > 1 ? "more than once"
                       : "never");
    }
    say("-- a handler at a bad address");
    RUN("handler 8", {
        signal(SIGUSR1, (void (*)(int))8UL);
        raise(SIGUSR1);
    });
    RUN("kernel handler", {
        signal(SIGUSR1, (void (*)(int))0xffff888000001000UL);
        raise(SIGUSR1);
    });
}
