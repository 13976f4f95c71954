// about: A tree 500 directories deep, names of 255 bytes, a path longer than
// about: PATH_MAX
// calls: mkdirat chdir openat getcwd unlinkat renameat2
#include "abi.h"

int main(void)
{
    char name[256], c[8192];
    int top = open(".", O_RDONLY), i;
    for (i = 0; i < 500; i++)
        if (mkdir("deep", 0755) || chdir("deep"))
            break;
    N(i);
    T(sys(getcwd, c, sizeof c) > 0);
    put("bottom", "found");
    STR(get("bottom"));
    STR(get("../deep/bottom"));
    unlink("bottom");
    int up = 0;
    struct stat a, b;
    fstat(top, &a);
    while (up < 600) {
        stat(".", &b);
        if (a.st_ino == b.st_ino)
            break;
        chdir("..");
        up++;
    }
    N(up);
    memset(name, 'n', 255);
    name[255] = 0;
    for (i = 0; i < 20; i++)
        if (mkdir(name, 0755) || chdir(name))
            break;
    N(i);
    T(sys(getcwd, c, sizeof c));
    T(sys(getcwd, c, 4096));
    T(open("x", O_CREAT | O_WRONLY, 0600) >= 0 ? 0 : -1);
    T(readlink("/proc/self/cwd", c, sizeof c));
    unlink("x");
    for (; i > 0; i--) {
        chdir("..");
        rmdir(name);
    }
    fchdir(top);
    for (i = 0; i < 500; i++)
        chdir("deep");
    for (; i > 0; i--) {
        chdir("..");
        rmdir("deep");
    }
    T(access("deep", F_OK));
}
