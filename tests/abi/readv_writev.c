// about: readv and writev: vectors of all sizes, bad vectors, partial copies
// calls: readv writev
#include "abi.h"
int main(void)
{
    char a[4], b[4], c[64];
    struct iovec v[3] = {{"abc", 3}, {NULL, 0}, {"defgh", 5}},
                 r[3] = {{a, 2}, {b, 4}, {c, 64}};
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    T(writev(fd, v, 3));
    T(lseek(fd, 0, SEEK_SET));
    T(readv(fd, r, 3));
    say("%.2s %.4s %.2s", a, b, c);
    T(readv(fd, r, 3));
    T(sys(writev, fd, v, 0));
    T(sys(writev, fd, NULL, 0));
    T(sys(writev, fd, v, -1L));
    T(sys(writev, fd, v, 1025));
    static struct iovec many[1025];
    for (int i = 0; i < 1025; i++)
        many[i] = (struct iovec){"x", 1};
    T(sys(writev, fd, many, 1024));
    T(sys(writev, fd, many, 1025));
    struct iovec neg[2] = {{a, 2}, {b, (size_t)-1}};
    T(sys(writev, fd, neg, 2));
    T(sys(readv, fd, neg, 2));
    struct iovec huge[2] = {{a, 0x7fffffffffffffffL}, {b, 4}};
    T(sys(readv, fd, huge, 2));
    BAD(p, sys(writev, fd, p, 1));
    BAD(p, sys(readv, fd, p, 1));
    struct iovec *e = edge(sizeof *e);
    e[0] = (struct iovec){"x", 1};
    T(sys(writev, fd, e, 1));
    T(sys(writev, fd, e, 2));
    T(ftruncate(fd, 0));
    T(lseek(fd, 0, SEEK_SET));
    say("-- a bad piece after a good one");
    struct iovec pb[3] = {{"good", 4}, {badptr(2), 4}, {"more", 4}};
    T(writev(fd, pb, 3));
    T(lseek(fd, 0, SEEK_END));
    T(lseek(fd, 0, SEEK_SET));
    struct iovec rb[2] = {{a, 2}, {badptr(2), 4}};
    T(readv(fd, rb, 2));
    T(lseek(fd, 0, SEEK_CUR));
    struct iovec first[2] = {{badptr(2), 4}, {"more", 4}};
    T(writev(fd, first, 2));
    struct iovec kern[2] = {{"good", 4}, {badptr(3), 4}};
    T(writev(fd, kern, 2));
    int ro = open("f", O_RDONLY);
    T(writev(ro, v, 3));
    T(writev(99, v, 3));
    T(sys(writev, 99, NULL, -1L));
    int p[2];
    pipe(p);
    T(writev(p[1], v, 3));
    T(readv(p[0], r, 3));
}
