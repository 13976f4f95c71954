// about: Programs run from odd places: deleted, renamed, through links,
// about: /proc/self/fd, a removed directory, no search permission
// calls: execve execveat chdir
#include "abi.h"

static void copy(const char *to, int mode)
{
    static char b[65536];
    int i = open("/bin/busybox", O_RDONLY),
        o = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755), n;
    while ((n = read(i, b, sizeof b)) > 0)
        write(o, b, n);
    fchmod(o, mode);
    close(i);
    close(o);
}
static void run(const char *p)
{
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        execl(p, "echo", "ran", NULL);
        say("%s: %s", p[0] == '/' ? strrchr(p, '/') : p, errname(errno));
        _exit(1);
    }
    waitpid(k, NULL, 0);
}
int main(void)
{
    char p[64];
    copy("bb", 0755);
    run("bb");
    run("./bb");
    run("../../../../../../../bin/busybox");
    run(".//bb");
    run("bb/");
    run("nosuch/../bb");
    symlink("bb", "l1");
    symlink("l1", "l2");
    run("l2");
    link("bb", "hard");
    run("hard");
    int fd = open("bb", O_RDONLY);
    unlink("bb");
    run("bb");
    snprintf(p, 64, "/proc/self/fd/%d", fd);
    run(p);
    rename("hard", "renamed");
    run("renamed");
    chmod("renamed", 0644);
    run("renamed");
    chmod("renamed", 0111);
    run("renamed");
    RUN("user, execute only", {
        become_user();
        T(open("renamed", O_RDONLY));
        run("./renamed");
    });
    mkdir("closed", 0700);
    copy("closed/bb", 0755);
    RUN("user, no search", {
        become_user();
        run("closed/bb");
    });
    mkdir("gone", 0755);
    chdir("gone");
    rmdir("../gone");
    run("/bin/busybox");
    run("../renamed");
    RUN("cwd of the new program", {
        execl("/bin/busybox", "sh", "-c", "cd .. 2>/dev/null; echo cd $?",
              NULL);
    });
    say("-- through PATH, by the C library");
    chdir("/");
    setenv("PATH", "/nosuch:/etc:/bin", 1);
    RUN("execvp", {
        execlp("busybox", "echo", "found", NULL);
        say("%s", errname(errno));
    });
    RUN("execvp nothing", {
        execlp("no-such-program-x", "x", NULL);
        say("%s", errname(errno));
    });
}
