// about: read and write at the edge of what is mapped move what they can
// calls: read write pread64 pwrite64 pipe2
#include "abi.h"
int main(void)
{
    char *p = edge(100), c[200];
    memset(p, 'a', 100);
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    T(write(fd, p, 100));
    T(sys(write, fd, p, 101));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(write, fd, p + 60, 200));
    T(lseek(fd, 0, SEEK_END));
    T(lseek(fd, 0, SEEK_SET));
    T(sys(read, fd, p + 50, 100));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(pread64, fd, p + 90, 100, 0));
    char *q = edge(4096 + 10);
    ftruncate(fd, 20000);
    T(sys(pread64, fd, q, 9000, 0));
    T(sys(pread64, fd, q, 9000, 5000));
    T(sys(pwrite64, fd, q, 9000, 5000));
    T(sys(pwrite64, fd, q, 9000, 30000));
    T(lseek(fd, 0, SEEK_END));
    int e[2];
    pipe(e);
    T(sys(write, e[1], p + 50, 100));
    fcntl(e[0], F_SETFL, O_NONBLOCK);
    T(read(e[0], c, 200));
    write(e[1], c, 100);
    T(sys(read, e[0], p + 70, 100));
    T(read(e[0], c, 200));
    say("-- a read-only page");
    char *ro = page(PROT_READ);
    T(pread(fd, ro, 10, 0));
    write(e[1], c, 10);
    T(read(e[0], ro, 10));
    T(read(e[0], c, 200));
    say("-- a write-only page can be read on this machine");
    char *wo = page(PROT_WRITE);
    T(pread(fd, wo, 10, 0));
    T(pwrite(fd, wo, 10, 0));
    say("-- an execute-only page");
    char *xo = page(PROT_EXEC);
    T(pread(fd, xo, 10, 0));
}
