// about: ptrace: TRACEME, stops, peeking and poking, continuing with signals,
// about: exit
// calls: ptrace wait4 kill
#include "abi.h"

#include <sys/ptrace.h>
static volatile long word = 0x1111;
int main(void)
{
    int st;
    pid_t k = CHILD({
        T(ptrace(PTRACE_TRACEME, 0, 0, 0));
        T(ptrace(PTRACE_TRACEME, 0, 0, 0));
        raise(SIGSTOP);
        N(word);
        raise(SIGUSR1);
        N(word + 1);
        set_handler(SIGUSR2, no_handler, 0);
        raise(SIGUSR1);
        _exit(9);
    });
    waitpid(k, &st, 0);
    show_status("first", st);
    errno = 0;
    long v = ptrace(PTRACE_PEEKDATA, k, (void *)&word, 0);
    say("%lx", v);
    T(ptrace(PTRACE_POKEDATA, k, (void *)&word, (void *)0x2222));
    T(ptrace(PTRACE_POKEDATA, k, (void *)8, (void *)0x2222));
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    show_status("second", st);
    siginfo_t si;
    T(ptrace(PTRACE_GETSIGINFO, k, 0, &si));
    say("%s %d", signame(si.si_signo), si.si_code);
    say("SIGUSR1 is taken away");
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    show_status("third", st);
    ptrace(PTRACE_CONT, k, 0, (void *)(long)SIGUSR2);
    waitpid(k, &st, 0);
    show_status("end", st);
    T(ptrace(PTRACE_CONT, k, 0, 0));
    T(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    T(ptrace(PTRACE_ATTACH, 9999999, 0, 0));
    T(ptrace(PTRACE_PEEKDATA, getppid(), 0, 0));
}
