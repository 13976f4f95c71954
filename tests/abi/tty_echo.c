// about: Echo: ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, ECHONL, and where the
// about: cursor goes
// calls: ioctl read write
#include "pty.h"

/* Prints the echo, then takes the lines, so that settle() can do its work. */
static void echo(const char *what)
{
    char b[64];
    drain(what);
    fcntl(slave, F_SETFL, O_NONBLOCK);
    while (read(slave, b, sizeof b) >= 0)
        ;
}

int main(void)
{
    pty_open();
    type("abc");
    echo("plain");
    type("\n");
    echo("newline");
    type("ab\177");
    echo("erase");
    type("\177\177\177");
    echo("erase more than there is");
    type("abcdef\025");
    echo("kill");
    type("a b c\027");
    echo("word erase");
    type("\001\033");
    echo("control characters");
    type("\177");
    echo("erase a control character");
    type("x\ty\177\177");
    echo("erase a tab");
    type("line\022");
    echo("reprint");
    type("\004");
    echo("end of file");
    type("\026\003");
    echo("literal next");
    type("\n");
    echo("newline");
    flags(0, 0, 0, 0, ECHOCTL, 0);
    type("\001\n");
    echo("without ECHOCTL");
    flags(0, 0, 0, 0, ECHOKE, 0);
    type("abc\025");
    echo("kill without ECHOKE");
    flags(0, 0, 0, 0, ECHOE, 0);
    type("abc\177\177\n");
    echo("erase without ECHOE");
    flags(0, 0, 0, 0, ECHOK, 0);
    type("abc\025");
    echo("kill without ECHOK");
    flags(0, 0, 0, 0, ECHO, ECHONL);
    type("secret\n");
    echo("ECHONL");
    flags(0, 0, 0, 0, ECHONL, 0);
    type("secret\n");
    echo("no echo");
    flags(0, 0, 0, 0, 0, ECHO | ECHOPRT);
    type("abc\177\177d\n");
    echo("ECHOPRT");
    flags(0, IUTF8, 0, 0, ECHOPRT, ECHOE);
    type("\303\244\177\n");
    echo("IUTF8 erase");
    raw(slave);
    flags(0, 0, 0, 0, 0, ECHO);
    type("raw\r\n\001");
    echo("raw with ECHO");
}
