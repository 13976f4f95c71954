// about: pread64 and pwrite64: offsets, the position left alone, append, pipes
// calls: pread64 pwrite64 lseek
#include "abi.h"
int main(void)
{
    char b[64];
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    T(pwrite(fd, "abcdef", 6, 10));
    T(lseek(fd, 0, SEEK_CUR));
    T(lseek(fd, 3, SEEK_SET));
    T(pread(fd, b, 3, 12));
    say("%.3s", b);
    T(lseek(fd, 0, SEEK_CUR));
    T(pread(fd, b, 10, 16));
    T(pread(fd, b, 10, 15));
    T(pread(fd, b, 10, 1000));
    T(sys(pread64, fd, b, 10, -1L));
    T(sys(pwrite64, fd, b, 10, -1L));
    T(sys(pread64, fd, b, 10, 0x7fffffffffffffffL));
    T(sys(pwrite64, fd, b, 10, 0x7fffffffffffffffL));
    T(sys(pwrite64, fd, b, 10, 0x7ffffffffffffff0L));
    T(sys(pread64, fd, b, 0, 0x7fffffffffffffffL));
    T(sys(pread64, fd, b, 0, -1L));
    T(sys(pwrite64, fd, b, 0, -1L));
    int ap = open("f", O_WRONLY | O_APPEND);
    T(pwrite(ap, "zz", 2, 0));
    T(lseek(fd, 0, SEEK_END));
    T(pread(fd, b, 2, 16));
    say("%.2s", b);
    T(lseek(ap, 0, SEEK_CUR));
    T(write(ap, "y", 1));
    T(lseek(ap, 0, SEEK_CUR));
    int e[2];
    pipe(e);
    T(pread(e[0], b, 1, 0));
    T(pwrite(e[1], b, 1, 0));
    T(pwrite(e[1], b, 0, 0));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    T(pread(s, b, 1, 0));
    int d = open(".", O_RDONLY), o = open("f", O_PATH),
        n = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR);
    T(pread(d, b, 1, 0));
    T(pread(o, b, 1, 0));
    T(pread(n, b, 1, 5));
    T(pwrite(n, b, 1, 5));
    T(pread(z, b, 1, 5));
    T(pread(99, b, 1, 0));
    BAD(p, pread(fd, p, 1, 0));
    BAD(p, pwrite(fd, p, 1, 0));
}
