// about: Directory permissions: search, list and change, along a path
// calls: openat getdents64 mkdirat chdir newfstatat
#include "abi.h"
int main(void)
{
    umask(0);
    char b[1024];
    struct stat st;
    static const int modes[] = {0755, 0711, 0744, 0733, 0700};
    mkdir("d", 0755);
    mkdir("d/sub", 0755);
    put("d/f", "x");
    put("d/sub/g", "x");
    chmod("d/f", 0666);
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        chmod("d", modes[i]);
        say("-- %o", modes[i]);
        RUN("user", {
            become_user();
            int fd = T(open("d", O_RDONLY));
            if (fd >= 0)
                OK(sys(getdents64, fd, b, sizeof b) > 0);
            T(open("d", O_PATH) >= 0 ? 0 : -1);
            T(stat("d/f", &st));
            T(stat("d/none", &st));
            T(open("d/f", O_RDWR) >= 0 ? 0 : -1);
            T(stat("d/sub/g", &st));
            T(stat("d/sub/../f", &st));
            T(chdir("d"));
            T(chdir("d/sub"));
            T(mkdir("d/new", 0755));
            T(rmdir("d/new"));
            T(access("d", R_OK | W_OK | X_OK));
            if (fd >= 0)
                T(openat(fd, "f", O_RDONLY) >= 0 ? 0 : -1);
        });
        rmdir("d/new");
    }
    say("-- a closed directory above the current one");
    chmod("d", 0700);
    chmod("d/sub", 0777);
    chdir("d/sub");
    RUN("user", {
        become_user();
        T(stat("g", &st));
        T(stat(".", &st));
        T(stat("..", &st));
        T(stat("../f", &st));
        T(open("x", O_CREAT | O_WRONLY, 0644));
        T(sys(getcwd, b, sizeof b) > 0);
    });
    RUN("root", { T(stat("../f", &st)); });
}
