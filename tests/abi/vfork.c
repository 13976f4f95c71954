// about: vfork's flags: the parent waits for exec or exit, memory is shared
// calls: clone execve wait4 vfork
#include "abi.h"

static volatile int x = 1;
static char stack[65536] __attribute__((aligned(16)));

/* vfork itself is a plain fork in some C libraries. */
static pid_t vf(int (*fn)(void *))
{
    fflush(stdout);
    return clone(fn, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD,
                 NULL);
}

static int sleeper(void *a)
{
    struct timespec ts = {0, 50000000};
    sys(nanosleep, &ts, NULL);
    x = 2;
    _exit(7);
}

static int execer(void *a)
{
    x = 3;
    execl("/bin/busybox", "sh", "-c", "exit 9", NULL);
    _exit(1);
}

static int failer(void *a)
{
    execl("./none", "none", NULL);
    x = errno;
    _exit(1);
}

static int killer(void *a)
{
    close(0);
    chdir("/");
    umask(0);
    kill(getpid(), SIGKILL);
    return 0;
}

static int forker(void *a)
{
    int st = 0;
    pid_t g = raw_clone(SIGCHLD, 0, 0, 0, 0);
    if (!g) {
        x = 100;
        _exit(4);
    }
    sys(wait4, g, &st, 0, 0);
    x = WEXITSTATUS(st);
    _exit(0);
}

static int stopper(void *a)
{
    x = 5;
    kill(getpid(), SIGSTOP);
    x = 6;
    _exit(0);
}

int main(void)
{
    put("f", "");
    pid_t k = vf(sleeper);
    N(x);
    wait_show("exited", k);
    k = vf(execer);
    N(x);
    wait_show("exec", k);
    k = vf(failer);
    Y(x == ENOENT);
    wait_show("failed exec", k);
    k = vf(killer);
    T(fcntl(0, F_GETFD));
    T(access("f", F_OK));
    say("umask %03o", umask(022));
    wait_show("killed", k);
    k = vf(forker);
    N(x);
    wait_show("forker", k);
    say("-- a child that stops holds its parent until it goes on");
    pid_t helper = fork();
    if (!helper) {
        pid_t boss = getppid();
        for (int i = 0; i < 6000; i++) {
            ms(10);
            DIR *d = opendir("/proc");
            struct dirent *e;
            while ((e = readdir(d))) {
                pid_t p = atoi(e->d_name);
                if (p > 0 && p != getpid() && p != boss &&
                    getpgid(p) == getpgrp() && task_state(p, p) == 'T') {
                    kill(p, SIGCONT);
                    _exit(0);
                }
            }
            closedir(d);
        }
        _exit(1);
    }
    k = vf(stopper);
    N(x);
    wait_show("stopper", k);
    wait_show("helper", helper);
}
