// about: Shared memory: atomic counters, and locks made of futexes, between
// about: processes
// calls: futex mmap clone
#include "abi.h"

static int *m;
static void lock(int *f)
{
    int c = 0;
    if (__atomic_compare_exchange_n(f, &c, 1, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        return;
    while (__atomic_exchange_n(f, 2, __ATOMIC_SEQ_CST))
        sys(futex, f, 0, 2, NULL);
}
static void unlock(int *f)
{
    if (__atomic_exchange_n(f, 0, __ATOMIC_SEQ_CST) == 2)
        sys(futex, f, 1, 1);
}
int main(void)
{
    m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
             0);
    pid_t k[6];
    for (int i = 0; i < 6; i++)
        k[i] = CHILD(for (int r = 0; r < 2000; r++) {
            __atomic_fetch_add(&m[0], 1, __ATOMIC_SEQ_CST);
            lock(&m[1]);
            m[2]++;
            if (r % 50 == 0)
                sched_yield();
            unlock(&m[1]);
        });
    for (int i = 0; i < 6; i++)
        wait_show("process", k[i]);
    N(m[0]);
    N(m[1]);
    N(m[2]);
}
