// about: glibc: stdio, signals, timers with threads, spawn, getauxval, time
// about: zones, qsort, malloc under many sizes
// calls: timer_create clone3 brk mmap mremap rt_sigtimedwait
// libc: glibc
#include "abi.h"

#include <sys/auxv.h>
static atomic_int fired;
static void notify(union sigval v)
{
    fired += v.sival_int;
}
static int cmp(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}
int main(void)
{
    FILE *f = fopen("f", "w+");
    for (int i = 0; i < 3000; i++)
        fprintf(f, "%d %s\n", i, "line");
    rewind(f);
    int n, last = -1, lines = 0;
    char w[16];
    while (fscanf(f, "%d %15s", &n, w) == 2) {
        last = n;
        lines++;
    }
    fclose(f);
    say("%d lines, last %d", lines, last);
    timer_t t;
    struct sigevent ev = {.sigev_notify = SIGEV_THREAD,
                          .sigev_notify_function = notify,
                          .sigev_value.sival_int = 1};
    T(timer_create(CLOCK_MONOTONIC, &ev, &t));
    timer_settime(t, 0, &(struct itimerspec){{0, 2000000}, {0, 2000000}}, NULL);
    for (int i = 0; i < 60000 && fired < 3; i++)
        ms(1);
    Y(fired >= 3);
    T(timer_delete(t));
    unsigned s = 1;
    static char *p[500];
    int bad = 0;
    for (int i = 0; i < 5000; i++) {
        int k = rand_r(&s) % 500;
        size_t len = rand_r(&s) % (i % 50 ? 2000 : 300000) + 1;
        if (p[k] && p[k][0] != (char)k)
            bad++;
        p[k] = realloc(p[k], len);
        p[k][0] = k;
        p[k][len - 1] = k;
    }
    N(bad);
    static int v[20000];
    for (int i = 0; i < 20000; i++)
        v[i] = rand_r(&s);
    qsort(v, 20000, sizeof *v, cmp);
    for (int i = 1; i < 20000; i++)
        bad += v[i] < v[i - 1];
    N(bad);
    setenv("TZ", "JST-9", 1);
    time_t e = 86400;
    struct tm *tm = localtime(&e);
    say("%d %d:%d", tm->tm_mday, tm->tm_hour, tm->tm_min);
    Y(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    Y(sysconf(_SC_PAGESIZE) == (long)getauxval(AT_PAGESZ));
    Y(sysconf(_SC_PHYS_PAGES) > 1000);
    show_status("system", system("exit 3"));
}
