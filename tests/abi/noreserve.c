// about: Huge reservations cost nothing until touched; overcommit by writable
// about: private mappings
// calls: mmap munmap madvise mprotect
#include "abi.h"

static long rss(void)
{
    const char *s = strstr(get("/proc/self/status"), "VmRSS:");
    return s ? atol(s + 6) : 0;
}
int main(void)
{
    long before = rss();
    for (int gib = 1; gib <= 4096; gib *= 8) {
        char *m = mmap(NULL, (size_t)gib << 30, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        say("%d GiB without access: %s", gib,
            m == MAP_FAILED ? errname(errno) : "ok");
        char *n = mmap(NULL, (size_t)gib << 30, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        say("%d GiB writable, NORESERVE: %s", gib,
            n == MAP_FAILED ? errname(errno) : "ok");
        if (n != MAP_FAILED) {
            for (int i = 0; i < 16; i++)
                n[((size_t)gib << 30) / 16 * i] = i + 1;
            bool ok = true;
            for (int i = 0; i < 16; i++)
                ok &= n[((size_t)gib << 30) / 16 * i] == i + 1;
            Y(ok);
            T(munmap(n, (size_t)gib << 30));
        }
        T(mprotect(m + (1 << 20), 1 << 20, PROT_READ | PROT_WRITE));
        m[1 << 20] = 1;
        T(madvise(m, (size_t)gib << 30, MADV_DONTNEED));
        Y(m[1 << 20] == 0);
        T(munmap(m, (size_t)gib << 30));
    }
    Y(rss() - before < 1000);
    say("-- a child of a large process");
    char *m = mmap(NULL, 64UL << 30, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (int i = 0; i < 64; i++)
        m[(size_t)i << 30] = i;
    RUN("child", {
        bool ok = true;
        for (int i = 0; i < 64; i++) {
            ok &= m[(size_t)i << 30] == i;
            m[(size_t)i << 30] = -1;
        }
        Y(ok);
    });
    Y(m[5UL << 30] == 5);
}
