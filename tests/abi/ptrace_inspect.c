// about: ptrace: a running task is stopped, inspected, changed and resumed:
// about: memory, registers, a breakpoint, single steps, a thread made inside
// calls: ptrace wait4
#include "abi.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static volatile long counter, stop_it, result;
static volatile int threads;

#ifdef __x86_64__
typedef struct user_regs_struct regs_t;
#define PC(r)     ((r).rip)
#define SP(r)     ((r).rsp)
#define RET(r)    ((r).rax)
#define ARG(r)    ((r).rdi)
#define TRAP_SIZE 1
#else
typedef struct user_regs_struct regs_t;
#define PC(r)     ((r).pc)
#define SP(r)     ((r).sp)
#define RET(r)    ((r).regs[0])
#define ARG(r)    ((r).regs[0])
#define TRAP_SIZE 0
#endif

__attribute__((noinline)) long twice(long x)
{
    __asm__ volatile("" : "+r"(x));
    return 2 * x;
}

static void *thread(void *p)
{
    threads++;
    return p;
}

static void loop(void)
{
    while (!stop_it)
        counter++;
    result = twice(21);
    pthread_t t;
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    _exit(5);
}

static regs_t get_regs(pid_t k)
{
    regs_t r;
    struct iovec v = {&r, sizeof r};
    memset(&r, 0, sizeof r);
    T(ptrace(PTRACE_GETREGSET, k, NT_PRSTATUS, &v));
    Y(v.iov_len == sizeof r);
    return r;
}

static void set_regs(pid_t k, regs_t *r)
{
    struct iovec v = {r, sizeof *r};
    T(ptrace(PTRACE_SETREGSET, k, NT_PRSTATUS, &v));
}

int main(void)
{
    int st;
    siginfo_t si;
    pid_t k = CHILD(loop());
    long seen = 0;
    struct iovec mine = {&seen, sizeof seen},
                 its = {(void *)&counter, sizeof counter};
    while (seen < 1000) {
        process_vm_readv(k, &mine, 1, &its, 1, 0);
        ms(1);
    }
    T(ptrace(PTRACE_SEIZE, k, 0, PTRACE_O_TRACECLONE));
    T(ptrace(PTRACE_INTERRUPT, k, 0, 0));
    Y(waitpid(k, &st, 0) == k);
    say("%x", st);
    long a = ptrace(PTRACE_PEEKDATA, k, &counter, 0);
    Y(a > 0);
    ms(20);
    Y(ptrace(PTRACE_PEEKDATA, k, &counter, 0) == a);
    say("state %c", task_state(k, k));
    say("-- steps");
    regs_t r = get_regs(k);
    unsigned long pc = PC(r);
    int moved = 0;
    for (int i = 0; i < 20; i++) {
        ptrace(PTRACE_SINGLESTEP, k, 0, 0);
        waitpid(k, &st, 0);
        if (st != (SIGTRAP << 8 | 0x7f))
            say("step: %x", st);
        struct iovec v = {&r, sizeof r};
        ptrace(PTRACE_GETREGSET, k, NT_PRSTATUS, &v);
        moved += PC(r) != pc;
        pc = PC(r);
    }
    say("moved %d", moved);
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    say("%d code %d", si.si_signo, si.si_code);
    say("-- a breakpoint");
    errno = 0;
    long text = ptrace(PTRACE_PEEKTEXT, k, twice, 0), trap;
#ifdef __x86_64__
    trap = (text & ~0xffL) | 0xcc;
#else
    trap = (text & ~0xffffffffL) | 0xd4200000;
#endif
    T(ptrace(PTRACE_POKETEXT, k, twice, trap));
    T(ptrace(PTRACE_POKEDATA, k, &stop_it, 1));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    waitpid(k, &st, 0);
    say("%x", st);
    ptrace(PTRACE_GETSIGINFO, k, 0, &si);
    say("%d code %d", si.si_signo, si.si_code);
    r = get_regs(k);
    Y(PC(r) == (unsigned long)twice + TRAP_SIZE);
    say("argument %ld", (long)ARG(r));
    T(ptrace(PTRACE_POKETEXT, k, twice, text));
    PC(r) = (unsigned long)twice;
    ARG(r) = 50;
    set_regs(k, &r);
    T(ptrace(PTRACE_CONT, k, 0, 0));
    say("-- a thread inside");
    Y(waitpid(k, &st, 0) == k);
    say("%x", st);
    N(ptrace(PTRACE_PEEKDATA, k, &result, 0));
    unsigned long msg = 0;
    T(ptrace(PTRACE_GETEVENTMSG, k, 0, &msg));
    pid_t tid = msg;
    Y(tid > 0 && tid != k);
    Y(waitpid(tid, &st, __WALL) == tid);
    say("thread: %x", st);
    r = get_regs(tid);
    Y(SP(r) != 0);
    T(ptrace(PTRACE_CONT, tid, 0, 0));
    T(ptrace(PTRACE_CONT, k, 0, 0));
    Y(waitpid(tid, &st, __WALL) == tid);
    Y(WIFEXITED(st));
    Y(waitpid(k, &st, 0) == k);
    show_status("end", st);
}
