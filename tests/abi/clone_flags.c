// about: clone: which flag combinations are refused, what each flag shares
// calls: clone wait4 unshare
#include "abi.h"

static volatile int shared;
static char stack[65536] __attribute__((aligned(16)));
static int fn(void *a)
{
    shared++;
    long f = (long)a;
    if (f & CLONE_FS) {
        sys(chdir, "/");
        sys(umask, 0);
    }
    if (f & CLONE_FILES)
        sys(close, 50);
    return 3;
}
int main(void)
{
    static const struct {
        unsigned long f;
        const char *n;
    } bad[] = {
        {CLONE_THREAD, "THREAD"},
        {CLONE_SIGHAND, "SIGHAND"},
        {CLONE_THREAD | CLONE_SIGHAND, "THREAD|SIGHAND"},
        {CLONE_NEWNS | CLONE_FS, "NEWNS|FS"},
        {CLONE_NEWUSER | CLONE_FS, "NEWUSER|FS"},
        {CLONE_NEWIPC | CLONE_SYSVSEM, "NEWIPC|SYSVSEM"},
        {CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
         "NEWPID|THREAD"},
        {0x1000 | CLONE_PARENT_SETTID, "PIDFD|PARENT_SETTID"},
        {0x1000 | CLONE_DETACHED, "PIDFD|DETACHED"},
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        note = bad[i].n;
        int tid;
        T(raw_clone(bad[i].f, 0, &tid, 0, 0));
    }
    note = NULL;
    static const struct {
        unsigned long f;
        const char *n;
    } good[] = {{SIGCHLD, "nothing"},
                {CLONE_VM | SIGCHLD, "VM"},
                {CLONE_FS | SIGCHLD, "FS"},
                {CLONE_FILES | SIGCHLD, "FILES"},
                {CLONE_VM | CLONE_SIGHAND | SIGCHLD, "VM|SIGHAND"},
                {CLONE_DETACHED | SIGCHLD, "DETACHED"},
                {CLONE_VM | CLONE_VFORK | SIGCHLD, "VM|VFORK"},
                {CLONE_SYSVSEM | SIGCHLD, "SYSVSEM"},
                {CLONE_UNTRACED | SIGCHLD, "UNTRACED"},
                {CLONE_IO | SIGCHLD, "IO"},
                {CLONE_PTRACE | SIGCHLD, "PTRACE"}};
    char start[256], now[256];
    getcwd(start, 256);
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        dup2(0, 50);
        int before = shared;
        fflush(stdout);
        pid_t k = clone(fn, stack + sizeof stack, good[i].f, (void *)good[i].f);
        if (k < 0) {
            say("%s: %s", good[i].n, errname(errno));
            continue;
        }
        wait_show(good[i].n, k);
        getcwd(now, 256);
        say("  memory %s, cwd %s, umask %03o, handle %s",
            shared > before ? "shared" : "own",
            strcmp(start, now) ? "shared" : "own", umask(022),
            fcntl(50, F_GETFD) < 0 ? "shared" : "own");
        chdir(start);
    }
    say("-- the exit signal");
    int st;
    fflush(stdout);
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGCHLD), NULL);
    signal(SIGUSR1, SIG_DFL);
    pid_t k = clone(fn, stack + sizeof stack, SIGUSR1, 0);
    siginfo_t si;
    T(sigwaitinfo(SIGS(SIGUSR1, SIGCHLD), &si) == SIGUSR1 ? 1 : 0);
    Y(si.si_pid == k);
    T(waitpid(k, &st, 0) == k ? 0 : -1);
    T(waitpid(k, &st, __WCLONE) == k ? 0 : -1);
    k = clone(fn, stack + sizeof stack, 0, 0);
    T(waitpid(k, &st, 0) == k ? 0 : -1);
    T(waitpid(k, &st, __WALL) == k ? 0 : -1);
    show_status("no signal", st);
}
