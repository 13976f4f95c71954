// about: futex LOCK_PI, UNLOCK_PI, TRYLOCK_PI: owner, waiters bit, dead
// about: owners, refusals
// calls: futex set_robust_list
#include "abi.h"

#define FX(p, op, v, t, p2, v3) sys(futex, p, op, v, t, p2, v3)
enum {
    LOCK = 6,
    UNLOCK = 7,
    TRY = 8,
    LOCK2 = 13
};
static int *f;
int main(void)
{
    f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    int me = getpid();
    long probe = FX(f, LOCK, 0, NULL, NULL, 0);
    T(probe);
    Y(*f == me);
    T(FX(f, LOCK, 0, NULL, NULL, 0));
    T(FX(f, TRY, 0, NULL, NULL, 0));
    T(FX(f, UNLOCK, 0, NULL, NULL, 0));
    N(*f);
    T(FX(f, UNLOCK, 0, NULL, NULL, 0));
    T(FX(f, TRY, 0, NULL, NULL, 0));
    struct timespec past = {0, 0};
    RUN("another", {
        T(FX(f, TRY, 0, NULL, NULL, 0));
        T(FX(f, UNLOCK, 0, NULL, NULL, 0));
        T(FX(f, LOCK, 0, &past, NULL, 0));
        T(FX(f, LOCK2, 0, &past, NULL, 0));
    });
    pid_t k = CHILD({
        long r = FX(f, LOCK, 0, NULL, NULL, 0);
        int mine = (*f & 0x3fffffff) == getpid();
        say("child: %ld, owner %d", r, mine);
        FX(f, UNLOCK, 0, NULL, NULL, 0);
    });
    wait_asleep(k, k);
    Y(*f == (int)(me | 0x80000000));
    T(FX(f, 1, 1, NULL, NULL, 0));
    say("unlock");
    FX(f, UNLOCK, 0, NULL, NULL, 0);
    wait_show("child", k);
    N(*f & 0x3fffffff);
    say("-- values that name nobody");
    *f = 9999999;
    T(FX(f, LOCK, 0, &past, NULL, 0));
    *f = 0x40000000;
    T(FX(f, LOCK, 0, NULL, NULL, 0));
    Y(*f == (int)(me | 0x40000000) || *f == me);
    FX(f, UNLOCK, 0, NULL, NULL, 0);
    say("-- an owner that dies");
    *f = 0;
    k = CHILD(FX(f, LOCK, 0, NULL, NULL, 0));
    waitpid(k, NULL, 0);
    T(FX(f, LOCK, 0, NULL, NULL, 0));
    *f = 0;
    say("-- an owner that dies while another waits");
    int p[2];
    char c;
    pipe(p);
    k = CHILD({
        FX(f, LOCK, 0, NULL, NULL, 0);
        write(p[1], "x", 1);
        wait_asleep(getppid(), getppid());
    });
    read(p[0], &c, 1);
    T(FX(f, LOCK, 0, NULL, NULL, 0));
    Y((*f & 0x3fffffff) == me);
    Y((*f & 0x40000000) != 0);
    waitpid(k, NULL, 0);
    FX(f, UNLOCK, 0, NULL, NULL, 0);
    T(FX((char *)f + 2, LOCK, 0, NULL, NULL, 0));
    BAD(q, FX(q, LOCK, 0, NULL, NULL, 0));
    BAD(q, FX(q, UNLOCK, 0, NULL, NULL, 0));
    *f = me;
    T(FX(f, 0, me, &past, NULL, 0));
    say("-- a mutex with priority inheritance");
    pthread_mutexattr_t a;
    pthread_mutex_t m;
    pthread_mutexattr_init(&a);
    R(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
    R(pthread_mutex_init(&m, &a));
    R(pthread_mutex_lock(&m));
    R(pthread_mutex_trylock(&m));
    R(pthread_mutex_unlock(&m));
}
