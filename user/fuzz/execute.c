/* Running a program: the handles it starts with, its calls, its threads. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "fuzz.h"

#define STACK 16384

bool *call_failed;
static struct runner first; /* what every runner starts with */
static struct runner runners[RUNNERS];

static void keep(struct runner *r, int fd, uint32_t kind)
{
    if (fd < 0 || r->fd_count == FDS_MAX)
        return;
    r->fds[r->fd_count] = fd;
    r->kinds[r->fd_count++] = kind;
}

static void keep_pair(const int *pair, uint32_t kind)
{
    keep(&first, pair[0], kind);
    keep(&first, pair[1], kind);
}

static void nothing(int signo)
{
    (void)signo;
}

/* Programs go on after signals, except of those that report an error. */
static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = nothing, .sa_flags = SA_RESTART};

    for (int s = 1; s <= SIGRTMAX; s++) {
        if (s != SIGSEGV && s != SIGBUS && s != SIGILL && s != SIGFPE &&
            s != SIGTRAP && s != SIGSYS && s != SIGCHLD)
            sigaction(s, &a, NULL);
    }
}

void arena_make(void)
{
    static const int socket_types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    struct rlimit file = {1 << 20, 1 << 20}, space = {256 << 20, 256 << 20};
    int pair[2];
    sigset_t some;

    setrlimit(RLIMIT_FSIZE, &file);
    setrlimit(RLIMIT_AS, &space);
    catch_signals();

    mmap((void *)ARENA, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    mmap((void *)SCRATCH, 64 * PAGE, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    call_failed = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    keep(&first, open("file", O_RDWR | O_CREAT, 0666), FILES);
    keep(&first, open(".", O_RDONLY | O_DIRECTORY), DIRS);
    if (!pipe2(pair, O_NONBLOCK))
        keep_pair(pair, PIPES);
    for (int i = 0; i < 3; i++) {
        if (!socketpair(AF_UNIX, socket_types[i] | SOCK_NONBLOCK, 0, pair))
            keep_pair(pair, SOCKETS);
    }
    for (int i = 0; i < 3; i++)
        keep(&first, socket(AF_UNIX, socket_types[i] | SOCK_NONBLOCK, 0),
             SOCKETS);
    keep(&first, eventfd(1, EFD_NONBLOCK), EVENTS);
    keep(&first, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), TIMERFDS);
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    keep(&first, signalfd(-1, &some, SFD_NONBLOCK), SIGNALFDS);
    keep(&first, epoll_create1(0), EPOLLS);
    keep(&first, inotify_init1(IN_NONBLOCK), WATCHES);
    keep(&first, memfd_create("m", MFD_ALLOW_SEALING), FILES);
    keep(&first, open("/dev/null", O_RDWR), DEVICES);
    keep(&first, open("/dev/zero", O_RDWR), DEVICES);
    keep(&first, open("/proc/self/status", O_RDONLY), DEVICES);
    keep(&first, open("/proc/self", O_RDONLY | O_DIRECTORY), DIRS);
    keep(&first, open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), TTYS);
}

/* What a handle leads to, if it is known. */
static uint32_t kind_of(const struct runner *r, uint64_t fd)
{
    for (int i = r->fd_count; i--;) {
        if ((uint64_t)r->fds[i] == fd)
            return r->kinds[i];
    }
    return 0;
}

/* Some of what fcntl() returns is none. */
static bool gives_handle(long number, const uint64_t *v)
{
    return number != SYS_fcntl || v[1] == F_DUPFD || v[1] == F_DUPFD_CLOEXEC;
}

static void make_call(struct runner *r, uint32_t index)
{
    const struct call *c = &r->program->calls[index];
    const struct call_type *t = &call_types[c->type];
    uint64_t v[ARGS_MAX] = {0};
    long result;

    r->pair[index][0] = r->pair[index][1] = -1;
    r->timers[index] = -1;
    if (r->forked && t->number == SYS_clone)
        return;
    for (int i = 0; i < t->args; i++)
        v[i] = argument_value(r, &t->arg[i], c->seed[i], index);
    result = syscall(t->number, v[0], v[1], v[2], v[3], v[4], v[5]);
    if (r == &runners[0] && !r->forked)
        call_failed[index] = result < 0;
    if (t->number == SYS_clone) {
        if (result == 0)
            r->forked = true;
        else if (result > 0 && r->child_count < CHILDREN_MAX)
            r->children[r->child_count++] = (int)result;
        return;
    }
    if (t->gives && result >= 0 && gives_handle(t->number, v))
        keep(r, (int)result, t->gives == ANY ? kind_of(r, v[0]) : t->gives);
    keep(r, r->pair[index][0], t->gives);
    keep(r, r->pair[index][1], t->gives);
}

static void run(struct runner *r, uint32_t start)
{
    uint32_t count = r->program->count;

    for (uint32_t i = 0; i < count; i++)
        make_call(r, (i + start) % count);
    if (r->forked)
        _exit(0);
}

static int other_thread(void *arg)
{
    struct runner *r = arg;

    coverage_begin(1);
    run(r, r->program->count / 2);
    coverage_end(1);
    return 0;
}

static struct runner *prepare(const struct program *p, unsigned which)
{
    struct runner *r = &runners[which];

    *r = first;
    r->program = p;
    memset(r->timers, -1, sizeof r->timers);
    r->scratch = (uint8_t *)SCRATCH + which * 24 * PAGE;
    return r;
}

/* Numbers that calls guess must lead nowhere else, and not to anything that is
 * used outside of this process: it may be revoked. */
static void leave_standard_handles(void)
{
    syscall(SYS_close_range, 0, 2, 0);
    for (int i = 0; i < 3; i++)
        open("/dev/null", O_RDWR);
}

void program_execute(const struct program *p)
{
    static uint8_t stack[STACK] __attribute__((aligned(16)));
    struct runner *main = prepare(p, 0);

    leave_standard_handles();
    if (p->threads)
        clone(other_thread, stack + sizeof stack,
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                  CLONE_SYSVSEM,
              prepare(p, 1));
    coverage_begin(0);
    run(main, 0);
    coverage_end(0);
}
