// about: mount and umount2: new tmpfs, stacking, flags, busy, refusals
// calls: mount umount2
#include "abi.h"

static const char *seen(const char *p)
{
    return access(p, F_OK) ? "hidden" : "seen";
}
int main(void)
{
    mkdir("m", 0755);
    put("m/below", "");
    put("f", "");
    T(mount("x", "m", "tmpfs", 0, NULL));
    say("below %s", seen("m/below"));
    put("m/one", "");
    T(mount("y", "m", "tmpfs", 0, NULL));
    say("one %s", seen("m/one"));
    put("m/two", "");
    T(umount("m"));
    say("one %s two %s", seen("m/one"), seen("m/two"));
    T(rmdir("m"));
    T(rename("m", "m2"));
    T(unlink("m"));
    int fd = open("m/one", O_RDWR);
    T(umount("m"));
    T(umount2("m", MNT_DETACH));
    T(write(fd, "x", 1));
    say("below %s", seen("m/below"));
    close(fd);
    T(umount("m"));
    T(umount("none"));
    T(umount("f"));
    T(umount2("m", 0x100));
    T(mount("x", "none", "tmpfs", 0, NULL));
    T(mount("x", "f", "tmpfs", 0, NULL));
    T(mount("x", "m", NULL, 0, NULL));
    T(mount("x", "m", "", 0, NULL));
    T(mount(NULL, "m", "tmpfs", 0, NULL));
    T(umount("m"));
    for (int i = 1; i < NBAD; i++) {
        T(sys(mount, "x", badptr(i), "tmpfs", 0, NULL));
        T(sys(mount, "x", "m", badptr(i), 0, NULL));
    }
    T(sys(mount, badptr(2), "m", "tmpfs", 0, NULL));
    say("-- flags");
    T(mount("x", "m", "tmpfs", MS_RDONLY, NULL));
    T(open("m/new", O_CREAT | O_WRONLY, 0644));
    T(mkdir("m/d", 0755));
    T(access("m", W_OK));
    T(chmod("m", 0700));
    T(mount("x", "m", "tmpfs", MS_REMOUNT, NULL));
    T(open("m/new", O_CREAT | O_WRONLY, 0644) >= 0 ? 0 : -1);
    T(mount("x", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL));
    int w;
    (void)w;
    T(unlink("m/new"));
    T(mount("x", "m", "tmpfs", MS_REMOUNT | MS_NOEXEC | MS_NODEV | MS_NOSUID,
            NULL));
    mknod("m/null", S_IFCHR | 0666, makedev(1, 3));
    T(open("m/null", O_RDWR));
    put("m/script", "#!/bin/sh\n");
    chmod("m/script", 0755);
    T(access("m/script", X_OK));
    RUN("exec", {
        execl("m/script", "script", NULL);
        say("%s", errname(errno));
    });
    T(umount2("m", MNT_DETACH));
    RUN("user", {
        become_user();
        T(mount("x", "m", "tmpfs", 0, NULL));
        T(umount("/proc"));
    });
}
