// about: What single capabilities allow: files, kill, chown, setuid, nice,
// about: mknod, chroot, host name
// calls: capset prctl openat fchownat kill
#include "abi.h"

struct hdr {
    uint32_t ver;
    int pid;
};
struct dat {
    uint32_t e, p, i;
};
static void only(int cap)
{
    struct hdr h = {0x20080522, 0};
    struct dat d[2];
    memset(d, 0, sizeof d);
    prctl(PR_SET_KEEPCAPS, 1);
    sys(setresgid, 1000, 1000, 1000);
    sys(setresuid, 1000, 1000, 1000);
    if (cap >= 0)
        d[cap / 32].e = d[cap / 32].p = 1u << cap % 32;
    T(sys(capset, &h, d));
}
int main(void)
{
    static const struct {
        int c;
        const char *n;
    } caps[] = {{-1, "none"},        {0, "CHOWN"},
                {1, "DAC_OVERRIDE"}, {2, "DAC_READ_SEARCH"},
                {3, "FOWNER"},       {4, "FSETID"},
                {5, "KILL"},         {6, "SETGID"},
                {7, "SETUID"},       {8, "SETPCAP"},
                {18, "SYS_CHROOT"},  {21, "SYS_ADMIN"},
                {23, "SYS_NICE"},    {24, "SYS_RESOURCE"},
                {25, "SYS_TIME"},    {27, "MKNOD"}};
    char host[65];
    gethostname(host, 65);
    put("f", "x");
    put("s", "x");
    mkdir("d", 0700);
    put("d/g", "x");
    umask(0);
    mkdir("w", 0777);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){100, 100});
    for (unsigned i = 0; i < sizeof caps / sizeof *caps; i++) {
        chmod("f", 0600);
        chown("f", 0, 0);
        chmod("s", 0666);
        say("-- %s", caps[i].n);
        RUN("-", {
            only(caps[i].c);
            const char *ok = "";
#define C(what, e) \
    if ((e) != -1) \
    printf(" %s", what)
            printf(" may:%s", ok);
            C("read", open("f", O_RDONLY));
            C("write", open("f", O_WRONLY));
            C("list", open("d", O_RDONLY));
            C("search", access("d/g", F_OK));
            C("chmod", chmod("f", 0640));
            C("utime", utimensat(AT_FDCWD, "f",
                                 (struct timespec[2]){{1, 0}, {1, 0}}, 0));
            C("chown", chown("f", 1000, 1000));
            C("kill", kill(1, 0));
            C("setgid", sys(setgid, 5));
            C("setgroups", sys(setgroups, 0, NULL));
            C("nice", sys(setpriority, PRIO_PROCESS, 0, -1));
            C("fifo", sys(sched_setscheduler, 0, 1, (&(int){5})));
            C("rlimit", setrlimit(RLIMIT_NOFILE, &(struct rlimit){100, 101}));
            C("mknod", mknod("w/c", S_IFCHR | 0666, makedev(1, 3)));
            C("hostname", sys(sethostname, host, strlen(host)));
            C("mount", mount("x", "w", "tmpfs", 0, NULL));
            C("umount", umount("w"));
            C("chroot", chroot("."));
            C("bounding", prctl(PR_CAPBSET_DROP, 0));
            C("setuid", sys(setuid, 5));
            printf("\n");
        });
        unlink("w/c");
    }
}
