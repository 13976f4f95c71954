// about: MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC, SO_PEEK_OFF, MSG_OOB
// about: on local streams
// calls: recvfrom sendto recvmsg setsockopt
#include "abi.h"

int main(void)
{
    int s[2];
    char b[64];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    T(recv(s[1], b, 1, MSG_DONTWAIT));
    write(s[0], "hello world", 11);
    memset(b, 0, 64);
    T(recv(s[1], b, 5, MSG_PEEK));
    STR(b);
    T(recv(s[1], b, 64, MSG_PEEK | MSG_TRUNC));
    T(recv(s[1], b, 0, 0));
    T(recv(s[1], b, 3, MSG_TRUNC));
    int n;
    T(ioctl(s[1], FIONREAD, &n));
    N(n);
    T(ioctl(s[0], 0x5411 /* TIOCOUTQ */, &n) >= 0 ? 0 : -1);
    T(recv(s[1], b, 64, MSG_WAITALL | MSG_DONTWAIT));
    pid_t k = CHILD({
        write(s[0], "abc", 3);
        ms(30);
        write(s[0], "defg", 4);
        ms(30);
        write(s[0], "hij", 3);
    });
    memset(b, 0, 64);
    T(recv(s[1], b, 10, MSG_WAITALL));
    STR(b);
    wait_show("writer", k);
    k = CHILD({
        write(s[0], "ab", 2);
        shutdown(s[0], SHUT_WR);
    });
    T(recv(s[1], b, 10, MSG_WAITALL));
    wait_show("writer", k);
    T(recv(s[1], b, 10, 0));
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    say("-- peek offsets");
    int off = 0;
    socklen_t l = sizeof off;
    T(getsockopt(s[1], SOL_SOCKET, 42 /* SO_PEEK_OFF */, &off, &l));
    N(off);
    off = 0;
    T(setsockopt(s[1], SOL_SOCKET, 42, &off, sizeof off));
    write(s[0], "0123456789", 10);
    memset(b, 0, 64);
    T(recv(s[1], b, 3, MSG_PEEK));
    T(recv(s[1], b + 3, 3, MSG_PEEK));
    STR(b);
    T(recv(s[1], b, 2, 0));
    T(getsockopt(s[1], SOL_SOCKET, 42, &off, &l));
    N(off);
    T(recv(s[1], b, 64, 0));
    say("-- flags that do not fit");
    T(send(s[0], "x", 1, MSG_EOR) >= 0 ? 0 : -1);
    T(send(s[0], "x", 1, 0x80000 /* unknown */) >= 0 ? 0 : -1);
    T(recv(s[1], b, 64, 0x80000) >= 0 ? 0 : -1);
    T(recv(s[1], b, 64, MSG_ERRQUEUE | MSG_DONTWAIT));
    T(send(s[0], "z", 1, MSG_MORE));
    T(recv(s[1], b, 64, MSG_NOSIGNAL | MSG_DONTWAIT));
    say("-- bad pointers");
    write(s[0], "keep", 4);
    BAD(p, sys(recvfrom, s[1], p, 4, MSG_DONTWAIT, NULL, NULL));
    T(sys(recvfrom, s[1], b, 4, MSG_DONTWAIT, NULL, NULL));
    BAD(p, sys(sendto, s[0], p, 4, MSG_DONTWAIT, NULL, 0));
    T(sys(sendto, 0, b, 4, 0, NULL, 0));
    T(sys(sendto, 99, b, 4, 0, NULL, 0));
    T(sys(recvfrom, 0, b, 4, 0, NULL, NULL));
}
