// about: AF_UNIX datagrams: connected and not, sizes, full queues, refusals
// calls: sendto recvfrom connect socketpair
#include "abi.h"

int main(void)
{
    static char b[300000];
    struct sockaddr_un a = {AF_UNIX, "a"}, c = {AF_UNIX, "c"},
                       n = {AF_UNIX, "none"}, from;
    int s = socket(AF_UNIX, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t l = sizeof from;
    bind(s, (void *)&a, sizeof a);
    T(sendto(u, "hello", 5, 0, (void *)&a, sizeof a));
    T(sendto(u, "", 0, 0, (void *)&a, sizeof a));
    T(send(u, "x", 1, 0));
    T(sendto(u, "x", 1, 0, (void *)&n, sizeof n));
    T(recvfrom(s, b, 100, 0, (void *)&from, &l));
    N(l);
    T(recvfrom(s, b, 100, 0, NULL, NULL));
    T(recv(s, b, 100, MSG_DONTWAIT));
    bind(u, (void *)&c, sizeof c);
    sendto(u, "named", 5, 0, (void *)&a, sizeof a);
    l = sizeof from;
    T(recvfrom(s, b, 3, 0, (void *)&from, &l));
    N(l);
    STR(from.sun_path);
    sendto(u, "longer", 6, 0, (void *)&a, sizeof a);
    T(recv(s, b, 3, MSG_TRUNC));
    T(recv(s, b, 3, MSG_DONTWAIT));
    sendto(u, "peek", 4, 0, (void *)&a, sizeof a);
    T(recv(s, b, 100, MSG_PEEK));
    T(recv(s, b, 100, 0));
    int q;
    sendto(u, "abc", 3, 0, (void *)&a, sizeof a);
    sendto(u, "de", 2, 0, (void *)&a, sizeof a);
    T(ioctl(s, FIONREAD, &q));
    N(q);
    T(listen(s, 1));
    T(accept(s, NULL, NULL));
    T(connect(u, (void *)&a, sizeof a));
    T(send(u, "x", 1, 0));
    T(connect(u, (void *)&n, sizeof n));
    T(connect(u, (void *)&(struct sockaddr_un){AF_UNSPEC}, sizeof a));
    T(send(u, "x", 1, 0));
    say("-- a connected socket takes nothing from others");
    connect(s, (void *)&c, sizeof c);
    int v = socket(AF_UNIX, SOCK_DGRAM, 0);
    T(sendto(v, "x", 1, 0, (void *)&a, sizeof a));
    T(connect(v, (void *)&a, sizeof a));
    T(sendto(u, "x", 1, 0, (void *)&a, sizeof a));
    say("-- kinds do not mix");
    int st = socket(AF_UNIX, SOCK_STREAM, 0);
    T(connect(st, (void *)&a, sizeof a));
    say("-- a full queue");
    int p[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
    int i;
    for (i = 0; i < 1000 && send(p[0], "x", 1, MSG_DONTWAIT) == 1; i++)
        ;
    say("%d, then %s", i, errname(errno));
    struct pollfd pf = {p[0], POLLOUT, 0};
    T(poll(&pf, 1, 0));
    recv(p[1], b, 1, 0);
    T(poll(&pf, 1, 0));
    say("-- sizes");
    socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
    T(send(p[0], b, 100000, MSG_DONTWAIT));
    T(recv(p[1], b, sizeof b, 0));
    T(send(p[0], b, 300000, MSG_DONTWAIT));
    T(read(p[1], b, 0));
    T(send(p[0], b, 0, 0));
    T(recv(p[1], b, 10, MSG_DONTWAIT));
    close(p[1]);
    T(send(p[0], "x", 1, 0));
    T(send(p[0], "x", 1, 0));
    struct pollfd pg = {p[0], POLLIN | POLLOUT, 0};
    poll(&pg, 1, 0);
    N(pg.revents);
}
