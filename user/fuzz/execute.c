/* Running a program: turning seeds into arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define ARENA       0x20000000ul
#define ARENA_PAGES 64ul
#define SCRATCH     0x21000000ul /* arguments are built here; not in ADDRESS */
#define PAGE        4096ul
#define FDS_MAX     64

static int fds[FDS_MAX];
static int fd_count;

struct runner { /* one of the threads that run a program */
    const struct program *program;
    uint8_t *scratch;
    uint32_t used;
    int fds[FDS_MAX + 2 * CALLS_MAX];
    int fd_count;
    int pair[2 * CALLS_MAX][2];
};

static void keep(int fd)
{
    if (fd >= 0 && fd_count < FDS_MAX)
        fds[fd_count++] = fd;
}

void arena_make(void)
{
    int pair[2];

    mmap((void *)ARENA, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    mmap((void *)SCRATCH, 64 * PAGE, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    keep(open("file", O_RDWR | O_CREAT, 0666));
    keep(open(".", O_RDONLY | O_DIRECTORY));
    if (!pipe2(pair, O_NONBLOCK)) {
        keep(pair[0]);
        keep(pair[1]);
    }
    for (int type = 1; type <= 5; type += type == 2 ? 3 : 1) {
        if (!socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair)) {
            keep(pair[0]);
            keep(pair[1]);
        }
    }
    keep(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    keep(eventfd(1, EFD_NONBLOCK));
    keep(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    keep(epoll_create1(0));
    keep(memfd_create("m", MFD_ALLOW_SEALING));
    keep(open("/dev/null", O_RDWR));
    keep(open("/dev/zero", O_RDWR));
    keep(open("/proc/self/status", O_RDONLY));
    keep(open("/proc/self", O_RDONLY | O_DIRECTORY));
    keep(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK));
}

static void *take(struct runner *r, size_t n)
{
    void *p = r->scratch + r->used;

    n = (n + 15) & ~15ul;
    if (r->used + n > 16 * PAGE)
        r->used = 0, p = r->scratch;
    r->used += (uint32_t)n;
    return p;
}

static uint64_t number(uint64_t seed)
{
    static const uint64_t borders[] = {
        0,
        1,
        2,
        7,
        8,
        63,
        64,
        65,
        127,
        128,
        255,
        256,
        4095,
        4096,
        4097,
        65535,
        65536,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0x7fffffffffffffff,
        ~0ull,
        ~0ull - 4095,
    };
    uint64_t v = seed >> 8;

    switch (seed & 3) {
    case 0:
        return v % (sizeof borders / 8) < sizeof borders / 8
                   ? borders[v % (sizeof borders / 8)]
                   : 0;
    case 1:
        return v & 63;
    case 2:
        return v & 0xffff;
    default:
        return v & 7;
    }
}

static int pick_fd(struct runner *r, uint64_t seed)
{
    if ((seed & 31) == 31)
        return (int)number(seed >> 5);
    return r->fds[(seed >> 5) % (unsigned)r->fd_count];
}

static uint64_t bad_pointer(uint64_t seed)
{
    static const uint64_t bad[] = {
        0,
        1,
        ~0ull,
        0x7ffffffff000,
        0x800000000000,
        0xffffffff80000000,
        0xffff800000000000,
        ARENA + ARENA_PAGES * PAGE - 3,
        0x1fffffff,
    };

    return bad[(seed >> 16) % (sizeof bad / 8)];
}

static struct timespec a_time(uint64_t seed)
{
    struct timespec t = {0, (long)((seed >> 8) & 0xfffff)};

    if ((seed & 15) == 15)
        t.tv_nsec = (long)number(seed >> 4);
    if ((seed & 31) == 30)
        t.tv_sec = (time_t)number(seed >> 5);
    return t;
}

static void *a_sockaddr(struct runner *r, uint64_t seed)
{
    struct sockaddr_un *a = take(r, sizeof *a);

    memset(a, 0, sizeof *a);
    a->sun_family = (seed & 31) == 31 ? (sa_family_t)(seed >> 8) : AF_UNIX;
    if (seed & 32)
        strcpy(a->sun_path + 1, seed & 64 ? "abc" : "x");
    else
        strcpy(a->sun_path, seed & 64 ? "sock" : "sock2");
    return a;
}

static struct iovec *a_vector(struct runner *r, uint64_t seed)
{
    struct iovec *v = take(r, 4 * sizeof *v);

    for (int i = 0; i < 4; i++, seed = seed * 6364136223846793005ull + 1) {
        v[i].iov_base = (void *)(ARENA + (seed >> 20) % (ARENA_PAGES * PAGE));
        v[i].iov_len = (seed >> 40) & 0x1fff;
        if ((seed >> 60) == 15)
            v[i].iov_base = (void *)bad_pointer(seed);
    }
    return v;
}

static void *a_message(struct runner *r, uint64_t seed)
{
    struct msghdr *m = take(r, sizeof *m);
    struct cmsghdr *c = take(r, 64);

    memset(m, 0, sizeof *m);
    m->msg_iov = a_vector(r, seed >> 3);
    m->msg_iovlen = seed & 3;
    if (seed & 4) {
        int *data = (int *)CMSG_DATA(c);
        memset(c, 0, 64);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = 1 + (seed >> 7 & 1);
        c->cmsg_len = CMSG_LEN(4 * (1 + (seed >> 8 & 3)));
        for (int i = 0; i < 4; i++)
            data[i] = pick_fd(r, seed >> (10 + 7 * i));
        m->msg_control = c;
        m->msg_controllen = 24 + (seed >> 40 & 31);
    }
    if (seed & 64) {
        m->msg_name = a_sockaddr(r, seed >> 5);
        m->msg_namelen = 2 + (seed >> 50 & 15);
    }
    return m;
}

static const char *const names[] = {
    "file",     "a",    "b",        "dir",
    "dir/x",    "link", "fifo",     ".",
    "..",       "",     "sock",     "/",
    "dir/",     "a/b",  "dir/../a", "/proc/self/fd/3",
    "/dev/tty", "/tmp"};
static const char *const texts[] = {
    "user.a", "user.b", "tmpfs", "x", "", "a name that is longer than sixteen"};

static uint64_t resolve(struct runner *r, const struct argument *a,
                        uint64_t seed, uint32_t call)
{
    uint64_t v = seed >> 12, *words;

    /* Now and then something that does not fit at all. */
    if ((seed & 0xfff) < 48 && a->type != PID && a->type != ZERO) {
        bool pointer = a->type == IN || a->type == OUT || a->type == PATH ||
                       a->type >= TIMESPEC;
        return pointer ? bad_pointer(seed) : number(seed >> 12);
    }
    switch (a->type) {
    case FD:
        return (uint64_t)pick_fd(r, v);
    case DIRFD:
        return v & 3 ? (uint64_t)AT_FDCWD : (uint64_t)pick_fd(r, v >> 2);
    case PATH:
        return (uint64_t)names[v % (sizeof names / sizeof *names)];
    case TEXT:
        return (uint64_t)texts[v % (sizeof texts / sizeof *texts)];
    case FLAGS: {
        uint64_t flags = 0;
        for (int i = 0; i < a->values; i++)
            flags |= (v >> (2 * i) & 3) == 3 ? a->choices[i] : 0;
        return flags;
    }
    case CHOICE:
        return a->choices[v % a->values];
    case NUMBER:
        return number(v);
    case SIZE:
        return v & 1 ? number(v >> 1) & 0xfffff : v >> 1 & 0x3fff;
    case OFFSET:
        return v & 1 ? number(v >> 1) : v >> 1 & 0x1ffff;
    case IN:
        words = (uint64_t *)take(r, 64);
        for (int i = 0; i < 8; i++, v = v * 6364136223846793005ull + 1442695)
            words[i] = v & 1 ? number(v >> 1) : v >> 40;
        return (uint64_t)words;
    case OUT:
        return v & 1 ? (uint64_t)take(r, 4096)
                     : ARENA + (v >> 1) % (ARENA_PAGES * PAGE);
    case ADDRESS:
        return ARENA + (v % (ARENA_PAGES + 4)) * PAGE;
    case LENGTH:
        return (v & 7 ? v >> 3 & 7 : v >> 3 & 127) * PAGE;
    case SIGNO:
        return v & 7 ? (v >> 3) % 66 : number(v >> 3);
    case PID: /* never somebody else */
        return v & 1 ? (uint64_t)getpid() : v & 2 ? 0 : 0x7ffffff0 + (v & 7);
    case USER:
        return v & 1 ? ~0ull : v & 2 ? 0 : v & 4 ? 65534 : v >> 3 & 0xffff;
    case MODE:
        return v & 07777;
    case TIMESPEC: {
        struct timespec *t = take(r, sizeof *t);
        *t = a_time(v);
        return (uint64_t)t;
    }
    case ITIMER: {
        struct timespec *t = take(r, 2 * sizeof *t);
        t[0] = v & 1 ? a_time(v >> 1) : (struct timespec){0, 0};
        t[1] = a_time(v >> 2);
        return (uint64_t)t;
    }
    case VECTOR:
        return (uint64_t)a_vector(r, v);
    case COUNT:
        return v & 15 ? v >> 4 & 3 : number(v >> 4);
    case SOCKADDR:
        return (uint64_t)a_sockaddr(r, v);
    case SOCKLEN:
        return v & 7 ? 2 + (v >> 3 & 15) : number(v >> 3);
    case MSGHDR:
        return (uint64_t)a_message(r, v);
    case POLLFDS: {
        struct pollfd *p = take(r, 80 * sizeof *p);
        for (int i = 0; i < 80; i++)
            p[i] =
                (struct pollfd){pick_fd(r, v >> (i & 15)), (short)(v >> 8), 0};
        return (uint64_t)p;
    }
    case EPOLLEVENT: {
        struct epoll_event *e = take(r, sizeof *e);
        e->events = (uint32_t)(v & 0x201f) | (uint32_t)(v >> 16 & 15) << 28;
        e->data.u64 = v;
        return (uint64_t)e;
    }
    case SIGSET:
        words = take(r, 8);
        *words = v & 1 ? ~0ull : v << 12;
        return (uint64_t)words;
    case SIGACTION:
        words = take(r, 32);
        words[0] = v & 3 ? (v & 1) : (uint64_t)ARENA;
        words[1] = v >> 8 & 0xd4000007;
        words[2] = 0;
        words[3] = v >> 20;
        return (uint64_t)words;
    case FUTEX:
        return SCRATCH + 60 * PAGE + (v & 3) * 4;
    case CLOCK:
        return v & 7 ? (v >> 3) % 12 : number(v >> 3);
    case TIMERID:
        return v & 3;
    case FDPAIR:
        return (uint64_t)r->pair[call];
    default:
        return 0;
    }
}

static long make_call(struct runner *r, uint32_t index)
{
    const struct call *c = &r->program->calls[index];
    const struct call_type *t = &call_types[c->type];
    uint64_t v[ARGS_MAX] = {0};
    long result;

    r->pair[index][0] = r->pair[index][1] = -1;
    for (int i = 0; i < t->args; i++)
        v[i] = resolve(r, &t->arg[i], c->seed[i], index);
    result = syscall(t->number, v[0], v[1], v[2], v[3], v[4], v[5]);
    if (t->number == SYS_clone && result == 0)
        _exit(0);
    if (t->gives_fd && result >= 0 && r->fd_count < FDS_MAX + CALLS_MAX)
        r->fds[r->fd_count++] = (int)result;
    for (int i = 0; i < 2; i++) {
        if (r->pair[index][i] >= 0 && r->fd_count < FDS_MAX + CALLS_MAX)
            r->fds[r->fd_count++] = r->pair[index][i];
    }
    return result;
}

static struct runner runners[2];

static int other_thread(void *arg)
{
    struct runner *r = arg;

    for (uint32_t i = 0; i < r->program->count; i++)
        make_call(r, (i + r->program->count / 2) % r->program->count);
    return 0;
}

static void prepare(struct runner *r, const struct program *p, unsigned which)
{
    r->program = p;
    r->scratch = (uint8_t *)SCRATCH + which * 24 * PAGE;
    r->used = 0;
    memcpy(r->fds, fds, sizeof fds);
    r->fd_count = fd_count;
}

void program_execute(const struct program *p)
{
    static uint8_t stack[16384] __attribute__((aligned(16)));
    struct rlimit file = {1 << 20, 1 << 20}, space = {256 << 20, 256 << 20};

    /* Numbers that calls guess must not lead to the terminal. */
    for (int i = 0, null = open("/dev/null", O_RDWR); i < 3; i++)
        dup2(null, i);
    setrlimit(RLIMIT_FSIZE, &file);
    setrlimit(RLIMIT_AS, &space);
    prepare(&runners[0], p, 0);
    if (p->threads) {
        prepare(&runners[1], p, 1);
        clone(other_thread, stack + sizeof stack,
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                  CLONE_SYSVSEM,
              &runners[1]);
    }
    coverage_begin();
    for (uint32_t i = 0; i < p->count; i++)
        make_call(&runners[0], i);
    coverage_end();
}
