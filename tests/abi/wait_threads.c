// about: Waiting for children from several threads, __WNOTHREAD, a child of
// about: another thread
// calls: wait4 waitid clone
#include "abi.h"

static pid_t kid;
static void *maker(void *a)
{
    kid = fork();
    if (!kid)
        _exit(11);
    siginfo_t si;
    waitid(P_PID, kid, &si, WEXITED | WNOWAIT);
    return NULL;
}
static void *waiter(void *a)
{
    int st;
    pid_t r = waitpid(-1, &st, 0);
    return (void *)(long)(r > 0 ? WEXITSTATUS(st) : -errno);
}
int main(void)
{
    pthread_t t, w[3];
    int st;
    pthread_create(&t, NULL, maker, NULL);
    pthread_join(t, NULL);
    T(waitpid(kid, &st, 0) == kid ? 0 : -1);
    show_status("made by a thread that is gone", st);
    pid_t k = CHILD(_exit(4));
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    T(waitpid(k, &st, __WNOTHREAD) == k ? 0 : -1);
    int p[2];
    char c;
    pipe(p);
    for (int i = 0; i < 3; i++)
        CHILD({
            read(p[0], &c, 1);
            _exit(20 + i);
        });
    for (int i = 0; i < 3; i++)
        pthread_create(&w[i], NULL, waiter, NULL);
    ms(20);
    write(p[1], "xxx", 3);
    long sum = 0;
    for (int i = 0; i < 3; i++) {
        void *r;
        pthread_join(w[i], &r);
        sum += (long)r < 0 ? 0 : (long)r;
        if ((long)r < 0)
            say("a waiter came too early: %s", errname(-(int)(long)r));
    }
    while (waitpid(-1, &st, 0) > 0)
        sum += WEXITSTATUS(st);
    N(sum);
}
