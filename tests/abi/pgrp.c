// about: setpgid, getpgid, getsid, setsid: rules for children, other sessions,
// about: leaders, after exec
// calls: setpgid getpgid getsid setsid
#include "abi.h"

int main(void)
{
    char c;
    int p[2], q[2];
    pipe(p);
    pipe(q);
    pid_t me = getpid();
    Y(getpgid(0) == getpgid(me));
    Y(getsid(0) == getsid(me));
    T(getpgid(-1));
    T(getpgid(9999999));
    T(getsid(-1));
    T(getsid(9999999));
    T(setpgid(0, -1));
    T(setpgid(-1, 0));
    T(setpgid(9999999, 0));
    T(setpgid(getppid(), 0));
    T(setpgid(1, 0));
    RUN("child", {
        pid_t m = getpid();
        Y(getpgrp() != m);
        T(setpgid(0, 0));
        Y(getpgrp() == m);
        T(setpgid(0, 0));
        T(setpgid(0, 9999999));
        T(setpgid(0, getppid()));
        Y(getpgid(getppid()) != m);
        T(setpgid(0, 0));
        T(setsid());
        RUN("grandchild", {
            OK(setsid());
            Y(getsid(0) == getpid() && getpgrp() == getpid());
            T(setsid());
            T(setpgid(0, 0));
            T(setpgid(0, m));
            Y(getsid(m) != getpid());
            OK(getpgid(me));
        });
    });
    say("-- a parent moves its child");
    pid_t k = CHILD({
        read(p[0], &c, 1);
        Y(getpgrp() == getpid());
        write(q[1], "x", 1);
        read(p[0], &c, 1);
        dup2(p[0], 0);
        dup2(q[1], 1);
        execl("/bin/busybox", "cat", NULL);
    });
    T(setpgid(k, k));
    Y(getpgid(k) == k);
    write(p[1], "x", 1);
    read(q[0], &c, 1);
    pid_t j = CHILD(pause());
    T(setpgid(j, k));
    Y(getpgid(j) == k);
    T(setpgid(j, j));
    T(setpgid(j, getpgrp()));
    write(p[1], "x", 1);
    write(p[1], "y", 1);
    read(q[0], &c, 1); /* what cat has copied: it runs */
    T(setpgid(k, getpgrp()));
    kill(k, SIGKILL);
    wait_show("exec'd", k);
    T(getpgid(k));
    kill(j, SIGKILL);
    wait_show("other", j);
    say("-- a child in another session");
    k = CHILD({
        setsid();
        write(p[1], "x", 1);
        pause();
    });
    read(p[0], &c, 1);
    T(setpgid(k, getpgrp()));
    T(setpgid(k, k));
    Y(getsid(k) == k);
    kill(k, SIGKILL);
    wait_show("session", k);
    say("-- a zombie still has a group");
    k = CHILD(_exit(0));
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    Y(getpgid(k) == getpgrp());
    T(kill(k, 0));
    T(setpgid(k, k));
    wait(NULL);
    T(kill(k, 0));
}
