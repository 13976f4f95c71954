// about: statfs and fstatfs: types and sizes of the usual filesystems
// calls: statfs fstatfs
#include "abi.h"

static void show(const char *p)
{
    struct statfs s;
    memset(&s, 0xaa, sizeof s);
    if (statfs(p, &s)) {
        say("%s: %s", p, errname(errno));
        return;
    }
    say("%s: type %lx bsize %ld namelen %ld frsize %ld spare %d", p,
        (long)s.f_type, (long)s.f_bsize, (long)s.f_namelen, (long)s.f_frsize,
        (int)s.f_spare[0]);
}
int main(void)
{
    struct statfs s, t;
    show(".");
    show("/proc");
    show("/proc/self/status");
    show("/sys");
    show("/dev/shm");
    show("/dev/pts");
    show("none");
    show("");
    put("f", "x");
    show("f");
    show("f/");
    int fd = open("f", O_RDONLY), p[2];
    T(fstatfs(fd, &s));
    pipe(p);
    T(fstatfs(p[0], &s));
    say("pipe %lx", (long)s.f_type);
    T(fstatfs(socket(AF_UNIX, SOCK_STREAM, 0), &s));
    say("socket %lx", (long)s.f_type);
    T(fstatfs(open("f", O_PATH), &s));
    T(fstatfs(99, &s));
    BAD(q, sys(fstatfs, fd, q));
    N(sizeof s);
    mkdir("m", 0755);
    T(mount("none", "m", "tmpfs", MS_NOSUID | MS_NODEV,
            "size=1m,nr_inodes=10"));
    T(statfs("m", &s));
    N(s.f_blocks);
    N(s.f_bfree);
    N(s.f_files);
    N(s.f_ffree);
    say("flags %lx", (long)s.f_flags);
    put("m/f", "x");
    statfs("m", &t);
    N(s.f_bfree - t.f_bfree);
    N(s.f_ffree - t.f_ffree);
    T(umount("m"));
}
