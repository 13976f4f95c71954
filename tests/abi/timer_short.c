// about: periods far shorter than a system can follow leave it usable
// calls: timer_create timer_settime timer_gettime timer_getoverrun setitimer
// calls: getitimer
// timeout: 60
#include "abi.h"

static volatile sig_atomic_t alarms;

static void count(int s)
{
    alarms++;
}

static timer_t make(int clock, int notify, int signo)
{
    struct sigevent e = {.sigev_notify = notify, .sigev_signo = signo};
    timer_t t;

    MUST(timer_create(clock, &e, &t));
    return t;
}

static void set(timer_t t, long first, long interval)
{
    struct itimerspec v = {{0, interval},
                           {first / 1000000000, first % 1000000000}};

    MUST(timer_settime(t, 0, &v, NULL));
}

static long long left(timer_t t)
{
    struct itimerspec v;

    MUST(timer_gettime(t, &v));
    return v.it_value.tv_sec * 1000000000LL + v.it_value.tv_nsec;
}

static void spin(int millis)
{
    long long end = now_ms() + millis;

    while (now_ms() < end)
        ;
}

int main(void)
{
    timer_t t, many[8];
    struct itimerval it = {{0, 1}, {0, 1}};
    struct rlimit limit;
    int made = 0;

    say("-- nobody is told");
    t = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    set(t, 1, 1);
    ms(20);
    Y(left(t) == 1 || left(t) == 0);
    set(t, 1000, 0);
    ms(5);
    Y(left(t) == 0);
    set(t, 500000000000, 0);
    Y(left(t) > 0 && left(t) <= 500000000000);
    set(t, 1, 100000000);
    ms(30);
    Y(left(t) > 0 && left(t) <= 100000000);
    T(timer_delete(t));

    say("-- ignored signals");
    signal(SIGUSR1, SIG_IGN);
    for (int i = 0; i < 8; i++) {
        many[i] = make(i & 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID,
                       SIGEV_SIGNAL, SIGUSR1);
        set(many[i], 1, 1);
    }
    spin(50);
    ms(50);
    for (int i = 0; i < 8; i++)
        T(timer_delete(many[i]));

    say("-- blocked");
    sigset_t usr2;
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    sigprocmask(SIG_BLOCK, &usr2, NULL);
    t = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2);
    set(t, 1, 1);
    ms(20);
    siginfo_t info;
    T(sigwaitinfo(&usr2, &info) == SIGUSR2);
    Y(info.si_code == SI_TIMER && info.si_overrun > 1000);
    T(timer_delete(t));

    say("-- setitimer");
    signal(SIGALRM, SIG_IGN);
    T(setitimer(ITIMER_REAL, &it, NULL));
    spin(20);
    ms(20);
    T(setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL));
    sigset_t alrm;
    sigemptyset(&alrm);
    sigaddset(&alrm, SIGALRM);
    sigprocmask(SIG_BLOCK, &alrm, NULL);
    signal(SIGALRM, count);
    it.it_interval.tv_usec = it.it_value.tv_usec = 1000;
    T(setitimer(ITIMER_REAL, &it, NULL));
    sigset_t pending;
    do {
        ms(20);
        sigpending(&pending);
    } while (!sigismember(&pending, SIGALRM));
    /* One signal waits; the timer waits for it. */
    struct itimerval now;
    T(getitimer(ITIMER_REAL, &now));
    Y(now.it_interval.tv_usec == 1000 && !now.it_value.tv_sec &&
      !now.it_value.tv_usec);
    sigprocmask(SIG_UNBLOCK, &alrm, NULL);
    N(alarms > 0);
    int before = alarms;
    for (int i = 0; i < 30000 && alarms < before + 5; i++)
        ms(2);
    Y(alarms >= before + 5);
    T(setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL));

    say("-- CPU time");
    signal(SIGUSR1, count);
    t = make(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, SIGUSR1);
    alarms = 0;
    set(t, 20000000, 20000000);
    for (int i = 0; i < 3000 && alarms < 3; i++)
        spin(20);
    Y(alarms >= 3);
    T(timer_delete(t));

    say("-- each timer counts as a signal that waits");
    getrlimit(RLIMIT_SIGPENDING, &limit);
    limit.rlim_cur = 5;
    RUN("limited", {
        become_user();
        setrlimit(RLIMIT_SIGPENDING, &limit);
        struct sigevent e = {.sigev_notify = SIGEV_NONE};
        timer_t last;
        while (made < 20 && !timer_create(CLOCK_MONOTONIC, &e, &last))
            made++;
        say("%d made, then %s", made, errname(errno));
        T(timer_delete(last));
        T(timer_create(CLOCK_MONOTONIC, &e, &last));
        T(timer_create(CLOCK_MONOTONIC, &e, &last));
    });
    return 0;
}
