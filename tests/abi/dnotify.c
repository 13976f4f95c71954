// about: dnotify: signals about what happens in a directory
// calls: fcntl
#include "abi.h"

#define ALL \
    (DN_ACCESS | DN_MODIFY | DN_CREATE | DN_DELETE | DN_RENAME | DN_ATTRIB)

static int d, d2;

/* What came since the last time: how many of each, through which handle. */
static void show(const char *what)
{
    siginfo_t i;
    sigset_t s;
    int n = 0, n2 = 0, others = 0, plain = 0;

    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN);
    sigaddset(&s, SIGIO);
    while (sigtimedwait(&s, &i, &(struct timespec){0, 0}) > 0) {
        if (i.si_signo == SIGIO)
            plain += i.si_code == SI_KERNEL ? 1 : 100;
        else if (i.si_code != POLL_MSG ||
                 i.si_band != (POLLIN | POLLRDNORM | 0x400))
            say("code %d band %lx", i.si_code, i.si_band);
        else if (i.si_fd == d)
            n++;
        else if (i.si_fd == d2)
            n2++;
        else
            others++;
    }
    printf("%s: %d", what, n);
    if (n2)
        printf(", second %d", n2);
    if (others)
        printf(", other %d", others);
    if (plain)
        printf(", plain %d", plain);
    printf("\n");
}

static void events(unsigned mask)
{
    char b[8];
    int f;

    fcntl(d, F_NOTIFY, 0);
    T(fcntl(d, F_NOTIFY, mask | DN_MULTISHOT));
    f = open("d/f", O_RDWR | O_CREAT, 0600);
    show("create");
    write(f, "abc", 3);
    show("write");
    pread(f, b, 3, 0);
    show("read");
    ftruncate(f, 1);
    show("truncate");
    fchmod(f, 0644);
    show("chmod");
    futimens(f, NULL);
    show("utimens");
    close(f);
    show("close");
    link("d/f", "d/g");
    show("link");
    rename("d/f", "d/h");
    show("rename inside");
    rename("d/h", "d/g");
    show("rename to itself");
    rename("d/h", "e/h");
    show("rename out");
    rename("e/h", "d/h");
    show("rename in");
    mkdir("d/s", 0700);
    show("mkdir");
    symlink("x", "d/l");
    show("symlink");
    close(open("d/s/x", O_CREAT | O_RDWR, 0600));
    show("below a directory");
    unlink("d/s/x");
    chmod("d/s", 0755);
    show("chmod of a directory");
    rmdir("d/s");
    show("rmdir");
    unlink("d/l");
    show("unlink of a symlink");
    unlink("d/g");
    unlink("d/h");
    show("unlink twice");
    chmod("d", 0755);
    show("chmod of itself");
    DIR *dir = opendir("d");
    while (readdir(dir))
        ;
    closedir(dir);
    show("listing");
}

int main(void)
{
    sigset_t s;
    static const struct {
        const char *name;
        unsigned bit;
    } masks[] = {{"access", DN_ACCESS}, {"modify", DN_MODIFY},
                 {"create", DN_CREATE}, {"delete", DN_DELETE},
                 {"rename", DN_RENAME}, {"attrib", DN_ATTRIB},
                 {"all", ALL}};

    sigemptyset(&s);
    sigaddset(&s, SIGRTMIN);
    sigaddset(&s, SIGIO);
    sigprocmask(SIG_BLOCK, &s, NULL);
    mkdir("d", 0755);
    mkdir("e", 0755);
    d = open("d", O_RDONLY | O_DIRECTORY);
    say("-- arguments");
    int f = open("file", O_RDWR | O_CREAT, 0600), p[2];
    pipe(p);
    T(fcntl(f, F_NOTIFY, DN_CREATE));
    T(fcntl(f, F_NOTIFY, 0));
    T(fcntl(f, F_NOTIFY, DN_MULTISHOT));
    T(fcntl(p[0], F_NOTIFY, DN_CREATE));
    T(fcntl(p[0], F_NOTIFY, 0));
    T(fcntl(99, F_NOTIFY, DN_CREATE));
    T(fcntl(open("d", O_PATH), F_NOTIFY, DN_CREATE));
    T(fcntl(d, F_NOTIFY, 0x40));
    T(fcntl(d, F_NOTIFY, 0x40 | DN_MULTISHOT));
    T(fcntl(d, F_NOTIFY, 0));
    Y(fcntl(d, F_GETOWN) == getpid());
    say("-- SIGIO");
    T(fcntl(d, F_NOTIFY, DN_CREATE));
    mkdir("d/a", 0755);
    show("first");
    mkdir("d/b", 0755);
    show("once only");
    T(fcntl(d, F_NOTIFY, DN_CREATE));
    T(fcntl(d, F_NOTIFY, DN_DELETE));
    rmdir("d/a");
    show("both");
    mkdir("d/a", 0755);
    show("once for both");
    fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
    fcntl(d, F_NOTIFY, DN_DELETE);
    rmdir("d/a");
    show("more than once");
    mkdir("d/a", 0755);
    show("still");
    rmdir("d/a");
    rmdir("d/b");
    show("still");
    T(fcntl(d, F_NOTIFY, 0));
    mkdir("d/a", 0755);
    show("no longer");
    rmdir("d/a");
    say("-- signals with details");
    T(fcntl(d, F_SETSIG, SIGRTMIN));
    for (unsigned i = 0; i < sizeof masks / sizeof *masks; i++) {
        say("-- %s", masks[i].name);
        events(masks[i].bit);
    }
    say("-- through which handle");
    d2 = dup(d);
    T(fcntl(d2, F_NOTIFY, DN_CREATE | DN_MULTISHOT));
    fcntl(d2, F_NOTIFY, 0);
    fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
    mkdir("d/a", 0755);
    show("asked through the first");
    fcntl(d2, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
    mkdir("d/b", 0755);
    show("then through the second");
    T(close(d2));
    mkdir("d/c", 0755);
    show("a copy was closed");
    fcntl(d, F_NOTIFY, DN_CREATE | DN_MULTISHOT);
    close(open("d", O_RDONLY));
    mkdir("d/x", 0755);
    show("another open one was closed");
    say("-- two open ones");
    d2 = open("d", O_RDONLY);
    T(fcntl(d2, F_SETSIG, SIGRTMIN));
    T(fcntl(d2, F_NOTIFY, DN_DELETE | DN_MULTISHOT));
    rmdir("d/a");
    mkdir("d/a", 0755);
    show("each for its own");
    say("-- processes");
    T(fcntl(d2, F_NOTIFY, 0));
    RUN("a child makes one", {
        mkdir("d/y", 0755);
        show("child");
    });
    show("parent");
    RUN("a child asks", {
        T(fcntl(d, F_NOTIFY, DN_CREATE));
        mkdir("d/z", 0755);
        show("child");
    });
    show("parent");
    RUN("a child closes", { T(close(d)); });
    mkdir("d/w", 0755);
    show("parent");
    close(d);
    mkdir("d/v", 0755);
    show("closed");
    say("-- removed");
    mkdir("g", 0755);
    d = open("g", O_RDONLY);
    fcntl(d, F_SETSIG, SIGRTMIN);
    T(fcntl(d, F_NOTIFY, ALL | DN_MULTISHOT));
    rmdir("g");
    show("rmdir");
    T(fcntl(d, F_NOTIFY, ALL | DN_MULTISHOT));
    close(d);
    char b[8] = "";
    put("/proc/sys/fs/dir-notify-enable", "1");
    f = open("/proc/sys/fs/dir-notify-enable", O_RDONLY);
    read(f, b, 7);
    say("%s", b);
}
