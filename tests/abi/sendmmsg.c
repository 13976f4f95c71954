// about: sendmmsg and recvmmsg: several messages, counts, timeouts, errors in
// about: the middle
// calls: sendmmsg recvmmsg
#include "abi.h"

int main(void)
{
    int s[2];
    char b[4][16];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    struct iovec v[4] = {{"one", 3}, {"three", 5}, {"", 0}, {"four", 4}}, r[4];
    struct mmsghdr m[4], q[4];
    memset(m, 0, sizeof m);
    memset(q, 0, sizeof q);
    for (int i = 0; i < 4; i++) {
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
        r[i] = (struct iovec){b[i], 16};
        q[i].msg_hdr.msg_iov = &r[i];
        q[i].msg_hdr.msg_iovlen = 1;
    }
    T(sys(sendmmsg, s[0], m, 4, 0));
    for (int i = 0; i < 4; i++)
        N(m[i].msg_len);
    T(sys(recvmmsg, s[1], q, 3, 0, NULL));
    for (int i = 0; i < 3; i++)
        N(q[i].msg_len);
    say("%.3s %.5s", b[0], b[1]);
    T(sys(recvmmsg, s[1], q, 4, MSG_DONTWAIT, NULL));
    T(sys(recvmmsg, s[1], q, 4, MSG_DONTWAIT, NULL));
    T(sys(sendmmsg, s[0], m, 0, 0));
    T(sys(recvmmsg, s[1], q, 0, 0, NULL));
    m[2].msg_hdr.msg_iov = badptr(2);
    T(sys(sendmmsg, s[0], m, 4, 0));
    T(sys(recvmmsg, s[1], q, 4, MSG_DONTWAIT, NULL));
    m[0].msg_hdr.msg_iov = badptr(2);
    T(sys(sendmmsg, s[0], m, 4, 0));
    m[0].msg_hdr.msg_iov = &v[0];
    T(sys(sendmmsg, s[0], m, 2, 0));
    T(sys(recvmmsg, s[1], q, 4, 0x10000 /* MSG_WAITFORONE */, NULL));
    struct timespec ts = {1000, 0}, bad = {0, 1000000000};
    T(sys(recvmmsg, s[1], q, 4, 0, &bad));
    T(sys(sendmmsg, s[0], m, 2, 0));
    T(sys(recvmmsg, s[1], q, 2, 0, &ts));
    BAD(p, sys(sendmmsg, s[0], p, 1, 0));
    BAD(p, sys(recvmmsg, s[1], p, 1, MSG_DONTWAIT, NULL));
    T(sys(sendmmsg, 0, m, 1, 0));
    T(sys(recvmmsg, 99, q, 1, 0, NULL));
    T(sys(sendmmsg, s[0], m, 2000, MSG_DONTWAIT) > 0 ? 0 : -1);
}
