// about: ids that cross user and PID namespaces: SO_PEERCRED, SCM_CREDENTIALS,
// about: siginfo, wait status
// calls: sendmsg recvmsg getsockopt rt_sigqueueinfo waitid clone
#include "abi.h"

static int w(int pid, const char *f, const char *t)
{
    char p[64];
    snprintf(p, 64, "/proc/%d/%s", pid, f);
    int fd = open(p, O_WRONLY);
    int r = write(fd, t, strlen(t)) < 0;
    close(fd);
    return r;
}
static void sendcred(int s, int pid, int uid, int gid)
{
    char buf[CMSG_SPACE(sizeof(struct ucred))] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = buf,
                       .msg_controllen = sizeof buf};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof(struct ucred));
    *(struct ucred *)CMSG_DATA(c) = (struct ucred){pid, uid, gid};
    T(sendmsg(s, &m, 0));
}
static struct ucred recvcred(int s)
{
    char buf[CMSG_SPACE(sizeof(struct ucred))] = "", b;
    struct iovec v = {&b, 1};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = buf,
                       .msg_controllen = sizeof buf};
    struct ucred none = {-2, -2, -2};
    if (recvmsg(s, &m, 0) < 0)
        return none;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    return c ? *(struct ucred *)CMSG_DATA(c) : none;
}
int main(void)
{
    int s[2], one = 1, go[2], done[2];
    char c;
    pipe(go);
    pipe(done);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    setsockopt(s[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
    setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGUSR2, SIGCHLD), NULL);
    fflush(stdout);
    pid_t k =
        raw_clone(CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, 0, NULL, NULL, 0);
    if (!k) {
        read(go[0], &c, 1);
        say("%d %d %d", getpid(), getuid(), getgid());
        struct ucred u;
        socklen_t n = sizeof u;
        T(getsockopt(s[1], SOL_SOCKET, SO_PEERCRED, &u, &n));
        say("peer %d %d %d", u.pid, u.uid, u.gid);
        sendcred(s[1], getpid(), 0, 0);
        sendcred(s[1], getpid(), 5, 6);
        sendcred(s[1], getpid(), 500, 6);
        sendcred(s[1], getpid(), 5, 600);
        sendcred(s[1], 2, 5, 6);
        write(s[1], "x", 1);
        T(setresgid(3, 3, 3));
        T(setresuid(4, 4, 4));
        write(s[1], "x", 1);
        write(done[1], "x", 1);
        siginfo_t si;
        T(sigwaitinfo(SIGS(SIGUSR1), &si));
        say("from %d %d code %d", si.si_pid, si.si_uid, si.si_code);
        T(sigwaitinfo(SIGS(SIGUSR2), &si));
        say("from %d %d code %d", si.si_pid, si.si_uid, si.si_code);
        u = recvcred(s[1]);
        say("got %d %d %d", u.pid, u.uid, u.gid);
        T(kill(getppid(), SIGUSR1));
        fflush(stdout);
        _exit(3);
    }
    w(k, "uid_map", "0 10000 100");
    w(k, "gid_map", "0 20000 100");
    write(go[1], "x", 1);
    read(done[0], &c, 1);
    for (int i = 0; i < 4; i++) {
        struct ucred u = recvcred(s[0]);
        say("%s %d %d", u.pid == k ? "it" : "other", u.uid, u.gid);
    }
    kill(k, SIGUSR1);
    sigqueue(k, SIGUSR2, (union sigval){.sival_int = 5});
    write(s[0], "x", 1);
    siginfo_t si;
    T(sigwaitinfo(SIGS(SIGCHLD), &si));
    say("%s %d %d", si.si_pid == k ? "it" : "other", si.si_uid, si.si_status);
    T(waitid(P_PID, k, &si, WEXITED));
    say("%s %d %d", si.si_pid == k ? "it" : "other", si.si_uid, si.si_status);
}
