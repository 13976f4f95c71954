// about: openat and its relatives given path names that cannot be read
// calls: openat openat2 newfstatat faccessat mkdirat unlinkat symlinkat linkat
// calls: renameat2 readlinkat fchmodat fchownat chdir chroot mknodat statfs
// calls: truncate
#include "abi.h"
int main(void)
{
    char b[64];
    struct stat st;
    put("f", "x");
    BAD(p, sys(openat, AT_FDCWD, p, O_RDONLY));
    BAD(p, sys(newfstatat, AT_FDCWD, p, &st, 0));
    BAD(p, sys(newfstatat, AT_FDCWD, "f", p, 0));
    BAD(p, sys(faccessat, AT_FDCWD, p, 0));
    BAD(p, sys(mkdirat, AT_FDCWD, p, 0755));
    BAD(p, sys(unlinkat, AT_FDCWD, p, 0));
    BAD(p, sys(symlinkat, p, AT_FDCWD, "l"));
    BAD(p, sys(symlinkat, "f", AT_FDCWD, p));
    BAD(p, sys(linkat, AT_FDCWD, p, AT_FDCWD, "l", 0));
    BAD(p, sys(linkat, AT_FDCWD, "f", AT_FDCWD, p, 0));
    BAD(p, sys(renameat2, AT_FDCWD, p, AT_FDCWD, "l", 0));
    BAD(p, sys(renameat2, AT_FDCWD, "f", AT_FDCWD, p, 0));
    BAD(p, sys(readlinkat, AT_FDCWD, p, b, sizeof b));
    symlink("f", "l");
    BAD(p, sys(readlinkat, AT_FDCWD, "l", p, sizeof b));
    BAD(p, sys(fchmodat, AT_FDCWD, p, 0600));
    BAD(p, sys(fchownat, AT_FDCWD, p, 0, 0, 0));
    BAD(p, sys(chdir, p));
    BAD(p, sys(chroot, p));
    BAD(p, sys(mknodat, AT_FDCWD, p, S_IFIFO | 0600, 0));
    BAD(p, sys(statfs, p, b));
    BAD(p, sys(statfs, "f", p));
    BAD(p, sys(truncate, p, 1));
    BAD(p, sys(openat2, AT_FDCWD, "f", p, 24));
}
