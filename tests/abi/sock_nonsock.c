// about: Socket calls on things that are not sockets, and file calls on
// about: sockets
// calls: accept4 bind connect listen sendto recvfrom getsockname lseek
// calls: ftruncate mmap ioctl
#include "abi.h"

int main(void)
{
    char b[8];
    put("f", "x");
    int f = open("f", O_RDWR), p = open("f", O_PATH), q[2];
    pipe(q);
    int h[] = {f, p, q[0], 99, -1};
    static const char *const n[] = {"file", "path", "pipe", "99", "-1"};
    struct sockaddr_un a = {AF_UNIX, "x"};
    socklen_t l = sizeof a;
    for (int i = 0; i < 5; i++) {
        note = n[i];
        T(bind(h[i], (void *)&a, sizeof a));
        T(listen(h[i], 1));
        T(accept(h[i], NULL, NULL));
        T(connect(h[i], (void *)&a, sizeof a));
        T(send(h[i], "x", 1, 0));
        T(recv(h[i], b, 1, 0));
        T(getsockname(h[i], (void *)&a, &l));
        T(getpeername(h[i], (void *)&a, &l));
        T(shutdown(h[i], 0));
    }
    note = NULL;
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    T(lseek(s, 0, SEEK_CUR));
    T(ftruncate(s, 0));
    T(pread(s, b, 1, 0));
    T(sys(fallocate, s, 0, 0, 1));
    T(sys(getdents64, s, b, 8));
    T(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, s, 0) == MAP_FAILED ? -1 : 0);
    T(fchdir(s));
    T(fsync(s));
    T(ioctl(s, TIOCGWINSZ, b));
    T(ioctl(s, FIONREAD, b));
    T(isatty(s));
    T(fcntl(s, F_GETPIPE_SZ));
    T(sys(inotify_rm_watch, s, 1));
    T(openat(s, "x", O_RDONLY));
    T(fchmod(s, 0600));
    T(fcntl(s, F_SETLK, &(struct flock){.l_type = F_RDLCK}));
    T(open("/proc/self/fd/3", O_RDONLY) >= 0 ? 0 : -1);
    char path[32];
    snprintf(path, 32, "/proc/self/fd/%d", s);
    T(open(path, O_RDONLY));
    int n2 = readlink(path, b, 7);
    say("%.*s", n2, b);
    T(socketpair(AF_UNIX, SOCK_STREAM, 0, NULL));
    T(socketpair(AF_INET, SOCK_STREAM, 0, q));
    BAD(z, socketpair(AF_UNIX, SOCK_STREAM, 0, z));
}
