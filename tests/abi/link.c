// about: linkat: hard links, flags, refusals
// calls: linkat newfstatat
#include "abi.h"
int main(void)
{
    struct stat a, b;
    put("f", "x");
    mkdir("d", 0755);
    symlink("f", "l");
    symlink("none", "dangle");
    T(link("f", "f2"));
    stat("f", &a);
    stat("f2", &b);
    Y(a.st_ino == b.st_ino);
    N(a.st_nlink);
    T(link("f", "f2"));
    T(link("f", "d"));
    T(link("d", "d2"));
    T(link("none", "x"));
    T(link("f", "none/x"));
    T(link("f", "f/x"));
    T(link("f/", "x"));
    T(link("f", "x/"));
    T(link("f", ""));
    T(link("", "x"));
    T(linkat(AT_FDCWD, "l", AT_FDCWD, "l2", 0));
    lstat("l2", &a);
    say("%s nlink %d", ftype(a.st_mode), (int)a.st_nlink);
    T(linkat(AT_FDCWD, "l", AT_FDCWD, "l3", AT_SYMLINK_FOLLOW));
    lstat("l3", &a);
    say("%s nlink %d", ftype(a.st_mode), (int)a.st_nlink);
    T(linkat(AT_FDCWD, "dangle", AT_FDCWD, "d3", AT_SYMLINK_FOLLOW));
    T(linkat(AT_FDCWD, "dangle", AT_FDCWD, "d3", 0));
    T(linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x100));
    T(linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x2000));
    int fd = open("f", O_RDONLY);
    T(linkat(fd, "", AT_FDCWD, "viafd", AT_EMPTY_PATH));
    T(linkat(99, "f", AT_FDCWD, "x", 0));
    T(linkat(AT_FDCWD, "f", 99, "x", 0));
    T(linkat(fd, "f", AT_FDCWD, "x", 0));
    int d = open("d", O_RDONLY);
    T(linkat(AT_FDCWD, "f", d, "in", 0));
    T(linkat(d, "in", AT_FDCWD, "out", 0));
    T(link("f", "/proc/x"));
    T(link("f", "/dev/shm/../null"));
    stat("f", &a);
    N(a.st_nlink);
    mkfifo("p", 0600);
    T(link("p", "p2"));
    RUN("user", {
        become_user();
        T(link("f", "mine"));
    });
}
