// about: Mutexes, condition variables, rwlocks, barriers, semaphores, once:
// about: right answers with 8 threads
// calls: futex
#include "abi.h"

#include <semaphore.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t bar;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static int count, turn, onces, va, vb;
static atomic_int bad, serial, inside;
static void init(void)
{
    onces++;
}
static void *th(void *a)
{
    long id = (long)a;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&m);
        count++;
        pthread_mutex_unlock(&m);
    }
    pthread_once(&once, init);
    if (pthread_barrier_wait(&bar) == PTHREAD_BARRIER_SERIAL_THREAD)
        serial++;
    if (count != 8 * 500)
        bad++;
    pthread_barrier_wait(&bar);
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&m);
        while (turn % 8 != id)
            pthread_cond_wait(&c, &m);
        turn++;
        pthread_cond_broadcast(&c);
        pthread_mutex_unlock(&m);
    }
    for (int i = 0; i < 100; i++) {
        if (i % 10 == id) {
            pthread_rwlock_wrlock(&rw);
            va++;
            vb++;
            pthread_rwlock_unlock(&rw);
        } else {
            pthread_rwlock_rdlock(&rw);
            if (va != vb)
                bad++;
            pthread_rwlock_unlock(&rw);
        }
    }
    for (int i = 0; i < 50; i++) {
        sem_wait(&sem);
        if (++inside > 3)
            bad++;
        sched_yield();
        inside--;
        sem_post(&sem);
    }
    return NULL;
}
int main(void)
{
    pthread_t t[8];
    pthread_barrier_init(&bar, NULL, 8);
    sem_init(&sem, 0, 3);
    for (long i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, th, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
    N(count);
    N(turn);
    N(onces);
    N(serial);
    N(va);
    N(bad);
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    pthread_mutex_lock(&m);
    R(pthread_cond_timedwait(&c, &m, &ts));
    R(pthread_mutex_trylock(&m));
    R(pthread_mutex_timedlock(&m, &ts));
    sem_destroy(&sem);
    sem_init(&sem, 0, 0);
    T(sem_trywait(&sem));
    T(sem_timedwait(&sem, &ts));
}
