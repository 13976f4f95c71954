// about: The old x86-64 calls: pipe, dup2, poll, select, alarm, pause, fork,
// about: vfork, getpgrp, time, eventfd, signalfd, epoll_create, epoll_wait,
// about: inotify_init, arch_prctl
// calls: pipe dup2 poll select alarm pause fork vfork getpgrp time eventfd
// calls: signalfd epoll_create epoll_wait inotify_init
#include "abi.h"

#ifdef SYS_open
static void again(int s)
{
    sys(alarm, 1);
}
#endif
int main(void)
{
#ifdef SYS_open
    int p[2];
    char c;
    T(sys(pipe, p));
    T(write(p[1], "x", 1));
    T(sys(dup2, p[0], 10));
    T(sys(dup2, 10, 10));
    T(sys(dup2, 77, 77));
    struct pollfd pf = {p[0], POLLIN, 0};
    T(sys(poll, &pf, 1, 0));
    fd_set s;
    FD_ZERO(&s);
    FD_SET(p[0], &s);
    T(sys(select, p[0] + 1, &s, NULL, NULL, ((long[2]){0, 0})));
    read(p[0], &c, 1);
    long tv[2] = {0, 20000};
    FD_SET(p[0], &s);
    T(sys(select, p[0] + 1, &s, NULL, NULL, tv));
    Y(tv[0] == 0 && tv[1] == 0);
    T(sys(select, -1, NULL, NULL, NULL, tv));
    T(sys(alarm, 100));
    long left = sys(alarm, 0);
    Y(left >= 50 && left <= 100);
    RUN("pause", {
        /* The first may come before the call. */
        set_handler(SIGALRM, again, 0);
        sys(alarm, 1);
        T(sys(pause));
    });
    fflush(stdout);
    pid_t k = sys(fork);
    if (!k)
        sys(exit, 5);
    wait_show("fork", k);
    Y(sys(getpgrp) == getpgid(0));
    time_t t;
    Y(sys(time, &t) == t);
    Y(sys(time, NULL) >= t);
    for (int i = 1; i < NBAD; i++)
        T(sys(time, badptr(i)));
    int e = T(sys(eventfd, 3));
    uint64_t v;
    T(read(e, &v, 8));
    N(v);
    uint64_t m = 1 << (SIGUSR1 - 1);
    T(sys(signalfd, -1, &m, 8));
    T(sys(signalfd, -1, &m, 4));
    int ep = T(sys(epoll_create, 1));
    T(sys(epoll_create, 0));
    T(sys(epoll_create, -1));
    T(sys(epoll_wait, ep, &v, 1, 0));
    T(sys(epoll_wait, ep, &v, 0, 0));
    T(sys(inotify_init));
    BAD(q, sys(pipe, q));
#else
    say("only on x86-64");
#endif
}
