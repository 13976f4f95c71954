// about: Echo: ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, ECHONL, and where the
// about: cursor goes
// calls: ioctl read write
#include "pty.h"

int main(void)
{
    pty_open();
    type("abc");
    drain("plain");
    type("\n");
    drain("newline");
    type("ab\177");
    drain("erase");
    type("\177\177\177");
    drain("erase more than there is");
    type("abcdef\025");
    drain("kill");
    type("a b c\027");
    drain("word erase");
    type("\001\033");
    drain("control characters");
    type("\177");
    drain("erase a control character");
    type("x\ty\177\177");
    drain("erase a tab");
    type("line\022");
    drain("reprint");
    type("\004");
    drain("end of file");
    type("\026\003");
    drain("literal next");
    type("\n");
    drain("newline");
    flags(0, 0, 0, 0, ECHOCTL, 0);
    type("\001\n");
    drain("without ECHOCTL");
    flags(0, 0, 0, 0, ECHOKE, 0);
    type("abc\025");
    drain("kill without ECHOKE");
    flags(0, 0, 0, 0, ECHOE, 0);
    type("abc\177\177\n");
    drain("erase without ECHOE");
    flags(0, 0, 0, 0, ECHOK, 0);
    type("abc\025");
    drain("kill without ECHOK");
    flags(0, 0, 0, 0, ECHO, ECHONL);
    type("secret\n");
    drain("ECHONL");
    flags(0, 0, 0, 0, ECHONL, 0);
    type("secret\n");
    drain("no echo");
    flags(0, 0, 0, 0, 0, ECHO | ECHOPRT);
    type("abc\177\177d\n");
    drain("ECHOPRT");
    flags(0, IUTF8, 0, 0, ECHOPRT, ECHOE);
    type("\303\244\177\n");
    drain("IUTF8 erase");
    raw(slave);
    flags(0, 0, 0, 0, 0, ECHO);
    type("raw\r\n\001");
    drain("raw with ECHO");
}
