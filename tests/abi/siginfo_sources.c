// about: siginfo of kill, tgkill, sigqueue, SIGCHLD, timers and message from
// about: another user
// calls: rt_sigqueueinfo rt_tgsigqueueinfo tgkill timer_create setitimer
#include "abi.h"

static void show(const char *what, siginfo_t *si, pid_t from)
{
    printf("%s: %s code %d errno %d", what, signame(si->si_signo), si->si_code,
           si->si_errno);
    if (si->si_code <= 0 || si->si_signo == SIGCHLD)
        printf(" pid %s uid %d",
               si->si_pid == from ? "right"
               : si->si_pid == 0  ? "0"
                                  : "wrong",
               si->si_uid);
    if (si->si_code == SI_QUEUE || si->si_code == SI_TIMER)
        printf(" value %d", si->si_value.sival_int);
    if (si->si_signo == SIGCHLD)
        printf(" status %d", si->si_status);
    printf("\n");
}
int main(void)
{
    siginfo_t si;
    sigset_t all;
    pid_t me = getpid();
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
#define NEXT(what, from) (sigwaitinfo(&all, &si), show(what, &si, from))
    kill(me, SIGUSR1);
    NEXT("kill", me);
    sys(tgkill, me, me, SIGUSR1);
    NEXT("tgkill", me);
    sys(tkill, me, SIGUSR1);
    NEXT("tkill", me);
    sigqueue(me, SIGUSR1, (union sigval){.sival_int = 5});
    NEXT("sigqueue", me);
    siginfo_t q;
    memset(&q, 0, sizeof q);
    q.si_code = -60;
    q.si_pid = 12345;
    q.si_uid = 77;
    q.si_value.sival_int = 99;
    T(sys(rt_sigqueueinfo, me, 40, &q));
    NEXT("rt_sigqueueinfo", 12345);
    T(sys(rt_tgsigqueueinfo, me, me, 41, &q));
    NEXT("rt_tgsigqueueinfo", 12345);
    q.si_code = SI_USER;
    T(sys(rt_tgsigqueueinfo, me, me, 41, &q));
    NEXT("rt_tgsigqueueinfo SI_USER to oneself", 12345);
    T(sys(rt_tgsigqueueinfo, me, 9999999, 41, &q));
    T(sys(rt_tgsigqueueinfo, me, -1, 41, &q));
    pid_t k = CHILD({
        sys(setresuid, -1, 1234, 0);
        sys(kill, me, SIGUSR2);
        sys(setresuid, 1000, 0, 0);
        sigqueue(me, 42, (union sigval){.sival_int = 6});
        _exit(17);
    });
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    NEXT("from a child", k);
    NEXT("from a child", k);
    NEXT("from a child", k);
    wait(NULL);
    k = CHILD(_exit(17));
    waitid(P_PID, k, &(siginfo_t){0}, WEXITED | WNOWAIT);
    sigtimedwait(SIGS(SIGCHLD), &si, &(struct timespec){0, 0});
    wait(NULL);
    while (sigtimedwait(&all, &si, &(struct timespec){0, 0}) > 0)
        ;
    k = CHILD(ms(20); _exit(17));
    NEXT("child exit", k);
    wait(NULL);
    k = CHILD(ms(20); signal(SIGTERM, SIG_DFL);
              sigprocmask(SIG_UNBLOCK, SIGS(SIGTERM), NULL); raise(SIGTERM));
    NEXT("child killed", k);
    wait(NULL);
    int go[2];
    char c;
    pipe(go);
    k = CHILD({
        raise(SIGSTOP);
        read(go[0], &c, 1);
    });
    NEXT("child stopped", k);
    int st;
    waitpid(k, &st, WUNTRACED);
    kill(k, SIGCONT);
    NEXT("child continued", k);
    write(go[1], "x", 1);
    NEXT("child exit", k);
    wait(NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 1000}}, NULL);
    NEXT("setitimer", 0);
    timer_t t;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
                          .sigev_signo = SIGUSR1,
                          .sigev_value.sival_int = 31};
    T(timer_create(CLOCK_MONOTONIC, &ev, &t));
    timer_settime(t, 0, &(struct itimerspec){{0, 0}, {0, 1000000}}, NULL);
    NEXT("timer", 0);
    alarm(1);
    NEXT("alarm", 0);
    signal(SIGPIPE, SIG_DFL);
    int p[2];
    pipe(p);
    close(p[0]);
    T(write(p[1], "x", 1));
    NEXT("pipe", me);
    int fd = open("f", O_CREAT | O_RDWR, 0600);
    struct sigaction sa = {.sa_handler = no_handler};
    sigaction(SIGXFSZ, &sa, NULL);
    T_FSIZE(10, ftruncate(fd, 20));
    NEXT("file size", me);
}
