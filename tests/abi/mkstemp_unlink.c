// about: Temporary files: names made, opened, unlinked while open, space given
// about: back
// calls: openat unlinkat statfs
#include "abi.h"

int main(void)
{
    char n[32], names[50][32];
    struct statfs a, b;
    int fd[50], dup_ = 0;
    mkdir("m", 0755);
    MUST(mount("x", "m", "tmpfs", 0, "size=4m"));
    statfs("m", &a);
    for (int i = 0; i < 50; i++) {
        strcpy(n, "m/tmp.XXXXXX");
        fd[i] = mkstemp(n);
        strcpy(names[i], n);
        for (int j = 0; j < i; j++)
            dup_ += !strcmp(names[j], n);
        char buf[8192] = "";
        write(fd[i], buf, sizeof buf);
    }
    N(dup_);
    statfs("m", &b);
    N(a.f_bfree - b.f_bfree);
    N(a.f_ffree - b.f_ffree);
    for (int i = 0; i < 50; i++)
        unlink(names[i]);
    statfs("m", &b);
    N(a.f_bfree - b.f_bfree);
    for (int i = 0; i < 25; i++)
        close(fd[i]);
    statfs("m", &b);
    N(a.f_bfree - b.f_bfree);
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd[30], 0);
    p[0] = 1;
    for (int i = 25; i < 50; i++)
        close(fd[i]);
    statfs("m", &b);
    N(a.f_bfree - b.f_bfree);
    T(umount("m"));
    munmap(p, 8192);
    T(umount("m"));
    FILE *f = tmpfile();
    Y(f != NULL);
}
