// about: exec of a set-user-id program ends what others could do to the old one
// timeout: 120
// calls: execve process_vm_writev prctl clone fcntl open pread64 pwrite64
#include "abi.h"
#include <sys/auxv.h>

static void copy(const char *to, int mode)
{
    static char b[65536];
    int i = open("/proc/self/exe", O_RDONLY),
        o = open(to, O_WRONLY | O_CREAT, 0755), n;
    while ((n = read(i, b, sizeof b)) > 0)
        write(o, b, n);
    fchmod(o, mode);
    close(i);
    close(o);
}

static volatile long word = 1;

/* The new program: says that it runs, waits until it may end. */
static int stay(void)
{
    char c = geteuid() ? 'u' : 'r';

    write(2, &c, 1);
    read(0, &c, 1);
    if (word != 1)
        say("its memory was written to");
    return 0;
}

static void channels(int up[2], int down[2])
{
    MUST(pipe(up));
    MUST(pipe(down));
}

static void start(const char *program, int up[2], int down[2])
{
    int out = fcntl(up[1], F_DUPFD, 20), in = fcntl(down[0], F_DUPFD, 20);
    char c;

    dup2(out, 2);
    dup2(in, 0);
    sys(close_range, 3, ~0U, 0);
    read(0, &c, 1);
    execl(program, "stay", NULL);
    say("exec: %s", errname(errno));
    _exit(1);
}

static char next(int fd)
{
    char c = '?';

    read(fd, &c, 1);
    return c;
}

static void memory_of(const char *program)
{
    int up[2], down[2], mem, maps, environ_fd, auxv;
    char path[64], buffer[256];
    struct iovec local = {"x", 1}, remote = {(void *)&word, 1};
    pid_t child;

    say("-- %s", program);
    channels(up, down);
    child = fork();
    if (!child)
        start(program, up, down);
    close(up[1]);
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    mem = open(path, O_RDWR);
    snprintf(path, sizeof path, "/proc/%d/maps", child);
    maps = open(path, O_RDONLY);
    snprintf(path, sizeof path, "/proc/%d/environ", child);
    environ_fd = open(path, O_RDONLY);
    snprintf(path, sizeof path, "/proc/%d/auxv", child);
    auxv = open(path, O_RDONLY);
    Y(mem >= 0 && maps >= 0 && environ_fd >= 0 && auxv >= 0);
    Y(pread(mem, buffer, 8, (off_t)&word) == 8);
    T(process_vm_writev(child, &local, 1, &remote, 1, 0) == 1);
    write(down[1], "g", 1);
    say("runs as %c", next(up[0]));
    T(pwrite(mem, "xxxxxxxx", 8, (off_t)&word));
    T(pread(mem, buffer, 8, (off_t)&word));
    T(pread(maps, buffer, sizeof buffer, 0));
    T(pread(environ_fd, buffer, sizeof buffer, 0));
    if (!strcmp(program, "sroot")) {
        T(process_vm_writev(child, &local, 1, &remote, 1, 0));
        snprintf(path, sizeof path, "/proc/%d/mem", child);
        Y(open(path, O_RDWR) >= 0);
        snprintf(path, sizeof path, "/proc/%d/fd/2", child);
        Y(open(path, O_RDWR) >= 0);
        snprintf(path, sizeof path, "/proc/%d/maps", child);
        Y(open(path, O_RDONLY) >= 0);
    }
    write(down[1], "x", 1);
    waitpid(child, NULL, 0);
    close(up[0]);
    close(down[0]);
    close(down[1]);
    close(mem);
    close(maps);
    close(environ_fd);
    close(auxv);
}

static int wait_end(void *fd)
{
    char c;

    read(*(int *)fd, &c, 1);
    return 0;
}

