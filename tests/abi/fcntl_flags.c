// about: fcntl F_GETFL, F_SETFL, F_GETFD, F_SETFD on files, pipes and path
// about: handles
// calls: fcntl
#include "abi.h"
int main(void)
{
    put("f", "x");
    int fd = open("f", O_RDWR), ro = open("f", O_RDONLY),
        pa = open("f", O_PATH);
    STR(oflags(fcntl(fd, F_GETFL)));
    STR(oflags(fcntl(ro, F_GETFL)));
    STR(oflags(fcntl(pa, F_GETFL)));
    T(fcntl(fd, F_SETFL,
            O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC | O_EXCL | O_WRONLY));
    STR(oflags(fcntl(fd, F_GETFL)));
    T(fcntl(fd, F_SETFL, 0));
    STR(oflags(fcntl(fd, F_GETFL)));
    T(fcntl(fd, F_SETFL, -1));
    T(fcntl(fd, F_SETFL, O_NOATIME));
    STR(oflags(fcntl(fd, F_GETFL)));
    T(fcntl(fd, F_SETFL, O_DIRECT));
    T(fcntl(fd, F_SETFL, O_SYNC));
    STR(oflags(fcntl(fd, F_GETFL)));
    int sy = open("f", O_RDWR | O_SYNC);
    Y((fcntl(sy, F_GETFL) & O_SYNC) == O_SYNC);
    Y((fcntl(open("f", O_RDWR | O_DSYNC), F_GETFL) & O_SYNC) == O_DSYNC);
    T(fcntl(fd, F_GETFD));
    T(fcntl(fd, F_SETFD, FD_CLOEXEC));
    T(fcntl(fd, F_GETFD));
    T(fcntl(fd, F_SETFD, 0xfe));
    T(fcntl(fd, F_GETFD));
    T(fcntl(fd, F_SETFD, 0xff));
    T(fcntl(fd, F_GETFD));
    T(fcntl(pa, F_SETFD, 1));
    T(fcntl(pa, F_GETFD));
    T(fcntl(pa, F_SETFL, 0));
    T(fcntl(pa, F_GETOWN));
    T(fcntl(fd, 9999, 0));
    T(fcntl(fd, -1, 0));
    T(fcntl(99, F_GETFL));
    T(fcntl(99, 9999));
    int p[2];
    pipe2(p, O_NONBLOCK | O_CLOEXEC);
    say("%x %x %x", fcntl(p[0], F_GETFL) & ~LARGEFILE,
        fcntl(p[1], F_GETFL) & ~LARGEFILE, fcntl(p[0], F_GETFD));
    int fl = 0;
    T(ioctl(p[0], FIONBIO, &fl));
    STR(oflags(fcntl(p[0], F_GETFL)));
    fl = 1;
    T(ioctl(p[0], FIONBIO, &fl));
    STR(oflags(fcntl(p[0], F_GETFL)));
    T(ioctl(p[0], 0x5451 /* FIOCLEX */));
    T(fcntl(p[0], F_GETFD));
    T(ioctl(p[0], 0x5450 /* FIONCLEX */));
    T(fcntl(p[0], F_GETFD));
    T(ioctl(pa, 0x5451));
    T(ioctl(fd, 0x12345));
    T(ioctl(99, FIONBIO, &fl));
    T(ioctl(fd, FIONBIO, NULL));
    say("-- a file that is not one's own and O_NOATIME");
    RUN("user", {
        become_user();
        T(fcntl(ro, F_SETFL, O_NOATIME));
        T(open("f", O_RDONLY | O_NOATIME));
        T(open("f", O_RDONLY) >= 0 ? 0 : -1);
    });
}
