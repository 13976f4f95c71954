// about: SCM_RIGHTS: passing handles, flags, truncation, order, chains, limits
// calls: sendmsg recvmsg socketpair
#include "abi.h"

static int sendfds(int s, const int *fd, int n, const char *data, int len)
{
    char c[CMSG_SPACE(300 * sizeof(int))];
    struct iovec v = {(void *)data, len};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = c,
                       .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    memset(c, 0, sizeof c);
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(h), fd, n * sizeof(int));
    return sys(sendmsg, s, &m, 0);
}
static int recvfds(int s, int *fd, int room, int fl)
{
    char c[CMSG_SPACE(300 * sizeof(int))], b[64];
    struct iovec v = {b, sizeof b};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = c,
                       .msg_controllen =
                           room < 0 ? 0 : CMSG_SPACE(room * sizeof(int))};
    int r = sys(recvmsg, s, &m, fl), n = 0;
    struct cmsghdr *h = r < 0 ? NULL : CMSG_FIRSTHDR(&m);
    if (h && h->cmsg_type == SCM_RIGHTS) {
        n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fd, CMSG_DATA(h), n * sizeof(int));
    }
    say("  got %d bytes (%s), %d handles%s", r, r < 0 ? errname(errno) : "ok",
        n, r >= 0 && m.msg_flags & MSG_CTRUNC ? ", control truncated" : "");
    return n;
}
int main(void)
{
    int s[2], fd[300], x[2], p[2];
    char b[64] = "";
    put("f", "file data");
    int f = open("f", O_RDONLY);
    lseek(f, 5, SEEK_SET);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    T(sendfds(s[0], &f, 1, "x", 1));
    recvfds(s[1], fd, 4, 0);
    T(fd[0]);
    T(read(fd[0], b, 64));
    STR(b);
    T(lseek(f, 0, SEEK_CUR));
    T(fcntl(fd[0], F_GETFD));
    close(fd[0]);
    sendfds(s[0], &f, 1, "x", 1);
    recvfds(s[1], fd, 4, MSG_CMSG_CLOEXEC);
    T(fcntl(fd[0], F_GETFD));
    close(fd[0]);
    say("-- several, in order");
    pipe(p);
    x[0] = p[0];
    x[1] = p[1];
    sendfds(s[0], x, 2, "x", 1);
    close(p[0]);
    close(p[1]);
    recvfds(s[1], fd, 4, 0);
    write(fd[1], "through", 7);
    T(read(fd[0], b, 64));
    close(fd[0]);
    close(fd[1]);
    say("-- no room, some room");
    x[0] = x[1] = f;
    sendfds(s[0], x, 2, "x", 1);
    recvfds(s[1], fd, -1, 0);
    sendfds(s[0], x, 2, "x", 1);
    int n = recvfds(s[1], fd, 1, 0);
    for (int i = 0; i < n; i++)
        close(fd[i]);
    say("-- read drops them");
    sendfds(s[0], x, 1, "abc", 3);
    T(read(s[1], b, 64));
    int nf = dup(0);
    N(nf);
    close(nf);
    say("-- a message with handles is not joined with the next");
    write(s[0], "one", 3);
    sendfds(s[0], x, 1, "two", 3);
    write(s[0], "three", 5);
    int k;
    while ((k = recvfds(s[1], fd, 4, MSG_DONTWAIT)) >= 0) {
        for (int i = 0; i < k; i++)
            close(fd[i]);
        struct pollfd pf = {s[1], POLLIN, 0};
        if (poll(&pf, 1, 0) == 0)
            break;
    }
    say("-- peeking makes copies");
    sendfds(s[0], x, 1, "p", 1);
    n = recvfds(s[1], fd, 4, MSG_PEEK);
    close(fd[0]);
    n = recvfds(s[1], fd, 4, 0);
    close(fd[0]);
    say("-- without data, bad handles, too many");
    T(sendfds(s[0], x, 1, "", 0));
    x[0] = 99;
    T(sendfds(s[0], x, 1, "x", 1));
    x[0] = -1;
    T(sendfds(s[0], x, 1, "x", 1));
    for (int i = 0; i < 300; i++)
        fd[i] = f;
    T(sendfds(s[0], fd, 253, "x", 1));
    T(sendfds(s[0], fd, 254, "x", 1));
    n = recvfds(s[1], fd, 300, 0);
    for (int i = 0; i < n; i++)
        close(fd[i]);
    say("-- the receiver's limit of handles");
    for (int i = 0; i < 20; i++)
        fd[i] = f;
    sendfds(s[0], fd, 20, "x", 1);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){12, 4096});
    n = recvfds(s[1], fd, 20, 0);
    for (int i = 0; i < n; i++)
        close(fd[i]);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){1024, 4096});
    say("-- a socket sent through itself, and a path handle");
    T(sendfds(s[0], &s[1], 1, "x", 1));
    recvfds(s[1], fd, 1, 0);
    close(fd[0]);
    int o = open("f", O_PATH);
    T(sendfds(s[0], &o, 1, "x", 1));
    recvfds(s[1], fd, 1, 0);
    T(read(fd[0], b, 1));
    close(fd[0]);
    say("-- in flight when both ends close: the pipe's reader sees the end");
    pipe(p);
    sendfds(s[0], &p[1], 1, "x", 1);
    close(p[1]);
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    T(read(p[0], b, 1));
    close(s[0]);
    close(s[1]);
    T(read(p[0], b, 1));
    say("-- a cycle of sockets in flight");
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    sendfds(s[0], &s[0], 1, "x", 1);
    sendfds(s[0], &s[1], 1, "x", 1);
    sendfds(s[0], &p[1], 1, "x", 1);
    close(p[1]);
    close(s[0]);
    close(s[1]);
    struct pollfd pf = {p[0], POLLIN, 0};
    /* Linux looks for such cycles when another socket is closed. */
    int found = 0;
    for (int i = 0; i < 1200 && !found; i++) {
        socketpair(AF_UNIX, SOCK_STREAM, 0, s);
        close(s[0]);
        close(s[1]);
        found = poll(&pf, 1, 50);
    }
    N(found);
    N(pf.revents);
}
