// about: Signals and threads: per-thread masks, process signals go to a thread
// about: that takes them, tgkill
// calls: tgkill rt_sigprocmask rt_sigtimedwait kill
#include "abi.h"

static atomic_int where[4], total, ready;
static __thread int self;
static void h(int s)
{
    where[self]++;
    total++;
}
static void *blocked(void *a)
{
    self = (long)a;
    pthread_sigmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    ready++;
    while (total < 100)
        ms(2);
    return NULL;
}
static void *open_(void *a)
{
    self = (long)a;
    ready++;
    while (total < 100)
        ms(2);
    return NULL;
}
static void *waiter(void *a)
{
    int s;
    sigwait(SIGS(SIGUSR2), &s);
    return (void *)(long)s;
}
static void *alt(void *a)
{
    stack_t o;
    static __thread char st[16384];
    sigaltstack(NULL, &o);
    Y(o.ss_flags == SS_DISABLE);
    sigaltstack(&(stack_t){.ss_sp = st, .ss_size = sizeof st}, NULL);
    return NULL;
}
int main(void)
{
    pthread_t t[4];
    set_handler(SIGUSR1, h, SA_RESTART);
    self = 3;
    pthread_sigmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    pthread_create(&t[0], NULL, blocked, (void *)0);
    pthread_create(&t[1], NULL, blocked, (void *)1);
    pthread_sigmask(SIG_UNBLOCK, SIGS(SIGUSR1), NULL);
    pthread_create(&t[2], NULL, open_, (void *)2);
    pthread_sigmask(SIG_BLOCK, SIGS(SIGUSR1), NULL);
    while (ready < 3)
        ms(1);
    for (int i = 0; i < 20; i++) {
        int before = total;
        kill(getpid(), SIGUSR1);
        while (total == before)
            ms(1);
    }
    say("%d %d %d %d", where[0], where[1], where[2], where[3]);
    RUN("mask is inherited by new threads and children", {
        sigset_t m;
        sigprocmask(0, NULL, &m);
        N(sigismember(&m, SIGUSR1));
    });
    say("-- tgkill to a thread that blocks it stays pending there");
    pid_t me = getpid();
    (void)me;
    pthread_kill(t[0], SIGUSR1);
    ms(20);
    N(total);
    kill(getpid(), SIGUSR1);
    while (total < 21)
        ms(1);
    N(where[0]);
    total = 100;
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    say("-- a thread in sigwait takes a process signal");
    pthread_sigmask(SIG_BLOCK, SIGS(SIGUSR2), NULL);
    pthread_create(&t[0], NULL, waiter, NULL);
    ms(20);
    kill(getpid(), SIGUSR2);
    void *r;
    pthread_join(t[0], &r);
    say("%s", signame((long)r));
    pthread_create(&t[0], NULL, alt, NULL);
    pthread_join(t[0], NULL);
    stack_t o;
    sigaltstack(NULL, &o);
    Y(o.ss_flags == SS_DISABLE);
    T(sys(tgkill, getpid(), 9999999, 0));
    T(sys(tkill, 9999999, 0));
}
