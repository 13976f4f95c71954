// about: a grant is revoked that others have mapped, poll, wait on, block on
// timeout: 120
#include <setjmp.h>
#include <sys/epoll.h>

#include "check.h"

static sigjmp_buf back;
static volatile int fault_code;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    fault_code = signo;
    siglongjmp(back, 1);
}

/* The signal that touching the byte gives, 0: none. */
static int touch(volatile char *p)
{
    struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &a, NULL);
    sigaction(SIGBUS, &a, NULL);
    fault_code = 0;
    if (!sigsetjmp(back, 1))
        (void)*p;
    return fault_code;
}

static pid_t start(int (*work)(int), int fd, int *ready)
{
    int pair[2];
    char c;
    pid_t pid;

    pipe(pair);
    pid = fork();
    if (pid == 0) {
        close(pair[0]);
        dup2(pair[1], 100);
        close(pair[1]);
        _exit(work(fd));
    }
    close(pair[1]);
    read(pair[0], &c, 1); /* it is about to */
    close(pair[0]);
    until_asleep(pid);
    return pid;
}

static void tell(void)
{
    write(100, "", 1);
    close(100);
}

/* ------------------------------------------------- in the other process */

static int maps_it(int fd)
{
    volatile char *p =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int go = 101;
    char c;

    if (p == MAP_FAILED)
        return 1;
    p[0] = 1;
    tell();
    read(go, &c, 1); /* until it has been revoked */
    if (touch(p) != SIGSEGV || touch(p + 4096) != SIGSEGV)
        return 2;
    if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED ||
        errno != EBADF)
        return 3;
    return read(fd, &c, 1) == -1 && errno == EBADF ? 0 : 4;
}

static int polls_it(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};

    tell();
    if (poll(&p, 1, 60000) != 1)
        return 1;
    return p.revents & (POLLNVAL | POLLERR | POLLHUP) ? 0 : 2;
}

static int selects_it(int fd)
{
    fd_set set;
    struct timeval t = {60, 0};
    int r;

    FD_ZERO(&set);
    FD_SET(fd, &set);
    tell();
    r = select(fd + 1, &set, NULL, NULL, &t);
    return r == 1 || (r == -1 && errno == EBADF) ? 0 : 1;
}

static int reads_it(int fd)
{
    char c;

    tell();
    return read(fd, &c, 1) == -1 && errno == EBADF ? 0 : 1;
}

static int writes_it(int fd)
{
    static char much[1 << 20];
    ssize_t n;

    tell();
    n = write(fd, much, sizeof much);
    /* What had been written before counts. */
    return (n > 0 && n < (ssize_t)sizeof much) || (n == -1 && errno == EBADF)
               ? 0
               : 1;
}

static int accepts_it(int fd)
{
    tell();
    return accept(fd, NULL, NULL) == -1 && errno == EBADF ? 0 : 1;
}

static int receives_it(int fd)
{
    char c;

    tell();
    return recv(fd, &c, 1, 0) == -1 && errno == EBADF ? 0 : 1;
}

static int lives_in_it(int fd)
{
    int r;

    if (fchdir(fd))
        return 1;
    tell();
    read(101, &r, 1);
    return open("x", O_RDONLY) == -1 && errno != ENOENT ? 0 : 2;
}

/* ------------------------------------------------------------- the tests */

static void one(const char *name, int (*work)(int), int object)
{
    int fd = derive(object, ~0u), go[2], ready;
    pid_t pid;
    int how;

    CHECK(fd >= 0);
    pipe(go);
    dup2(go[0], 101);
    pid = start(work, fd, &ready);
    CHECK(revoke(fd) == 0);
    write(go[1], "", 1);
    close(go[1]);
    close(go[0]);
    close(101);
    how = ended(pid);
    if (how) {
        say("%s: the other process ended with %d", name, how);
        failed = 1;
    }
    /* Its parent grant is not touched. */
    CHECK(fcntl(object, F_GETFL) >= 0);
    close(fd);
}

