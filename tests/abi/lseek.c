// about: lseek: every whence, overflow, directories, pipes, devices
// calls: lseek
#include "abi.h"
int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    write(fd, "0123456789", 10);
    T(lseek(fd, 5, SEEK_SET));
    T(lseek(fd, 3, SEEK_CUR));
    T(lseek(fd, -3, SEEK_END));
    T(lseek(fd, -8, SEEK_CUR));
    T(lseek(fd, 0, SEEK_CUR));
    T(lseek(fd, -1, SEEK_SET));
    T(lseek(fd, -11, SEEK_END));
    T(lseek(fd, 1L << 40, SEEK_SET));
    T(lseek(fd, 0x7fffffffffffffffL, SEEK_SET));
    T(lseek(fd, 1, SEEK_CUR));
    T(lseek(fd, 0x7fffffffffffffffL, SEEK_END));
    T(lseek(fd, 0, 5));
    T(lseek(fd, 0, -1));
    T(lseek(fd, 0, 100));
    T(lseek(99, 0, SEEK_SET));
    T(lseek(99, 0, 100));
    int p[2];
    pipe(p);
    T(lseek(p[0], 0, SEEK_SET));
    T(lseek(p[0], 0, SEEK_CUR));
    T(lseek(p[0], 0, 100));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    T(lseek(s, 0, SEEK_SET));
    int o = open("f", O_PATH);
    T(lseek(o, 0, SEEK_SET));
    int n = open("/dev/null", O_RDONLY), z = open("/dev/zero", O_RDONLY);
    T(lseek(n, 100, SEEK_SET));
    T(lseek(n, 100, SEEK_END));
    T(lseek(z, 100, SEEK_SET));
    T(lseek(z, 0, SEEK_CUR));
    int d = open(".", O_RDONLY);
    T(lseek(d, 0, SEEK_SET));
    T(lseek(d, 0, SEEK_CUR));
    T(lseek(d, -1, SEEK_SET));
    say("-- the position is shared by dup, not by open");
    int q = dup(fd), r = open("f", O_RDONLY);
    T(lseek(fd, 7, SEEK_SET));
    T(lseek(q, 0, SEEK_CUR));
    T(lseek(r, 0, SEEK_CUR));
    RUN("child", lseek(q, 2, SEEK_SET));
    T(lseek(fd, 0, SEEK_CUR));
}
