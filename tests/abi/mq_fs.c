// about: The mqueue file system: mounting, listing, status text, unlink,
// about: rename, /proc/sys/fs/mqueue
// calls: mount mq_open mq_unlink mq_notify read
#include "abi.h"

#include <sys/vfs.h>

struct at {
    long flags, maxmsg, msgsize, cur, res[4];
};

static void list(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    char names[8][32];
    int n = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] != '.')
            strncat(strcpy(names[n++], ""), e->d_name, 31);
    closedir(d);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (strcmp(names[i], names[j]) > 0) {
                char t[32];
                strcpy(t, names[i]);
                strcpy(names[i], names[j]);
                strcpy(names[j], t);
            }
    printf("%s:", dir);
    for (int i = 0; i < n; i++)
        printf(" %s", names[i]);
    printf("\n");
}

/* Without the number of the process. */
static void status(const char *path)
{
    char text[128], *p;
    snprintf(text, sizeof text, "%s", get(path));
    p = strstr(text, "NOTIFY_PID:");
    if (p)
        say("%.*s pid %s, %d bytes", (int)(p - text), text,
            !atoi(p + 11)              ? "none"
            : atoi(p + 11) == getpid() ? "own"
                                       : "other",
            (int)strlen(text));
    else
        say("%s", text);
}

static void sysctl(const char *name)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/proc/sys/fs/mqueue/%s", name);
    if (stat(path, &st))
        say("%s: %s", name, errname(errno));
    else
        printf("%s %o: %s", name, st.st_mode, get(path));
}

static void write_to(const char *name, const char *value)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/fs/mqueue/%s", name);
    int fd = open(path, O_WRONLY);
    errno = 0;
    int r = fd < 0 ? -1 : write(fd, value, strlen(value));
    say("%s <- %s: %d %s", name, value, r, errname(r < 0 ? errno : 0));
    close(fd);
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC | CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("m", 0755);
    mkdir("n", 0755);
    int q = T(sys(mq_open, "first", O_RDWR | O_CREAT, 0640, NULL));
    T(mount("none", "m", "mqueue", 0, NULL));
    struct stat st;
    struct statfs fs;
    T(stat("m", &st));
    say("%s %o links %d size %d", ftype(st.st_mode), st.st_mode & 07777,
        (int)st.st_nlink, (int)st.st_size);
    T(statfs("m", &fs));
    say("type %lx name %ld block %ld", (long)fs.f_type, (long)fs.f_namelen,
        (long)fs.f_bsize);
    list("m");
    T(stat("m/first", &st));
    say("%s %o links %d size %d", ftype(st.st_mode), st.st_mode & 07777,
        (int)st.st_nlink, (int)st.st_size);
    status("m/first");
    T(sys(mq_timedsend, q, "hello", 5, 3, NULL));
    T(sys(mq_timedsend, q, "you", 3, 3, NULL));
    status("m/first");
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    T(sys(mq_notify, q, &ev));
    status("m/first");
    RUN("child", {
        status("m/first");
        T(sys(mq_notify, q, &ev));
        T(sys(mq_notify, q, NULL));
    });
    status("m/first");
    T(sys(mq_notify, q, NULL));
    ev.sigev_notify = SIGEV_NONE;
    T(sys(mq_notify, q, &ev));
    status("m/first");
    int other = open("m/first", O_RDWR);
    char b[9000];
    T(read(other, b, 5));
    STR((b[5] = 0, b));
    T(read(other, b, 6));
    T(pread(other, b, 4, 2));
    T(lseek(other, 0, SEEK_SET));
    T(write(other, "x", 1));
    unsigned pr;
    T(sys(mq_timedreceive, other, b, 9000, &pr, NULL));
    N(pr);
    status("m/first");
    close(other);
    status("m/first");
    T(sys(mq_notify, q, &ev));
    T(sys(mq_notify, q, &ev));
    close(dup(q));
    T(sys(mq_notify, q, &ev));

    say("-- names");
    int made = T(open("m/made", O_RDWR | O_CREAT | O_EXCL, 0600));
    struct at a;
    T(sys(mq_getsetattr, made, NULL, &a));
    say("max %ld size %ld", a.maxmsg, a.msgsize);
    T(sys(mq_open, "made", O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    list("m");
    T(mkdir("m/d", 0700));
    T(symlink("x", "m/l"));
    T(mknod("m/p", S_IFIFO | 0600, 0));
    T(link("m/made", "m/again"));
    T(rename("m/made", "m/renamed"));
    T(chmod("m/made", 0444));
    T(chown("m/made", 5, 6));
    stat("m/made", &st);
    say("%o %d %d", st.st_mode, st.st_uid, st.st_gid);
    T(unlink("m/made"));
    T(unlink("m/made"));
    T(stat("m", &st));
    say("links %d size %d", (int)st.st_nlink, (int)st.st_size);
    T(sys(mq_unlink, "made"));
    T(mount("none", "n", "mqueue", 0, NULL));
    list("n");
    T(sys(mq_unlink, "first"));
    list("m");
    list("n");
    T(umount("n"));
    T(mount("none", "n", "mqueue", MS_RDONLY, NULL));
    T(open("n/x", O_RDWR | O_CREAT, 0600));
    T(umount("n"));
    T(truncate("m/none", 0));
    RUN("another namespace", {
        T(unshare(CLONE_NEWIPC));
        T(sys(mq_open, "elsewhere", O_RDWR | O_CREAT, 0600, NULL));
        list("m");
        T(mount("none", "n", "mqueue", 0, NULL));
        list("n");
    });
    list("n");
    T(open("n/new", O_RDWR | O_CREAT, 0600));
    T(umount2("n", MNT_DETACH));
    T(umount2("m", MNT_DETACH));

    say("-- limits");
    sysctl("queues_max");
    sysctl("msg_max");
    sysctl("msgsize_max");
    sysctl("msg_default");
    sysctl("msgsize_default");
    write_to("msg_max", "0");
    write_to("msg_max", "65537");
    write_to("msg_max", "5");
    write_to("msgsize_max", "127");
    write_to("msgsize_max", "128");
    write_to("msg_default", "7");
    write_to("queues_max", "-1");
    write_to("queues_max", "100");
    sysctl("msg_max");
    sysctl("msg_default");
    q = T(sys(mq_open, "small", O_RDWR | O_CREAT, 0640, NULL));
    T(sys(mq_getsetattr, q, NULL, &a));
    say("max %ld size %ld", a.maxmsg, a.msgsize);
    rmdir("m");
    rmdir("n");
}
