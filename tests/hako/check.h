/*
 * check.h: for tests of what only Hako has, which check themselves: CHECK(e)
 * says where e does not hold; main ends with `return failed;`.
 */
#ifndef CHECK_H
#define CHECK_H

#include "../abi/abi.h"

#include "../../kernel/abi/hako.h"

static int failed;

#define CHECK(e)                                                        \
    ((e) ? 1                                                            \
         : (failed = 1,                                                 \
            fprintf(stdout, "%s:%d: not so: %s (errno %s)\n", __FILE__, \
                    __LINE__, #e, errname(errno)),                      \
            fflush(stdout), 0))

static long derive(int fd, unsigned rights)
{
    return syscall(HAKO_SYS_grant_derive, fd, rights);
}

static long revoke(int fd)
{
    return syscall(HAKO_SYS_grant_revoke, fd);
}

static void nap(long milliseconds)
{
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* The letter in /proc/PID/stat: S sleeps, R runs, Z ended; 0: there is none. */
static char state_of(int pid)
{
    char name[64], text[256] = "", *at;
    int fd;

    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    read(fd, text, sizeof text - 1);
    close(fd);
    at = strrchr(text, ')');
    return at ? at[2] : 0;
}

/* Wait until the process or thread sleeps in the kernel, for a while. */
static void until_asleep(int pid)
{
    for (int i = 0; i < 5000 && state_of(pid) != 'S'; i++)
        nap(1);
}

/* How the child ended: its exit code, 128 + the signal, or -1. */
static int ended(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
