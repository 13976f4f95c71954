// about: proc and sysfs in a user namespace: only where nothing of an older
// about: mount is hidden, and no freer than that
// calls: mount unshare
#include "abi.h"

static void set_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    write(fd, text, strlen(text));
    close(fd);
}

static void become_less(int flags)
{
    MUST(unshare(CLONE_NEWUSER | CLONE_NEWNS | flags));
    set_text("/proc/self/setgroups", "deny");
    set_text("/proc/self/uid_map", "0 0 1");
    set_text("/proc/self/gid_map", "0 0 1");
}

static void try(const char *type)
{
    unsigned long ro = MS_REMOUNT | MS_BIND | MS_RDONLY;
    char path[64];

    T(mount("x", "m", type, 0, NULL));
    T(mount("x", "m", type, MS_NOATIME, NULL));
    T(mount("x", "m", type, MS_RDONLY, NULL));
    T(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND, NULL));
    T(mount(NULL, "m", NULL, ro, NULL));
    T(mount(NULL, "m", NULL, ro | MS_NOATIME, NULL));
    snprintf(path, sizeof path, "m/%s", strcmp(type, "proc") ? "fs" : "self");
    T(access(path, F_OK));
    T(umount2("m", 0));
    T(umount2("m", 0));
    T(umount2("m", 0));
}

static void inside(const char *type)
{
    RUN("as root", {
        become_less(CLONE_NEWPID | CLONE_NEWNET);
        RUN("in a process namespace of its own", { try(type); });
    });
}

int main(void)
{
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("m", 0777);
    mkdir("p", 0777);
    say("-- nothing is hidden");
    inside("proc");
    inside("sysfs");
    say("-- namespaces of others");
    RUN("as root", {
        become_less(0);
        T(mount("x", "m", "proc", 0, NULL));
        T(mount("x", "m", "sysfs", 0, NULL));
        T(mount("x", "m", "tmpfs", 0, NULL));
    });
    say("-- something is mounted on a part");
    RUN("proc", {
        MUST(unshare(CLONE_NEWNS));
        MUST(mount("x", "/proc/sys", "tmpfs", 0, NULL));
        inside("proc");
        say("another one is whole");
        MUST(mount("x", "p", "proc", 0, NULL));
        inside("proc");
        say("but covered");
        MUST(mount("x", "p", "tmpfs", 0, NULL));
        inside("proc");
        say("the root namespace may");
        T(mount("x", "m", "proc", 0, NULL));
    });
    RUN("sysfs", {
        MUST(unshare(CLONE_NEWNS));
        MUST(mount("x", "/sys/kernel", "tmpfs", 0, NULL));
        inside("sysfs");
    });
    RUN("sysfs, on a place for mounts", {
        MUST(unshare(CLONE_NEWNS));
        MUST(mount("x", "/sys/fs/cgroup", "tmpfs", 0, NULL));
        inside("sysfs");
    });
    RUN("in the user namespace itself", {
        become_less(CLONE_NEWPID | CLONE_NEWNET);
        RUN("child", {
            MUST(mount("x", "/proc/sys", "tmpfs", 0, NULL));
            T(mount("x", "m", "proc", 0, NULL));
        });
    });
    say("-- read-only");
    RUN("the mount", {
        MUST(unshare(CLONE_NEWNS));
        MUST(mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
        inside("sysfs");
    });
    say("-- a part only");
    RUN("a directory of it", {
        MUST(unshare(CLONE_NEWNS));
        MUST(mount("/sys/fs", "p", NULL, MS_BIND, NULL));
        umount2("/sys/fs/cgroup", MNT_DETACH);
        MUST(umount2("/sys", MNT_DETACH));
        inside("sysfs");
    });
}
