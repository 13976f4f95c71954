// about: madvise: what DONTNEED and FREE do to private, shared and file pages;
// about: WIPEONFORK, DONTFORK; refusals
// calls: madvise
#include "abi.h"

int main(void)
{
    int rw = PROT_READ | PROT_WRITE;
    char *m = mmap(NULL, 4 * 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(m, 'a', 4 * 4096);
    T(madvise(m + 4096, 4096, MADV_DONTNEED));
    Y(m[0] == 'a' && m[4096] == 0 && m[8192] == 'a');
    T(madvise(m + 8192, 1, MADV_DONTNEED));
    Y(m[8192] == 0 && m[8192 + 4095] == 0);
    m[0] = 'b';
    T(madvise(m, 4096, MADV_FREE));
    m[0] = 'c';
    Y(m[0] == 'c');
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    write(fd, "file contents", 13);
    char *p = mmap(NULL, 4096, rw, MAP_PRIVATE, fd, 0),
         *s = mmap(NULL, 4096, rw, MAP_SHARED, fd, 0);
    p[0] = 'P';
    T(madvise(p, 4096, MADV_DONTNEED));
    say("%.4s", p);
    s[0] = 'S';
    T(madvise(s, 4096, MADV_DONTNEED));
    say("%.4s", s);
    T(madvise(s, 4096, MADV_FREE));
    T(madvise(p, 4096, MADV_FREE));
    T(madvise(s, 4096, MADV_REMOVE));
    Y(s[0] == 0);
    T(madvise(p, 4096, MADV_REMOVE));
    int *a = mmap(NULL, 4096, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *a = 5;
    T(madvise(a, 4096, MADV_DONTNEED));
    N(*a);
    static const struct {
        int a;
        const char *n;
    } adv[] = {{MADV_NORMAL, "NORMAL"},
               {MADV_RANDOM, "RANDOM"},
               {MADV_SEQUENTIAL, "SEQUENTIAL"},
               {MADV_WILLNEED, "WILLNEED"},
               {MADV_MERGEABLE, "MERGEABLE"},
               {MADV_UNMERGEABLE, "UNMERGEABLE"},
               {MADV_HUGEPAGE, "HUGEPAGE"},
               {MADV_NOHUGEPAGE, "NOHUGEPAGE"},
               {MADV_DONTDUMP, "DONTDUMP"},
               {MADV_DODUMP, "DODUMP"},
               {20, "COLD"},
               {21, "PAGEOUT"},
               {22, "POPULATE_READ"},
               {23, "POPULATE_WRITE"},
               {5, "5"},
               {26, "26"},
               {-1, "-1"},
               {999, "999"}};
    for (unsigned i = 0; i < sizeof adv / sizeof *adv; i++) {
        note = adv[i].n;
        T(madvise(m, 4096, adv[i].a));
    }
    note = NULL;
    Y(m[0] == 'c');
    T(madvise(m + 1, 4096, MADV_DONTNEED));
    T(madvise(m, 0, MADV_DONTNEED));
    T(madvise(m, -1L, MADV_DONTNEED));
    T(madvise(m, -4096L, MADV_DONTNEED));
    munmap(m + 8192, 4096);
    m[4096] = 'x';
    m[3 * 4096] = 'y';
    T(madvise(m, 4 * 4096, MADV_DONTNEED));
    Y(m[0] == 0 && m[4096] == 0 && m[3 * 4096] == 0);
    T(sys(madvise, 0xffff888000000000, 4096, MADV_DONTNEED));
    say("-- a read-only page, and one without access");
    char *q = page(rw);
    *q = 'q';
    mprotect(q, 4096, PROT_READ);
    T(madvise(q, 4096, MADV_DONTNEED));
    N(*q);
    T(madvise(q, 4096, 23));
    mprotect(q, 4096, PROT_NONE);
    T(madvise(q, 4096, MADV_DONTNEED));
    T(madvise(q, 4096, 22));
    say("-- fork");
    char *w = page(rw), *n = page(rw), *k = page(rw);
    *w = 'w', *n = 'n', *k = 'k';
    T(madvise(w, 4096, 18 /* WIPEONFORK */));
    T(madvise(n, 4096, MADV_DONTFORK));
    T(madvise(s, 4096, 18));
    RUN("child", {
        N(*w);
        N(*k);
        N(*n);
    });
    N(*w);
    T(madvise(w, 4096, 19));
    RUN("child", N(*w));
    T(madvise(n, 4096, MADV_DOFORK));
    RUN("child", N(*n));
}
