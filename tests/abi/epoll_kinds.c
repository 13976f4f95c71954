// about: Everything that can be polled, through epoll and poll: what a fresh
// about: and a ready one report
// calls: epoll_ctl epoll_pwait ppoll
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
static void show(const char *n, int fd)
{
    struct pollfd p = {fd, 0x7ff | 0x2000, 0};
    int ep = epoll_create1(0);
    struct epoll_event e = {0x7ff | 0x2000, {0}}, o;
    poll(&p, 1, 0);
    int r = epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    if (r)
        say("%s: poll %x epoll %s", n, p.revents, errname(errno));
    else {
        r = epoll_wait(ep, &o, 1, 0);
        say("%s: poll %x epoll %x", n, p.revents, r ? o.events : 0);
    }
    close(ep);
}
int main(void)
{
    int p[2], s[2], d[2], q[2];
    uint64_t v = 1;
    pipe(p);
    show("pipe, reading", p[0]);
    show("pipe, writing", p[1]);
    write(p[1], "x", 1);
    show("pipe with data", p[0]);
    int ev = eventfd(0, 0);
    show("eventfd 0", ev);
    write(ev, &v, 8);
    show("eventfd 1", ev);
    int tf = timerfd_create(CLOCK_MONOTONIC, 0);
    show("timerfd", tf);
    timerfd_settime(tf, 0, &(struct itimerspec){{0, 0}, {0, 1}}, NULL);
    poll(&(struct pollfd){tf, POLLIN, 0}, 1, 60000);
    show("timerfd expired", tf);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    sigset_t m = sigs(SIGUSR1, 0);
    int sf = signalfd(-1, &m, 0);
    show("signalfd", sf);
    raise(SIGUSR1);
    struct pollfd sp = {sf, POLLIN, 0};
    poll(&sp, 1, 0);
    say("signalfd pending: %x", sp.revents);
    int in = inotify_init1(0);
    inotify_add_watch(in, ".", IN_CREATE);
    show("inotify", in);
    put("f", "x");
    show("inotify with an event", in);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    show("stream socket", s[0]);
    write(s[1], "x", 1);
    show("stream socket with data", s[0]);
    shutdown(s[1], SHUT_WR);
    show("its peer shut down writing", s[0]);
    close(s[1]);
    show("its peer closed", s[0]);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, d);
    show("datagram socket", d[0]);
    close(d[1]);
    show("datagram peer closed", d[0]);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, q);
    show("seqpacket socket", q[0]);
    int l = socket(AF_UNIX, SOCK_STREAM, 0);
    show("fresh socket", l);
    struct sockaddr_un a = {AF_UNIX, "s"};
    bind(l, (void *)&a, sizeof a);
    listen(l, 5);
    show("listening", l);
    int c = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c, (void *)&a, sizeof a);
    show("listening with a connection", l);
    show("connected, not accepted", c);
    pid_t k = CHILD(pause());
    int pf = sys(pidfd_open, k, 0);
    show("pidfd", pf);
    kill(k, SIGKILL);
    waitid(P_PID, k, &(siginfo_t){0}, WEXITED | WNOWAIT);
    show("pidfd of a zombie", pf);
    wait(NULL);
    int ep = epoll_create1(0);
    show("epoll", ep);
    show("file", open("f", O_RDWR));
    show("directory", open(".", O_RDONLY));
    show("path", open("f", O_PATH));
    show("null", open("/dev/null", O_RDWR));
    show("zero", open("/dev/zero", O_RDWR));
    show("urandom", open("/dev/urandom", O_RDWR));
    mkfifo("ff", 0600);
    show("fifo", open("ff", O_RDWR));
    int mt = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    show("pty master, slave never opened", mt);
    int mi = open("/proc/self/mounts", O_RDONLY);
    struct pollfd mp = {mi, POLLIN | POLLPRI, 0};
    poll(&mp, 1, 0);
    say("mounts: %x", mp.revents);
    show("memfd", sys(memfd_create, "m", 0));
    struct pollfd bad[3] = {{99, POLLIN, 0}, {-1, POLLIN, 5}, {-99, POLLIN, 5}};
    T(poll(bad, 3, 0));
    say("%x %x %x", bad[0].revents, bad[1].revents, bad[2].revents);
}
