// about: what one user may have of pipes' pages and inotify instances
// calls: pipe2 fcntl inotify_init1
// needs: user
#include <sys/inotify.h>

#include "abi.h"

#define PIPES 400

static int size_of_last(void)
{
    int p[2] = {-1, -1};

    for (int i = 0; i < PIPES; i++)
        if (pipe(p))
            return -1;
    return fcntl(p[0], F_GETPIPE_SZ) / 4096;
}

static void pipes(void)
{
    int go[2], tell[2], p[2];

    pipe(go);
    pipe(tell);
    for (int i = 0; i < 3; i++) {
        char c;

        if (!fork()) {
            c = (char)size_of_last();
            write(tell[1], &c, 1);
            close(go[1]);
            read(go[0], &c, 1);
            _exit(0);
        }
        c = 0;
        read(tell[0], &c, 1);
        say("the last of %d pipes: %d pages", (i + 1) * PIPES, c);
    }
    T(pipe(p));
    T(fcntl(p[0], F_GETPIPE_SZ));
    T(fcntl(p[0], F_SETPIPE_SZ, 65536));
    T(fcntl(p[0], F_SETPIPE_SZ, 4096));
    close(go[1]);
    while (wait(NULL) > 0)
        ;
    T(fcntl(p[0], F_SETPIPE_SZ, 65536));
}

static void instances(void)
{
    int n = 0;

    while (n < 300 && inotify_init() >= 0)
        n++;
    say("inotify instances: %d, then %s", n, errname(errno));
}

int main(void)
{
    pipes();
    instances();
    return 0;
}
