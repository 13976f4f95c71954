// about: the Nth allocation fails for every N, in each of many calls
// timeout: 300
// Each call is repeated with the first, second, ... allocation failing until it
// succeeds without any having failed. A failure has an errno that the call
// documents and leaves nothing behind: no handle, no child, no memory.
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>

#include "check.h"

#define ROUNDS 10
/* Objects that a round may keep: caches that had not been full. */
#define SLACK 6

static int nth_fd;
static char *area; /* 16 touched pages */

static void arm(unsigned n)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%u", n);

    if (pwrite(nth_fd, text, length, 0) != length) {
        perror("fail-nth");
        exit(1);
    }
}

static unsigned left(void)
{
    char text[16] = "";

    pread(nth_fd, text, sizeof text - 1, 0);
    return strtoul(text, NULL, 10);
}

/* ------------------------------------------------------------- the calls */
/* Each makes its call, undoes what it did, and returns what the call did. */

static int closed(int fd)
{
    int e = errno;

    if (fd >= 0) {
        arm(0);
        close(fd);
    }
    errno = e;
    return fd;
}

#define GIVES_FD(name, call) \
    static int name(void)    \
    {                        \
        int fd = call;       \
        unsigned l = left(); \
        closed(fd);          \
        remaining = l;       \
        return fd;           \
    }
static unsigned remaining;

#define DOES(name, before, call, after) \
    static int name(void)               \
    {                                   \
        int e, result;                  \
        unsigned n = left();            \
        arm(0);                         \
        before;                         \
        arm(n);                         \
        result = call;                  \
        e = errno;                      \
        remaining = left();             \
        arm(0);                         \
        if (result >= 0) {              \
            after;                      \
        }                               \
        errno = e;                      \
        return result;                  \
    }

GIVES_FD(open_new, open("new", O_RDWR | O_CREAT | O_EXCL, 0600))
static int open_new_file(void)
{
    int r = open_new(), e = errno;
    unlink("new");
    errno = e;
    return r;
}
GIVES_FD(open_old, open("dir/deep/file", O_RDWR))
GIVES_FD(open_proc, open("/proc/self/maps", O_RDONLY))
GIVES_FD(open_terminal, open("/dev/ptmx", O_RDWR | O_NOCTTY))
GIVES_FD(memfd, memfd_create("m", 0))
GIVES_FD(event, eventfd(0, 0))
GIVES_FD(timer_fd, timerfd_create(CLOCK_MONOTONIC, 0))
GIVES_FD(epoll, epoll_create1(0))
GIVES_FD(watch, inotify_init1(0))
GIVES_FD(unix_socket, socket(AF_UNIX, SOCK_STREAM, 0))
GIVES_FD(high_dup, fcntl(0, F_DUPFD, 700))
GIVES_FD(pidfd, syscall(SYS_pidfd_open, getpid(), 0))
GIVES_FD(derived, derive(0, ~0u))

static int pair[2];
static void close_pair(void)
{
    close(pair[0]);
    close(pair[1]);
}
DOES(pipes, , pipe2(pair, 0), close_pair())
DOES(stream_pair, , socketpair(AF_UNIX, SOCK_STREAM, 0, pair), close_pair())
DOES(dgram_pair, , socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), close_pair())
DOES(endpoint, , syscall(HAKO_SYS_endpoint_create, pair), close_pair())
DOES(make_dir, , mkdir("d", 0700), rmdir("d"))
DOES(make_fifo, , mkfifo("f", 0600), unlink("f"))
DOES(make_link, , link("dir/deep/file", "l"), unlink("l"))
DOES(make_symlink, , symlink("some/where", "s"), unlink("s"))
DOES(rename_it, close(creat("a", 0600)), rename("a", "b"), )
DOES(remove_it, close(creat("a", 0600)), unlink("a"), )
static struct stat st;
DOES(stat_it, , stat("dir/deep/file", &st), )
DOES(set_xattr, , setxattr("dir/deep/file", "trusted.x", area, 1000, 0),
     removexattr("dir/deep/file", "trusted.x"))
DOES(current_dir, , getcwd(area, 4096) ? 0 : -1, )
DOES(list_dir, lseek(pair[0], 0, SEEK_SET),
     syscall(SYS_getdents64, pair[0], area, 4096), )

