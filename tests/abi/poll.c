// about: ppoll: counts, timeouts that are written back, masks, refusals
// calls: ppoll
#include "abi.h"

int main(void)
{
    int p[2];
    pipe(p);
    struct pollfd f[3] = {
        {p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {-1, POLLIN, 0}};
    struct timespec t = {0, 20000000}, z = {0, 0}, bad = {0, 1000000000},
                    neg = {-1, 0};
    T(sys(ppoll, f, 3, &z, NULL, 8));
    say("%x %x %x", f[0].revents, f[1].revents, f[2].revents);
    T(sys(ppoll, f, 1, &t, NULL, 8));
    Y(t.tv_sec == 0 && t.tv_nsec == 0);
    t = (struct timespec){100, 0};
    write(p[1], "x", 1);
    T(sys(ppoll, f, 1, &t, NULL, 8));
    Y(t.tv_sec >= 50 && t.tv_sec <= 100);
    T(sys(ppoll, f, 3, &bad, NULL, 8));
    T(sys(ppoll, f, 3, &neg, NULL, 8));
    T(sys(ppoll, NULL, 0, &z, NULL, 8));
    T(sys(ppoll, f, -1, &z, NULL, 8));
    T(sys(ppoll, f, 1 << 20, &z, NULL, 8));
    BAD(q, sys(ppoll, q, 1, &z, NULL, 8));
    for (int i = 1; i < NBAD; i++) {
        T(sys(ppoll, f, 1, badptr(i), NULL, 8));
        T(sys(ppoll, f, 1, &z, badptr(i), 8));
    }
    T(sys(ppoll, f, 1, &z, (uint64_t[]){0}, 4));
    T(sys(ppoll, f, 1, &z, NULL, 4));
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){10, 1000});
    struct pollfd many[12];
    for (int i = 0; i < 12; i++)
        many[i] = (struct pollfd){-1, 0, 0};
    T(sys(ppoll, many, 10, &z, NULL, 8));
    T(sys(ppoll, many, 11, &z, NULL, 8));
    say("-- a mask for the time of the call");
    set_handler(SIGUSR1, no_handler, 0);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    raise(SIGUSR1);
    char c;
    read(p[0], &c, 1);
    t = (struct timespec){0, 10000000};
    T(sys(ppoll, f, 1, &t, NULL, 8));
    t = (struct timespec){100, 0};
    T(sys(ppoll, f, 1, &t, (uint64_t[]){0}, 8));
    Y(t.tv_sec >= 50 && t.tv_sec <= 100);
    say("-- no events asked for");
    close(p[1]);
    f[0].events = 0;
    T(sys(ppoll, f, 1, &z, NULL, 8));
    N(f[0].revents);
    say("-- the same handle twice");
    struct pollfd tw[2] = {{0, POLLIN, 0}, {0, POLLOUT, 0}};
    T(poll(tw, 2, 0));
    say("%x %x", tw[0].revents, tw[1].revents);
}
