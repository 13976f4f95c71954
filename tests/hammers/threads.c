// about: 64 threads on mutexes, condition variables, barriers, rwlocks and TLS
// timeout: 60
// arguments: 3
// long: 60
/*
 * Usage: threads SECONDS. Every round, each thread does some of everything and
 * all meet at a barrier; the first thread decides there whether time is up. The
 * program checks what must hold at each step, and prints no numbers that depend
 * on how far it came.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS 64
#define LOCKS   8
#define STEPS   50
#define SLOTS   4 /* of a queue: small, so that both ends wait */

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, freed;
    long slots[SLOTS];
    unsigned head, tail;
    long in, out; /* sums of what was put and taken */
};

static pthread_mutex_t locks[LOCKS];
static long counts[LOCKS];
static pthread_mutex_t recursive, errorcheck;
static struct queue queues[LOCKS];
static pthread_rwlock_t rwlock;
static volatile long pair[2];
static long writes;
static pthread_barrier_t barrier;
static long board[THREADS];
static pthread_key_t key;
static sem_t tokens;
static atomic_long holders, steps, failures;
static pthread_spinlock_t spin;
static long spun;
static bool stop;
static _Thread_local long mine;
static _Thread_local char block[9000];
static atomic_long destroyed;

static void fail(const char *what, long who, long got)
{
    if (atomic_fetch_add(&failures, 1) < 10)
        printf("wrong: %s, thread %ld, %ld\n", what, who, got);
}

#define CHECK(e, who, got)          \
    do {                            \
        if (!(e))                   \
            fail(#e, (who), (got)); \
    } while (0)

static void destroy(void *value)
{
    destroyed++;
    free(value);
}

static void put(struct queue *q, long value)
{
    pthread_mutex_lock(&q->lock);
    while (q->head - q->tail == SLOTS)
        pthread_cond_wait(&q->freed, &q->lock);
    q->slots[q->head++ % SLOTS] = value;
    q->in += value;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

static void take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (q->head == q->tail) {
        /* A limit that never passes: the timed path, too. */
        struct timespec limit;
        clock_gettime(CLOCK_REALTIME, &limit);
        limit.tv_sec += 1000;
        int error = pthread_cond_timedwait(&q->filled, &q->lock, &limit);
        CHECK(error == 0, -1, error);
    }
    q->out += q->slots[q->tail++ % SLOTS];
    pthread_cond_signal(&q->freed);
    pthread_mutex_unlock(&q->lock);
}

static void use_locks(long id, unsigned *seed)
{
    for (int i = 0; i < STEPS; i++) {
        int k = rand_r(seed) % LOCKS;
        if (i % 7 == 0) {
            while (pthread_mutex_trylock(&locks[k]) == EBUSY)
                sched_yield();
        } else {
            pthread_mutex_lock(&locks[k]);
        }
        long before = counts[k]++;
        if (i % 16 == 0)
            sched_yield();
        CHECK(counts[k] == before + 1, id, counts[k]);
        pthread_mutex_unlock(&locks[k]);
        mine++;
        block[i * 100] = (char)id;
    }
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    pthread_mutex_unlock(&recursive);
    pthread_mutex_unlock(&recursive);
    pthread_mutex_lock(&errorcheck);
    CHECK(pthread_mutex_lock(&errorcheck) == EDEADLK, id, 0);
    pthread_mutex_unlock(&errorcheck);
    CHECK(pthread_mutex_unlock(&errorcheck) == EPERM, id, 0);
    pthread_spin_lock(&spin);
    spun++;
    pthread_spin_unlock(&spin);
}

static void use_rwlock(long id, unsigned *seed)
{
    for (int i = 0; i < 10; i++) {
        if (rand_r(seed) % 5 == 0) {
            pthread_rwlock_wrlock(&rwlock);
            pair[0]++;
            if (i % 2)
                sched_yield();
            pair[1]++;
            writes++;
            pthread_rwlock_unlock(&rwlock);
        } else {
            pthread_rwlock_rdlock(&rwlock);
            long first = pair[0];
            if (i == 3)
                sched_yield();
            CHECK(pair[1] == first && pair[0] == first, id, pair[1]);
            pthread_rwlock_unlock(&rwlock);
        }
    }
    sem_wait(&tokens);
    long n = atomic_fetch_add(&holders, 1);
    CHECK(n < 5, id, n);
    sched_yield();
    atomic_fetch_sub(&holders, 1);
    sem_post(&tokens);
}

static void *run(void *argument)
{
    long id = (long)argument, rounds = 0;
    unsigned seed = (unsigned)id * 7919;
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long seconds = atol(getenv("SECONDS_"));
    mine = id;
    long *own = malloc(sizeof *own);
    *own = id * 3;
    pthread_setspecific(key, own);
    while (!stop) {
        use_locks(id, &seed);
        struct queue *q = &queues[id % LOCKS];
        for (int i = 0; i < 10; i++) {
            if (id / LOCKS % 2)
                put(q, id * 1000 + i);
            else
                take(q);
        }
        use_rwlock(id, &seed);
        rounds++;
        CHECK(mine == id + STEPS * rounds, id, mine);
        CHECK(block[0] == (char)id && block[4900] == (char)id, id, block[0]);
        CHECK(*(long *)pthread_getspecific(key) == id * 3, id, 0);
        board[id] = rounds * 100 + id;
        pthread_barrier_wait(&barrier);
        long other = (id + rounds) % THREADS;
        CHECK(board[other] == rounds * 100 + other, id, board[other]);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (id == 0)
            stop = now.tv_sec - start.tv_sec >= seconds;
        pthread_barrier_wait(&barrier);
    }
    atomic_fetch_add(&steps, rounds * STEPS);
    return (void *)rounds;
}

static void prepare(void)
{
    pthread_mutexattr_t kind;
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&locks[i], NULL);
        pthread_mutex_init(&queues[i].lock, NULL);
        pthread_cond_init(&queues[i].filled, NULL);
        pthread_cond_init(&queues[i].freed, NULL);
    }
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&errorcheck, &kind);
    pthread_rwlock_init(&rwlock, NULL);
    pthread_spin_init(&spin, 0);
    pthread_barrier_init(&barrier, NULL, THREADS);
    pthread_key_create(&key, destroy);
    sem_init(&tokens, 0, 5);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    setvbuf(stdout, NULL, _IOLBF, 0);
    setenv("SECONDS_", argc > 1 ? argv[1] : "1", 1);
    prepare();
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)i))
            fail("pthread_create", i, errno);
    long rounds = 0, sum = 0;
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        if (i > 0)
            CHECK((long)result == rounds, i, (long)result);
        rounds = (long)result;
    }
    for (int i = 0; i < LOCKS; i++) {
        sum += counts[i];
        CHECK(queues[i].in == queues[i].out, i, queues[i].in);
        CHECK(queues[i].head == queues[i].tail, i, queues[i].head);
        CHECK(queues[i].head == (unsigned)rounds * 40, i, queues[i].head);
    }
    CHECK(sum == steps && sum == rounds * STEPS * THREADS, -1, sum);
    CHECK(pair[0] == pair[1] && pair[0] == writes, -1, writes);
    CHECK(spun == rounds * THREADS, -1, spun);
    CHECK(holders == 0, -1, holders);
    /* A thread's destructors have run when it was joined. */
    CHECK(destroyed == THREADS, -1, destroyed);
    if (getenv("VERBOSE"))
        printf("%ld rounds\n", rounds);
    printf(failures ? "wrong answers\n" : "right answers\n");
    return failures != 0;
}
