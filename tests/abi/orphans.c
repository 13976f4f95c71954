// about: Orphans go to the nearest subreaper or init; PR_SET_PDEATHSIG
// calls: prctl getppid wait4 exit_group
#include "abi.h"

int main(void)
{
    int p[2], st;
    char c;
    pipe(p);
    N(prctl(PR_GET_CHILD_SUBREAPER, &st));
    T(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t me = getpid();
    pid_t k = CHILD({
        pid_t mid = getpid();
        CHILD({
            while (getppid() == mid)
                ms(5);
            say("orphan's parent is the subreaper: %d", getppid() == me);
            _exit(33);
        });
    });
    int st2;
    waitpid(k, &st2, 0);
    T(wait(&st) > 0);
    show_status("middle", st2);
    show_status("orphan", st);
    say("-- not inherited by fork");
    RUN("child", {
        prctl(PR_GET_CHILD_SUBREAPER, &st);
        N(st);
    });
    say("-- a zombie child of a dying parent goes up as well");
    k = CHILD({
        pid_t z = CHILD(_exit(44));
        siginfo_t si;
        waitid(P_PID, z, &si, WEXITED | WNOWAIT);
    });
    waitpid(k, &st, 0);
    T(wait(&st) > 0);
    show_status("zombie", st);
    T(prctl(PR_SET_CHILD_SUBREAPER, 0));
    say("-- parent death signal");
    T(prctl(PR_SET_PDEATHSIG, 65));
    T(prctl(PR_SET_PDEATHSIG, -1));
    T(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    T(prctl(PR_GET_PDEATHSIG, &st));
    N(st);
    BAD(q, prctl(PR_GET_PDEATHSIG, q));
    RUN("fork clears it", {
        prctl(PR_GET_PDEATHSIG, &st);
        N(st);
    });
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ready[2];
    pipe(ready);
    k = CHILD({
        CHILD({
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            write(ready[1], "x", 1);
            pause();
        });
        read(ready[0], &c, 1);
    });
    waitpid(k, &st, 0);
    T(wait(&st) > 0);
    show_status("child of the dead", st);
    say("-- changing ids clears it");
    RUN("setuid", {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setresuid(-1, 5, -1);
        prctl(PR_GET_PDEATHSIG, &st);
        N(st);
    });
}
