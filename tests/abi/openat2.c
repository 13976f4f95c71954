// about: openat2: struct open_how, RESOLVE_* flags, sizes, refusals
// calls: openat2
#include "abi.h"

struct how {
    uint64_t flags, mode, resolve;
    uint64_t extra[600];
};
static int o2(int dir, const char *p, uint64_t fl, uint64_t mode, uint64_t res)
{
    struct how h = {fl, mode, res, {0}};
    int fd = sys(openat2, dir, p, &h, 24);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    return fd;
}
enum {
    NO_XDEV = 1,
    NO_MAGIC = 2,
    NO_SYM = 4,
    BENEATH = 8,
    IN_ROOT = 16,
    CACHED = 32
};
int main(void)
{
    put("f", "x");
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    put("d/g", "x");
    symlink("g", "d/in");
    symlink("../f", "d/out");
    symlink("/g", "d/abs");
    symlink("e/../g", "d/back");
    symlink("/etc/../../g", "d/far");
    int d = open("d", O_RDONLY | O_DIRECTORY);
    static const char *const paths[] = {
        "g",    "e/../g", "in", "out", "abs", "back",      "far",
        "../f", "/g",     ".",  "..",  "/",   "e/../../f", "none"};
    static const int res[] = {0, NO_SYM, BENEATH, IN_ROOT, NO_XDEV, NO_MAGIC};
    for (int i = 0; i < 6; i++) {
        say("-- resolve %d", res[i]);
        for (unsigned j = 0; j < sizeof paths / sizeof *paths; j++) {
            int r = o2(d, paths[j], O_RDONLY, 0, res[i]);
            say("%s: %s", paths[j], r ? errname(errno) : "ok");
        }
    }
    say("-- others");
    T(o2(AT_FDCWD, "/proc/version", O_RDONLY, 0, NO_XDEV));
    T(o2(AT_FDCWD, "/proc/self/cwd", O_RDONLY, 0, NO_MAGIC));
    T(o2(AT_FDCWD, "/proc/self/cwd", O_RDONLY, 0, 0));
    T(o2(AT_FDCWD, "/proc/self/cwd", O_PATH | O_NOFOLLOW, 0, NO_MAGIC));
    T(o2(AT_FDCWD, "/proc/self/status", O_RDONLY, 0, NO_MAGIC));
    T(o2(AT_FDCWD, "/proc/self/status", O_RDONLY, 0, NO_SYM));
    T(o2(d, "in", O_PATH | O_NOFOLLOW, 0, NO_SYM));
    T(o2(d, "g", O_RDONLY, 0, BENEATH | IN_ROOT));
    T(o2(d, "g", O_RDONLY, 0, 64));
    T(o2(d, "g", O_RDONLY, 0644, 0));
    T(o2(d, "new", O_CREAT | O_WRONLY, 0644, 0));
    T(o2(d, "new2", O_CREAT | O_WRONLY, 0200000, 0));
    T(o2(d, "g", 1UL << 40, 0, 0));
    T(o2(d, "g", 0x40000000, 0, 0));
    T(o2(d, "g", O_PATH | O_RDWR, 0, 0));
    T(o2(d, "g", O_RDONLY, 0, CACHED));
    T(o2(d, "g", O_WRONLY | O_TRUNC, 0, CACHED));
    T(o2(99, "g", O_RDONLY, 0, 0));
    struct how h = {O_PATH, 0, 0, {0}};
    T(sys(openat2, d, "g", &h, 0));
    T(sys(openat2, d, "g", &h, 23));
    OK(sys(openat2, d, "g", &h, 32));
    OK(sys(openat2, d, "g", &h, 4096));
    T(sys(openat2, d, "g", &h, 4097));
    h.extra[0] = 1;
    T(sys(openat2, d, "g", &h, 32));
}
