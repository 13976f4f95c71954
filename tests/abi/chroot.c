// about: chroot: who may, what .. means, handles that lead out, getcwd outside
// about: the root
// calls: chroot chdir getcwd
#include "abi.h"
int main(void)
{
    char b[256];
    struct stat st, up;
    mkdir("jail", 0755);
    mkdir("jail/in", 0755);
    put("jail/f", "inside");
    put("f", "outside");
    symlink("/f", "jail/abs");
    symlink("../../../f", "jail/rel");
    put("notdir", "");
    RUN("user", {
        become_user();
        T(chroot("jail"));
    });
    RUN("in", {
        T(chroot("notdir"));
        T(chroot("none"));
        T(chroot(""));
        int out = open(".", O_RDONLY);
        int f = open("f", O_RDONLY);
        T(chroot("jail"));
        say("-- the current directory is still outside");
        STR(get("f"));
        STR(get("/f"));
        T(sys(getcwd, b, sizeof b) > 0);
        Y(!strncmp(b, "(unreachable)", 13));
        T(chdir("/"));
        T(sys(getcwd, b, sizeof b));
        STR(b);
        STR(get("abs"));
        STR(get("rel"));
        STR(get("../../f"));
        stat("/", &st);
        stat("/..", &up);
        Y(st.st_ino == up.st_ino);
        T(chdir("in"));
        T(sys(getcwd, b, sizeof b));
        STR(b);
        say("-- a handle to the outside");
        int g = T(openat(out, "f", O_RDONLY) >= 0 ? 0 : -1);
        T(read(f, b, 7));
        T(fchdir(out));
        STR(get("f"));
        T(chroot("."));
        T(access("/jail/in", F_OK));
    });
    RUN("inherited", {
        chroot("jail");
        chdir("/");
        RUN("child", STR(get("/f")));
    });
    STR(get("f"));
}
