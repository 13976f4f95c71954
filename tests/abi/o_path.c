// about: What a handle opened with O_PATH can and cannot do
// calls: openat read write fstat fchdir dup fcntl readlinkat mmap
#include "abi.h"

int main(void)
{
    char b[64];
    struct stat st;
    put("f", "data");
    mkdir("d", 0755);
    put("d/g", "inner");
    symlink("f", "l");
    mkfifo("p", 0600);
    int f = open("f", O_PATH), d = open("d", O_PATH),
        l = open("l", O_PATH | O_NOFOLLOW);
    T(read(f, b, 4));
    T(write(f, b, 4));
    T(pread(f, b, 4, 0));
    T(lseek(f, 0, SEEK_SET));
    T(ftruncate(f, 0));
    T(fchmod(f, 0600));
    T(fchown(f, 0, 0));
    T(fsync(f));
    T(ioctl(f, FIONREAD, b));
    T(sys(getdents64, d, b, 64));
    OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, f, 0) == MAP_FAILED ? -1 : 0);
    T(fstat(f, &st));
    T(fstatfs(f, (struct statfs *)(char[256]){0}));
    T(fstat(l, &st));
    say("%s", ftype(st.st_mode));
    T(readlinkat(l, "", b, sizeof b));
    T(openat(d, "g", O_RDONLY) >= 0 ? 0 : -1);
    T(openat(f, "g", O_RDONLY));
    T(dup(f) >= 0 ? 0 : -1);
    T(fcntl(f, F_GETFD));
    T(poll(&(struct pollfd){f, POLLIN, 0}, 1, 0));
    struct pollfd pf = {f, POLLIN, 0};
    poll(&pf, 1, 0);
    N(pf.revents);
    T(open("p", O_PATH) >= 0 ? 0 : -1);
    T(open("none", O_PATH));
    T(open("f", O_PATH | O_DIRECTORY));
    T(open("f", O_PATH | O_TRUNC | O_WRONLY | O_CREAT) >= 0 ? 0 : -1);
    STR(get("f"));
    say("-- reopening through /proc");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", f);
    int r = open(path, O_RDONLY);
    memset(b, 0, sizeof b);
    T(read(r, b, 4));
    STR(b);
    snprintf(path, sizeof path, "/proc/self/fd/%d", l);
    T(open(path, O_RDONLY));
    T(readlink(path, b, sizeof b) > 0 ? 0 : -1);
    snprintf(path, sizeof path, "/proc/self/fd/%d/g", d);
    STR(get(path));
    say("-- no permission is needed on the file itself");
    chmod("f", 0);
    RUN("user", {
        become_user();
        int q = open("f", O_PATH);
        T(q >= 0 ? 0 : -1);
        snprintf(path, sizeof path, "/proc/self/fd/%d", q);
        T(open(path, O_RDONLY));
    });
    RUN("exec by handle", {
        snprintf(path, sizeof path, "/bin/busybox");
        int e = open(path, O_PATH);
        sys(execveat, e, "", ((char *[]){"true", NULL}), ((char *[]){NULL}),
            AT_EMPTY_PATH);
        say("%s", errname(errno));
    });
    T(sys(close, f));
    T(sys(close, f));
}
