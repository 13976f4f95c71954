// about: A process group that becomes orphaned with stopped members gets
// about: SIGHUP and SIGCONT
// calls: setpgid exit_group kill
#include "abi.h"

static void hup(int s)
{
    (void)s;
    write(1, "member: SIGHUP\n", 15);
}
static void cont(int s)
{
    (void)s;
    write(1, "member: SIGCONT\n", 16);
    _exit(5);
}
int main(void)
{
    int st, st2, p[2];
    char c;
    pipe(p);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t k = CHILD({
        setsid();
        pid_t g = CHILD({
            setpgid(0, 0);
            struct sigaction sa = {.sa_handler = cont};
            sigaddset(&sa.sa_mask, SIGHUP);
            sigaction(SIGCONT, &sa, NULL);
            sa.sa_handler = hup;
            sigemptyset(&sa.sa_mask);
            sigaddset(&sa.sa_mask, SIGCONT);
            sigaction(SIGHUP, &sa, NULL);
            write(p[1], "x", 1);
            for (;;)
                pause();
        });
        read(p[0], &c, 1);
        kill(g, SIGSTOP);
        waitpid(g, &st, WUNTRACED);
        show_status("member", st);
        say("leader exits");
    });
    waitpid(k, &st, 0);
    wait(&st2);
    show_status("leader", st);
    show_status("member", st2);
    say("-- a running member gets nothing");
    k = CHILD({
        setsid();
        CHILD({
            setpgid(0, 0);
            write(p[1], "x", 1);
            ms(100);
            _exit(6);
        });
        read(p[0], &c, 1);
    });
    waitpid(k, &st, 0);
    wait(&st);
    show_status("member", st);
    say("-- SIGTSTP, SIGTTIN and SIGTTOU do not stop a member of an orphaned "
        "group");
    k = CHILD({
        setsid();
        raise(SIGTSTP);
        raise(SIGTTIN);
        raise(SIGTTOU);
        say("still here");
        raise(SIGSTOP);
    });
    waitpid(k, &st, WUNTRACED);
    show_status("leader", st);
    kill(k, SIGCONT);
    wait_show("leader", k);
}
