// about: The controlling terminal: taking it, /dev/tty, giving it up,
// about: stealing, hanging up
// calls: ioctl setsid openat
#include "pty.h"

static void h(int s)
{
    char b[64];
    int n = snprintf(b, 64, "  %s\n", signame(s));
    write(1, b, n);
}
int main(void)
{
    char name[64];
    pty_open();
    pty_name(master, name);
    T(open("/dev/tty", O_RDWR));
    T(ioctl(slave, TIOCSCTTY, 0));
    RUN("TIOCSCTTY", {
        setsid();
        T(open("/dev/tty", O_RDWR));
        T(ioctl(slave, TIOCSCTTY, 0));
        T(ioctl(slave, TIOCSCTTY, 0));
        int t = open("/dev/tty", O_RDWR);
        Y(t >= 0);
        T(isatty(t));
        Y(tcgetpgrp(t) == getpid());
        struct stat a;
        fstat(t, &a);
        say("%d:%d", major(a.st_rdev), minor(a.st_rdev));
        write(t, "via tty", 7);
        drain("written");
        RUN("a child may not take it", {
            T(ioctl(slave, TIOCSCTTY, 0));
            T(open("/dev/tty", O_RDWR) >= 0 ? 0 : -1);
        });
        RUN("nor may another session", {
            setsid();
            T(open("/dev/tty", O_RDWR));
            T(ioctl(slave, TIOCSCTTY, 0));
        });
        RUN("a child gives it up for itself", {
            T(ioctl(t, TIOCNOTTY));
            T(open("/dev/tty", O_RDWR));
        });
        T(open("/dev/tty", O_RDWR) >= 0 ? 0 : -1);
        RUN("stolen by root with 1", {
            setsid();
            T(ioctl(slave, TIOCSCTTY, 1));
            T(open("/dev/tty", O_RDWR) >= 0 ? 0 : -1);
        });
        T(open("/dev/tty", O_RDWR));
    });
    RUN("opening takes it", {
        setsid();
        int t = open(name, O_RDWR);
        T(open("/dev/tty", O_RDWR) >= 0 ? 0 : -1);
        T(ioctl(t, TIOCNOTTY) >= 0 ? 0 : -1);
        T(open("/dev/tty", O_RDWR));
    });
    RUN("O_NOCTTY does not", {
        setsid();
        open(name, O_RDWR | O_NOCTTY);
        T(open("/dev/tty", O_RDWR));
    });
    RUN("nor does a process that leads no session", {
        setsid();
        RUN("child", {
            open(name, O_RDWR);
            T(open("/dev/tty", O_RDWR));
        });
    });
    say("-- the leader gives it up: the foreground group is told");
    RUN("leader", {
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        struct sigaction sa = {.sa_handler = h,
                               .sa_mask = sigs(SIGHUP, SIGCONT, 0)};
        sigaction(SIGHUP, &sa, NULL);
        sigaction(SIGCONT, &sa, NULL);
        T(ioctl(slave, TIOCNOTTY));
        T(ioctl(slave, TIOCNOTTY));
    });
    say("-- the master closes: the leader gets SIGHUP and SIGCONT");
    int p[2];
    char c;
    pipe(p);
    pid_t k = CHILD({
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        close(master);
        struct sigaction sa = {.sa_handler = h,
                               .sa_mask = sigs(SIGHUP, SIGCONT, 0)};
        sigaction(SIGHUP, &sa, NULL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_BLOCK, SIGS(SIGHUP), NULL);
        write(p[1], "x", 1);
        sigsuspend(&none);
        char b[4];
        T(read(slave, b, 4));
        T(write(slave, "x", 1));
        T(open("/dev/tty", O_RDWR));
    });
    read(p[0], &c, 1);
    close(slave);
    close(master);
    wait_show("session", k);
    say("-- the leader exits: the foreground group gets SIGHUP");
    pty_open();
    k = CHILD({
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        pid_t g = CHILD({
            set_handler(SIGHUP, h, 0);
            sigset_t none;
            sigemptyset(&none);
            sigprocmask(SIG_BLOCK, SIGS(SIGHUP), NULL);
            write(p[1], "x", 1);
            sigsuspend(&none);
            T(open("/dev/tty", O_RDWR));
            write(p[1], "y", 1);
        });
        (void)g;
        read(p[0], &c, 1);
    });
    waitpid(k, NULL, 0);
    read(p[0], &c, 1);
    say("%c", c);
}
