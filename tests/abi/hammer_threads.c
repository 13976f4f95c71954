// about: Sixty-four threads on mutexes, condition variables, barriers, rwlocks
// about: and thread-local storage
// calls: futex clone tgkill
// timeout: 120
#include "abi.h"

static pthread_mutex_t m[8];
static pthread_cond_t c[8];
static pthread_rwlock_t rw;
static pthread_barrier_t b;
static long count[8], queue_[8], taken[8], shared_a, shared_b;
static atomic_long bad;
static __thread long tls;
static __thread char pad[5000];
static void *th(void *a)
{
    long id = (long)a;
    unsigned s = id;
    tls = id;
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 100; i++) {
            int k = rand_r(&s) % 8;
            pthread_mutex_lock(&m[k]);
            count[k]++;
            pthread_mutex_unlock(&m[k]);
            tls++;
            pad[i] = id;
        }
        int k = id % 8;
        if (id < 32) {
            pthread_mutex_lock(&m[k]);
            queue_[k]++;
            pthread_cond_signal(&c[k]);
            pthread_mutex_unlock(&m[k]);
        } else {
            pthread_mutex_lock(&m[k]);
            while (queue_[k] == 0)
                pthread_cond_wait(&c[k], &m[k]);
            queue_[k]--;
            taken[k]++;
            pthread_mutex_unlock(&m[k]);
        }
        if (rand_r(&s) % 4 == 0) {
            pthread_rwlock_wrlock(&rw);
            shared_a++;
            shared_b++;
            pthread_rwlock_unlock(&rw);
        } else {
            pthread_rwlock_rdlock(&rw);
            if (shared_a != shared_b)
                bad++;
            pthread_rwlock_unlock(&rw);
        }
        if (tls != id + 100 * (round + 1) || pad[50] != (char)id)
            bad++;
        pthread_barrier_wait(&b);
    }
    return NULL;
}
int main(void)
{
    pthread_t t[64];
    for (int i = 0; i < 8; i++) {
        pthread_mutex_init(&m[i], NULL);
        pthread_cond_init(&c[i], NULL);
    }
    pthread_rwlock_init(&rw, NULL);
    pthread_barrier_init(&b, NULL, 64);
    for (long i = 0; i < 64; i++)
        pthread_create(&t[i], NULL, th, (void *)i);
    for (int i = 0; i < 64; i++)
        pthread_join(t[i], NULL);
    long sum = 0, tk = 0, q = 0;
    for (int i = 0; i < 8; i++) {
        sum += count[i];
        tk += taken[i];
        q += queue_[i];
    }
    N(sum);
    N(tk);
    N(q);
    N(shared_a - shared_b);
    N(bad);
}
