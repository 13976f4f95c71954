// about: Seven MiB on the stack, a large environment, alloca below the guard,
// about: stacks of threads overflow cleanly
// calls: mmap rt_sigaction sigaltstack
#include "abi.h"

#include <alloca.h>
static void *over(void *a)
{
    volatile char b[4096];
    b[0] = 1;
    return over((void *)&b);
}
static volatile char sink;
int main(void)
{
    RUN("7 MiB at once", {
        volatile char *p = alloca(7 << 20);
        for (int i = 0; i < 7 << 20; i += 4096)
            p[i] = i >> 12;
        int bad = 0;
        for (int i = 0; i < 7 << 20; i += 4096)
            bad += p[i] != (char)(i >> 12);
        N(bad);
    });
    RUN("from the far end first", {
        volatile char *p = alloca(6 << 20);
        p[0] = 1;
        p[3 << 20] = 2;
        say("%d %d", p[0], p[3 << 20]);
    });
    RUN("far below the limit", {
        volatile char here;
        sink = *(&here - (64L << 20));
    });
    RUN("a thread's stack", {
        pthread_t t;
        pthread_create(&t, NULL, over, NULL);
        pthread_join(t, NULL);
    });
    RUN("the kernel reads from it before it is touched", {
        volatile char *p = alloca(1 << 20);
        int fd = open("f", O_RDWR | O_CREAT, 0600);
        T(write(fd, (char *)p, 5000));
        T(pread(fd, (char *)p + 4096 * 100, 5000, 0));
    });
}
