// about: A page protected or unmapped by one thread is out of reach of the
// about: others at once
// calls: mprotect munmap futex rt_sigreturn
#include "abi.h"

#include <setjmp.h>
static char *volatile pg;
static atomic_int phase, faults, stop;
static __thread sigjmp_buf env;
static __thread volatile int in;
static void h(int s)
{
    if (in)
        siglongjmp(env, 1);
    _exit(9);
}
static atomic_int late;
static void *reader(void *a)
{
    while (!stop) {
        int before = phase;
        in = 1;
        if (!sigsetjmp(env, 1)) {
            *(volatile char *)pg = 1;
            in = 0;
            /* Odd phases begin after the protection was taken away. */
            if (before % 2 == 1 && phase == before)
                late++;
        } else {
            in = 0;
            faults++;
        }
    }
    return NULL;
}
int main(void)
{
    pthread_t t[3];
    pg = page(PROT_READ | PROT_WRITE);
    set_handler(SIGSEGV, h, SA_NODEFER);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, reader, NULL);
    for (int i = 0; i < 300; i++) {
        mprotect(pg, 4096, PROT_READ);
        phase++;
        sched_yield();
        phase++;
        mprotect(pg, 4096, PROT_READ | PROT_WRITE);
    }
    mprotect(pg, 4096, PROT_READ);
    phase++;
    int f = faults;
    for (int i = 0; i < 12000 && faults < f + 3; i++)
        ms(5);
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    Y(faults > 0);
    N(late);
}
