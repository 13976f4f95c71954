// about: /proc/PID/pagemap: what it says of each kind of page, positions, who
// about: may see frames
// calls: pread64 read lseek openat mmap
#include "abi.h"

#define FRAME ((1UL << 55) - 1)
static int f;

static unsigned long entry(const void *p)
{
    unsigned long e = 0;
    if (pread(f, &e, 8, (unsigned long)p / 4096 * 8) != 8)
        say("cannot read: %s", errname(errno));
    return e;
}
static void show(const char *what, const void *p)
{
    unsigned long e = entry(p);
    say("%s:%s%s%s%s frame %s", what, e >> 63 ? " present" : "",
        e >> 62 & 1 ? " swapped" : "", e >> 61 & 1 ? " file" : "",
        e >> 56 & 1 ? " exclusive" : "", e & FRAME ? "shown" : "0");
}

int main(void)
{
    char *a = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *n = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned long b[8];
    f = open("/proc/self/pagemap", O_RDONLY);
    struct stat st;
    fstat(f, &st);
    say("mode %o, size %ld", st.st_mode & 07777, (long)st.st_size);
    madvise(a, 8 * 4096, MADV_NOHUGEPAGE);
    a[0] = 1;
    s[0] = 1;
    volatile char c = a[4096];
    (void)c;
    show("written", a);
    show("read", a + 4096);
    show("untouched", a + 8192);
    show("shared", s);
    show("no access", n);
    show("nothing there", (void *)4096);
    put("file", "text");
    int m = open("file", O_RDWR);
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, m, 0);
    c = p[0];
    show("file", p);
    p[0] = 1;
    show("private copy", p);
    Y((entry(a) & FRAME) != (entry(p) & FRAME));
    RUN("child", {
        close(f);
        f = open("/proc/self/pagemap", O_RDONLY);
        show("after fork", a);
        a[0] = 2;
        show("copied", a);
        f = open("/proc/1/pagemap", O_RDONLY);
        Y(f >= 0);
    });
    say("-- positions");
    T(pread(f, b, 7, 0));
    T(pread(f, b, 8, 4));
    T(pread(f, b, 0, 0));
    T(pread(f, b, 64, (unsigned long)a / 4096 * 8));
    T(pread(f, b, 8, 1L << 62));
    T(pread(f, b, 8, -8));
    Y(lseek(f, (unsigned long)a / 4096 * 8, SEEK_SET) ==
      (long)((unsigned long)a / 4096 * 8));
    T(read(f, b, 16));
    Y(lseek(f, 0, SEEK_CUR) == (long)((unsigned long)a / 4096 * 8 + 16));
    T(lseek(f, 0, SEEK_END));
    T(write(f, b, 8));
    RUN("user", {
        become_user();
        T(open("/proc/1/pagemap", O_RDONLY));
        prctl(PR_SET_DUMPABLE, 1);
        close(f);
        f = open("/proc/self/pagemap", O_RDONLY);
        show("as a user", a);
    });
    return 0;
}
