// about: Directory handles: renamed, moved, removed, replaced; every *at call
// about: honours them
// calls: openat mkdirat unlinkat renameat2 linkat symlinkat readlinkat
// calls: fchmodat fchownat faccessat utimensat newfstatat mknodat statx
#include "abi.h"

int main(void)
{
    char b[64];
    struct stat st;
    mkdir("d", 0755);
    put("f", "outer");
    put("d/f", "inner");
    int d = open("d", O_RDONLY), f;
    T(openat(d, "f", O_RDONLY) >= 0 ? 0 : -1);
    T(faccessat(d, "f", F_OK, 0));
    T(mkdirat(d, "m", 0700));
    T(mknodat(d, "p", S_IFIFO | 0600, 0));
    T(symlinkat("f", d, "s"));
    T(readlinkat(d, "s", b, 64));
    T(linkat(d, "f", d, "h", 0));
    T(linkat(AT_FDCWD, "f", d, "o", 0));
    T(renameat(d, "h", d, "h2"));
    T(renameat(d, "h2", AT_FDCWD, "h3"));
    T(fchmodat(d, "f", 0611, 0));
    T(fchownat(d, "f", 3, 4, 0));
    T(utimensat(d, "f", (struct timespec[2]){{5, 0}, {6, 0}}, 0));
    T(fstatat(d, "f", &st, 0));
    say("%o %d:%d %d", st.st_mode & 0777, st.st_uid, st.st_gid,
        (int)st.st_mtime);
    T(fstatat(AT_FDCWD, "f", &st, 0));
    say("%o %d", st.st_mode & 0777, st.st_uid);
    say("-- renamed, moved and replaced");
    mkdir("other", 0755);
    T(rename("d", "other/moved"));
    mkdir("d", 0755);
    T(faccessat(d, "m", F_OK, 0));
    T(faccessat(AT_FDCWD, "d/m", F_OK, 0));
    T(faccessat(d, "../moved/f", F_OK, 0));
    T(faccessat(d, "../../f", F_OK, 0));
    say("-- removed");
    T(unlinkat(d, "m", AT_REMOVEDIR));
    static const char *const n[] = {"f", "p", "s", "o"};
    for (int i = 0; i < 4; i++)
        T(unlinkat(d, n[i], 0));
    T(rmdir("other/moved"));
    T(openat(d, "f", O_CREAT | O_WRONLY, 0600));
    T(mkdirat(d, "m", 0700));
    T(symlinkat("x", d, "s"));
    T(linkat(AT_FDCWD, "f", d, "o", 0));
    T(renameat(AT_FDCWD, "f", d, "o"));
    T(mknodat(d, "p", S_IFIFO | 0600, 0));
    T(faccessat(d, ".", F_OK, 0));
    T(faccessat(d, "..", F_OK, 0));
    T(openat(d, ".", O_RDONLY) >= 0 ? 0 : -1);
    T(fchdir(d));
    T(fstat(d, &st));
    N(st.st_nlink);
    T(fchmod(d, 0700));
    f = T(open("x", O_CREAT | O_WRONLY, 0600));
    T(chdir("..") == 0 ? 0 : -1);
}
