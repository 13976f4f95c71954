// about: kill: who may signal whom, groups, everyone, signal 0
// calls: kill tkill tgkill rt_sigqueueinfo
#include "abi.h"

int main(void)
{
    int p[2];
    char c;
    pipe(p);
    struct {
        int r, e, s;
        const char *n;
    } t[] = {{0, 0, 0, "root"},
             {1000, 1000, 1000, "same"},
             {1001, 1001, 1001, "other"},
             {1000, 1001, 1001, "same real"},
             {1001, 1000, 1001, "same effective"},
             {1001, 1001, 1000, "same saved"}};
    pid_t k[6];
    for (int i = 0; i < 6; i++) {
        k[i] = CHILD({
            sys(setresuid, t[i].r, t[i].e, t[i].s);
            write(p[1], "x", 1);
            pause();
        });
        read(p[0], &c, 1);
    }
    pid_t ses = CHILD({
        sys(setresuid, 1001, 1001, 1001);
        setsid();
        write(p[1], "x", 1);
        pause();
    });
    read(p[0], &c, 1);
    RUN("user", {
        become_user();
        for (int i = 0; i < 6; i++) {
            note = t[i].n;
            T(kill(k[i], 0));
            T(sys(tgkill, k[i], k[i], 0));
        }
        note = NULL;
        T(kill(ses, SIGCONT));
        T(kill(k[2], SIGCONT));
        T(kill(k[2], SIGTERM));
        T(kill(1, 0));
        T(kill(1, SIGKILL));
    });
    RUN("user with another effective id", {
        sys(setresuid, 1000, 1002, 1002);
        for (int i = 0; i < 6; i++) {
            note = t[i].n;
            T(kill(k[i], 0));
        }
        note = NULL;
    });
    T(kill(k[0], 64));
    T(kill(k[1], 65));
    T(kill(k[1], -1));
    T(kill(9999999, 0));
    T(kill(-9999999, 0));
    T(sys(kill, 0x80000000, 0));
    T(sys(tgkill, k[1], k[2], 0));
    T(sys(tgkill, -1, k[1], 0));
    T(sys(tgkill, k[1], 0, 0));
    T(sys(tgkill, 0, k[1], 0));
    T(sys(tkill, k[1], 0));
    T(sys(tkill, 0, 0));
    T(sys(tkill, -1, 0));
    T(sys(tkill, k[1], 65));
    T(kill(0, 0));
    T(kill(-1, 65));
    wait_show("root got 64", k[0]);
    for (int i = 1; i < 6; i++) {
        kill(k[i], SIGKILL);
        wait_show(t[i].n, k[i]);
    }
    kill(ses, SIGKILL);
    wait_show("session", ses);
    say("-- a group");
    pid_t a = CHILD({
        setpgid(0, 0);
        write(p[1], "x", 1);
        pause();
    });
    read(p[0], &c, 1);
    pid_t b = CHILD(setpgid(0, a); write(p[1], "x", 1); pause());
    read(p[0], &c, 1);
    T(kill(-a, SIGTERM));
    wait_show("a", a);
    wait_show("b", b);
    T(kill(-a, 0));
    RUN("own group", {
        setpgid(0, 0);
        pid_t m = CHILD(pause());
        signal(SIGTERM, SIG_IGN);
        T(kill(0, SIGTERM));
        wait_show("member", m);
    });
    say("-- siginfo that claims to come from the kernel");
    siginfo_t si;
    memset(&si, 0, sizeof si);
    si.si_code = SI_USER;
    pid_t z = CHILD(pause());
    T(sys(rt_sigqueueinfo, z, SIGUSR1, &si));
    si.si_code = SI_KERNEL;
    T(sys(rt_sigqueueinfo, z, SIGUSR1, &si));
    si.si_code = SI_TKILL;
    T(sys(rt_sigqueueinfo, z, SIGUSR1, &si));
    T(sys(rt_sigqueueinfo, z, 65, &si));
    si.si_code = SI_QUEUE;
    T(sys(rt_sigqueueinfo, z, 0, &si));
    T(sys(rt_sigqueueinfo, z, SIGTERM, &si));
    wait_show("queued", z);
    BAD(q, sys(rt_sigqueueinfo, getpid(), 0, q));
}
