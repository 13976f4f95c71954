// about: time namespaces: offsets of the clocks, who may set them and when
// calls: unshare setns clock_gettime clock_nanosleep timerfd_settime
#include "abi.h"
#include <sys/timerfd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
static void w(const char *t)
{
    int fd = open("/proc/self/timens_offsets", O_WRONLY);
    errno = 0;
    long r = write(fd, t, strlen(t));
    char q[64];
    snprintf(q, 64, "%s", t);
    for (char *s = q; *s; s++)
        if (*s == '\n')
            *s = ';';
    say("%s: %ld %s", q, r, errname(errno));
    close(fd);
}
static double now(int clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
static double raw(int clock)
{
    struct timespec t;
    sys(clock_gettime, clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
/* Whether a is b, but for what passed meanwhile. */
static int near(double a, double b)
{
    return a - b < 1000 && b - a < 5;
}
int main(void)
{
    printf("%s", get("/proc/self/timens_offsets"));
    w("monotonic 1 0");
    double mono = now(CLOCK_MONOTONIC), boot = now(CLOCK_BOOTTIME);
    double real = now(CLOCK_REALTIME);
    T(unshare(CLONE_NEWTIME));
    char a[64] = "", b[64] = "";
    readlink("/proc/self/ns/time", a, 63);
    readlink("/proc/self/ns/time_for_children", b, 63);
    Y(strcmp(a, b) != 0);
    printf("%s", get("/proc/self/timens_offsets"));
    w("");
    w("monotonic");
    w("monotonic 1");
    w("mono 1 0");
    w("realtime 1 0");
    w("monotonic 1 1000000000");
    w("monotonic 1 0 3");
    w("monotonic -1000000000 0");
    w("monotonic 9223372037 0");
    w("monotonic 1 0\nboottime 1 0\nmonotonic 2 0\n");
    w("monotonic 86400 0\n7 172800 500000000\n");
    printf("%s", get("/proc/self/timens_offsets"));
    Y(near(now(CLOCK_MONOTONIC), mono));
    T(raw_clone(CLONE_VM | SIGCHLD, 0, 0, 0, 0));
    RUN("child", {
        Y(near(now(CLOCK_MONOTONIC), mono + 86400));
        Y(near(raw(CLOCK_MONOTONIC), mono + 86400));
        Y(near(now(CLOCK_MONOTONIC_RAW), mono + 86400));
        Y(near(now(CLOCK_MONOTONIC_COARSE), mono + 86400));
        Y(near(now(CLOCK_BOOTTIME), boot + 172800.5));
        Y(near(now(CLOCK_REALTIME), real));
        Y(near(time(NULL), real));
        double up = 0;
        sscanf(get("/proc/uptime"), "%lf", &up);
        Y(near(up, boot + 172800.5));
        readlink("/proc/self/ns/time", a, 63);
        Y(!strcmp(a, b));
        double m = now(CLOCK_MONOTONIC);
        struct timespec until = {(long)m, 0};
        until.tv_sec++;
        T(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
        Y(now(CLOCK_MONOTONIC) >= until.tv_sec);
        Y(near(now(CLOCK_MONOTONIC), until.tv_sec));
        int fd = timerfd_create(CLOCK_BOOTTIME, 0);
        struct itimerspec v = {{0, 0}, {0, 0}};
        clock_gettime(CLOCK_BOOTTIME, &v.it_value);
        v.it_value.tv_sec++;
        T(timerfd_settime(fd, TFD_TIMER_ABSTIME, &v, NULL));
        long long n = 0;
        T(read(fd, &n, 8));
        N(n);
        Y(near(now(CLOCK_BOOTTIME), v.it_value.tv_sec));
        RUN("grandchild", Y(near(now(CLOCK_MONOTONIC), mono + 86400)));
        w("monotonic 5 0");
    });
    w("monotonic 5 0");
    RUN("setns", {
        int fd = open("/proc/self/ns/time_for_children", O_RDONLY);
        T(sys(setns, fd, CLONE_NEWTIME));
        Y(near(now(CLOCK_MONOTONIC), mono + 86400));
        int back = open("/proc/1/ns/time", O_RDONLY);
        T(sys(setns, back, 0));
        Y(near(now(CLOCK_MONOTONIC), mono));
    });
    RUN("user", {
        become_user();
        T(unshare(CLONE_NEWTIME));
        w("monotonic 5 0");
    });
}
