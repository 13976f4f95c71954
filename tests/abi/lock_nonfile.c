// about: Locks on what is no file: pipes, sockets, and the one inode of all
// about: anonymous objects
// calls: fcntl flock pipe2 socketpair eventfd2 epoll_create1
#include "abi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>

static long lk(int fd, int cmd, int type, off_t start, off_t len)
{
    struct flock f = {.l_type = type, .l_start = start, .l_len = len};
    return fcntl(fd, cmd, &f);
}

static void who(const char *name, int fd, off_t start, off_t len)
{
    struct flock f = {.l_type = F_WRLCK, .l_start = start, .l_len = len};
    RUN(name, {
        T(fcntl(fd, F_GETLK, &f));
        if (f.l_type == F_UNLCK)
            say("free");
        else
            say("%s %ld+%ld parent's: %d",
                f.l_type == F_RDLCK ? "read" : "write", (long)f.l_start,
                (long)f.l_len, f.l_pid == getppid());
    });
}

static int lock_lines(int fd)
{
    char b[4096], path[64];
    int n = 0;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int f = open(path, O_RDONLY);
    ssize_t got = read(f, b, sizeof b - 1);
    close(f);
    b[got > 0 ? got : 0] = 0;
    for (char *p = b; (p = strstr(p, "lock:")); p++)
        n++;
    return n;
}

int main(void)
{
    int p[2], q[2], s[2], e = eventfd(0, 0), ep = epoll_create1(0);
    pipe(p);
    pipe(q);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    say("-- a pipe");
    T(lk(p[0], F_SETLK, F_RDLCK, 0, 10));
    T(lk(p[0], F_SETLK, F_WRLCK, 0, 10));
    T(lk(p[1], F_SETLK, F_RDLCK, 0, 10));
    T(lk(p[1], F_SETLK, F_WRLCK, 5, 10));
    who("in the middle", p[1], 4, 2);
    who("from its end", p[0], 15, 0);
    who("another pipe", q[0], 0, 0);
    T(lock_lines(p[0]));
    T(lock_lines(p[1]));
    T(close(p[0]));
    who("its other end is closed", p[1], 0, 0);
    say("-- a socket");
    T(lk(s[0], F_SETLK, F_WRLCK, 0, 0));
    who("this end", s[0], 0, 0);
    who("the other", s[1], 0, 0);
    RUN("a child tries", {
        T(lk(s[0], F_SETLK, F_WRLCK, 0, 1));
        T(lk(s[0], F_OFD_SETLK, F_WRLCK, 0, 1));
    });
    int d = dup(s[0]);
    T(lock_lines(d));
    close(d);
    who("a copy is closed", s[0], 0, 0);
    struct flock f = {F_WRLCK, SEEK_CUR, 3, 4};
    T(fcntl(s[0], F_SETLK, &f));
    f = (struct flock){F_WRLCK, SEEK_END, -3, 4};
    T(fcntl(s[0], F_SETLK, &f));
    f = (struct flock){F_WRLCK, 7, 0, 4};
    T(fcntl(s[0], F_SETLK, &f));
    T(fcntl(s[0], F_SETLK, NULL));
    T(fcntl(s[0], F_SETLK, (void *)8));
    say("-- anonymous objects");
    T(lk(e, F_SETLK, F_WRLCK, 0, 5));
    who("an event is locked", e, 0, 0);
    who("then so is an epoll", ep, 0, 0);
    T(lock_lines(e));
    T(lock_lines(ep));
    int in = inotify_init();
    T(lk(in, F_SETLK, F_RDLCK, 10, 5));
    T(lk(in, F_SETLK, F_WRLCK, 10, 5));
    close(in);
    who("any of them is closed", e, 0, 0);
    say("-- owners are descriptions");
    T(lk(e, F_OFD_SETLK, F_WRLCK, 0, 5));
    T(lk(ep, F_OFD_SETLK, F_WRLCK, 0, 5));
    T(lk(ep, F_SETLK, F_RDLCK, 0, 5));
    T(lk(dup(e), F_OFD_SETLK, F_RDLCK, 0, 5));
    T(lk(ep, F_OFD_SETLK, F_RDLCK, 0, 5));
    T(lk(e, F_OFD_SETLK, F_UNLCK, 0, 0));
    T(lk(ep, F_OFD_SETLK, F_WRLCK, 0, 5));
    close(ep);
    T(lk(e, F_OFD_SETLK, F_WRLCK, 0, 5));
    say("-- flock");
    T(flock(q[0], LOCK_EX));
    T(flock(q[1], LOCK_EX | LOCK_NB));
    T(flock(q[1], LOCK_SH | LOCK_NB));
    T(flock(q[0], LOCK_SH));
    T(flock(q[1], LOCK_SH | LOCK_NB));
    T(lock_lines(q[0]));
    close(q[0]);
    T(flock(q[1], LOCK_EX | LOCK_NB));
    T(flock(s[0], LOCK_EX | LOCK_NB));
    T(flock(s[1], LOCK_EX | LOCK_NB));
    T(flock(s[1], LOCK_UN));
    say("-- waiting");
    lk(s[1], F_SETLK, F_WRLCK, 0, 0);
    pid_t k = CHILD({ T(lk(s[1], F_SETLKW, F_WRLCK, 0, 0)); });
    wait_asleep(k, k);
    say("the parent unlocks");
    lk(s[1], F_SETLK, F_UNLCK, 0, 0);
    waitpid(k, NULL, 0);
    say("-- many");
    for (int i = 0; i < 1000; i++)
        if (lk(s[0], F_SETLK, F_WRLCK, 2 * i, 1))
            say("%d: %s", i, errname(errno));
    T(lock_lines(s[0]) > 100);
    T(lk(s[0], F_SETLK, F_UNLCK, 0, 0));
    T(lock_lines(s[0]));
}
