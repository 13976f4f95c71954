// about: Non-blocking connect, poll and SO_ERROR on local streams; accept
// about: order; peers that vanish
// calls: connect accept4 ppoll getsockopt
#include "abi.h"

static int err(int s)
{
    int e = -1;
    socklen_t l = sizeof e;
    getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &l);
    return e;
}
int main(void)
{
    struct sockaddr_un a = {AF_UNIX, "s"};
    int l = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), c[4];
    T(accept(l, NULL, NULL));
    bind(l, (void *)&a, sizeof a);
    listen(l, 8);
    T(accept(l, NULL, NULL));
    for (int i = 0; i < 4; i++) {
        c[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        T(connect(c[i], (void *)&a, sizeof a));
        char ch = 'a' + i;
        write(c[i], &ch, 1);
        struct pollfd p = {c[i], POLLOUT, 0};
        poll(&p, 1, 0);
        say("%x error %s", p.revents, errname(err(c[i])));
    }
    struct pollfd p = {l, POLLIN, 0};
    T(poll(&p, 1, 0));
    close(c[1]);
    for (int i = 0; i < 4; i++) {
        char ch = '?';
        int s = accept(l, NULL, NULL);
        int n = recv(s, &ch, 1, MSG_DONTWAIT);
        char more;
        int m = recv(s, &more, 1, MSG_DONTWAIT);
        say("%d %c then %d %s", n, ch, m, m < 0 ? errname(errno) : "0");
        close(s);
    }
    T(accept(l, NULL, NULL));
    char b[8];
    T(read(c[0], b, 8));
    T(send(c[0], "x", 1, MSG_NOSIGNAL));
    say("error %s", errname(err(c[0])));
    say("-- closing with unread data resets the peer");
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(s[0], "unread", 6);
    write(s[1], "back", 4);
    close(s[1]);
    T(read(s[0], b, 8));
    T(read(s[0], b, 8));
    T(read(s[0], b, 8));
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(s[0], "unread", 6);
    close(s[1]);
    struct pollfd q = {s[0], POLLIN | POLLOUT | POLLRDHUP, 0};
    poll(&q, 1, 0);
    say("poll %x error %s", q.revents, errname(err(s[0])));
    T(read(s[0], b, 8));
    say("-- a refused connection leaves the socket usable");
    int r = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un no = {AF_UNIX, "nobody"};
    T(connect(r, (void *)&no, sizeof no));
    T(connect(r, (void *)&a, sizeof a));
    T(write(r, "ok", 2));
}
