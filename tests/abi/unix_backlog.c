// about: listen's backlog: connections wait, non-blocking ones are refused,
// about: accept lets them in
// calls: listen connect accept4
#include "abi.h"

int main(void)
{
    struct sockaddr_un a = {AF_UNIX, "s"};
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c[6];
    bind(l, (void *)&a, sizeof a);
    for (int back = 0; back < 3; back++) {
        N(back);
        listen(l, back);
        for (int i = 0; i < 6; i++) {
            c[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
            T(connect(c[i], (void *)&a, sizeof a));
        }
        int n = 0, k;
        fcntl(l, F_SETFL, O_NONBLOCK);
        while ((k = accept(l, NULL, NULL)) >= 0) {
            n++;
            close(k);
        }
        say("%d accepted, then %s", n, errname(errno));
        for (int i = 0; i < 6; i++)
            close(c[i]);
    }
    say("-- a waiting connect goes on after accept");
    listen(l, 0);
    c[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c[0], (void *)&a, sizeof a);
    pid_t k = CHILD({
        int d = socket(AF_UNIX, SOCK_STREAM, 0);
        T(connect(d, (void *)&a, sizeof a));
    });
    wait_asleep(k, k);
    close(accept(l, NULL, NULL));
    wait_show("connector", k);
    close(accept(l, NULL, NULL));
    say("-- a connection that closed before it was accepted");
    c[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c[0], (void *)&a, sizeof a);
    write(c[0], "left", 4);
    close(c[0]);
    int n = accept(l, NULL, NULL);
    char b[8];
    T(read(n, b, 8));
    T(read(n, b, 8));
    T(send(n, b, 1, MSG_NOSIGNAL));
}
