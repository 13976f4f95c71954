/*
 * greedy KIND: takes all it can get of something, for tests/boot/pressure.py.
 * Ends only by being killed, or with 0 when the kernel says that there is no
 * more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP (1 << 20)

static void take(int flags, int fd, off_t offset)
{
    char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, flags, fd, offset);

    if (p == MAP_FAILED)
        exit(0);
    for (int i = 0; i < STEP; i += 4096)
        p[i] = 1;
}

static void private_memory(void)
{
    for (;;)
        take(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void shared_memory(void)
{
    for (;;)
        take(MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void file_mapping(void)
{
    int fd = memfd_create("greedy", 0);

    for (off_t n = 0;; n += STEP) {
        if (ftruncate(fd, n + STEP))
            exit(0);
        take(MAP_SHARED, fd, n);
    }
}

/* A file that is gone with the process. */
static void tmpfs_file(void)
{
    static char data[65536];
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

    while (write(fd, data, sizeof data) > 0)
        ;
}

static void many_processes(void)
{
    signal(SIGCHLD, SIG_IGN); /* the killed ones leave no zombies */
    for (;;) {
        pid_t pid = fork();

        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (int i = 0; i < 4; i++)
                take(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            pause();
            _exit(0);
        }
        if (pid < 0)
            exit(0);
    }
}

static void fill(int fd)
{
    static char data[4096];

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, data, sizeof data) > 0)
        ;
}

/* Full pipes or sockets, as many as handles allow. */
static void buffers(int sockets)
{
    int pair[2];

    while (!(sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, pair) : pipe(pair)))
        fill(pair[1]);
    pause();
}

static void *thread(void *unused)
{
    char stack[256 << 10];

    memset(stack, 1, sizeof stack);
    __asm__ volatile("" : : "r"(stack) : "memory");
    pause();
    return unused;
}

static void many_threads(void)
{
    pthread_attr_t a;
    pthread_t t;

    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 300 << 10);
    while (!pthread_create(&t, &a, thread, NULL))
        ;
}

/* As a user of little power. */
static void become_user(void)
{
    struct rlimit processes = {64, 64};

    if (setrlimit(RLIMIT_NPROC, &processes) || setgroups(0, NULL) ||
        setgid(1000) || setuid(1000))
        exit(2);
}

static void fork_bomb(void)
{
    become_user();
    for (;;)
        fork();
}

/* Opens, maps and signals all it can. */
static void everything(void)
{
    become_user();
    signal(SIGTERM, SIG_IGN);
    for (;;) {
        while (open("/dev/zero", O_RDONLY) >= 0)
            ;
        for (int i = 0; i < 70000; i++) {
            if (mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
                break;
        }
        for (int i = 1; i < 65; i++) {
            kill(1, i);
            if (i != SIGKILL && i != SIGSTOP)
                kill(-1, i == SIGHUP ? SIGCONT : 0);
            for (int pid = 2; pid < 40; pid++)
                if (pid != getpid())
                    kill(pid, i);
        }
        fork();
    }
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    setsid();
    if (!strcmp(kind, "private"))
        private_memory();
    else if (!strcmp(kind, "shared"))
        shared_memory();
    else if (!strcmp(kind, "mapping"))
        file_mapping();
    else if (!strcmp(kind, "tmpfs"))
        tmpfs_file();
    else if (!strcmp(kind, "processes"))
        many_processes();
    else if (!strcmp(kind, "pipes"))
        buffers(0);
    else if (!strcmp(kind, "sockets"))
        buffers(1);
    else if (!strcmp(kind, "threads"))
        many_threads();
    else if (!strcmp(kind, "bomb"))
        fork_bomb();
    else if (!strcmp(kind, "everything"))
        everything();
    else
        return 64;
    return 0;
}
