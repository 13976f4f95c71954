// about: read and write: positions, ends, zero sizes, huge sizes, wrong
// about: handles
// calls: read write lseek
#include "abi.h"
int main(void)
{
    char b[64] = "";
    int fd = T(open("f", O_RDWR | O_CREAT, 0644));
    T(write(fd, "hello world", 11));
    T(read(fd, b, 64));
    T(lseek(fd, 0, SEEK_SET));
    T(read(fd, b, 5));
    say("%.5s", b);
    T(lseek(fd, 0, SEEK_CUR));
    T(read(fd, b, 0));
    T(write(fd, b, 0));
    T(lseek(fd, 0, SEEK_CUR));
    T(lseek(fd, 100, SEEK_SET));
    T(read(fd, b, 10));
    T(write(fd, "end", 3));
    T(lseek(fd, 0, SEEK_END));
    T(lseek(fd, 11, SEEK_SET));
    memset(b, 'x', sizeof b);
    T(read(fd, b, 64));
    Y(b[0] == 0 && b[63] == 0);
    T(read(fd, b, 64));
    say("%.3s", b + 25);
    int ro = open("f", O_RDONLY), wo = open("f", O_WRONLY),
        dir = open(".", O_RDONLY);
    T(write(ro, "x", 1));
    T(write(ro, "x", 0));
    T(read(wo, b, 1));
    T(read(wo, b, 0));
    T(read(dir, b, 10));
    T(read(dir, b, 0));
    T(write(dir, b, 10));
    T(read(-1, b, 1));
    T(write(-1, b, 1));
    T(read(99, b, 1));
    T(sys(read, 0x100000000L + ro, b, 1));
    T(lseek(ro, 0, SEEK_SET));
    T(sys(read, ro, b, -1L));
    T(sys(write, wo, b, -1L));
    T(sys(read, ro, b, 0x7fffffffffffffffL));
    T(lseek(fd, 0, SEEK_SET));
    BAD(p, sys(read, fd, p, 10));
    BAD(p, sys(write, fd, p, 10));
    BAD(p, sys(read, fd, p, 0));
    T(lseek(fd, 0, SEEK_CUR));
}
