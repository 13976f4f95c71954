// about: ptrace: seizing, group stops, PTRACE_LISTEN, signal masks and queues
// calls: ptrace wait4 waitid kill
#include "abi.h"

#include <sys/ptrace.h>

static void show(const char *what, pid_t k)
{
    int st = 0;
    siginfo_t si;
    pid_t r = waitpid(k, &st, __WALL);
    printf("%s: %s %x", what, r == k ? "ok" : errname(errno), st);
    if (WIFSTOPPED(st)) {
        errno = 0;
        if (ptrace(PTRACE_GETSIGINFO, k, 0, &si) < 0)
            printf(" no siginfo: %s", errname(errno));
        else
            printf(" siginfo %d code %x", si.si_signo, si.si_code);
    }
    putchar(10);
}

static int told[2];
static void h(int s)
{
    write(told[1], &s, sizeof s);
}

int main(void)
{
    int st, signo = 0;
    siginfo_t si;
    pipe(told);
    pid_t k = CHILD({
        set_handler(SIGUSR1, h, 0);
        for (;;)
            pause();
    });
    wait_asleep(k, k);
    T(ptrace(PTRACE_SEIZE, k, 1, 0));
    T(ptrace(PTRACE_SEIZE, k, 0, 0x1000));
    T(ptrace(PTRACE_SEIZE, k, 0, 0));
    T(ptrace(PTRACE_SEIZE, k, 0, 0));
    T(waitpid(k, &st, WNOHANG));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    T(ptrace(PTRACE_INTERRUPT, k, 0, 0));
    show("interrupt", k);
    T(ptrace(PTRACE_INTERRUPT, k, 0, 0));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    show("interrupted again", k);
    T(ptrace(PTRACE_CONT, k, 0, 0));
    say("-- a group stop");
    kill(k, SIGSTOP);
    show("signal", k);
    T(ptrace(PTRACE_CONT, k, 0, SIGSTOP));
    show("group stop", k);
    T(ptrace(PTRACE_LISTEN, k, 0, 0));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    ms(20);
    say("state %c", task_state(k, k));
    kill(k, SIGCONT);
    show("news", k);
    T(ptrace(PTRACE_CONT, k, 0, 0));
    show("SIGCONT", k);
    T(ptrace(PTRACE_CONT, k, 0, SIGCONT));
    wait_asleep(k, k);
    say("-- the mask, what is queued");
    T(ptrace(PTRACE_INTERRUPT, k, 0, 0));
    show("stop", k);
    unsigned long mask = 0;
    T(ptrace(PTRACE_GETSIGMASK, k, 8, &mask));
    say("%lx", mask);
    T(ptrace(PTRACE_GETSIGMASK, k, 4, &mask));
    mask = 1UL << (SIGUSR1 - 1) | 1UL << (SIGKILL - 1) | 1UL << (40 - 1);
    T(ptrace(PTRACE_SETSIGMASK, k, 8, &mask));
    T(ptrace(PTRACE_GETSIGMASK, k, 8, &mask));
    say("%lx", mask);
    kill(k, SIGUSR1);
    sigqueue(k, 40, (union sigval){.sival_int = 5});
    sigqueue(k, 40, (union sigval){.sival_int = 6});
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } peek = {0, 1, 10};
    siginfo_t q[10];
    T(ptrace(PTRACE_PEEKSIGINFO, k, &peek, q));
    say("%d %d %d %d", q[0].si_signo, q[1].si_signo, q[1].si_int, q[2].si_int);
    peek.flags = 0;
    T(ptrace(PTRACE_PEEKSIGINFO, k, &peek, q));
    peek.nr = -1;
    T(ptrace(PTRACE_PEEKSIGINFO, k, &peek, q));
    mask = 1UL << (40 - 1);
    T(ptrace(PTRACE_SETSIGMASK, k, 8, &mask));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    show("unblocked", k);
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    Y(si.si_pid == getpid());
    si.si_code = -7;
    T(ptrace(PTRACE_SETSIGINFO, k, 0, &si));
    memset(&si, 0, sizeof si);
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    say("%d %d", si.si_signo, si.si_code);
    T(ptrace(PTRACE_CONT, k, 0, SIGUSR1));
    read(told[0], &signo, sizeof signo);
    say("handler %d", signo);
    say("-- detach with a signal");
    T(ptrace(PTRACE_INTERRUPT, k, 0, 0));
    show("stop", k);
    T(ptrace(PTRACE_DETACH, k, 0, 99));
    T(ptrace(PTRACE_DETACH, k, 0, SIGTERM));
    ms(50);
    kill(k, SIGKILL);
    waitpid(k, &st, 0);
    show_status("end", st);
    say("-- attach to a stopped one");
    k = CHILD(for (;;) pause());
    wait_asleep(k, k);
    kill(k, SIGSTOP);
    waitpid(k, &st, WUNTRACED);
    show_status("stopped", st);
    T(ptrace(PTRACE_ATTACH, k, 0, 0));
    show("attached", k);
    say("state %c", task_state(k, k));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    kill(k, SIGUSR2);
    show("signal", k);
    T(ptrace(PTRACE_DETACH, k, 0, 0));
    kill(k, SIGKILL);
    wait_show("end", k);
    say("-- waitid");
    k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGUSR1);
        for (;;)
            pause();
    });
    memset(&si, 0, sizeof si);
    T(waitid(P_PID, k, &si, WSTOPPED | WNOWAIT));
    say("%d code %d status %d", si.si_signo, si.si_code, si.si_status);
    T(waitid(P_PID, k, &si, WEXITED));
    say("%d code %d status %d", si.si_signo, si.si_code, si.si_status);
    T(waitid(P_PID, k, &si, WSTOPPED | WNOHANG));
    T(ptrace(PTRACE_KILL, k, 0, 0));
    wait_show("end", k);
}
