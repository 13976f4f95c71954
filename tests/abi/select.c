// about: pselect6: sets, highest handle, timeouts, masks, refusals
// calls: pselect6
#include "abi.h"

struct sm {
    uint64_t *m;
    size_t n;
};
int main(void)
{
    int p[2];
    fd_set r, w, x;
    struct timespec t = {0, 20000000}, z = {0, 0};
    pipe(p);
#define SEL(n, to) sys(pselect6, n, &r, &w, &x, to, NULL)
#define SETS()            \
    do {                  \
        FD_ZERO(&r);      \
        FD_ZERO(&w);      \
        FD_ZERO(&x);      \
        FD_SET(p[0], &r); \
        FD_SET(p[1], &w); \
    } while (0)
    SETS();
    T(SEL(p[1] + 1, &z));
    say("%d %d", !!FD_ISSET(p[0], &r), !!FD_ISSET(p[1], &w));
    SETS();
    T(SEL(p[0] + 1, &t));
    say("%d %d", !!FD_ISSET(p[0], &r), !!FD_ISSET(p[1], &w));
    Y(t.tv_sec == 0 && t.tv_nsec == 0);
    write(p[1], "x", 1);
    SETS();
    t.tv_sec = 100;
    T(SEL(p[1] + 1, &t));
    Y(t.tv_sec >= 50);
    SETS();
    T(SEL(0, &z));
    SETS();
    T(SEL(-1, &z));
    FD_SET(40, &r);
    T(SEL(41, &z));
    T(SEL(1024, &z));
    SETS();
    T(SEL(1 << 20, &z));
    T(sys(pselect6, 0, NULL, NULL, NULL, ((struct timespec[]){{0, 1000000000}}),
          NULL));
    T(sys(pselect6, 0, NULL, NULL, NULL, ((struct timespec[]){{-1, 0}}), NULL));
    T(sys(pselect6, 0, NULL, NULL, NULL, ((struct timespec[]){{0, 1000000}}),
          NULL));
    for (int i = 1; i < NBAD; i++) {
        T(sys(pselect6, 5, badptr(i), NULL, NULL, &z, NULL));
        T(sys(pselect6, 5, NULL, NULL, NULL, badptr(i), NULL));
        T(sys(pselect6, 5, NULL, NULL, NULL, &z, badptr(i)));
    }
    struct sm s = {(uint64_t[]){0}, 8};
    set_handler(SIGUSR1, no_handler, SA_RESTART);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    raise(SIGUSR1);
    t = (struct timespec){100, 0};
    T(sys(pselect6, 0, NULL, NULL, NULL, &t, &s));
    s.n = 4;
    T(sys(pselect6, 0, NULL, NULL, NULL, &z, &s));
    s = (struct sm){NULL, 0};
    T(sys(pselect6, 0, NULL, NULL, NULL, &z, &s));
    say("-- closed ends");
    close(p[1]);
    char c;
    read(p[0], &c, 1);
    FD_ZERO(&r);
    FD_ZERO(&x);
    FD_SET(p[0], &r);
    FD_SET(p[0], &x);
    FD_ZERO(&w);
    T(SEL(p[0] + 1, &z));
    pipe(p);
    int q[2];
    pipe(q);
    close(q[0]);
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_ZERO(&x);
    FD_SET(q[1], &w);
    FD_SET(q[1], &r);
    T(SEL(q[1] + 1, &z));
    say("%d %d", !!FD_ISSET(q[1], &r), !!FD_ISSET(q[1], &w));
    say("-- a handle above 64");
    dup2(q[1], 200);
    FD_ZERO(&w);
    FD_SET(200, &w);
    FD_ZERO(&r);
    T(SEL(201, &z));
    Y(FD_ISSET(200, &w));
}
