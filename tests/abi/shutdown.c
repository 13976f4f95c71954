// about: shutdown of local sockets, each way and kind, and what poll and the
// about: peer see
// calls: shutdown ppoll recvfrom sendto
#include "abi.h"

static void show(const char *n, int fd)
{
    struct pollfd p = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&p, 1, 0);
    printf("  %s:%s%s%s%s%s\n", n, p.revents & POLLIN ? " IN" : "",
           p.revents & POLLOUT ? " OUT" : "",
           p.revents & POLLRDHUP ? " RDHUP" : "",
           p.revents & POLLHUP ? " HUP" : "",
           p.revents & POLLERR ? " ERR" : "");
}
int main(void)
{
    static const int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    static const char *const kn[] = {"stream", "datagram", "seqpacket"},
                             *const hn[] = {"RD", "WR", "RDWR"};
    char b[8];
    int s[2];
    for (int k = 0; k < 3; k++)
        for (int h = 0; h < 3; h++) {
            say("-- %s SHUT_%s", kn[k], hn[h]);
            socketpair(AF_UNIX, kinds[k], 0, s);
            write(s[0], "a", 1);
            write(s[1], "b", 1);
            T(shutdown(s[0], h));
            show("self", s[0]);
            show("peer", s[1]);
            T(recv(s[0], b, 8, MSG_DONTWAIT));
            T(recv(s[0], b, 8, MSG_DONTWAIT));
            T(send(s[0], "c", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
            T(recv(s[1], b, 8, MSG_DONTWAIT));
            T(recv(s[1], b, 8, MSG_DONTWAIT));
            T(send(s[1], "d", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
            T(shutdown(s[0], h));
            close(s[0]);
            show("after close", s[1]);
            T(shutdown(s[1], SHUT_RDWR));
            close(s[1]);
        }
    say("-- refusals");
    int u = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0);
    T(shutdown(u, SHUT_RD));
    T(shutdown(d, SHUT_RD));
    T(shutdown(u, 3));
    T(shutdown(u, -1));
    T(shutdown(99, SHUT_RD));
    T(shutdown(0, SHUT_RD));
    say("-- a listener: waiting accepts and new connects");
    struct sockaddr_un a = {AF_UNIX, "s"};
    bind(u, (void *)&a, sizeof a);
    listen(u, 2);
    pid_t k = CHILD(_exit(accept(u, NULL, NULL) < 0 ? errno : 0));
    wait_asleep(k, k);
    T(shutdown(u, SHUT_RD));
    wait_show("accept", k);
    int c = socket(AF_UNIX, SOCK_STREAM, 0);
    T(connect(c, (void *)&a, sizeof a));
    say("-- a waiting reader wakes");
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    k = CHILD(_exit(read(s[0], b, 1)));
    wait_asleep(k, k);
    T(shutdown(s[1], SHUT_WR));
    wait_show("reader", k);
}
