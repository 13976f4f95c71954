// about: seccomp filters: errno, kill, trap, inheritance, no_new_privs
// calls: seccomp prctl clone execve
#include "abi.h"

struct ins {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};
struct prog {
    uint16_t len;
    struct ins *f;
};
static long filter(long nr, uint32_t action)
{
    struct ins f[] = {{0x20, 0, 0, 0},
                      {0x15, 0, 1, nr},
                      {0x06, 0, 0, action},
                      {0x06, 0, 0, 0x7fff0000}};
    struct prog p = {4, f};
    return sys(seccomp, 1, 0, &p);
}
static void h(int s, siginfo_t *si, void *c)
{
    char b[64];
    int n =
        snprintf(b, 64, "SIGSYS code %d errno %d\n", si->si_code, si->si_errno);
    write(1, b, n);
}
int main(void)
{
    RUN("needs no_new_privs", {
        become_user();
        T(filter(SYS_getppid, 0x50000));
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        T(filter(SYS_getppid, 0x50000));
    });
    RUN("errno", {
        T(filter(SYS_getppid, 0x50000 | EXDEV));
        T(sys(getppid));
        N(prctl(PR_GET_SECCOMP));
        Y(strstr(get("/proc/self/status"), "Seccomp:\t2\n") != NULL);
        RUN("child", T(sys(getppid)));
        filter(SYS_uname, 0x50000 | EDOM);
        T(sys(uname, 0));
        T(sys(getppid));
    });
    RUN("kill", {
        filter(SYS_getppid, 0x80000000);
        sys(getppid);
        say("not here");
    });
    RUN("trap", {
        set_siginfo(SIGSYS, h, 0);
        filter(SYS_getppid, 0x30000 | 7);
        sys(getppid);
        say("goes on");
    });
    RUN("over exec", {
        filter(SYS_uname, 0x50000 | EPERM);
        execl("/bin/busybox", "uname", NULL);
    });
    struct ins bad[] = {{0xffff, 0, 0, 0}};
    struct prog p = {1, bad};
    T(sys(seccomp, 1, 0, &p));
    p.len = 0;
    T(sys(seccomp, 1, 0, &p));
    T(sys(seccomp, 1, 0x100, &p));
    BAD(x, sys(seccomp, 1, 0, x));
}
