// about: A busy thread moved from CPU to CPU by another keeps its state and
// about: ends where it was sent
// calls: sched_setaffinity getcpu sched_yield
#include "abi.h"

static atomic_int stop, tid;
static atomic_long spins;
static volatile int wrong;
static void *th(void *a)
{
    tid = sys(gettid);
    double x = 1;
    long n = 0;
    while (!stop) {
        x = x * 1.0000001 + 1e-9;
        n++;
        spins = n;
        if (x < 1)
            wrong++;
    }
    return (void *)n;
}
int main(void)
{
    pthread_t t;
    void *r;
    unsigned long all = 0;
    sys(sched_getaffinity, 0, 8, &all);
    pthread_create(&t, NULL, th, NULL);
    while (!tid)
        sched_yield();
    int n = 0, failed = 0;
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < 64; i++)
            if (all >> i & 1) {
                unsigned long one = 1UL << i;
                failed += sys(sched_setaffinity, tid, 8, &one) != 0;
                long before = spins;
                for (int j = 0; j < 60000 && spins == before; j++)
                    ms(1);
                failed += spins == before;
                n++;
            }
    stop = 1;
    pthread_join(t, &r);
    Y(n >= 10);
    N(failed);
    N(wrong);
    Y((long)r > 0);
}
