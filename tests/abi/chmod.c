// about: fchmod and fchmodat: who may, which bits stay
// calls: fchmod fchmodat
#include "abi.h"
static void mode(const char *p)
{
    struct stat st;
    lstat(p, &st);
    say("  %s %o", p, st.st_mode);
}
int main(void)
{
    put("f", "");
    mkdir("d", 0755);
    symlink("f", "l");
    T(chmod("f", 07777));
    mode("f");
    T(sys(fchmodat, AT_FDCWD, "f", 0177640));
    mode("f");
    T(chmod("l", 0600));
    mode("f");
    mode("l");
    int fd = open("f", O_RDONLY);
    T(fchmod(fd, 0400));
    mode("f");
    T(sys(fchmod, open("f", O_PATH), 0600));
    T(fchmod(99, 0600));
    T(sys(fchmodat, AT_FDCWD, "none", 0600));
    T(sys(fchmodat, AT_FDCWD, "", 0600));
    T(sys(fchmodat, AT_FDCWD, "f/", 0600));
    T(sys(fchmodat, 99, "f", 0600));
    T(sys(fchmodat, fd, "f", 0600));
    T(chmod("d", 01777));
    mode("d");
    int p[2];
    pipe(p);
    T(fchmod(p[0], 0644));
    struct stat st;
    fstat(p[1], &st);
    say("pipe %o", st.st_mode);
    chmod("f", 0666);
    put("own", "");
    chown("own", 1000, 1000);
    put("grp", "");
    chown("grp", 1000, 55);
    RUN("user", {
        become_user();
        T(chmod("f", 0600));
        T(fchmod(fd, 0600));
        T(chmod("own", 06755));
        mode("own");
        T(chmod("grp", 06755));
        mode("grp");
        T(chmod("grp", 01644));
        mode("grp");
        mkdir("/tmp", 0);
    });
}
