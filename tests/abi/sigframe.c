// about: The signal frame: handlers see and rewrite registers, FP state
// about: survives and can be changed
// calls: rt_sigreturn rt_sigaction
#include "abi.h"

#include <ucontext.h>
static volatile int n;
static void skip(int s, siginfo_t *si, void *c)
{
    ucontext_t *u = c;
    n++;
#ifdef __x86_64__
    u->uc_mcontext.gregs[REG_RIP] += 2;
    u->uc_mcontext.gregs[REG_RAX] = 0x1234;
#else
    u->uc_mcontext.pc += 4;
    u->uc_mcontext.regs[0] = 0x1234;
#endif
}
static void mask(int s, siginfo_t *si, void *c)
{
    ucontext_t *u = c;
    say("blocked before: %d", sigismember(&u->uc_sigmask, SIGHUP));
    sigaddset(&u->uc_sigmask, SIGTERM);
    sigaddset(&u->uc_sigmask, SIGKILL);
}
static void clobber(int s)
{
#ifdef __x86_64__
    __asm__ volatile("pcmpeqd %%xmm0,%%xmm0; pcmpeqd %%xmm1,%%xmm1; pcmpeqd "
                     "%%xmm7,%%xmm7; pcmpeqd %%xmm15,%%xmm15; fninit" ::
                         : "xmm0", "xmm1", "xmm7", "xmm15");
#else
    __asm__ volatile("movi v0.16b, #255; movi v1.16b, #255; movi v7.16b, #255; "
                     "movi v31.16b, #255" ::
                         : "v0", "v1", "v7", "v31");
#endif
    n++;
}
int main(void)
{
    long r;
    set_siginfo(SIGILL, skip, 0);
#ifdef __x86_64__
    __asm__ volatile("xor %%eax, %%eax; ud2" : "=a"(r));
#else
    register long x0 __asm__("x0") = 0;
    __asm__ volatile(".inst 0x00000000" : "+r"(x0));
    r = x0;
#endif
    say("skipped an instruction: %d, register %lx", n, r);
    set_siginfo(SIGUSR1, mask, 0);
    sigprocmask(SIG_BLOCK, SIGS(SIGHUP), NULL);
    raise(SIGUSR1);
    sigset_t s;
    sigprocmask(0, NULL, &s);
    say("after: HUP %d TERM %d USR1 %d KILL %d", sigismember(&s, SIGHUP),
        sigismember(&s, SIGTERM), sigismember(&s, SIGUSR1),
        sigismember(&s, SIGKILL));
    set_handler(SIGUSR2, clobber, 0);
    n = 0;
    double d[4] = {1.5, -2.25, 3e300, 0.1};
    long pid = getpid(), rr;
    unsigned long v[8] = {0};
#ifdef __x86_64__
    __asm__ volatile("movupd (%3), %%xmm0; movupd 16(%3), %%xmm15;"
                     "mov $62, %%eax; syscall;"
                     "movupd %%xmm0, (%4); movupd %%xmm15, 16(%4)"
                     : "=&a"(rr)
                     : "D"(pid), "S"((long)SIGUSR2), "r"(d), "r"(v)
                     : "rcx", "r11", "xmm0", "xmm15", "memory");
#else
    register long a0 __asm__("x0") = pid;
    register long a1 __asm__("x1") = SIGUSR2;
    register long nr __asm__("x8") = 129;
    register void *in __asm__("x9") = d;
    register void *out __asm__("x10") = v;
    __asm__ volatile("ldp q0, q31, [%3]; svc #0; stp q0, q31, [%4]"
                     : "+r"(a0)
                     : "r"(a1), "r"(nr), "r"(in), "r"(out)
                     : "v0", "v31", "memory");
    rr = a0;
#endif
    say("kill %ld, handler ran %d, vector registers kept: %d", rr, n,
        !memcmp(v, d, 32));
    double acc = 0;
    for (int i = 0; i < 1000; i++) {
        acc += i * 0.5;
        if (i % 100 == 0)
            raise(SIGUSR2);
    }
    say("%.1f", acc);
}
