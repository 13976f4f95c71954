// about: fchown and fchownat: who may give files away, which bits are lost
// calls: fchown fchownat
#include "abi.h"
static void show(const char *p)
{
    struct stat st;
    lstat(p, &st);
    say("  %s %o %d:%d", p, st.st_mode & 07777, st.st_uid, st.st_gid);
}
int main(void)
{
    put("f", "");
    mkdir("d", 0755);
    symlink("f", "l");
    chmod("f", 06755);
    T(chown("f", 1, 2));
    show("f");
    T(chown("f", -1, 3));
    T(chown("f", 4, -1));
    T(chown("f", -1, -1));
    show("f");
    T(chmod("f", 06644));
    T(chown("f", 5, 5));
    show("f");
    T(chmod("d", 06755));
    T(chown("d", 5, 5));
    show("d");
    T(lchown("l", 9, 9));
    show("l");
    show("f");
    T(chown("l", 10, 10));
    show("f");
    T(fchownat(AT_FDCWD, "l", 11, 11, AT_SYMLINK_NOFOLLOW));
    show("l");
    int fd = open("f", O_RDONLY), o = open("f", O_PATH);
    T(fchown(fd, 12, 12));
    T(sys(fchown, o, 13, 13));
    T(sys(fchownat, o, "", 14, 14, AT_EMPTY_PATH));
    T(sys(fchownat, fd, "", 14, 14, 0));
    T(sys(fchownat, fd, "", 14, 14, 0x10));
    T(sys(fchownat, AT_FDCWD, "none", 0, 0, 0));
    T(fchown(99, 0, 0));
    T(chown("f", 0xfffffffe, 0xfffffffe));
    struct stat st;
    stat("f", &st);
    Y(st.st_uid == 0xfffffffe);
    chown("f", 1000, 1000);
    put("r", "");
    put("m", "");
    chown("m", 1000, 1000);
    chmod("m", 06755);
    RUN("user", {
        setgroups(1, (gid_t[]){77});
        sys(setresgid, 1000, 1000, 1000);
        sys(setresuid, 1000, 1000, 1000);
        T(chown("f", 1000, 1000));
        T(chown("f", 1000, 77));
        T(chown("f", -1, 78));
        T(chown("f", 1001, -1));
        T(chown("f", 0, 0));
        T(chown("r", 1000, 1000));
        T(chown("r", -1, -1));
        T(chown("r", 0, 0));
        T(chown("m", -1, -1));
        show("m");
        T(chown("m", 1000, 77));
        show("m");
    });
}
