// about: newfstatat, fstat, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW: what each kind
// about: of file shows
// calls: newfstatat fstat
#include "abi.h"
static void show(const char *name, int r, struct stat *st)
{
    if (r) {
        say("%s: %s", name, errname(errno));
        return;
    }
    say("%s: %s %o nlink %d %d:%d size %d blksize %d blocks %d", name,
        ftype(st->st_mode), st->st_mode & 07777,
        S_ISDIR(st->st_mode) ? -1 : (int)st->st_nlink, st->st_uid, st->st_gid,
        S_ISDIR(st->st_mode) ? -1 : (int)st->st_size, (int)st->st_blksize,
        (int)st->st_blocks);
}
int main(void)
{
    struct stat st, s2;
    put("f", "12345");
    mkdir("d", 0750);
    symlink("f", "l");
    symlink("nowhere", "dangle");
    mkfifo("p", 0600);
    mknod("c", S_IFCHR | 0640, makedev(1, 3));
    mknod("b", S_IFBLK | 0640, makedev(250, 77777));
    int fd = open("f", O_RDONLY);
    show("f", sys(newfstatat, AT_FDCWD, "f", &st, 0), &st);
    show("l", sys(newfstatat, AT_FDCWD, "l", &s2, 0), &s2);
    Y(st.st_ino == s2.st_ino && st.st_dev == s2.st_dev);
    show("l nofollow", sys(newfstatat, AT_FDCWD, "l", &st, AT_SYMLINK_NOFOLLOW),
         &st);
    show("dangle", sys(newfstatat, AT_FDCWD, "dangle", &st, 0), &st);
    show("dangle nofollow",
         sys(newfstatat, AT_FDCWD, "dangle", &st, AT_SYMLINK_NOFOLLOW), &st);
    show("d", sys(newfstatat, AT_FDCWD, "d", &st, 0), &st);
    show("p", sys(newfstatat, AT_FDCWD, "p", &st, 0), &st);
    show("c", sys(newfstatat, AT_FDCWD, "c", &st, 0), &st);
    say("rdev %d:%d", major(st.st_rdev), minor(st.st_rdev));
    show("b", sys(newfstatat, AT_FDCWD, "b", &st, 0), &st);
    say("rdev %d:%d", major(st.st_rdev), minor(st.st_rdev));
    show("fstat", sys(fstat, fd, &st), &st);
    show("empty path", sys(newfstatat, fd, "", &st, AT_EMPTY_PATH), &st);
    show("empty path, cwd", sys(newfstatat, AT_FDCWD, "", &st, AT_EMPTY_PATH),
         &st);
    show("empty path, no flag", sys(newfstatat, fd, "", &st, 0), &st);
    show("null path", sys(newfstatat, fd, NULL, &st, AT_EMPTY_PATH), &st);
    show("bad dirfd", sys(newfstatat, 99, "f", &st, 0), &st);
    show("file as dirfd", sys(newfstatat, fd, "f", &st, 0), &st);
    show("bad flags", sys(newfstatat, AT_FDCWD, "f", &st, 0x10), &st);
    show("no automount", sys(newfstatat, AT_FDCWD, "f", &st, 0x800), &st);
    int p[2];
    pipe(p);
    show("pipe", fstat(p[0], &st), &st);
    show("socket", fstat(socket(AF_UNIX, SOCK_STREAM, 0), &st), &st);
    show("path handle", fstat(open("l", O_PATH | O_NOFOLLOW), &st), &st);
    T(link("f", "f2"));
    show("f after link", stat("f", &st), &st);
    T(unlink("f"));
    T(unlink("f2"));
    show("unlinked", fstat(fd, &st), &st);
    BAD(q, sys(fstat, fd, q));
    T(sys(fstat, 99, &st));
    T(sys(fstat, -1, &st));
    memset(&st, 0xaa, sizeof st);
    struct stat *e = edge(sizeof st);
    T(sys(fstat, fd, e));
    T(sys(fstat, fd, (char *)e + 1));
    Y(sizeof(struct stat) == 144 || sizeof(struct stat) == 128);
}
