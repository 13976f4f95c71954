// about: statx: masks, flags, attributes, and the same facts as stat
// calls: statx
#include "abi.h"
int main(void)
{
    struct statx x;
    struct stat st;
    put("f", "hello");
    symlink("f", "l");
    int fd = open("f", O_RDONLY);
    T(sys(statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS | STATX_BTIME, &x));
    stat("f", &st);
    say("mask %x mode %o nlink %d uid %d gid %d size %d blocks %d blksize %d",
        x.stx_mask & 0xfff, x.stx_mode, x.stx_nlink, x.stx_uid, x.stx_gid,
        (int)x.stx_size, (int)x.stx_blocks, x.stx_blksize);
    Y(x.stx_ino == st.st_ino);
    Y(makedev(x.stx_dev_major, x.stx_dev_minor) == st.st_dev);
    Y(x.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
      x.stx_mtime.tv_nsec == st.st_mtim.tv_nsec);
    Y(x.stx_btime.tv_sec <= x.stx_mtime.tv_sec);
    T(sys(statx, AT_FDCWD, "f", 0, 0, &x));
    say("mask 0 gives %x", x.stx_mask & 0xfff);
    T(sys(statx, AT_FDCWD, "f", 0, STATX_SIZE, &x));
    say("mask SIZE gives %x", x.stx_mask & 0xfff);
    T(sys(statx, AT_FDCWD, "f", 0, 0x80000000u, &x));
    T(sys(statx, AT_FDCWD, "f", 0, 0x7fffffff, &x));
    T(sys(statx, AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &x));
    say("%s", ftype(x.stx_mode));
    T(sys(statx, AT_FDCWD, "l", 0, STATX_TYPE, &x));
    say("%s", ftype(x.stx_mode));
    T(sys(statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
    T(sys(statx, fd, "", 0, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "f", 0x2000 /* FORCE_SYNC */, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "f", 0x4000 /* DONT_SYNC */, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "f", 0x6000, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "f", 0x20000, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "none", 0, STATX_SIZE, &x));
    T(sys(statx, 99, "f", 0, STATX_SIZE, &x));
    T(sys(statx, fd, "f", 0, STATX_SIZE, &x));
    T(sys(statx, AT_FDCWD, "/proc", 0, STATX_BASIC_STATS, &x));
    Y((x.stx_attributes_mask & 0x2000) != 0);
    Y((x.stx_attributes & 0x2000) != 0);
    T(sys(statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x));
    Y((x.stx_attributes & 0x2000) != 0);
    mknod("c", S_IFCHR | 0600, makedev(300, 70000));
    T(sys(statx, AT_FDCWD, "c", 0, STATX_BASIC_STATS, &x));
    say("rdev %d:%d", x.stx_rdev_major, x.stx_rdev_minor);
    BAD(p, sys(statx, AT_FDCWD, "f", 0, STATX_SIZE, p));
    BAD(p, sys(statx, AT_FDCWD, p, 0, STATX_SIZE, &x));
    void *e = edge(100);
    T(sys(statx, AT_FDCWD, "f", 0, STATX_SIZE, e));
    N(sizeof x);
}
