// about: writev to a new page of a file from memory of which a later part is
// about: not there: what comes before it is written
// calls: writev pwritev
#include "abi.h"

#include <sys/uio.h>

int main(void)
{
    char *good = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static const int sizes[] = {1, 100, 2048, 4095, 4096, 4097, 8192};

    memset(good, 'g', 8192);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct iovec v[] = {{good, sizes[i]}, {bad, 4096}, {good, 4096}};
        int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
        T(writev(fd, v, 3));
        N(lseek(fd, 0, SEEK_END));
        v[0].iov_base = bad;
        T(writev(fd, v, 3));
        close(fd);
    }
}
