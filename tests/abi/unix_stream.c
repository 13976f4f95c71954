// about: AF_UNIX streams: bind, listen, connect, accept, names, ends, refusals
// calls: socket bind listen connect accept4 getsockname getpeername shutdown
#include "abi.h"

static void name(const char *what, int fd, int peer)
{
    struct sockaddr_un a;
    socklen_t l = sizeof a;
    memset(&a, '#', sizeof a);
    int r = peer ? getpeername(fd, (void *)&a, &l)
                 : getsockname(fd, (void *)&a, &l);
    if (r)
        say("%s: %s", what, errname(errno));
    else
        say("%s: length %d family %d '%.*s'", what, (int)l, a.sun_family,
            (int)l > 2 ? (int)strnlen(a.sun_path, l - 2) : 0, a.sun_path);
}
int main(void)
{
    char b[32];
    struct sockaddr_un a = {AF_UNIX, "sock"}, n = {AF_UNIX, "none"};
    int s = T(socket(AF_UNIX, SOCK_STREAM, 0)),
        c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    T(fcntl(c, F_GETFD));
    STR(oflags(fcntl(c, F_GETFL)));
    T(socket(AF_UNIX, SOCK_STREAM, 5));
    T(socket(AF_UNIX, SOCK_STREAM, 1));
    T(socket(AF_UNIX, SOCK_RDM, 0));
    T(socket(AF_UNIX, 0, 0));
    T(socket(AF_UNIX, SOCK_STREAM | 0x100, 0));
    T(socket(99, SOCK_STREAM, 0));
    T(socket(-1, SOCK_STREAM, 0));
    name("unbound", s, 0);
    name("unconnected", s, 1);
    T(listen(s, 5));
    T(accept(s, NULL, NULL));
    T(connect(c, (void *)&a, sizeof a));
    T(bind(s, (void *)&a, sizeof a));
    T(bind(s, (void *)&n, sizeof n));
    T(bind(c, (void *)&a, sizeof a));
    name("bound", s, 0);
    T(connect(c, (void *)&a, sizeof a));
    T(accept(s, NULL, NULL));
    T(listen(s, 1));
    T(listen(s, -1));
    T(listen(c, 1));
    T(connect(c, (void *)&n, sizeof n));
    T(connect(c, (void *)&a, sizeof a));
    T(connect(c, (void *)&a, sizeof a));
    name("client's peer", c, 1);
    name("client", c, 0);
    struct sockaddr_un p;
    socklen_t l = sizeof p;
    int k = T(sys(accept4, s, &p, &l, SOCK_CLOEXEC | SOCK_NONBLOCK));
    N(l);
    T(fcntl(k, F_GETFD));
    STR(oflags(fcntl(k, F_GETFL)));
    T(sys(accept4, s, NULL, NULL, 1));
    name("accepted", k, 0);
    name("its peer", k, 1);
    T(read(k, b, 1));
    T(write(c, "hello", 5));
    T(read(k, b, 3));
    T(read(k, b, 32));
    T(send(k, "back", 4, 0));
    T(recv(c, b, 32, 0));
    T(sendto(c, "x", 1, 0, (void *)&a, sizeof a));
    T(send(s, "x", 1, MSG_NOSIGNAL));
    T(recv(s, b, 1, MSG_DONTWAIT));
    T(shutdown(c, SHUT_WR));
    T(read(k, b, 1));
    T(write(k, "y", 1));
    T(read(c, b, 1));
    T(shutdown(c, 7));
    T(shutdown(0, SHUT_RD));
    T(close(c));
    T(send(k, "z", 1, MSG_NOSIGNAL));
    name("peer gone", k, 1);
    T(bind(0, (void *)&a, sizeof a));
    T(bind(99, (void *)&a, sizeof a));
    T(unlink("sock"));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    T(connect(c, (void *)&a, sizeof a));
    put("sock", "");
    T(connect(c, (void *)&a, sizeof a));
    say("-- a listener that is gone");
    int t = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(t, (void *)&n, sizeof n);
    listen(t, 1);
    close(t);
    T(connect(c, (void *)&n, sizeof n));
    T(access("none", F_OK));
    say("-- sizes of addresses");
    int u = socket(AF_UNIX, SOCK_STREAM, 0);
    T(bind(u, (void *)&a, 1));
    T(bind(u, (void *)&a, 0));
    T(bind(u, (void *)&a, 200));
    T(bind(u, (void *)&a, -1));
    BAD(q, sys(bind, u, q, 10));
    struct sockaddr_un f = {AF_UNSPEC, "x"};
    T(bind(u, (void *)&f, sizeof f));
    T(connect(u, (void *)&f, sizeof f));
    memset(a.sun_path, 'p', 108);
    T(bind(u, (void *)&a, sizeof a));
    T(access(strndup(a.sun_path, 108), F_OK));
}
