// about: Output processing: ONLCR, OCRNL, ONOCR, ONLRET, OLCUC, tabs, and none
// calls: ioctl write read
#include "pty.h"

static void out(const char *what)
{
    write(slave, "a\tb\r\nc\n\rd", 9);
    drain(what);
}
int main(void)
{
    pty_open();
    out("default");
    flags(0, 0, ONLCR, 0, 0, 0);
    out("no ONLCR");
    flags(0, 0, 0, OCRNL, 0, 0);
    out("OCRNL");
    flags(0, 0, OCRNL, ONOCR, 0, 0);
    write(slave, "\n", 1);
    out("ONOCR");
    flags(0, 0, ONOCR, ONLRET, 0, 0);
    out("ONLRET");
    flags(0, 0, ONLRET, OLCUC, 0, 0);
    out("OLCUC");
    flags(0, 0, OLCUC, XTABS | ONLCR, 0, 0);
    write(slave, "\n1234567890\tx", 13);
    out("XTABS");
    flags(0, 0, OPOST, 0, 0, 0);
    out("no OPOST");
    say("-- a lot of output, read in pieces");
    flags(0, 0, 0, OPOST | ONLCR, 0, 0);
    pid_t k = CHILD({
        char l[100];
        memset(l, 'x', 99);
        l[99] = '\n';
        for (int i = 0; i < 500; i++)
            if (write(slave, l, 100) != 100)
                say("short");
    });
    int total = 0, nl = 0, n;
    char b[4096];
    while (nl < 500 && (n = read(master, b, sizeof b)) > 0) {
        total += n;
        for (int i = 0; i < n; i++)
            nl += b[i] == '\n';
    }
    wait_show("writer", k);
    N(total);
    say("-- nobody reads: a non-blocking writer stops");
    fcntl(slave, F_SETFL, O_NONBLOCK);
    int sum = 0, there = 0;
    /* Again when what the master can take has gone there. */
    for (int i = 0; i < 6000 && there < 4095; i++) {
        while ((n = write(slave, b, 1000)) > 0)
            sum += n;
        ioctl(master, FIONREAD, &there);
        ms(10);
    }
    while ((n = write(slave, b, 1000)) > 0)
        sum += n;
    say("%s", errname(errno));
    Y(sum > 1000 && sum < 1000000);
    struct pollfd p = {slave, POLLOUT, 0};
    T(poll(&p, 1, 0));
    say("-- stopped and started by the terminal");
    tcflush(master, TCIOFLUSH);
    while (1) {
        struct pollfd q = {master, POLLIN, 0};
        if (poll(&q, 1, 50) == 0 || read(master, b, sizeof b) <= 0)
            break;
    }
    T(ioctl(slave, TCXONC, TCOOFF));
    T(write(slave, "held", 4));
    drain("off");
    T(ioctl(slave, TCXONC, TCOON));
    write(slave, "sent", 4);
    drain("on");
    type("\023");
    settle();
    T(write(slave, "held", 4));
    type("\021");
    settle();
    write(slave, "sent", 4);
    drain("after ^S and ^Q");
}
