// about: id maps of user namespaces: who may write which, what ids look like
// about: inside and outside
// calls: unshare write openat setresuid setresgid setgroups chown stat
#include "abi.h"

static int w(int pid, const char *f, const char *t)
{
    char p[64];
    snprintf(p, 64, "/proc/%d/%s", pid, f);
    int fd = open(p, O_WRONLY);
    if (fd < 0) {
        say("%s: open %s", f, errname(errno));
        return -1;
    }
    errno = 0;
    long r = write(fd, t, strlen(t));
    char q[64];
    snprintf(q, 64, "%s", t);
    for (char *s = q; *s; s++)
        if (*s == '\n')
            *s = ';';
    say("%s <- %.30s: %ld %s", f, q, r, errname(errno));
    close(fd);
    return r < 0;
}
static void r(int pid, const char *f)
{
    char p[64];
    snprintf(p, 64, "/proc/%d/%s", pid, f);
    printf("%s:\n%s", f, get(p));
}
static void ids(void)
{
    uid_t a, b, c;
    gid_t g, h, i;
    getresuid(&a, &b, &c);
    getresgid(&g, &h, &i);
    say("ids %d %d %d, %d %d %d", a, b, c, g, h, i);
}
static void st(const char *f)
{
    struct stat s;
    if (stat(f, &s))
        say("%s: %s", f, errname(errno));
    else
        say("%s: %d %d", f, (int)s.st_uid, (int)s.st_gid);
}
int main(void)
{
    static const char *const bad[] = {"",
                                      "\n",
                                      "0",
                                      "0 0",
                                      "0 0 0",
                                      "0 0 1 1",
                                      "x 0 1",
                                      "0 0 1x",
                                      "-1 0 1",
                                      "0 1000 4294967295",
                                      "4294967295 1000 1",
                                      "0 4294967295 1",
                                      "0 1000 1\n0 1001 1\n",
                                      "0 1000 1\n1 1000 1\n",
                                      "0 1000 1\n\n",
                                      "0 1001 1",
                                      "0 1000 2",
                                      "0 0 1",
                                      "4294967296 0 1"};
    char c;
    int go[2], done[2];
    pipe(go);
    pipe(done);
    put("roots", "");
    put("users", "");
    chown("users", 1000, 1000);
    chmod("users", 0600);
    chmod(".", 0777);
    r(getpid(), "uid_map");
    r(getpid(), "gid_map");
    r(getpid(), "setgroups");
    w(getpid(), "uid_map", "0 0 1");
    w(getpid(), "setgroups", "deny");
    RUN("a user maps himself", {
        become_user();
        prctl(PR_SET_DUMPABLE, 1);
        ids();
        T(unshare(CLONE_NEWUSER));
        ids();
        r(getpid(), "uid_map");
        r(getpid(), "setgroups");
        st("roots");
        st("users");
        T(open("users", O_RDWR) >= 0 ? 0 : -1);
        T(chown("users", 0, 0));
        T(setresuid(0, 0, 0));
        T(setgroups(0, NULL));
        for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
            w(getpid(), "uid_map", bad[i]);
        w(getpid(), "gid_map", "0 1000 1");
        w(getpid(), "setgroups", "xdeny");
        w(getpid(), "setgroups", "deny it");
        w(getpid(), "setgroups", "allow");
        w(getpid(), "setgroups", "deny\n");
        w(getpid(), "setgroups", "deny");
        w(getpid(), "setgroups", "allow");
        w(getpid(), "gid_map", "0 1001 1");
        w(getpid(), "gid_map", "0 1000 1");
        w(getpid(), "uid_map", "0 1000 1\n");
        w(getpid(), "uid_map", "0 1000 1\n");
        w(getpid(), "setgroups", "deny");
        ids();
        r(getpid(), "uid_map");
        r(getpid(), "gid_map");
        st("roots");
        st("users");
        put("made", "x");
        st("made");
        T(setgroups(0, NULL));
        T(setresuid(5, 5, 5));
        T(setresuid(0, 0, 0));
        T(setresgid(0, -1, 1));
        T(chown("users", 0, 0));
        T(chown("users", 1, 0));
        T(chown("users", 0, 1));
        T(chown("roots", 0, 0));
        T(chmod("roots", 0600));
        T(kill(1, 0));
        T(mount("x", "/", "tmpfs", 0, NULL));
        T(sys(sethostname, "x", 1));
        T(unshare(CLONE_NEWUTS));
        T(sys(sethostname, "x", 1));
        T(chroot("/"));
        T(unshare(CLONE_NEWUSER));
        ids();
        w(getpid(), "uid_map", "7 0 1");
        ids();
        r(getpid(), "uid_map");
        T(mknod("node", S_IFCHR | 0600, makedev(1, 3)));
        int tz[2] = {};
        T(sys(settimeofday, NULL, tz));
    });
    say("-- by the parent, as root, with ranges");
    pid_t k = CHILD({
        MUST(unshare(CLONE_NEWUSER));
        write(done[1], "x", 1);
        read(go[0], &c, 1);
        ids();
        T(setgroups(1, (gid_t[]){3}));
        T(setgroups(1, (gid_t[]){300}));
        T(setresgid(5, 5, 5));
        T(setresuid(5, 6, 7));
        ids();
        st("roots");
        st("users");
        T(open("users", O_RDWR) >= 0 ? 0 : -1);
        put("third", "");
        st("third");
        T(setresuid(0, 0, 0));
        write(done[1], "x", 1);
        read(go[0], &c, 1);
    });
    read(done[0], &c, 1);
    w(k, "uid_map", "0 10000 10\n100 500 600\n10 0 1\n");
    w(k, "gid_map", "0 20000 10\n100 1000 1\n");
    r(k, "uid_map");
    r(k, "gid_map");
    write(go[1], "x", 1);
    read(done[0], &c, 1);
    st("third");
    char p[64];
    snprintf(p, 64, "/proc/%d/status", k);
    char *s = strstr(get(p), "Uid:");
    printf("%.*s\n", (int)strcspn(s, "\n"), s);
    write(go[1], "x", 1);
    wait_show("ranges", k);
    say("-- clone with it, and a second level");
    k = raw_clone(CLONE_NEWUSER | SIGCHLD, 0, NULL, NULL, 0);
    if (!k) {
        read(go[0], &c, 1);
        ids();
        T(raw_clone(CLONE_NEWUSER | SIGCHLD, 0, NULL, NULL, 0));
        MUST(setresgid(0, 0, 0));
        MUST(setresuid(0, 0, 0));
        ids();
        pid_t k2 = raw_clone(CLONE_NEWUSER | SIGCHLD, 0, NULL, NULL, 0);
        if (!k2) {
            write(done[1], "x", 1);
            read(go[0], &c, 1);
            ids();
            r(getpid(), "uid_map");
            _exit(0);
        }
        read(done[0], &c, 1);
        w(k2, "uid_map", "0 99 1");
        w(k2, "uid_map", "50 5 5");
        r(k2, "uid_map");
        write(done[1], "y", 1);
        wait_show("second", k2);
        fflush(stdout);
        _exit(0);
    }
    w(k, "uid_map", "0 10000 20");
    w(k, "gid_map", "0 10000 20");
    write(go[1], "x", 1);
    do
        read(done[0], &c, 1);
    while (c != 'y' && write(done[1], &c, 1) && (ms(2), 1));
    write(go[1], "x", 1);
    wait_show("first", k);
    say("-- too many levels");
    RUN("levels", {
        int n = 0;
        while (!unshare(CLONE_NEWUSER) && n < 100)
            n++;
        say("%d %s", n, errname(errno));
    });
    RUN("chrooted", {
        mkdir("root", 0755);
        T(chroot("root"));
        T(unshare(CLONE_NEWUSER));
    });
}
