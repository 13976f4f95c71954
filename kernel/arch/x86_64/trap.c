/* Exceptions and interrupts, from entry.S, and the way back to user mode. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include <asm/pte.h>

#define SIGILL  4
#define SIGTRAP 5
#define SIGBUS  7
#define SIGFPE  8
#define SIGSEGV 11

#define SI_KERNEL   0x80
#define ILL_ILLOPN  2
#define TRAP_BRKPT  1
#define TRAP_TRACE  2
#define TRAP_HWBKPT 4
#define BUS_ADRALN  1
#define FPE_INTDIV  1
#define FPE_FLTDIV  3
#define FPE_FLTOVF  4
#define FPE_FLTUND  5
#define FPE_FLTRES  6
#define FPE_FLTINV  7
#define TRAP_DB     1
#define TRAP_BP     3
#define TRAP_DF     8
#define TRAP_GP     13
#define TRAP_PF     14
#define TRAP_MF     16
#define TRAP_XF     19

#define PF_PRESENT 1
#define PF_WRITE   2
#define PF_USER    4
#define PF_FETCH   16

static const char *const trap_names[32] = {
    "divide error",
    "debug",
    "NMI",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "device not available",
    "double fault",
    "coprocessor segment overrun",
    "invalid TSS",
    "segment not present",
    "stack segment",
    "general protection",
    "page fault",
    "reserved",
    "x87 floating point",
    "alignment check",
    "machine check",
    "SIMD floating point",
    "virtualisation",
    "control protection",
};

/* --------------------------------------------------------------- dying -- */

static void early_print(const char *line)
{
    arch_console_early_write(line, strlen(line));
    arch_console_early_write("\n", 1);
}

static void early_frame(void *ctx, u64 pc)
{
    char name[64], line[96];
    (void)ctx;
    snprintf(line, sizeof(line), "  %s", arch_symbol_name(pc, name, 64));
    early_print(line);
}

/* Until core has its own. */
static void __noreturn early_die(const char *what,
                                 const struct kernel_regs *regs)
{
    arch_irq_disable();
    early_print("Hako died while starting:");
    early_print(what);
    if (regs)
        arch_print_regs(regs, early_print);
    arch_backtrace(regs, NULL, early_frame, NULL);
    arch_halt();
}

struct arch_upcalls arch_upcalls = {.die = early_die};

static void __noreturn die_of(const char *what, u64 error, u64 address,
                              const struct kernel_regs *regs)
{
    /* One buffer: only the first CPU's text is of interest. */
    static char text[128];
    snprintf(text, sizeof(text), "%s, error code %#lx, address %#lx", what,
             error, address);
    arch_upcalls.die(text, regs);
}

/* ------------------------------------------------------ interrupted state --
 */

static struct x86_cpu *this_cpu_block(void)
{
    return (void *)((char *)&x86_cpu + arch_percpu_base());
}

const struct kernel_regs *arch_irq_regs(void)
{
    return this_cpu_block()->irq_regs;
}

bool arch_regs_user(const struct kernel_regs *regs)
{
    return regs->cs & 3;
}

/* --------------------------------------------------- the way to user mode --
 */

static bool canonical(u64 va)
{
    return (s64)(va << 16) >> 16 == (s64)va;
}

/* IRET itself would fault, in the kernel; Linux's programs see this instead. */
static void refuse_pc(struct user_regs *regs)
{
    struct user_trap t = {
        .signo = SIGSEGV, .code = SI_KERNEL, .trapno = TRAP_GP};
    arch_irq_enable();
    arch_upcalls.user_trap(regs, &t);
    arch_irq_disable();
    /* If it was blocked or ignored, the program still must not get there. */
    if (!canonical(regs->rip))
        regs->rip = ARCH_USER_TOP;
}

void x86_exit_to_user(struct user_regs *regs)
{
    struct thread_head *t = arch_current();
    for (;;) {
        u32 work = (u32)atomic_load(&t->work) & WORK_EXIT;
        if (unlikely(work & ~(u32)WORK_FP_RELOAD)) {
            arch_irq_enable();
            arch_upcalls.exit_work(regs, work & ~(u32)WORK_FP_RELOAD);
            arch_irq_disable();
            continue;
        }
        if (unlikely(!canonical(regs->rip))) {
            refuse_pc(regs);
            continue;
        }
        if (work & WORK_FP_RELOAD)
            x86_fpu_load(t);
        return;
    }
}

void arch_user_enter(void)
{
    struct user_regs *regs = arch_current()->regs;
    arch_irq_disable();
    x86_exit_to_user(regs);
    x86_return_to_user(regs);
}

/* SYSRET takes rip from rcx and rflags from r11, and on some CPUs faults in the
 * kernel, on the user's stack, if rip is not canonical. */
