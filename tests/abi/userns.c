// about: A user namespace: ids mapped, capabilities inside only
// calls: unshare openat write setresuid capget
#include "abi.h"

static void w(const char *f, const char *t)
{
    int fd = open(f, O_WRONLY);
    errno = 0;
    int r = write(fd, t, strlen(t));
    say("%s: %d %s", f, r, errname(errno));
    close(fd);
}
int main(void)
{
    RUN("root", {
        T(unshare(CLONE_NEWUSER));
        say("%d %d", (int)sys(getuid), (int)sys(getgid));
        w("/proc/self/uid_map", "0 0 1\n");
        w("/proc/self/setgroups", "deny");
        w("/proc/self/gid_map", "0 0 1\n");
        say("%d %d", (int)sys(getuid), (int)sys(getgid));
        w("/proc/self/uid_map", "0 0 1\n");
        T(sys(sethostname, "x", 1));
        T(sys(setresuid, 5, 5, 5));
    });
    RUN("pid namespace", {
        T(unshare(CLONE_NEWPID));
        RUN("child", {
            N(getpid());
            N(getppid());
        });
    });
}
