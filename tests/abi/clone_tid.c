// about: clone CLONE_PARENT_SETTID, CHILD_SETTID, CHILD_CLEARTID and PIDFD;
// about: CLONE_PARENT
// calls: clone set_tid_address futex
#include "abi.h"

static int leave(void *a)
{
    (void)a;
    _exit(0);
}

int main(void)
{
    int *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int mine = 0;
    fflush(stdout);
    pid_t k = raw_clone(CLONE_PARENT_SETTID | SIGCHLD, 0, m, 0, 0);
    if (!k) {
        Y(m[0] == getpid());
        _exit(0);
    }
    wait_show("PARENT_SETTID", k);
    Y(m[0] == k);
    fflush(stdout);
    k = raw_clone(CLONE_CHILD_SETTID | SIGCHLD, 0, 0, m + 1, 0);
    if (!k) {
        Y(m[1] == getpid());
        _exit(0);
    }
    wait_show("CHILD_SETTID", k);
    Y(m[1] == k);
    m[2] = 5;
    k = raw_clone(CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, m + 2, 0);
    if (!k)
        _exit(0);
    wait_show("CHILD_CLEARTID without sharing", k);
    N(m[2]);
    m[2] = 5;
    static char stack[16384] __attribute__((aligned(16)));
    k = clone(leave, stack + sizeof stack,
              CLONE_VM | CLONE_VFORK | CLONE_CHILD_CLEARTID | SIGCHLD, NULL,
              NULL, NULL, m + 2);
    wait_show("CHILD_CLEARTID with CLONE_VM", k);
    N(m[2]);
    k = raw_clone(CLONE_CHILD_SETTID | SIGCHLD, 0, 0, badptr(2), 0);
    if (!k)
        _exit(3);
    wait_show("CHILD_SETTID to a bad address", k);
    k = raw_clone(CLONE_PARENT_SETTID | SIGCHLD, 0, badptr(2), 0, 0);
    if (!k)
        _exit(3);
    wait_show("PARENT_SETTID to a bad address", k);
    int pfd = -1;
    k = raw_clone(CLONE_PIDFD | SIGCHLD, 0, &pfd, 0, 0);
    if (!k)
        _exit(6);
    N(pfd);
    T(fcntl(pfd, F_GETFD));
    siginfo_t si;
    memset(&si, 0, sizeof si);
    T(waitid(3 /* P_PIDFD */, pfd, &si, WEXITED));
    N(si.si_status);
    T(raw_clone(CLONE_PIDFD | SIGCHLD, 0, badptr(2), 0, 0));
    say("-- CLONE_PARENT makes a sibling");
    int p[2];
    pipe(p);
    RUN("middle", {
        pid_t g = raw_clone(CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (!g) {
            ms(20);
            _exit(9);
        }
        write(p[1], &g, sizeof g);
        T(waitpid(g, NULL, 0));
    });
    read(p[0], &k, sizeof k);
    wait_show("sibling", k);
    Y(sys(set_tid_address, &mine) == getpid());
}
