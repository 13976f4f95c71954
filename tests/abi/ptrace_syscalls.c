// about: ptrace: stops at system calls, what they tell, calls and results
// about: changed or taken away, emulation
// calls: ptrace wait4
#include "abi.h"

#include <elf.h>
#include <linux/ptrace.h>
#undef PTRACE_SYSCALL
#define PTRACE_SYSCALL 24
#define PTRACE_SYSEMU_ 31
long ptrace(int, ...);

#ifndef PTRACE_GET_SYSCALL_INFO
#error headers
#endif

struct user_words {
    unsigned long w[40];
};

static void get_regs(pid_t k, struct user_words *r)
{
    struct iovec v = {r, sizeof *r};
    ptrace(PTRACE_GETREGSET, k, NT_PRSTATUS, &v);
}
static void set_regs(pid_t k, struct user_words *r)
{
    struct iovec v = {r,
#ifdef __x86_64__
                      27 * 8
#else
                      34 * 8
#endif
    };
    ptrace(PTRACE_SETREGSET, k, NT_PRSTATUS, &v);
}
static void set_result(pid_t k, long v)
{
    struct user_words r;
    get_regs(k, &r);
#ifdef __x86_64__
    r.w[10] = v;
#else
    r.w[0] = v;
#endif
    set_regs(k, &r);
}
static void set_number(pid_t k, int nr)
{
#ifdef __x86_64__
    struct user_words r;
    get_regs(k, &r);
    r.w[15] = nr;
    set_regs(k, &r);
#else
    struct iovec v = {&nr, sizeof nr};
    ptrace(PTRACE_SETREGSET, k, NT_ARM_SYSTEM_CALL, &v);
#endif
}

static const char *name(long nr)
{
    return nr == SYS_getppid      ? "getppid"
           : nr == SYS_write      ? "write"
           : nr == SYS_exit_group ? "exit_group"
           : nr == SYS_getuid     ? "getuid"
           : nr == SYS_close      ? "close"
           : nr == -1             ? "none"
                                  : "other";
}

static int show(pid_t k)
{
    struct ptrace_syscall_info i;
    memset(&i, 0x55, sizeof i);
    long n = ptrace(PTRACE_GET_SYSCALL_INFO, k, sizeof i, &i);
    unsigned long msg = 99;
    ptrace(PTRACE_GETEVENTMSG, k, 0, &msg);
    printf("size %ld op %d message %lu ", n, i.op, msg);
    if (i.op == PTRACE_SYSCALL_INFO_ENTRY)
        say("entry %s %lld", name(i.entry.nr),
            i.entry.nr == SYS_write ? 0 : (long long)i.entry.args[0]);
    else if (i.op == PTRACE_SYSCALL_INFO_EXIT)
        say("exit %lld %d",
            i.exit.is_error || i.exit.rval == 4711 || i.exit.rval == 815
                ? (long long)i.exit.rval
                : (long long)!!i.exit.rval,
            i.exit.is_error);
    else
        say("none");
    Y(i.instruction_pointer != 0 && i.stack_pointer != 0 && i.arch != 0);
    return i.op;
}

static void next(pid_t k, int request)
{
    int st;
    ptrace(request, k, 0, 0);
    waitpid(k, &st, 0);
    if (WIFSTOPPED(st))
        printf("stop %x: ", WSTOPSIG(st));
    else
        show_status("end", st);
}

int main(void)
{
    int st;
    pid_t k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        sys(getppid, 7);
        sys(close, 12345);
        long r = sys(getppid);
        say("changed: %ld", r);
        fflush(stdout);
        r = sys(getppid);
        say("taken away: %ld %s", r, errname(errno));
        fflush(stdout);
        r = sys(getppid, 3);
        say("emulated: %ld", r);
        fflush(stdout);
        _exit(3);
    });
    waitpid(k, &st, 0);
    T(ptrace(PTRACE_SETOPTIONS, k, 0, PTRACE_O_TRACESYSGOOD));
    T(ptrace(PTRACE_SETOPTIONS, k, 0, 0x10000000));
    show(k);
    struct ptrace_syscall_info i;
    int stops = 0;
    /* what raise() does on its way out varies */
    for (;;) {
        ptrace(PTRACE_SYSCALL, k, 0, 0);
        waitpid(k, &st, 0);
        ptrace(PTRACE_GET_SYSCALL_INFO, k, sizeof i, &i);
        if (i.op == 1 && i.entry.nr == SYS_getppid)
            break;
    }
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL); /* getppid: its result is changed */
    show(k);
    next(k, PTRACE_SYSCALL);
    set_result(k, 4711);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL); /* the next one is taken away */
    show(k);
    set_number(k, -1);
    set_result(k, -EDOM);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_SYSEMU_);
    show(k);
    set_result(k, 815);
    next(k, PTRACE_SYSCALL);
    show(k);
    next(k, PTRACE_CONT);
}
