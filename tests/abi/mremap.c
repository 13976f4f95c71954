// about: mremap: growing, shrinking, moving, fixed targets, old size 0,
// about: refusals
// calls: mremap mmap munmap
#include "abi.h"

int main(void)
{
    int pf = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *m = mmap(NULL, 16 * 4096, rw, pf, -1, 0);
    munmap(m + 4 * 4096, 12 * 4096);
    memset(m, 'a', 4 * 4096);
    char *r = mremap(m, 4 * 4096, 8 * 4096, 0);
    Y(r == m);
    Y(m[0] == 'a' && m[4 * 4096 - 1] == 'a' && m[4 * 4096] == 0);
    r = mremap(m, 8 * 4096, 2 * 4096, 0);
    Y(r == m);
    RUN("beyond", m[2 * 4096] = 1);
    mmap(m + 2 * 4096, 4096, rw, pf | MAP_FIXED, -1, 0);
    T(mremap(m, 2 * 4096, 4 * 4096, 0) == MAP_FAILED ? -1 : 0);
    r = mremap(m, 2 * 4096, 4 * 4096, MREMAP_MAYMOVE);
    Y(r != m && r != MAP_FAILED);
    Y(r[0] == 'a' && r[2 * 4096 - 1] == 'a' && r[2 * 4096] == 0);
    RUN("the old place", m[0] = 1);
    say("-- a fixed target replaces what is there");
    char *t = mmap(NULL, 8 * 4096, rw, pf, -1, 0);
    memset(t, 't', 8 * 4096);
    char *q =
        mremap(r, 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, t + 4096);
    Y(q == t + 4096);
    Y(t[0] == 't' && t[4096] == 'a' && t[2 * 4096] == 0 && t[3 * 4096] == 't');
    Y(r[4096] == 'a');
    T(mremap(t, 4096, 4096, MREMAP_FIXED, t + 5 * 4096) == MAP_FAILED ? -1 : 0);
    T(mremap(t, 2 * 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, t + 4096) ==
              MAP_FAILED
          ? -1
          : 0);
    T(mremap(t, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, t + 100) ==
              MAP_FAILED
          ? -1
          : 0);
    T(mremap(t, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
             (void *)0xffff888000000000) == MAP_FAILED
          ? -1
          : 0);
    T(mremap(t + 1, 4096, 4096, 0) == MAP_FAILED ? -1 : 0);
    T(mremap(t, 4096, 0, 0) == MAP_FAILED ? -1 : 0);
    T(mremap(t, 0, 4096, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    T(mremap(t, 4096, -1L, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    T(mremap(t, 4096, 4096, 8) == MAP_FAILED ? -1 : 0);
    T(sys(mremap, 4096, 4096, 4096, 0, 0) == -1 ? -1 : 0);
    T(mremap(m, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    say("-- across two mappings");
    mprotect(t, 4096, PROT_READ);
    T(mremap(t, 3 * 4096, 10 * 4096, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
    say("-- shared: old size 0 makes a second mapping");
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 8192);
    char *s = mmap(NULL, 4096, rw, MAP_SHARED, fd, 0);
    char *u = mremap(s, 0, 8192, MREMAP_MAYMOVE);
    Y(u != MAP_FAILED && u != s);
    s[0] = 'S';
    Y(u[0] == 'S');
    u[5000] = 'U';
    char c;
    pread(fd, &c, 1, 5000);
    Y(c == 'U');
    u = mremap(s, 4096, 3 * 4096, MREMAP_MAYMOVE);
    Y(u[5000] == 'U');
    RUN("beyond the file", u[2 * 4096] = 1);
    say("-- MREMAP_DONTUNMAP");
    char *d = page(rw);
    *d = 'd';
    char *e = mremap(d, 4096, 4096, MREMAP_MAYMOVE | 4);
    Y(e != MAP_FAILED && e != d);
    Y(*e == 'd' && *d == 0);
    T(mremap(d, 4096, 8192, MREMAP_MAYMOVE | 4) == MAP_FAILED ? -1 : 0);
    T(mremap(d, 4096, 4096, 4) == MAP_FAILED ? -1 : 0);
}
