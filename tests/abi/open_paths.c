// about: openat: odd path names, and what they resolve to
// calls: openat fstat close
#include "abi.h"
static void try(const char *name, const char *p)
{
    struct stat st;
    int fd = openat(AT_FDCWD, p, O_RDONLY);
    if (fd < 0) {
        say("%s: %s", name, errname(errno));
        return;
    }
    fstat(fd, &st);
    say("%s: %s size %d", name, ftype(st.st_mode),
        S_ISREG(st.st_mode) ? (int)st.st_size : -1);
    close(fd);
}
int main(void)
{
    static char big[5000];
    put("f", "12345");
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    put("d/e/g", "123");
    symlink("../e/g", "d/e/s");
    symlink("loop2", "loop1");
    symlink("loop1", "loop2");
    symlink("", "empty") == 0 ? say("empty link made")
                              : say("empty link: %s", errname(errno));
    symlink("/", "root");
    symlink("d/e/", "tail");
    try("empty", "");
    try(".", ".");
    try("./f", "./f");
    try("f/", "f/");
    try("f/.", "f/.");
    try("f/..", "f/..");
    try("f/x", "f/x");
    try("d//e///g", "d//e///g");
    try("d/../f", "d/../f");
    try("d/e/../../f", "d/e/../../f");
    try("x/../f", "x/../f");
    try("d/e/s", "d/e/s");
    try("tail", "tail");
    try("tailg", "tail/g");
    try("loop1", "loop1");
    try("loop1/x", "loop1/x");
    try("//", "//");
    try("/..", "/..");
    try("/../..", "/../../.");
    try("root", "root");
    try("root/", "root/");
    memset(big, 'a', 255);
    try("255", big);
    memset(big, 'a', 256);
    try("256", big);
    memset(big, 0, sizeof big);
    for (int i = 0; i < 2047; i++)
        memcpy(big + 2 * i, "./", 2);
    big[4094] = 'f';
    try("4095 bytes", big);
    memmove(big + 1, big, 4095);
    big[0] = '.';
    big[1] = '/';
    memset(big, '/', 4096);
    big[4096] = 0;
    try("4096 slashes", big);
    big[4095] = 0;
    try("4095 slashes", big);
    char name[16], to[16];
    for (int i = 0; i < 45; i++) {
        snprintf(name, sizeof name, "c%d", i);
        i ? snprintf(to, sizeof to, "c%d", i - 1)
          : snprintf(to, sizeof to, "f");
        symlink(to, name);
    }
    try("c38", "c38");
    try("c39", "c39");
    try("c40", "c40");
    try("c41", "c41");
    char *p = edge(2);
    memcpy(p, "f", 2);
    try("at edge", p);
    p = edge(1);
    *p = 'f';
    try("cut at edge", p);
}
