// about: setxattr, getxattr, listxattr, removexattr on tmpfs: namespaces,
// about: sizes, refusals
// calls: setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr
// calls: llistxattr flistxattr removexattr lremovexattr fremovexattr
#include "abi.h"

#include <sys/xattr.h>
int main(void)
{
    char b[256] = "";
    static char big[70000];
    put("f", "");
    symlink("f", "l");
    mkdir("d", 0755);
    int fd = open("f", O_RDWR);
    T(setxattr("f", "trusted.a", "value", 5, 0));
    T(getxattr("f", "trusted.a", b, 256));
    STR(b);
    T(getxattr("f", "trusted.a", NULL, 0));
    T(getxattr("f", "trusted.a", b, 3));
    T(setxattr("f", "trusted.a", "v2", 2, XATTR_CREATE));
    T(setxattr("f", "trusted.b", "v2", 2, XATTR_REPLACE));
    T(setxattr("f", "trusted.a", "v2", 2, XATTR_REPLACE));
    T(setxattr("f", "trusted.a", "v2", 2, 4));
    T(fgetxattr(fd, "trusted.a", b, 256));
    T(setxattr("f", "trusted.empty", "", 0, 0));
    T(getxattr("f", "trusted.empty", b, 256));
    T(getxattr("f", "trusted.none", b, 256));
    T(setxattr("f", "user.a", "x", 1, 0));
    T(getxattr("f", "user.a", b, 256));
    T(setxattr("f", "security.x", "x", 1, 0));
    T(setxattr("f", "bogus.x", "x", 1, 0));
    T(setxattr("f", "trusted.", "x", 1, 0));
    T(setxattr("f", "trusted", "x", 1, 0));
    T(setxattr("f", "", "x", 1, 0));
    T(setxattr("f", "system.posix_acl_access", "x", 1, 0));
    T(setxattr("f", "trusted.big", big, 65536, 0));
    T(setxattr("f", "trusted.big", big, 65537, 0));
    T(getxattr("f", "trusted.big", big, 70000));
    memset(big, 'n', 300);
    memcpy(big, "trusted.", 8);
    big[255] = 0;
    T(setxattr("f", big, "x", 1, 0));
    T(removexattr("f", big));
    big[255] = 'n';
    big[256] = 0;
    T(setxattr("f", big, "x", 1, 0));
    T(lsetxattr("l", "trusted.link", "x", 1, 0));
    T(lgetxattr("l", "trusted.link", b, 256));
    T(getxattr("f", "trusted.link", b, 256));
    T(lsetxattr("l", "user.link", "x", 1, 0));
    long n = T(listxattr("f", b, 256));
    int seen = 0;
    for (char *p = b; n > 0 && p < b + n; p += strlen(p) + 1)
        seen += !strcmp(p, "trusted.a") + 10 * !strcmp(p, "trusted.big") +
                100 * !strcmp(p, "security.x");
    N(seen);
    T(listxattr("f", NULL, 0));
    T(listxattr("f", b, 5));
    T(listxattr("d", b, 256));
    T(llistxattr("l", b, 256));
    T(flistxattr(fd, b, 256));
    T(removexattr("f", "trusted.a"));
    T(removexattr("f", "trusted.a"));
    T(fremovexattr(fd, "trusted.none"));
    T(setxattr("none", "trusted.a", "x", 1, 0));
    T(fsetxattr(99, "trusted.a", "x", 1, 0));
    T(fsetxattr(open("f", O_PATH), "trusted.a", "x", 1, 0));
    T(sys(fgetxattr, open("f", O_PATH), "trusted.big", b, 1));
    BAD(p, sys(setxattr, "f", p, "x", 1, 0));
    BAD(p, sys(setxattr, "f", "trusted.z", p, 1, 0));
    BAD(p, sys(getxattr, "f", "trusted.big", p, 65536));
    chmod("f", 0666);
    RUN("user", {
        become_user();
        T(setxattr("f", "trusted.u", "x", 1, 0));
        T(getxattr("f", "trusted.big", b, 256));
        T(getxattr("f", "security.x", b, 256));
        T(setxattr("f", "security.y", "x", 1, 0));
        T(listxattr("f", b, 256));
    });
    T(getxattr("/proc/version", "trusted.x", b, 256));
    T(listxattr("/proc/version", b, 256));
}
