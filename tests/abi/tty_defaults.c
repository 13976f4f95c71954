// about: The attributes of a fresh terminal, TCGETS and TCSETS, speeds,
// about: refusals
// calls: ioctl
#include "pty.h"

struct kt {
    uint32_t i, o, c, l;
    uint8_t line, cc[19];
};
int main(void)
{
    struct kt t, u;
    pty_open();
    memset(&t, 0xff, sizeof t);
    T(ioctl(slave, TCGETS, &t));
    say("iflag %o oflag %o cflag %o lflag %o line %d", t.i, t.o, t.c, t.l,
        t.line);
    for (int i = 0; i < 19; i++)
        printf("%d ", t.cc[i]);
    printf("\n");
    T(ioctl(master, TCGETS, &u));
    Y(!memcmp(&t, &u, sizeof t));
    u = t;
    u.i = 0;
    u.cc[0] = 7;
    T(ioctl(slave, TCSETS, &u));
    T(ioctl(slave, TCGETS, &t));
    Y(!memcmp(&t, &u, sizeof t));
    u.o = 5;
    T(ioctl(slave, TCSETSW, &u));
    u.l = 0;
    T(ioctl(slave, TCSETSF, &u));
    T(ioctl(slave, TCGETS, &t));
    Y(!memcmp(&t, &u, sizeof t));
    u.line = 99;
    T(ioctl(slave, TCSETS, &u));
    T(ioctl(slave, TCGETS, &t));
    N(t.line);
    u.c = 0xffffffff;
    T(ioctl(slave, TCSETS, &u));
    T(ioctl(slave, TCGETS, &t));
    say("cflag %o", t.c);
    T(ioctl(slave, TCSBRK, 0));
    T(ioctl(slave, TCSBRK, 1));
    T(ioctl(slave, TCXONC, 4));
    T(ioctl(slave, TCFLSH, 3));
    T(ioctl(slave, TCFLSH, 0));
    BAD(p, ioctl(slave, TCGETS, p));
    BAD(p, ioctl(slave, TCSETS, p));
    put("f", "x");
    int f = open("f", O_RDWR), q[2], n = open("/dev/null", O_RDWR);
    pipe(q);
    T(ioctl(f, TCGETS, &t));
    T(ioctl(q[0], TCGETS, &t));
    T(ioctl(n, TCGETS, &t));
    T(ioctl(99, TCGETS, &t));
    T(ioctl(open("f", O_PATH), TCGETS, &t));
    int v;
    T(ioctl(slave, TIOCOUTQ, &v));
    N(v);
    T(ioctl(slave, FIONREAD, &v));
    N(v);
    T(ioctl(slave, 0x5424 /* TIOCGETD */, &v));
    N(v);
    T(ioctl(slave, TIOCEXCL));
    char name[64];
    pty_name(master, name);
    RUN("user", {
        become_user();
        T(open(name, O_RDWR | O_NOCTTY));
    });
    T(ioctl(slave, TIOCNXCL));
}
