// about: splice, tee and vmsplice: pipes to files and back, offsets, flags,
// about: refusals
// calls: splice tee vmsplice
#include "abi.h"

int main(void)
{
    char b[64] = "";
    int p[2], q[2];
    put("f", "0123456789");
    pipe(p);
    pipe(q);
    int f = open("f", O_RDWR), ap = open("f", O_WRONLY | O_APPEND);
    loff_t off = 2;
    T(sys(splice, f, &off, p[1], NULL, 5, 0));
    N(off);
    T(lseek(f, 0, SEEK_CUR));
    T(read(p[0], b, 64));
    say("%.5s", b);
    T(sys(splice, f, NULL, p[1], NULL, 3, 0));
    T(lseek(f, 0, SEEK_CUR));
    T(sys(tee, p[0], q[1], 100, 0));
    T(sys(tee, p[0], q[1], 2, 0));
    T(read(q[0], b, 64));
    say("%.5s", b);
    T(sys(splice, p[0], NULL, q[1], NULL, 2, 0));
    T(read(q[0], b, 64));
    say("%.2s", b);
    off = 20;
    T(sys(splice, p[0], NULL, f, &off, 10, 0));
    N(off);
    T(lseek(f, 0, SEEK_END));
    T(sys(splice, f, &off, p[1], NULL, 10, 0));
    T(sys(splice, p[0], NULL, p[1], NULL, 10, 2));
    T(sys(splice, p[0], NULL, q[1], NULL, 10, 2));
    T(sys(tee, p[0], q[1], 10, 2));
    T(sys(tee, p[0], p[1], 10, 2));
    T(sys(tee, p[0], f, 10, 0));
    T(sys(tee, f, p[1], 10, 0));
    T(sys(splice, f, NULL, f, NULL, 10, 0));
    T(sys(splice, p[0], &off, f, NULL, 10, 0));
    T(sys(splice, f, NULL, p[1], &off, 10, 0));
    T(sys(splice, p[1], NULL, f, NULL, 10, 0));
    T(sys(splice, f, NULL, p[0], NULL, 10, 0));
    write(p[1], "abc", 3);
    T(sys(splice, p[0], NULL, ap, NULL, 10, 0));
    T(sys(splice, p[0], NULL, f, NULL, 0, 0));
    T(sys(splice, p[0], NULL, f, NULL, 10, 0x10));
    T(sys(splice, 99, NULL, f, NULL, 10, 0));
    T(sys(splice, p[0], NULL, 99, NULL, 10, 0));
    off = -1;
    T(sys(splice, p[0], NULL, f, &off, 10, 0));
    for (int i = 1; i < NBAD; i++)
        T(sys(splice, p[0], NULL, f, badptr(i), 10, 0));
    read(p[0], b, 64);
    say("-- vmsplice");
    struct iovec v[2] = {{"hello ", 6}, {"there", 5}};
    T(sys(vmsplice, p[1], v, 2, 0));
    memset(b, 0, sizeof b);
    T(read(p[0], b, 64));
    STR(b);
    write(p[1], "inward", 6);
    struct iovec in = {b + 20, 10};
    T(sys(vmsplice, p[0], &in, 1, 0));
    say("%.6s", b + 20);
    T(sys(vmsplice, p[1], v, 0, 0));
    T(sys(vmsplice, f, v, 2, 0));
    T(sys(vmsplice, p[1], v, 2, 0x10));
    T(sys(vmsplice, p[1], v, 1025, 0));
    BAD(x, sys(vmsplice, p[1], badptr(i_), 1, 0));
    say("-- a closed end");
    write(p[1], "left", 4);
    close(p[1]);
    off = 0;
    T(sys(splice, p[0], NULL, f, &off, 100, 0));
    T(sys(splice, p[0], NULL, f, &off, 100, 0));
    signal(SIGPIPE, SIG_IGN);
    close(q[0]);
    T(sys(splice, f, &off, q[1], NULL, 5, 0));
    RUN("SIGPIPE", {
        signal(SIGPIPE, SIG_DFL);
        sys(splice, f, &off, q[1], NULL, 5, 0);
    });
}