static inline bool may_sysret(const struct user_regs *regs)
{
    return !((regs->rcx ^ regs->rip) | (regs->r11 ^ regs->rflags) |
             (regs->cs ^ SEL_USER_CODE) | (regs->ss ^ SEL_USER_DATA) |
             (regs->rflags & (RFLAGS_TF | RFLAGS_RF))) &&
           regs->rip < ARCH_USER_TOP;
}

/* Interrupts are on; off when it returns. */
bool x86_system_call(struct user_regs *regs)
{
    arch_upcalls.syscall(regs);
    arch_irq_disable();
    if (likely(!((u32)atomic_load(&arch_current()->work) & WORK_EXIT) &&
               may_sysret(regs)))
        return true;
    x86_exit_to_user(regs);
    return may_sysret(regs);
}

/* ---------------------------------------------------------- user exceptions */

static int x87_code(void)
{
    u16 control, status;
    __asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
    u32 e = status & ~control & 0x3f;
    return e & 1          ? FPE_FLTINV
           : e & 4        ? FPE_FLTDIV
           : e & 8        ? FPE_FLTOVF
           : e & (16 | 2) ? FPE_FLTUND
           : e & 32       ? FPE_FLTRES
                          : 0;
}

static int simd_code(void)
{
    u32 mxcsr;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    u32 e = mxcsr & ~(mxcsr >> 7) & 0x3f;
    return e & 1          ? FPE_FLTINV
           : e & 4        ? FPE_FLTDIV
           : e & 8        ? FPE_FLTOVF
           : e & (16 | 2) ? FPE_FLTUND
           : e & 32       ? FPE_FLTRES
                          : 0;
}

/* With the FP registers still the thread's: interrupts are off. */
static int fp_code(u32 vector)
{
    return vector == TRAP_MF ? x87_code() : simd_code();
}

static void debug_trap(struct user_regs *regs, struct user_trap *t)
{
    u64 status = x86_debug_status(regs);
    t->signo = SIGTRAP;
    t->code = status & (1 << 14) ? TRAP_TRACE
              : status & 0xf     ? TRAP_HWBKPT
                                 : TRAP_BRKPT;
    t->address = regs->rip;
}

static void describe_trap(struct user_regs *regs, u32 vector,
                          struct user_trap *t)
{
    t->signo = SIGSEGV;
    t->code = SI_KERNEL;
    switch (vector) {
    case 0:
        t->signo = SIGFPE;
        t->code = FPE_INTDIV;
        t->address = regs->rip;
        break;
    case TRAP_DB:
        debug_trap(regs, t);
        break;
    case TRAP_BP:
        t->signo = SIGTRAP;
        break;
    case 6:
        t->signo = SIGILL;
        t->code = ILL_ILLOPN;
        t->address = regs->rip;
        break;
    case 11:
    case 12:
        t->signo = SIGBUS;
        break;
    case 17:
        t->signo = SIGBUS;
        t->code = BUS_ADRALN;
        break;
    case TRAP_MF:
    case TRAP_XF:
        t->signo = SIGFPE;
        t->code = fp_code(vector);
        t->address = regs->rip;
        break;
    default:
        break;
    }
}

static void user_page_fault(struct user_regs *regs, u64 error)
{
    u64 address = read_cr2();
    arch_irq_enable();
    /* What exists above user space is not told. */
    if (address >= ARCH_USER_TOP)
        error |= PF_PRESENT;
    struct fault f = {
        .address = address,
        .access = error & PF_FETCH   ? FAULT_EXEC
                  : error & PF_WRITE ? FAULT_WRITE
                                     : FAULT_READ,
        .user = true,
        .present = error & PF_PRESENT,
        .may_sleep = true,
        .code = error | PF_USER,
        .trapno = TRAP_PF,
        .regs = regs,
    };
    arch_upcalls.page_fault(&f);
}

static void user_trap(struct user_regs *regs, u32 vector, u64 error)
{
    if (vector == TRAP_PF) {
        user_page_fault(regs, error);
    } else {
        struct user_trap t = {.trapno = vector, .error = error};
        describe_trap(regs, vector, &t);
        arch_irq_enable();
        if (vector != TRAP_MF && vector != TRAP_XF)
            arch_upcalls.user_trap(regs, &t);
        else if (t.code) /* spurious when nothing is pending */
            arch_upcalls.user_trap(regs, &t);
    }
    arch_irq_disable();
    x86_exit_to_user(regs);
}

/* --------------------------------------------------------- kernel exceptions*/

struct extable_entry {
    s32 from, to;
};
extern const struct extable_entry __extable[], __extable_end[];

static u64 find_fixup(u64 rip)
{
    for (const struct extable_entry *e = __extable; e < __extable_end; e++)
        if ((u64)&e->from + (s64)e->from == rip)
            return (u64)&e->to + (s64)e->to;
    return 0;
}

