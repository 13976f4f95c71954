// about: chdir, fchdir, getcwd: sizes, removed and renamed directories
// calls: chdir fchdir getcwd
#include "abi.h"
static void cwd(const char *base)
{
    char b[4096];
    long r = sys(getcwd, b, sizeof b);
    if (r < 0)
        say("cwd: %s", errname(errno));
    else
        say("cwd: %s (length %s)",
            !strncmp(b, base, strlen(base)) ? b + strlen(base) : b,
            r == (long)strlen(b) + 1 ? "right" : "wrong");
}
int main(void)
{
    char base[4096], b[64];
    sys(getcwd, base, sizeof base);
    int d0 = open(".", O_RDONLY);
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    put("f", "");
    symlink("a/b", "l");
    T(chdir("a/b"));
    cwd(base);
    T(chdir(".."));
    cwd(base);
    T(chdir("../l"));
    cwd(base);
    T(fchdir(d0));
    cwd(base);
    T(chdir("f"));
    T(chdir("none"));
    T(chdir(""));
    T(chdir("f/"));
    T(fchdir(99));
    T(fchdir(open("f", O_RDONLY)));
    T(fchdir(open("a", O_PATH)));
    cwd(base);
    T(rename("../a", "../renamed"));
    cwd(base);
    T(chdir("b"));
    T(rmdir("../b"));
    cwd(base);
    T(chdir("."));
    T(chdir(".."));
    cwd(base);
    T(chdir("/"));
    T(sys(getcwd, b, 64));
    T(sys(getcwd, b, 2));
    T(sys(getcwd, b, 1));
    T(sys(getcwd, b, 0));
    BAD(p, sys(getcwd, p, 64));
    T(sys(getcwd, edge(2), 4096));
    T(chdir("/proc/self/fd"));
    T(chdir("/dev"));
    T(sys(getcwd, b, 64));
    fchdir(d0);
    mkdir("p", 0700);
    RUN("user", {
        become_user();
        T(chdir("p"));
        T(fchdir(open("p", O_PATH)));
        T(chdir("/proc/1/cwd") == -1);
    });
    RUN("a child's chdir is its own", chdir("/"));
    cwd(base);
}
