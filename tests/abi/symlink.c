// about: symlinkat and readlinkat: contents kept byte for byte, sizes,
// about: refusals
// calls: symlinkat readlinkat
#include "abi.h"
int main(void)
{
    static char b[5000], big[5000];
    struct stat st;
    T(symlink("some where//../x", "l"));
    T(readlink("l", b, sizeof b));
    say("%.16s", b);
    memset(b, '#', 20);
    T(readlink("l", b, 4));
    say("%.6s", b);
    T(sys(readlinkat, AT_FDCWD, "l", b, 0));
    T(sys(readlinkat, AT_FDCWD, "l", b, -1L));
    lstat("l", &st);
    N(st.st_size);
    say("mode %o", st.st_mode);
    T(symlink("x", "l"));
    T(symlink("", "e"));
    T(symlink("x", ""));
    T(symlink("x", "none/l"));
    T(symlink("x", "sl/"));
    memset(big, 'y', 4095);
    T(symlink(big, "big"));
    T(readlink("big", b, sizeof b));
    Y(!memcmp(b, big, 4095));
    big[4095] = 'y';
    T(symlink(big, "big2"));
    put("f", "");
    mkdir("d", 0755);
    T(readlink("f", b, sizeof b));
    T(readlink("d", b, sizeof b));
    T(readlink("none", b, sizeof b));
    T(readlink("f/x", b, sizeof b));
    T(readlink("", b, sizeof b));
    T(readlink("l/", b, sizeof b));
    symlink("d", "dl");
    T(readlink("dl/", b, sizeof b));
    int o = open("l", O_PATH | O_NOFOLLOW), fd = open("f", O_RDONLY);
    T(readlinkat(o, "", b, sizeof b));
    T(readlinkat(fd, "", b, sizeof b));
    T(readlinkat(AT_FDCWD, "", b, sizeof b));
    T(readlinkat(99, "l", b, sizeof b));
    T(symlinkat("x", 99, "y"));
    T(symlinkat("x", fd, "y"));
    T(symlinkat("x", open("d", O_RDONLY), "y"));
    T(readlink("d/y", b, sizeof b));
    T(open("l", O_RDONLY | O_NOFOLLOW));
    T(chmod("big", 0600));
    T(fchownat(AT_FDCWD, "l", 5, 6, AT_SYMLINK_NOFOLLOW));
    lstat("l", &st);
    say("%d:%d", st.st_uid, st.st_gid);
}
