// about: memfd_create, memfd_secret: names, flags, mapping, seals, exec
// calls: memfd_create fcntl mmap memfd_secret
#include "abi.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif
int main(void)
{
    char b[64] = "", path[64];
    int fd = T(sys(memfd_create, "name", 0));
    T(fcntl(fd, F_GETFD));
    STR(oflags(fcntl(fd, F_GETFL)));
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    int n = readlink(path, b, 63);
    b[n] = 0;
    STR(b);
    T(write(fd, "hello", 5));
    struct stat st;
    fstat(fd, &st);
    say("%s %o nlink %d size %d", ftype(st.st_mode), st.st_mode & 07777,
        (int)st.st_nlink, (int)st.st_size);
    T(fcntl(fd, F_GET_SEALS));
    T(fcntl(fd, F_ADD_SEALS, 4));
    int c = T(sys(memfd_create, "", 1));
    T(fcntl(c, F_GETFD));
    T(sys(memfd_create, "x", 8));
    T(sys(memfd_create, "x", 0x100));
    static char big[300];
    memset(big, 'n', 299);
    T(sys(memfd_create, big, 0));
    big[249] = 0;
    T(sys(memfd_create, big, 0) >= 0 ? 0 : -1);
    big[249] = 'n';
    big[250] = 0;
    T(sys(memfd_create, big, 0) >= 0 ? 0 : -1);
    BAD(p, sys(memfd_create, p, 0));
    say("-- seals");
    int s = sys(memfd_create, "s", 2);
    ftruncate(s, 4096);
    T(fcntl(s, F_GET_SEALS));
    T(fcntl(s, F_ADD_SEALS, 2));
    T(ftruncate(s, 100));
    T(ftruncate(s, 8192));
    T(fcntl(s, F_ADD_SEALS, 4));
    T(ftruncate(s, 16384));
    T(pwrite(s, "x", 1, 8192));
    T(pwrite(s, "xy", 2, 8191));
    T(fallocate(s, 0, 0, 16384));
    char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
    T(fcntl(s, F_ADD_SEALS, 8));
    munmap(m, 4096);
    m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, s, 0);
    T(fcntl(s, F_ADD_SEALS, 8));
    T(write(s, "x", 1));
    T(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0) == MAP_FAILED
          ? -1
          : 0);
    char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, s, 0);
    Y(ro != MAP_FAILED);
    T(fallocate(s, 3, 0, 4096));
    T(fcntl(s, F_GET_SEALS));
    T(fcntl(s, F_ADD_SEALS, 1));
    T(fcntl(s, F_ADD_SEALS, 16));
    T(fcntl(s, F_GET_SEALS));
    T(fcntl(s, F_ADD_SEALS, 0x100));
    int f = sys(memfd_create, "f", 2);
    ftruncate(f, 4096);
    char *w = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    T(fcntl(f, F_ADD_SEALS, 16 /* FUTURE_WRITE */));
    *w = 'w';
    T(write(f, "x", 1));
    T(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0) == MAP_FAILED
          ? -1
          : 0);
    snprintf(path, 64, "/proc/self/fd/%d", s);
    T(fcntl(open(path, O_RDONLY), F_ADD_SEALS, 1));
    put("plain", "");
    T(fcntl(open("plain", O_RDWR), F_GET_SEALS));
    T(fcntl(open("plain", O_RDWR), F_ADD_SEALS, 1));
    int q[2];
    pipe(q);
    T(fcntl(q[0], F_GET_SEALS));
    say("-- run from memory");
    int e = sys(memfd_create, "prog", 1), i = open("/bin/busybox", O_RDONLY);
    static char buf[65536];
    long k;
    while ((k = read(i, buf, sizeof buf)) > 0)
        write(e, buf, k);
    RUN("exec", {
        sys(execveat, e, "", ((char *[]){"echo", "from", "memory", NULL}),
            ((char *[]){NULL}), AT_EMPTY_PATH);
        say("%s", errname(errno));
    });
}
