// about: Thread-local storage kept over switches, system calls and signals, in
// about: many threads
// calls: clone tgkill
#include "abi.h"

static __thread volatile long tls = 1;
static __thread volatile char big[10000];
static atomic_int bad, sigs_seen;
static void h(int s)
{
    if (tls % 1000 == 0)
        bad++;
    sigs_seen++;
}
static void *th(void *a)
{
    long id = (long)a + 1;
    if (tls != 1 || big[9999] != 0)
        bad++;
    for (int i = 0; i < 300; i++) {
        tls = id * 1000 + 1 + i % 900;
        big[i] = id;
        if (i % 10 == 0)
            sched_yield();
        if (i % 50 == 0)
            pthread_kill(pthread_self(), SIGUSR1);
        if (tls != id * 1000 + 1 + i % 900 || big[i] != id)
            bad++;
    }
    return NULL;
}
int main(void)
{
    pthread_t t[16];
    set_handler(SIGUSR1, h, 0);
    for (long i = 0; i < 16; i++)
        pthread_create(&t[i], NULL, th, (void *)i);
    for (int i = 0; i < 16; i++)
        pthread_join(t[i], NULL);
    N(bad);
    N(sigs_seen);
    N(tls);
    tls = 5;
    RUN("child", N(tls));
}
