// about: O_NONBLOCK belongs to the open pipe end: seen through dup, fork and
// about: /proc/self/fd
// calls: fcntl dup read openat
#include "abi.h"

int main(void)
{
    int p[2];
    char c, path[64];
    pipe(p);
    int d = dup(p[0]);
    fcntl(d, F_SETFL, O_NONBLOCK);
    STR(oflags(fcntl(p[0], F_GETFL)));
    T(read(p[0], &c, 1));
    RUN("child", fcntl(p[0], F_SETFL, 0));
    STR(oflags(fcntl(d, F_GETFL)));
    snprintf(path, 64, "/proc/self/fd/%d", p[0]);
    int o = open(path, O_RDONLY | O_NONBLOCK);
    Y(o >= 0);
    STR(oflags(fcntl(p[0], F_GETFL)));
    T(read(o, &c, 1));
    int w = open(path, O_WRONLY);
    Y(w >= 0);
    T(write(w, "x", 1));
    T(read(p[0], &c, 1));
    close(p[1]);
    T(read(o, &c, 1));
    close(w);
    T(read(o, &c, 1));
}
