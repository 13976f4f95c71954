/*
 * fuzz [-t SECONDS | -n PROGRAMS] [-s SEED] [-u UID] [-j WORKERS] [-p]
 * fuzz -r FILE [-u UID]: run programs again as -p printed them. See fuzz.h.
 *
 * Works in a directory of its own below /tmp. Prints a line every ten seconds,
 * and at the end how many programs ran and how much memory is free once caches
 * are empty. -p prints each program before it runs, to find the one that broke
 * the kernel.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define CORPUS_MAX    4096
#define CORPUS_NEW    64
#define PROGRAM_LIMIT 300000000 /* ns */
#define REST          16
#define REST_LIMIT    100
#define CLEAN_EVERY   256

static struct options {
    unsigned seconds, workers;
    uint64_t programs; /* 0: by time */
    uint64_t seed;
    uid_t uid;
    bool print;
    const char *replay;
} options = {.seconds = 60, .workers = 4};

/* Workers add and take programs without a lock: one that is torn between two
 * is a program as well. */
static struct shared {
    uint64_t runs, kept;
    struct program corpus[CORPUS_MAX];
} * shared;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In one piece, since all workers print. */
static void print_program(const struct program *p)
{
    char text[PROGRAM_TEXT_MAX];
    size_t n = program_print(p, text, sizeof text - 1);

    text[n++] = '\n';
    if (write(2, text, n) < 0)
        _exit(1);
}

/* Whether mounts may change, which must end with the program. */
static bool program_mounts(const struct program *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        long number = call_types[p->calls[i].type].number;

        if (number == SYS_mount || number == SYS_umount2)
            return true;
    }
    return false;
}

static void run_child(const struct program *p)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options.uid == 0 && program_mounts(p))
        unshare(CLONE_NEWNS);
    program_execute(p);
    _exit(0);
}

/* Whether `child` has ended; with flags 0 wait until it has. A process that
 * made this one its tracer leaves its threads to it as well, and counts as
 * ended only after them (ptrace(2)). */
static bool has_ended(pid_t child, int flags)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, __WALL | flags)) > 0) {
        if (WIFSTOPPED(status))
            kill(pid, SIGKILL); /* stopped for its tracer */
        else if (pid == child)
            return true;
    }
    return pid < 0;
}

/* One program, in a process of its own, for a second at the most. */
static void run_program(const struct program *p)
{
    sigset_t set;
    struct timespec limit = {0, PROGRAM_LIMIT};
    pid_t child;

    if (options.print)
        print_program(p);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    coverage_forget();
    memset(call_failed, 0, CALLS_MAX);
    child = fork();
    if (child < 0)
        return;
    if (!child)
        run_child(p);
    while (!has_ended(child, WNOHANG)) {
        if (sigtimedwait(&set, NULL, &limit) < 0 && errno == EAGAIN) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            has_ended(child, 0);
            break;
        }
    }
    kill(-child, SIGKILL); /* what it left in its session */
}

static void make_directory(unsigned worker)
{
    char command[96];

    snprintf(command, sizeof command,
             "chmod -R 700 w%u 2>/dev/null; rm -rf w%u", worker, worker);
    if (system(command) < 0)
        _exit(1);
    snprintf(command, sizeof command, "w%u", worker);
    mkdir(command, 0777);
}

/* With what programs left outside of their directories. */
static void remove_directory(const char *name)
{
    char command[96];

    snprintf(command, sizeof command, "chmod -R 700 %s 2>/dev/null; rm -rf %s",
             name, name);
    if (chdir("/") || system(command))
        fprintf(stderr, "fuzz: %s is left\n", name);
}

static void rmdir_worker(unsigned worker)
{
    char name[16];

    snprintf(name, sizeof name, "w%u", worker);
    rmdir(name);
}

static void enter_directory(unsigned worker)
{
    char name[16];

    snprintf(name, sizeof name, "w%u", worker);
    if (chdir(name))
        _exit(1);
    mkdir("dir", 0777);
    if (symlink("file", "link") || mkfifo("fifo", 0666))
        return;
}

static void write_limit(const char *name, const char *value)
{
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/proc/sys/%s", name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, value, strlen(value)) < 0)
        perror(path);
    close(fd);
}

/* What System V calls and mq_open() make goes with the batch, and stays small.
 */
