// about: A tree of 5000 directories, each in the one before: taken apart from
// about: below, and all at once with its filesystem
// calls: mkdir chdir umount2 unlinkat openat
// timeout: 120
#include "abi.h"

#define DEPTH 5000

static int dig(void)
{
    int i;

    for (i = 0; i < DEPTH; i++)
        if (mkdir("d", 0755) || chdir("d"))
            break;
    return i;
}

int main(void)
{
    struct stat st;
    int i, up, top;

    mkdir("m", 0755);
    T(mount("none", "m", "tmpfs", 0, ""));
    chdir("m");
    top = open(".", O_RDONLY);
    T(dig());
    put("bottom", "found");
    T(unlinkat(top, "d", AT_REMOVEDIR));
    unlink("bottom");
    for (i = 0; i < DEPTH; i++) {
        up = open("..", O_RDONLY);
        if (unlinkat(up, "d", AT_REMOVEDIR) || fchdir(up))
            break;
        close(up);
    }
    T(i);
    T(stat("d", &st));
    fchdir(top);
    T(dig());
    put("bottom", "found");
    fchdir(top);
    chdir("..");
    close(top);
    T(umount2("m", 0));
    say("-- cut off while its bottom is open");
    T(mount("none", "m", "tmpfs", 0, ""));
    int here = open(".", O_RDONLY);
    chdir("m");
    T(dig());
    fchdir(here);
    T(umount2("m", MNT_DETACH));
    T(rmdir("m"));
    RUN("another one", {
        mkdir("n", 0755);
        T(mount("none", "n", "tmpfs", 0, ""));
        chdir("n");
        T(dig());
        T(openat(here, "n", O_PATH) >= 0 ? 0 : -1);
        T(umount2("n", 0));
    });
    T(umount2("n", 0));
    T(rmdir("n"));
}
