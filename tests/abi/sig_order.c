// about: Order of delivery: low numbers first, real-time signals queued in
// about: order, each once otherwise
// calls: rt_sigqueueinfo rt_sigprocmask rt_sigreturn
#include "abi.h"

static int order[200], val[200], n;
static void h(int s, siginfo_t *si, void *c)
{
    order[n] = s;
    val[n++] = si->si_value.sival_int;
}
static void show(const char *what)
{
    printf("%s:", what);
    for (int i = 0; i < n; i++)
        printf(" %d%s", order[i],
               order[i] >= 32 ? (char[2]){'a' + val[i], 0} : "");
    printf("\n");
    n = 0;
}
int main(void)
{
    sigset_t all;
    sigfillset(&all);
    for (int i = 1; i < 65; i++)
        if (i != SIGKILL && i != SIGSTOP) {
            struct sigaction sa = {.sa_sigaction = h, .sa_flags = SA_SIGINFO};
            sa.sa_mask = all;
            sigaction(i, &sa, NULL);
        }
    static const int send[] = {50,      40,      SIGTERM, SIGUSR2, SIGHUP, 40,
                               SIGUSR1, SIGTERM, 50,      64,      40};
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < 11; i++) {
        union sigval v = {.sival_int = i};
        sigqueue(getpid(), send[i], v);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    show("handlers with everything blocked");
    for (int i = 1; i < 65; i++)
        if (i != SIGKILL && i != SIGSTOP) {
            struct sigaction sa = {.sa_sigaction = h, .sa_flags = SA_SIGINFO};
            sigaction(i, &sa, NULL);
        }
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < 11; i++) {
        union sigval v = {.sival_int = i};
        sigqueue(getpid(), send[i], v);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    show("handlers that nest");
    say("-- thread and process signals");
    sigprocmask(SIG_BLOCK, &all, NULL);
    kill(getpid(), SIGUSR1);
    sys(tgkill, getpid(), getpid(), SIGUSR2);
    kill(getpid(), SIGHUP);
    sys(tgkill, getpid(), getpid(), SIGTERM);
    siginfo_t si;
    for (int i = 0; i < 4; i++) {
        int r = sigwaitinfo(&all, &si);
        say("%s code %d", signame(r), si.si_code);
    }
    say("-- the limit of queued signals");
    setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){5, 5});
    union sigval v = {0};
    int q = 0;
    RUN("user", {
        sys(setresuid, 4711, 4711, 4711);
        setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){5, 5});
        while (q < 50 && !sigqueue(getpid(), 40, v))
            q++;
        say("%d queued, then %s", q, errname(errno));
        T(kill(getpid(), 41));
        T(kill(getpid(), SIGUSR1));
        T(sigqueue(getpid(), SIGUSR2, v));
        sigset_t p;
        sigpending(&p);
        say("%d %d %d", sigismember(&p, 41), sigismember(&p, SIGUSR1),
            sigismember(&p, SIGUSR2));
        int left = 0;
        struct timespec z = {0, 0};
        while (sigtimedwait(SIGS(40), &si, &z) == 40)
            left++;
        N(left);
        T(sigtimedwait(SIGS(41), &si, &z));
        N(si.si_code);
        Y(si.si_pid == 0);
    });
}
