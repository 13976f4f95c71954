// about: What execve keeps and what it resets
// calls: execve fcntl rt_sigaction rt_sigprocmask prctl
#include "abi.h"

static void show(void)
{
    struct sigaction sa;
    sigset_t s;
    static const int sg[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGCHLD};
    for (int i = 0; i < 4; i++) {
        sys(rt_sigaction, sg[i], NULL, &sa, 8);
        printf("%s %s; ", signame(sg[i]),
               sa.sa_handler == SIG_DFL   ? "default"
               : sa.sa_handler == SIG_IGN ? "ignored"
                                          : "caught");
    }
    sys(rt_sigprocmask, 0, NULL, &s, 8);
    printf("blocked %d; ", sigismember(&s, SIGTERM));
    sys(rt_sigpending, &s, 8);
    say("pending %d", sigismember(&s, SIGTERM));
    stack_t ss;
    sigaltstack(NULL, &ss);
    Y(ss.ss_flags == SS_DISABLE);
    for (int i = 3; i < 9; i++)
        printf("handle %d %s; ", i, fcntl(i, F_GETFD) < 0 ? "closed" : "open");
    printf("\n");
    say("umask %03o nice %d", umask(022), getpriority(PRIO_PROCESS, 0));
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    N(rl.rlim_cur);
    Y(alarm(0) > 0);
    N(prctl(PR_GET_DUMPABLE));
    N(prctl(PR_GET_PDEATHSIG, &(int){0}));
    int pd = 0;
    prctl(PR_GET_PDEATHSIG, &pd);
    N(pd);
    N(prctl(PR_GET_KEEPCAPS));
    N(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    N(prctl(PR_GET_CHILD_SUBREAPER, &pd));
    N(pd);
    N(sys(sched_getscheduler, 0));
    N(prctl(PR_GET_TIMERSLACK));
    struct itimerspec it;
    T(sys(timer_gettime, 0, &it));
    T(sys(munlock, &it, 1));
    char b[32] = "";
    prctl(PR_GET_NAME, b);
    STR(b);
    T(access("here", F_OK));
}
/* abi.h resets signals and handles before main, so the child comes here
 * before that: through the array of constructors with a lower number. */
__attribute__((constructor(101))) static void early(void)
{
    if (getenv("SHOW_STATE")) {
        show();
        fflush(stdout);
        _exit(5);
    }
}
int main(void)
{
    put("here", "");
    set_handler(SIGUSR1, no_handler, SA_RESTART);
    signal(SIGUSR2, SIG_IGN);
    signal(SIGHUP, SIG_DFL);
    signal(SIGCHLD, SIG_IGN);
    sigprocmask(SIG_BLOCK, SIGS(SIGTERM), NULL);
    raise(SIGTERM);
    static char st[65536];
    sigaltstack(&(stack_t){.ss_sp = st, .ss_size = sizeof st}, NULL);
    for (int i = 3; i < 9; i++)
        dup2(0, i);
    fcntl(4, F_SETFD, FD_CLOEXEC);
    fcntl(6, F_SETFD, FD_CLOEXEC);
    umask(0123);
    setpriority(PRIO_PROCESS, 0, 5);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){77, 100});
    alarm(1000);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    prctl(PR_SET_KEEPCAPS, 1);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_TIMERSLACK, 70000);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_NAME, "before");
    timer_t t;
    timer_create(CLOCK_MONOTONIC, NULL, &t);
    fflush(stdout);
    signal(SIGCHLD, SIG_DFL);
    int p = fork();
    if (!p) {
        raise(SIGTERM);
        alarm(1000);
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        signal(SIGCHLD, SIG_IGN); // the parent has to wait for it
        execve("/proc/self/exe", (char *[]){"some-long-program-name", NULL},
               (char *[]){"SHOW_STATE=1", NULL});
    }
    wait_show("child", p);
}
