// about: mounts that a user namespace got from a more privileged one
// calls: mount umount2 unshare
#include "abi.h"
#include <sys/statvfs.h>

static void set_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    write(fd, text, strlen(text));
    close(fd);
}

static void inside(void)
{
    unsigned long ro = MS_REMOUNT | MS_BIND | MS_RDONLY;

    T(umount2("a/d", 0));
    T(umount2("a/d", MNT_DETACH));
    T(umount2("r", 0));
    say("-- remount");
    T(mount(NULL, "r", NULL, MS_REMOUNT | MS_BIND, NULL));
    T(mount(NULL, "r", NULL, ro, NULL));
    T(mount(NULL, "r", NULL, ro | MS_NOSUID | MS_NOEXEC, NULL));
    T(mount(NULL, "r", NULL, ro | MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL));
    T(mount(NULL, "r", NULL, ro | MS_NOSUID | MS_NODEV | MS_NOATIME, NULL));
    T(mount(NULL, "r", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL));
    T(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    say("-- bind");
    T(mount("a", "t", NULL, MS_BIND, NULL));
    T(mount("a/e", "t", NULL, MS_BIND, NULL));
    T(umount2("t", 0));
    T(mount("a", "t", NULL, MS_BIND | MS_REC, NULL));
    T(access("t/d/hidden", F_OK));
    T(mount(NULL, "t", NULL, MS_MOVE, NULL));
    T(mount("a/d", "u", NULL, MS_MOVE, NULL));
    say("-- new ones");
    T(mount("x", "s/x", "tmpfs", 0, NULL));
    T(mount("x", "u", "devtmpfs", 0, NULL));
    T(mount("x", "u", "tmpfs", 0, NULL));
    T(mount(NULL, "u", NULL, MS_REMOUNT, "size=1m"));
    T(mount(NULL, "u", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    T(mount(NULL, "u", NULL, MS_REMOUNT | MS_BIND, NULL));
    T(umount2("u", 0));
}

int main(void)
{
    struct stat a, b;

    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    for (const char *n = "arstu"; *n; n++)
        mkdir((char[]){*n, 0}, 0777);
    MUST(mount("x", "a", "tmpfs", 0, NULL));
    mkdir("a/d", 0777);
    mkdir("a/e", 0777);
    close(open("a/d/hidden", O_CREAT | O_WRONLY, 0666));
    MUST(mount("x", "a/d", "tmpfs", 0, NULL));
    MUST(mount("x", "r", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
    MUST(mount(NULL, "r", NULL,
               MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL));
    MUST(mount("x", "s", "tmpfs", 0, NULL));
    MUST(mount(NULL, "s", NULL, MS_SHARED, NULL));
    mkdir("s/x", 0777);
    chmod(".", 0755);
    RUN("less privileged", {
        become_user();
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        MUST(unshare(CLONE_NEWUSER | CLONE_NEWNS));
        set_text("/proc/self/setgroups", "deny");
        set_text("/proc/self/uid_map", "0 1000 1");
        set_text("/proc/self/gid_map", "0 1000 1");
        inside();
    });
    stat("s", &a);
    stat("s/x", &b);
    Y(a.st_dev == b.st_dev);
    RUN("as privileged", {
        MUST(unshare(CLONE_NEWNS));
        T(mount("x", "s/x", "tmpfs", 0, NULL));
        T(umount2("a/d", 0));
        T(mount(NULL, "r", NULL, MS_REMOUNT | MS_BIND, NULL));
    });
    stat("s/x", &b);
    Y(a.st_dev != b.st_dev);
    T(umount2("s/x", 0));
    say("-- mount-max");
    set_text("/proc/sys/fs/mount-max", "1");
    T(mount("x", "u", "tmpfs", 0, NULL));
    T(mount("a", "u", NULL, MS_BIND | MS_REC, NULL));
    T(mount(NULL, "s", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    set_text("/proc/sys/fs/mount-max", "100000");
    T(mount("x", "u", "tmpfs", 0, NULL));
    return 0;
}
