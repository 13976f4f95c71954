// about: Every call that takes a handle, given -1 and a closed one
// calls: read write close fstat lseek mmap ioctl dup fcntl fsync ftruncate
// calls: fchmod fchown getdents64 flock sendfile fchdir readv writev pread64
// calls: pwrite64 splice fallocate epoll_ctl
#include "abi.h"

int main(void)
{
    char b[256];
    struct iovec v = {b, 1};
    static const int h[] = {-1, 77, 1 << 20, -100 - 1};
    for (int i = 0; i < 4; i++) {
        int f = h[i];
        N(f);
        T(sys(read, f, b, 1));
        T(sys(write, f, b, 1));
        T(sys(readv, f, &v, 1));
        T(sys(pread64, f, b, 1, 0));
        T(sys(close, f));
        T(sys(fstat, f, b));
        T(sys(lseek, f, 0, 0));
        T(sys(mmap, 0, 4096, 1, MAP_PRIVATE, f, 0));
        T(sys(ioctl, f, 0x5401, b));
        T(sys(dup, f));
        T(sys(dup3, f, 9, 0));
        T(sys(fcntl, f, F_GETFD));
        T(sys(fsync, f));
        T(sys(ftruncate, f, 0));
        T(sys(fchmod, f, 0600));
        T(sys(fchown, f, 0, 0));
        T(sys(getdents64, f, b, 256));
        T(sys(flock, f, 1));
        T(sys(fchdir, f));
        T(sys(fstatfs, f, b));
        T(sys(sendfile, f, 0, NULL, 1));
        T(sys(splice, f, NULL, 0, NULL, 1, 0));
        T(sys(fallocate, f, 0, 0, 1));
        T(sys(fadvise64, f, 0, 0, 0));
        T(sys(openat, f, "x", O_RDONLY));
        T(sys(newfstatat, f, "", b, AT_EMPTY_PATH));
        T(sys(epoll_ctl, f, 1, 0, b));
        T(sys(epoll_pwait, f, b, 1, 0, NULL, 8));
        T(sys(inotify_add_watch, f, ".", 1));
        T(sys(timerfd_gettime, f, b));
        T(sys(bind, f, b, 2));
        T(sys(listen, f, 1));
        T(sys(sendto, f, b, 1, 0, NULL, 0));
        T(sys(shutdown, f, 0));
        T(sys(setns, f, 0));
        T(sys(syncfs, f));
        T(sys(execveat, f, "", NULL, NULL, AT_EMPTY_PATH));
    }
}