/* A fault at a user address in one of the copy functions. True: retry. */
static bool resolve_kernel_fault(struct kernel_regs *regs, u64 address,
                                 u64 error)
{
    struct thread_head *t = arch_current();
    if (!t || address >= ARCH_USER_TOP)
        return false;
    struct fault f = {
        .address = address,
        .access = error & PF_WRITE ? FAULT_WRITE : FAULT_READ,
        .present = error & PF_PRESENT,
        .may_sleep = !t->arch.fault_disabled && !t->preempt_count &&
                     regs->rflags & RFLAGS_IF,
        .code = error,
    };
    if (!arch_upcalls.page_fault)
        return false;
    if (regs->rflags & RFLAGS_IF)
        arch_irq_enable();
    int r = arch_upcalls.page_fault(&f);
    arch_irq_disable();
    return r == 0;
}

static void kernel_trap(struct kernel_regs *regs, u32 vector, u64 error)
{
    u64 address = vector == TRAP_PF ? read_cr2() : 0;
    u64 fixup = find_fixup(regs->rip);
    if (fixup && vector == TRAP_PF) {
        if (!resolve_kernel_fault(regs, address, error))
            regs->rip = fixup;
        return;
    }
    if (fixup && vector == TRAP_GP) { /* an MSR, or a non-canonical address */
        regs->rip = fixup;
        return;
    }
    if (vector == TRAP_DB) { /* or a copy touched what is watched */
        __asm__ volatile("mov %0, %%db6" : : "r"(0xffff0ff0UL));
        regs->rflags &= ~RFLAGS_TF;
        return;
    }
    this_cpu_block()->irq_regs = regs;
    die_of(vector < 32 && trap_names[vector] ? trap_names[vector] : "exception",
           error, address, regs);
}

void x86_trap(struct kernel_regs *regs, u32 vector)
{
    u64 error = regs->orig_rax;
    regs->orig_rax = ~0UL;
    if (regs->cs & 3)
        user_trap((struct user_regs *)regs, vector, error);
    else
        kernel_trap(regs, vector, error);
}

/* -------------------------------------------------------------- interrupts */

static void dispatch(u32 vector)
{
    switch (vector) {
    case VECTOR_TIMER:
        x86_apic_eoi();
        arch_upcalls.timer();
        break;
    case VECTOR_RESCHED:
        x86_apic_eoi();
        arch_upcalls.ipi(IPI_RESCHED);
        break;
    case VECTOR_CALL:
        x86_apic_eoi();
        arch_upcalls.ipi(IPI_CALL);
        break;
    case VECTOR_TLB:
        x86_apic_eoi();
        x86_tlb_interrupt();
        break;
    case VECTOR_WAKE:
    case VECTOR_ERROR:
        x86_apic_eoi();
        break;
    case VECTOR_SPURIOUS:
        break;
    default:
        x86_irq_vector(vector);
        break;
    }
}

void x86_interrupt(struct kernel_regs *regs, u32 vector)
{
    struct x86_cpu *cpu = this_cpu_block();
    const struct kernel_regs *outer = cpu->irq_regs;
    bool user = regs->cs & 3;
    regs->orig_rax = ~0UL;
    cpu->irq_regs = regs;
    if (arch_upcalls.irq_enter)
        arch_upcalls.irq_enter(user);
    dispatch(vector);
    if (arch_upcalls.irq_exit)
        arch_upcalls.irq_exit(user);
    cpu->irq_regs = outer;
    if (user) {
        x86_exit_to_user((struct user_regs *)regs);
        return;
    }
    struct thread_head *t = arch_current();
    if (t && t->preempt_count == 0 && regs->rflags & RFLAGS_IF &&
        (u32)atomic_load(&t->work) & WORK_RESCHED)
        arch_upcalls.preempt();
}

/* ------------------------------------------------ exceptions from anywhere */

u64 x86_nmi_stop;

void x86_nmi(struct kernel_regs *regs)
{
    regs->orig_rax = ~0UL;
    if (!READ_ONCE(x86_nmi_stop))
        return;
    struct x86_cpu *cpu = this_cpu_block();
    cpu->irq_regs = regs;
    arch_upcalls.ipi(IPI_STOP);
    arch_halt();
}

void x86_double_fault(struct kernel_regs *regs)
{
    u64 cr2 = read_cr2();
    struct thread_head *t = arch_current();
    this_cpu_block()->irq_regs = regs;
    bool overflow = t && cr2 - ((u64)t->stack - PAGE_SIZE) < PAGE_SIZE;
    die_of(overflow ? "kernel stack overflow" : trap_names[TRAP_DF], 0, cr2,
           regs);
}

void x86_machine_check(struct kernel_regs *regs)
{
    this_cpu_block()->irq_regs = regs;
    die_of(trap_names[18], 0, 0, regs);
}

void arch_fault_disable(void)
{
    arch_current()->arch.fault_disabled++;
    barrier();
}

void arch_fault_enable(void)
{
    barrier();
    arch_current()->arch.fault_disabled--;
}
