// about: mprotect: every protection, ranges over several mappings, holes,
// about: refusals
// calls: mprotect
#include "abi.h"

static const char *may(char *p)
{
    static char b[4];
    int r[2], st;
    (void)st;
    pipe(r);
    strcpy(b, "--");
    if (write(r[1], p, 1) == 1)
        b[0] = 'r';
    char c;
    fcntl(r[0], F_SETFL, O_NONBLOCK);
    read(r[0], &c, 1);
    write(r[1], "w", 1);
    if (read(r[0], p, 1) == 1)
        b[1] = 'w';
    close(r[0]);
    close(r[1]);
    return b;
}
int main(void)
{
    char *m = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static const int pr[] = {0, 1, 2, 3, 4, 5, 7};
    for (int i = 0; i < 7; i++) {
        N(pr[i]);
        T(mprotect(m, 4096, pr[i]));
        bool want_exec_only = pr[i] == 4;
        say("  %s", want_exec_only ? "(execute only)"
                    : pr[i] == 2   ? "(write only)"
                                   : may(m));
        say("  next %s", may(m + 4096));
    }
    T(mprotect(m, 4096, PROT_READ | PROT_WRITE));
    T(mprotect(m + 1, 4096, PROT_READ));
    T(mprotect(m, 0, PROT_READ));
    T(mprotect(m, 1, PROT_READ));
    say("  %s", may(m + 4095));
    T(mprotect(m, -1L, PROT_READ));
    T(mprotect(m, 4096, 0x100));
    T(mprotect(m, 4096, PROT_READ | 0x03000000));
    T(mprotect(m, 4096, PROT_READ | 0x01000000));
    T(sys(mprotect, 0xffff888000000000, 4096, PROT_READ));
    T(sys(mprotect, 0, 4096, PROT_READ));
    say("-- a hole: what comes before it is changed");
    munmap(m + 2 * 4096, 4096);
    T(mprotect(m, 4 * 4096, PROT_READ));
    for (int i = 0; i < 4; i++)
        if (i != 2)
            say("  page %d %s", i, may(m + i * 4096));
    say("-- files");
    put("f", "x");
    int ro = open("f", O_RDONLY), rw = open("f", O_RDWR);
    char *s = mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 0),
         *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, ro, 0),
         *w = mmap(NULL, 4096, PROT_READ, MAP_SHARED, rw, 0);
    T(mprotect(s, 4096, PROT_READ | PROT_WRITE));
    T(mprotect(p, 4096, PROT_READ | PROT_WRITE));
    T(mprotect(w, 4096, PROT_READ | PROT_WRITE));
    *p = 'p';
    *w = 'w';
    STR(get("f"));
    say("-- a page that was written, made read-only and writable again keeps "
        "its contents");
    char *k = page(PROT_READ | PROT_WRITE);
    *k = 5;
    mprotect(k, 4096, PROT_NONE);
    mprotect(k, 4096, PROT_READ);
    N(*k);
    RUN("write", *k = 6);
    mprotect(k, 4096, PROT_READ | PROT_WRITE);
    *k = 7;
    N(*k);
    RUN("child", {
        mprotect(k, 4096, PROT_READ);
        mprotect(k, 4096, PROT_READ | PROT_WRITE);
        *k = 9;
    });
    N(*k);
}
