// about: Data through a pipe and a socket while a timer's signals interrupt
// about: both ends: nothing lost or doubled
// calls: setitimer read write rt_sigreturn
#include "abi.h"

static volatile int ticks;
/* Each starts the next, so that slow handlers leave time for the rest. */
static void tick(int microseconds)
{
    struct itimerval once = {{0, 0}, {0, microseconds}};
    setitimer(ITIMER_REAL, &once, NULL);
}
static void h(int s)
{
    int e = errno;
    ticks++;
    tick(1000);
    errno = e;
}
static void run(const char *n, int r, int w, int flags)
{
    pid_t k = CHILD({
        close(r);
        set_handler(SIGALRM, h, flags);
        tick(1000);
        for (int i = 0; i < 60000;) {
            int b[64];
            for (int j = 0; j < 64; j++)
                b[j] = i + j;
            char *p = (char *)b;
            int left = sizeof b;
            while (left > 0) {
                int x = write(w, p, left);
                if (x > 0)
                    p += x, left -= x;
                else if (errno != EINTR)
                    _exit(1);
            }
            i += 64;
        }
    });
    close(w);
    set_handler(SIGALRM, h, flags);
    tick(1000);
    int expect = 0, bad = 0, have = 0, v;
    char *p = (char *)&v;
    for (;;) {
        int x = read(r, p + have, 4 - have);
        if (x == 0)
            break;
        if (x < 0) {
            bad += errno != EINTR;
            continue;
        }
        have += x;
        if (have == 4) {
            bad += v != expect++;
            have = 0;
        }
    }
    while (!ticks)
        ms(1);
    signal(SIGALRM, SIG_IGN);
    tick(0);
    say("%s: %d numbers, %d wrong, ticks %d", n, expect, bad, ticks > 0);
    wait_show("writer", k);
}
int main(void)
{
    int p[2];
    pipe(p);
    run("pipe, restarting", p[0], p[1], SA_RESTART);
    pipe(p);
    run("pipe, interrupted", p[0], p[1], 0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, p);
    run("socket, interrupted", p[0], p[1], 0);
}
