// about: Threads, TLS, signals and fork in a dynamic program
// calls: clone futex mmap mprotect
// link: dynamic
#include "abi.h"

static __thread long t1 = 5;
static __thread char big[20000];
static volatile int bad;
static void *th(void *a)
{
    if (t1 != 5 || big[19999])
        bad++;
    t1 = (long)a;
    for (int i = 0; i < 100; i++) {
        char *p = malloc(1000 + i * 50);
        memset(p, i, 1000);
        free(p);
        if (t1 != (long)a)
            bad++;
    }
    return a;
}
int main(void)
{
    pthread_t t[16];
    void *r;
    long sum = 0;
    for (long i = 0; i < 16; i++)
        pthread_create(&t[i], NULL, th, (void *)i);
    for (int i = 0; i < 16; i++) {
        pthread_join(t[i], &r);
        sum += (long)r;
    }
    N(sum);
    N(bad);
    RUN("child", N(t1));
    RUN("crash", *(volatile int *)8 = 1);
}