static void *where;
DOES(map_anon, ,
     (where = mmap(0, 65536, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED
         ? -1
         : 0,
     munmap(where, 65536))
DOES(map_populated, ,
     (where = mmap(0, 65536, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)) ==
             MAP_FAILED
         ? -1
         : 0,
     munmap(where, 65536))
DOES(map_shared, ,
     (where = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                   -1, 0)) == MAP_FAILED
         ? -1
         : 0,
     munmap(where, 65536))
DOES(map_file, ,
     (where = mmap(0, 4096, PROT_READ, MAP_SHARED, pair[0], 0)) == MAP_FAILED
         ? -1
         : 0,
     munmap(where, 4096))
static void map_some(void)
{
    where = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                 -1, 0);
    memset(where, 1, 65536);
}
#define UNMAP munmap(where, 65536)
/* `call` on a mapping that is there; only the call itself meets failures. */
#define ON_MAPPING(name, call) \
    static int name(void)      \
    {                          \
        int e, result;         \
        unsigned n = left();   \
                               \
        arm(0);                \
        map_some();            \
        arm(n);                \
        result = call;         \
        e = errno;             \
        remaining = left();    \
        arm(0);                \
        UNMAP;                 \
        errno = e;             \
        return result;         \
    }
ON_MAPPING(protect_part, mprotect((char *)where + 4096, 4096, PROT_READ))
ON_MAPPING(unmap_part, munmap((char *)where + 4096, 4096))
ON_MAPPING(lock_part, mlock((char *)where + 4096, 4096))
static int move_mapping(void)
{
    int e, result;
    unsigned n = left();
    void *to;

    arm(0);
    map_some();
    arm(n);
    to = mremap(where, 65536, 1 << 20, MREMAP_MAYMOVE);
    e = errno;
    result = to == MAP_FAILED ? -1 : 0;
    remaining = left();
    arm(0);
    if (result)
        UNMAP;
    else
        munmap(to, 1 << 20);
    errno = e;
    return result;
}

static struct epoll_event event_in = {.events = EPOLLIN};
DOES(epoll_add, , epoll_ctl(pair[0], EPOLL_CTL_ADD, pair[1], &event_in),
     epoll_ctl(pair[0], EPOLL_CTL_DEL, pair[1], &event_in))
static struct pollfd polled[64];
DOES(poll_many, , poll(polled, 64, 1), )
DOES(watch_add, , inotify_add_watch(pair[0], "dir", IN_ALL_EVENTS),
     (inotify_rm_watch(pair[0], result), read(pair[0], area, 4096)))
static struct itimerspec soon = {.it_value = {1000, 0}};
static timer_t timer_id;
DOES(posix_timer, , timer_create(CLOCK_MONOTONIC, NULL, &timer_id),
     timer_delete(timer_id))
