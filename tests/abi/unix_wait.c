// about: Waiting on local sockets: a full stream, a full datagram queue,
// about: connect with a full backlog, timeouts, interrupts
// calls: sendto recvfrom connect accept4 setsockopt
#include "abi.h"

static char b[400000];
int main(void)
{
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    struct timeval tv = {0, 50000};
    setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    long n = send(s[0], b, sizeof b, 0);
    Y(n > 0 && n < (long)sizeof b);
    T(send(s[0], b, 1000, 0));
    T(send(s[0], b, 1000, MSG_DONTWAIT));
    pid_t k = CHILD({
        close(s[1]);
        tv.tv_sec = 1000;
        setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
        T(send(s[0], b, 100000, 0));
    });
    long got = 0;
    close(s[0]);
    int r;
    while ((r = recv(s[1], b, 50000, 0)) > 0)
        got += r;
    Y(got == n + 100000);
    wait_show("sender", k);
    say("-- datagrams");
    struct sockaddr_un a = {AF_UNIX, "d"};
    int d = socket(AF_UNIX, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(d, (void *)&a, sizeof a);
    connect(u, (void *)&a, sizeof a);
    int i = 0;
    while (send(u, "x", 1, MSG_DONTWAIT) == 1)
        i++;
    Y(i >= 1 && i < 1000);
    k = CHILD(_exit(send(u, "y", 1, 0) == 1 ? 3 : errno));
    wait_asleep(k, k);
    recv(d, b, 10, 0);
    wait_show("sender", k);
    setsockopt(u, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 30000},
               sizeof tv);
    T(send(u, "z", 1, 0));
    k = CHILD({
        signal(SIGPIPE, SIG_IGN);
        setsockopt(u, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){1000, 0},
                   sizeof tv);
        close(d);
        _exit(send(u, "y", 1, 0) == 1 ? 3 : errno == ECONNREFUSED ? 4 : errno);
    });
    wait_asleep(k, k);
    close(d);
    wait_show("the receiver closes", k);
    say("-- connect");
    struct sockaddr_un l = {AF_UNIX, "l"};
    int ls = socket(AF_UNIX, SOCK_STREAM, 0), c[3];
    bind(ls, (void *)&l, sizeof l);
    listen(ls, 0);
    c[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c[0], (void *)&l, sizeof l);
    c[1] = socket(AF_UNIX, SOCK_STREAM, 0);
    setsockopt(c[1], SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 30000},
               sizeof tv);
    T(connect(c[1], (void *)&l, sizeof l));
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        int x = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(x, (void *)&l, sizeof l));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("interrupted", k);
    k = CHILD({
        close(ls);
        int x = socket(AF_UNIX, SOCK_STREAM, 0);
        _exit(connect(x, (void *)&l, sizeof l)
                  ? errno == ECONNREFUSED ? 4 : errno
                  : 0);
    });
    wait_asleep(k, k);
    close(ls);
    wait_show("the listener closes", k);
    setsockopt(ls, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    ls = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink("l");
    bind(ls, (void *)&l, sizeof l);
    listen(ls, 1);
    setsockopt(ls, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 30000},
               sizeof tv);
    T(accept(ls, NULL, NULL));
}
