// about: renameat2 with RENAME_NOREPLACE, RENAME_EXCHANGE and RENAME_WHITEOUT
// calls: renameat2
#include "abi.h"
#define RN(a, b, f) T(sys(renameat2, AT_FDCWD, a, AT_FDCWD, b, f))
static void show(const char *p)
{
    struct stat st;
    if (lstat(p, &st))
        say("%s: %s", p, errname(errno));
    else
        say("%s: %s", p, S_ISREG(st.st_mode) ? get(p) : ftype(st.st_mode));
}
int main(void)
{
    put("f", "F");
    put("g", "G");
    mkdir("d", 0755);
    put("d/x", "X");
    symlink("f", "l");
    RN("f", "g", 1);
    RN("f", "n", 1);
    RN("n", "f", 1);
    RN("f", "f", 1);
    RN("f", "l", 1);
    RN("f", "g", 2);
    show("f");
    show("g");
    RN("f", "d", 2);
    show("f");
    show("d");
    show("f/x");
    RN("f", "d", 2);
    RN("f", "none", 2);
    RN("none", "f", 2);
    RN("l", "f", 2);
    show("l");
    show("f");
    RN("l", "f", 2);
    RN("d", "d/x", 2);
    RN("d/x", "d", 2);
    RN("f", "f", 2);
    RN("f", "g", 3);
    RN("f", "w", 4);
    show("f");
    struct stat st;
    stat("f", &st);
    say("rdev %d:%d mode %o", major(st.st_rdev), minor(st.st_rdev),
        st.st_mode & 07777);
    show("w");
    RN("w", "g", 5);
    RN("w", "g", 6);
    RN("w", "g", 8);
    RN("w", "g", -1);
    RN("d/", "d2/", 2);
    mkdir("d2", 0700);
    RN("d/", "d2/", 2);
    show("d2/x");
    RN(".", "d", 2);
    RN("d", "/proc", 2);
}
