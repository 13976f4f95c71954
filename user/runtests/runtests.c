/*
 * runtests: runs many small tests in one machine. Part of ./test, not of the
 * base image.
 *
 * Standard input has a line for each test:
 *
 *   NAME TIMEOUT USER PROGRAM [ARG...]     timeout in seconds; root or user
 *
 * and for each, standard output gets
 *
 *   @start NAME
 *   @end NAME exit|signal|timeout NUMBER BYTES
 *   ...that many bytes: what the test printed
 *
 * tests/README.md says what a test may count on.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX (256 << 10)
#define WORDS      32
#define USER_ID    1000
#define REST_LIMIT 60 /* seconds in which whatever is killed has ended */

struct test {
    char *name, *user;
    double timeout;
    char *argv[WORDS];
};

static const char directory[] = "/tmp/test";
static const char output[] = "/tmp/test.out";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void nap(void)
{
    struct timespec t = {0, 2000000};
    nanosleep(&t, NULL);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *at)
{
    (void)st;
    (void)at;
    if (type == FTW_DNR && chmod(path, 0700) < 0)
        return 0;
    return remove(path) < 0 ? 0 : 0;
}

static void remove_tree(const char *path)
{
    /* Twice: a directory that could not be read the first time. */
    for (int i = 0; i < 2 && access(path, F_OK) == 0; i++)
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static _Noreturn void become(const struct test *test)
{
    static char *environment[] = {"PATH=/bin:/sbin:/usr/bin:/usr/sbin",
                                  "HOME=/root", "LANG=C", "TERM=dumb", NULL};
    int null = open("/dev/null", O_RDONLY);
    int out = open(output, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (null != 0)
        dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    setsid();
    bool user = !strcmp(test->user, "user");
    if (chdir(directory) < 0 ||
        (user && (setgroups(0, NULL) < 0 || setgid(USER_ID) < 0 ||
                  setuid(USER_ID) < 0))) {
        printf("runtests: cannot prepare %s: %s\n", test->name,
               strerror(errno));
        exit(125);
    }
    execve(test->argv[0], test->argv, environment);
    printf("runtests: %s: %s\n", test->argv[0], strerror(errno));
    exit(125);
}

/* Kill whatever the test has left: its group, and what became our child. */
static void kill_rest(pid_t pid)
{
    kill(-pid, SIGKILL);
    double end = now() + REST_LIMIT;
    while (now() < end) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (waitpid(-1, NULL, WNOHANG) < 0)
            return; /* no children are left */
        DIR *proc = opendir("/proc");
        struct dirent *entry;
        while (proc && (entry = readdir(proc))) {
            char path[300], text[256] = "";
            int parent;
            if (!isdigit((unsigned char)entry->d_name[0]))
                continue;
            snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
            FILE *f = fopen(path, "re");
            if (!f)
                continue;
            if (!fgets(text, sizeof text, f))
                text[0] = 0;
            fclose(f);
            char *paren = strrchr(text, ')');
            if (paren && sscanf(paren + 1, " %*c %d", &parent) == 1 &&
                parent == getpid())
                kill(atoi(entry->d_name), SIGKILL);
        }
        if (proc)
            closedir(proc);
        nap();
    }
}

static void report(const struct test *test, const char *how, int number)
{
    static char bytes[OUTPUT_MAX + 1];
    size_t size = 0;
    int fd = open(output, O_RDONLY);
    ssize_t n;
    while (fd >= 0 && size < sizeof bytes &&
           (n = read(fd, bytes + size, sizeof bytes - size)) > 0)
        size += (size_t)n;
    if (fd >= 0)
        close(fd);
    printf("@end %s %s %d %zu\n", test->name, how, number, size);
    fwrite(bytes, 1, size, stdout);
    fflush(stdout);
}

static void run(const struct test *test)
{
    bool user = !strcmp(test->user, "user");
    printf("@start %s\n", test->name);
    fflush(stdout);
    remove_tree(directory);
    unlink(output);
    if (mkdir(directory, 0755) < 0 ||
        (user && chown(directory, USER_ID, USER_ID) < 0))
        fprintf(stderr, "runtests: %s: %s\n", directory, strerror(errno));
    double end = now() + test->timeout;
    pid_t pid = fork();
    if (pid == 0)
        become(test);
    int status = 0;
    bool timeout = false;
    for (;;) {
        pid_t done = waitpid(-1, &status, WNOHANG);
        if (done == pid || (done < 0 && errno == ECHILD))
            break;
        if (now() > end) {
            timeout = true;
            break;
        }
        if (done == 0)
            nap();
    }
    kill_rest(pid);
    if (timeout)
        report(test, "timeout", 0);
    else if (WIFSIGNALED(status))
        report(test, "signal", WTERMSIG(status));
    else
        report(test, "exit", WEXITSTATUS(status));
    remove_tree(directory);
}

int main(void)
{
    char line[1024];
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    while (fgets(line, sizeof line, stdin)) {
        char *words[WORDS + 3], *word;
        unsigned count = 0;
        line[strcspn(line, "\n")] = 0;
        for (word = strtok(line, " "); word && count < WORDS + 2;
             word = strtok(NULL, " "))
            words[count++] = word;
        if (count < 4)
            continue;
        words[count] = NULL;
        struct test test = {
            .name = words[0], .timeout = atof(words[1]), .user = words[2]};
        memcpy(test.argv, words + 3, (count - 2) * sizeof *words);
        run(&test);
    }
    return 0;
}
