// about: Descriptors in flight that nobody can reach any more are closed
// calls: sendmsg recvmsg socketpair close listen connect poll
#include "abi.h"

static int give(int s, const int *fd, int n)
{
    char buf[CMSG_SPACE(16 * sizeof(int))] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = buf,
                       .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(c), fd, n * sizeof(int));
    return sendmsg(s, &m, 0);
}
static int take(int s)
{
    char buf[CMSG_SPACE(sizeof(int))] = "", b;
    struct iovec v = {&b, 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = buf,
                       .msg_controllen = sizeof buf};
    if (recvmsg(s, &m, 0) < 0)
        return -1;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    return c ? *(int *)CMSG_DATA(c) : -1;
}
/*
 * Is the other end of the pipe gone? Linux looks when a socket is closed.
 * Waits long for what should go.
 */
static void look(const char *what, int rd, int turns)
{
    struct pollfd pf = {rd, POLLIN, 0};
    int found = 0, t[2];
    for (int i = 0; i < turns && !found; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, t);
        close(t[0]);
        close(t[1]);
        found = poll(&pf, 1, 25);
    }
    say("%s: %s", what, found && pf.revents & POLLHUP ? "gone" : "there");
}
static void gone(const char *what, int rd)
{
    look(what, rd, 2400);
}
static void stays(const char *what, int rd)
{
    look(what, rd, 6);
}
static int held(int s)
{
    int p[2];
    pipe(p);
    give(s, &p[1], 1);
    close(p[1]);
    return p[0];
}
int main(void)
{
    int a[2], b[2], c[2], rd;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, a);
    rd = held(a[0]);
    give(a[0], &a[1], 1);
    close(a[1]);
    close(a[0]);
    gone("one holds itself", rd);

    socketpair(AF_UNIX, SOCK_STREAM, 0, a);
    socketpair(AF_UNIX, SOCK_STREAM, 0, b);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, c);
    rd = held(a[0]);
    give(a[0], &b[1], 1);
    give(b[0], &c[1], 1);
    give(c[0], &a[1], 1);
    for (int i = 0; i < 2; i++)
        close(a[i]), close(b[i]);
    stays("three, one handle is left", rd);
    close(c[0]);
    stays("three, its peer is closed", rd);
    close(c[1]);
    gone("three, none", rd);

    say("-- reached through another queue");
    socketpair(AF_UNIX, SOCK_STREAM, 0, a);
    socketpair(AF_UNIX, SOCK_STREAM, 0, b);
    rd = held(a[0]);
    give(a[0], &a[1], 1);
    give(a[0], &a[0], 1);
    give(b[0], &a[1], 1);
    close(a[0]);
    close(a[1]);
    stays("sent to a living one", rd);
    int back = take(b[1]);
    Y(back >= 0);
    stays("received", rd);
    int x = take(back);
    Y(x >= 0);
    T(write(x, "y", 1));
    close(x);
    gone("its pipe taken out and closed", rd);
    close(back);

    say("-- not yet accepted");
    struct sockaddr_un u = {AF_UNIX, "l"};
    int l = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(l, (void *)&u, sizeof u);
    listen(l, 5);
    int k = socket(AF_UNIX, SOCK_STREAM, 0);
    T(connect(k, (void *)&u, sizeof u));
    rd = held(k);
    give(k, &l, 1);
    give(k, &k, 1);
    close(k);
    stays("listener open", rd);
    close(l);
    gone("listener closed", rd);

    say("-- a duplicate, a fork, an epoll set");
    socketpair(AF_UNIX, SOCK_STREAM, 0, a);
    rd = held(a[0]);
    give(a[0], &a[1], 1);
    int d = dup(a[1]);
    close(a[0]);
    close(a[1]);
    stays("dup", rd);
    int p[2];
    pipe(p);
    pid_t kid = CHILD({
        char ch;
        close(p[1]);
        read(p[0], &ch, 1);
    });
    close(p[0]);
    close(d);
    stays("in a child", rd);
    close(p[1]);
    wait_show("child", kid);
    gone("child gone", rd);

    say("-- a long chain");
    int first = -1, prev = -1;
    for (int i = 0; i < 300; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, a);
        if (i == 0) {
            rd = held(a[0]);
            first = dup(a[1]);
        }
        if (prev >= 0) {
            give(a[0], &prev, 1);
            close(prev);
        }
        prev = a[1];
        close(a[0]);
    }
    close(first);
    stays("held", rd);
    close(prev);
    gone("closed", rd);
    say("-- many at once");
    for (int i = 0; i < 100; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, a);
        give(a[0], a, 2);
        give(a[1], a, 2);
        if (i == 50)
            rd = held(a[0]);
        close(a[0]);
        close(a[1]);
    }
    gone("many", rd);
}
