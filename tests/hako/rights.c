// about: rights that calls ask for, and what capability mode leaves
// timeout: 120
#include <linux/nsfs.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/timerfd.h>

#include "check.h"

#define FAILS(call, error) (errno = 0, CHECK((call) == -1 && errno == (error)))

static unsigned rights_of(int fd)
{
    return (unsigned)syscall(HAKO_SYS_grant_rights, fd);
}

/* All but some rights. */
static int without(int fd, unsigned rights)
{
    int weaker = (int)derive(fd, ~rights);

    CHECK(weaker >= 0);
    return weaker;
}

static void files(void)
{
    int fd = open("file", O_CREAT | O_RDWR, 0644), weak;
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    weak = without(fd, HAKO_RIGHT_FLAGS);
    FAILS(fcntl(weak, F_SETFL, O_APPEND), EBADF);
    FAILS(fcntl(weak, F_SETOWN, getpid()), EBADF);
    FAILS(ioctl(weak, 0x5421 /* FIONBIO */, &(int){1}), EBADF);
    CHECK(!fcntl(fd, F_SETFL, O_APPEND));
    close(weak);
    weak = without(fd, HAKO_RIGHT_LOCK);
    FAILS(flock(weak, LOCK_EX | LOCK_NB), EBADF);
    FAILS(fcntl(weak, F_SETLK, &range), EBADF);
    FAILS(fcntl(weak, F_OFD_SETLK, &range), EBADF);
    close(weak);
    weak = without(fd, HAKO_RIGHT_WRITE);
    FAILS(fcntl(weak, F_SETLK, &range), EBADF);
    range.l_type = F_RDLCK;
    CHECK(!fcntl(weak, F_SETLK, &range));
    close(weak);
    weak = without(fd, HAKO_RIGHT_SYNC);
    FAILS(fsync(weak), EBADF);
    FAILS(fdatasync(weak), EBADF);
    FAILS(syncfs(weak), EBADF);
    close(weak);
    close(fd);
    fd = (int)syscall(SYS_memfd_create, "sealed", 2 /* ALLOW_SEALING */);
    weak = without(fd, HAKO_RIGHT_WRITE);
    FAILS(fcntl(weak, 1033 /* F_ADD_SEALS */, 1), EPERM);
    CHECK(!fcntl(fd, 1033, 1));
    close(weak);
    close(fd);
}

/* Grants that were derived from keep memory: not without end. */
static void chains(void)
{
    int fd = open("file", O_RDWR), n = 0;

    for (; n < 1000; n++) {
        int next = (int)derive(fd, ~0u);

        if (next < 0)
            break;
        close(fd);
        fd = next;
    }
    CHECK(n == 64 && errno == EMLINK);
    close(fd);
}

static void others(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    struct itimerspec when = {{0, 0}, {1, 0}};
    struct sockaddr_un to = {AF_UNIX, "nowhere"};
    int set = epoll_create1(0), event = eventfd(1, 0), weak, pair[2];
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);

    weak = without(set, HAKO_RIGHT_WRITE);
    FAILS(epoll_ctl(weak, EPOLL_CTL_ADD, event, &e), EBADF);
    CHECK(!epoll_ctl(set, EPOLL_CTL_ADD, event, &e));
    CHECK(epoll_wait(weak, &e, 1, 0) == 1);
    close(weak);
    weak = without(set, HAKO_RIGHT_READ);
    FAILS(epoll_wait(weak, &e, 1, 0), EBADF);
    close(weak);
    weak = without(timer, HAKO_RIGHT_WRITE);
    FAILS(timerfd_settime(weak, 0, &when, NULL), EBADF);
    CHECK(!timerfd_gettime(weak, &when));
    close(weak);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    weak = without(pair[0], HAKO_RIGHT_CONNECT);
    FAILS(sendto(weak, "x", 1, 0, (void *)&to, sizeof to), EBADF);
    CHECK(send(weak, "x", 1, 0) == 1);
    close(weak);
    weak = without(pair[0], HAKO_RIGHT_WRITE);
    FAILS(shutdown(weak, SHUT_WR), EBADF);
    FAILS(shutdown(weak, SHUT_RDWR), EBADF);
    CHECK(!shutdown(weak, SHUT_RD));
    close(weak);
    close(pair[0]);
    close(pair[1]);
    close(set);
    close(event);
    close(timer);
}

static int shared_dir;

