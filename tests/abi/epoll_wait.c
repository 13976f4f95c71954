// about: epoll waiting: timeouts, signal masks, wake-ups by other processes,
// about: many waiters
// calls: epoll_pwait epoll_pwait2
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
static volatile int got;
static void h(int s)
{
    got++;
}
int main(void)
{
    struct epoll_event o[4], e = {EPOLLIN, {0}};
    int ep = epoll_create1(0), ev = eventfd(0, EFD_NONBLOCK);
    uint64_t v = 1, none = 0;
    epoll_ctl(ep, EPOLL_CTL_ADD, ev, &e);
    long long a = now_ms();
    T(epoll_wait(ep, o, 4, 30));
    Y(now_ms() - a >= 30);
    struct timespec ts = {0, 20000000};
    a = now_ms();
    T(sys(epoll_pwait2, ep, o, 4, &ts, NULL, 8));
    Y(now_ms() - a >= 20);
    pid_t k = CHILD({
        ms(30);
        write(ev, &v, 8);
    });
    T(epoll_wait(ep, o, 4, -1));
    wait_show("writer", k);
    read(ev, &v, 8);
    set_handler(SIGUSR1, h, SA_RESTART);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    raise(SIGUSR1);
    T(epoll_wait(ep, o, 4, 10));
    N(got);
    T(sys(epoll_pwait, ep, o, 4, 60000, &none, 8));
    N(got);
    sigset_t m;
    sigprocmask(0, NULL, &m);
    N(sigismember(&m, SIGUSR1));
    v = 1;
    write(ev, &v, 8);
    raise(SIGUSR1);
    T(sys(epoll_pwait, ep, o, 4, 60000, &none, 8));
    N(got);
    read(ev, &v, 8);
    T(sys(epoll_pwait, ep, o, 4, 0, &none, 8));
    N(got);
    say("-- level-triggered: all waiters wake; they see it until it is read");
    pid_t w[3];
    for (int i = 0; i < 3; i++) {
        w[i] = CHILD({
            sigprocmask(SIG_UNBLOCK, SIGS(SIGUSR1), NULL);
            _exit(epoll_wait(ep, o, 4, 1000000));
        });
        wait_asleep(w[i], w[i]);
    }
    v = 1;
    write(ev, &v, 8);
    for (int i = 0; i < 3; i++)
        wait_show("waiter", w[i]);
    read(ev, &v, 8);
    say("-- edge-triggered: one edge, one waiter");
    e.events = EPOLLIN | EPOLLET;
    epoll_ctl(ep, EPOLL_CTL_MOD, ev, &e);
    for (int i = 0; i < 3; i++) {
        w[i] = CHILD(_exit(epoll_wait(ep, o, 4, 1000000)));
        wait_asleep(w[i], w[i]);
    }
    v = 1;
    write(ev, &v, 8);
    int st, sum = 0;
    waitpid(-1, &st, 0);
    sum += WEXITSTATUS(st);
    for (int i = 0; i < 3; i++) {
        /* Whoever else was woken ends as well. */
        wait_asleep(w[i], w[i]);
        kill(w[i], SIGKILL);
        if (waitpid(w[i], &st, 0) > 0)
            sum += WIFEXITED(st);
    }
    N(sum);
}
