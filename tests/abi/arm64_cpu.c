// about: AArch64: ID registers, traps, their signal frames, FP state
// calls: rt_sigaction rt_sigreturn
// arch: aarch64
#include "abi.h"

#include <asm/hwcap.h>
#include <sys/auxv.h>
#include <ucontext.h>

static volatile int hits;
static unsigned long fault_esr, fault_address, fault_pc;
static int last_signal, last_code;
static void *last_address;

static struct _aarch64_ctx *record(ucontext_t *uc, unsigned magic)
{
    char *p = (char *)uc->uc_mcontext.__reserved;
    for (;;) {
        struct _aarch64_ctx *h = (void *)p;
        if (h->magic == magic)
            return h;
        if (!h->magic || !h->size)
            return NULL;
        p += h->size;
    }
}

static unsigned long go_on;
static void handler(int s, siginfo_t *i, void *v)
{
    ucontext_t *uc = v;
    struct {
        struct _aarch64_ctx head;
        unsigned long esr;
    } *e = (void *)record(uc, 0x45535201);
    hits++;
    last_signal = s;
    last_code = i->si_code;
    last_address = i->si_addr;
    fault_esr = e ? e->esr : 0;
    fault_address = uc->uc_mcontext.fault_address;
    fault_pc = uc->uc_mcontext.pc;
    uc->uc_mcontext.pc = go_on;
}

/* Runs one bad instruction; the handler goes on behind it. */
#define TRAP(what, ...)                                                  \
    do {                                                                 \
        hits = 0;                                                        \
        unsigned long at;                                                \
        __asm__ volatile("adr %0, 2f\n" : "=r"(at));                     \
        go_on = at;                                                      \
        __asm__ volatile(__VA_ARGS__ "\n2:\n" ::                         \
                             : "x0", "x1", "x9", "x10", "memory", "cc"); \
        say("%s: %s code %d esr %#lx", what,                             \
            hits ? signame(last_signal) : "none", hits ? last_code : 0,  \
            hits ? fault_esr : 0);                                       \
    } while (0)

#define ID(name, mask)                               \
    do {                                             \
        unsigned long v;                             \
        __asm__ volatile("mrs %0, " name : "=r"(v)); \
        say("%s %#lx", name, v &(mask));             \
    } while (0)

static void id_registers(void)
{
    ID("S3_0_C0_C4_0", ~0xf00000000UL); /* but not whether there is SVE */
    ID("S3_0_C0_C5_0", ~0UL);
    ID("S3_0_C0_C6_0", ~0UL);
    ID("S3_0_C0_C7_1", ~0UL);
    ID("S3_0_C0_C7_2", ~0UL);
    ID("S3_0_C0_C4_7", ~0UL);
    ID("S3_0_C0_C0_0", ~0UL);
    ID("S3_0_C0_C0_5", ~0UL);
    ID("S3_0_C0_C0_6", ~0UL);
    ID("S3_3_C0_C0_7", ~0UL);
    Y(getauxval(AT_HWCAP) & HWCAP_CPUID);
    Y(getauxval(AT_HWCAP) & HWCAP_PACA);
    Y(getauxval(AT_HWCAP) & HWCAP_EVTSTRM);
    Y(getauxval(AT_MINSIGSTKSZ) >= 4720);
}

static void traps(void)
{
    TRAP("udf", ".inst 0");
    TRAP("brk", "brk #7");
    TRAP("hvc", "hvc #0");
    TRAP("smc", ".inst 0xd4000003");
    TRAP("msr daif", "msr daifset, #2");
    TRAP("mrs sctlr", "mrs x0, sctlr_el1");
    TRAP("mrs of an unknown ID", "mrs x0, S3_0_C0_C1_0");
    TRAP("mrs cntp_ctl", "mrs x0, cntp_ctl_el0");
    TRAP("mrs pmccntr", "mrs x0, pmccntr_el0");
    TRAP("dc ivac", "adr x0, 2f\n dc ivac, x0");
    TRAP("wfi", "wfi");
    TRAP("wfe", "sevl\n wfe");
    TRAP("load null", "mov x0, #8\n ldr x1, [x0]");
    TRAP("store null", "mov x0, #8\n str x1, [x0]");
    TRAP("load kernel", "mov x0, #0xffff000000000000\n ldr x1, [x0]");
    TRAP("store kernel", "mov x0, #0xffff000000000000\n str x1, [x0]");
    TRAP("load beyond", "mov x0, #0x0001000000000000\n ldr x1, [x0]");
    TRAP("store text", "adr x0, 2f\n str x1, [x0]");
    TRAP("exclusive, misaligned",
         "mov x9, sp\n add x9, x9, #1\n ldxr x1, [x9]");
}

