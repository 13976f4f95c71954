// about: A file of 8 MiB: written, read back, mapped, copied by sendfile,
// about: splice and copy_file_range
// calls: write read mmap sendfile splice copy_file_range
#include "abi.h"

#define MB 8
static unsigned sum(const char *p)
{
    static unsigned char b[65536];
    unsigned h = 1, n;
    int fd = open(p, O_RDONLY);
    while ((n = read(fd, b, sizeof b)) > 0 && n != -1u)
        for (unsigned i = 0; i < n; i += 61)
            h = h * 31 + b[i];
    close(fd);
    return h;
}
int main(void)
{
    static char b[1 << 20];
    int fd = open("a", O_RDWR | O_CREAT, 0644);
    for (int i = 0; i < MB; i++) {
        for (int j = 0; j < (1 << 20); j += 8)
            *(long *)(b + j) = j * 7919L + i;
        if (write(fd, b, sizeof b) != sizeof b)
            say("short write");
    }
    unsigned h = sum("a");
    char *m = mmap(NULL, MB << 20, PROT_READ, MAP_SHARED, fd, 0);
    int bad = 0;
    for (int i = 0; i < MB; i++)
        bad += *(long *)(m + (i << 20) + 4096) != 4096 * 7919L + i;
    N(bad);
    munmap(m, MB << 20);
    int o = open("b", O_RDWR | O_CREAT, 0644);
    off_t off = 0;
    long n, t = 0;
    while ((n = sys(sendfile, o, fd, &off, 3000000)) > 0)
        t += n;
    N(t);
    Y(sum("b") == h);
    ftruncate(o, 0);
    lseek(o, 0, SEEK_SET);
    lseek(fd, 0, SEEK_SET);
    t = 0;
    while ((n = sys(copy_file_range, fd, NULL, o, NULL, 5000000, 0)) > 0)
        t += n;
    N(t);
    Y(sum("b") == h);
    ftruncate(o, 0);
    lseek(o, 0, SEEK_SET);
    lseek(fd, 0, SEEK_SET);
    int p[2];
    pipe(p);
    t = 0;
    while ((n = sys(splice, fd, NULL, p[1], NULL, 65536, 0)) > 0)
        while (n > 0) {
            long w = sys(splice, p[0], NULL, o, NULL, n, 0);
            if (w <= 0)
                break;
            n -= w;
            t += w;
        }
    N(t);
    Y(sum("b") == h);
}
