// about: setns with a pidfd: several namespaces of a process at once
// calls: setns pidfd_open unshare
#include "abi.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
static ino_t ino_of(int pid, const char *n)
{
    char p[64];
    struct stat st;
    snprintf(p, 64, "/proc/%d/ns/%s", pid, n);
    return stat(p, &st) ? 0 : st.st_ino;
}
static void same(int pid)
{
    static const char *const n[] = {
        "user", "mnt", "uts", "ipc", "net", "cgroup", "pid_for_children"};
    for (unsigned i = 0; i < 7; i++)
        printf("%s%s ", n[i],
               ino_of(getpid(), n[i]) == ino_of(pid, n[i]) ? "=" : "#");
    printf("\n");
}
int main(void)
{
    int go[2], done[2];
    char c;
    pipe(go);
    pipe(done);
    pid_t k = CHILD({
        MUST(unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS |
                     CLONE_NEWCGROUP));
        sys(sethostname, "target", 6);
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
        mkdir("m", 0755);
        mount("x", "m", "tmpfs", 0, NULL);
        put("m/f", "inside");
        write(done[1], "x", 1);
        read(go[0], &c, 1);
    });
    read(done[0], &c, 1);
    char m[400];
    getcwd(m, 390);
    strcat(m, "/m/f");
    int fd = sys(pidfd_open, k, 0);
    T(sys(setns, fd, 0));
    T(sys(setns, fd, 1));
    T(sys(setns, fd, CLONE_NEWUTS | CLONE_VM));
    T(sys(setns, fd, CLONE_NEWUSER));
    T(sys(setns, fd, CLONE_NEWPID));
    RUN("one", {
        T(sys(setns, fd, CLONE_NEWUTS));
        same(k);
        char h[65];
        gethostname(h, 65);
        STR(h);
        STR(get(m));
    });
    RUN("mnt alone", {
        T(sys(setns, fd, CLONE_NEWNS));
        same(k);
        STR(get(m));
        STR(getcwd(m, 390));
    });
    RUN("mnt and others", {
        T(sys(setns, fd,
              CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
                  CLONE_NEWCGROUP | CLONE_NEWPID));
        same(k);
        STR(get(m));
        STR(getcwd(m, 390));
    });
    RUN("as a user", {
        become_user();
        T(sys(setns, fd, CLONE_NEWUTS));
        T(sys(setns, fd, CLONE_NEWNS | CLONE_NEWUTS));
    });
    write(go[1], "x", 1);
    wait_show("target", k);
    T(sys(setns, fd, CLONE_NEWUTS));
    say("-- user namespaces, unprivileged");
    k = CHILD({
        become_user();
        prctl(PR_SET_DUMPABLE, 1);
        T(unshare(CLONE_NEWUSER | CLONE_NEWUTS));
        T(sys(sethostname, "mine", 4));
        write(done[1], "x", 1);
        read(go[0], &c, 1);
    });
    read(done[0], &c, 1);
    fd = sys(pidfd_open, k, 0);
    RUN("its owner", {
        become_user();
        prctl(PR_SET_DUMPABLE, 1);
        T(sys(setns, fd, CLONE_NEWUTS));
        T(sys(setns, fd, CLONE_NEWUSER | CLONE_NEWUTS));
        same(k);
        char h[65];
        gethostname(h, 65);
        STR(h);
        T(sys(sethostname, "again", 5));
        T(sys(setns, fd, CLONE_NEWUSER));
    });
    RUN("another user", {
        setresuid(1234, 1234, 1234);
        T(sys(setns, fd, CLONE_NEWUSER));
    });
    RUN("root", {
        T(sys(setns, fd, CLONE_NEWUSER));
        same(k);
        T(sys(sethostname, "x", 1));
        T(sys(setns, fd, CLONE_NEWUTS));
        T(sys(sethostname, "x", 1));
    });
    write(go[1], "x", 1);
    wait_show("target", k);
}
