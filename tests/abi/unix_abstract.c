// about: AF_UNIX abstract names, autobind, and names with zeros
// calls: bind connect getsockname
#include "abi.h"

int main(void)
{
    struct sockaddr_un a = {AF_UNIX, "\0abi-test-name"}, g;
    socklen_t l;
    int s = socket(AF_UNIX, SOCK_STREAM, 0),
        t = socket(AF_UNIX, SOCK_STREAM, 0),
        c = socket(AF_UNIX, SOCK_STREAM, 0);
    T(bind(s, (void *)&a, 2 + 14));
    T(bind(t, (void *)&a, 2 + 14));
    T(bind(t, (void *)&a, 2 + 15));
    listen(s, 1);
    T(connect(c, (void *)&a, 2 + 13));
    T(connect(c, (void *)&a, 2 + 14));
    l = sizeof g;
    getsockname(s, (void *)&g, &l);
    N(l);
    Y(g.sun_path[0] == 0 && !memcmp(g.sun_path + 1, "abi-test-name", 13));
    T(access("abi-test-name", F_OK));
    close(s);
    close(c);
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    T(bind(s, (void *)&a, 2 + 14));
    close(s);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    T(connect(c, (void *)&a, 2 + 14));
    say("-- autobind");
    s = socket(AF_UNIX, SOCK_DGRAM, 0);
    T(bind(s, (void *)&a, 2));
    l = sizeof g;
    getsockname(s, (void *)&g, &l);
    N(l);
    Y(g.sun_path[0] == 0);
    int hex = 0;
    for (int i = 1; i < 6; i++)
        hex += !!strchr("0123456789abcdef", g.sun_path[i]);
    N(hex);
    T(bind(s, (void *)&a, 2 + 5));
    say("-- a name is seen by children and not in another network namespace");
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (void *)&a, 2 + 5);
    listen(s, 5);
    RUN("child", {
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(d, (void *)&a, 2 + 5));
    });
    RUN("other namespace", {
        T(unshare(CLONE_NEWNET));
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(d, (void *)&a, 2 + 5));
    });
    say("-- truncated results");
    l = 4;
    memset(&g, '#', sizeof g);
    T(getsockname(s, (void *)&g, &l));
    N(l);
    Y(g.sun_path[2] == '#');
    l = -1;
    T(getsockname(s, (void *)&g, &l));
    BAD(p, sys(getsockname, s, p, (socklen_t[]){20}));
    BAD(p, sys(getsockname, s, &g, p));
}
