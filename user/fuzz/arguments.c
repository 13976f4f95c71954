/* Turning seeds into arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

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

/* Mostly one of the preferred kinds, and of those the newest most of the time.
 */
static int pick_fd(struct runner *r, uint64_t seed, uint32_t kinds)
{
    int fit[FDS_MAX], n = 0;

    if ((seed & 31) == 31 || !r->fd_count)
        return (int)number(seed >> 5);
    if ((seed & 31) > 2 && kinds) {
        for (int i = 0; i < r->fd_count; i++) {
            if (r->kinds[i] & kinds)
                fit[n++] = r->fds[i];
        }
    }
    seed >>= 5;
    if (!n)
        return r->fds[seed % (unsigned)r->fd_count];
    return seed & 3 ? fit[n - 1] : fit[(seed >> 2) % (unsigned)n];
}

/* Rather one that an earlier call made. */
static int pick_timer(const struct runner *r, uint64_t seed)
{
    int made[CALLS_MAX], n = 0;

    for (int i = 0; i < CALLS_MAX; i++) {
        if (r->timers[i] >= 0)
            made[n++] = r->timers[i];
    }
    return n && seed & 15 ? made[(seed >> 4) % (unsigned)n]
                          : (int)(seed >> 4 & 3);
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

/* From microseconds to more than a program lasts. */
static struct timespec a_time(uint64_t seed)
{
    unsigned bits = 12 + 3 * (seed >> 40 & 7);
    uint64_t ns = (seed >> 8 | seed << 56) & ((1ul << bits) - 1);
    struct timespec t = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

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
            data[i] = pick_fd(r, seed >> (10 + 7 * i), 0);
        m->msg_control = c;
        m->msg_controllen = 24 + (seed >> 40 & 31);
    }
    if (seed & 64) {
        m->msg_name = a_sockaddr(r, seed >> 5);
        m->msg_namelen = 2 + (seed >> 50 & 15);
    }
    return m;
}

/* struct hako_message (kernel/abi/hako.h). */
static void *an_endpoint_message(struct runner *r, uint64_t seed)
{
    uint64_t *m = take(r, 32);
    int *handles = take(r, 4 * sizeof *handles);

    m[0] = ARENA + (seed >> 8) % (ARENA_PAGES * PAGE);
    m[1] = seed & 3 ? seed >> 20 & 0xff : number(seed >> 20);
    m[2] = (uint64_t)handles;
    m[3] = (seed & 4 ? seed >> 32 & 3 : 0) | 2ull << 32;
    for (int i = 0; i < 4; i++)
        handles[i] = pick_fd(r, seed >> (10 + 7 * i), 0);
    return m;
}

/* The id of what one of the few keys means now, or any number. */
static uint64_t an_id(long get, uint64_t seed)
{
    long id = (seed & 15) == 15 ? -1 : syscall(get, 1 + (seed >> 4) % 3, 0, 0);

    return id < 0 ? number(seed >> 8) : (uint64_t)id;
}

static void *semaphore_operations(struct runner *r, uint64_t seed)
{
    struct sembuf *b = take(r, 4 * sizeof *b);

    for (int i = 0; i < 4; i++, seed = seed * 6364136223846793005ull + 1) {
        b[i].sem_num = seed >> 20 & 3;
        b[i].sem_op = (short)((seed >> 24 & 7) - 3);
        b[i].sem_flg = seed >> 28 & 7 ? IPC_NOWAIT : 0;
        if (seed >> 32 & 1)
            b[i].sem_flg |= SEM_UNDO;
        if ((seed >> 56) == 255)
            b[i].sem_op = (short)(seed >> 40);
    }
    return b;
}

/* Either what is never ready, so that a wait lasts, or anything. */
static void *poll_set(struct runner *r, uint64_t seed)
{
    struct pollfd *p = take(r, 80 * sizeof *p);
    bool idle = seed & 1;

    for (int i = 0; i < 80; i++) {
        uint64_t s = seed >> (1 + (i & 15));
        p[i].fd = pick_fd(r, idle ? 3 : s,
                          idle ? 1u << (seed >> 1) % 9 & STREAMS : 0);
        p[i].events = idle ? POLLIN * (short)(seed >> 5 & 1) : (short)(s >> 8);
        p[i].revents = 0;
    }
    return p;
}

