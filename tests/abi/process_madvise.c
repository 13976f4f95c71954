// about: process_madvise and process_mrelease: refusals and plain use
// calls: process_madvise process_mrelease pidfd_open
#include "abi.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
int main(void)
{
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int p[2];
    char c;
    pipe(p);
    pid_t k = CHILD(read(p[0], &c, 1));
    int fd = sys(pidfd_open, k, 0);
    struct iovec v = {m, 8192};
    T(sys(process_madvise, fd, &v, 1, 20, 0));
    T(sys(process_madvise, fd, &v, 1, 3, 0));
    T(sys(process_madvise, fd, &v, 1, MADV_DONTNEED, 0));
    T(sys(process_madvise, fd, &v, 1, 20, 1));
    T(sys(process_madvise, 99, &v, 1, 20, 0));
    T(sys(process_madvise, 0, &v, 1, 20, 0));
    T(sys(process_madvise, fd, &v, 1025, 20, 0));
    T(sys(process_mrelease, fd, 0));
    T(sys(process_mrelease, fd, 1));
    T(sys(process_mrelease, 99, 0));
    write(p[1], "x", 1);
    wait_show("child", k);
    T(sys(process_madvise, fd, &v, 1, 20, 0));
    T(sys(process_mrelease, fd, 0));
}
