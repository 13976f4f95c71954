// about: Chains of links through directories: forty are followed, relative
// about: parts, absolute parts, loops
// calls: symlinkat openat newfstatat
#include "abi.h"

int main(void)
{
    char a[32], b[32];
    mkdir("d", 0755);
    put("d/f", "end");
    symlink("d", "l0");
    for (int i = 1; i < 45; i++) {
        snprintf(a, 32, "l%d", i - 1);
        snprintf(b, 32, "l%d", i);
        symlink(a, b);
    }
    for (int i = 36; i < 43; i++) {
        snprintf(a, 32, "l%d/f", i);
        int fd = open(a, O_RDONLY);
        say("%s: %s", a, fd < 0 ? errname(errno) : "found");
    }
    symlink("../l0/f", "d/up");
    STR(get("d/up"));
    STR(get("l5/up"));
    symlink("self", "self");
    T(open("self", O_RDONLY));
    T(open("self/x", O_RDONLY));
    T(open("self", O_CREAT | O_WRONLY, 0600));
    T(open("self", O_CREAT | O_EXCL | O_WRONLY, 0600));
    struct stat st;
    T(lstat("self", &st));
    T(stat("self", &st));
    T(rename("self", "other"));
    T(stat("other", &st));
}
