// about: Job control: SIGTTIN, SIGTTOU, TOSTOP, tcsetpgrp from the background,
// about: stopping by ^Z
// calls: ioctl setpgid kill wait4
#include "pty.h"

static pid_t job(void (*fn)(void))
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        setpgid(0, 0);
        fn();
        fflush(stdout);
        _exit(0);
    }
    setpgid(k, k);
    return k;
}
static void reader(void)
{
    char b[64];
    errno = 0;
    int n = read(slave, b, 64);
    quote("  job reads", b, n);
}
static void writer(void)
{
    T(write(slave, "out\n", 4));
}
static void setter(void)
{
    struct termios t;
    tcgetattr(slave, &t);
    T(tcsetattr(slave, TCSANOW, &t));
}
static void grabber(void)
{
    T(tcsetpgrp(slave, getpgrp()));
}
static void ign_reader(void)
{
    signal(SIGTTIN, SIG_IGN);
    reader();
}
static void blk_reader(void)
{
    sigprocmask(SIG_BLOCK, SIGS(SIGTTIN), NULL);
    reader();
}
static void ign_setter(void)
{
    signal(SIGTTOU, SIG_IGN);
    setter();
    grabber();
}
static void wait_stop(const char *what, pid_t k)
{
    int st;
    waitpid(k, &st, WUNTRACED);
    show_status(what, st);
}
static void fg(pid_t k)
{
    tcsetpgrp(slave, k);
    kill(-k, SIGCONT);
}
int main(void)
{
    pty_open();
    flags(0, 0, 0, 0, ECHO, 0);
    SESSION("shell", {
        signal(SIGTTOU, SIG_IGN);
        signal(SIGTTIN, SIG_IGN);
        signal(SIGTSTP, SIG_IGN);
        tcsetpgrp(slave, getpgrp());
        pid_t me = getpgrp();
#define DFL()                                            \
    (signal(SIGTTOU, SIG_DFL), signal(SIGTTIN, SIG_DFL), \
     signal(SIGTSTP, SIG_DFL))
        DFL();
        pid_t k = job(reader);
        signal(SIGTTOU, SIG_IGN);
        wait_stop("reads in the background", k);
        fg(k);
        type("typed\n");
        wait_stop("in the foreground", k);
        tcsetpgrp(slave, me);
        k = job(ign_reader);
        wait_stop("SIGTTIN ignored", k);
        k = job(blk_reader);
        wait_stop("SIGTTIN blocked", k);
        k = job(writer);
        wait_stop("writes in the background", k);
        drain("written");
        flags(0, 0, 0, 0, 0, TOSTOP);
        DFL();
        k = job(writer);
        signal(SIGTTOU, SIG_IGN);
        wait_stop("with TOSTOP", k);
        fg(k);
        wait_stop("in the foreground", k);
        tcsetpgrp(slave, me);
        drain("written");
        flags(0, 0, 0, 0, TOSTOP, 0);
        DFL();
        k = job(setter);
        signal(SIGTTOU, SIG_IGN);
        wait_stop("sets attributes", k);
        fg(k);
        wait_stop("in the foreground", k);
        tcsetpgrp(slave, me);
        DFL();
        k = job(grabber);
        signal(SIGTTOU, SIG_IGN);
        wait_stop("takes the foreground", k);
        kill(-k, SIGKILL);
        wait_stop("killed", k);
        k = job(ign_setter);
        wait_stop("SIGTTOU ignored", k);
        Y(tcgetpgrp(slave) == k);
        tcsetpgrp(slave, me);
        say("-- ^Z and fg");
        DFL();
        k = job(reader);
        tcsetpgrp(slave, k);
        signal(SIGTTOU, SIG_IGN);
        kill(-k, SIGCONT);
        wait_asleep(k, k);
        type("\032");
        wait_stop("^Z", k);
        tcsetpgrp(slave, me);
        fg(k);
        wait_asleep(k, k);
        type("resumed\n");
        wait_stop("fg", k);
        tcsetpgrp(slave, me);
        say("-- tcsetpgrp's refusals");
        T(tcsetpgrp(slave, 9999999));
        T(tcsetpgrp(slave, -1));
        T(tcsetpgrp(slave, 1));
        T(ioctl(slave, TIOCSPGRP, NULL));
        T(ioctl(slave, TIOCGPGRP, NULL));
        int pg = 0;
        T(ioctl(master, TIOCGPGRP, &pg));
        Y(pg == me);
        T(ioctl(slave, TIOCGSID, &pg));
        Y(pg == getsid(0));
    });
    int pg;
    T(ioctl(slave, TIOCGPGRP, &pg));
    T(tcsetpgrp(slave, getpgrp()));
    T(ioctl(slave, TIOCGSID, &pg));
}
