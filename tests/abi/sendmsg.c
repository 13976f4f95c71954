// about: sendmsg and recvmsg: vectors, lengths, names, control data, bad
// about: headers
// calls: sendmsg recvmsg
#include "abi.h"

int main(void)
{
    int s[2];
    char b[64] = "", c[64];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    struct iovec v[3] = {{"abc", 3}, {"", 0}, {"defg", 4}},
                 r[2] = {{b, 2}, {b + 10, 20}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 3},
                  q = {.msg_iov = r, .msg_iovlen = 2};
    T(sendmsg(s[0], &m, 0));
    T(recvmsg(s[1], &q, 0));
    say("%.2s %.5s flags %x", b, b + 10, q.msg_flags);
    m.msg_iovlen = 0;
    T(sendmsg(s[0], &m, 0));
    m.msg_iovlen = 1025;
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_iovlen = 1;
    m.msg_iov = badptr(2);
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_iov = v;
    BAD(p, sys(sendmsg, s[0], p, 0));
    BAD(p, sys(recvmsg, s[0], p, 0));
    m.msg_name = "x";
    m.msg_namelen = 1;
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_namelen = -1;
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_name = NULL;
    m.msg_namelen = 0;
    say("-- control data");
    struct cmsghdr *h = (void *)c;
    memset(c, 0, sizeof c);
    m.msg_control = c;
    m.msg_controllen = 4;
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_controllen = 16;
    h->cmsg_len = 15;
    T(sys(sendmsg, s[0], &m, 0));
    h->cmsg_len = 17;
    T(sys(sendmsg, s[0], &m, 0));
    h->cmsg_len = -1;
    T(sys(sendmsg, s[0], &m, 0));
    h->cmsg_len = 16;
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = 99;
    T(sys(sendmsg, s[0], &m, 0));
    h->cmsg_level = 77;
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_control = badptr(2);
    T(sys(sendmsg, s[0], &m, 0));
    m.msg_controllen = 1 << 30;
    T(sys(sendmsg, s[0], &m, 0));
    while (recv(s[1], b, 64, MSG_DONTWAIT) > 0)
        ;
    say("-- the name of the sender of a stream, and of a datagram");
    struct sockaddr_un n;
    memset(&n, '#', sizeof n);
    q.msg_name = &n;
    q.msg_namelen = sizeof n;
    write(s[0], "x", 1);
    T(recvmsg(s[1], &q, 0));
    N(q.msg_namelen);
    int d[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, d);
    q.msg_namelen = sizeof n;
    write(d[0], "x", 1);
    T(recvmsg(d[1], &q, 0));
    N(q.msg_namelen);
    write(d[0], "much longer than the buffer is, surely", 38);
    r[1].iov_len = 3;
    T(recvmsg(d[1], &q, 0));
    N(q.msg_flags == MSG_TRUNC);
    say("-- a buffer that is not there: the message is lost, or kept");
    write(d[0], "gone?", 5);
    r[0].iov_base = badptr(2);
    T(recvmsg(d[1], &q, 0));
    T(recv(d[1], b, 64, MSG_DONTWAIT));
}
