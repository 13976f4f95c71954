// about: What a signal leaves of a transfer that was partly done; remaining
// about: time of nanosleep
// calls: read write nanosleep clock_nanosleep sendto
#include "abi.h"

int main(void)
{
    int p[2], sv[2];
    static char b[300000];
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    for (int restart = 0; restart < 2; restart++) {
        pid_t k = CHILD({
            set_handler(SIGUSR1, no_handler, restart ? SA_RESTART : 0);
            T(write(p[1], b, 100000));
        });
        wait_asleep(k, k);
        kill(k, SIGUSR1);
        wait_show("pipe writer", k);
        fcntl(p[0], F_SETFL, O_NONBLOCK);
        T(read(p[0], b, sizeof b));
        T(read(p[0], b, sizeof b));
    }
    pid_t k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        long n = write(sv[0], b, sizeof b);
        Y(n > 0 && n < (long)sizeof b);
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("socket writer", k);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, SA_RESTART);
        struct timespec t = {100, 0}, r = {0, 0};
        T(sys(nanosleep, &t, &r));
        Y(r.tv_sec >= 50 && r.tv_sec <= 99);
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("nanosleep", k);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, SA_RESTART);
        struct timespec t = {100, 0}, r = {-7, 0};
        clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_sec += 100;
        T(sys(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, &r));
        N(r.tv_sec);
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("absolute", k);
    say("-- stopping and continuing does not end a sleep");
    k = CHILD({
        struct timespec t = {0, 150000000}, r = {0, 0};
        T(sys(nanosleep, &t, &r));
    });
    wait_asleep(k, k);
    kill(k, SIGSTOP);
    int st;
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    wait_show("sleeper", k);
    k = CHILD({
        struct pollfd pf = {sv[1] + 50, POLLIN, 0};
        int q[2];
        pipe(q);
        pf.fd = q[0];
        T(poll(&pf, 1, 150));
    });
    wait_asleep(k, k);
    kill(k, SIGSTOP);
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    wait_show("poller", k);
}
