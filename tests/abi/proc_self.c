// about: /proc/self and its relatives: links, cmdline, environ, comm, exe,
// about: cwd, root, fd
// calls: openat readlinkat read getdents64
#include "abi.h"

static const char *lnk(const char *p)
{
    static char b[4096];
    int n = readlink(p, b, 4095);
    if (n < 0)
        return errname(errno);
    b[n] = 0;
    return b;
}
static void hex0(const char *what, const char *p)
{
    char b[4096];
    int f = open(p, O_RDONLY), n = read(f, b, 4096);
    printf("%s:", what);
    for (int i = 0; i < n; i++)
        putchar(b[i] ? b[i] : '|');
    printf("\n");
    close(f);
}
int main(int argc, char **argv)
{
    if (getenv("SHOW")) {
        hex0("cmdline", "/proc/self/cmdline");
        hex0("environ", "/proc/self/environ");
        printf("comm: %s", get("/proc/self/comm"));
        return 0;
    }
    char me[32], here[4096], p[64];
    struct stat a, b;
    snprintf(me, 32, "%d", getpid());
    Y(!strcmp(lnk("/proc/self"), me));
    snprintf(p, 64, "%d/task/%d", getpid(), getpid());
    Y(!strcmp(lnk("/proc/thread-self"), p));
    getcwd(here, sizeof here);
    Y(!strcmp(lnk("/proc/self/cwd"), here));
    STR(lnk("/proc/self/root"));
    stat("/proc/self/exe", &a);
    Y(S_ISREG(a.st_mode));
    RUN("exec", execve("/proc/self/exe",
                       (char *[]){"zero", "one two", "", "three", NULL},
                       (char *[]){"SHOW=1", "B=2", NULL}));
    put("f", "x");
    int f = open("f", O_RDONLY);
    snprintf(p, 64, "/proc/self/fd/%d", f);
    Y(!strcmp(strrchr(lnk(p), '/'), "/f"));
    lstat(p, &a);
    say("%s %o size %d", ftype(a.st_mode), a.st_mode & 0777, (int)a.st_size);
    stat(p, &a);
    fstat(f, &b);
    Y(a.st_ino == b.st_ino);
    int w = open("f", O_WRONLY), rw = open("f", O_RDWR), pa = open("f", O_PATH);
    int h[] = {w, rw, pa};
    for (int i = 0; i < 3; i++) {
        snprintf(p, 64, "/proc/self/fd/%d", h[i]);
        lstat(p, &a);
        say("%o", a.st_mode & 0777);
    }
    unlink("f");
    snprintf(p, 64, "/proc/self/fd/%d", f);
    const char *l = lnk(p);
    Y(!strcmp(l + strlen(l) - 10, " (deleted)"));
    int q[2];
    pipe(q);
    snprintf(p, 64, "/proc/self/fd/%d", q[0]);
    Y(!strncmp(lnk(p), "pipe:[", 6));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(p, 64, "/proc/self/fd/%d", s);
    Y(!strncmp(lnk(p), "socket:[", 8));
    snprintf(p, 64, "/proc/self/fd/%d", (int)sys(epoll_create1, 0));
    STR(lnk(p));
    snprintf(p, 64, "/proc/self/fd/%d", (int)sys(eventfd2, 0, 0));
    STR(lnk(p));
    snprintf(p, 64, "/proc/self/fd/%d", (int)sys(timerfd_create, 1, 0));
    STR(lnk(p));
    snprintf(p, 64, "/proc/self/fd/%d",
             (int)sys(signalfd4, -1, (uint64_t[]){1}, 8, 0));
    STR(lnk(p));
    snprintf(p, 64, "/proc/self/fd/%d", (int)sys(inotify_init1, 0));
    STR(lnk(p));
    snprintf(p, 64, "/proc/self/fd/%d", (int)sysn(434, getpid(), 0));
    STR(lnk(p));
    STR(lnk("/proc/self/fd/99"));
    STR(lnk("/proc/self/fd/abc"));
    STR(lnk("/proc/self/fd/03"));
    T(open("/proc/self/fd/99", O_RDONLY));
    T(mkdir("/proc/x", 0755));
    T(open("/proc/x", O_CREAT | O_WRONLY, 0644));
    T(unlink("/proc/self/comm"));
    T(rmdir("/proc/self"));
    T(chdir("/proc/9999999"));
    T(access("/proc/1", F_OK));
    T(access("/proc/0", F_OK));
    T(access("/proc/01", F_OK));
    T(access("/proc/-1", F_OK));
    say("-- of a child that has ended, and of one that was reaped");
    pid_t k = CHILD(_exit(0));
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    snprintf(p, 64, "/proc/%d/cmdline", k);
    STR(get(p));
    snprintf(p, 64, "/proc/%d/exe", k);
    STR(lnk(p));
    snprintf(p, 64, "/proc/%d/fd", k);
    T(open(p, O_RDONLY) >= 0 ? 0 : -1);
    snprintf(p, 64, "/proc/%d", k);
    int d = open(p, O_RDONLY);
    wait(NULL);
    T(access(p, F_OK));
    T(openat(d, "stat", O_RDONLY));
    char buf[64];
    T(sys(getdents64, d, buf, 64));
}
