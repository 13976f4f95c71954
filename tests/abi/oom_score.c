// about: /proc/self/oom_score_adj and the score: range, who may lower it,
// about: inheritance
// calls: openat write read
#include "abi.h"

static long w(const char *v)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    long r = write(fd, v, strlen(v));
    int e = errno;
    close(fd);
    errno = e;
    return r;
}
int main(void)
{
    STR(get("/proc/self/oom_score_adj"));
    T(w("100\n"));
    STR(get("/proc/self/oom_score_adj"));
    RUN("child", STR(get("/proc/self/oom_score_adj")));
    T(w("1001"));
    T(w("-1001"));
    T(w("1000"));
    T(w("abc"));
    T(w(""));
    T(w("-500"));
    STR(get("/proc/self/oom_score_adj"));
    RUN("user", {
        become_user();
        T(w("-600"));
        T(w("0"));
        T(w("-100"));
        STR(get("/proc/self/oom_score_adj"));
    });
    T(w("0"));
    Y(atoi(get("/proc/self/oom_score")) >= 0);
}