static const char *const names[] = {"file",
                                    "a",
                                    "b",
                                    "dir",
                                    "dir/x",
                                    "link",
                                    "fifo",
                                    ".",
                                    "..",
                                    "",
                                    "sock",
                                    "/",
                                    "dir/",
                                    "a/b",
                                    "dir/../a",
                                    "/proc/self/fd/3",
                                    "/dev/tty",
                                    "/tmp",
                                    "dir/y",
                                    "dir/x/z",
                                    "/proc/self/maps",
                                    "/proc/self/fd",
                                    "/proc/self/task",
                                    "/proc/thread-self/status",
                                    "/proc/self/fdinfo/3",
                                    "/proc/self/cwd/a",
                                    "/proc/self/root",
                                    "/proc/self/comm",
                                    "/proc/self/mem",
                                    "/proc/meminfo",
                                    "/proc/stat",
                                    "/proc/mounts",
                                    "/dev/pts/0",
                                    "/dev/pts",
                                    "/sys",
                                    "/dev/shm",
                                    "/proc/self/ns/mnt",
                                    "/proc/sys/kernel/random/uuid"};
static const char *const texts[] = {"user.a",
                                    "user.b",
                                    "tmpfs",
                                    "x",
                                    "",
                                    "a name that is longer than sixteen",
                                    "trusted.a",
                                    "security.capability",
                                    "system.posix_acl_access",
                                    "proc",
                                    "devpts",
                                    "sysfs"};

uint64_t argument_value(struct runner *r, const struct argument *a,
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
        return (uint64_t)pick_fd(r, v, a->kinds);
    case DIRFD:
        return v & 3 ? (uint64_t)AT_FDCWD : (uint64_t)pick_fd(r, v >> 2, DIRS);
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
        if (r->child_count && v & 1)
            return (uint64_t)r->children[(v >> 3) % (unsigned)r->child_count];
        return v & 2 ? (uint64_t)getpid() : v & 4 ? 0 : 0x7ffffff0 + (v & 7);
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
        return v & 7 ? v >> 3 & 3 : v & 8 ? v >> 4 & 63 : number(v >> 4);
    case SOCKADDR:
        return (uint64_t)a_sockaddr(r, v);
    case SOCKLEN:
        return v & 7 ? 2 + (v >> 3 & 15) : number(v >> 3);
    case SOCKLENP:
        words = take(r, 8);
        *words = v & 7 ? v >> 3 & 127 : number(v >> 3);
        return (uint64_t)words;
    case MSGHDR:
        return (uint64_t)a_message(r, v);
    case POLLFDS:
        return (uint64_t)poll_set(r, v);
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
    case KEY:
        return v & 7 ? 1 + (v >> 3) % 3 : 0;
    case SEMID:
        return an_id(SYS_semget, v);
    case MSGID:
        return an_id(SYS_msgget, v);
    case SHMID:
        return an_id(SYS_shmget, v);
    case SEMOPS:
        return (uint64_t)semaphore_operations(r, v);
    case MESSAGE:
        words = take(r, 256);
        words[0] = v & 7 ? v & 7 : number(v >> 3);
        return (uint64_t)words;
    case MQATTR:
        words = take(r, 64);
        words[0] = v & 1 ? O_NONBLOCK : 0;
        words[1] = v & 31 ? 1 + (v >> 8 & 3) : number(v >> 8);
        words[2] = v & 32 ? 1 + (v >> 16 & 63) : number(v >> 16);
        return (uint64_t)words;
    case SIGEVENT:
        words = take(r, 64);
        words[0] = v;
        words[1] = (v >> 8 & 63) | (v >> 16 & 3) << 32;
        return (uint64_t)words;
    case HMESSAGE:
        return (uint64_t)an_endpoint_message(r, v);
    case FUTEX:
        return SCRATCH + 60 * PAGE + (v & 3) * 4;
    case CLOCK:
        return v & 3   ? (uint64_t[]){0, 1, 1, 7}[v >> 2 & 3]
               : v & 4 ? (v >> 3) % 12
                       : number(v >> 3);
    case TIMERID:
        return (uint64_t)pick_timer(r, v);
    case NEWTIMER:
        return (uint64_t)&r->timers[call];
    case FDPAIR:
        return (uint64_t)r->pair[call];
    default:
        return 0;
    }
}
