// about: The old x86-64 file calls: open, creat, stat, lstat, access, rename,
// about: mkdir, rmdir, link, unlink, symlink, readlink, chmod, chown, mknod,
// about: utime, getdents
// calls: open creat stat lstat access rename mkdir rmdir link unlink symlink
// calls: readlink chmod chown lchown mknod utime utimes futimesat getdents
// calls: ustat
#include "abi.h"

int main(void)
{
#ifdef SYS_open
    struct stat st;
    char b[512];
    int fd = T(sys(open, "f", O_CREAT | O_RDWR, 0666));
    T(sys(creat, "c", 0600));
    T(sys(open, "none", O_RDONLY));
    T(sys(stat, "f", &st));
    say("%o", st.st_mode);
    T(sys(symlink, "f", "l"));
    T(sys(lstat, "l", &st));
    say("%s", ftype(st.st_mode));
    T(sys(stat, "l", &st));
    say("%s", ftype(st.st_mode));
    T(sys(readlink, "l", b, 10));
    T(sys(readlink, "f", b, 10));
    T(sys(readlink, "l", b, 0));
    T(sys(access, "f", R_OK));
    T(sys(access, "none", R_OK));
    T(sys(rename, "f", "g"));
    T(sys(rename, "f", "g"));
    T(sys(link, "g", "h"));
    T(sys(unlink, "h"));
    T(sys(unlink, "h"));
    T(sys(mkdir, "d", 0777));
    T(sys(mkdir, "d", 0777));
    T(sys(rmdir, "g"));
    T(sys(rmdir, "d"));
    T(sys(chmod, "g", 0640));
    T(sys(chown, "g", 5, 6));
    T(sys(lchown, "l", 7, 8));
    sys(lstat, "l", &st);
    say("%d:%d", st.st_uid, st.st_gid);
    sys(stat, "g", &st);
    say("%d:%d %o", st.st_uid, st.st_gid, st.st_mode);
    T(sys(mknod, "p", S_IFIFO | 0600, 0));
    T(sys(utime, "g", ((long[2]){100, 200})));
    sys(stat, "g", &st);
    say("%ld %ld", (long)st.st_atime, (long)st.st_mtime);
    T(sys(utimes, "g", ((long[4]){300, 5, 400, 6})));
    sys(stat, "g", &st);
    say("%ld %ld", (long)st.st_atim.tv_nsec, (long)st.st_mtim.tv_nsec);
    T(sys(utimes, "g", ((long[4]){300, 1000000, 400, 6})));
    T(sys(futimesat, AT_FDCWD, "g", NULL));
    T(sys(utime, "none", NULL));
    int d = sys(open, ".", O_RDONLY);
    long n = sys(getdents, d, b, 512);
    int k = 0;
    for (long o = 0; o < n; k++)
        o += *(unsigned short *)(b + o + 16);
    N(k);
    T(sys(getdents, d, b, 512));
    T(sys(getdents, fd, b, 512));
    T(sys(getdents, d, b, 1));
    BAD(p, sys(open, p, 0));
    BAD(p, sys(stat, "g", p));
    BAD(p, sys(rename, p, "x"));
#else
    say("only on x86-64");
#endif
}
