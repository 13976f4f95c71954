// about: Five hundred threads made and joined, detached ones, large and small
// about: stacks, keys destroyed
// calls: clone mmap munmap futex exit
#include "abi.h"

static pthread_key_t key;
static atomic_int destroyed, ran;
static void gone(void *p)
{
    destroyed += (int)(long)p;
}
static void *th(void *a)
{
    pthread_setspecific(key, (void *)1);
    ran++;
    return a;
}
static int deep(int n)
{
    volatile char b[1000];
    b[0] = n;
    return n ? deep(n - 1) + b[0] * 0 + 1 : 0;
}
static void *recurse(void *a)
{
    return (void *)(long)deep((int)(long)a);
}
int main(void)
{
    pthread_t t;
    void *r;
    long sum = 0;
    pthread_key_create(&key, gone);
    for (long i = 0; i < 500; i++) {
        if (pthread_create(&t, NULL, th, (void *)i))
            say("cannot create");
        pthread_join(t, &r);
        sum += (long)r;
    }
    say("%ld, ran %d, destroyed %d", sum, ran, destroyed);
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 50; i++)
        while (pthread_create(&t, &a, th, NULL))
            ms(1);
    for (int i = 0; i < 12000 && destroyed < 550; i++)
        ms(5);
    say("ran %d, destroyed %d", ran, destroyed);
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 16 << 20);
    pthread_create(&t, &a, recurse, (void *)10000);
    pthread_join(t, &r);
    N((long)r);
    pthread_t many[100];
    for (long i = 0; i < 100; i++)
        pthread_create(&many[i], NULL, recurse, (void *)(i % 50));
    sum = 0;
    for (int i = 0; i < 100; i++) {
        pthread_join(many[i], &r);
        sum += (long)r;
    }
    N(sum);
}
