// about: faccessat and faccessat2: real and effective ids, flags, root and
// about: execute bits
// calls: faccessat faccessat2
#include "abi.h"
#ifndef AT_EACCESS
#define AT_EACCESS 0x200
#endif
int main(void)
{
    put("f", "");
    put("x", "");
    chmod("f", 0600);
    chmod("x", 0711);
    mkdir("d", 0700);
    symlink("none", "l");
    T(access("f", F_OK));
    T(access("f", R_OK | W_OK));
    T(access("f", X_OK));
    T(access("x", X_OK));
    T(access("d", X_OK));
    T(access("none", F_OK));
    T(access("l", F_OK));
    T(access("", F_OK));
    T(access("f/", F_OK));
    T(access("f", 8));
    T(access("f", -1));
    T(sys(faccessat, 99, "f", 0));
    T(sys(faccessat2, AT_FDCWD, "l", F_OK, AT_SYMLINK_NOFOLLOW));
    T(sys(faccessat2, AT_FDCWD, "l", W_OK, AT_SYMLINK_NOFOLLOW));
    T(sys(faccessat2, AT_FDCWD, "f", F_OK, 0x400));
    T(sys(faccessat2, AT_FDCWD, "f", 8, 0));
    int fd = open("f", O_RDONLY);
    T(sys(faccessat2, fd, "", R_OK, AT_EMPTY_PATH));
    T(sys(faccessat2, fd, "", R_OK, 0));
    T(access("/proc/version", W_OK));
    chown("f", 0, 0);
    chmod("f", 0640);
    RUN("effective user only", {
        setgroups(0, NULL);
        sys(setresuid, -1, 1000, -1);
        T(access("f", R_OK));
        T(sys(faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS));
        T(open("f", O_RDONLY) >= 0 ? 0 : -1);
    });
    RUN("real user only", {
        setgroups(0, NULL);
        sys(setresuid, 1000, -1, -1);
        T(access("f", R_OK));
        T(sys(faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS));
    });
    RUN("real group only", {
        setgroups(0, NULL);
        sys(setresgid, 1000, -1, -1);
        T(access("f", W_OK));
        sys(setresuid, 1000, -1, -1);
        T(access("f", R_OK));
    });
}
