// about: mount MS_BIND of directories and files, MS_REC, read-only binds,
// about: MS_MOVE, crossing ..
// calls: mount umount2 openat
#include "abi.h"

int main(void)
{
    struct stat a, b;
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("a", 0755);
    mkdir("b", 0755);
    put("a/f", "in a");
    put("g", "single");
    put("t", "");
    T(mount("a", "b", NULL, MS_BIND, NULL));
    STR(get("b/f"));
    put("b/n", "new");
    STR(get("a/n"));
    stat("a", &a);
    stat("b", &b);
    Y(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    T(rename("a/n", "b/n2"));
    T(link("a/n", "b/n2"));
    stat(".", &a);
    stat("b/..", &b);
    Y(a.st_ino == b.st_ino);
    T(mount("g", "t", NULL, MS_BIND, NULL));
    STR(get("t"));
    T(unlink("t"));
    T(umount("t"));
    T(mount("g", "b", NULL, MS_BIND, NULL));
    T(mount("a", "t", NULL, MS_BIND, NULL));
    T(mount(NULL, "b", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
    T(open("b/f", O_WRONLY));
    T(open("a/f", O_WRONLY) >= 0 ? 0 : -1);
    T(access("b/f", W_OK));
    T(chmod("b/f", 0600));
    T(utimensat(AT_FDCWD, "b/f", NULL, 0));
    T(umount("b"));
    say("-- recursive");
    mkdir("a/sub", 0755);
    T(mount("x", "a/sub", "tmpfs", 0, NULL));
    put("a/sub/deep", "deep");
    T(mount("a", "b", NULL, MS_BIND, NULL));
    STR(get("b/sub/deep"));
    T(umount("b"));
    T(mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
    STR(get("b/sub/deep"));
    T(umount("b"));
    T(umount("b/sub"));
    T(umount("b"));
    say("-- move");
    mkdir("c", 0755);
    T(mount("a/sub", "c", NULL, MS_MOVE, NULL));
    STR(get("c/deep"));
    T(access("a/sub/deep", F_OK));
    T(mount("a", "b", NULL, MS_MOVE, NULL));
    mkdir("c/in", 0755);
    T(mount("c", "c/in", NULL, MS_MOVE, NULL));
    T(umount("c"));
    T(mount("none", "b", NULL, MS_BIND, NULL));
    T(mount("a", "none", NULL, MS_BIND, NULL));
}
