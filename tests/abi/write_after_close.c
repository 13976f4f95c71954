// about: What happens to handles in use: closed by another thread while
// about: blocked, by dup2, by a child
// calls: read close dup3 clone
#include "abi.h"

static int p[2];
static void *closer(void *a)
{
    wait_asleep(getpid(), getpid());
    close(p[0]);
    ms(50);
    write(p[1], "x", 1);
    return NULL;
}
static void *replacer(void *a)
{
    wait_asleep(getpid(), getpid());
    int n = open("/dev/null", O_RDONLY);
    dup2(n, p[0]);
    ms(50);
    write(p[1], "y", 1);
    return NULL;
}
int main(void)
{
    pthread_t t;
    char c = '?';
    signal(SIGPIPE, SIG_IGN);
    pipe(p);
    pthread_create(&t, NULL, closer, NULL);
    T(read(p[0], &c, 1));
    say("%c", c);
    T(read(p[0], &c, 1));
    pthread_join(t, NULL);
    pipe(p);
    pthread_create(&t, NULL, replacer, NULL);
    T(read(p[0], &c, 1));
    say("%c", c);
    T(read(p[0], &c, 1));
    pthread_join(t, NULL);
    pipe(p);
    RUN("a child closes its own", {
        close(p[0]);
        close(p[1]);
    });
    write(p[1], "z", 1);
    T(read(p[0], &c, 1));
}
