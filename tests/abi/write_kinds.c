// about: write and read of one byte on every kind of handle
// calls: write read
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
int main(void)
{
    char b = 'x';
    int p[2], s[2];
    put("f", "data");
    pipe2(p, O_NONBLOCK);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
    struct {
        const char *n;
        int fd;
    } h[] = {
        {"file", open("f", O_RDWR)},
        {"directory", open(".", O_RDONLY)},
        {"path", open("f", O_PATH)},
        {"pipe r", p[0]},
        {"pipe w", p[1]},
        {"socket", s[0]},
        {"listener", socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)},
        {"eventfd", eventfd(0, EFD_NONBLOCK)},
        {"timerfd", timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)},
        {"inotify", inotify_init1(IN_NONBLOCK)},
        {"epoll", epoll_create1(0)},
        {"signalfd", (int)sys(signalfd4, -1, (uint64_t[]){1}, 8, O_NONBLOCK)},
        {"pidfd", (int)sysn(434, getpid(), 0)},
        {"memfd", (int)sys(memfd_create, "x", 0)},
        {"null", open("/dev/null", O_RDWR)},
        {"zero", open("/dev/zero", O_RDWR)},
        {"full", open("/dev/full", O_RDWR)},
        {"proc", open("/proc/self/comm", O_RDWR)},
        {"proc ro", open("/proc/version", O_RDONLY)},
        {"ns", open("/proc/self/ns/uts", O_RDONLY)}};
    for (unsigned i = 0; i < sizeof h / sizeof *h; i++) {
        errno = 0;
        long r = read(h[i].fd, &b, 1);
        int e = errno;
        errno = 0;
        long w = write(h[i].fd, &b, 1);
        int f = errno;
        errno = 0;
        long l = lseek(h[i].fd, 0, SEEK_CUR);
        int g = errno;
        errno = 0;
        long t = ftruncate(h[i].fd, 0);
        printf("%s: read %ld %s", h[i].n, r, errname(e));
        printf(" write %ld %s", w, errname(f));
        printf(" seek %s", l < 0 ? errname(g) : "ok");
        printf(" truncate %s\n", t < 0 ? errname(errno) : "ok");
    }
}
