// about: futex WAIT and WAKE: values, timeouts, counts, private and shared,
// about: refusals
// calls: futex
#include "abi.h"

#define FX(p, op, v, t, p2, v3) sys(futex, p, op, v, t, p2, v3)
static int *f;
static void *waiter(void *a)
{
    return (void *)sys(futex, f, 128, 1, NULL, NULL, 0);
}
int main(void)
{
    f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    *f = 1;
    struct timespec t = {0, 20000000}, z = {0, 0}, bad = {0, 1000000000},
                    neg = {-1, 0};
    T(FX(f, 0, 2, NULL, NULL, 0));
    long long a = now_ms();
    T(FX(f, 0, 1, &t, NULL, 0));
    Y(now_ms() - a >= 20);
    T(FX(f, 0, 1, &z, NULL, 0));
    T(FX(f, 0, 1, &bad, NULL, 0));
    T(FX(f, 0, 1, &neg, NULL, 0));
    T(FX(f, 0, 2, &bad, NULL, 0));
    T(FX(f, 1, 1, NULL, NULL, 0));
    T(FX(f, 1, 0, NULL, NULL, 0));
    T(FX(f, 1, -1, NULL, NULL, 0));
    T(FX((char *)f + 1, 0, 1, NULL, NULL, 0));
    T(FX((char *)f + 2, 1, 1, NULL, NULL, 0));
    BAD(p, FX(p, 0, 0, NULL, NULL, 0));
    BAD(p, FX(p, 1, 1, NULL, NULL, 0));
    for (int i = 1; i < NBAD; i++)
        T(FX(f, 0, 1, badptr(i), NULL, 0));
    T(FX(f, 99, 1, NULL, NULL, 0));
    T(FX(f, 2, 1, NULL, NULL, 0));
    T(FX(f, 0 | 256, 1, &t, NULL, 0));
    T(FX(f, 1 | 256, 1, NULL, NULL, 0));
    say("-- threads, private");
    pthread_t th[5];
    for (int i = 0; i < 5; i++)
        pthread_create(&th[i], NULL, waiter, NULL);
    ms(50);
    long woken = 0;
    while (woken < 2) {
        woken += FX(f, 129, 2 - woken, NULL, NULL, 0);
        ms(5);
    }
    N(woken);
    while (woken < 5) {
        woken += FX(f, 129, 100, NULL, NULL, 0);
        ms(5);
    }
    N(woken);
    for (int i = 0; i < 5; i++) {
        void *r;
        pthread_join(th[i], &r);
        N((long)r);
    }
    say("-- processes, shared memory");
    pid_t k = CHILD(_exit(FX(f, 0, 1, NULL, NULL, 0) ? errno : 0));
    wait_asleep(k, k);
    T(FX(f, 129, 1, NULL, NULL, 0));
    T(FX(f, 1, 1, NULL, NULL, 0));
    wait_show("child", k);
    say("-- a file mapped at two addresses");
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 4096);
    int *x = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
        *y = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    k = CHILD(_exit(FX(x, 0, 0, NULL, NULL, 0) ? errno : 0));
    wait_asleep(k, k);
    T(FX(y, 1, 1, NULL, NULL, 0));
    wait_show("child", k);
    say("-- private pages after fork are different futexes");
    static int priv;
    k = CHILD(_exit(FX(&priv, 0, 0, &t, NULL, 0) ? errno : 0));
    ms(5);
    T(FX(&priv, 1, 1, NULL, NULL, 0));
    wait_show("child", k);
    char *ro = page(PROT_READ);
    T(FX(ro, 0, 0, &t, NULL, 0));
    T(FX(ro, 1, 1, NULL, NULL, 0));
}
