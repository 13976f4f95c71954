// about: FIOASYNC, F_SETOWN, F_SETSIG: signals when a handle becomes ready
// calls: fcntl ioctl rt_sigtimedwait
#include "abi.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif
int main(void)
{
    int s[2], p[2], on = 1;
    siginfo_t si;
    struct timespec z = {0, 0}, sec = {60, 0};
    sigprocmask(SIG_BLOCK, SIGS(SIGIO, 40), NULL);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    T(fcntl(s[0], F_GETOWN));
    T(fcntl(s[0], F_SETOWN, getpid()));
    Y(fcntl(s[0], F_GETOWN) == getpid());
    write(s[1], "x", 1);
    T(sigtimedwait(SIGS(SIGIO), &si, &z));
    T(fcntl(s[0], F_SETFL, O_ASYNC));
    STR(oflags(fcntl(s[0], F_GETFL)));
    write(s[1], "x", 1);
    T(sigtimedwait(SIGS(SIGIO), &si, &sec));
    say("code %d", si.si_code);
    T(fcntl(s[0], F_SETSIG, 40));
    T(fcntl(s[0], F_GETSIG));
    write(s[1], "x", 1);
    T(sigtimedwait(SIGS(SIGIO, 40), &si, &sec));
    say("code %d fd %d band %lx", si.si_code, si.si_fd == s[0],
        (long)si.si_band);
    T(fcntl(s[0], F_SETSIG, 65));
    T(fcntl(s[0], F_SETSIG, -1));
    T(fcntl(s[0], F_SETSIG, 0));
    on = 0;
    T(ioctl(s[0], FIOASYNC, &on));
    STR(oflags(fcntl(s[0], F_GETFL)));
    write(s[1], "x", 1);
    T(sigtimedwait(SIGS(SIGIO, 40), &si, &z));
    pipe(p);
    on = 1;
    T(ioctl(p[0], FIOASYNC, &on));
    fcntl(p[0], F_SETOWN, getpid());
    write(p[1], "x", 1);
    T(sigtimedwait(SIGS(SIGIO), &si, &sec));
    T(fcntl(p[0], F_SETOWN, -getpgrp()));
    Y(fcntl(p[0], F_GETOWN) == -getpgrp());
    T(fcntl(p[0], F_SETOWN, 9999999));
    T(fcntl(p[0], F_SETOWN, -9999999));
    T(fcntl(p[0], F_SETOWN, 0));
    T(fcntl(p[0], F_GETOWN));
    struct {
        int t, pid;
    } o = {0, 0}, g;
    o.pid = getpid();
    T(fcntl(p[0], 15 /* F_SETOWN_EX */, &o));
    T(fcntl(p[0], 16, &g));
    Y(g.t == 0 && g.pid == getpid());
    o.t = 1;
    T(fcntl(p[0], 15, &o));
    T(fcntl(p[0], 16, &g));
    N(g.t);
    o.t = 9;
    T(fcntl(p[0], 15, &o));
    int f = open("f", O_RDWR | O_CREAT, 0600);
    T(fcntl(f, F_SETFL, O_ASYNC));
    STR(oflags(fcntl(f, F_GETFL)));
    T(ioctl(f, FIOASYNC, &on));
}
