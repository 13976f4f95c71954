// about: Renaming over open files, directories with someone inside, trees with
// about: handles into them
// calls: renameat2 openat read chdir getcwd
#include "abi.h"

int main(void)
{
    char b[256] = "", base[256];
    getcwd(base, 256);
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    mkdir("a/b/c", 0755);
    put("a/b/c/f", "deep");
    int f = open("a/b/c/f", O_RDONLY), d = open("a/b", O_RDONLY);
    chdir("a/b/c");
    T(rename("../../../a", "../../../z"));
    T(sys(getcwd, b, 256) > 0);
    STR(b + strlen(base));
    T(open("f", O_RDONLY) >= 0 ? 0 : -1);
    T(rename("../../b", "../../../out"));
    T(sys(getcwd, b, 256) > 0);
    STR(b + strlen(base));
    T(openat(d, "c/f", O_RDONLY) >= 0 ? 0 : -1);
    T(openat(d, "../z", O_RDONLY) >= 0 ? 0 : -1);
    chdir(base);
    T(rename("z", "out/c/z"));
    T(rename("out", "out/c/z/y"));
    T(rename("out/c", "out"));
    T(rename("out/c/z", "z"));
    mkdir("empty", 0755);
    int e = open("empty", O_RDONLY);
    chdir("empty");
    T(rename("../z", "../empty"));
    T(open("x", O_CREAT | O_WRONLY, 0600));
    T(sys(getcwd, b, 256));
    chdir(base);
    struct stat st;
    fstat(e, &st);
    N(st.st_nlink);
    memset(b, 0, 256);
    T(read(f, b, 4));
    STR(b);
    put("one", "1");
    put("two", "2");
    int o = open("two", O_RDONLY);
    T(rename("one", "two"));
    T(read(o, b, 1));
    say("%c", b[0]);
    STR(get("two"));
    fstat(o, &st);
    N(st.st_nlink);
    RUN("a running program is replaced", {
        put("prog", "#!/bin/sh\necho old\n");
        chmod("prog", 0755);
        put("new", "#!/bin/sh\necho new\n");
        chmod("new", 0755);
        rename("new", "prog");
        execl("./prog", "prog", NULL);
    });
}
