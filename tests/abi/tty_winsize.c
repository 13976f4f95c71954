// about: Window sizes and SIGWINCH; packet mode; TIOCSTI; FIONREAD on the
// about: master
// calls: ioctl rt_sigtimedwait
#include "pty.h"

static void size(const char *what, int fd)
{
    struct winsize w = {9, 9, 9, 9};
    int r = ioctl(fd, TIOCGWINSZ, &w);
    say("%s: %d: %d x %d, %d x %d", what, r, w.ws_row, w.ws_col, w.ws_xpixel,
        w.ws_ypixel);
}
int main(void)
{
    pty_open();
    size("fresh", slave);
    struct winsize w = {24, 80, 1, 2};
    T(ioctl(master, TIOCSWINSZ, &w));
    size("slave", slave);
    w.ws_row = 50;
    T(ioctl(slave, TIOCSWINSZ, &w));
    size("master", master);
    BAD(p, ioctl(slave, TIOCGWINSZ, p));
    BAD(p, ioctl(slave, TIOCSWINSZ, p));
    SESSION("session", {
        struct timespec z = {0, 20000000};
        sigprocmask(SIG_BLOCK, SIGS(SIGWINCH), NULL);
        w.ws_col = 100;
        ioctl(master, TIOCSWINSZ, &w);
        T(sigtimedwait(SIGS(SIGWINCH), NULL, &z));
        ioctl(master, TIOCSWINSZ, &w);
        T(sigtimedwait(SIGS(SIGWINCH), NULL, &z));
        w.ws_col = 101;
        ioctl(slave, TIOCSWINSZ, &w);
        T(sigtimedwait(SIGS(SIGWINCH), NULL, &z));
    });
    say("-- packet mode");
    int on = 1, v;
    char b[64];
    T(ioctl(master, TIOCPKT, &on));
    T(ioctl(master, 0x80045438 /* TIOCGPKT */, &v));
    N(v);
    write(slave, "hi", 2);
    drain("data");
    tcflush(slave, TCIFLUSH);
    struct pollfd p = {master, POLLIN | POLLPRI, 0};
    poll(&p, 1, 50);
    say("poll %x", p.revents);
    drain("flush read");
    tcflush(slave, TCOFLUSH);
    drain("flush write");
    ioctl(slave, TCXONC, TCOOFF);
    drain("stop");
    ioctl(slave, TCXONC, TCOON);
    drain("start");
    flags(IXON, 0, 0, 0, 0, 0);
    drain("no flow control");
    flags(0, IXON, 0, 0, 0, 0);
    drain("flow control");
    on = 0;
    T(ioctl(master, TIOCPKT, &on));
    T(ioctl(slave, TIOCPKT, &on));
    say("-- bytes waiting for the master");
    write(slave, "12345", 5);
    poll(&p, 1, 60000);
    T(ioctl(master, FIONREAD, &v));
    N(v);
    T(ioctl(slave, TIOCOUTQ, &v));
    read(master, b, 64);
    say("-- typing for oneself");
    flags(0, 0, 0, 0, ECHO, 0);
    SESSION("TIOCSTI", {
        T(ioctl(slave, TIOCSTI, "t"));
        T(ioctl(slave, TIOCSTI, "\n"));
        line("line", 100);
    });
    RUN("user", {
        become_user();
        T(ioctl(slave, TIOCSTI, "t"));
    });
    BAD(q, ioctl(slave, TIOCSTI, q));
}
