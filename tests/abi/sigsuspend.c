// about: rt_sigsuspend and pause: the mask during and after
// calls: rt_sigsuspend pause ppoll
#include "abi.h"

static volatile int got;
static sigset_t during;
static void h(int s)
{
    got = s;
    sigprocmask(SIG_BLOCK, NULL, &during);
}
int main(void)
{
    sigset_t s;
    set_handler(SIGUSR1, h, 0);
    set_handler(SIGUSR2, h, SA_RESTART);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGUSR2), NULL);
    raise(SIGUSR1);
    sigset_t e = sigs(SIGUSR2, 0);
    T(sigsuspend(&e));
    say("%s; in the handler USR1 %d USR2 %d", signame(got),
        sigismember(&during, SIGUSR1), sigismember(&during, SIGUSR2));
    sigprocmask(SIG_BLOCK, NULL, &s);
    say("after: USR1 %d USR2 %d", sigismember(&s, SIGUSR1),
        sigismember(&s, SIGUSR2));
    sigemptyset(&e);
    raise(SIGUSR2);
    raise(SIGUSR1);
    got = 0;
    T(sigsuspend(&e));
    sigpending(&s);
    say("pending: USR1 %d USR2 %d", sigismember(&s, SIGUSR1),
        sigismember(&s, SIGUSR2));
    T(sys(rt_sigsuspend, &e, 4));
    BAD(p, sys(rt_sigsuspend, p, 8));
    say("-- SA_RESTART does not restart it");
    pid_t k = CHILD({ T(sigsuspend(&e)); });
    wait_asleep(k, k);
    kill(k, SIGUSR2);
    wait_show("child", k);
    say("-- an ignored signal, and one that is blocked, do not wake it");
    k = CHILD({
        signal(SIGHUP, SIG_IGN);
        e = sigs(SIGUSR1, 0);
        T(sigsuspend(&e));
        say("%s", signame(got));
    });
    wait_asleep(k, k);
    kill(k, SIGHUP);
    kill(k, SIGUSR1);
    ms(50);
    kill(k, SIGUSR2);
    wait_show("child", k);
    say("-- a stop and a continue do not wake it either");
    k = CHILD({
        sigemptyset(&e);
        T(sigsuspend(&e));
    });
    wait_asleep(k, k);
    int st;
    kill(k, SIGSTOP);
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    ms(30);
    wait_asleep(k, k);
    say("%d", waitpid(k, &st, WNOHANG));
    kill(k, SIGUSR1);
    wait_show("child", k);
}
