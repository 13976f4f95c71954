// about: epoll_ctl and epoll_pwait: adding, changing, removing, refusals,
// about: layout of the event
// calls: epoll_create1 epoll_ctl epoll_pwait
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
int main(void)
{
    struct epoll_event e, out[4];
    T(epoll_create1(1));
    int ep = T(epoll_create1(EPOLL_CLOEXEC));
    T(fcntl(ep, F_GETFD));
    Y(sizeof e == 12 || sizeof e == 16);
    int p[2];
    pipe(p);
    e = (struct epoll_event){EPOLLIN, {.u64 = 0x1122334455667788}};
    T(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e));
    T(epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &e));
    T(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &e));
    T(epoll_ctl(99, EPOLL_CTL_ADD, p[1], &e));
    T(epoll_ctl(p[0], EPOLL_CTL_ADD, p[1], &e));
    T(epoll_ctl(ep, 9, p[1], &e));
    T(epoll_ctl(ep, 0, p[1], &e));
    put("f", "x");
    int f = open("f", O_RDONLY), d = open(".", O_RDONLY),
        n = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR);
    T(epoll_ctl(ep, EPOLL_CTL_ADD, f, &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, d, &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, n, &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, z, &e));
    T(epoll_ctl(ep, EPOLL_CTL_ADD, open("f", O_PATH), &e));
    BAD(q, sys(epoll_ctl, ep, EPOLL_CTL_ADD, p[1], q));
    T(epoll_wait(ep, out, 4, 0));
    write(p[1], "x", 1);
    T(epoll_wait(ep, out, 4, 0));
    say("%x %llx", out[0].events, (unsigned long long)out[0].data.u64);
    T(epoll_wait(ep, out, 4, 0));
    T(epoll_wait(ep, out, 0, 0));
    T(epoll_wait(ep, out, -1, 0));
    T(epoll_wait(ep, out, 0x7fffffff, 0));
    T(epoll_wait(p[0], out, 4, 0));
    T(epoll_wait(99, out, 4, 0));
    BAD(q, sys(epoll_pwait, ep, q, 4, 0, NULL, 8));
    T(sys(epoll_pwait, ep, out, 4, 0, (uint64_t[]){0}, 4));
    e.events = EPOLLOUT;
    T(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e));
    T(epoll_wait(ep, out, 4, 0));
    e.events = 0;
    T(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e));
    T(epoll_wait(ep, out, 4, 0));
    close(p[1]);
    T(epoll_wait(ep, out, 4, 0));
    say("%x", out[0].events);
    T(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], (void *)8));
    T(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
    T(epoll_wait(ep, out, 4, 0));
    T(read(ep, out, 4));
    T(write(ep, out, 4));
    T(lseek(ep, 0, SEEK_SET));
    say("-- several, in turn, with a short array");
    int ev[5];
    for (int i = 0; i < 5; i++) {
        ev[i] = eventfd(1, 0);
        e = (struct epoll_event){EPOLLIN, {.u32 = i}};
        epoll_ctl(ep, EPOLL_CTL_ADD, ev[i], &e);
    }
    int seen[5] = {0};
    for (int i = 0; i < 5; i++) {
        int k = epoll_wait(ep, out, 2, 0);
        for (int j = 0; j < k; j++)
            seen[out[j].data.u32]++;
    }
    say("%d %d %d %d %d", seen[0], seen[1], seen[2], seen[3], seen[4]);
    struct timespec ts = {0, 1000};
    T(sys(epoll_pwait2, ep, out, 4, &ts, NULL, 8) > 0);
    struct timespec bad = {0, 1000000000};
    T(sys(epoll_pwait2, ep, out, 4, &bad, NULL, 8));
}