static void enter_ipc_namespace(void)
{
    if (unshare(CLONE_NEWIPC))
        return;
    write_limit("kernel/sem", "64 512 32 16");
    write_limit("kernel/msgmni", "16");
    write_limit("kernel/shmmni", "16");
    write_limit("kernel/shmall", "512");
    write_limit("fs/mqueue/queues_max", "16");
}

static void become_user(void)
{
    if (!options.uid)
        return;
    if (setgroups(0, NULL) || setgid(options.uid) || setuid(options.uid))
        _exit(1);
}

static bool goes_on(double end)
{
    if (options.programs)
        return __atomic_load_n(&shared->runs, __ATOMIC_RELAXED) <
               options.programs;
    return now() < end;
}

/* Any kept program; half of the time one of the last, which are least tried. */
static const struct program *kept_program(void)
{
    uint64_t kept = __atomic_load_n(&shared->kept, __ATOMIC_RELAXED);
    uint32_t count = kept < CORPUS_MAX ? (uint32_t)kept : CORPUS_MAX;

    if (random_below(2) && kept > CORPUS_NEW)
        return &shared->corpus[(kept - 1 - random_below(CORPUS_NEW)) %
                               CORPUS_MAX];
    return &shared->corpus[random_below(count)];
}

static void next_program(struct program *p)
{
    if (__atomic_load_n(&shared->kept, __ATOMIC_RELAXED) && random_below(3)) {
        *p = *kept_program();
        if (p->count && p->count <= CALLS_MAX) {
            program_mutate(p, kept_program());
            return;
        }
    }
    program_generate(p);
}

/* A batch in a fresh directory and a fresh process, so that nothing piles up.
 */
static void batch(unsigned worker, double end)
{
    enter_directory(worker);
    enter_ipc_namespace();
    become_user();
    arena_make();
    for (int i = 0; i < CLEAN_EVERY && goes_on(end); i++) {
        struct program p;

        next_program(&p);
        __atomic_fetch_add(&shared->runs, 1, __ATOMIC_RELAXED);
        run_program(&p);
        if (!coverage_is_new())
            continue;
        program_shrink(&p);
        shared->corpus[__atomic_fetch_add(&shared->kept, 1, __ATOMIC_RELAXED) %
                       CORPUS_MAX] = p;
    }
    _exit(0);
}

static void *share(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                   -1, 0);

    if (p == MAP_FAILED) {
        perror("fuzz: mmap");
        exit(1);
    }
    return p;
}

/* Whether process `pid` is a child of this one. */
static bool is_mine(const char *pid)
{
    char name[64], text[256] = "", *at;
    int parent = 0, fd;
    ssize_t n;

    snprintf(name, sizeof name, "/proc/%.16s/stat", pid);
    fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    at = n > 0 ? strrchr(text, ')') : NULL;
    return at && sscanf(at + 1, " %*c %d", &parent) == 1 && parent == getpid();
}

/* Orphans come to the worker, whatever session they have moved to. */
static void kill_leftovers(void)
{
    while (waitpid(-1, NULL, __WALL | WNOHANG) >= 0) {
        struct timespec pause = {0, 10000000};
        DIR *proc = opendir("/proc");
        struct dirent *d;

        while (proc && (d = readdir(proc))) {
            if (d->d_name[0] >= '1' && d->d_name[0] <= '9' &&
                is_mine(d->d_name))
                kill(atoi(d->d_name), SIGKILL);
        }
        if (proc)
            closedir(proc);
        nanosleep(&pause, NULL);
    }
}

/* A process in a PID namespace of its own, if that is allowed: its programs
 * cannot signal or trace the fuzzer, whatever they may do otherwise. */
static pid_t fork_apart(void)
{
    long child = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

    return child < 0 ? fork() : (pid_t)child;
}

static void worker_main(unsigned worker, double end)
{
    uint64_t round = 0;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    while (goes_on(end)) {
        pid_t child;

        make_directory(worker);
        child = fork_apart();
        if (!child) {
            prctl(PR_SET_CHILD_SUBREAPER, 0);
            random_seed(options.seed + worker * 1000003u + ++round);
            coverage_open();
            batch(worker, end);
        }
        round++;
        if (child > 0)
            waitpid(child, NULL, 0);
        kill_leftovers();
    }
    make_directory(worker);
    rmdir_worker(worker);
    _exit(0);
}

