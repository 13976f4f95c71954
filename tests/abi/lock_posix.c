// about: fcntl record locks: conflicts, splitting, F_GETLK, release at close,
// about: deadlock
// calls: fcntl
#include "abi.h"
static int fd;
static struct flock fl(int t, long s, long l)
{
    struct flock f = {
        .l_type = t, .l_whence = SEEK_SET, .l_start = s, .l_len = l};
    return f;
}
static int lk(int t, long s, long l)
{
    struct flock f = fl(t, s, l);
    return fcntl(fd, F_SETLK, &f);
}
static void probe(int t, long s, long l)
{
    fflush(stdout);
    pid_t p = fork();
    if (!p) {
        struct flock f = fl(t, s, l);
        int r = fcntl(fd, F_GETLK, &f);
        if (r)
            say("probe: %s", errname(errno));
        else if (f.l_type == F_UNLCK)
            say("probe %ld+%ld: free", s, l);
        else
            say("probe %ld+%ld: %s %ld+%ld by %s", s, l,
                f.l_type == F_RDLCK ? "read" : "write", (long)f.l_start,
                (long)f.l_len, f.l_pid == getppid() ? "parent" : "other");
        _exit(0);
    }
    waitpid(p, NULL, 0);
}
int main(void)
{
    put("f", "0123456789");
    fd = open("f", O_RDWR);
    T(lk(F_WRLCK, 0, 10));
    T(lk(F_WRLCK, 0, 10));
    probe(F_RDLCK, 0, 1);
    probe(F_WRLCK, 5, 100);
    probe(F_WRLCK, 10, 1);
    T(lk(F_UNLCK, 4, 2));
    probe(F_WRLCK, 0, 100);
    probe(F_WRLCK, 4, 2);
    probe(F_WRLCK, 6, 0);
    T(lk(F_RDLCK, 0, 2));
    probe(F_RDLCK, 0, 4);
    probe(F_WRLCK, 0, 4);
    T(lk(F_UNLCK, 0, 0));
    probe(F_WRLCK, 0, 0);
    T(lk(F_RDLCK, 100, 0));
    probe(F_WRLCK, 0, 0);
    probe(F_WRLCK, 1L << 40, 1);
    struct flock f = fl(F_WRLCK, 20, -5);
    T(fcntl(fd, F_SETLK, &f));
    probe(F_RDLCK, 0, 50);
    f = fl(F_WRLCK, 2, -5);
    T(fcntl(fd, F_SETLK, &f));
    f = fl(F_WRLCK, -1, 5);
    T(fcntl(fd, F_SETLK, &f));
    f = fl(9, 0, 5);
    T(fcntl(fd, F_SETLK, &f));
    f = fl(F_WRLCK, 0, 5);
    f.l_whence = 7;
    T(fcntl(fd, F_SETLK, &f));
    f = fl(F_UNLCK, 0, 5);
    T(fcntl(fd, F_GETLK, &f));
    f = fl(F_WRLCK, -4, 2);
    f.l_whence = SEEK_END;
    T(fcntl(fd, F_SETLK, &f));
    probe(F_RDLCK, 0, 10);
    int ro = open("f", O_RDONLY), wo = open("f", O_WRONLY),
        pa = open("f", O_PATH);
    f = fl(F_WRLCK, 0, 1);
    T(fcntl(ro, F_SETLK, &f));
    f = fl(F_RDLCK, 0, 1);
    T(fcntl(wo, F_SETLK, &f));
    T(fcntl(pa, F_SETLK, &f));
    T(fcntl(99, F_SETLK, &f));
    BAD(p, sys(fcntl, fd, F_SETLK, p));
    say("-- closing any handle of the file drops them all");
    lk(F_WRLCK, 0, 10);
    close(ro);
    probe(F_RDLCK, 0, 0);
    say("-- a child does not inherit; its exit frees its own");
    lk(F_WRLCK, 0, 10);
    RUN("child", {
        T(lk(F_WRLCK, 0, 1));
        T(lk(F_WRLCK, 50, 1));
    });
    probe(F_WRLCK, 50, 1);
    say("-- waiting, and two that would wait for each other");
    int go[2];
    pipe(go);
    lk(F_UNLCK, 0, 0);
    lk(F_WRLCK, 0, 1);
    pid_t k = CHILD({
        lk(F_WRLCK, 1, 1);
        write(go[1], "x", 1);
        struct flock g = fl(F_WRLCK, 0, 1);
        say("child waits: %s", fcntl(fd, F_SETLKW, &g) ? errname(errno) : "0");
    });
    char c;
    read(go[0], &c, 1);
    wait_asleep(k, k);
    struct flock g = fl(F_WRLCK, 1, 1);
    T(fcntl(fd, F_SETLKW, &g));
    say("the parent unlocks");
    lk(F_UNLCK, 0, 1);
    wait_show("child", k);
    say("-- a signal ends the wait");
    lk(F_WRLCK, 0, 1);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        struct flock h = fl(F_WRLCK, 0, 1);
        T(fcntl(fd, F_SETLKW, &h));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("child", k);
}
