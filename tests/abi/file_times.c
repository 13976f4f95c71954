// about: Which calls move atime, mtime and ctime
// calls: read write openat fchmod renameat2 linkat ftruncate
#include "abi.h"
static struct stat was;
static void mark(const char *p)
{
    utimensat(AT_FDCWD, p, (struct timespec[2]){{1000, 0}, {1000, 0}}, 0);
    stat(p, &was);
    wait_tick(was.st_ctim);
}
static void moved(const char *what, const char *p)
{
    struct stat st;
    if (stat(p, &st)) {
        say("%s: %s", what, errname(errno));
        return;
    }
    say("%s:%s%s%s", what, st.st_atim.tv_sec != was.st_atim.tv_sec ? " a" : "",
        st.st_mtim.tv_sec != was.st_mtim.tv_sec ? " m" : "",
        st.st_ctim.tv_sec != was.st_ctim.tv_sec ||
                st.st_ctim.tv_nsec != was.st_ctim.tv_nsec
            ? " c"
            : "");
    mark(p);
}
int main(void)
{
    char b[8];
    put("f", "12345");
    mkdir("d", 0755);
    int fd = open("f", O_RDWR);
    mark("f");
    read(fd, b, 2);
    moved("read", "f");
    pread(fd, b, 2, 3);
    moved("read again", "f");
    read(open("f", O_RDONLY | O_NOATIME), b, 2);
    moved("read with O_NOATIME", "f");
    write(fd, b, 1);
    moved("write", "f");
    write(fd, b, 0);
    moved("write of nothing", "f");
    ftruncate(fd, 5);
    moved("ftruncate to the same size", "f");
    truncate("f", 5);
    moved("truncate to the same size", "f");
    ftruncate(fd, 6);
    moved("ftruncate", "f");
    close(open("f", O_WRONLY | O_TRUNC));
    moved("open O_TRUNC", "f");
    close(open("f", O_WRONLY | O_TRUNC));
    moved("open O_TRUNC of an empty file", "f");
    chmod("f", 0600);
    moved("chmod", "f");
    chmod("f", 0600);
    moved("chmod to the same", "f");
    chown("f", 0, 0);
    moved("chown to the same", "f");
    chown("f", -1, -1);
    moved("chown to nothing", "f");
    link("f", "g");
    moved("link", "f");
    unlink("g");
    moved("unlink of the other name", "f");
    rename("f", "h");
    rename("h", "f");
    moved("rename", "f");
    fallocate(fd, 0, 0, 100);
    moved("fallocate", "f");
    mark("d");
    put("d/x", "");
    moved("d: create", "d");
    put("d/x", "again");
    moved("d: write in", "d");
    rename("d/x", "d/y");
    moved("d: rename in", "d");
    unlink("d/y");
    moved("d: unlink in", "d");
    mkdir("d/e", 0755);
    moved("d: mkdir in", "d");
    rename("d/e", "e");
    moved("d: rename out", "d");
    DIR *dp = opendir("d");
    readdir(dp);
    readdir(dp);
    moved("d: read", "d");
    char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    mark("f");
    *(volatile char *)m = 'x';
    msync(m, 4096, MS_SYNC);
    munmap(m, 4096);
    moved("store through a mapping", "f");
    mkfifo("p", 0600);
    int pf = open("p", O_RDWR);
    mark("p");
    write(pf, "x", 1);
    moved("fifo: write", "p");
    read(pf, b, 1);
    moved("fifo: read", "p");
}
