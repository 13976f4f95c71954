/*
 * pty.h: a pseudo-terminal pair for the tests of terminals.
 *
 *   pty_open()      opens a pair into master and slave (no controlling
 *                   terminal is taken); prints nothing
 *   raw(fd)         no line discipline at all
 *   settle()        returns once what was typed has been taken by the line
 *                   discipline, if no other input waits there
 *   drain(what)     prints, quoted, what the master can read within a moment
 *   type(text)      writes to the master, as the keyboard would
 *   SESSION(...)    runs the statements in a child that leads a session whose
 *                   controlling terminal is the slave, prints how it ended
 */
#ifndef PTY_H
#define PTY_H

#include "abi.h"
#include <termios.h>

static int master, slave;

static void pty_name(int m, char *name)
{
    int n = -1;
    ioctl(m, 0x80045430 /* TIOCGPTN */, &n);
    sprintf(name, "/dev/pts/%d", n);
}

static void pty_open(void)
{
    char name[64];
    int zero = 0;
    master = MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    MUST(ioctl(master, 0x40045431 /* TIOCSPTLCK */, &zero));
    pty_name(master, name);
    slave = MUST(open(name, O_RDWR | O_NOCTTY));
}

static void quote(const char *what, const char *b, ssize_t n)
{
    printf("%s: ", what);
    if (n < 0) {
        say("%s", errname(errno));
        return;
    }
    putchar('"');
    for (ssize_t i = 0; i < n; i++) {
        unsigned char c = b[i];
        if (c == '\n')
            printf("\\n");
        else if (c == '\r')
            printf("\\r");
        else if (c == '\t')
            printf("\\t");
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 32 || c > 126)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    say("\"");
}

/*
 * Linux works off what was typed later: when somebody asks for input and there
 * is none (poll), and before it changes the settings if it has begun.
 */
static void settle(void)
{
    struct termios t;
    struct pollfd p = {slave, POLLIN, 0};
    poll(&p, 1, 0);
    if (tcgetattr(slave, &t) == 0)
        tcsetattr(slave, TCSANOW, &t);
}

/* Waits until nothing has come for a while: output may come in pieces. */
static void drain(const char *what)
{
    settle();
    char b[4096];
    ssize_t n = 0, r = 0;
    struct pollfd p = {master, POLLIN, 0};
    while (n < (ssize_t)sizeof b && poll(&p, 1, n ? 20 : 60) == 1 &&
           (r = read(master, b + n, sizeof b - n)) > 0)
        n += r;
    quote(what, b, n == 0 && r < 0 ? r : n);
}

static void type(const char *text)
{
    if (write(master, text, strlen(text)) != (ssize_t)strlen(text))
        say("type: %s", errname(errno));
}

/* What the slave reads in one call, if anything comes within a moment. */
static void line(const char *what, int room)
{
    char b[4096];
    struct pollfd p = {slave, POLLIN, 0};
    if (poll(&p, 1, 60) == 0) {
        say("%s: nothing", what);
        return;
    }
    errno = 0;
    quote(what, b, read(slave, b, room));
}

static void raw(int fd)
{
    struct termios t;
    tcgetattr(fd, &t);
    cfmakeraw(&t);
    tcsetattr(fd, TCSANOW, &t);
}

/* Changes flags: clears the first of each pair, sets the second. */
static void flags(tcflag_t ic, tcflag_t is, tcflag_t oc, tcflag_t os,
                  tcflag_t lc, tcflag_t ls)
{
    struct termios t;
    tcgetattr(slave, &t);
    t.c_iflag = (t.c_iflag & ~ic) | is;
    t.c_oflag = (t.c_oflag & ~oc) | os;
    t.c_lflag = (t.c_lflag & ~lc) | ls;
    tcsetattr(slave, TCSANOW, &t);
}

#define SESSION(name, ...)          \
    RUN(name, {                     \
        setsid();                   \
        ioctl(slave, TIOCSCTTY, 0); \
        __VA_ARGS__;                \
    })

#endif
