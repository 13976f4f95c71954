// about: Handle numbers: lowest free, growth to the limit, sharing a table,
// about: EMFILE, races
// calls: openat dup3 close prlimit64 clone
#include "abi.h"

static void *opener(void *a)
{
    for (int i = 0; i < 300; i++) {
        int f = open("/dev/null", O_RDONLY), g = dup(f);
        if (f < 0 || g < 0 || f == g)
            *(int *)a = 1;
        close(f);
        close(g);
    }
    return NULL;
}
int main(void)
{
    int f[5];
    for (int i = 0; i < 5; i++)
        f[i] = open("/dev/null", O_RDONLY);
    say("%d %d %d %d %d", f[0], f[1], f[2], f[3], f[4]);
    close(5);
    close(3);
    N(open("/dev/null", O_RDONLY));
    N(dup(0));
    N(open("/dev/null", O_RDONLY));
    N(dup2(0, 1000));
    N(open("/dev/null", O_RDONLY));
    T(dup2(0, 1024));
    T(dup2(0, 1023));
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){4096, 4096});
    T(dup2(0, 4095));
    T(dup2(0, 4096));
    int n = 0, r;
    while ((r = open("/dev/null", O_RDONLY)) >= 0)
        n = r;
    Y(errno == EMFILE);
    N(n);
    int p[2] = {-5, -5};
    T(pipe(p));
    say("%d %d", p[0], p[1]);
    T(socket(AF_UNIX, SOCK_STREAM, 0));
    T(sys(memfd_create, "x", 0));
    T(sys(epoll_create1, 0));
    T(sys(eventfd2, 0, 0));
    close(2000);
    T(pipe(p));
    T(open("made", O_CREAT | O_EXCL | O_WRONLY, 0600));
    T(open("made", O_CREAT | O_EXCL | O_WRONLY, 0600));
    RUN("child", {
        T(close(100));
        N(dup(0));
    });
    T(fcntl(100, F_GETFD));
    for (int i = 3; i < 4096; i++)
        close(i);
    T(setrlimit(RLIMIT_NOFILE, &(struct rlimit){3, 4096}));
    T(open("/dev/null", O_RDONLY));
    T(setrlimit(RLIMIT_NOFILE, &(struct rlimit){100, 4096}));
    pthread_t t[4];
    int bad[4] = {0};
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, opener, &bad[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    say("%d %d %d %d", bad[0], bad[1], bad[2], bad[3]);
    N(dup(0));
}
