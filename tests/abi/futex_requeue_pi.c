// about: FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: a free and a held
// about: mutex, several waiters, timeouts, signals, wrong use
// calls: futex
#include "abi.h"

enum {
    WAIT,
    WAKE,
    REQUEUE = 3,
    CMP_REQUEUE,
    LOCK_PI = 6,
    UNLOCK_PI,
    TRYLOCK_PI,
    WAIT_REQUEUE_PI = 11,
    CMP_REQUEUE_PI,
    LOCK_PI2,
    PRIVATE = 128,
    REALTIME = 256
};

static int cond, mutex, other, count, order[8];
static pid_t tids[8];

static long wait_pi(const struct timespec *ts, int flags)
{
    return sys(futex, &cond, WAIT_REQUEUE_PI | PRIVATE | flags, 0, ts, &mutex,
               0);
}

static long requeue(int wake, int n, int expected)
{
    return sys(futex, &cond, CMP_REQUEUE_PI | PRIVATE, wake, n, &mutex,
               expected);
}

static void lock(void)
{
    int zero = 0, tid = gettid();
    if (!__atomic_compare_exchange_n(&mutex, &zero, tid, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        sys(futex, &mutex, LOCK_PI | PRIVATE, 0, NULL);
}

static long unlock(void)
{
    int tid = gettid();
    if (__atomic_compare_exchange_n(&mutex, &tid, 0, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        return 0;
    return sys(futex, &mutex, UNLOCK_PI | PRIVATE, 0, NULL);
}

static void *waiter(void *arg)
{
    long n = (long)arg;
    __atomic_store_n(&tids[n], gettid(), __ATOMIC_SEQ_CST);
    long r = wait_pi(NULL, 0);
    if (r || (mutex & 0x3fffffff) != gettid())
        say("waiter %ld: %ld %s, owner %d", n, r, errname(errno),
            (mutex & 0x3fffffff) == gettid());
    order[count++] = n;
    ms(5);
    if (unlock())
        say("unlock: %s", errname(errno));
    return NULL;
}

static pthread_t start(long n, void *(*fn)(void *))
{
    pthread_t t;
    tids[n] = 0;
    pthread_create(&t, NULL, fn, (void *)n);
    while (!__atomic_load_n(&tids[n], __ATOMIC_SEQ_CST))
        sched_yield();
    wait_asleep(getpid(), tids[n]);
    return t;
}

static void show(const char *what, int n, pthread_t *t)
{
    for (int i = 0; i < n; i++)
        pthread_join(t[i], NULL);
    printf("%s:", what);
    for (int i = 0; i < count; i++)
        printf(" %d", order[i]);
    printf(", the mutex is %s\n", mutex ? "held" : "free");
    count = 0;
}

static volatile int ran;
static void handler(int s)
{
    ran++;
}

static long time_limit = 900; /* ms */
static void *timed(void *arg)
{
    struct timespec ts;
    long n = (long)arg;
    __atomic_store_n(&tids[n], gettid(), __ATOMIC_SEQ_CST);
    clock_gettime(n ? CLOCK_MONOTONIC : CLOCK_REALTIME, &ts);
    ts.tv_nsec += time_limit % 1000 * 1000000;
    ts.tv_sec += time_limit / 1000 + ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    long r = wait_pi(&ts, n ? 0 : REALTIME);
    order[__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST)] = r ? errno : 0;
    return NULL;
}

static void *signalled(void *arg)
{
    tids[(long)arg] = gettid();
    errno = 0;
    long r = wait_pi(NULL, 0);
    order[__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST)] = r ? errno : 0;
    if (!r)
        unlock();
    return NULL;
}

int main(void)
{
    pthread_t t[5];
    say("-- wrong use");
    T(requeue(1, 5, 0));
    T(requeue(1, 5, 1));
    T(requeue(0, 5, 0));
    T(requeue(2, 5, 0));
    T(requeue(1, -1, 0));
    T(sys(futex, &cond, CMP_REQUEUE_PI, 1, 1, &cond, 0));
    T(sys(futex, &cond, WAIT_REQUEUE_PI, 0, NULL, &cond, 0));
    T(sys(futex, &cond, WAIT_REQUEUE_PI, 1, NULL, &mutex, 0));
    T(sys(futex, (char *)&cond + 1, WAIT_REQUEUE_PI, 0, NULL, &mutex, 0));
    T(sys(futex, &cond, WAIT_REQUEUE_PI, 0, NULL, (char *)&mutex + 2, 0));
    BAD(p, sys(futex, p, WAIT_REQUEUE_PI, 0, NULL, &mutex, 0));
    BAD(p, sys(futex, &cond, WAIT_REQUEUE_PI, 0, NULL, p, 0));
    BAD(p, sys(futex, p, CMP_REQUEUE_PI, 1, 1, &mutex, 0));
    struct timespec bad = {0, 1000000000}, past = {0, 0};
    T(wait_pi(&bad, 0));
    T(wait_pi(&past, 0));
    T(wait_pi(&past, REALTIME));

    say("-- the mutex is free");
    t[0] = start(0, waiter);
    T(sys(futex, &cond, WAKE | PRIVATE, 1));
    T(sys(futex, &cond, REQUEUE | PRIVATE, 1, 1, &other));
    T(sys(futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, 1, &other, 0));
    T(requeue(1, 0, 0));
    show("one", 1, t);
    for (int i = 0; i < 3; i++)
        t[i] = start(i, waiter);
    T(requeue(1, 5, 0));
    show("three", 3, t);
    for (int i = 0; i < 4; i++)
        t[i] = start(i, waiter);
    T(requeue(1, 1, 0));
    show("two", 2, t);
    T(requeue(1, 100, 0));
    show("two more", 2, t + 2);

    say("-- the mutex is held");
    for (int i = 0; i < 4; i++)
        t[i] = start(i, waiter);
    lock();
    T(requeue(1, 1, 0));
    Y(mutex & 0x80000000);
    T(sys(futex, &mutex, WAKE | PRIVATE, 1));
    ms(20);
    N(count);
    T(unlock());
    show("two", 2, t);
    lock();
    T(requeue(1, 5, 0));
    T(unlock());
    show("two more", 2, t + 2);

    say("-- not for requeueing");
    mutex = 0x3ffffff0;
    t[0] = start(0, waiter);
    T(requeue(1, 1, 0));
    mutex = tids[0];
    T(requeue(1, 1, 0));
    mutex = 0;
    T(requeue(1, 1, 0));
    show("at last", 1, t);

    say("-- timeouts and signals");
    t[0] = start(0, timed);
    t[1] = start(1, timed);
    show("both", 2, t);
    lock();
    long moved;
    for (;;) { /* until its time is not over before it is moved */
        t[0] = start(0, timed);
        moved = requeue(1, 1, 0);
        pthread_join(t[0], NULL);
        if (moved != 0 || time_limit > 100000)
            break;
        count = 0;
        time_limit *= 4;
    }
    N(moved);
    N(count);
    Y(order[0] == ETIMEDOUT);
    count = 0;
    T(unlock());
    N(mutex);
    set_handler(SIGUSR1, handler, 0);
    t[0] = start(0, signalled);
    pthread_kill(t[0], SIGUSR1);
    while (!ran)
        ms(1);
    wait_asleep(getpid(), tids[0]);
    N(count);
    lock();
    T(requeue(1, 1, 0));
    pthread_kill(t[0], SIGUSR1);
    pthread_join(t[0], NULL);
    Y(order[0] == EAGAIN);
    count = 0;
    T(unlock());
    N(mutex);

    say("-- LOCK_PI2");
    for (int i = 0; i < 2; i++)
        t[i] = start(i, waiter);
    T(sys(futex, &mutex, LOCK_PI2 | PRIVATE, 0, NULL));
    T(requeue(1, 5, 0));
    T(unlock());
    show("two", 2, t);
    T(sys(futex, &mutex, TRYLOCK_PI | PRIVATE, 0));
    T(sys(futex, &mutex, UNLOCK_PI | PRIVATE, 0));
}
