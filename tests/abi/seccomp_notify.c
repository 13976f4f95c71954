// about: seccomp: a listener answers calls: values, errors, going on, handles;
// about: its death and that of the one who asks
// calls: seccomp ioctl poll
#include "abi.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

static int install(int flags)
{
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog p = {5, f};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return sys(seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static void send_fd(int s, int fd)
{
    char c = 'x', b[CMSG_SPACE(4)] = "";
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = b,
                       .msg_controllen = sizeof b};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(4);
    memcpy(CMSG_DATA(h), &fd, 4);
    sendmsg(s, &m, 0);
}

static int get_fd(int s)
{
    char c, b[CMSG_SPACE(4)] = "";
    struct iovec v = {&c, 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = b,
                       .msg_controllen = sizeof b};
    int fd = -1;
    if (recvmsg(s, &m, 0) == 1 && CMSG_FIRSTHDR(&m))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), 4);
    return fd;
}

static struct seccomp_notif n;
static struct seccomp_notif_resp r;

static void next(int l)
{
    memset(&n, 0, sizeof n);
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, &n));
    say("getppid %d mkdirat %d, some pid %d, arg0 %lld",
        n.data.nr == SYS_getppid, n.data.nr == SYS_mkdirat, n.pid > 0,
        n.data.nr == SYS_getppid ? (long long)n.data.args[0] : 0);
    r = (struct seccomp_notif_resp){.id = n.id};
}

int main(void)
{
    int sp[2], st;
    struct pollfd pfd;
    struct seccomp_notif_sizes sizes = {0};
    T(sys(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
    say("%d %d %d", sizes.seccomp_notif, sizes.seccomp_notif_resp,
        sizes.seccomp_data);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sp);
    pid_t k = CHILD({
        int l = install(SECCOMP_FILTER_FLAG_NEW_LISTENER);
        send_fd(sp[1], l);
        close(l);
        /* Said when the parent has said what it saw. */
        char go;
        long value = sys(getppid, 5);
        read(sp[1], &go, 1);
        say("sys(getppid, 5): %ld", value);
        T(sys(getppid, 6));
        T(sys(getppid, 7) > 1);
        value = sys(getppid, 8);
        int error = errno;
        read(sp[1], &go, 1);
        say("sys(getppid, 8): %ld %s", value, errname(error));
        T(sys(getppid, 9));
        char c = 0;
        int fd = sys(getppid, 10);
        N(fd);
        T(read(fd, &c, 1));
        say("%c", c);
        T(install(SECCOMP_FILTER_FLAG_NEW_LISTENER));
        T(sys(getppid, 11));
        T(sys(getppid, 12));
    });
    int l = get_fd(sp[0]);
    N(l > 2);
    fflush(stdout);
    next(l);
    pfd = (struct pollfd){l, POLLIN | POLLOUT, 0};
    poll(&pfd, 1, 0);
    N(pfd.revents);
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
    r.val = 1234;
    r.flags = 8;
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r));
    r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r));
    r.flags = 0;
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r));
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r) == -1 &&
      (errno == ENOENT || errno == EINPROGRESS));
    fflush(stdout);
    write(sp[0], "x", 1);
    next(l);
    r.error = -EXDEV;
    ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r);
    next(l);
    r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r);
    next(l);
    r.error = -ENOSYS;
    ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r);
    n.id = 1;
    say("not zeroed, or of nobody");
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, &n));
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_SEND,
            &(struct seccomp_notif_resp){.id = 77}));
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &(uint64_t){77}));
    T(ioctl(l, 0x12345, 0));
    T(read(l, &n, 1));
    fflush(stdout);
    write(sp[0], "x", 1);
    next(l);
    put("f", "z");
    int fd = open("f", O_RDONLY);
    struct seccomp_notif_addfd a = {.id = n.id, .srcfd = fd, .newfd = 40};
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
    a.flags = SECCOMP_ADDFD_FLAG_SETFD;
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
    a.srcfd = 99;
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
    r.val = 40;
    ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r);
    next(l);
    r.val = 40;
    ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, &r);
    fflush(stdout);
    next(l);
    close(l);
    fflush(stdout);
    wait_show("child", k);
    say("-- who asks is killed, or gets a signal");
    k = CHILD({
        int l2 = install(SECCOMP_FILTER_FLAG_NEW_LISTENER);
        send_fd(sp[1], l2);
        close(l2);
        set_handler(SIGUSR1, no_handler, 0);
        T(sys(getppid));
        sys(getppid);
    });
    l = get_fd(sp[0]);
    fflush(stdout);
    next(l);
    kill(k, SIGUSR1);
    uint64_t first = n.id;
    next(l);
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &first));
    kill(k, SIGKILL);
    wait_show("child", k);
    T(ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
    pfd = (struct pollfd){l, POLLIN, 0};
    T(poll(&pfd, 1, 60000));
    N(pfd.revents);
}
