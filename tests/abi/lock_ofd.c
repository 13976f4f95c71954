// about: Open file description locks and flock: owned by the open file, shared
// about: by dup and fork
// calls: fcntl flock
#include "abi.h"
#ifndef F_OFD_GETLK
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
#endif
#include <sys/file.h>
static int ofd(int fd, int t, long s, long l)
{
    struct flock f = {
        .l_type = t, .l_whence = SEEK_SET, .l_start = s, .l_len = l};
    return fcntl(fd, F_OFD_SETLK, &f);
}
int main(void)
{
    put("f", "0123456789");
    int a = open("f", O_RDWR), b = open("f", O_RDWR), c = dup(a);
    T(ofd(a, F_WRLCK, 0, 5));
    T(ofd(b, F_WRLCK, 0, 5));
    T(ofd(b, F_RDLCK, 4, 1));
    T(ofd(b, F_WRLCK, 5, 5));
    T(ofd(c, F_WRLCK, 0, 5));
    struct flock f = {.l_type = F_WRLCK};
    T(fcntl(b, F_OFD_GETLK, &f));
    N(f.l_pid);
    N(f.l_type);
    f = (struct flock){.l_type = F_WRLCK};
    T(fcntl(b, F_GETLK, &f));
    N(f.l_pid);
    f = (struct flock){.l_type = F_WRLCK, .l_pid = 5};
    T(fcntl(b, F_OFD_SETLK, &f));
    f = (struct flock){.l_type = F_WRLCK};
    T(fcntl(a, F_SETLK, &f));
    RUN("child", {
        T(ofd(a, F_WRLCK, 0, 5));
        T(ofd(b, F_WRLCK, 0, 1));
    });
    T(close(a));
    T(ofd(b, F_WRLCK, 0, 5));
    T(close(c));
    T(ofd(b, F_WRLCK, 0, 5));
    close(b);
    say("-- flock");
    a = open("f", O_RDONLY), b = open("f", O_RDONLY), c = dup(a);
    T(flock(a, LOCK_SH));
    T(flock(b, LOCK_SH));
    T(flock(a, LOCK_EX | LOCK_NB));
    T(flock(b, LOCK_UN));
    T(flock(a, LOCK_EX | LOCK_NB));
    T(flock(b, LOCK_SH | LOCK_NB));
    T(flock(c, LOCK_EX | LOCK_NB));
    RUN("child", T(flock(c, LOCK_UN)));
    T(flock(b, LOCK_EX | LOCK_NB));
    T(flock(b, LOCK_UN));
    T(flock(a, 0));
    T(flock(a, LOCK_SH | LOCK_EX));
    T(flock(a, LOCK_NB));
    T(flock(a, 100));
    T(flock(99, LOCK_SH));
    T(flock(open("f", O_PATH), LOCK_SH));
    int d = open(".", O_RDONLY), p[2];
    T(flock(d, LOCK_EX));
    pipe(p);
    T(flock(p[0], LOCK_EX));
    say("-- flock and record locks do not meet");
    T(flock(a, LOCK_EX));
    int w = open("f", O_RDWR);
    T(ofd(w, F_WRLCK, 0, 0));
    say("-- waiting");
    pid_t k = CHILD({
        int e = open("f", O_RDONLY);
        T(flock(e, LOCK_EX));
    });
    wait_asleep(k, k);
    say("the parent unlocks");
    flock(a, LOCK_UN);
    wait_show("child", k);
    flock(a, LOCK_EX);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        int e = open("f", O_RDONLY);
        T(flock(e, LOCK_EX));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("child", k);
    k = CHILD({
        int e = open("f", O_RDWR);
        close(w);
        struct flock g = {.l_type = F_WRLCK};
        T(fcntl(e, F_OFD_SETLKW, &g));
    });
    wait_asleep(k, k);
    close(w);
    wait_show("child", k);
}
