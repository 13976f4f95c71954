// about: Edge-triggered epoll: what counts as a new edge, re-arming,
// about: EPOLLONESHOT, EPOLLRDHUP
// calls: epoll_ctl epoll_pwait
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
static int ep;
static void poll_(const char *what)
{
    struct epoll_event o[4];
    int n = epoll_wait(ep, o, 4, 0);
    printf("%s: %d", what, n);
    for (int i = 0; i < n; i++)
        printf(" %d:%x", o[i].data.u32, o[i].events);
    printf("\n");
}
static void add(int fd, uint32_t ev, uint32_t id, int op)
{
    struct epoll_event e = {ev, {.u32 = id}};
    if (epoll_ctl(ep, op, fd, &e))
        say("ctl: %s", errname(errno));
}
int main(void)
{
    int p[2], s[2];
    char b[10];
    ep = epoll_create1(0);
    pipe2(p, O_NONBLOCK);
    write(p[1], "x", 1);
    add(p[0], EPOLLIN | EPOLLET, 1, EPOLL_CTL_ADD);
    poll_("data was there");
    poll_("again");
    write(p[1], "y", 1);
    poll_("more data");
    read(p[0], b, 1);
    poll_("partly read");
    read(p[0], b, 10);
    poll_("all read");
    write(p[1], "z", 1);
    poll_("new data");
    add(p[0], EPOLLIN | EPOLLET, 1, EPOLL_CTL_MOD);
    poll_("after MOD");
    int d = dup(p[1]);
    close(p[1]);
    poll_("a writer closed");
    close(d);
    poll_("the last writer closed");
    poll_("again");
    close(p[0]);
    say("-- writable edges of a pipe");
    static char big[65536];
    pipe2(p, O_NONBLOCK);
    add(p[1], EPOLLOUT | EPOLLET, 2, EPOLL_CTL_ADD);
    poll_("empty");
    write(p[1], big, 65536);
    poll_("full");
    read(p[0], big, 100);
    poll_("a little room");
    read(p[0], big, 4096);
    poll_("a page of room");
    read(p[0], big, 65536);
    poll_("empty again");
    close(p[0]);
    poll_("no reader");
    close(p[1]);
    say("-- sockets");
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
    add(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 3, EPOLL_CTL_ADD);
    poll_("fresh");
    poll_("again");
    write(s[1], "a", 1);
    poll_("data");
    write(s[1], "b", 1);
    poll_("more");
    shutdown(s[1], SHUT_WR);
    poll_("half closed");
    close(s[1]);
    poll_("closed");
    poll_("again");
    close(s[0]);
    say("-- one-shot");
    int e = eventfd(0, EFD_NONBLOCK);
    uint64_t v = 1;
    add(e, EPOLLIN | EPOLLONESHOT, 4, EPOLL_CTL_ADD);
    write(e, &v, 8);
    poll_("first");
    write(e, &v, 8);
    poll_("second");
    add(e, EPOLLIN | EPOLLONESHOT, 5, EPOLL_CTL_MOD);
    poll_("armed again");
    poll_("spent");
    add(e, EPOLLIN | EPOLLOUT | EPOLLET | EPOLLONESHOT, 6, EPOLL_CTL_MOD);
    poll_("edge and one-shot");
    poll_("spent");
    say("-- edge-triggered eventfd: every write is an edge");
    add(e, EPOLLIN | EPOLLET, 7, EPOLL_CTL_MOD);
    poll_("MOD");
    write(e, &v, 8);
    poll_("write");
    write(e, &v, 8);
    write(e, &v, 8);
    poll_("two writes");
    read(e, &v, 8);
    poll_("read");
}
