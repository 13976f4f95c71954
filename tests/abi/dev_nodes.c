// about: The devices under /dev: types, numbers, modes, reading and writing
// about: each
// calls: openat read write lseek ioctl mmap ppoll
#include "abi.h"

static void show(const char *p)
{
    struct stat st;
    if (lstat(p, &st))
        say("%s: %s", p, errname(errno));
    else if (S_ISLNK(st.st_mode)) {
        char b[64];
        int n = readlink(p, b, 63);
        b[n] = 0;
        say("%s -> %s", p, b);
    } else
        say("%s: %s %o %d:%d", p, ftype(st.st_mode), st.st_mode & 07777,
            major(st.st_rdev), minor(st.st_rdev));
}
int main(void)
{
    char b[64];
    static char big[70000];
    static const char *const n[] = {"null",    "zero",   "full",    "random",
                                    "urandom", "tty",    "console", "ptmx",
                                    "pts",     "shm",    "fd",      "stdin",
                                    "stdout",  "stderr", "kmsg"};
    for (unsigned i = 0; i < sizeof n / sizeof *n; i++) {
        snprintf(b, 64, "/dev/%s", n[i]);
        if (strcmp(n[i], "pts") && strcmp(n[i], "shm"))
            show(b);
        else
            T(access(b, X_OK));
    }
    int d = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR),
        f = open("/dev/full", O_RDWR), r = open("/dev/urandom", O_RDWR);
    T(read(d, b, 64));
    T(write(d, big, sizeof big));
    T(write(d, badptr(2), 10));
    T(lseek(d, 1000, SEEK_SET));
    T(ftruncate(d, 0));
    T(ioctl(d, TCGETS, b));
    memset(b, 'x', 64);
    T(read(z, b, 64));
    Y(b[0] == 0 && b[63] == 0);
    T(write(z, b, 64));
    T(read(z, big, sizeof big));
    T(read(z, badptr(2), 10));
    T(read(f, b, 64));
    Y(b[5] == 0);
    T(write(f, "x", 1));
    T(write(f, "x", 0));
    T(lseek(f, 100, SEEK_SET));
    struct pollfd p[3] = {{d, 0xff, 0}, {z, 0xff, 0}, {f, 0xff, 0}};
    T(poll(p, 3, 0));
    say("%x %x %x", p[0].revents, p[1].revents, p[2].revents);
    char a[32], c[32];
    T(read(r, a, 32));
    T(read(r, c, 32));
    Y(memcmp(a, c, 32) != 0);
    T(write(r, a, 32));
    T(read(r, big, sizeof big));
    int e;
    T(ioctl(r, 0x80045200 /* RNDGETENTCNT */, &e));
    Y(e > 0 && e <= 4096);
    RUN("user", {
        become_user();
        T(write(r, "x", 1));
        T(ioctl(r, 0x40085203 /* RNDADDENTROPY */, b));
        T(open("/dev/null", O_RDWR) >= 0 ? 0 : -1);
        T(open("/dev/kmsg", O_WRONLY) >= 0 ? 0 : -1);
    });
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, z, 0);
    Y(m != MAP_FAILED && m[5000] == 0);
    m[5000] = 1;
    m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, z, 0);
    Y(m != MAP_FAILED);
    RUN("child", m[5000] = 7);
    N(m[5000]);
    T(open("/dev/none", O_RDONLY));
    T(open("/dev/null/x", O_RDONLY));
    T(mkdir("/dev/abi-test", 0755));
    T(rmdir("/dev/abi-test"));
    T(mknod("/dev/abi-null", S_IFCHR | 0666, makedev(1, 3)));
    T(open("/dev/abi-null", O_WRONLY) >= 0 ? 0 : -1);
    T(unlink("/dev/abi-null"));
    put("f", "stdin");
    RUN("/dev/stdin and /dev/fd", {
        int g = open("f", O_RDONLY);
        dup2(g, 0);
        STR(get("/dev/stdin"));
        lseek(0, 2, SEEK_SET);
        STR(get("/dev/fd/0"));
    });
    int k = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
    Y(k >= 0);
    T(write(k, "<7>abi test\n", 12));
    char line[512];
    int got = 0, n2;
    /* EPIPE: what came next has been overwritten meanwhile. */
    while ((n2 = read(k, line, sizeof line - 1)) > 0 || errno == EPIPE) {
        line[n2 > 0 ? n2 : 0] = 0;
        got += strstr(line, ";abi test\n") != NULL;
    }
    Y(got >= 1);
    say("%s", errname(errno));
}
