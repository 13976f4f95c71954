// about: What fork does with each kind of mapping: shared, private, file,
// about: grown stack, brk, locked, no access
// calls: clone mmap mlock brk
#include "abi.h"

int main(void)
{
    int rw = PROT_READ | PROT_WRITE, fd = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 8192);
    char *sh = mmap(NULL, 4096, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
         *pr = mmap(NULL, 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *fs = mmap(NULL, 4096, rw, MAP_SHARED, fd, 0),
         *fp = mmap(NULL, 4096, rw, MAP_PRIVATE, fd, 4096);
    char *no = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
         *lk = page(rw);
    mlock(lk, 4096);
    long b = sys(brk, 0);
    sys(brk, b + 8192);
    char *hp = (char *)b + 4096;
    volatile char deep[200000];
    deep[0] = 's';
    *sh = *pr = *fs = *fp = *lk = *hp = 'p';
    RUN("child", {
        say("%c%c%c%c%c%c%c", *sh, *pr, *fs, *fp, *lk, *hp, deep[0]);
        *sh = *pr = *fs = *fp = *lk = *hp = 'c';
        deep[0] = 'c';
        Y(strstr(get("/proc/self/status"), "VmLck:\t       0 kB") != NULL);
        RUN("no access", *no = 1);
        munmap(sh, 4096);
        mprotect(fs, 4096, PROT_NONE);
        RUN("grandchild", {
            say("%c%c%c", *pr, *fp, *hp);
            RUN("unmapped in its parent", *sh = 1);
            RUN("closed in its parent", *fs = 1);
        });
    });
    say("%c%c%c%c%c%c%c", *sh, *pr, *fs, *fp, *lk, *hp, deep[0]);
    char c;
    pread(fd, &c, 1, 0);
    say("%c", c);
    pread(fd, &c, 1, 4096);
    say("%d", c);
}
