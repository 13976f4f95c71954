// about: What a signal leaves of a transfer that was partly done; remaining
// about: time of nanosleep
// calls: read write nanosleep clock_nanosleep sendto
#include "abi.h"

static int sleeper(int millis)
{
    struct timespec t = {millis / 1000, millis % 1000 * 1000000L};
    return sys(nanosleep, &t, NULL) ? errno : 0;
}

static int poller(int millis)
{
    int q[2];
    pipe(q);
    struct pollfd pf = {q[0], POLLIN, 0};
    return poll(&pf, 1, millis) < 0 ? errno : 0;
}

/* Waits longer and longer, until it is stopped before its time is over. */
static void stopped_meanwhile(const char *what, int (*wait_for)(int))
{
    int st, millis = 150;
    bool early;
    for (;;) {
        long long from = now_ms();
        pid_t k = CHILD(_exit(wait_for(millis)));
        wait_asleep(k, k);
        kill(k, SIGSTOP);
        waitpid(k, &st, WUNTRACED);
        bool stopped = WIFSTOPPED(st);
        if (stopped) {
            kill(k, SIGCONT);
            waitpid(k, &st, 0);
        }
        early = now_ms() - from < millis;
        if (stopped)
            break;
        millis *= 4;
    }
    say("%s: %s, early %d", what, errname(WEXITSTATUS(st)), early);
}

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
    stopped_meanwhile("nanosleep", sleeper);
    stopped_meanwhile("poll", poller);
}
