// about: links and files of others in sticky directories; scoped O_CREAT
// calls: open openat2 rename
#include "abi.h"
#include <linux/openat2.h>

static int at2(int dir, const char *name, int flags, int resolve)
{
    struct open_how how = {.flags = flags, .resolve = resolve};

    if (flags & O_CREAT)
        how.mode = 0600;
    return sys(openat2, dir, name, &how, sizeof how);
}

static int sysctl(const char *name, const char *value)
{
    char path[64];
    int fd, n;

    snprintf(path, sizeof path, "/proc/sys/fs/%s", name);
    fd = open(path, O_WRONLY);
    n = write(fd, value, 1);
    close(fd);
    return n;
}

static void sticky(const char *which)
{
    say("-- %s", which);
    Y(open("s/link", O_RDONLY) >= 0);
    T(open("s/link", O_RDWR | O_CREAT, 0600) >= 0);
    T(open("s/dangling", O_RDWR | O_CREAT, 0600) >= 0);
    unlink("target2");
    T(open("s/mine", O_RDWR | O_CREAT, 0600) >= 0);
    T(open("s/theirs", O_RDWR | O_CREAT, 0600) >= 0);
    T(open("s/theirs", O_RDWR, 0600) >= 0);
    T(open("s/fifo", O_RDWR | O_CREAT, 0600) >= 0);
    T(open("g/theirs", O_RDWR | O_CREAT, 0600) >= 0);
}

/* Two hard links, renamed onto each other both ways in two directories. */
static void *rename_much(void *dir)
{
    char a[16], b[16];

    for (int i = 0; i < 300; i++) {
        snprintf(a, sizeof a, "%s/a%d", (char *)dir, i);
        snprintf(b, sizeof b, "%s/b%d", (char *)dir, i);
        rename(a, b);
    }
    return NULL;
}

static void crossed_renames(void)
{
    pthread_t t[2];

    mkdir("d1", 0755);
    mkdir("d2", 0755);
    for (int i = 0; i < 300; i++) {
        char a[16], b[16], c[16], d[16];

        snprintf(a, sizeof a, "d1/a%d", i);
        snprintf(b, sizeof b, "d1/b%d", i);
        snprintf(c, sizeof c, "d2/b%d", i);
        snprintf(d, sizeof d, "d2/a%d", i);
        close(open(a, O_CREAT | O_WRONLY, 0600));
        close(open(b, O_CREAT | O_WRONLY, 0600));
        link(a, c);
        link(b, d);
    }
    pthread_create(&t[0], NULL, rename_much, "d1");
    pthread_create(&t[1], NULL, rename_much, "d2");
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    say("renamed");
}

int main(void)
{
    int dir = open(".", O_PATH | O_DIRECTORY);

    umask(0);
    mkdir("s", 01777);
    mkdir("g", 01775);
    chown("g", 0, 1000);
    close(open("target", O_CREAT | O_RDWR, 0666));
    chmod(".", 0777);
    symlink("../target", "s/link");
    symlink("../target2", "s/dangling");
    lchown("s/link", 5, 5);
    lchown("s/dangling", 5, 5);
    close(open("s/mine", O_CREAT | O_RDWR, 0666));
    chown("s/mine", 1000, 1000);
    close(open("s/theirs", O_CREAT | O_RDWR, 0666));
    chown("s/theirs", 5, 5);
    close(open("g/theirs", O_CREAT | O_RDWR, 0666));
    chown("g/theirs", 5, 5);
    mkfifo("s/fifo", 0666);
    chown("s/fifo", 5, 5);
    T(sysctl("protected_symlinks", "1"));
    RUN("protected", {
        become_user();
        sticky("symlinks");
    });
    T(sysctl("protected_fifos", "1"));
    T(sysctl("protected_regular", "1"));
    RUN("protected", {
        become_user();
        sticky("and files");
    });
    T(sysctl("protected_fifos", "2"));
    T(sysctl("protected_regular", "2"));
    RUN("protected", {
        become_user();
        sticky("and groups");
    });
    sysctl("protected_fifos", "0");
    sysctl("protected_regular", "0");

    say("-- scoped O_CREAT");
    int fd = open("target", O_RDWR);
    char magic[32];
    snprintf(magic, sizeof magic, "/proc/self/fd/%d", fd);
    symlink(magic, "to_magic");
    Y(at2(AT_FDCWD, magic, O_RDWR | O_CREAT, 0) >= 0);
    T(at2(AT_FDCWD, magic, O_RDWR | O_CREAT, RESOLVE_NO_MAGICLINKS));
    T(at2(AT_FDCWD, magic, O_RDWR | O_CREAT, RESOLVE_NO_SYMLINKS));
    T(at2(AT_FDCWD, "to_magic", O_RDWR | O_CREAT, RESOLVE_NO_MAGICLINKS));
    T(at2(dir, "to_magic", O_RDWR | O_CREAT, RESOLVE_BENEATH));
    int self = open("/proc/self/fd", O_PATH | O_DIRECTORY);
    T(at2(self, strrchr(magic, '/') + 1, O_RDWR | O_CREAT, RESOLVE_BENEATH));
    T(at2(self, strrchr(magic, '/') + 1, O_RDWR | O_CREAT, RESOLVE_IN_ROOT));
    T(at2(dir, "s/link", O_RDWR | O_CREAT, RESOLVE_NO_SYMLINKS));
    Y(at2(dir, "s/link", O_RDWR | O_CREAT, RESOLVE_BENEATH) >= 0);

    crossed_renames();
    return 0;
}
