// about: O_TMPFILE: nameless files, giving them a name, O_EXCL, refusals
// calls: openat linkat
#include "abi.h"

#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif
int main(void)
{
    struct stat st;
    char b[8] = "", path[64];
    mkdir("d", 0755);
    put("f", "");
    int fd = T(open("d", O_TMPFILE | O_RDWR, 0640));
    if (fd < 0)
        return 0;
    fstat(fd, &st);
    say("%s %o nlink %d size %d", ftype(st.st_mode), st.st_mode & 07777,
        (int)st.st_nlink, (int)st.st_size);
    T(write(fd, "hidden", 6));
    T(pread(fd, b, 6, 0));
    T(rmdir("d"));
    mkdir("d", 0755);
    fd = open("d", O_TMPFILE | O_RDWR, 0640);
    write(fd, "hello", 5);
    T(linkat(fd, "", AT_FDCWD, "d/named", AT_EMPTY_PATH));
    STR(get("d/named"));
    fstat(fd, &st);
    N(st.st_nlink);
    fd = open("d", O_TMPFILE | O_WRONLY, 0600);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    T(linkat(AT_FDCWD, path, AT_FDCWD, "d/second", AT_SYMLINK_FOLLOW));
    fd = open("d", O_TMPFILE | O_WRONLY | O_EXCL, 0600);
    T(linkat(fd, "", AT_FDCWD, "d/third", AT_EMPTY_PATH));
    T(open("d", O_TMPFILE | O_RDONLY, 0600));
    T(open("d", O_TMPFILE | O_RDWR | O_CREAT, 0600));
    T(open("f", O_TMPFILE | O_RDWR, 0600));
    T(open("none", O_TMPFILE | O_RDWR, 0600));
    T(open("d", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
    T(open("/proc", O_TMPFILE | O_RDWR, 0600));
    T(open("", O_TMPFILE | O_RDWR, 0600));
    RUN("user", {
        become_user();
        T(open("d", O_TMPFILE | O_RDWR, 0600));
    });
    int n = 0;
    DIR *dp = opendir("d");
    while (readdir(dp))
        n++;
    N(n);
}
