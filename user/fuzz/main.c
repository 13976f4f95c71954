/*
 * fuzz [-t SECONDS] [-s SEED] [-u UID] [-j WORKERS] [-p]: see fuzz.h.
 *
 * Works in a directory of its own below the current one. Prints a line every
 * ten seconds, and at the end how many programs ran. -p prints each program
 * before it runs, to find the one that broke the kernel.
 */
#define _GNU_SOURCE
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define CORPUS_MAX    4096
#define PROGRAM_LIMIT 1 /* seconds */
#define CLEAN_EVERY   256

static struct options {
    unsigned seconds, workers;
    uint64_t seed;
    uid_t uid;
    bool print;
} options = {.seconds = 60, .workers = 2};

static struct shared {
    uint64_t runs, kept;
} * shared;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_program(const struct program *p)
{
    dprintf(2, "program%s:", p->threads ? " x2" : "");
    for (uint32_t i = 0; i < p->count; i++) {
        const struct call_type *t = &call_types[p->calls[i].type];
        dprintf(2, " %s(", t->name);
        for (int k = 0; k < t->args; k++)
            dprintf(2, "%s%llx", k ? "," : "",
                    (unsigned long long)p->calls[i].seed[k]);
        dprintf(2, ")");
    }
    dprintf(2, "\n");
}

static void run_child(const struct program *p)
{
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options.uid == 0)
        unshare(CLONE_NEWNS);
    program_execute(p);
    _exit(0);
}

/* One program, in a process of its own, for a second at the most. */
static void run_program(const struct program *p)
{
    sigset_t set;
    struct timespec limit = {PROGRAM_LIMIT, 0};
    pid_t child;

    if (options.print)
        print_program(p);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    child = fork();
    if (child < 0)
        return;
    if (!child)
        run_child(p);
    while (waitpid(child, NULL, WNOHANG) == 0) {
        if (sigtimedwait(&set, NULL, &limit) < 0 && errno == EAGAIN) {
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
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

static void become_user(void)
{
    if (!options.uid)
        return;
    if (setgroups(0, NULL) || setgid(options.uid) || setuid(options.uid))
        _exit(1);
}

/* A batch in a fresh directory and a fresh process, so that nothing piles up.
 */
static void batch(unsigned worker, struct program *corpus, uint32_t *count,
                  double end)
{
    enter_directory(worker);
    become_user();
    arena_make();
    for (int i = 0; i < CLEAN_EVERY && now() < end; i++) {
        struct program p;

        if (!*count || random_below(5) == 0) {
            program_generate(&p);
        } else {
            p = corpus[random_below(*count)];
            program_mutate(&p, &corpus[random_below(*count)]);
        }
        run_program(&p);
        __atomic_fetch_add(&shared->runs, 1, __ATOMIC_RELAXED);
        if (coverage_is_new()) {
            uint32_t at =
                *count < CORPUS_MAX ? (*count)++ : random_below(CORPUS_MAX);
            corpus[at] = p;
            __atomic_fetch_add(&shared->kept, 1, __ATOMIC_RELAXED);
        }
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

static void worker_main(unsigned worker, double end)
{
    struct program *corpus = share(CORPUS_MAX * sizeof *corpus);
    uint32_t *count = share(sizeof *count);
    uint64_t round = 0;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    while (now() < end) {
        pid_t child;

        make_directory(worker);
        child = fork();
        if (!child) {
            random_seed(options.seed + worker * 1000003u + ++round);
            coverage_open();
            batch(worker, corpus, count, end);
        }
        round++;
        if (child > 0)
            waitpid(child, NULL, 0);
    }
    make_directory(worker);
    _exit(0);
}

static void parse(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "t:s:u:j:p")) >= 0) {
        switch (option) {
        case 't':
            options.seconds = (unsigned)atoi(optarg);
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
            fprintf(stderr, "usage: fuzz [-t SECONDS] [-s SEED] [-u UID] "
                            "[-j WORKERS] [-p]\n");
            exit(64);
        }
    }
}

int main(int argc, char **argv)
{
    double start = now(), end;
    char directory[] = "/tmp/fuzzXXXXXX";

    parse(argc, argv);
    end = start + options.seconds;
    umask(0);
    if (!mkdtemp(directory) || chmod(directory, 0777) || chdir(directory)) {
        perror("fuzz: work directory");
        return 1;
    }
    coverage = share(sizeof *coverage);
    shared = share(sizeof *shared);
    printf("fuzz: %zu calls, seed %llu, %s coverage\n", call_type_count,
           (unsigned long long)options.seed,
           access("/dev/kcov", R_OK) ? "no" : "with");
    fflush(stdout);
    for (unsigned i = 0; i < options.workers; i++) {
        if (!fork())
            worker_main(i, end);
    }
    while (now() < end) {
        struct timespec pause = {10, 0};
        if (end - now() < 10)
            pause.tv_sec = (time_t)(end - now()) + 1;
        nanosleep(&pause, NULL);
        printf("fuzz: %.0f s, %llu programs, %llu kept, %u edges\n",
               now() - start, (unsigned long long)shared->runs,
               (unsigned long long)shared->kept, coverage->count);
        fflush(stdout);
    }
    while (wait(NULL) > 0)
        ;
    /* What programs left behind that rm could not remove stays. */
    if (chdir("/") || rmdir(directory))
        fprintf(stderr, "fuzz: %s: %s\n", directory, strerror(errno));
    printf("fuzz: done, %llu programs\n", (unsigned long long)shared->runs);
    return 0;
}
