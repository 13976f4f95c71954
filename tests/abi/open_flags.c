// about: openat: the access modes and creation flags on a file, a directory
// about: and nothing
// calls: openat read write close
#include "abi.h"
int main(void)
{
    static const struct {
        int f;
        const char *n;
    } fl[] = {
        {O_RDONLY, "RDONLY"},
        {O_WRONLY, "WRONLY"},
        {O_RDWR, "RDWR"},
        {3, "3"},
        {O_RDONLY | O_CREAT, "RDONLY|CREAT"},
        {O_WRONLY | O_CREAT, "WRONLY|CREAT"},
        {O_WRONLY | O_CREAT | O_EXCL, "CREAT|EXCL"},
        {O_RDONLY | O_EXCL, "EXCL"},
        {O_WRONLY | O_TRUNC, "WRONLY|TRUNC"},
        {O_RDONLY | O_TRUNC, "RDONLY|TRUNC"},
        {O_RDONLY | O_DIRECTORY, "DIRECTORY"},
        {O_RDWR | O_DIRECTORY, "RDWR|DIRECTORY"},
        {O_RDONLY | O_CREAT | O_DIRECTORY, "CREAT|DIRECTORY"},
        {O_RDONLY | O_NOFOLLOW, "NOFOLLOW"},
        {O_WRONLY | O_APPEND, "WRONLY|APPEND"},
        {O_PATH, "PATH"},
        {O_PATH | O_DIRECTORY, "PATH|DIRECTORY"},
        {O_PATH | O_NOFOLLOW, "PATH|NOFOLLOW"},
        {O_PATH | O_CREAT, "PATH|CREAT"},
        {O_RDONLY | O_NOATIME, "NOATIME"},
        {O_RDONLY | O_ASYNC, "ASYNC"},
        {0x40000000, "bit30"},
        {(int)0x80000000, "bit31"},
    };
    static const char *const names[] = {"file",   "dir",   "link",   "dirlink",
                                        "dangle", "none",  "file/",  "none/",
                                        "dir/",   "link/", "dangle/"};
    for (unsigned n = 0; n < sizeof names / sizeof *names; n++) {
        say("-- %s", names[n]);
        for (unsigned i = 0; i < sizeof fl / sizeof *fl; i++) {
            put("file", "hello");
            mkdir("dir", 0755);
            symlink("file", "link");
            symlink("dir", "dirlink");
            symlink("target", "dangle");
            char b[8];
            long fd = sys(openat, AT_FDCWD, names[n], fl[i].f, 0644);
            printf("%s: ", fl[i].n);
            if (fd < 0) {
                printf("%s", errname(errno));
            } else {
                ssize_t r = read(fd, b, 2);
                printf("read %s", r < 0    ? errname(errno)
                                  : r == 2 ? "2"
                                  : r      ? "?"
                                           : "0");
                r = write(fd, "x", 1);
                printf(" write %s", r < 0 ? errname(errno) : "1");
                printf(" flags %s", oflags(fcntl(fd, F_GETFL)));
                close(fd);
            }
            printf(" file %zu", strlen(get("file")));
            if (!access("none", F_OK))
                printf(" made none");
            if (!access("target", F_OK))
                printf(" made target");
            printf("\n");
            unlink("file");
            unlink("none");
            unlink("target");
            rmdir("none");
        }
    }
}
