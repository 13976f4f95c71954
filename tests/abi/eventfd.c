// about: eventfd2: counters, semaphores, blocking, overflow, poll, refusals
// calls: eventfd2 read write ppoll
#include "abi.h"

#include <sys/eventfd.h>
int main(void)
{
    uint64_t v = 0;
    T(eventfd(0, 2));
    int e = T(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
    T(fcntl(e, F_GETFD));
    STR(oflags(fcntl(e, F_GETFL)));
    T(read(e, &v, 8));
    N(v);
    T(read(e, &v, 8));
    v = 5;
    T(write(e, &v, 8));
    T(write(e, &v, 8));
    T(read(e, &v, 8));
    N(v);
    T(read(e, &v, 7));
    T(write(e, &v, 7));
    T(write(e, &v, 16));
    T(read(e, (char[16]){0}, 16));
    v = -1UL;
    T(write(e, &v, 8));
    v = -2UL;
    T(write(e, &v, 8));
    v = 1;
    T(write(e, &v, 8));
    struct pollfd p = {e, POLLIN | POLLOUT, 0};
    T(poll(&p, 1, 0));
    N(p.revents);
    v = 0;
    T(write(e, &v, 8));
    T(read(e, &v, 8));
    Y(v == -2UL);
    T(poll(&p, 1, 0));
    N(p.revents);
    v = 7;
    write(e, &v, 8);
    T(poll(&p, 1, 0));
    N(p.revents);
    BAD(q, read(e, q, 8));
    T(read(e, &v, 8));
    BAD(q, write(e, q, 8));
    T(lseek(e, 0, SEEK_SET));
    T(pread(e, &v, 8, 0));
    say("-- semaphore");
    int s = T(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
    T(read(s, &v, 8));
    N(v);
    T(read(s, &v, 8));
    T(read(s, &v, 8));
    say("-- blocking");
    int b = eventfd(0, 0);
    pid_t k = CHILD({
        T(read(b, &v, 8));
        N(v);
    });
    wait_asleep(k, k);
    v = 42;
    write(b, &v, 8);
    wait_show("reader", k);
    v = -2UL;
    write(b, &v, 8);
    k = CHILD({
        v = 3;
        T(write(b, &v, 8));
    });
    wait_asleep(k, k);
    read(b, &v, 8);
    wait_show("writer", k);
    T(read(b, &v, 8));
    N(v);
}
