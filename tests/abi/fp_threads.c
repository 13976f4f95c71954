// about: Floating point in eight threads with signals and switches: every sum
// about: is exact
// calls: tgkill sched_yield rt_sigreturn
#include "abi.h"

static volatile int hits;
static void h(int s)
{
    volatile double x = 1.0 / 3;
    for (int i = 0; i < 20; i++)
        x = x * 1.7 + 0.3;
    hits++;
}
static double work(void)
{
    double a = 0, b = 1, c = 0.5;
    for (int i = 1; i < 20000; i++) {
        a += 1.0 / i;
        b = b * 0.999 + c;
        c = c * 1.0001 - a * 1e-7;
        if (i % 5000 == 0)
            sched_yield();
    }
    return a + b + c;
}
static double want;
static atomic_bool sent; /* all signals; nobody ends before */
static void *th(void *a)
{
    long bad = 0;
    for (int i = 0; i < 20 || !sent; i++)
        bad += work() != want;
    return (void *)bad;
}
int main(void)
{
    pthread_t t[8];
    void *r;
    long bad = 0;
    set_handler(SIGUSR1, h, SA_RESTART);
    want = work();
    for (int i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, th, NULL);
    for (int i = 0; i < 200; i++) {
        pthread_kill(t[i % 8], SIGUSR1);
        sched_yield();
        if (i % 20 == 0)
            RUN("-", _exit(work() != want));
    }
    sent = true;
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], &r);
        bad += (long)r;
    }
    N(bad);
    Y(hits > 0);
}
