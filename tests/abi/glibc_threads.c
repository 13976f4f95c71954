// about: glibc: threads, condition variables, TLS, rseq registered, robust
// about: list, cancellation
// calls: futex rseq set_robust_list clone3
// libc: glibc
#include "abi.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static int turn;
static __thread int mine;
static void *th(void *a)
{
    long id = (long)a;
    for (int i = 0; i < 50; i++) {
        pthread_mutex_lock(&m);
        while (turn % 6 != id)
            pthread_cond_wait(&c, &m);
        turn++;
        mine++;
        pthread_cond_broadcast(&c);
        pthread_mutex_unlock(&m);
    }
    return (void *)(long)mine;
}
static void *sleeper(void *a)
{
    sleep(100);
    return NULL;
}
int main(void)
{
    pthread_t t[6];
    void *r;
    long sum = 0;
    for (long i = 0; i < 6; i++)
        R(pthread_create(&t[i], NULL, th, (void *)i));
    for (int i = 0; i < 6; i++) {
        pthread_join(t[i], &r);
        sum += (long)r;
    }
    N(turn);
    N(sum);
    pthread_create(&t[0], NULL, sleeper, NULL);
    ms(20);
    R(pthread_cancel(t[0]));
    pthread_join(t[0], &r);
    Y(r == PTHREAD_CANCELED);
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    pthread_mutex_lock(&m);
    R(pthread_cond_timedwait(&c, &m, &ts));
    pthread_mutex_unlock(&m);
    R(pthread_setname_np(pthread_self(), "renamed"));
    char n[32];
    pthread_getname_np(pthread_self(), n, 32);
    STR(n);
    pthread_mutexattr_t a;
    pthread_mutex_t rm;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&rm, &a);
    R(pthread_mutex_lock(&rm));
    R(pthread_mutex_unlock(&rm));
}
