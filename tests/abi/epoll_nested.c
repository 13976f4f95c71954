// about: epoll in epoll, loops, depth, closing handles, EPOLLEXCLUSIVE, fork
// calls: epoll_ctl epoll_pwait ppoll
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
static int ctl(int ep, int op, int fd, uint32_t ev)
{
    struct epoll_event e = {ev, {.fd = fd}};
    return epoll_ctl(ep, op, fd, &e);
}
int main(void)
{
    struct epoll_event o[4];
    int a = epoll_create1(0), b = epoll_create1(0),
        e = eventfd(0, EFD_NONBLOCK);
    uint64_t v = 1;
    T(ctl(a, EPOLL_CTL_ADD, b, EPOLLIN));
    T(ctl(b, EPOLL_CTL_ADD, e, EPOLLIN));
    T(epoll_wait(a, o, 4, 0));
    write(e, &v, 8);
    T(epoll_wait(a, o, 4, 0));
    Y(o[0].data.fd == b && o[0].events == EPOLLIN);
    struct pollfd p = {a, POLLIN | POLLOUT, 0};
    T(poll(&p, 1, 0));
    N(p.revents);
    T(epoll_wait(b, o, 4, 0));
    read(e, &v, 8);
    T(epoll_wait(a, o, 4, 0));
    say("-- loops and depth");
    T(ctl(b, EPOLL_CTL_ADD, a, EPOLLIN));
    T(ctl(a, EPOLL_CTL_ADD, a, EPOLLIN));
    int chain[8];
    chain[0] = epoll_create1(0);
    for (int i = 1; i < 8; i++) {
        chain[i] = epoll_create1(0);
        N(i);
        T(ctl(chain[i], EPOLL_CTL_ADD, chain[i - 1], EPOLLIN));
    }
    say("-- closing removes, unless a copy stays open");
    int q[2];
    pipe(q);
    int c = epoll_create1(0);
    ctl(c, EPOLL_CTL_ADD, q[0], EPOLLIN);
    write(q[1], "x", 1);
    T(epoll_wait(c, o, 4, 0));
    int d = dup(q[0]);
    close(q[0]);
    T(epoll_wait(c, o, 4, 0));
    T(ctl(c, EPOLL_CTL_DEL, d, 0));
    close(d);
    T(epoll_wait(c, o, 4, 0));
    pipe(q);
    ctl(c, EPOLL_CTL_ADD, q[0], EPOLLIN);
    T(ctl(c, EPOLL_CTL_ADD, dup(q[0]), EPOLLIN));
    write(q[1], "x", 1);
    T(epoll_wait(c, o, 4, 0));
    say("-- EPOLLEXCLUSIVE");
    int x = epoll_create1(0);
    T(ctl(x, EPOLL_CTL_ADD, e, EPOLLIN | (1u << 28)));
    T(ctl(x, EPOLL_CTL_MOD, e, EPOLLIN | (1u << 28)));
    T(ctl(x, EPOLL_CTL_MOD, e, EPOLLIN));
    T(ctl(x, EPOLL_CTL_DEL, e, 0));
    T(ctl(x, EPOLL_CTL_ADD, e, EPOLLIN | EPOLLONESHOT | (1u << 28)));
    T(ctl(x, EPOLL_CTL_ADD, e, EPOLLIN | EPOLLRDHUP | (1u << 28)));
    T(ctl(x, EPOLL_CTL_ADD, b, EPOLLIN | (1u << 28)));
    say("-- a child shares the set");
    int s = epoll_create1(0);
    ctl(s, EPOLL_CTL_ADD, e, EPOLLIN);
    RUN("child", {
        T(ctl(s, EPOLL_CTL_DEL, e, 0));
        int y[2];
        pipe(y);
        T(ctl(s, EPOLL_CTL_ADD, y[0], EPOLLIN));
        write(y[1], "x", 1);
        T(epoll_wait(s, o, 4, 0));
    });
    write(e, &v, 8);
    T(epoll_wait(s, o, 4, 0));
    say("-- a thread waits while another adds, and while another closes the "
        "set");
    int w = epoll_create1(0), f = eventfd(0, 0);
    pid_t k = CHILD({
        ms(30);
        ctl(w, EPOLL_CTL_ADD, f, EPOLLIN);
        write(f, &v, 8);
    });
    T(epoll_wait(w, o, 4, 60000));
    wait_show("adder", k);
}