/* Set ids count for nothing while somebody else shares root and cwd. */
static void shared_fs(int flags, bool thread_only)
{
    static char stack[65536] __attribute__((aligned(16)));
    int up[2], hold[2];
    pid_t child, other;

    MUST(pipe(up));
    MUST(pipe(hold));
    child = fork();
    if (!child) {
        if (!thread_only) {
            other = clone(wait_end, stack + sizeof stack, flags | SIGCHLD,
                          &hold[0]);
            if (other < 0)
                _exit(9);
        } else {
            pthread_t t;
            pthread_create(&t, NULL, (void *(*)(void *))wait_end, &hold[0]);
        }
        execl("sroot", "ids", NULL);
        _exit(9);
    }
    waitpid(child, NULL, 0);
    write(hold[1], "x", 1);
    close(hold[0]);
    close(hold[1]);
    close(up[0]);
    close(up[1]);
}

static void *sleep_forever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

/* A POSIX lock stays with a process whose threads end by exec. */
static void locks(void)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    int up[2], down[2], fd = open("locked", O_RDWR | O_CREAT, 0666);
    pid_t child;

    channels(up, down);
    child = fork();
    if (!child) {
        pthread_t t;
        int keep = open("locked", O_RDWR);

        dup2(keep, 1);
        /* Closing any handle of the file would drop the lock. */
        close(keep);
        close(fd);
        pthread_create(&t, NULL, sleep_forever, NULL);
        MUST(fcntl(1, F_SETLK, &l));
        dup2(up[1], 2);
        dup2(down[0], 0);
        execl("plain", "stay", NULL);
        _exit(1);
    }
    next(up[0]);
    T(fcntl(fd, F_GETLK, &l));
    Y(l.l_type == F_WRLCK && l.l_pid == child);
    write(down[1], "x", 1);
    waitpid(child, NULL, 0);
    l.l_type = F_WRLCK;
    T(fcntl(fd, F_SETLK, &l));
    close(fd);
}

static void *exec_done(void *barrier)
{
    pthread_barrier_wait(barrier);
    execl("/proc/self/exe", "done", NULL);
    return NULL;
}

static void threads_exec_at_once(void)
{
    int good = 0;

    for (int round = 0; round < 10; round++) {
        int status;
        pid_t child = fork();

        if (!child) {
            pthread_barrier_t b;
            pthread_t t[4];

            alarm(200);
            pthread_barrier_init(&b, NULL, 5);
            for (int i = 0; i < 4; i++)
                pthread_create(&t[i], NULL, exec_done, &b);
            exec_done(&b);
            _exit(1);
        }
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    say("threads that exec at once: %d of 10", good);
}

static void *set_dumpable(void *value)
{
    prctl(PR_SET_DUMPABLE, (long)value, 0, 0, 0);
    return NULL;
}

int main(int argc, char **argv)
{
    if (!strcmp(argv[0], "stay"))
        return stay();
    if (!strcmp(argv[0], "done"))
        return 7;
    if (!strcmp(argv[0], "ids")) {
        say("euid %d secure %ld dumpable %d", geteuid(),
            (long)getauxval(AT_SECURE), prctl(PR_GET_DUMPABLE));
        return 0;
    }
    copy("plain", 0755);
    copy("sroot", 04755);
    copy("secret", 0711);
    chmod(".", 0777);
    RUN("memory", {
        become_user();
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        memory_of("plain");
        memory_of("sroot");
    });
    RUN("unreadable", {
        become_user();
        execl("secret", "ids", NULL);
    });
    RUN("shared", {
        become_user();
        say("-- nobody shares");
        shared_fs(0, false);
        say("-- a process shares");
        shared_fs(CLONE_FS, false);
        say("-- a thread shares");
        shared_fs(0, true);
    });
    RUN("shared root", {
        say("-- root shares");
        shared_fs(CLONE_FS, false);
    });
    RUN("dumpable is of the memory", {
        pthread_t t;
        pthread_create(&t, NULL, set_dumpable, (void *)0L);
        pthread_join(t, NULL);
        T(prctl(PR_GET_DUMPABLE));
        set_dumpable((void *)1L);
        pid_t child = vfork();
        if (!child) {
            set_dumpable((void *)0L);
            _exit(0);
        }
        T(prctl(PR_GET_DUMPABLE));
    });
    RUN("locks", { locks(); });
    threads_exec_at_once();
    return 0;
}
