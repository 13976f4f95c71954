// about: siginfo of SEGV, BUS, FPE, ILL and TRAP: codes and addresses
// calls: rt_sigaction rt_sigreturn mmap mprotect
#include "abi.h"

#include <setjmp.h>
static sigjmp_buf env;
static siginfo_t got;
static void h(int s, siginfo_t *si, void *c)
{
    got = *si;
    siglongjmp(env, 1);
}
static volatile char sink;
static const char *code(void)
{
    static char b[32];
    switch (got.si_signo) {
    case SIGSEGV:
        return got.si_code == 1      ? "MAPERR"
               : got.si_code == 2    ? "ACCERR"
               : got.si_code == 0x80 ? "KERNEL"
                                     : "?";
    case SIGBUS:
        return got.si_code == 1 ? "ADRALN" : got.si_code == 2 ? "ADRERR" : "?";
    case SIGFPE:
        return got.si_code == 1 ? "INTDIV" : "?";
    case SIGILL:
        return got.si_code == 1 ? "ILLOPC" : got.si_code == 2 ? "ILLOPN" : "?";
    case SIGTRAP:
        return got.si_code == 1      ? "BRKPT"
               : got.si_code == 0x80 ? "KERNEL"
                                     : "?";
    }
    snprintf(b, sizeof b, "%d", got.si_code);
    return b;
}
#define FAULT(what, want, ...)                                               \
    do {                                                                     \
        memset(&got, 0, sizeof got);                                         \
        if (!sigsetjmp(env, 1)) {                                            \
            __VA_ARGS__;                                                     \
            say("%s: nothing", what);                                        \
        } else                                                               \
            say("%s: %s %s address %s", what, signame(got.si_signo), code(), \
                got.si_addr == (void *)(want) ? "right"                      \
                : got.si_addr == NULL         ? "0"                          \
                                              : "other");                            \
    } while (0)
int main(void)
{
    static const int s[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (int i = 0; i < 5; i++)
        set_siginfo(s[i], h, 0);
    char *none = page(PROT_NONE), *ro = page(PROT_READ),
         *rw = page(PROT_READ | PROT_WRITE);
    FAULT("read null", 0x10, sink = *(volatile char *)0x10UL);
    FAULT("write null", 0x18, *(volatile char *)0x18UL = 1);
    FAULT("read PROT_NONE", none + 5, sink = *(volatile char *)(none + 5));
    FAULT("write PROT_NONE", none + 6, *(volatile char *)(none + 6) = 1);
    FAULT("write PROT_READ", ro + 7, *(volatile char *)(ro + 7) = 1);
    FAULT("execute data", rw, ((void (*)(void))rw)());
    char *gone = page(PROT_READ | PROT_WRITE);
    munmap(gone, 4096);
    FAULT("read unmapped", gone + 9, sink = *(volatile char *)(gone + 9));
    FAULT("execute unmapped", gone, ((void (*)(void))gone)());
    FAULT("execute null", 0, ((void (*)(void))0)());
    FAULT("read kernel", 0xffff888000001000UL,
          sink = *(volatile char *)0xffff888000001000UL);
    FAULT("read non-canonical", 0x1234567812345678UL,
          sink = *(volatile char *)0x1234567812345678UL);
    FAULT("write code", (char *)main, *(volatile char *)main = 1);
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 100);
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    FAULT("in the last page of a file", 0, sink = m[4095]);
    FAULT("beyond the last page, read", m + 4096,
          sink = *(volatile char *)(m + 4096));
    FAULT("beyond the last page, write", m + 5000,
          *(volatile char *)(m + 5000) = 1);
    m[0] = 1;
    ftruncate(fd, 0);
    FAULT("after truncation", m, sink = *(volatile char *)m);
    char *pv = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    FAULT("a private mapping of an empty file", pv + 1,
          *(volatile char *)(pv + 1) = 1);
#ifdef __x86_64__
    volatile int zero = 0, one = 1;
    FAULT("integer division by zero", 0, sink = one / zero);
    FAULT("ud2", 0, __asm__ volatile("ud2"));
    FAULT("int3", 0, __asm__ volatile("int3"));
    FAULT("privileged", 0, __asm__ volatile("hlt"));
    FAULT("int 0x99", 0, __asm__ volatile("int $0x99"));
    FAULT("in", 0, __asm__ volatile("inb $0x80, %%al" ::: "rax"));
#else
    FAULT("udf", 0, __asm__ volatile(".inst 0x00000000"));
    FAULT("brk", 0, __asm__ volatile("brk #5"));
    FAULT("privileged", 0, __asm__ volatile("msr daifset, #15"));
    FAULT("undefined register", 0,
          __asm__ volatile("mrs x0, ttbr0_el1" ::
                               : "x0"));
#endif
    say("-- blocked or ignored faults kill");
    RUN("blocked", {
        sigprocmask(SIG_BLOCK, SIGS(SIGSEGV), NULL);
        *(volatile char *)0x10UL = 1;
    });
    RUN("ignored", {
        signal(SIGSEGV, SIG_IGN);
        *(volatile char *)0x10UL = 1;
    });
    RUN("raised and ignored", {
        signal(SIGSEGV, SIG_IGN);
        raise(SIGSEGV);
    });
    RUN("raised and blocked", {
        sigprocmask(SIG_BLOCK, SIGS(SIGSEGV), NULL);
        raise(SIGSEGV);
        _exit(4);
    });
}
