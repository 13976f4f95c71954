// about: Pseudo-terminals: opening, locking, numbers, nodes, modes, both ends
// calls: openat ioctl read write
#include "pty.h"

int main(void)
{
    char n[64];
    struct stat st;
    int z = 0, one = 1, v = -1;
    int m = T(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    T(ioctl(m, 0x80045430, &v));
    Y(v >= 0);
    pty_name(m, n);
    T(open(n, O_RDWR | O_NOCTTY));
    T(ioctl(m, 0x80045439 /* TIOCGPTLCK */, &v));
    N(v);
    T(ioctl(m, 0x40045431, &z));
    T(ioctl(m, 0x80045439, &v));
    N(v);
    int s = T(open(n, O_RDWR | O_NOCTTY));
    T(ioctl(m, 0x40045431, &one));
    T(open(n, O_RDWR | O_NOCTTY));
    ioctl(m, 0x40045431, &z);
    T(stat(n, &st));
    say("%s %o major %d uid %d", ftype(st.st_mode), st.st_mode & 07777,
        major(st.st_rdev), st.st_uid);
    T(isatty(s));
    T(isatty(m));
    T(fstat(m, &st));
    say("%s %d:%d", ftype(st.st_mode), major(st.st_rdev), minor(st.st_rdev));
    int s2 = T(ioctl(m, 0x5441 /* TIOCGPTPEER */, O_RDWR | O_NOCTTY));
    T(write(s2, "x", 1));
    char b[16];
    T(read(m, b, 16));
    close(s2);
    int m2 = open("/dev/ptmx", O_RDWR | O_NOCTTY), v2;
    ioctl(m, 0x80045430, &v);
    ioctl(m2, 0x80045430, &v2);
    Y(v != v2);
    BAD(p, ioctl(m, 0x80045430, p));
    T(ioctl(s, 0x80045430, &v));
    T(ioctl(s, 0x40045431, &z));
    T(ioctl(s, 0x12345678, &v));
    T(ioctl(m, 0x12345678, &v));
    T(lseek(s, 0, SEEK_SET));
    T(pread(s, b, 1, 0));
    say("-- closing the slave: the master gets EIO once what was written is "
        "read");
    write(s, "last", 4);
    close(s);
    T(read(m, b, 16));
    T(read(m, b, 16));
    struct pollfd p = {m, POLLIN | POLLOUT, 0};
    poll(&p, 1, 0);
    say("poll %x", p.revents);
    s = T(open(n, O_RDWR | O_NOCTTY));
    poll(&p, 1, 0);
    say("poll %x", p.revents);
    say("-- closing the master: the slave reads its end, writes fail, the node "
        "goes");
    close(m);
    T(read(s, b, 16));
    T(write(s, "x", 1));
    p.fd = s;
    poll(&p, 1, 0);
    say("poll %x", p.revents);
    T(stat(n, &st));
    T(ioctl(s, TIOCGWINSZ, b));
    say("-- without a controlling terminal");
    T(open("/dev/tty", O_RDWR));
    RUN("user", {
        become_user();
        int q = open("/dev/ptmx", O_RDWR | O_NOCTTY);
        Y(q >= 0);
        ioctl(q, 0x40045431, &z);
        pty_name(q, n);
        stat(n, &st);
        say("uid %d mode %o", st.st_uid, st.st_mode & 07777);
        T(open(n, O_RDWR | O_NOCTTY) >= 0 ? 0 : -1);
    });
}
