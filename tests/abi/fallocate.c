// about: fallocate on tmpfs: modes, sizes, blocks, refusals
// calls: fallocate
#include "abi.h"
static int fd;
static void show(void)
{
    struct stat st;
    fstat(fd, &st);
    say("  size %ld blocks %ld", (long)st.st_size, (long)st.st_blocks);
}
int main(void)
{
    char b[8192];
    fd = open("f", O_RDWR | O_CREAT, 0644);
    T(sys(fallocate, fd, 0, 0, 10000));
    show();
    T(sys(fallocate, fd, 1, 0, 40000));
    show();
    T(sys(fallocate, fd, 0, 0, 0));
    T(sys(fallocate, fd, 0, -1L, 10));
    T(sys(fallocate, fd, 0, 0, -1L));
    T(sys(fallocate, fd, 0, 0x7fffffffffffffffL, 1));
    T(sys(fallocate, fd, 0, 0x7ffffffffffff000L, 0x1000));
    memset(b, 'x', sizeof b);
    pwrite(fd, b, 8192, 0);
    T(sys(fallocate, fd, 3, 0, 4096));
    show();
    pread(fd, b, 8192, 0);
    Y(b[0] == 0 && b[4095] == 0 && b[4096] == 'x');
    T(sys(fallocate, fd, 3, 5000, 100));
    pread(fd, b, 8192, 0);
    Y(b[4999] == 'x' && b[5000] == 0 && b[5099] == 0 && b[5100] == 'x');
    show();
    T(sys(fallocate, fd, 3, 1 << 20, 4096));
    T(sys(fallocate, fd, 2, 0, 4096));
    T(sys(fallocate, fd, 8, 0, 4096));
    T(sys(fallocate, fd, 0x10, 0, 4096));
    T(sys(fallocate, fd, 0x20, 0, 4096));
    T(sys(fallocate, fd, 0x40, 0, 4096));
    T(sys(fallocate, fd, 0x100, 0, 4096));
    int ro = open("f", O_RDONLY), d = open(".", O_RDONLY),
        n = open("/dev/null", O_RDWR);
    T(sys(fallocate, ro, 0, 0, 10));
    T(sys(fallocate, d, 0, 0, 10));
    T(sys(fallocate, n, 0, 0, 10));
    T(sys(fallocate, 99, 0, 0, 10));
    int p[2];
    pipe(p);
    T(sys(fallocate, p[1], 0, 0, 10));
    T(sys(fallocate, socket(AF_UNIX, SOCK_STREAM, 0), 0, 0, 10));
    T(ftruncate(fd, 0));
    show();
    signal(SIGXFSZ, SIG_IGN);
    T_FSIZE(100000, sys(fallocate, fd, 0, 0, 100001));
    T_FSIZE(100000, sys(fallocate, fd, 1, 0, 100001));
    T_FSIZE(100000, sys(fallocate, fd, 0, 0, 100000));
}
