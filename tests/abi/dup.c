// about: dup, dup2 (through dup3), dup3 and F_DUPFD: numbers, flags, limits,
// about: shared positions
// calls: dup dup3 fcntl
#include "abi.h"
int main(void)
{
    put("f", "0123456789");
    int fd = T(open("f", O_RDWR | O_CLOEXEC));
    int a = T(dup(fd));
    T(fcntl(fd, F_GETFD));
    T(fcntl(a, F_GETFD));
    T(dup2(fd, 20));
    T(fcntl(20, F_GETFD));
    T(sys(dup3, fd, 21, O_CLOEXEC));
    T(fcntl(21, F_GETFD));
    T(sys(dup3, fd, fd, 0));
    T(sys(dup3, fd, fd, O_CLOEXEC));
    T(sys(dup3, fd, 22, O_NONBLOCK));
    T(sys(dup3, fd, 22, 0x10));
    T(dup2(fd, fd));
    T(dup2(99, 99));
    T(dup(99));
    T(dup(-1));
    T(dup2(99, 5));
    T(dup2(fd, -1));
    T(sys(dup3, fd, -1, 0));
    T(sys(dup3, 99, -1, 0));
    T(fcntl(fd, F_DUPFD, 10));
    T(fcntl(fd, F_DUPFD, 10));
    T(fcntl(fd, F_DUPFD_CLOEXEC, 10));
    T(fcntl(12, F_GETFD));
    T(fcntl(fd, F_DUPFD, -1));
    T(fcntl(fd, F_DUPFD, 1 << 30));
    T(fcntl(99, F_DUPFD, 0));
    T(close(4));
    T(dup(fd));
    char c;
    T(lseek(fd, 5, SEEK_SET));
    read(20, &c, 1);
    say("%c", c);
    T(lseek(a, 0, SEEK_CUR));
    T(fcntl(a, F_SETFL, O_APPEND | O_NONBLOCK));
    say("%x", fcntl(fd, F_GETFL) & ~LARGEFILE);
    say("-- dup2 closes what was there");
    int p[2];
    pipe(p);
    T(dup2(fd, p[1]));
    T(read(p[0], &c, 1));
    say("-- the handle limit");
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = 30;
    T(setrlimit(RLIMIT_NOFILE, &rl));
    T(dup2(fd, 30));
    T(dup2(fd, 29));
    T(fcntl(fd, F_DUPFD, 30));
    T(fcntl(fd, F_DUPFD, 29));
    int n = 0;
    while (dup(fd) >= 0)
        n++;
    Y(errno == EMFILE);
    N(n);
    T(open("f", O_RDONLY));
    T(open("none", O_RDONLY));
    T(pipe(p));
    T(dup(99));
    T(dup2(fd, 15));
    int o = T(fcntl(fd, F_GETFD));
    say("-- a path handle");
    close(15);
    int op = T(open("f", O_PATH));
    T(dup2(op, 16));
    T(read(16, &c, 1));
}