static void jump(unsigned long to, const char *what)
{
    hits = 0;
    __asm__ volatile("adr %0, 2f" : "=r"(go_on));
    __asm__ volatile("br %0\n2:" ::"r"(to) : "memory");
    say("%s: %s code %d esr %#lx pc right %d address right %d", what,
        signame(last_signal), last_code, fault_esr, fault_pc == to,
        last_address == (void *)to);
}

static void jumps(void)
{
    static volatile char data[64] __attribute__((aligned(64)));
    data[5] = 1;
    jump(8, "jump low");
    jump((unsigned long)data, "jump to data");
    jump((unsigned long)data + 2, "jump misaligned");
    jump(0xffff000000000000, "jump to the kernel");
    jump(0x0001000000000000, "jump beyond");
}

static void caches(void)
{
    static char line[256];
    __asm__ volatile("dc cvau, %0\n dc civac, %0\n dc cvac, %0\n dsb ish\n"
                     "ic ivau, %0\n isb" ::"r"(line)
                     : "memory");
    line[5] = 7;
    unsigned long z;
    __asm__ volatile("mrs %0, dczid_el0" : "=r"(z));
    Y(!(z & 16));
    memset(line, 1, sizeof line);
    __asm__ volatile("dc zva, %0" ::"r"(line) : "memory");
    unsigned long c1, c2, f;
    __asm__ volatile("mrs %0, cntvct_el0\n isb\n mrs %1, cntvct_el0\n"
                     "mrs %2, cntfrq_el0"
                     : "=r"(c1), "=r"(c2), "=r"(f));
    Y(c2 >= c1 && f > 0);
}

static int frame_ok;
static void fp_handler(int s, siginfo_t *i, void *v)
{
    struct fpsimd_context *f = (void *)record(v, 0x46508001);
    frame_ok =
        f && f->head.size == sizeof *f && f->vregs[8] == 5 && f->vregs[31] == 9;
    if (f) {
        f->vregs[31] = 77;
        f->fpsr = 0x10;
    }
    hits++;
    __asm__ volatile("movi v8.16b, #3\n movi v31.16b, #4" ::: "v8", "v31");
}

static void fp_frames(void)
{
    struct sigaction a = {.sa_sigaction = fp_handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &a, NULL);
    hits = 0;
    unsigned long v8, v31, fpsr;
    long me = getpid();
    register long x8 __asm__("x8") = SYS_kill;
    register long x0 __asm__("x0") = me;
    register long x1 __asm__("x1") = SIGUSR1;
    __asm__ volatile("movi v8.2d, #0\n movi v31.2d, #0\n mov x9, #5\n"
                     "mov v8.d[0], x9\n mov x9, #9\n mov v31.d[0], x9\n"
                     "msr fpsr, xzr\n svc #0\n mov %0, v8.d[0]\n"
                     "mov %1, v31.d[0]\n mrs %2, fpsr"
                     : "=r"(v8), "=r"(v31), "=r"(fpsr), "+r"(x0)
                     : "r"(x1), "r"(x8)
                     : "x9", "v8", "v31", "memory");
    say("hits %d frame %d v8 %lu v31 %lu fpsr %#lx", hits, frame_ok, v8, v31,
        fpsr);
}

static void signing(void)
{
    register unsigned long p __asm__("x17") = 0x1234560;
    register unsigned long m __asm__("x16") = 42;
    __asm__ volatile("hint #8" : "+r"(p) : "r"(m)); /* pacia1716 */
    unsigned long here = p;
    Y(p != 0x1234560 && (p & 0xffffffffffff) == 0x1234560);
    int pipes[2];
    pipe(pipes);
    if (!fork()) {
        p = 0x1234560;
        m = 42;
        __asm__ volatile("hint #8" : "+r"(p) : "r"(m));
        unsigned long child = p;
        write(pipes[1], &child, 8);
        _exit(0);
    }
    unsigned long child = 0;
    read(pipes[0], &child, 8);
    wait(NULL);
    Y(child == here);
    p = here;
    m = 42;
    __asm__ volatile("hint #12" : "+r"(p) : "r"(m)); /* autia1716 */
    Y(p == 0x1234560);
}

int main(void)
{
    struct sigaction a = {.sa_sigaction = handler,
                          .sa_flags = SA_SIGINFO | SA_NODEFER};
    for (int s = SIGILL; s <= SIGSEGV; s++)
        if (s != SIGKILL)
            sigaction(s, &a, NULL);
    id_registers();
    traps();
    jumps();
    caches();
    fp_frames();
    signing();
}
