// about: SIGPIPE and EPIPE: pipes, sockets, MSG_NOSIGNAL, ignored and blocked
// calls: write sendto
#include "abi.h"

int main(void)
{
    int p[2], s[2];
    pipe(p);
    close(p[0]);
    RUN("default", write(p[1], "x", 1));
    RUN("ignored", {
        signal(SIGPIPE, SIG_IGN);
        T(write(p[1], "x", 1));
        T(write(p[1], "x", 0));
        T(writev(p[1], &(struct iovec){"x", 1}, 1));
    });
    RUN("blocked", {
        sigprocmask(SIG_BLOCK, SIGS(SIGPIPE), NULL);
        T(write(p[1], "x", 1));
        sigset_t q;
        sigpending(&q);
        N(sigismember(&q, SIGPIPE));
    });
    RUN("caught", {
        set_handler(SIGPIPE, no_handler, SA_RESTART);
        T(write(p[1], "x", 1));
    });
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    close(s[1]);
    RUN("socket write", write(s[0], "x", 1));
    RUN("socket send", send(s[0], "x", 1, 0));
    RUN("MSG_NOSIGNAL", T(send(s[0], "x", 1, MSG_NOSIGNAL)));
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    RUN("shut down", {
        T(shutdown(s[0], SHUT_WR));
        T(send(s[0], "x", 1, MSG_NOSIGNAL));
        write(s[0], "x", 1);
    });
    socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
    close(s[1]);
    RUN("datagram", T(write(s[0], "x", 1)));
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s);
    close(s[1]);
    RUN("seqpacket", T(write(s[0], "x", 1)));
    int u = socket(AF_UNIX, SOCK_STREAM, 0);
    RUN("not connected", T(write(u, "x", 1)));
    RUN("a reader leaves while the writer waits", {
        int q[2];
        static char b[200000];
        pipe(q);
        pid_t k = CHILD(close(q[1]); wait_asleep(getppid(), getppid()));
        close(q[0]);
        signal(SIGPIPE, SIG_IGN);
        T(write(q[1], b, sizeof b));
        waitpid(k, NULL, 0);
        T(write(q[1], b, sizeof b));
    });
}
