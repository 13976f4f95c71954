// about: The three times of a new file agree; nanoseconds are kept; chmod
// about: moves only ctime
// calls: newfstatat utimensat fchmodat openat
#include "abi.h"

static bool same(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}
int main(void)
{
    struct stat a, b;
    close(open("f", O_CREAT | O_WRONLY, 0600));
    stat("f", &a);
    Y(same(a.st_atim, a.st_mtim) && same(a.st_mtim, a.st_ctim));
    mkdir("d", 0700);
    stat("d", &b);
    Y(same(b.st_atim, b.st_mtim) && same(b.st_mtim, b.st_ctim));
    wait_tick(a.st_ctim);
    chmod("f", 0640);
    stat("f", &b);
    Y(same(a.st_mtim, b.st_mtim) && same(a.st_atim, b.st_atim) &&
      !same(a.st_ctim, b.st_ctim));
    struct timespec t[2] = {{1111111111, 111111111}, {2222222222, 999999999}};
    utimensat(AT_FDCWD, "f", t, 0);
    stat("f", &b);
    Y(same(b.st_atim, t[0]) && same(b.st_mtim, t[1]));
    Y(b.st_blksize == 4096);
    int fd = open("f", O_WRONLY);
    pwrite(fd, "x", 1, 10000);
    fstat(fd, &b);
    N(b.st_size);
    N(b.st_blocks);
    pwrite(fd, "x", 1, 0);
    fstat(fd, &b);
    N(b.st_blocks);
    Y(b.st_dev != 0 && b.st_ino != 0);
    stat("d", &a);
    Y(a.st_dev == b.st_dev && a.st_ino != b.st_ino);
}
