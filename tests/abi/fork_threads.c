// about: fork in a process with threads: only the caller is copied; locks,
// about: handlers and other threads
// calls: clone futex rt_sigaction
#include "abi.h"

static atomic_int stop, spins;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int prep, par, chi;
static void a(void)
{
    prep++;
}
static void b(void)
{
    par++;
}
static void c(void)
{
    chi++;
}
static void *spin(void *x)
{
    while (!stop) {
        pthread_mutex_lock(&m);
        spins++;
        pthread_mutex_unlock(&m);
    }
    return NULL;
}
static int tasks(void)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *e;
    int n = 0;
    while ((e = readdir(d)))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}
static void *forker(void *x)
{
    RUN("from a thread", {
        N(tasks());
        Y(sys(gettid) == getpid());
    });
    return NULL;
}
int main(void)
{
    pthread_t t[3], f;
    pthread_atfork(a, b, c);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, spin, NULL);
    while (spins < 1000)
        sched_yield();
    N(tasks());
    RUN("child", {
        N(tasks());
        int s = spins;
        ms(20);
        Y(spins == s);
        say("%d %d %d", prep, par, chi);
    });
    say("%d %d %d", prep, par, chi);
    pthread_create(&f, NULL, forker, NULL);
    pthread_join(f, NULL);
    int s = spins;
    for (int i = 0; i < 60000 && spins == s; i++)
        ms(1);
    Y(spins > s);
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
}
