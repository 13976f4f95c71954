// about: a less privileged namespace changes its root, and lets the old one go
// calls: pivot_root unshare mount umount2 chroot
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"

static void did(const char *what, long result)
{
    printf("%s: %s\n", what, result < 0 ? errname(errno) : "done");
}

static void write_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY);

    if (write(fd, text, strlen(text)) < 0)
        printf("%s failed\n", name);
    close(fd);
}

// The machine's root has no mount above it, so it cannot be exchanged: get one.
static void own_root(void)
{
    did("private", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("root", 0755);
    did("bind", mount("/", "root", NULL, MS_BIND | MS_REC, NULL));
    did("enter", chdir("root"));
    did("move", mount(".", "/", NULL, MS_MOVE, NULL));
    did("chroot", chroot("."));
}

static void less_privileged(void)
{
    did("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", "0 0 1");
    write_file("/proc/self/gid_map", "0 0 1");
    did("unmount the root", umount2("/", MNT_DETACH));
    did("unmount proc", umount2("/proc", MNT_DETACH));
    did("tmpfs", mount("none", "/tmp", "tmpfs", 0, NULL));
    did("mkdir", mkdir("/tmp/old", 0755));
    did("pivot", syscall(SYS_pivot_root, "/tmp", "/tmp/old"));
    did("chdir", chdir("/"));
    did("unmount proc in the old root", umount2("/old/proc", MNT_DETACH));
    did("unmount the old root", umount2("/old", MNT_DETACH));
    did("look into it", access("/old/proc", F_OK));
    did("unmount the new root", umount2("/", MNT_DETACH));
    did("mkdir", mkdir("/next", 0755));
    did("tmpfs", mount("none", "/next", "tmpfs", 0, NULL));
    did("chdir", chdir("/next"));
    did("pivot onto itself", syscall(SYS_pivot_root, ".", "."));
    did("unmount what is under it", umount2(".", MNT_DETACH));
    did("chdir", chdir("/"));
    did("unmount the last", umount2("/", MNT_DETACH));
}

int main(void)
{
    int status;

    setvbuf(stdout, NULL, _IONBF, 0);
    mkdir("/tmp", 01777);
    if (fork() == 0) {
        did("unshare", unshare(CLONE_NEWNS));
        own_root();
        less_privileged();
        _exit(0);
    }
    wait(&status);
    printf("ended %d\n", status);
    return 0;
}