static void epoll_forgets(void)
{
    int pair[2], fd, set = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = 7};

    pipe(pair);
    fd = derive(pair[0], ~0u);
    CHECK(epoll_ctl(set, EPOLL_CTL_ADD, fd, &e) == 0);
    write(pair[1], "", 1);
    CHECK(epoll_wait(set, &e, 1, 0) == 1 && e.data.u32 == 7);
    CHECK(revoke(fd) == 0);
    CHECK(epoll_wait(set, &e, 1, 0) == 0);
    CHECK(epoll_ctl(set, EPOLL_CTL_DEL, fd, &e) == -1);
    close(fd);
    close(set);
    close(pair[0]);
    close(pair[1]);
}

/* A child grant goes with its parent; its sibling and its parent do not. */
static void tree(void)
{
    int file = memfd_create("m", 0), a, b, c;

    write(file, "x", 1);
    a = derive(file, ~0u);
    b = derive(a, HAKO_RIGHT_READ | HAKO_RIGHT_DERIVE | HAKO_RIGHT_SEEK);
    c = derive(file, ~0u);
    CHECK(write(b, "x", 1) == -1 && errno == EBADF);
    CHECK(lseek(b, 0, SEEK_SET) == 0);
    CHECK(revoke(a) == 0);
    CHECK(lseek(b, 0, SEEK_SET) == -1 && errno == EBADF);
    CHECK(derive(b, ~0u) == -1 && errno == EBADF);
    CHECK(lseek(c, 0, SEEK_SET) == 0 && lseek(file, 0, SEEK_SET) == 0);
    close(a);
    close(b);
    close(c);
    close(file);
}

/* ------------------------------------------------------------- all at once */

static int shared_fd;
static atomic_bool over;

static void *mapper(void *unused)
{
    while (!over) {
        volatile char *p =
            mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, shared_fd, 0);
        if (p != MAP_FAILED)
            munmap((void *)p, 4096);
    }
    return NULL;
}

static void *poller(void *unused)
{
    while (!over) {
        struct pollfd p = {shared_fd, POLLIN | POLLOUT, 0};
        poll(&p, 1, 1);
    }
    return NULL;
}

static void *reader(void *unused)
{
    char c[16];

    while (!over) {
        pread(shared_fd, c, sizeof c, 0);
        pwrite(shared_fd, c, sizeof c, 0);
    }
    return NULL;
}

static void *duper(void *unused)
{
    while (!over) {
        int fd = dup(shared_fd), d = derive(shared_fd, ~0u);
        close(fd);
        close(d);
    }
    return NULL;
}

static void race(void)
{
    void *(*const work[])(void *) = {mapper, poller, reader, duper};
    int file = memfd_create("m", 0);
    pthread_t t[4];

    ftruncate(file, 8192);
    for (int i = 0; i < 40; i++) {
        shared_fd = derive(file, ~0u);
        over = false;
        for (int k = 0; k < 4; k++)
            pthread_create(&t[k], NULL, work[k], NULL);
        nap(5);
        CHECK(revoke(shared_fd) == 0);
        CHECK(pread(shared_fd, &i, 1, 0) == -1 && errno == EBADF);
        over = true;
        for (int k = 0; k < 4; k++)
            pthread_join(t[k], NULL);
        close(shared_fd);
    }
    close(file);
}

int main(void)
{
    struct sockaddr_un a = {AF_UNIX, "s"};
    int file = memfd_create("m", 0), pair[2], sockets[2], listener, dir;

    ftruncate(file, 8192);
    one("mapped", maps_it, file);
    pipe(pair);
    one("polled", polls_it, pair[0]);
    one("selected", selects_it, pair[0]);
    one("read", reads_it, pair[0]);
    one("written", writes_it, pair[1]);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
    one("received", receives_it, sockets[0]);
    one("socket polled", polls_it, sockets[0]);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(listener, (void *)&a, sizeof a);
    listen(listener, 1);
    one("accepted", accepts_it, listener);
    mkdir("d", 0700);
    dir = open("d", O_RDONLY | O_DIRECTORY);
    one("working directory", lives_in_it, dir);
    epoll_forgets();
    tree();
    race();
    return failed;
}
