// about: mlock, mlock2, munlock, mlockall: limits, residency, who may
// calls: mlock mlock2 munlock mlockall munlockall mincore
#include "abi.h"

static long locked(void)
{
    const char *s = strstr(get("/proc/self/status"), "VmLck:");
    return s ? atol(s + 6) : -1;
}
int main(void)
{
    unsigned char v[4];
    char *m = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    N(locked());
    T(mlock(m, 8192));
    T(mincore(m, 4 * 4096, v));
    say("%d %d %d %d", v[0] & 1, v[1] & 1, v[2] & 1, v[3] & 1);
    N(locked());
    T(mlock(m + 100, 10));
    N(locked());
    T(munlock(m, 4096));
    N(locked());
    T(munlock(m, 4 * 4096));
    N(locked());
    T(sys(mlock2, m, 4 * 4096, 1));
    N(locked());
    T(sys(mlock2, m, 4096, 2));
    T(mlock(m, 0));
    T(mlock(m, -1L));
    T(mlock((void *)4096, 4096));
    T(munlock((void *)4096, 4096));
    T(sys(mlock, 0xffff888000000000, 4096));
    munmap(m + 2 * 4096, 4096);
    T(mlock(m, 4 * 4096));
    T(munlock(m, 8192));
    T(munlock(m + 3 * 4096, 4096));
    N(locked());
    T(mlock(m, 4096));
    T(munmap(m, 4096));
    N(locked());
    char *n = page(PROT_NONE);
    T(mlock(n, 4096));
    RUN("not inherited", {
        mlock(m + 4096, 4096);
        RUN("child", N(locked()));
    });
    T(madvise(n, 4096, MADV_DONTNEED));
    T(munlock(n, 4096));
    T(madvise(n, 4096, MADV_DONTNEED));
    RUN("user", {
        setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){8192, 8192});
        become_user();
        char *q = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        T(mlock(q, 8192));
        T(mlock(q + 8192, 4096));
        T(mlock(q, 8192));
        T(mlockall(MCL_CURRENT));
        T(munlock(q, 8192));
        T(mmap(NULL, 3 * 4096, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED
              ? -1
              : 0);
        setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 0});
        T(mlock(q, 4096));
        T(mlockall(MCL_FUTURE));
    });
    RUN("all", {
        T(mlockall(0));
        T(mlockall(8));
        T(mlockall(4));
        T(mlockall(MCL_CURRENT));
        Y(locked() > 0);
        T(mlockall(MCL_FUTURE));
        char *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mincore(q, 4096, v);
        N(v[0] & 1);
        T(munlockall());
        N(locked());
    });
}
