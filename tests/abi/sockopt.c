// about: getsockopt and setsockopt on local sockets: values, sizes, refusals
// calls: getsockopt setsockopt
#include "abi.h"

int main(void)
{
    int s[2], v;
    socklen_t l;
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    static const struct {
        int o;
        const char *n;
    } opt[] = {{SO_TYPE, "TYPE"},
               {SO_DOMAIN, "DOMAIN"},
               {SO_PROTOCOL, "PROTOCOL"},
               {SO_ERROR, "ERROR"},
               {SO_ACCEPTCONN, "ACCEPTCONN"},
               {SO_REUSEADDR, "REUSEADDR"},
               {SO_KEEPALIVE, "KEEPALIVE"},
               {SO_BROADCAST, "BROADCAST"},
               {SO_PASSCRED, "PASSCRED"},
               {SO_RCVLOWAT, "RCVLOWAT"},
               {SO_SNDLOWAT, "SNDLOWAT"},
               {SO_OOBINLINE, "OOBINLINE"},
               {SO_PRIORITY, "PRIORITY"},
               {SO_MARK, "MARK"},
               {SO_TIMESTAMP, "TIMESTAMP"},
               {SO_DONTROUTE, "DONTROUTE"},
               {SO_DEBUG, "DEBUG"},
               {SO_REUSEPORT, "REUSEPORT"}};
    for (unsigned i = 0; i < sizeof opt / sizeof *opt; i++) {
        note = opt[i].n;
        v = -7;
        l = sizeof v;
        T(getsockopt(s[0], SOL_SOCKET, opt[i].o, &v, &l));
        say("  %d length %d", v, (int)l);
        v = 1;
        T(setsockopt(s[0], SOL_SOCKET, opt[i].o, &v, sizeof v));
        l = sizeof v;
        getsockopt(s[0], SOL_SOCKET, opt[i].o, &v, &l);
        say("  now %d", v);
    }
    note = NULL;
    say("-- buffers");
    v = 5000;
    T(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, sizeof v));
    l = sizeof v;
    T(getsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, &l));
    N(v);
    v = 1;
    T(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, sizeof v));
    T(getsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &v, &l));
    N(v);
    v = 1;
    T(setsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, sizeof v));
    T(getsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, &l));
    N(v);
    v = -1;
    T(setsockopt(s[0], SOL_SOCKET, SO_RCVBUF, &v, sizeof v));
    say("-- times and linger");
    struct timeval tv = {0, 20000}, g;
    T(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
    l = sizeof g;
    T(getsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &g, &l));
    say("%d %d %d", (int)g.tv_sec, (int)g.tv_usec / 10000, (int)l);
    char c;
    T(recv(s[1], &c, 1, 0));
    tv = (struct timeval){0, 1000000};
    T(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
    tv = (struct timeval){-1, 0};
    T(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
    T(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, 4));
    struct linger li = {1, 5};
    T(setsockopt(s[0], SOL_SOCKET, SO_LINGER, &li, sizeof li));
    li.l_linger = 0;
    l = sizeof li;
    T(getsockopt(s[0], SOL_SOCKET, SO_LINGER, &li, &l));
    say("%d %d", li.l_onoff, li.l_linger);
    say("-- refusals");
    v = 1;
    T(setsockopt(s[0], SOL_SOCKET, SO_REUSEADDR, &v, 3));
    T(setsockopt(s[0], SOL_SOCKET, SO_REUSEADDR, &v, 0));
    T(setsockopt(s[0], SOL_SOCKET, 999, &v, sizeof v));
    T(setsockopt(s[0], 77, 1, &v, sizeof v));
    T(getsockopt(s[0], SOL_SOCKET, 999, &v, &l));
    T(getsockopt(s[0], 77, 1, &v, &l));
    l = 2;
    v = 0;
    T(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &v, &l));
    say("%d length %d", v, (int)l);
    l = -1;
    T(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &v, &l));
    l = 100;
    T(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &v, &l));
    N(l);
    T(getsockopt(0, SOL_SOCKET, SO_TYPE, &v, &l));
    T(getsockopt(99, SOL_SOCKET, SO_TYPE, &v, &l));
    BAD(p, sys(getsockopt, s[0], SOL_SOCKET, SO_TYPE, p, &l));
    BAD(p, sys(getsockopt, s[0], SOL_SOCKET, SO_TYPE, &v, p));
    BAD(p, sys(setsockopt, s[0], SOL_SOCKET, SO_REUSEADDR, p, 4));
}
