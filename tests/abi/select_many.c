// about: pselect6 with three sets at once, on pipes, sockets and a terminal's
// about: exceptional state
// calls: pselect6 ioctl
#include "abi.h"

int main(void)
{
    int p[2], s[2], q[2];
    fd_set r, w, x;
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    pipe(q);
    close(q[0]);
    struct timespec z = {0, 0};
    for (int step = 0; step < 5; step++) {
        if (step == 1)
            write(p[1], "x", 1);
        if (step == 2)
            write(s[1], "y", 1);
        if (step == 3)
            shutdown(s[1], SHUT_WR);
        if (step == 4)
            close(p[1]);
        FD_ZERO(&r);
        FD_ZERO(&w);
        FD_ZERO(&x);
        for (int i = 3; i <= q[1]; i++)
            if (fcntl(i, F_GETFD) >= 0) {
                FD_SET(i, &r);
                FD_SET(i, &w);
                FD_SET(i, &x);
            }
        int n = sys(pselect6, q[1] + 1, &r, &w, &x, &z, NULL);
        printf("%d:", n);
        for (int i = 3; i <= q[1]; i++)
            if (FD_ISSET(i, &r) || FD_ISSET(i, &w) || FD_ISSET(i, &x))
                printf(" %d%s%s%s", i, FD_ISSET(i, &r) ? "r" : "",
                       FD_ISSET(i, &w) ? "w" : "", FD_ISSET(i, &x) ? "x" : "");
        printf("\n");
    }
}
