// about: Credentials, working directory, umask, rlimits and nice: what threads
// about: share and what they do not
// calls: setresuid chdir umask setpriority prlimit64 unshare
#include "abi.h"

static int step;
static void at(int n)
{
    while (__atomic_load_n(&step, __ATOMIC_SEQ_CST) < n)
        ms(1);
}
static void *th(void *a)
{
    char c[256];
    at(1);
    getcwd(c, 256);
    say("cwd / : %d", !strcmp(c, "/"));
    say("umask %03o", umask(077));
    struct rlimit rl;
    getrlimit(RLIMIT_CORE, &rl);
    say("rlimit %d", (int)rl.rlim_cur);
    say("nice %d", getpriority(PRIO_PROCESS, 0));
    say("euid %d", (int)sys(geteuid));
    prctl(PR_GET_NAME, c);
    STR(c);
    prctl(PR_SET_NAME, "worker");
    sys(setpriority, PRIO_PROCESS, 0, 7);
    T(unshare(CLONE_FS));
    chdir("/proc");
    umask(0);
    sys(setresuid, -1, 55, -1);
    T(unshare(CLONE_FILES));
    close(50);
    T(unshare(CLONE_THREAD));
    T(unshare(CLONE_SIGHAND));
    T(unshare(CLONE_VM));
    T(unshare(0x10));
    __atomic_store_n(&step, 2, __ATOMIC_SEQ_CST);
    at(3);
    return NULL;
}
int main(void)
{
    pthread_t t;
    char c[256];
    dup2(0, 50);
    prctl(PR_SET_NAME, "leader");
    pthread_create(&t, NULL, th, NULL);
    chdir("/");
    umask(027);
    setrlimit(RLIMIT_CORE, &(struct rlimit){7, 7});
    sys(setpriority, PRIO_PROCESS, 0, 3);
    sys(setresuid, -1, 1000, -1);
    __atomic_store_n(&step, 1, __ATOMIC_SEQ_CST);
    at(2);
    getcwd(c, 256);
    STR(c);
    say("umask %03o", umask(022));
    say("nice %d euid %d", getpriority(PRIO_PROCESS, 0), (int)sys(geteuid));
    T(fcntl(50, F_GETFD));
    prctl(PR_GET_NAME, c);
    STR(c);
    __atomic_store_n(&step, 3, __ATOMIC_SEQ_CST);
    pthread_join(t, NULL);
    /* The kernel's part of it may still be ending. */
    while (unshare(CLONE_THREAD))
        usleep(1000);
    T(unshare(CLONE_THREAD));
    T(unshare(CLONE_VM | CLONE_SIGHAND));
}
