// about: TIOCVHANGUP, a slave reopened, the master's poll, many pairs at once
// calls: ioctl vhangup openat read write
#include "pty.h"

int main(void)
{
    char name[64], b[16];
    pty_open();
    pty_name(master, name);
    SESSION("vhangup", {
        signal(SIGHUP, SIG_IGN);
        T(sys(vhangup));
        T(write(slave, "x", 1));
        T(read(slave, b, 1));
        T(ioctl(slave, TIOCGWINSZ, b));
        T(open("/dev/tty", O_RDWR));
    });
    close(slave);
    T(read(master, b, 16));
    slave = open(name, O_RDWR | O_NOCTTY);
    Y(slave >= 0);
    write(slave, "again", 5);
    drain("reopened");
    RUN("user", {
        become_user();
        T(sys(vhangup));
    });
    close(master);
    close(slave);
    say("-- thirty pairs");
    int m[30], s[30], ok = 0;
    for (int i = 0; i < 30; i++) {
        pty_open();
        m[i] = master;
        s[i] = slave;
        raw(slave);
    }
    for (int i = 0; i < 30; i++) {
        char t = 'a' + i, r = 0;
        write(s[i], &t, 1);
        read(m[i], &r, 1);
        ok += r == t;
        write(m[i], &t, 1);
        read(s[i], &r, 1);
        ok += r == t;
    }
    N(ok);
    for (int i = 0; i < 30; i++) {
        close(i % 2 ? m[i] : s[i]);
        close(i % 2 ? s[i] : m[i]);
    }
    say("-- a reader waits at the master while the slave closes");
    pty_open();
    pid_t k = CHILD({
        close(slave);
        T(read(master, b, 16));
    });
    wait_asleep(k, k);
    close(slave);
    wait_show("reader", k);
    close(master);
    say("-- a reader waits at the slave while the master closes");
    pty_open();
    raw(slave);
    k = CHILD({
        close(master);
        T(read(slave, b, 16));
    });
    wait_asleep(k, k);
    close(master);
    wait_show("reader", k);
}
