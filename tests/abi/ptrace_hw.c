// about: ptrace: hardware watchpoints and breakpoints
// calls: ptrace wait4
#include "abi.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static volatile long watched[2];

__attribute__((noinline)) void here(void)
{
    __asm__ volatile("");
}

static int wait_stop(pid_t k)
{
    int st;
    siginfo_t si;
    ptrace(PTRACE_CONT, k, 0, 0);
    waitpid(k, &st, 0);
    if (!WIFSTOPPED(st)) {
        show_status("end", st);
        return 0;
    }
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    say("%s code %d", signame(WSTOPSIG(st)), si.si_code);
    return 1;
}

#ifdef __x86_64__
#define DR(n) (offsetof(struct user, u_debugreg) + (n)*8)
static void watch(pid_t k, int kind, void *address)
{
    T(ptrace(PTRACE_POKEUSER, k, DR(0), address));
    T(ptrace(PTRACE_POKEUSER, k, DR(7),
             kind == 0   ? 0
             : kind == 1 ? 0x90101L | 0x90000
                         : 0x101L));
    say("%lx", ptrace(PTRACE_PEEKUSER, k, DR(7), 0));
}
static void hit(pid_t k)
{
    say("DR6 %lx", ptrace(PTRACE_PEEKUSER, k, DR(6), 0) & 0xf);
    T(ptrace(PTRACE_POKEUSER, k, DR(6), 0));
}
static void bad(pid_t k)
{
    T(ptrace(PTRACE_POKEUSER, k, DR(1), 0xffff888000000000));
    T(ptrace(PTRACE_POKEUSER, k, DR(4), 1));
    T(ptrace(PTRACE_POKEUSER, k, 3, 1));
    T(ptrace(PTRACE_POKEUSER, k, sizeof(struct user), 1));
}
#else
struct state {
    uint32_t info, pad;
    struct {
        uint64_t addr;
        uint32_t ctrl, pad;
    } r[16];
};
static void set(pid_t k, int type, uint64_t address, uint32_t ctrl)
{
    struct state s;
    memset(&s, 0, sizeof s);
    struct iovec v = {&s, sizeof s};
    T(ptrace(PTRACE_GETREGSET, k, type, &v));
    Y(s.info & 0xff);
    s.r[0].addr = address;
    s.r[0].ctrl = ctrl;
    v.iov_len = 8 + 16;
    T(ptrace(PTRACE_SETREGSET, k, type, &v));
    v.iov_len = sizeof s;
    ptrace(PTRACE_GETREGSET, k, type, &v);
    say("%x %d", s.r[0].ctrl, s.r[0].addr == address);
}
static void watch(pid_t k, int kind, void *address)
{
    if (kind == 1)
        set(k, NT_ARM_HW_WATCH, (uint64_t)address, 0xff << 5 | 2 << 3 | 1);
    else if (kind == 2)
        set(k, NT_ARM_HW_BREAK, (uint64_t)address, 0xf << 5 | 1);
    else
        set(k, address == watched ? NT_ARM_HW_WATCH : NT_ARM_HW_BREAK,
            (uint64_t)address, 0);
}
static void hit(pid_t k)
{
    siginfo_t si;
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    say("at the variable %d, the function %d", si.si_addr == (void *)watched,
        si.si_addr == (void *)here);
}
static void bad(pid_t k)
{
}
#endif

int main(void)
{
    int st;
    pid_t k = CHILD({
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        watched[1] = 1;
        watched[0] = 2;
        watched[0] = 3;
        raise(SIGUSR1);
        here();
        watched[0] = 4;
        _exit(watched[0]);
    });
    waitpid(k, &st, 0);
    say("-- a watchpoint");
    watch(k, 1, (void *)watched);
    if (wait_stop(k)) {
        hit(k);
        watch(k, 0, (void *)watched);
        ptrace(PTRACE_SINGLESTEP, k, 0, 0);
        waitpid(k, &st, 0);
        say("%x", st);
        say("%ld", ptrace(PTRACE_PEEKDATA, k, &watched[0], 0));
    }
    bad(k);
    wait_stop(k);
    say("-- a breakpoint");
    watch(k, 2, (void *)here);
    if (wait_stop(k)) {
        hit(k);
        watch(k, 0, (void *)here);
    }
    wait_stop(k);
}
