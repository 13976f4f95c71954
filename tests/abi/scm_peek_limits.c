// about: peeking at several messages with handles; how many may be under way
// calls: sendmsg recvmsg socketpair setrlimit
// needs: user
#include "abi.h"

static long send_fds(int s, const char *text, int fd, int count)
{
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(8 * sizeof(int))];
    } u;
    struct iovec v = {(void *)text, strlen(text)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

    memset(&u, 0, sizeof u);
    u.h.cmsg_len = CMSG_LEN(count * sizeof(int));
    u.h.cmsg_level = SOL_SOCKET;
    u.h.cmsg_type = SCM_RIGHTS;
    if (count) {
        m.msg_control = &u;
        m.msg_controllen = CMSG_SPACE(count * sizeof(int));
        for (int i = 0; i < count; i++)
            memcpy(CMSG_DATA(&u.h) + i * sizeof fd, &fd, sizeof fd);
    }
    return sendmsg(s, &m, MSG_DONTWAIT);
}

static void receive(int s, const char *what, int flags)
{
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(16 * sizeof(int))];
    } u;
    char text[64] = "";
    struct iovec v = {text, sizeof text - 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = &u,
                       .msg_controllen = sizeof u};
    long n = recvmsg(s, &m, flags | MSG_DONTWAIT);
    int fds = 0;

    if (n >= 0 && m.msg_controllen >= sizeof u.h) {
        fds = (u.h.cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (int i = 0; i < fds; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(&u.h) + i * sizeof fd, sizeof fd);
            close(fd);
        }
    }
    say("%s: %ld \"%s\" with %d", what, n, text, fds);
}

static void peeks(void)
{
    int s[2];

    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    send_fds(s[0], "first", 0, 2);
    send_fds(s[0], "second", 0, 3);
    send_fds(s[0], "plain", 0, 0);
    for (int i = 0; i < 3; i++)
        receive(s[1], "peek", MSG_PEEK);
    receive(s[1], "take", 0);
    receive(s[1], "peek", MSG_PEEK);
    receive(s[1], "take", 0);
    receive(s[1], "take", 0);
    receive(s[1], "take", 0);
    close(s[0]);
    close(s[1]);
}

static void too_many(void)
{
    struct rlimit files = {24, 24};
    int s[2], n = 0;

    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    setrlimit(RLIMIT_NOFILE, &files);
    while (n < 100 && send_fds(s[0], "x", 0, 8) == 1)
        n++;
    say("messages of 8 handles: %d, then %s", n, errname(errno));
    T(send_fds(s[0], "x", 0, 0));
    receive(s[1], "take", 0);
    receive(s[1], "take", 0);
    T(send_fds(s[0], "x", 0, 1));
    close(s[1]);
    close(s[0]);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    T(send_fds(s[0], "x", 0, 8));
    close(s[0]);
    close(s[1]);
}

int main(void)
{
    peeks();
    too_many();
    return 0;
}
