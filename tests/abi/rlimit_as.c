// about: RLIMIT_AS and RLIMIT_STACK: what they refuse
// calls: prlimit64 mmap mremap brk clone
#include "abi.h"

static int deep(volatile char *prev, int n)
{
    volatile char b[4096];
    b[0] = n;
    if (prev)
        b[1] = prev[0];
    return n ? deep(b, n - 1) + b[0] : b[0];
}
int main(void)
{
    RUN("address space", {
        setrlimit(RLIMIT_AS, &(struct rlimit){64 << 20, 64 << 20});
        T(mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
               0) == MAP_FAILED
              ? -1
              : 0);
        T(mmap(NULL, 128 << 20, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED
              ? -1
              : 0);
        char *m =
            mmap(NULL, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        Y(m != MAP_FAILED);
        T(mremap(m, 8 << 20, 128 << 20, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
        char *b = (char *)sys(brk, 0);
        Y((char *)sys(brk, b + (128 << 20)) == b);
        RUN("child", );
    });
    RUN("stack within the limit", {
        setrlimit(RLIMIT_STACK, &(struct rlimit){2 << 20, 8 << 20});
        deep(NULL, 300);
    });
    RUN("stack beyond the limit", {
        setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, 8 << 20});
        deep(NULL, 300);
    });
    RUN("raised afterwards", {
        setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, 8 << 20});
        setrlimit(RLIMIT_STACK, &(struct rlimit){4 << 20, 8 << 20});
        deep(NULL, 300);
    });
    RUN("8 MiB by default", deep(NULL, 1900));
    RUN("and not more", deep(NULL, 2100));
    RUN("the kernel may grow it too", {
        volatile char here;
        int fd = open("/dev/zero", O_RDONLY);
        char *far = (char *)(((uintptr_t)&here - (300 << 10)) & ~4095UL);
        T(read(fd, far, 4096));
    });
    RUN("exec keeps the limit", {
        setrlimit(RLIMIT_STACK, &(struct rlimit){3 << 20, 8 << 20});
        execl("/bin/busybox", "sh", "-c", "ulimit -s", NULL);
    });
}
