// about: Flags of mounts at work: noexec, nodev, nosuid, ro, noatime, for
// about: files open before and after
// calls: mount umount2 openat execve mprotect mmap
#include "abi.h"

int main(void)
{
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("m", 0755);
    MUST(mount("x", "m", "tmpfs", 0, NULL));
    put("m/f", "data");
    put("m/s", "#!/bin/sh\necho ran\n");
    chmod("m/s", 0755);
    int rw = open("m/f", O_RDWR), r = open("m/f", O_RDONLY);
    T(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    close(rw);
    T(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    T(open("m/f", O_RDWR));
    T(open("m/f", O_RDONLY | O_TRUNC));
    T(truncate("m/f", 0));
    T(unlink("m/f"));
    T(rename("m/f", "m/g"));
    T(link("m/f", "m/g"));
    T(mkdir("m/d", 0755));
    T(chmod("m/f", 0600));
    T(fchmod(r, 0600));
    T(setpriority(PRIO_PROCESS, 0, 0));
    T(open("m/new", O_CREAT | O_WRONLY, 0600));
    T(access("m/f", W_OK));
    T(mount(NULL, "m", NULL, MS_REMOUNT | MS_NOEXEC, NULL));
    RUN("script", {
        execl("m/s", "s", NULL);
        say("%s", errname(errno));
    });
    T(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, r, 0) == MAP_FAILED
          ? -1
          : 0);
    char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, r, 0);
    T(mprotect(p, 4096, PROT_READ | PROT_EXEC));
    T(access("m/s", X_OK));
    T(mount(NULL, "m", NULL, MS_REMOUNT, NULL));
    RUN("script", execl("m/s", "s", NULL));
    munmap(p, 4096);
    close(r);
    T(umount("m"));
}
