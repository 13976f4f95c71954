// about: Files that are unlinked, truncated or renamed while mapped and
// about: executed
// calls: mmap unlinkat ftruncate renameat2 execve
#include "abi.h"

int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 16384);
    char *m = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memset(m, 'm', 16384);
    unlink("f");
    put("f", "another");
    Y(m[0] == 'm');
    STR(get("f"));
    close(fd);
    m[5000] = 'n';
    RUN("child", Y(m[5000] == 'n' && m[16383] == 'm'));
    fd = open("g", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 16384);
    char *g = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
         *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    memset(g, 'g', 16384);
    p[8192] = 'p';
    ftruncate(fd, 4096);
    RUN("shared, gone", g[8192] = 1);
    RUN("private and written, gone too", say("%c", p[8192]));
    RUN("still there", say("%c %c", g[0], p[0]));
    ftruncate(fd, 16384);
    say("%d %d", g[8192], p[8192]);
    p[100] = 'x';
    put("h", "renamed over");
    rename("h", "g");
    Y(g[0] == 'g' && p[100] == 'x');
    STR(get("g"));
}
