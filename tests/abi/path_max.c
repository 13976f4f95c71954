// about: Long names by parts: absolute paths of 4095 and 4096 bytes through
// about: links and directories
// calls: openat newfstatat symlinkat readlinkat mkdirat chdir
#include "abi.h"

int main(void)
{
    static char p[5000], t[5000];
    mkdir("d", 0755);
    put("d/f", "found");
    for (int len = 4090; len <= 4097; len++) {
        memset(p, '/', len);
        memcpy(p, "d", 1);
        p[len - 1] = 'f';
        p[len] = 0;
        int fd = open(p, O_RDONLY);
        say("%d: %s", len, fd < 0 ? errname(errno) : "found");
        close(fd);
    }
    memset(t, '/', 4000);
    t[0] = 'd';
    t[4000] = 0;
    T(symlink(t, "l"));
    T(readlink("l", p, 5000));
    T(open("l/f", O_RDONLY) >= 0 ? 0 : -1);
    memset(p, 'n', 256);
    p[256] = 0;
    T(open(p, O_RDONLY));
    T(mkdir(p, 0755));
    T(symlink("x", p));
    T(chdir(p));
    p[255] = 0;
    T(open(p, O_RDONLY));
    T(mkdir(p, 0755));
    T(rmdir(p));
    strcpy(t, "d/");
    memset(t + 2, 'n', 256);
    strcpy(t + 258, "/f");
    T(open(t, O_RDONLY));
    T(access(t, F_OK));
}
