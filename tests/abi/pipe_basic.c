// about: Pipes: flags, capacity, packets, non-blocking, ends, FIONREAD
// calls: pipe2 read write ppoll ioctl fcntl
#include "abi.h"

int main(void)
{
    int p[2];
    static char b[200000];
    T(sys(pipe2, p, 0x10));
    T(sys(pipe2, p, O_CLOEXEC | O_NONBLOCK));
    T(fcntl(p[0], F_GETFD));
    STR(oflags(fcntl(p[1], F_GETFL)));
    BAD(q, sys(pipe2, q, 0));
    T(dup(0));
    close(5);
    T(read(p[0], b, 1));
    T(write(p[1], "hello", 5));
    int n;
    T(ioctl(p[0], FIONREAD, &n));
    N(n);
    T(ioctl(p[1], FIONREAD, &n));
    N(n);
    T(read(p[0], b, 3));
    T(read(p[0], b, 10));
    T(read(p[1], b, 1));
    T(write(p[0], b, 1));
    N(fcntl(p[0], F_GETPIPE_SZ));
    T(write(p[1], b, sizeof b));
    T(write(p[1], b, 1));
    T(write(p[1], b, 4096));
    T(read(p[0], b, 4095));
    T(write(p[1], b, 1));
    T(write(p[1], b, 4096));
    T(read(p[0], b, 1));
    T(write(p[1], b, 4097));
    T(write(p[1], b, 4096));
    T(read(p[0], b, sizeof b));
    say("-- one byte at a time fills the pipe by pages");
    int i;
    for (i = 0; i < 70000 && write(p[1], "x", 1) == 1; i++)
        ;
    N(i);
    T(read(p[0], b, sizeof b));
    say("-- resizing");
    T(fcntl(p[0], F_SETPIPE_SZ, 4096));
    T(fcntl(p[0], F_SETPIPE_SZ, 1));
    T(fcntl(p[0], F_SETPIPE_SZ, 5000));
    T(fcntl(p[0], F_SETPIPE_SZ, 0));
    T(fcntl(p[0], F_SETPIPE_SZ, -1));
    T(write(p[1], b, 8192));
    T(fcntl(p[0], F_SETPIPE_SZ, 4096));
    T(fcntl(p[0], F_SETPIPE_SZ, 1 << 20));
    T(fcntl(p[0], F_SETPIPE_SZ, 1 << 30) > 0 ? 0 : -1);
    T(fcntl(0, F_GETPIPE_SZ));
    RUN("user", {
        become_user();
        T(fcntl(p[0], F_SETPIPE_SZ, 2 << 20));
        T(fcntl(p[0], F_SETPIPE_SZ, 1 << 16));
    });
    read(p[0], b, sizeof b);
    say("-- packets");
    int d[2];
    T(pipe2(d, O_DIRECT));
    write(d[1], "one", 3);
    write(d[1], "second", 6);
    T(read(d[0], b, 100));
    T(read(d[0], b, 2));
    fcntl(d[0], F_SETFL, O_NONBLOCK);
    T(read(d[0], b, 100));
    say("-- ends");
    struct pollfd f[2] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}};
    poll(f, 2, 0);
    say("%x %x", f[0].revents, f[1].revents);
    write(p[1], "x", 1);
    poll(f, 2, 0);
    say("%x %x", f[0].revents, f[1].revents);
    int keep = dup(p[1]);
    close(p[1]);
    f[1].fd = keep;
    poll(f, 2, 0);
    say("%x %x", f[0].revents, f[1].revents);
    close(keep);
    poll(f, 1, 0);
    say("%x", f[0].revents);
    T(read(p[0], b, 5));
    poll(f, 1, 0);
    say("%x", f[0].revents);
    T(read(p[0], b, 5));
    pipe(p);
    close(p[0]);
    f[1].fd = p[1];
    poll(f + 1, 1, 0);
    say("%x", f[1].revents);
}
