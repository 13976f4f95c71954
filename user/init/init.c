/* Process 1. init.h says what it does. */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define MODULES "/.hako/modules"

static volatile sig_atomic_t stop_asked; /* a signal's number */
static int control = -1;
static int kmsg = -1;

void say(const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int n = snprintf(line, sizeof line, "<3>hako: ");
    n += vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
    va_end(args);
    if (n > (int)sizeof line - 2)
        n = sizeof line - 2;
    line[n++] = '\n';
    if (kmsg < 0)
        kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (kmsg < 0 || write(kmsg, line, (size_t)n) < 0) {
        int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
        if (console >= 0) {
            if (write(console, line, (size_t)n) < 0) {
                /* Nobody is left to tell. */
            }
            close(console);
        }
    }
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* A directory on another device than its parent has something mounted. */
static bool is_mount(const char *path)
{
    char above[32];
    struct stat here, parent;
    snprintf(above, sizeof above, "%s/..", path);
    return stat(path, &here) == 0 && stat(above, &parent) == 0 &&
           here.st_dev != parent.st_dev;
}

/* The file systems that programs expect, where the kernel has not mounted them
 * itself. */
static void mount_all(void)
{
    static const struct {
        const char *type, *where, *options;
        unsigned long flags;
        mode_t mode;
    } wanted[] = {
        {"proc", "/proc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0555},
        {"sysfs", "/sys", "", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0555},
        {"devtmpfs", "/dev", "mode=0755", MS_NOSUID, 0755},
        {"devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666",
         MS_NOSUID | MS_NOEXEC, 0755},
        {"tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, 01777},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *where = wanted[i].where;
        mkdir(where, wanted[i].mode);
        if (is_mount(where))
            continue;
        if (mount(wanted[i].type, where, wanted[i].type, wanted[i].flags,
                  wanted[i].options) < 0 &&
            errno != EBUSY)
            say("cannot mount %s on %s: %s", wanted[i].type, where,
                strerror(errno));
    }
    mkdir("/tmp", 01777);
    mkdir("/run", 0755);
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"},
        {"/proc/self/fd/0", "/dev/stdin"},
        {"/proc/self/fd/1", "/dev/stdout"},
        {"/proc/self/fd/2", "/dev/stderr"},
    };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (!exists(links[i][1]) && symlink(links[i][0], links[i][1]) < 0)
            say("cannot make %s: %s", links[i][1], strerror(errno));
    chmod("/tmp", 01777);
}

static int is_module(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The launcher numbers the modules in the order in which they need another. */
static void load_modules(void)
{
    struct dirent **list;
    int n = scandir(MODULES, &list, is_module, alphasort);
    for (int i = 0; i < n; i++) {
        char path[sizeof MODULES + 300];
        snprintf(path, sizeof path, MODULES "/%s", list[i]->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 ||
            (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
            say("cannot load %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        unlink(path);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

static void set_host_name(void)
{
    char name[65] = "hako";
    FILE *f = fopen("/etc/hostname", "re");
    if (f) {
        if (fgets(name, sizeof name, f))
            name[strcspn(name, "\n")] = 0;
        fclose(f);
    }
    if (name[0] && sethostname(name, strlen(name)) < 0)
        say("cannot set the host name: %s", strerror(errno));
}

static void on_stop(int signal)
{
    stop_asked = signal;
}

static void on_child(int signal)
{
    (void)signal; /* It ends sigsuspend(), that is all. */
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static bool others_left(void)
{
    /* Process 1's children are all that matters after kill(-1): orphans are
     * its children as well. */
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return waitpid(-1, NULL, WNOHANG) == 0;
}

static void tell_stopping(enum control_stop how)
{
    struct {
        struct control_header header;
        struct control_stopping stopping;
    } frame = {{sizeof frame.stopping, CONTROL_STOPPING}, {how}};
    if (control >= 0 && write(control, &frame, sizeof frame) < 0)
        say("the control port takes no more: %s", strerror(errno));
}

static _Noreturn void shut_down(enum control_stop how)
{
    static const int commands[] = {
        [CONTROL_STOP_POWER_OFF] = RB_POWER_OFF,
        [CONTROL_STOP_RESTART] = RB_AUTOBOOT,
        [CONTROL_STOP_HALT] = RB_HALT_SYSTEM,
    };
    tell_stopping(how);
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
    for (int i = 0; i < 100 && others_left(); i++)
        pause_ms(20);
    kill(-1, SIGKILL);
    for (int i = 0; i < 50 && others_left(); i++)
        pause_ms(20);
    sync();
    reboot(commands[how]);
    say("cannot stop the machine: %s", strerror(errno));
    for (;;)
        pause();
}

/* Wait for the control port: a module's devices appear a little later. */
static int control_wait(void)
{
    for (int i = 0; i < 2000; i++) {
        int fd = port_open(CONTROL_PORT, 0);
        if (fd >= 0)
            return fd;
        pause_ms(5);
    }
    return -1;
}

/* A child with the signals as a new process expects them. */
static pid_t start_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        signal(SIGTERM, SIG_DFL);
        signal(SIGUSR1, SIG_DFL);
        signal(SIGUSR2, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        signal(SIGCHLD, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
    } else if (pid < 0) {
        say("cannot fork: %s", strerror(errno));
    }
    return pid;
}

static pid_t start_console_shell(void)
{
    static char *environment[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        "USER=root",
        "LOGNAME=root",
        "SHELL=/bin/sh",
        "TERM=linux",
        NULL,
    };
    pid_t pid = start_child();
    if (pid == 0) {
        if (tty_take(tty_console()) < 0)
            say("no terminal on the console: %s", strerror(errno));
        if (chdir("/root") < 0 && chdir("/") < 0)
            say("no directory to start in");
        shell_exec(environment);
        say("no shell to start: %s", strerror(errno));
        _exit(127);
    }
    return pid;
}

static pid_t start_session(void)
{
    if (control < 0)
        return start_console_shell();
    pid_t pid = start_child();
    if (pid == 0) {
        agent_run(control);
        _exit(0);
    }
    return pid;
}

static _Noreturn void supervise(void)
{
    sigset_t waiting;
    sigprocmask(SIG_SETMASK, NULL, &waiting);
    sigdelset(&waiting, SIGTERM);
    sigdelset(&waiting, SIGUSR1);
    sigdelset(&waiting, SIGUSR2);
    sigdelset(&waiting, SIGINT);
    sigdelset(&waiting, SIGCHLD);
    pid_t session = start_session();
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (stop_asked)
            shut_down(stop_asked == SIGUSR1   ? CONTROL_STOP_HALT
                      : stop_asked == SIGUSR2 ? CONTROL_STOP_POWER_OFF
                                              : CONTROL_STOP_RESTART);
        if (pid <= 0) {
            sigsuspend(&waiting);
            continue;
        }
        if (pid != session)
            continue;
        /* A session of the control port is the machine's purpose; the shell
         * on a console starts again, as from a getty. */
        if (control >= 0)
            shut_down(CONTROL_STOP_POWER_OFF);
        pause_ms(200);
        session = start_session();
    }
}

int main(void)
{
    if (getpid() != 1) {
        fprintf(stderr, "init: this is process 1's program\n");
        return 1;
    }
    umask(022);
    mount_all();
    /* 0, 1 and 2 are the console or, when there was none yet, nothing. */
    int console = open("/dev/console", O_RDWR | O_NOCTTY);
    while (console >= 0 && console < 2)
        console = dup(console);
    if (console > 2)
        close(console);
    reboot(RB_DISABLE_CAD);
    load_modules();
    set_host_name();

    static const int handled[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGINT, SIGCHLD};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        sigaddset(&blocked, handled[i]);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        struct sigaction action = {
            .sa_handler = handled[i] == SIGCHLD ? on_child : on_stop};
        sigaction(handled[i], &action, NULL);
    }

    control = port_open(CONTROL_PORT, 0);
    if (control < 0 && cmdline_has(CONTROL_CMDLINE)) {
        control = control_wait();
        if (control < 0)
            say("no control port appeared");
    }
    supervise();
}
