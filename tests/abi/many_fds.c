// about: Five hundred pipes polled by poll, select-free epoll and read in
// about: order of readiness
// calls: ppoll epoll_ctl epoll_pwait pipe2
#include "abi.h"

#include <sys/epoll.h>
int main(void)
{
    static int p[400][2];
    static struct pollfd pf[400];
    int ep = epoll_create1(0), n = 0;
    for (int i = 0; i < 400; i++) {
        if (pipe(p[i])) {
            say("%s at %d", errname(errno), i);
            break;
        }
        pf[i] = (struct pollfd){p[i][0], POLLIN, 0};
        epoll_ctl(ep, EPOLL_CTL_ADD, p[i][0],
                  &(struct epoll_event){EPOLLIN, {.u32 = i}});
    }
    T(poll(pf, 400, 0));
    for (int i = 0; i < 400; i += 7)
        write(p[i][1], "x", 1), n++;
    N(n);
    T(poll(pf, 400, 0));
    struct epoll_event e[400];
    T(epoll_wait(ep, e, 400, 0));
    int ok = 0;
    for (int i = 0; i < n; i++)
        ok += e[i].data.u32 % 7 == 0;
    N(ok);
    char c;
    for (int i = 0; i < 400; i += 14)
        read(p[i][0], &c, 1);
    T(poll(pf, 400, 0));
    T(epoll_wait(ep, e, 400, 0));
    for (int i = 0; i < 400; i++)
        close(p[i][1]);
    T(poll(pf, 400, 0));
    T(epoll_wait(ep, e, 400, 0));
}
