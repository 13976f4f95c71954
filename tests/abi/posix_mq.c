// about: POSIX message queues: attributes, priorities, full and empty,
// about: notification, names
// calls: mq_open mq_timedsend mq_timedreceive mq_getsetattr mq_notify
// calls: mq_unlink
#include "abi.h"

struct at {
    long flags, maxmsg, msgsize, cur, res[4];
};
int main(void)
{
    struct at a = {0, 3, 16, 0, {0}}, g;
    char b[64];
    unsigned pr;
    T(sys(mq_open, "abi-q", O_RDWR, 0600, NULL));
    int q = T(sys(mq_open, "abi-q", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &a));
    if (q < 0)
        return 0;
    T(sys(mq_open, "abi-q", O_RDWR | O_CREAT | O_EXCL, 0600, &a));
    T(sys(mq_open, "/abi-q", O_RDWR, 0600, NULL));
    T(sys(mq_open, "", O_RDWR, 0600, NULL));
    T(sys(mq_open, "a/b", O_RDWR | O_CREAT, 0600, NULL));
    struct at bad = {0, 0, 16, 0, {0}};
    T(sys(mq_open, "abi-r", O_RDWR | O_CREAT, 0600, &bad));
    T(sys(mq_getsetattr, q, NULL, &g));
    say("flags %s max %ld size %ld now %ld", oflags(g.flags), g.maxmsg,
        g.msgsize, g.cur);
    T(sys(mq_timedreceive, q, b, 16, &pr, NULL));
    T(sys(mq_timedsend, q, "low", 3, 1, NULL));
    T(sys(mq_timedsend, q, "high", 4, 9, NULL));
    T(sys(mq_timedsend, q, "low2", 4, 1, NULL));
    T(sys(mq_timedsend, q, "x", 1, 1, NULL));
    T(sys(mq_timedsend, q, "x", 17, 1, NULL));
    T(sys(mq_timedsend, q, "x", 1, 40000, NULL));
    struct pollfd p = {q, POLLIN | POLLOUT, 0};
    poll(&p, 1, 0);
    N(p.revents);
    T(sys(mq_timedreceive, q, b, 15, &pr, NULL));
    for (int i = 0; i < 3; i++) {
        long n = T(sys(mq_timedreceive, q, b, 16, &pr, NULL));
        say("%.*s %u", (int)n, b, pr);
    }
    poll(&p, 1, 0);
    N(p.revents);
    a = (struct at){0, 0, 0, 0, {0}};
    T(sys(mq_getsetattr, q, &a, &g));
    struct timespec past = {0, 0};
    T(sys(mq_timedreceive, q, b, 16, &pr, &past));
    struct {
        union sigval v;
        int signo, notify, pad[12];
    } ev = {.v.sival_int = 3, .signo = SIGUSR1, .notify = SIGEV_SIGNAL};
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    T(sys(mq_notify, q, &ev));
    T(sys(mq_notify, q, &ev));
    T(sys(mq_timedsend, q, "n", 1, 1, NULL));
    siginfo_t si;
    T(sigwaitinfo(SIGS(SIGUSR1), &si));
    say("code %d value %d", si.si_code, si.si_value.sival_int);
    T(read(q, b, 64) > 0 ? 0 : -1);
    T(sys(mq_unlink, "abi-q"));
    T(sys(mq_unlink, "abi-q"));
    T(sys(mq_timedreceive, q, b, 16, NULL, NULL));
    T(sys(mq_timedreceive, 0, b, 16, NULL, NULL));
    BAD(x, sys(mq_open, x, O_RDWR, 0, NULL));
}
