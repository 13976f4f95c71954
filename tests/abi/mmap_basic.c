// about: mmap: flag and protection combinations, lengths, offsets, handles,
// about: refusals
// calls: mmap munmap
#include "abi.h"

static long M(void *a, size_t l, int p, int f, int fd, long o)
{
    long r = sys(mmap, a, l, p, f, fd, o);
    if (r == -1)
        return -1;
    sys(munmap, r, l);
    return 0;
}
int main(void)
{
    put("f", "hello");
    mkdir("d", 0755);
    int rw = open("f", O_RDWR), ro = open("f", O_RDONLY),
        wo = open("f", O_WRONLY), ap = open("f", O_RDWR | O_APPEND),
        d = open("d", O_RDONLY), pa = open("f", O_PATH), p[2],
        n = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR);
    pipe(p);
    enum {
        R = PROT_READ,
        W = PROT_WRITE,
        X = PROT_EXEC,
        P = MAP_PRIVATE,
        S = MAP_SHARED,
        A = MAP_ANONYMOUS
    };
    T(M(0, 4096, R, P | A, -1, 0));
    T(M(0, 4096, R | W | X, P | A, -1, 0));
    T(M(0, 4096, 0, P | A, -1, 0));
    T(M(0, 0, R, P | A, -1, 0));
    T(M(0, 1, R, P | A, -1, 0));
    T(M(0, -1L, R, P | A, -1, 0));
    T(M(0, 1L << 56, R, P | A, -1, 0));
    T(M(0, 4096, R, A, -1, 0));
    T(M(0, 4096, R, P | S | A, -1, 0));
    T(M(0, 4096, R, P | A, 99, 0));
    T(M(0, 4096, R, P | A, -1, 4096));
    T(M(0, 4096, R, P | A, -1, 1));
    T(M(0, 4096, R, P, -1, 0));
    T(M(0, 4096, R, P, 99, 0));
    T(M(0, 4096, R, P, ro, 0));
    T(M(0, 4096, R | W, P, ro, 0));
    T(M(0, 4096, R | W, S, ro, 0));
    T(M(0, 4096, R, S, ro, 0));
    T(M(0, 4096, R, S, wo, 0));
    T(M(0, 4096, W, S, wo, 0));
    T(M(0, 4096, R, P, wo, 0));
    T(M(0, 4096, R | W, S, rw, 0));
    T(M(0, 4096, R | W, S, ap, 0));
    T(M(0, 4096, R, P, d, 0));
    T(M(0, 4096, R, P, pa, 0));
    T(M(0, 4096, R, P, p[0], 0));
    T(M(0, 4096, R, P, n, 0));
    T(M(0, 4096, R | W, S, n, 0));
    T(M(0, 4096, R | W, S, z, 0));
    T(M(0, 4096, R, P, rw, 100));
    T(M(0, 4096, R, P, rw, 4096));
    T(M(0, 4096, R, P, rw, 1L << 40));
    T(M(0, 8192, R, P, rw, -4096L));
    T(M(0, 4096, R, 3 /* SHARED_VALIDATE */, rw, 0));
    T(M(0, 4096, R, 3 | 0x1000000, rw, 0));
    T(M(0, 4096, R, S | 0x1000000, rw, 0));
    T(M(0, 4096, R, 3 | A, -1, 0));
    T(M(0, 4096, R, 4 | A, -1, 0));
    T(M(0, 4096, 0x100, P | A, -1, 0));
    T(M((void *)4096, 4096, R, P | A | MAP_FIXED, -1, 0) == 0 ? 0 : -1);
    T(M((void *)1, 4096, R, P | A | MAP_FIXED, -1, 0));
    T(M((void *)(1L << 56), 4096, R, P | A | MAP_FIXED, -1, 0) == 0 ? 0 : -1);
    T(M((void *)0xffff888000000000, 4096, R, P | A | MAP_FIXED, -1, 0));
    T(M((void *)0xffff888000000000, 4096, R, P | A, -1, 0));
    T(M(0, 4096, R | W, P | A | MAP_POPULATE, -1, 0));
    T(M(0, 4096, R | W, P | A | MAP_LOCKED, -1, 0));
    T(M(0, 4096, R | W, P | A | MAP_STACK | MAP_NORESERVE, -1, 0));
    T(M(0, 4096, R | W, P | A | MAP_GROWSDOWN, -1, 0));
    T(M(0, 4096, R | W, S | A | MAP_GROWSDOWN, -1, 0));
    say("-- munmap");
    T(sys(munmap, 0, 4096));
    T(sys(munmap, 1, 4096));
    T(sys(munmap, 4096, 0));
    T(sys(munmap, 4096, -1L));
    T(sys(munmap, 0xffff888000000000, 4096));
    char *m = mmap(NULL, 5 * 4096, R | W, P | A, -1, 0);
    T(sys(munmap, m + 4096, 1));
    T(sys(munmap, m + 4096, 4096));
    m[0] = m[8192] = 1;
    RUN("hole", m[4096] = 1);
    T(sys(munmap, m, 5 * 4096));
    RUN("user below mmap_min_addr", {
        become_user();
        T(M((void *)4096, 4096, R, P | A | MAP_FIXED, -1, 0));
        T(M((void *)4096, 4096, R, P | A, -1, 0));
    });
}
