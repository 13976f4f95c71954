// about: prlimit64: reading, lowering, raising, other processes, refusals
// calls: prlimit64
#include "abi.h"

#define PL(...) sys(prlimit64, __VA_ARGS__)
int main(void)
{
    struct rlimit o, n;
    static const struct {
        int r;
        const char *n;
    } all[] = {{RLIMIT_CPU, "CPU"},
               {RLIMIT_FSIZE, "FSIZE"},
               {RLIMIT_DATA, "DATA"},
               {RLIMIT_STACK, "STACK"},
               {RLIMIT_CORE, "CORE"},
               {RLIMIT_RSS, "RSS"},
               {RLIMIT_AS, "AS"},
               {RLIMIT_LOCKS, "LOCKS"},
               {RLIMIT_MSGQUEUE, "MSGQUEUE"},
               {RLIMIT_NICE, "NICE"},
               {RLIMIT_RTPRIO, "RTPRIO"},
               {RLIMIT_RTTIME, "RTTIME"},
               {RLIMIT_NOFILE, "NOFILE"}};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        PL(0, all[i].r, NULL, &o);
        say("%s: %lld %lld", all[i].n, (long long)o.rlim_cur,
            (long long)o.rlim_max);
    }
    T(PL(0, 16, NULL, &o));
    T(PL(0, -1, NULL, &o));
    T(PL(0, RLIMIT_NOFILE, NULL, NULL));
    T(PL(9999999, RLIMIT_NOFILE, NULL, &o));
    T(PL(-1, RLIMIT_NOFILE, NULL, &o));
    n = (struct rlimit){50, 40};
    T(PL(0, RLIMIT_NOFILE, &n, NULL));
    n = (struct rlimit){50, 60};
    T(PL(0, RLIMIT_NOFILE, &n, &o));
    T(PL(0, RLIMIT_NOFILE, NULL, &o));
    say("%d %d", (int)o.rlim_cur, (int)o.rlim_max);
    n = (struct rlimit){50, 2000000000};
    T(PL(0, RLIMIT_NOFILE, &n, NULL));
    BAD(p, PL(0, RLIMIT_NOFILE, NULL, p));
    BAD(p, PL(0, RLIMIT_NOFILE, p, NULL));
    int q[2];
    char c;
    pipe(q);
    pid_t k = CHILD({
        sys(setresgid, 1000, 1000, 1000);
        sys(setresuid, 1000, 1000, 1000);
        write(q[1], "x", 1);
        pause();
    });
    read(q[0], &c, 1);
    n = (struct rlimit){11, 22};
    T(PL(k, RLIMIT_CORE, &n, NULL));
    T(PL(k, RLIMIT_CORE, NULL, &o));
    say("%d %d", (int)o.rlim_cur, (int)o.rlim_max);
    RUN("user", {
        become_user();
        n = (struct rlimit){5, 6};
        T(PL(k, RLIMIT_CORE, &n, NULL));
        n = (struct rlimit){5, 7};
        T(PL(k, RLIMIT_CORE, &n, NULL));
        T(PL(getppid(), RLIMIT_CORE, NULL, &o));
        T(PL(0, RLIMIT_NOFILE, NULL, &o));
        n = (struct rlimit){o.rlim_cur, o.rlim_max + 1};
        T(PL(0, RLIMIT_NOFILE, &n, NULL));
        n = (struct rlimit){10, 20};
        T(PL(0, RLIMIT_NOFILE, &n, NULL));
        n = (struct rlimit){20, 20};
        T(PL(0, RLIMIT_NOFILE, &n, NULL));
        n = (struct rlimit){20, 21};
        T(PL(0, RLIMIT_NOFILE, &n, NULL));
        RUN("inherited", {
            PL(0, RLIMIT_NOFILE, NULL, &o);
            say("%d %d", (int)o.rlim_cur, (int)o.rlim_max);
        });
    });
    kill(k, SIGKILL);
    wait_show("child", k);
#ifdef SYS_getrlimit
    T(sys(getrlimit, RLIMIT_CORE, &o));
    T(sys(setrlimit, RLIMIT_CORE, &o));
    T(sys(setrlimit, 99, &o));
#endif
}
