// about: POSIX message queues: order by priority, waiting, timeouts, signals,
// about: poll and epoll, notification
// calls: mq_timedsend mq_timedreceive mq_notify ppoll epoll_pwait
#include "abi.h"

#include <sys/epoll.h>

struct at {
    long flags, maxmsg, msgsize, cur, res[4];
};
static int q;

static long snd(const char *text, unsigned priority)
{
    return sys(mq_timedsend, q, text, strlen(text), priority, NULL);
}

static void rcv(void)
{
    char b[17] = "";
    unsigned pr;
    errno = 0;
    long n = sys(mq_timedreceive, q, b, 16, &pr, NULL);
    if (n < 0)
        say("receive: %s", errname(errno));
    else
        say("receive: %ld \"%s\" %u", n, b, pr);
}

static void ready(const char *what)
{
    struct pollfd p = {q, POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM, 0};
    poll(&p, 1, 0);
    say("%s: %x", what, p.revents);
}

static void handler(int s)
{
}

static struct timespec in_ms(int n)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += n * 1000000L;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC));
    struct at a = {0, 4, 16};
    q = T(sys(mq_open, "q", O_RDWR | O_CREAT, 0600, &a));
    say("-- order");
    ready("empty");
    T(snd("a", 0));
    T(snd("b", 32767));
    T(snd("c", 5));
    ready("three");
    T(snd("d", 5));
    ready("full");
    T(snd("e", 32768));
    for (int i = 0; i < 4; i++)
        rcv();
    T(snd("", 0));
    rcv();
    char b[32];
    T(sys(mq_timedreceive, q, b, 15, NULL, NULL));
    T(sys(mq_timedsend, q, b, 17, 0, NULL));
    BAD(p, sys(mq_timedsend, q, p, 4, 0, NULL));
    snd("lost", 0);
    T(sys(mq_timedreceive, q, 8, 16, NULL, NULL));
    snd("lost", 0);
    T(sys(mq_timedreceive, q, b, 16, 8, NULL));
    BAD(p, sys(mq_timedsend, q, "x", 1, 0, p) ? -1 : (rcv(), 0));

    say("-- timeouts");
    struct timespec ts = in_ms(30), bad = {0, 1000000000}, neg = {-1, 0},
                    zero = {0, 0};
    T(sys(mq_timedreceive, q, b, 16, NULL, &ts));
    T(sys(mq_timedreceive, q, b, 16, NULL, &zero));
    T(sys(mq_timedreceive, q, b, 16, NULL, &bad));
    T(sys(mq_timedreceive, q, b, 16, NULL, &neg));
    T(sys(mq_timedreceive, 99, b, 16, NULL, &bad));
    for (int i = 0; i < 4; i++)
        snd("full", i);
    ts = in_ms(30);
    T(sys(mq_timedsend, q, "x", 1, 0, &ts));
    T(sys(mq_timedsend, q, "x", 1, 0, &bad));
    T(sys(mq_timedsend, q, "x", 1, 40000, &bad));
    T(sys(mq_timedsend, 99, "x", 1, 40000, NULL));
    T(sys(mq_timedsend, 0, "x", 1, 1, NULL));

    say("-- senders");
    pid_t k[3];
    for (int i = 0; i < 3; i++) {
        char text[2] = {'x' + i, 0};
        k[i] = CHILD(_exit(snd(text, i == 1 ? 9 : 0) ? errno : 0));
        wait_asleep(k[i], k[i]);
    }
    rcv();
    wait_show("first", k[0]);
    rcv();
    wait_show("second", k[1]);
    rcv();
    wait_show("third", k[2]);
    for (int i = 0; i < 4; i++)
        rcv();

    say("-- receivers");
    for (int i = 0; i < 2; i++) {
        k[i] = CHILD(rcv());
        wait_asleep(k[i], k[i]);
    }
    snd("one", 1);
    wait_show("first", k[0]);
    snd("two", 2);
    wait_show("second", k[1]);
    for (int restart = 0; restart < 2; restart++) {
        k[0] = CHILD({
            set_handler(SIGUSR1, handler, restart ? SA_RESTART : 0);
            rcv();
        });
        wait_asleep(k[0], k[0]);
        kill(k[0], SIGUSR1);
        wait_asleep(k[0], k[0]);
        if (restart)
            snd("at last", 0);
        wait_show(restart ? "restarted" : "interrupted", k[0]);
    }
    k[0] = CHILD(rcv());
    wait_asleep(k[0], k[0]);
    kill(k[0], SIGKILL);
    wait_show("killed", k[0]);
    T(snd("for nobody", 0));
    rcv();
    k[0] = CHILD(rcv());
    wait_asleep(k[0], k[0]);
    T(sys(mq_unlink, "q"));
    snd("no name", 0);
    wait_show("unlinked", k[0]);

    say("-- epoll");
    int ep = epoll_create1(0);
    struct epoll_event e = {EPOLLIN | EPOLLET};
    T(epoll_ctl(ep, EPOLL_CTL_ADD, q, &e));
    T(epoll_wait(ep, &e, 1, 0));
    T(snd("x", 0));
    T(epoll_wait(ep, &e, 1, 60000));
    T(epoll_wait(ep, &e, 1, 0));
    T(snd("y", 0));
    T(epoll_wait(ep, &e, 1, 60000));
    rcv();
    rcv();
    k[0] = CHILD({
        struct pollfd p = {q, POLLIN, 0};
        T(poll(&p, 1, 60000));
    });
    wait_asleep(k[0], k[0]);
    snd("z", 0);
    wait_show("poller", k[0]);
    rcv();

    say("-- notification");
    siginfo_t si;
    ts = (struct timespec){60, 0};
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
                          .sigev_signo = SIGUSR1,
                          .sigev_value.sival_int = 77};
    T(sys(mq_notify, q, &ev));
    k[0] = CHILD(T(snd("m", 0)));
    wait_show("child sends", k[0]);
    T(sigtimedwait(SIGS(SIGUSR1), &si, &ts) == SIGUSR1 ? 0 : -1);
    say("code %d value %d uid %d errno %d", si.si_code, si.si_value.sival_int,
        si.si_uid, si.si_errno);
    Y(si.si_pid == k[0]);
    T(snd("once only", 0));
    T(sigtimedwait(SIGS(SIGUSR1), &si, &zero));
    T(sys(mq_notify, q, &ev));
    T(snd("not empty", 0));
    T(sigtimedwait(SIGS(SIGUSR1), &si, &zero));
    rcv();
    rcv();
    rcv();
    T(snd("now", 0));
    T(sigtimedwait(SIGS(SIGUSR1), &si, &ts) == SIGUSR1 ? 0 : -1);
    rcv();
    T(sys(mq_notify, q, &ev));
    k[0] = CHILD(rcv());
    wait_asleep(k[0], k[0]);
    snd("to him who waits", 0);
    wait_show("receiver", k[0]);
    T(sigtimedwait(SIGS(SIGUSR1), &si, &zero));
    T(sys(mq_notify, q, &ev));
    RUN("child", T(sys(mq_notify, q, NULL)));
    T(sys(mq_notify, q, NULL));
    T(sys(mq_notify, q, NULL));
    RUN("its end ends it", T(sys(mq_notify, q, &ev)));
    T(sys(mq_notify, q, &ev));
    T(sys(mq_notify, q, NULL));
    ev.sigev_signo = 65;
    T(sys(mq_notify, q, &ev));
    ev.sigev_signo = -1;
    T(sys(mq_notify, q, &ev));
    ev.sigev_notify = 3;
    T(sys(mq_notify, q, &ev));
    ev.sigev_signo = 0;
    ev.sigev_notify = SIGEV_SIGNAL;
    T(sys(mq_notify, q, &ev));
    T(snd("nothing happens", 0));
    T(sys(mq_notify, q, &ev));
    T(sys(mq_notify, 0, &ev));
    T(sys(mq_notify, 99, NULL));
    BAD(p, sys(mq_notify, q, p));
    ev.sigev_notify = SIGEV_THREAD;
    ev.sigev_signo = 0;
    T(sys(mq_notify, q, &ev));
    ev.sigev_value.sival_ptr = b;
    T(sys(mq_notify, q, &ev));
    ev.sigev_signo = 99;
    T(sys(mq_notify, q, &ev));
    int sv[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    ev.sigev_signo = sv[0];
    T(sys(mq_notify, q, &ev));
}
