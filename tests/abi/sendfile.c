// about: sendfile between files, pipes and sockets: offsets, counts, refusals
// calls: sendfile
#include "abi.h"

int main(void)
{
    char b[64];
    int p[2], s[2];
    put("in", "0123456789");
    int in = open("in", O_RDWR), out = open("out", O_RDWR | O_CREAT, 0644);
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    T(sys(sendfile, out, in, NULL, 4));
    T(lseek(in, 0, SEEK_CUR));
    STR(get("out"));
    off_t off = 2;
    T(sys(sendfile, out, in, &off, 3));
    N(off);
    T(lseek(in, 0, SEEK_CUR));
    STR(get("out"));
    T(sys(sendfile, out, in, &off, 100));
    N(off);
    T(sys(sendfile, out, in, &off, 100));
    off = 1000;
    T(sys(sendfile, out, in, &off, 100));
    off = -1;
    T(sys(sendfile, out, in, &off, 100));
    off = 0;
    T(sys(sendfile, p[1], in, &off, 5));
    T(read(p[0], b, 64));
    T(sys(sendfile, s[0], in, NULL, 100));
    T(read(s[1], b, 64));
    say("%.6s", b);
    write(p[1], "piped", 5);
    T(sys(sendfile, out, p[0], NULL, 5));
    T(sys(sendfile, out, s[1], NULL, 5));
    T(sys(sendfile, in, in, NULL, 5));
    T(sys(sendfile, out, in, NULL, 0));
    T(sys(sendfile, out, in, NULL, -1L));
    int ap = open("out", O_WRONLY | O_APPEND), ro = open("out", O_RDONLY),
        wo = open("in", O_WRONLY), d = open(".", O_RDONLY);
    off = 0;
    T(sys(sendfile, ap, in, &off, 5));
    T(sys(sendfile, ro, in, &off, 5));
    T(sys(sendfile, out, wo, &off, 5));
    T(sys(sendfile, out, d, NULL, 5));
    T(sys(sendfile, 99, in, NULL, 5));
    T(sys(sendfile, out, 99, NULL, 5));
    off = 3;
    T(sys(sendfile, p[1], p[0], &off, 5));
    off = 0;
    for (int i = 1; i < NBAD; i++)
        T(sys(sendfile, out, in, badptr(i), 5));
    int n = open("/dev/null", O_WRONLY), z = open("/dev/zero", O_RDONLY);
    T(sys(sendfile, n, in, &off, 5));
    T(sys(sendfile, out, z, NULL, 5));
    say("-- a full pipe, non-blocking");
    static char big[100000];
    ftruncate(in, 200000);
    fcntl(p[1], F_SETFL, O_NONBLOCK);
    while (read(p[0], b, 1) > 0 && 0)
        ;
    int q[2];
    pipe2(q, O_NONBLOCK);
    off = 0;
    T(sys(sendfile, q[1], in, &off, 200000));
    N(off);
    T(sys(sendfile, q[1], in, &off, 200000));
    T(read(q[0], big, 100000));
    close(q[0]);
    signal(SIGPIPE, SIG_IGN);
    T(sys(sendfile, q[1], in, &off, 10));
}
