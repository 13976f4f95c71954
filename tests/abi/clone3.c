// about: clone3: the structure's sizes, refused fields, stack, set_tid, exit
// about: signal
// calls: clone3
#include "abi.h"

struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack,
        stack_size, tls, set_tid, set_tid_size, cgroup;
    uint64_t extra[4];
};
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
static void go(const char *what, struct args *a, size_t size)
{
    fflush(stdout);
    pid_t k = sys(clone3, a, size);
    if (!k)
        _exit(4);
    if (k < 0)
        say("%s: %s", what, errname(errno));
    else {
        int st;
        waitpid(k, &st, __WALL);
        show_status(what, st);
    }
}
int main(void)
{
    int pfd = -1, tid = 0;
    static char stack[4096];
#define GO(what, size, ...) go(what, &(struct args){__VA_ARGS__}, size)
    GO("plain", 88, .exit_signal = SIGCHLD);
    GO("64 bytes", 64, .exit_signal = SIGCHLD);
    GO("80 bytes", 80, .exit_signal = SIGCHLD);
    GO("63 bytes", 63, .exit_signal = SIGCHLD);
    GO("0 bytes", 0, .exit_signal = SIGCHLD);
    GO("96 bytes of zeros", 96, .exit_signal = SIGCHLD);
    GO("96 bytes, not zero", 96, .exit_signal = SIGCHLD, .extra = {1});
    GO("5000 bytes", 5000, .exit_signal = SIGCHLD);
    GO("no signal", 88, .exit_signal = 0);
    signal(64, SIG_IGN);
    GO("signal 64", 88, .exit_signal = 64);
    GO("signal 65", 88, .exit_signal = 65);
    GO("signal 256", 88, .exit_signal = 256);
    GO("stack without size", 88, .exit_signal = SIGCHLD,
       .stack = (uintptr_t)stack);
    GO("size without stack", 88, .exit_signal = SIGCHLD, .stack_size = 4096);
    GO("a kernel stack", 88, .exit_signal = SIGCHLD,
       .stack = 0xffff888000001000, .stack_size = 4096);
    GO("flags in the signal byte", 88, .flags = SIGCHLD);
    GO("CLONE_DETACHED", 88, .flags = CLONE_DETACHED, .exit_signal = SIGCHLD);
    GO("unknown flag", 88, .flags = 1ULL << 40, .exit_signal = SIGCHLD);
    GO("CLONE_PIDFD", 88, .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pfd,
       .exit_signal = SIGCHLD);
    N(pfd);
    GO("CLONE_PIDFD|PARENT_SETTID", 88,
       .flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uintptr_t)&pfd,
       .parent_tid = (uintptr_t)&tid, .exit_signal = SIGCHLD);
    Y(tid > 1);
    GO("CLONE_PIDFD to null", 88, .flags = CLONE_PIDFD, .exit_signal = SIGCHLD);
    GO("THREAD with a signal", 88,
       .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
       .exit_signal = SIGCHLD);
    GO("SIGHAND|CLEAR_SIGHAND", 88,
       .flags = CLONE_SIGHAND | CLONE_VM | 0x100000000ULL,
       .exit_signal = SIGCHLD);
    GO("set_tid without size", 88, .exit_signal = SIGCHLD,
       .set_tid = (uintptr_t)&tid);
    GO("set_tid size without it", 88, .exit_signal = SIGCHLD,
       .set_tid_size = 1);
    GO("33 set_tids", 88, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)stack,
       .set_tid_size = 33);
    pid_t want = 31999;
    GO("set_tid 31999", 88, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&want,
       .set_tid_size = 1);
    want = 1;
    GO("set_tid 1", 88, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&want,
       .set_tid_size = 1);
    want = -1;
    GO("set_tid -1", 88, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&want,
       .set_tid_size = 1);
    GO("INTO_CGROUP with a bad handle", 88, .flags = 0x200000000ULL,
       .cgroup = 99, .exit_signal = SIGCHLD);
    BAD(p, sys(clone3, p, 88));
    set_handler(SIGUSR1, no_handler, 0);
    signal(SIGUSR2, SIG_IGN);
    struct args a = {.flags = 0x100000000ULL, .exit_signal = SIGCHLD};
    fflush(stdout);
    pid_t k = sys(clone3, &a, 88);
    if (!k) {
        struct sigaction sa;
        sigaction(SIGUSR1, NULL, &sa);
        say("CLEAR_SIGHAND: %s", sa.sa_handler == SIG_DFL ? "default" : "kept");
        sigaction(SIGUSR2, NULL, &sa);
        say("CLEAR_SIGHAND: %s",
            sa.sa_handler == SIG_IGN ? "ignored" : "default");
        _exit(0);
    }
    wait_show("CLEAR_SIGHAND", k);
}
