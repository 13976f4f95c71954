// about: futex WAIT_BITSET and WAKE_BITSET: masks, absolute deadlines on both
// about: clocks
// calls: futex
#include "abi.h"

#define FX(p, op, v, t, p2, v3) sys(futex, p, op, v, t, p2, v3)
enum {
    WAITB = 9,
    WAKEB = 10,
    PRIV = 128,
    RT = 256
};
static int *f;
int main(void)
{
    f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    struct timespec t;
    T(FX(f, WAITB, 0, NULL, NULL, 0));
    T(FX(f, WAKEB, 1, NULL, NULL, 0));
    T(FX(f, WAKEB, 1, NULL, NULL, 1));
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000)
        t.tv_sec++, t.tv_nsec -= 1000000000;
    T(FX(f, WAITB, 0, &t, NULL, -1));
    struct timespec n;
    clock_gettime(CLOCK_MONOTONIC, &n);
    Y(n.tv_sec > t.tv_sec || (n.tv_sec == t.tv_sec && n.tv_nsec >= t.tv_nsec));
    T(FX(f, WAITB, 0, &t, NULL, -1));
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000)
        t.tv_sec++, t.tv_nsec -= 1000000000;
    T(FX(f, WAITB | RT, 0, &t, NULL, -1));
    t = (struct timespec){0, 0};
    T(FX(f, WAITB | RT, 0, &t, NULL, -1));
    T(FX(f, WAITB | RT, 1, &t, NULL, -1));
    pid_t k[3];
    static const int mask[] = {1, 2, 4};
    for (int i = 0; i < 3; i++) {
        k[i] = CHILD(exit(FX(f, WAITB, 0, NULL, NULL, mask[i]) ? errno : 0));
        wait_asleep(k[i], k[i]);
    }
    T(FX(f, WAKEB, 10, NULL, NULL, 8));
    T(FX(f, WAKEB, 10, NULL, NULL, 2));
    wait_show("mask 2", k[1]);
    T(FX(f, 1, 1, NULL, NULL, 0));
    wait_show("mask 1, plain wake", k[0]);
    T(FX(f, WAKEB, 10, NULL, NULL, -1));
    wait_show("mask 4", k[2]);
}
