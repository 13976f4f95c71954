// about: /proc/self/maps and smaps in pieces; clear_refs
// calls: open read pread64 mprotect
#include "abi.h"
#include <sys/mman.h>

#define PAGES 300

/* Reads of `size` bytes: how they begin and end, and how many records. */
static void pieces(const char *file, size_t size)
{
    static char buffer[65536], whole[1 << 20];
    size_t total = 0, lines = 0;
    bool start = true, end = true, page = true;
    ssize_t n;
    int fd = open(file, O_RDONLY);

    while ((n = read(fd, buffer, size)) > 0) {
        if (!strchr("0123456789abcdef", buffer[0]))
            start = false;
        if (buffer[n - 1] != '\n')
            end = false;
        if (n > 4096)
            page = false;
        memcpy(whole + total, buffer, n);
        total += n;
    }
    close(fd);
    for (size_t i = 0; i < total; i++)
        lines += whole[i] == '\n' && i + 1 < total &&
                 strchr("0123456789abcdef", whole[i + 1]) &&
                 memchr(whole + i + 1, '-', 17);
    say("%s by %zu: error %zd, starts %d ends %d page %d all %d", file, size, n,
        start, end, page, lines > PAGES);
}

/* A few bytes each: the same as all at once, up to the last regions. */
static void bytes(void)
{
    static char one[1 << 16], all[1 << 16];
    size_t n = 0, m = 0;
    ssize_t r;
    int fd = open("/proc/self/maps", O_RDONLY);

    while (n < sizeof(one) - 7 && (r = read(fd, one + n, 7)) > 0)
        n += r;
    lseek(fd, 0, SEEK_SET);
    while (m < sizeof(all) - 4096 && (r = read(fd, all + m, 4096)) > 0)
        m += r;
    Y(n == m);
    Y(!memcmp(one, all, n));
    Y(pread(fd, one, 100, 5000) == 100);
    Y(!memcmp(one, all + 5000, 100));
    T(pread(fd, one, 100, m));
    T(pread(fd, one, 100, 1L << 40));
    close(fd);
}

int main(void)
{
    char *p = mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char c;
    int fd;

    for (int i = 0; i < PAGES; i += 2)
        mprotect(p + i * 4096, 4096, PROT_READ);
    pieces("/proc/self/maps", 4096);
    pieces("/proc/self/maps", 1000);
    pieces("/proc/self/maps", 65536);
    pieces("/proc/self/smaps", 4096);
    pieces("/proc/self/smaps", 65536);
    bytes();

    fd = open("/proc/self/clear_refs", O_RDWR);
    Y(fd >= 0);
    T(read(fd, &c, 1));
    T(pread(fd, &c, 1, 5));
    T(write(fd, "1", 1));
    T(write(fd, "x", 1));
    T(read(fd, 0, 0));
    close(fd);
    return 0;
}
