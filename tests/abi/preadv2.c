// about: preadv, pwritev, preadv2, pwritev2: offset -1, RWF flags
// calls: preadv pwritev preadv2 pwritev2
#include "abi.h"
int main(void)
{
    char a[4], b[8];
    struct iovec w[2] = {{"abc", 3}, {"defgh", 5}}, r[2] = {{a, 4}, {b, 8}};
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    T(sys(pwritev, fd, w, 2, 4, 0));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(preadv, fd, r, 2, 4, 0));
    say("%.4s %.4s", a, b);
    T(sys(preadv, fd, r, 2, -1L, -1L));
    T(sys(preadv2, fd, r, 1, -1L, -1L, 0));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(pwritev2, fd, w, 2, -1L, -1L, 0));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(preadv2, fd, r, 1, -2L, -1L, 0));
    T(sys(pwritev2, fd, w, 1, 0, 0, 16 /* RWF_APPEND */));
    T(lseek(fd, 0, SEEK_CUR));
    T(lseek(fd, 0, SEEK_END));
    T(sys(pwritev2, fd, w, 1, -1L, -1L, 16));
    T(lseek(fd, 0, SEEK_CUR));
    T(sys(pwritev2, fd, w, 1, 0, 0, 2 /* RWF_DSYNC */));
    T(sys(pwritev2, fd, w, 1, 0, 0, 4 /* RWF_SYNC */));
    T(sys(pwritev2, fd, w, 1, 0, 0, 1 /* RWF_HIPRI */));
    T(sys(preadv2, fd, r, 1, 0, 0, 0x1000));
    T(sys(preadv2, fd, r, 1, 0, 0, 16));
    T(sys(preadv2, fd, r, 0, 0, 0, 0));
    T(sys(preadv2, fd, r, 1, 0, 1, 0));
    T(sys(preadv2, 99, r, 1, 0, 0, 0));
    T(sys(preadv2, fd, r, 1025, 0, 0, 0));
    int p[2];
    pipe(p);
    T(sys(preadv, p[0], r, 1, 0, 0));
    T(sys(pwritev2, p[1], w, 1, -1L, -1L, 0));
    T(sys(preadv2, p[0], r, 1, -1L, -1L, 0));
    T(sys(preadv2, p[0], r, 1, -1L, -1L, 8 /* RWF_NOWAIT */));
    T(sys(preadv2, p[0], r, 1, 0, 0, 0));
    BAD(p, sys(preadv2, fd, p, 1, 0, 0, 0));
    BAD(p, sys(pwritev2, fd, p, 1, 0, 0, 0));
}
