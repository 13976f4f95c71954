// about: seccomp: filters of other threads, actions, the checker of programs,
// about: chains
// calls: seccomp prctl
#include "abi.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

static int filter(int flags, long nr, unsigned action)
{
    struct sock_filter f[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                              BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
                              BPF_STMT(BPF_RET | BPF_K, action),
                              BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog p = {4, f};
    return sys(seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static volatile int step, own;
static volatile pid_t tid;

static void *thread(void *p)
{
    tid = sys(gettid);
    if (own)
        filter(0, SYS_getuid, SECCOMP_RET_ERRNO | 5);
    step = 1;
    while (step != 2)
        ms(2);
    Y(sys(getppid) > 0);
    N(prctl(PR_GET_SECCOMP));
    N(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    step = 3;
    while (step != 4)
        ms(2);
    return p;
}

static void two_threads(int flags)
{
    pthread_t t;
    prctl(PR_SET_NO_NEW_PRIVS, own, 0, 0, 0);
    pthread_create(&t, NULL, thread, NULL);
    while (step != 1)
        ms(2);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long r = filter(flags, SYS_getppid, SECCOMP_RET_ERRNO | ENODEV);
    say("%s", r == tid ? "the thread" : r < 0 ? errname(errno) : "0");
    step = 2;
    while (step != 3)
        ms(2);
    step = 4;
    pthread_join(t, NULL);
}

static void *killed(void *p)
{
    sys(getppid);
    say("not here");
    return p;
}

static const char *check(int n, struct sock_filter *f)
{
    struct sock_fprog p = {n, f};
    int st;
    pid_t k = fork();
    if (!k) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        long r = syscall(SYS_seccomp, 1, 0, &p);
        _exit(r < 0 ? errno : 0);
    }
    waitpid(k, &st, 0);
    return WIFEXITED(st) ? errname(WEXITSTATUS(st)) : "killed";
}
#define CHECK(...)                                                        \
    ({                                                                    \
        struct sock_filter f_[] = {__VA_ARGS__};                          \
        say("%s: %s", #__VA_ARGS__, check(sizeof f_ / sizeof f_[0], f_)); \
    })
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

int main(void)
{
    RUN("tsync", two_threads(SECCOMP_FILTER_FLAG_TSYNC));
    own = 1;
    RUN("tsync, one cannot", two_threads(SECCOMP_FILTER_FLAG_TSYNC));
    RUN("the same, ESRCH", two_threads(SECCOMP_FILTER_FLAG_TSYNC |
                                       SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
    RUN("no tsync", two_threads(0));
    say("-- kinds of death");
    RUN("kill thread", {
        pthread_t t;
        filter(0, SYS_getppid, SECCOMP_RET_KILL_THREAD);
        pthread_create(&t, NULL, killed, NULL);
        for (int i = 0; i < 6000; i++) {
            const char *n = strstr(get("/proc/self/status"), "Threads:");
            if (n && n[9] == '1')
                break;
            ms(10);
        }
        say("goes on");
    });
    RUN("kill process", {
        pthread_t t;
        filter(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS);
        pthread_create(&t, NULL, killed, NULL);
        pthread_join(t, NULL);
        say("not here");
    });
    RUN("trace, log, allow", {
        filter(0, SYS_getppid, SECCOMP_RET_TRACE | 3);
        filter(0, SYS_getuid, SECCOMP_RET_LOG);
        T(sys(getppid));
        T(sys(getuid));
        filter(0, SYS_getppid, SECCOMP_RET_ERRNO | 0xffff);
        say("%ld", sys(getppid) == -1 ? (long)errno : 0L);
        const char *s = strstr(get("/proc/self/status"), "Seccomp_filters");
        say("%.17s", s);
    });
    say("-- calls");
    unsigned actions[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP,
                          SECCOMP_RET_USER_NOTIF, 0x12340000};
    for (int i = 0; i < 4; i++)
        T(sys(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i]));
    T(sys(seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &actions[0]));
    T(filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, 1,
             0));
    T(filter(0x20, 1, 0));
    RUN("strict after filter", {
        filter(0, SYS_getppid, SECCOMP_RET_ALLOW);
        T(sys(seccomp, 0, 0, NULL));
        T(prctl(PR_SET_SECCOMP, 1));
    });
    say("-- programs");
    CHECK(ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 60), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW);
    CHECK(BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3), ALLOW);
    CHECK(BPF_STMT(BPF_ST, 16), ALLOW);
    CHECK(BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW);
    CHECK(BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), ALLOW);
    CHECK(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), ALLOW);
    CHECK(BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW);
    CHECK(BPF_STMT(BPF_ALU | BPF_NEG, 0), ALLOW);
    CHECK(BPF_STMT(BPF_JMP | BPF_JA, 0), ALLOW);
    CHECK(BPF_STMT(BPF_JMP | BPF_JA, 1), ALLOW);
    CHECK(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), ALLOW);
    CHECK(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 0, 0), ALLOW);
    CHECK(BPF_STMT(BPF_LD | BPF_IMM, 0));
    CHECK(BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_RET | BPF_A, 0));
    CHECK(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), ALLOW);
}
