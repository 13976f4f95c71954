// about: getrusage and times: self, children, threads; monotone and added up
// about: at wait
// calls: getrusage times wait4
#include "abi.h"

#include <sys/times.h>
static void burn(int millis)
{
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    do {
        for (volatile int i = 0; i < 20000; i++)
            ;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    } while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 <
             millis);
}
static long us(struct timeval t)
{
    return t.tv_sec * 1000000 + t.tv_usec;
}
int main(void)
{
    struct rusage a, b, c;
    T(getrusage(RUSAGE_SELF, &a));
    T(getrusage(RUSAGE_CHILDREN, &c));
    burn(50);
    T(getrusage(RUSAGE_SELF, &b));
    Y(us(b.ru_utime) + us(b.ru_stime) >=
      us(a.ru_utime) + us(a.ru_stime) + 40000);
    T(getrusage(1 /* RUSAGE_THREAD */, &c));
    Y(us(c.ru_utime) + us(c.ru_stime) >= 40000);
    RUN("child", burn(60));
    T(getrusage(RUSAGE_CHILDREN, &c));
    Y(us(c.ru_utime) + us(c.ru_stime) >= 50000);
    RUN("a child that waits for its child", RUN("grandchild", burn(60)));
    struct rusage d;
    T(getrusage(RUSAGE_CHILDREN, &d));
    Y(us(d.ru_utime) + us(d.ru_stime) >=
      us(c.ru_utime) + us(c.ru_stime) + 50000);
    signal(SIGCHLD, SIG_IGN);
    pid_t k = CHILD(burn(60));
    waitpid(k, NULL, 0);
    T(getrusage(RUSAGE_CHILDREN, &c));
    Y(us(c.ru_utime) + us(c.ru_stime) <
      us(d.ru_utime) + us(d.ru_stime) + 50000);
    T(getrusage(2, &a));
    T(getrusage(-2, &a));
    BAD(p, sys(getrusage, RUSAGE_SELF, p));
    struct tms t;
    Y(times(&t) != -1);
    Y(t.tms_utime + t.tms_stime >= 4);
    Y(t.tms_cutime + t.tms_cstime >= 10);
    Y(sys(times, NULL) > 0);
    BAD(p, sys(times, p) == -1 ? -1 : 0);
    N(sysconf(_SC_CLK_TCK));
    say("-- page faults are counted");
    getrusage(RUSAGE_SELF, &a);
    char *m = mmap(NULL, 100 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(m, 100 * 4096, MADV_NOHUGEPAGE);
    for (int i = 0; i < 100; i++)
        m[i * 4096] = 1;
    getrusage(RUSAGE_SELF, &b);
    Y(b.ru_minflt - a.ru_minflt >= 100);
    c = b; /* a sleep that is over before it began is none */
    for (int i = 0; i < 1000 && c.ru_nvcsw == b.ru_nvcsw; i++) {
        ms(5);
        getrusage(RUSAGE_SELF, &c);
    }
    Y(c.ru_nvcsw > b.ru_nvcsw);
}
