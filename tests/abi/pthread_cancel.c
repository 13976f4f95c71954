// about: Cancellation: in a blocking call, at a test point, deferred and
// about: asynchronous, clean-up handlers
// calls: tgkill rt_sigaction futex
#include "abi.h"

static atomic_int cleaned, go;
static void clean(void *a)
{
    cleaned += (int)(long)a;
}
static void *reader(void *a)
{
    int *p = a;
    char c;
    pthread_cleanup_push(clean, (void *)1);
    go = 1;
    read(p[0], &c, 1);
    pthread_cleanup_pop(0);
    return NULL;
}
static void *tester(void *a)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cleanup_push(clean, (void *)10);
    go = 1;
    while (go != 2)
        ms(1);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    cleaned += 1000;
    pthread_cleanup_pop(0);
    return NULL;
}
static void *spinner(void *a)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    go = 1;
    for (volatile int i = 0;; i++)
        ;
}
static void *sleeper(void *a)
{
    pthread_cleanup_push(clean, (void *)100);
    go = 1;
    sleep(100);
    pthread_cleanup_pop(0);
    return NULL;
}
static void run(const char *n, void *(*fn)(void *), void *arg)
{
    pthread_t t;
    void *r;
    go = cleaned = 0;
    pthread_create(&t, NULL, fn, arg);
    while (!go)
        ms(1);
    ms(10);
    pthread_cancel(t);
    go = 2;
    pthread_join(t, &r);
    say("%s: %s, cleaned %d", n,
        r == PTHREAD_CANCELED ? "cancelled" : "returned", cleaned);
}
int main(void)
{
    int p[2];
    pipe(p);
    run("read", reader, p);
    run("disabled, then enabled", tester, NULL);
    run("asynchronous", spinner, NULL);
    run("sleep", sleeper, NULL);
    run("read again", reader, p);
}
