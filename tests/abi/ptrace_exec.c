// about: ptrace: the stop at exec, system call stops, attach and detach, a
// about: tracer that dies
// calls: ptrace wait4 execve
#include "abi.h"

#include <sys/ptrace.h>
int main(void)
{
    int st;
    pid_t k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execl("/bin/busybox", "true", NULL);
    });
    waitpid(k, &st, 0);
    show_status("exec", st);
    int stops = 0;
    while (ptrace(PTRACE_SYSCALL, k, 0, 0) == 0 && waitpid(k, &st, 0) == k &&
           WIFSTOPPED(st) && WSTOPSIG(st) == SIGTRAP)
        stops++;
    Y(stops > 4);
    show_status("end", st);
    say("-- attach");
    k = CHILD(pause(); _exit(1));
    wait_asleep(k, k);
    T(ptrace(PTRACE_ATTACH, k, 0, 0));
    waitpid(k, &st, 0);
    show_status("attached", st);
    char p[64];
    snprintf(p, 64, "/proc/%d/status", k);
    char want[64];
    snprintf(want, 64, "TracerPid:\t%d\n", getpid());
    Y(strstr(get(p), want) != NULL);
    RUN("another tracer", T(ptrace(PTRACE_ATTACH, k, 0, 0)));
    T(ptrace(PTRACE_DETACH, k, 0, 0));
    kill(k, SIGTERM);
    wait_show("detached", k);
    k = CHILD(pause());
    RUN("user", {
        become_user();
        T(ptrace(PTRACE_ATTACH, k, 0, 0));
    });
    RUN("a tracer that dies lets go", {
        T(ptrace(PTRACE_ATTACH, k, 0, 0));
        waitpid(k, &st, 0);
    });
    kill(k, SIGTERM);
    wait_show("tracee", k);
}
