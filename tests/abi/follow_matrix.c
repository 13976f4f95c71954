// about: Which calls follow a symbolic link in the last place, and which act
// about: on the link
// calls: openat newfstatat fchmodat fchownat truncate chdir linkat renameat2
// calls: unlinkat utimensat faccessat setxattr execve statfs inotify_add_watch
// calls: mkdirat rmdir
#include "abi.h"

static void fresh(void)
{
    unlink("l");
    unlink("target");
    unlink("x");
    unlink("dangle");
    rmdir("dir");
    unlink("dl");
    put("target", "12345");
    mkdir("dir", 0755);
    symlink("target", "l");
    symlink("nowhere", "dangle");
    symlink("dir", "dl");
    unlink("nowhere");
    rmdir("nowhere");
}
#define TRY(e)                       \
    ({                               \
        fresh();                     \
        errno = 0;                   \
        long r_ = (long)(e);         \
        show_(#e, r_, errno, false); \
    })
int main(void)
{
    struct stat st;
    char b[256];
    TRY(open("l", O_WRONLY | O_TRUNC) >= 0 ? 0 : -1);
    TRY(open("dangle", O_RDONLY));
    TRY(open("dangle", O_CREAT | O_WRONLY, 0600) >= 0 ? 0 : -1);
    T(access("nowhere", F_OK));
    TRY(open("dangle", O_CREAT | O_EXCL | O_WRONLY, 0600));
    TRY(open("l", O_CREAT | O_EXCL | O_WRONLY, 0600));
    TRY(chmod("l", 0600));
    TRY(chmod("dangle", 0600));
    TRY(chown("dangle", 1, 1));
    TRY(lchown("dangle", 1, 1));
    TRY(truncate("l", 2));
    TRY(truncate("dangle", 2));
    TRY(chdir("l"));
    TRY(chdir("dangle"));
    TRY(mkdir("dangle", 0755));
    TRY(mkdir("dangle/", 0755));
    TRY(mkdir("l", 0755));
    TRY(rmdir("dl"));
    TRY(rmdir("dl/"));
    TRY(unlink("l"));
    T(access("target", F_OK));
    TRY(unlink("dl/"));
    TRY(rename("l", "x"));
    T(lstat("x", &st));
    say("%s", ftype(st.st_mode));
    TRY(rename("target", "l"));
    T(lstat("l", &st));
    say("%s", ftype(st.st_mode));
    TRY(rename("dir", "dl"));
    TRY(rename("dir", "dl/"));
    TRY(rename("dl/", "x"));
    TRY(link("l", "x"));
    T(lstat("x", &st));
    say("%s", ftype(st.st_mode));
    TRY(link("dangle", "x"));
    TRY(link("target", "dangle"));
    TRY(symlink("a", "dangle"));
    TRY(mknod("dangle", S_IFREG | 0600, 0));
    TRY(stat("dangle", &st));
    TRY(stat("l/", &st));
    TRY(lstat("l/", &st));
    TRY(lstat("dl/", &st));
    say("%s", ftype(st.st_mode));
    TRY(access("dangle", F_OK));
    TRY(utimensat(AT_FDCWD, "dangle", NULL, 0));
    TRY(utimensat(AT_FDCWD, "dangle", NULL, AT_SYMLINK_NOFOLLOW));
    TRY(statfs("dangle", (void *)b));
    TRY(readlink("dl/", b, 10));
    TRY(open("dl", O_RDONLY | O_NOFOLLOW));
    TRY(open("dl/", O_RDONLY | O_NOFOLLOW) >= 0 ? 0 : -1);
    TRY(open("dl", O_RDONLY | O_DIRECTORY) >= 0 ? 0 : -1);
    TRY(open("dl", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(open("l", O_PATH | O_NOFOLLOW) >= 0 ? 0 : -1);
}
