/* Where a session's terminal, shell and ports are found. */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern char **environ;

/* The first line of a small file, without its end. False if unreadable. */
static bool read_line(const char *path, char *line, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, line, size - 1);
    close(fd);
    if (n < 0)
        return false;
    line[n] = 0;
    line[strcspn(line, "\n")] = 0;
    return true;
}

bool cmdline_has(const char *word)
{
    char line[4096], *rest = line, *token;
    if (!read_line("/proc/cmdline", line, sizeof line))
        return false;
    while ((token = strsep(&rest, " ")))
        if (!strcmp(token, word))
            return true;
    return false;
}

int port_open(const char *name, int flags)
{
    char path[300], found[64];
    flags |= O_RDWR | O_CLOEXEC | O_NOCTTY;
    snprintf(path, sizeof path, "/dev/virtio-ports/%s", name);
    int fd = open(path, flags);
    if (fd >= 0)
        return fd;
    DIR *dir = opendir("/sys/class/virtio-ports");
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name",
                 entry->d_name);
        if (entry->d_name[0] == '.' || !read_line(path, found, sizeof found) ||
            strcmp(found, name) != 0)
            continue;
        snprintf(path, sizeof path, "/dev/%s", entry->d_name);
        fd = open(path, flags);
        break;
    }
    if (dir)
        closedir(dir);
    return fd;
}

const char *tty_console(void)
{
    static char path[64] = "/dev/";
    char active[128];
    /* The last one listed is the one that /dev/console stands for. */
    if (read_line("/sys/class/tty/console/active", active, sizeof active)) {
        char *last = strrchr(active, ' ');
        last = last ? last + 1 : active;
        if (*last && strlen(last) < sizeof path - 5) {
            strcpy(path + 5, last);
            if (access(path, R_OK | W_OK) == 0)
                return path;
        }
    }
    return "/dev/console";
}

int tty_take(const char *tty)
{
    setsid();
    int fd = open(tty, O_RDWR | O_NOCTTY);
    if (fd < 0)
        return -1;
    int result = ioctl(fd, TIOCSCTTY, 1);
    int saved = errno;
    for (int i = 0; i < 3; i++)
        if (fd != i)
            dup2(fd, i);
    if (fd > 2)
        close(fd);
    errno = saved;
    return result;
}

void shell_exec(char **environment)
{
    const char *shell = "/bin/sh";
    char name[64], variable[80];
    struct passwd *root = getpwuid(0);
    if (root && root->pw_shell[0] && access(root->pw_shell, X_OK) == 0)
        shell = root->pw_shell;
    const char *base = strrchr(shell, '/') + 1;
    snprintf(name, sizeof name, "-%s", base);
    snprintf(variable, sizeof variable, "SHELL=%s", shell);
    for (char **e = environment; *e; e++)
        if (!strncmp(*e, "SHELL=", 6))
            *e = variable;
    char *argv[] = {name, NULL};
    execve(shell, argv, environment);
}
