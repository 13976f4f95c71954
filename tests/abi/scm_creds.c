// about: SCM_CREDENTIALS, SO_PASSCRED, SO_PEERCRED: who is named, who may lie
// calls: sendmsg recvmsg getsockopt setsockopt
#include "abi.h"

static int sendcred(int s, int pid, int uid, int gid)
{
    char c[CMSG_SPACE(12)];
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = c,
                       .msg_controllen = sizeof c};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    memset(c, 0, sizeof c);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_CREDENTIALS;
    h->cmsg_len = CMSG_LEN(12);
    memcpy(CMSG_DATA(h), (int[3]){pid, uid, gid}, 12);
    return sendmsg(s, &m, 0);
}
static void get_(int s, int from)
{
    char c[256], b[8];
    struct iovec v = {b, 8};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = c,
                       .msg_controllen = sizeof c};
    int r = recvmsg(s, &m, MSG_DONTWAIT);
    struct cmsghdr *h = r < 0 ? NULL : CMSG_FIRSTHDR(&m);
    if (h && h->cmsg_type == SCM_CREDENTIALS) {
        struct ucred u;
        memcpy(&u, CMSG_DATA(h), sizeof u);
        say("  %d bytes, pid %s uid %d gid %d", r,
            (int)u.pid == from ? "right"
            : u.pid == 0       ? "0"
                               : "other",
            (int)u.uid, (int)u.gid);
    } else
        say("  %d bytes (%s), no credentials", r,
            r < 0 ? errname(errno) : "ok");
}
static void peer(int s, int who)
{
    struct ucred u = {-7, -7, -7};
    socklen_t l = sizeof u;
    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &l))
        say("peer: %s", errname(errno));
    else
        say("peer: pid %s uid %d gid %d length %d",
            (int)u.pid == who ? "right"
            : u.pid == 0      ? "0"
                              : "other",
            (int)u.uid, (int)u.gid, (int)l);
}
int main(void)
{
    int s[2], on = 1, me = getpid();
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    send(s[0], "x", 1, 0);
    get_(s[1], me);
    T(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    send(s[0], "x", 1, 0);
    get_(s[1], me);
    T(sendcred(s[0], me, 0, 0));
    get_(s[1], me);
    T(sendcred(s[0], 1, 5, 6));
    get_(s[1], 1);
    T(sendcred(s[0], 9999999, 5, 6));
    T(sendcred(s[0], me, -1, 6));
    RUN("child", {
        send(s[0], "x", 1, 0);
        get_(s[1], getpid());
        become_user();
        send(s[0], "x", 1, 0);
        get_(s[1], getpid());
        T(sendcred(s[0], getpid(), 1000, 1000));
        get_(s[1], getpid());
        T(sendcred(s[0], getpid(), 0, 1000));
        T(sendcred(s[0], getpid(), 1000, 0));
        T(sendcred(s[0], getppid(), 1000, 1000));
    });
    say("-- the peer's credentials are those of the moment of connecting");
    peer(s[0], me);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    peer(s[0], me);
    struct sockaddr_un a = {AF_UNIX, "s"};
    int l = socket(AF_UNIX, SOCK_STREAM, 0);
    peer(l, 0);
    bind(l, (void *)&a, sizeof a);
    listen(l, 5);
    chmod("s", 0777);
    chmod(".", 0777);
    int c = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c, (void *)&a, sizeof a);
    peer(c, me);
    int go[2];
    char ch;
    pipe(go);
    pid_t k = CHILD({
        become_user();
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        connect(d, (void *)&a, sizeof a);
        read(go[0], &ch, 1);
    });
    close(accept(l, NULL, NULL));
    int n = accept(l, NULL, NULL);
    peer(n, k);
    write(go[1], "x", 1);
    wait_show("child", k);
    peer(n, k);
    say("-- one needs write permission to connect");
    chmod("s", 0700);
    RUN("user", {
        become_user();
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(d, (void *)&a, sizeof a));
    });
    chmod("s", 0722);
    RUN("user", {
        become_user();
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(d, (void *)&a, sizeof a));
    });
}