static void drain(void)
{
    while (recv(pair[1], area, 65536, MSG_DONTWAIT) > 0)
        ;
}
DOES(send_stream, , send(pair[0], area, 5000, MSG_DONTWAIT), drain())
static void read_all(int written)
{
    CHECK(read(pair[0], area, 65536) == written);
}
DOES(write_pipe, , write(pair[1], area, 9000), read_all(result))
static int send_handle(void)
{
    struct iovec v = {area, 1};
    union {
        char room[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } c = {0};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = &c,
                       .msg_controllen = sizeof c};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    unsigned n = left();
    int result, e;

    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(h), pair, sizeof pair);
    arm(n);
    result = sendmsg(pair[0], &m, MSG_DONTWAIT);
    e = errno;
    remaining = left();
    arm(0);
    drain();
    errno = e;
    return result;
}
static int bind_and_connect(void)
{
    struct sockaddr_un a = {AF_UNIX, "socket"};
    int s[2], result, e;
    unsigned n = left();

    arm(0);
    s[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    s[1] = socket(AF_UNIX, SOCK_STREAM, 0);
    arm(n);
    result = bind(s[0], (void *)&a, sizeof a);
    if (!result)
        result = listen(s[0], 4);
    if (!result)
        result = connect(s[1], (void *)&a, sizeof a);
    e = errno;
    remaining = left();
    arm(0);
    close(s[0]);
    close(s[1]);
    unlink("socket");
    errno = e;
    return result;
}
static struct flock whole = {.l_type = F_WRLCK};
static struct flock freed = {.l_type = F_UNLCK};
DOES(lock_file, , fcntl(pair[0], F_SETLK, &whole),
     fcntl(pair[0], F_SETLK, &freed))
static gid_t groups[40];
DOES(set_groups, , setgroups(40, groups), setgroups(0, groups))
DOES(set_user, , setresuid(-1, -1, -1), )
DOES(mount_it, , mount("m", "dir/deep", "tmpfs", 0, NULL), umount("dir/deep"))
static int read_text(const char *name)
{
    unsigned n = left();
    int fd, result, e;

    arm(0);
    fd = open(name, O_RDONLY);
    arm(n);
    result = read(fd, area, 4096);
    e = errno;
    remaining = left();
    arm(0);
    close(fd);
    errno = e;
    return result;
}
static int read_maps(void)
{
    return read_text("/proc/self/maps");
}
static int read_status(void)
{
    return read_text("/proc/self/status");
}
static int read_mounts(void)
{
    return read_text("/proc/self/mountinfo");
}

static int fork_it(void)
{
    pid_t pid = fork();
    int e = errno;

    if (pid == 0)
        _exit(0);
    remaining = left();
    arm(0);
    if (pid > 0)
        CHECK(ended(pid) == 0);
    errno = e;
    return pid;
}

static int thread_main(void *unused)
{
    return 0;
}
static int thread_it(void)
{
    static char stack[16384] __attribute__((aligned(16)));
    static int tid;
    int result, e;

    tid = 1;
    result = clone(thread_main, stack + sizeof stack,
                   CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                       CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
                   NULL, NULL, NULL, &tid);
    e = errno;
    remaining = left();
    arm(0);
    while (result > 0 && __atomic_load_n(&tid, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, &tid, FUTEX_WAIT, 1, NULL);
    errno = e;
    return result;
}

/* In a child, since a failure past the point of no return kills. */
static int exec_it(void)
{
    unsigned n = left();
    pid_t pid;
    int how;

    arm(0);
    pid = fork();
    if (pid == 0) {
        int own = open("/proc/thread-self/fail-nth", O_RDWR);
        nth_fd = own;
        dup2(own, 0); /* the others are closed before main */
        nth_fd = 0;
        arm(n);
        execl("/proc/self/exe", "fault_injection", "again", NULL);
        how = errno;
        arm(0);
        _exit(how == ENOMEM ? 3 : how);
    }
    how = ended(pid);
    remaining = how == 0;
    if (how && how != 2 && how != 3 && how != 128 + SIGKILL &&
        how != 128 + SIGSEGV)
        say("exec ended with %d", how);
    /* 2: it ran though an allocation failed. */
    errno =
        how == 3 || how == 128 + SIGKILL || how == 128 + SIGSEGV ? ENOMEM : EIO;
    return how == 0 || how == 2 ? 0 : -1;
}

static int execed(void)
{
    nth_fd = 0;
    return left() ? 0 : 2;
}

static int unshare_mounts(void)
{
    unsigned n = left();
    pid_t pid;
    int how;

    arm(0);
    pid = fork();
    if (pid == 0) {
        nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
        arm(n);
        how = unshare(CLONE_NEWNS | CLONE_FILES | CLONE_FS) ? errno : 0;
        if (how)
            _exit(how == ENOMEM ? 3 : 4);
        _exit(left() ? 0 : 2);
    }
    how = ended(pid);
    remaining = how == 0;
    errno = how == 3 ? ENOMEM : EIO;
    return how == 0 || how == 2 ? 0 : -1;
}

/* ---------------------------------------------------------------- the walk */

static int allowed(int e, const int *also)
{
    if (e == ENOMEM)
        return 1;
    while (also && *also && *also != e)
        also++;
    return also && *also;
}

/* Returns how many allocations the call makes. */
static unsigned walk(const char *name, int (*call)(void), const int *also)
{
    unsigned n;
    int last, now;

    last = dup(0);
    close(last);
    for (n = 1; n < 2000; n++) {
        int result, e;

        remaining = 0;
        arm(n);
        errno = 0;
        result = call();
        e = errno;
        arm(0);
        now = dup(0);
        close(now);
        errno = e;
        if (now != last) {
            failed = 1;
            say("%s, allocation %u: handle %d was left open", name, n, last);
            return n;
        }
        if (remaining) {
            if (result < 0)
                say("%s: %s, though nothing failed", name, errname(e)),
                    failed = 1;
            return n - 1;
        }
        if (result < 0 && !allowed(e, also)) {
            say("%s, allocation %u: %s", name, n, errname(e));
            failed = 1;
        }
    }
    say("%s: no end", name);
    failed = 1;
    return n;
}

#define CACHES 128
struct census {
    char names[CACHES][32];
    long used[CACHES];
    int count;
};

/* How many objects each of the kernel's caches has in use. */
static void count_objects(struct census *c)
{
    char line[256];
    FILE *f;
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

    write(fd, "3", 1);
    close(fd);
    nap(10);
    f = fopen("/proc/slabinfo", "r");
    c->count = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (c->count < CACHES && line[0] != '#' &&
            sscanf(line, "%31s %ld", c->names[c->count], &c->used[c->count]) ==
                2)
            c->count++;
    }
    if (f)
        fclose(f);
}

static const char *only; /* the one that was asked for */

static void test(const char *name, int (*call)(void), const int *also)
{
    static struct census before, after;
    unsigned n;

    if (only && strcmp(only, name))
        return;
    n = walk(name, call, also);
    walk(name, call, also);
    count_objects(&before);
    for (int i = 0; i < ROUNDS; i++)
        walk(name, call, also);
    /* What is freed later may be on its way still. */
    for (int tries = 0; tries < 20; tries++) {
        bool grew = false;

        if (tries)
            nap(100);
        count_objects(&after);
        for (int i = 0; i < before.count; i++)
            grew |= after.used[i] > before.used[i] + SLACK;
        if (!grew)
            break;
        if (tries < 19)
            continue;
        for (int i = 0; i < before.count; i++) {
            if (after.used[i] > before.used[i] + SLACK)
                say("%s leaks: %s grew from %ld to %ld in %d rounds", name,
                    before.names[i], before.used[i], after.used[i], ROUNDS);
        }
        failed = 1;
    }
    say("%s: %u allocations", name, n);
}

static const int too_many[] = {EAGAIN, 0}, no_buffers[] = {ENOBUFS, 0},
                 no_room[] = {ENOSPC, 0}, no_locks[] = {ENOLCK, 0};
#define TEST(f) test(#f, f, NULL)

static void with_handles(int a, int b)
{
    pair[0] = a;
    pair[1] = b;
}

int main(int argc, char **argv)
{
    int fds[2], sockets[2];

    if (argc > 1 && !strcmp(argv[1], "again"))
        return execed();
    only = argv[1];
    nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
    if (nth_fd < 0) {
        perror("/proc/thread-self/fail-nth");
        return 1;
    }
    area = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    memset(area, 1, 65536);
    mkdir("dir", 0700);
    mkdir("dir/deep", 0700);
    close(creat("dir/deep/file", 0600));
    truncate("dir/deep/file", 4096);

    TEST(open_new_file);
    TEST(open_old);
    TEST(open_proc);
    test("open_terminal", open_terminal, no_room);
    TEST(memfd);
    TEST(event);
    TEST(timer_fd);
    TEST(epoll);
    TEST(watch);
    test("unix_socket", unix_socket, no_buffers);
    TEST(high_dup);
    TEST(pidfd);
    TEST(derived);
    TEST(pipes);
    TEST(stream_pair);
    TEST(dgram_pair);
    TEST(endpoint);
    TEST(make_dir);
    TEST(make_fifo);
    TEST(make_link);
    TEST(make_symlink);
    TEST(rename_it);
    unlink("b");
    TEST(remove_it);
    unlink("a");
    TEST(stat_it);
    TEST(set_xattr);
    TEST(current_dir);
    TEST(map_anon);
    TEST(map_populated);
    TEST(map_shared);
    TEST(protect_part);
    TEST(unmap_part);
    test("lock_part", lock_part, too_many);
    TEST(move_mapping);
    test("posix_timer", posix_timer, too_many);
    TEST(set_groups);
    TEST(set_user);
    TEST(mount_it);
    TEST(read_maps);
    TEST(read_status);
    TEST(read_mounts);
    TEST(bind_and_connect);

    with_handles(open("dir/deep", O_RDONLY | O_DIRECTORY), -1);
    TEST(list_dir);
    close(pair[0]);
    with_handles(open("dir/deep/file", O_RDWR), -1);
    TEST(map_file);
    test("lock_file", lock_file, no_locks);
    close(pair[0]);
    pipe(fds);
    for (int i = 0; i < 64; i++)
        polled[i] = (struct pollfd){fds[0], POLLIN, 0};
    TEST(poll_many);
    with_handles(epoll_create1(0), fds[0]);
    TEST(epoll_add);
    close(pair[0]);
    with_handles(fds[0], fds[1]);
    TEST(write_pipe);
    socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
    with_handles(sockets[0], sockets[1]);
    test("send_stream", send_stream, no_buffers);
    test("send_handle", send_handle, no_buffers);
    close_pair();
    close(fds[0]);
    close(fds[1]);
    with_handles(inotify_init1(0), -1);
    test("watch_add", watch_add, no_room);
    close(pair[0]);

    test("fork", fork_it, too_many);
    test("thread", thread_it, too_many);
    TEST(exec_it);
    TEST(unshare_mounts);
    return failed;
}
