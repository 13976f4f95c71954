// about: getdents64: entries, types, small buffers, rewinding, changes while
// about: reading
// calls: getdents64 lseek
#include "abi.h"
struct de {
    uint64_t ino;
    int64_t off;
    uint16_t len;
    uint8_t type;
    char name[];
};
static int cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}
static void list(int fd, int size, const char *what)
{
    char *names[300], *buf = malloc(size);
    int n = 0, types[300], r;
    (void)types;
    while ((r = sys(getdents64, fd, buf, size)) > 0)
        for (int o = 0; o < r;) {
            struct de *d = (void *)(buf + o);
            char *s = malloc(300);
            snprintf(s, 300, "%s/%d%s%s", d->name, d->type,
                     d->len % 8 ? " odd" : "", d->ino ? "" : " noino");
            names[n++] = s;
            o += d->len;
        }
    qsort(names, n, sizeof *names, cmp);
    printf("%s:", what);
    for (int i = 0; i < n; i++)
        if (n < 20 || i < 3)
            printf(" %s", names[i]);
    printf(" (%d, end %s)\n", n, r < 0 ? errname(errno) : "0");
}
int main(void)
{
    char b[1024];
    mkdir("t", 0755);
    chdir("t");
    int fd = open(".", O_RDONLY);
    list(fd, 1024, "empty");
    put("file", "");
    mkdir("dir", 0755);
    symlink("x", "link");
    mkfifo("fifo", 0600);
    mknod("chr", S_IFCHR, makedev(1, 3));
    mknod("blk", S_IFBLK, makedev(1, 3));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un a = {AF_UNIX, "sock"};
    bind(s, (void *)&a, sizeof a);
    T(lseek(fd, 0, SEEK_SET));
    list(fd, 1024, "all");
    list(fd, 1024, "again");
    T(lseek(fd, 0, SEEK_SET));
    list(fd, 32, "small buffer");
    T(lseek(fd, 0, SEEK_SET));
    T(sys(getdents64, fd, b, 10));
    T(sys(getdents64, fd, b, 0));
    T(sys(getdents64, fd, b, 23));
    T(sys(getdents64, fd, b, 24));
    BAD(p, sys(getdents64, fd, p, 1024));
    T(sys(getdents64, 99, b, 1024));
    T(sys(getdents64, open("file", O_RDONLY), b, 1024));
    T(sys(getdents64, open(".", O_PATH), b, 1024));
    char name[300];
    memset(name, 'n', 255);
    name[255] = 0;
    put(name, "");
    T(lseek(fd, 0, SEEK_SET));
    int big = 0;
    for (int r; (r = sys(getdents64, fd, b, 200)) > 0;)
        big += r;
    Y(errno == EINVAL);
    unlink(name);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "many%03d", i);
        put(name, "");
    }
    int f2 = open(".", O_RDONLY);
    list(f2, 4096, "many");
    say("-- removing what was read, until none is left");
    f2 = open(".", O_RDONLY);
    int left = 0, gone = 0, r;
    while ((r = sys(getdents64, f2, b, 300)) > 0)
        for (int o = 0; o < r;) {
            struct de *d = (void *)(b + o);
            gone += !unlink(d->name);
            o += d->len;
        }
    DIR *dp = opendir(".");
    while (readdir(dp))
        left++;
    say("gone %d, left with . and .. and dir: %d", gone, left);
}
