// about: PID namespaces: their init, orphans, signals, its death, nesting
// calls: clone unshare kill wait4 getpid getppid setns pidfd_open
#include "abi.h"

static volatile int caught;
static void h(int s)
{
    caught = s;
}
static pid_t newpid(void)
{
    fflush(stdout);
    return raw_clone(CLONE_NEWPID | SIGCHLD, 0, NULL, NULL, 0);
}
#define INSIDE(...)          \
    ({                       \
        pid_t k_ = newpid(); \
        if (!k_) {           \
            __VA_ARGS__;     \
            fflush(stdout);  \
            _exit(0);        \
        }                    \
        k_;                  \
    })
int main(void)
{
    char c;
    int st, p[2], q[2], go[2];
    pipe(p);
    pipe(go);
    pipe(q);
    say("-- numbers");
    wait_show("init", INSIDE({
                  N(getpid());
                  N(getppid());
                  N((int)sys(gettid));
                  N(getpgrp());
                  N(getsid(0));
                  T(kill(getppid(), 0));
                  T(getpgid(0));
                  pid_t k = CHILD(N(getpid()); N(getppid()));
                  wait_show("child", k);
                  N(k);
                  N(setsid());
                  N(getpgrp());
              }));
    say("-- signals");
    pid_t k = INSIDE({
        set_handler(SIGUSR1, h, 0);
        T(kill(1, SIGTERM));
        T(kill(1, SIGKILL));
        T(kill(1, SIGSTOP));
        T(raise(SIGINT));
        T(kill(1, SIGUSR1));
        N(caught);
        RUN("a child tries", {
            T(kill(1, SIGTERM));
            T(kill(1, SIGKILL));
            T(kill(-1, SIGTERM));
            T(kill(99, 0));
        });
        caught = 0;
        write(p[1], "x", 1);
        while (!caught)
            ms(2);
        read(go[0], &c, 1);
        N(caught);
        write(p[1], "x", 1);
        for (;;)
            pause();
    });
    read(p[0], &c, 1);
    T(kill(k, SIGTERM));
    T(kill(k, SIGINT));
    T(kill(k, SIGUSR1));
    write(go[1], "x", 1);
    read(p[0], &c, 1);
    ms(20);
    T(waitpid(k, &st, WNOHANG));
    T(kill(k, SIGSTOP));
    T(waitpid(k, &st, WUNTRACED) == k ? 0 : -1);
    show_status("stopped", st);
    kill(k, SIGCONT);
    T(kill(k, SIGKILL));
    wait_show("killed from outside", k);
    say("-- orphans come to the init");
    wait_show("init", INSIDE({
                  pipe(p);
                  pid_t m = CHILD({
                      CHILD({
                          while (getppid() != 1)
                              ms(1);
                          N(getppid());
                          fflush(stdout);
                          _exit(7);
                      });
                  });
                  waitpid(m, &st, 0);
                  pid_t o = wait(&st);
                  Y(o > 1);
                  show_status("orphan", st);
                  T(wait(&st));
              }));
    say("-- its death is everybody's");
    k = INSIDE({
        for (int i = 0; i < 5; i++)
            CHILD({
                signal(SIGTERM, SIG_IGN);
                if (i == 3)
                    CHILD(for (;;) pause());
                for (;;)
                    pause();
            });
        close(q[0]);
        write(p[1], "x", 1);
        _exit(9);
    });
    close(q[1]);
    wait_show("init", k);
    T(read(q[0], &c, 1));
    read(p[0], &c, 1);
    say("-- unshare");
    RUN("unshare", {
        char l[64];
        T(unshare(CLONE_NEWPID));
        Y(getpid() > 1);
        T(readlink("/proc/self/ns/pid_for_children", l, 64));
        T(unshare(CLONE_NEWPID));
        T(raw_clone(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0, 0));
        pid_t a = CHILD(N(getpid()); N(getppid()); pause());
        wait_asleep(a, a);
        Y(a > 1);
        RUN("second", N(getpid()); N(getppid()));
        kill(a, SIGKILL);
        wait_show("the first", a);
        errno = 0;
        pid_t b = fork();
        if (!b)
            _exit(1);
        say("fork: %s", b < 0 ? errname(errno) : "works");
    });
    say("-- two levels");
    k = INSIDE({
        pid_t in = INSIDE({
            N(getpid());
            write(p[1], "x", 1);
            for (;;)
                pause();
        });
        read(p[0], &c, 1);
        N(in);
        char path[64];
        MUST(unshare(CLONE_NEWNS));
        MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
        MUST(mount("p", "/proc", "proc", 0, NULL));
        STR(get("/proc/self/stat")[0] == '1' ? "1" : "?");
        snprintf(path, 64, "/proc/%d/status", in);
        static const char *const key[] = {"Pid:", "PPid:", "NSpid:", "NSpgid:"};
        for (int i = 0; i < 4; i++) {
            char b[4096];
            strcpy(b, get(path));
            char *s = strstr(b, key[i]);
            if (s)
                printf("%.*s\n", (int)strcspn(s, "\n"), s);
        }
        DIR *d = opendir("/proc");
        struct dirent *e;
        int n = 0;
        while ((e = readdir(d)))
            n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
        N(n);
        closedir(d);
        int fd = sys(pidfd_open, in, 0);
        T(sys(setns, fd, CLONE_NEWPID));
        RUN("entered", {
            N(getppid());
            Y(getpid() > 1);
            T(kill(1, 0));
        });
        int own = open("/proc/1/ns/pid", O_RDONLY);
        T(sys(setns, own, 0));
        kill(in, SIGKILL);
        wait_show("inner", in);
        T(sys(setns, fd, CLONE_NEWPID));
    });
    char path[64], b[4096];
    snprintf(path, 64, "/proc/%d/status", k);
    strcpy(b, get(path));
    char *s = strstr(b, "NSpid:");
    int x = 0, y = 0;
    sscanf(s, "NSpid:\t%d\t%d", &x, &y);
    wait_show("outer", k);
    Y(x == k && y == 1);
    RUN("outwards", {
        int old = open("/proc/self/ns/pid", O_RDONLY);
        T(unshare(CLONE_NEWPID));
        RUN("in", { T(sys(setns, old, CLONE_NEWPID)); });
        T(sys(setns, old, CLONE_NEWPID));
        RUN("back", Y(getpid() > 2));
    });
}
