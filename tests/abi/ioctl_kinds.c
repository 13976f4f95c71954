// about: ioctls that every handle knows: FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC,
// about: FIONREAD, and wrong ones
// calls: ioctl
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
int main(void)
{
    int p[2], s[2], on = 1, n;
    put("f", "data");
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    struct {
        const char *n;
        int fd;
    } h[] = {{"file", open("f", O_RDWR)},
             {"directory", open(".", O_RDONLY)},
             {"path", open("f", O_PATH)},
             {"pipe", p[0]},
             {"socket", s[0]},
             {"eventfd", eventfd(0, 0)},
             {"epoll", epoll_create1(0)},
             {"null", open("/dev/null", O_RDWR)},
             {"closed", 99}};
    static const struct {
        unsigned long c;
        const char *n;
    } c[] = {{0x5451, "FIOCLEX"},     {0x5450, "FIONCLEX"},
             {0x5421, "FIONBIO"},     {0x5452, "FIOASYNC"},
             {0x541B, "FIONREAD"},    {0x5401, "TCGETS"},
             {0x5413, "TIOCGWINSZ"},  {0x80086601, "GETFLAGS"},
             {0xdeadbeef, "unknown"}, {0, "zero"}};
    for (unsigned i = 0; i < sizeof h / sizeof *h; i++) {
        printf("%s:", h[i].n);
        for (unsigned j = 0; j < sizeof c / sizeof *c; j++) {
            static char buf[256];
            errno = 0;
            void *a = c[j].c == 0x541B                       ? (void *)&n
                      : c[j].c == 0x5421 || c[j].c == 0x5452 ? (void *)&on
                                                             : (void *)buf;
            long r = sys(ioctl, h[i].fd, c[j].c, a);
            if (!strcmp(c[j].n, "GETFLAGS"))
                continue;
            printf(" %s %s", c[j].n, r < 0 ? errname(errno) : "ok");
        }
        printf("\n");
    }
}
