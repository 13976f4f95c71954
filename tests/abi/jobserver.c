// about: A make-like jobserver: tokens in a pipe, never more than four jobs at
// about: once, all tokens back
// calls: pipe2 read write clone wait4
#include "abi.h"

int main(void)
{
    int p[2], st,
        *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pipe(p);
    write(p[1], "++++", 4);
    for (int i = 0; i < 40; i++)
        CHILD({
            char t;
            read(p[0], &t, 1);
            int now = __atomic_add_fetch(&m[0], 1, __ATOMIC_SEQ_CST);
            if (now > 4)
                m[1]++;
            for (volatile int j = 0; j < 20000; j++)
                ;
            sched_yield();
            __atomic_sub_fetch(&m[0], 1, __ATOMIC_SEQ_CST);
            __atomic_add_fetch(&m[2], 1, __ATOMIC_SEQ_CST);
            write(p[1], &t, 1);
        });
    int n = 0;
    while (wait(&st) > 0)
        n += st == 0;
    say("%d jobs ended well, %d ran, too many at once %d, running %d", n, m[2],
        m[1], m[0]);
    int left;
    ioctl(p[0], FIONREAD, &left);
    N(left);
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    char b[8];
    T(read(p[0], b, 8));
    T(read(p[0], b, 8));
}