static int confined(void)
{
    struct sockaddr_un to = {AF_UNIX, "\0somewhere"};
    struct stat st;
    unsigned strong = rights_of(shared_dir);
    int weak, fd, s = socket(AF_UNIX, SOCK_DGRAM, 0);
    int ns = open("/proc/self/ns/pid", O_RDONLY);

    CHECK(syscall(HAKO_SYS_capability_enter) == 0);
    /* What is opened has no more than the directory. */
    fd = openat(shared_dir, "inside", O_RDWR);
    CHECK(fd >= 0);
    CHECK(!(rights_of(fd) & ~(strong | HAKO_RIGHT_WRITE)));
    close(fd);
    weak = (int)derive(shared_dir,
                       HAKO_RIGHT_LOOKUP | HAKO_RIGHT_READ | HAKO_RIGHT_DERIVE);
    fd = openat(weak, "inside", O_RDONLY);
    CHECK(fd >= 0 && rights_of(fd) == (HAKO_RIGHT_READ | HAKO_RIGHT_DERIVE));
    close(fd);
    fd = openat(weak, "inside", O_PATH);
    CHECK(fd >= 0 && !(rights_of(fd) & ~rights_of(weak)));
    close(fd);
    fd = openat(weak, ".", O_PATH);
    CHECK(fd >= 0 && !(rights_of(fd) & ~rights_of(weak)));
    FAILS(openat(fd, "new", O_CREAT | O_RDWR, 0600), EACCES);
    close(fd);
    FAILS(openat(weak, "inside", O_RDWR), EACCES);
    FAILS(openat(weak, ".", O_TMPFILE | O_RDWR, 0600), EACCES);
    FAILS(openat(weak, "inside", O_RDONLY | O_TRUNC), EACCES);
    FAILS(fchmodat(weak, "inside", 0777, 0), EACCES);
    FAILS(fchownat(weak, "inside", 1, 1, 0), EACCES);
    FAILS(utimensat(weak, "inside", NULL, 0), EACCES);
    FAILS(fstatat(weak, "inside", &st, 0), EACCES);
    CHECK(!fchmodat(shared_dir, "inside", 0640, 0));
    close(weak);
    /* Numbers and names of others. */
    FAILS(sendto(s, "x", 1, 0, (void *)&to, 12), EPERM);
    FAILS(setpriority(PRIO_USER, 0, 5), EPERM);
    FAILS(setpriority(PRIO_PGRP, 0, 5), EPERM);
    CHECK(!setpriority(PRIO_PROCESS, 0, 5));
    FAILS(ioctl(ns, NS_GET_USERNS), EPERM);
    FAILS(ioctl(ns, NS_GET_PARENT), EPERM);
    CHECK(ioctl(ns, NS_GET_NSTYPE) == CLONE_NEWPID);
    close(ns);
    FAILS(setpgid(0, getppid()), EPERM);
    FAILS(fcntl(s, F_SETOWN, getppid()), EPERM);
    FAILS(fcntl(s, F_SETOWN, -getpid()), EPERM);
    CHECK(!fcntl(s, F_SETOWN, getpid()));
    close(s);
    return failed;
}

/* Threads that are made while another enters the mode are in it. */
static atomic_int entered, escaped;

static void *probe(void *unused)
{
    /* The mode is entered before the maker was let go on. */
    if (atomic_load(&entered) && open("/", O_RDONLY) >= 0)
        atomic_fetch_add(&escaped, 1);
    return NULL;
}

static void *maker(void *unused)
{
    for (int i = 0; i < 50; i++) {
        pthread_t t;

        if (!pthread_create(&t, NULL, probe, NULL))
            pthread_join(t, NULL);
    }
    return NULL;
}

static int racing(void)
{
    pthread_t makers[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&makers[i], NULL, maker, NULL);
    nap(5);
    syscall(HAKO_SYS_capability_enter);
    atomic_store(&entered, 1);
    for (int i = 0; i < 3; i++)
        pthread_join(makers[i], NULL);
    return atomic_load(&escaped) != 0;
}

int main(void)
{
    pid_t pid;

    files();
    chains();
    others();
    mkdir("dir", 0755);
    close(open("dir/inside", O_CREAT | O_RDWR, 0644));
    shared_dir = open("dir", O_RDONLY | O_DIRECTORY);
    pid = fork();
    if (!pid)
        _exit(confined());
    CHECK(ended(pid) == 0);
    for (int i = 0; i < 4; i++) {
        pid = fork();
        if (!pid)
            _exit(racing());
        CHECK(ended(pid) == 0);
    }
    return failed;
}
