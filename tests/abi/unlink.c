// about: unlinkat: open files live on, refusals, special files
// calls: unlinkat
#include "abi.h"
int main(void)
{
    char b[8];
    struct stat st;
    put("f", "data");
    int fd = open("f", O_RDWR);
    link("f", "g");
    fstat(fd, &st);
    N(st.st_nlink);
    T(unlink("f"));
    fstat(fd, &st);
    N(st.st_nlink);
    T(unlink("f"));
    T(unlink("g"));
    T(read(fd, b, 8));
    T(write(fd, "more", 4));
    fstat(fd, &st);
    N(st.st_nlink);
    N(st.st_size);
    T(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    T(linkat(AT_FDCWD, path, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
    int again = T(open(path, O_RDONLY));
    T(pread(again, b, 8, 0));
    mkdir("d", 0755);
    T(unlink("d"));
    T(unlink("d/"));
    T(unlink("."));
    T(unlink(""));
    T(unlink("/"));
    put("h", "");
    T(unlink("h/"));
    T(unlink("h/x"));
    symlink("h", "l");
    T(unlink("l/"));
    T(unlink("l"));
    T(access("h", F_OK));
    mkfifo("p", 0600);
    T(unlink("p"));
    symlink("d", "dl");
    T(unlink("dl/"));
    T(unlink("dl"));
    T(unlinkat(AT_FDCWD, "h", 2));
    int df = open("d", O_RDONLY);
    put("d/k", "");
    T(unlinkat(df, "k", 0));
    T(unlinkat(fd, "k", 0));
    T(unlinkat(df, "k", 0));
}
