// about: execveat: handles, flags, AT_EMPTY_PATH, symlinks; ETXTBSY
// calls: execveat execve
#include "abi.h"

static void at(const char *what, int dir, const char *path, int flags)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        sys(execveat, dir, path, ((char *[]){"true", NULL}), ((char *[]){NULL}),
            flags);
        say("%s: %s", what, errname(errno));
        _exit(1);
    }
    wait_show(what, k);
}
static void copy(const char *to)
{
    char b[4096];
    int i = open("/bin/busybox", O_RDONLY),
        o = open(to, O_WRONLY | O_CREAT, 0755), n;
    while ((n = read(i, b, sizeof b)) > 0)
        write(o, b, n);
    close(i);
    close(o);
}
int main(void)
{
    symlink("/bin/busybox", "l");
    put("plain", "x");
    int d = open("/bin", O_RDONLY), e = open("/bin/busybox", O_RDONLY),
        p = open("/bin/busybox", O_PATH), f = open("plain", O_RDONLY);
    at("directory", d, "busybox", 0);
    at("absolute", 99, "/bin/busybox", 0);
    at("cwd", AT_FDCWD, "l", 0);
    at("no follow", AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW);
    at("handle", e, "", AT_EMPTY_PATH);
    at("path handle", p, "", AT_EMPTY_PATH);
    at("no flag", e, "", 0);
    at("not executable", f, "", AT_EMPTY_PATH);
    at("bad directory", 99, "busybox", 0);
    at("file as directory", f, "busybox", 0);
    at("directory itself", d, "", AT_EMPTY_PATH);
    at("bad flags", d, "busybox", 1);
    at("missing", d, "none", 0);
    at("null path", d, NULL, AT_EMPTY_PATH);
    say("-- a program that is open for writing, and writing to one that runs");
    copy("bb");
    int w = open("bb", O_WRONLY);
    at("open for writing", AT_FDCWD, "bb", 0);
    close(w);
    at("closed", AT_FDCWD, "bb", 0);
    int in[2], execs[2];
    char c;
    pipe(in);
    pipe2(execs, O_CLOEXEC);
    pid_t k = CHILD({
        dup2(in[0], 0);
        close(in[1]);
        execl("./bb", "cat", NULL);
    });
    close(execs[1]);
    T(read(execs[0], &c, 1)); // the end: it is cat by now
    T(open("bb", O_WRONLY));
    T(open("bb", O_RDWR | O_TRUNC));
    T(truncate("bb", 10));
    T(open("bb", O_RDONLY) >= 0 ? 0 : -1);
    T(unlink("bb"));
    close(in[1]);
    wait_show("cat", k);
}