/* The programs of a file, one a line, as print_program() writes them. */
static int replay(void)
{
    char line[PROGRAM_TEXT_MAX];
    FILE *f = fopen(options.replay, "r");
    struct program p;

    if (!f) {
        perror(options.replay);
        return 1;
    }
    signal(SIGCHLD, SIG_DFL);
    make_directory(0);
    enter_directory(0);
    enter_ipc_namespace();
    become_user();
    arena_make();
    while (fgets(line, sizeof line, f)) {
        if (program_parse(&p, line))
            run_program(&p);
    }
    fclose(f);
    return 0;
}

/* What is free once everything is closed, the caches are empty, and those that
 * ended last are gone: no more comes for REST looks. What the fuzzer has itself
 * goes first: it keeps more programs in one run than in the other. */
static void print_memory(void)
{
    unsigned long free = 0, most = 0;
    int rest = 0;
    struct timespec pause = {0, 300000000};
    char line[128];

    munmap(shared, sizeof *shared);
    munmap(coverage, sizeof *coverage);
    for (int tries = 0; tries < REST_LIMIT && rest < REST; tries++) {
        int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
        FILE *f;

        if (fd < 0 || write(fd, "3", 1) != 1)
            return;
        close(fd);
        nanosleep(&pause, NULL);
        f = fopen("/proc/meminfo", "r");
        while (f && fgets(line, sizeof line, f)) {
            if (sscanf(line, "MemFree: %lu", &free) == 1)
                break;
        }
        if (f)
            fclose(f);
        rest = free > most ? 0 : rest + 1;
        most = free > most ? free : most;
    }
    printf("fuzz: MemFree %lu KiB\n", most);
}

static void parse(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "t:n:s:u:j:r:p")) >= 0) {
        switch (option) {
        case 't':
            options.seconds = (unsigned)atoi(optarg);
            break;
        case 'n':
            options.programs = strtoull(optarg, NULL, 0);
            break;
        case 'r':
            options.replay = optarg;
            break;
        case 's':
            options.seed = strtoull(optarg, NULL, 0);
            break;
        case 'u':
            options.uid = (uid_t)atoi(optarg);
            break;
        case 'j':
            options.workers = (unsigned)atoi(optarg);
            break;
        case 'p':
            options.print = true;
            break;
        default:
            fprintf(stderr, "usage: fuzz [-t SECONDS | -n PROGRAMS] [-s SEED] "
                            "[-u UID] [-j WORKERS] [-p] [-r FILE]\n");
            exit(64);
        }
    }
}

/* A line every ten seconds while workers run. */
static void watch(double start, double end)
{
    double told = start;

    while (goes_on(end)) {
        struct timespec pause = {0, 200000000};

        nanosleep(&pause, NULL);
        if (now() - told < 10 && goes_on(end))
            continue;
        told = now();
        printf("fuzz: %.0f s, %llu programs, %llu kept, %u edges\n",
               now() - start, (unsigned long long)shared->runs,
               (unsigned long long)shared->kept, coverage->count);
        fflush(stdout);
    }
}

/* What an earlier run as root may have left for nobody to use. */
static void restore_modes(void)
{
    static const struct {
        const char *path;
        mode_t mode;
    } usual[] = {{"/", 0755},         {"/tmp", 01777},     {"/dev/null", 0666},
                 {"/dev/zero", 0666}, {"/dev/ptmx", 0666}, {"/dev/tty", 0666},
                 {"/dev/shm", 01777}};

    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (chown(usual[i].path, 0, 0) || chmod(usual[i].path, usual[i].mode))
            continue;
    }
}

int main(int argc, char **argv)
{
    double start = now(), end;
    char directory[] = "/tmp/fuzzXXXXXX";

    parse(argc, argv);
    end = start + options.seconds;
    umask(0);
    restore_modes();
    if (!mkdtemp(directory) || chmod(directory, 0777) || chdir(directory)) {
        perror("fuzz: work directory");
        return 1;
    }
    coverage = share(sizeof *coverage);
    shared = share(sizeof *shared);
    if (options.replay)
        return replay();
    printf("fuzz: %zu calls, seed %llu, %s coverage\n", call_type_count,
           (unsigned long long)options.seed,
           access("/dev/kcov", R_OK) ? "no" : "with");
    fflush(stdout);
    for (unsigned i = 0; i < options.workers; i++) {
        if (!fork())
            worker_main(i, end);
    }
    watch(start, end);
    while (wait(NULL) > 0)
        ;
    remove_directory(directory);
    printf("fuzz: done, %llu programs\n", (unsigned long long)shared->runs);
    fflush(stdout);
    print_memory();
    return 0;
}
