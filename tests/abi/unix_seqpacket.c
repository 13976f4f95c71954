// about: AF_UNIX SOCK_SEQPACKET: records, ends, truncation, MSG_EOR
// calls: socketpair sendmsg recvmsg
#include "abi.h"

int main(void)
{
    char b[100];
    int p[2];
    T(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p));
    T(send(p[0], "first", 5, 0));
    T(send(p[0], "second", 6, MSG_EOR));
    T(recv(p[1], b, 100, 0));
    struct iovec v = {b, 3};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    T(recvmsg(p[1], &m, 0));
    say("truncated %d, end of record %d", !!(m.msg_flags & MSG_TRUNC),
        !!(m.msg_flags & MSG_EOR));
    T(recv(p[1], b, 100, MSG_DONTWAIT));
    T(send(p[0], "", 0, 0));
    T(recv(p[1], b, 100, MSG_DONTWAIT));
    T(shutdown(p[0], SHUT_WR));
    T(recv(p[1], b, 100, 0));
    T(send(p[0], "x", 1, MSG_NOSIGNAL));
    T(send(p[1], "y", 1, MSG_NOSIGNAL));
    T(recv(p[0], b, 100, 0));
    close(p[0]);
    T(send(p[1], "y", 1, MSG_NOSIGNAL));
    T(recv(p[1], b, 100, 0));
    say("-- listening");
    struct sockaddr_un a = {AF_UNIX, "s"};
    int l = socket(AF_UNIX, SOCK_SEQPACKET, 0),
        c = socket(AF_UNIX, SOCK_SEQPACKET, 0),
        st = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(l, (void *)&a, sizeof a);
    T(listen(l, 1));
    T(connect(st, (void *)&a, sizeof a));
    T(connect(c, (void *)&a, sizeof a));
    int k = accept(l, NULL, NULL);
    T(write(c, "record", 6));
    T(write(c, "next", 4));
    T(read(k, b, 2));
    T(read(k, b, 100));
    close(k);
    T(read(c, b, 100));
    write(c, "x", 1);
    say("-- unread data when closing");
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p);
    write(p[0], "x", 1);
    close(p[1]);
    T(read(p[0], b, 10));
    T(read(p[0], b, 10));
    socketpair(AF_UNIX, SOCK_STREAM, 0, p);
    write(p[0], "x", 1);
    close(p[1]);
    T(read(p[0], b, 10));
    T(read(p[0], b, 10));
}
