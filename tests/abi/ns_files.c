// about: files of /proc/PID/ns: numbers, ioctls, bind mounts, setns by file
// calls: setns unshare ioctl mount umount2 fstatfs readlinkat
#include "abi.h"
#include <sys/statfs.h>

#define NS_GET_USERNS    0xb701
#define NS_GET_PARENT    0xb702
#define NS_GET_NSTYPE    0xb703
#define NS_GET_OWNER_UID 0xb704

static const char *const name[] = {
    "net",  "uts", "ipc",    "pid",  "pid_for_children",
    "user", "mnt", "cgroup", "time", "time_for_children"};
static const int flag[] = {
    CLONE_NEWNET,  CLONE_NEWUTS, CLONE_NEWIPC,    CLONE_NEWPID, CLONE_NEWPID,
    CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWCGROUP, 0x80,         0x80};

static ino_t ino_of(const char *n)
{
    char p[64];
    struct stat st;
    snprintf(p, 64, "/proc/self/ns/%s", n);
    return stat(p, &st) ? 0 : st.st_ino;
}
static int open_ns(const char *n)
{
    char p[64];
    snprintf(p, 64, "/proc/self/ns/%s", n);
    return open(p, O_RDONLY);
}
int main(void)
{
    for (unsigned i = 0; i < 10; i++) {
        char p[64], t[64] = "", want[64], kind[32];
        struct stat st;
        struct statfs fs;
        note = name[i];
        snprintf(p, 64, "/proc/self/ns/%s", name[i]);
        T(readlink(p, t, 63) > 0 ? 0 : -1);
        T(stat(p, &st));
        strcpy(kind, name[i]);
        kind[strcspn(kind, "_")] = 0;
        snprintf(want, 64, "%s:[%llu]", kind, (unsigned long long)st.st_ino);
        Y(!strcmp(t, want));
        say("%s %o %d %d %d", ftype(st.st_mode), st.st_mode & 07777,
            (int)st.st_uid, (int)st.st_gid, (int)st.st_nlink);
        int fd = open(p, O_RDONLY);
        Y(fd >= 0);
        T(fstatfs(fd, &fs));
        say("%lx", (long)fs.f_type);
        Y(ioctl(fd, NS_GET_NSTYPE) == flag[i]);
        int u = ioctl(fd, NS_GET_USERNS);
        say("owner: %s", u < 0 ? errname(errno) : "there");
        if (u >= 0) {
            struct stat s2;
            fstat(u, &s2);
            Y(s2.st_ino == ino_of("user"));
            N(fcntl(u, F_GETFD));
            close(u);
        }
        T(ioctl(fd, NS_GET_PARENT));
        uid_t uid = 77;
        T(ioctl(fd, NS_GET_OWNER_UID, &uid));
        T(ioctl(fd, 0xb705));
        T(read(fd, t, 1));
        T(write(fd, t, 1));
        snprintf(p, 64, "/proc/self/fd/%d", fd);
        memset(t, 0, sizeof t);
        T(readlink(p, t, 63) > 0 ? 0 : -1);
        Y(!strcmp(t, want));
        T(sys(setns, fd, CLONE_NEWUTS | CLONE_NEWIPC));
        T(sys(setns, fd,
              flag[i] == CLONE_NEWUTS ? CLONE_NEWIPC : CLONE_NEWUTS));
        close(fd);
    }
    note = NULL;
    T(access("/proc/self/ns/none", F_OK));
    int d = open("/proc/self/ns", O_RDONLY | O_DIRECTORY), n = 0;
    char buf[2048];
    long got;
    while ((got = sys(getdents64, d, buf, sizeof buf)) > 0)
        for (long at = 0; at < got; n++)
            at += *(unsigned short *)(buf + at + 16);
    N(n);
    say("-- entering");
    T(sys(setns, 0, 0));
    T(sys(setns, 99, 0));
    T(sys(setns, -1, 0));
    int p[2];
    pipe(p);
    T(sys(setns, p[0], 0));
    RUN("user, own", {
        int fd = open_ns("user");
        T(sys(setns, fd, 0));
    });
    RUN("pid, own", {
        int fd = open_ns("pid");
        T(sys(setns, fd, 0));
        T(sys(setns, fd, CLONE_NEWPID));
    });
    RUN("uts, there and back", {
        int old = open_ns("uts");
        ino_t first = ino_of("uts");
        T(unshare(CLONE_NEWUTS));
        Y(ino_of("uts") != first);
        T(sys(sethostname, "inner", 5));
        int in = open_ns("uts");
        T(sys(setns, old, CLONE_NEWUTS));
        Y(ino_of("uts") == first);
        char h[65];
        gethostname(h, 65);
        Y(strcmp(h, "inner") != 0);
        T(sys(setns, in, 0));
        gethostname(h, 65);
        STR(h);
    });
    say("-- a bind mount keeps one alive");
    RUN("bind", {
        struct stat a;
        struct stat b;
        MUST(unshare(CLONE_NEWNS));
        MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
        put("here", "");
        T(mount("/proc/self/ns/mnt", "here", NULL, MS_BIND, NULL));
        pid_t k = CHILD({
            T(unshare(CLONE_NEWUTS));
            T(sys(sethostname, "kept", 4));
            T(mount("/proc/self/ns/uts", "here", NULL, MS_BIND, NULL));
            stat("/proc/self/ns/uts", &a);
            stat("here", &b);
            Y(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
        });
        wait_show("maker", k);
        int fd = open("here", O_RDONLY);
        T(sys(setns, fd, CLONE_NEWUTS));
        char h[65];
        gethostname(h, 65);
        STR(h);
        FILE *f = fopen("/proc/self/mountinfo", "r");
        char line[512];
        while (fgets(line, 512, f))
            if (strstr(line, "nsfs")) {
                char root[64];
                char where[256];
                sscanf(line, "%*d %*d %*s %63s %255s", root, where);
                root[5] = 0;
                say("%s %s", root, strrchr(where, '/'));
            }
        fclose(f);
        close(fd);
        T(umount("here"));
    });
    say("-- of another process");
    int go[2];
    int done[2];
    pipe(go);
    pipe(done);
    pid_t k = CHILD({
        unshare(CLONE_NEWUTS | CLONE_NEWNS);
        sys(sethostname, "other", 5);
        write(done[1], "x", 1);
        read(go[0], buf, 1);
    });
    read(done[0], buf, 1);
    char path[64];
    snprintf(path, 64, "/proc/%d/ns/uts", k);
    int fd = open(path, O_RDONLY);
    write(go[1], "x", 1);
    wait_show("other", k);
    T(readlink(path, buf, 60));
    RUN("enter what outlived its process", {
        T(sys(setns, fd, CLONE_NEWUTS));
        char h[65];
        gethostname(h, 65);
        STR(h);
    });
    say("-- as a user");
    RUN("user", {
        become_user();
        T(sys(setns, fd, CLONE_NEWUTS));
        T(sys(setns, open_ns("mnt"), 0));
        T(readlink("/proc/1/ns/mnt", buf, 60));
        T(open("/proc/1/ns/mnt", O_RDONLY));
    });
}
