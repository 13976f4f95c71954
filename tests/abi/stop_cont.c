// about: Stopping and continuing: pending signals, SIGCONT and stop signals
// about: cancel each other
// calls: kill wait4 rt_sigprocmask
#include "abi.h"

static void cont(int s)
{
    write(1, "SIGCONT handler\n", 16);
}
int main(void)
{
    int st;
    pid_t k = CHILD({
        set_handler(SIGCONT, cont, 0);
        raise(SIGSTOP);
        say("running again");
    });
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    wait_show("handler", k);
    k = CHILD({
        signal(SIGCONT, SIG_IGN);
        raise(SIGSTOP);
        say("running again");
    });
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    wait_show("ignored", k);
    k = CHILD({
        sigprocmask(SIG_BLOCK, SIGS(SIGCONT), NULL);
        raise(SIGSTOP);
        sigset_t s;
        sigpending(&s);
        N(sigismember(&s, SIGCONT));
    });
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    wait_show("blocked", k);
    say("-- a stopped process takes nothing but SIGKILL and SIGCONT");
    k = CHILD({
        raise(SIGSTOP);
        _exit(3);
    });
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGTERM);
    ms(30);
    T(waitpid(k, &st, WNOHANG));
    kill(k, SIGCONT);
    wait_show("SIGTERM was pending", k);
    k = CHILD(raise(SIGSTOP));
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGKILL);
    wait_show("SIGKILL", k);
    say("-- SIGCONT removes pending stops, stops remove a pending SIGCONT");
    RUN("pending", {
        sigset_t s;
        sigprocmask(SIG_BLOCK, SIGS(SIGTSTP, SIGTTIN, SIGCONT), NULL);
        raise(SIGTSTP);
        raise(SIGTTIN);
        sigpending(&s);
        say("%d %d %d", sigismember(&s, SIGTSTP), sigismember(&s, SIGTTIN),
            sigismember(&s, SIGCONT));
        raise(SIGCONT);
        sigpending(&s);
        say("%d %d %d", sigismember(&s, SIGTSTP), sigismember(&s, SIGTTIN),
            sigismember(&s, SIGCONT));
        raise(SIGTSTP);
        sigpending(&s);
        say("%d %d %d", sigismember(&s, SIGTSTP), sigismember(&s, SIGTTIN),
            sigismember(&s, SIGCONT));
    });
    say("-- a second stop of a stopped process is not reported");
    k = CHILD(raise(SIGSTOP));
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGSTOP);
    ms(20);
    T(waitpid(k, &st, WNOHANG | WUNTRACED));
    kill(k, SIGCONT);
    wait_show("end", k);
    say("-- a stop can be caught, except SIGSTOP");
    RUN("caught", {
        set_handler(SIGTSTP, cont, 0);
        T(sigaction(SIGSTOP, &(struct sigaction){.sa_handler = cont}, NULL));
        raise(SIGTSTP);
    });
}
