// about: futex_waitv: several futexes at once, sizes, timeouts, refusals
// calls: futex_waitv futex
#include "abi.h"

struct w {
    uint64_t val, addr;
    uint32_t flags, res;
};
int main(void)
{
    int *f = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct w v[3] = {{0, (uintptr_t)f, 2, 0},
                     {0, (uintptr_t)(f + 1), 2, 0},
                     {0, (uintptr_t)(f + 2), 2, 0}};
    struct timespec past = {0, 0};
    T(sys(futex_waitv, v, 3, 0, &past, CLOCK_MONOTONIC));
    T(sys(futex_waitv, v, 3, 0, &past, CLOCK_REALTIME));
    T(sys(futex_waitv, v, 3, 0, &past, 99));
    T(sys(futex_waitv, v, 0, 0, NULL, 0));
    T(sys(futex_waitv, v, 129, 0, NULL, 0));
    T(sys(futex_waitv, v, 3, 1, NULL, 0));
    v[1].val = 5;
    T(sys(futex_waitv, v, 3, 0, NULL, 0));
    v[1].val = 0;
    v[1].flags = 0;
    T(sys(futex_waitv, v, 3, 0, NULL, 0));
    v[1].flags = 2;
    v[1].res = 1;
    T(sys(futex_waitv, v, 3, 0, NULL, 0));
    v[1].res = 0;
    v[1].addr++;
    T(sys(futex_waitv, v, 3, 0, NULL, 0));
    v[1].addr--;
    BAD(p, sys(futex_waitv, p, 1, 0, NULL, 0));
    for (int i = 0; i < 3; i++) {
        pid_t k =
            CHILD(say("woken by %ld", sys(futex_waitv, v, 3, 0, NULL, 0)));
        wait_asleep(k, k);
        sys(futex, f + i, 1, 1, NULL, NULL, 0);
        wait_show("child", k);
    }
    pid_t k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        T(sys(futex_waitv, v, 3, 0, NULL, 0));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("interrupted", k);
}
