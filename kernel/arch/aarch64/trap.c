/*
 * Exceptions, as the architecture gives them, turned into upcalls.
 */
#include "arch/aarch64/trap.h"
#include "arch/aarch64/fpsimd.h"
#include "lib/printf.h"

struct arm64_cpu arm64_cpu __section(".data.percpu");

_Static_assert(WORK_EXIT == 0x1a7, "vectors.S tests EXIT_WORK_MASK");

/* ------------------------------------------------------------ reporting -- */

static void print_early(const char *line)
{
    size_t n = 0;

    while (line[n])
        n++;
    arch_console_early_write(line, n);
    arch_console_early_write("\n", 1);
}

static void print_frame(void *ctx, u64 pc)
{
    char name[96], line[128];

    (void)ctx;
    snprintf(line, sizeof(line), "  %016lx %s", pc,
             arch_symbol_name(pc, name, sizeof(name)));
    print_early(line);
}

void trap_die(const char *what, const struct kernel_regs *regs)
{
    arch_irq_disable();
    if (arch_upcalls.die)
        arch_upcalls.die(what, regs);
    print_early(what);
    if (regs)
        arch_print_regs(regs, print_early);
    arch_backtrace(regs, NULL, print_frame, NULL);
    arch_halt();
}

void trap_bad(struct kernel_regs *regs, unsigned reason)
{
    static const char *const names[] = {"an exception on the user's stack",
                                        "an FIQ", "a 32-bit program",
                                        "kernel stack overflow"};
    unsigned i = reason == 16 ? 3 : reason >= 12 ? 2 : reason >= 4 ? 1 : 0;

    trap_die(names[i], regs);
}

void trap_signal(struct user_regs *regs, int signo, int code, u64 address,
                 u64 esr)
{
    struct user_trap trap = {
        .signo = signo, .code = code, .address = address, .error = esr};

    arch_upcalls.user_trap(regs, &trap);
}

/* ------------------------------------------------------ synchronous, user */

/* Which IEEE exception; the ISS says it if bit 23 (TFV) is set. */
static int fp_exception_code(u64 esr)
{
    if (!(esr & BIT(23)))
        return FPE_FLTUNK;
    if (esr & BIT(0))
        return FPE_FLTINV;
    if (esr & BIT(1))
        return FPE_FLTDIV;
    if (esr & BIT(2))
        return FPE_FLTOVF;
    if (esr & BIT(3))
        return FPE_FLTUND;
    if (esr & BIT(4))
        return FPE_FLTRES;
    return FPE_FLTUNK;
}

static void debug_exception(struct user_regs *regs, u64 esr, u64 far)
{
    switch (ESR_EC(esr)) {
    case EC_BRK:
        trap_signal(regs, SIGNO_TRAP, TRAP_BRKPT, regs->pc, 0);
        break;
    case EC_STEP_LOWER:
        regs->pstate &= ~(u64)PSR_SS;
        trap_signal(regs, SIGNO_TRAP, TRAP_TRACE, regs->pc, 0);
        break;
    case EC_BREAKPOINT_LOW:
        trap_signal(regs, SIGNO_TRAP, TRAP_HWBKPT, regs->pc, 0);
        break;
    default:
        trap_signal(regs, SIGNO_TRAP, TRAP_HWBKPT, far, 0);
        break;
    }
}

/* Where Linux leaves the frame's ESR out, so does this: `error` 0. */
void trap_user_sync(struct user_regs *regs, u64 esr, u64 far)
{
    arch_irq_enable();
    switch (ESR_EC(esr)) {
    case EC_DABT_LOWER:
    case EC_IABT_LOWER:
        fault_user(regs, esr, far);
        break;
    case EC_UNKNOWN:
    case EC_SYSREG:
        if (emulate_user_instruction(regs, esr))
            break;
        __attribute__((fallthrough));
    case EC_SVE:
    case EC_SME:
    case EC_BTI:
        trap_signal(regs, SIGNO_ILL, ILL_ILLOPC, regs->pc, 0);
        break;
    case EC_WFX:
        regs->pc += 4;
        break;
    case EC_PC_ALIGN:
        trap_signal(regs, SIGNO_BUS, BUS_ADRALN, far, esr);
        break;
    case EC_SP_ALIGN:
        trap_signal(regs, SIGNO_BUS, BUS_ADRALN, regs->sp, esr);
        break;
    case EC_FP_EXCEPTION:
        trap_signal(regs, SIGNO_FPE, fp_exception_code(esr), regs->pc, 0);
        break;
    case EC_FPAC:
        trap_signal(regs, SIGNO_ILL, ILL_ILLOPN, regs->pc, esr);
        break;
    case EC_BRK:
    case EC_STEP_LOWER:
    case EC_BREAKPOINT_LOW:
    case EC_WATCHPOINT_LOW:
        debug_exception(regs, esr, far);
        break;
    default:
        trap_signal(regs, SIGNO_ILL, ILL_ILLOPC, regs->pc, esr);
        break;
    }
}

void trap_user_serror(struct user_regs *regs, u64 esr)
{
    arch_irq_enable();
    trap_signal(regs, SIGNO_BUS, BUS_OBJERR, 0, esr);
}

/* ---------------------------------------------------- synchronous, kernel */

void trap_kernel_sync(struct kernel_regs *regs)
{
    switch (ESR_EC(regs->esr)) {
    case EC_DABT_CURRENT:
    case EC_IABT_CURRENT:
        if (fault_kernel(regs))
            return;
        trap_die("a bad address in the kernel", regs);
    case EC_BRK:
        trap_die("a check in the kernel failed", regs);
    case EC_SP_ALIGN:
    case EC_PC_ALIGN:
        trap_die("a misaligned stack or program counter", regs);
    default:
        trap_die("an unexpected exception in the kernel", regs);
    }
}

void trap_kernel_serror(struct kernel_regs *regs)
{
    trap_die("a system error interrupt", regs);
}

/* ----------------------------------------------------------- interrupts -- */

static void handle_interrupt(const struct kernel_regs *regs, bool user)
{
    struct arm64_cpu *cpu = this_arm64_cpu();
    const struct kernel_regs *outer = cpu->regs;

    cpu->regs = regs;
    cpu->in_interrupt++;
    arch_upcalls.irq_enter(user);
    gic_handle();
    arch_upcalls.irq_exit(user);
    cpu->in_interrupt--;
    cpu->regs = outer;
}

/* The two frames begin alike. */
_Static_assert(offsetof(struct user_regs, pstate) ==
                   offsetof(struct kernel_regs, pstate),
               "arch_irq_regs gives user frames too");

void trap_user_irq(struct user_regs *regs)
{
    handle_interrupt((const struct kernel_regs *)regs, true);
}

void trap_kernel_irq(struct kernel_regs *regs)
{
    struct thread_head *head = arch_current();

    handle_interrupt(regs, false);
    if (head && (atomic_load(&head->work) & WORK_RESCHED) &&
        READ_ONCE(head->preempt_count) == 0)
        arch_upcalls.preempt();
}

const struct kernel_regs *arch_irq_regs(void)
{
    return this_arm64_cpu()->regs;
}

bool arch_regs_user(const struct kernel_regs *regs)
{
    return (regs->pstate & PSR_MODE_MASK) == PSR_MODE_EL0;
}

/* ------------------------------------------------------- way out to user -- */

/* Interrupts off at entry and return; no work is left then. */
void trap_exit_work(struct user_regs *regs)
{
    struct thread_head *head = arch_current();
    u32 work;

    while ((work = (u32)atomic_load(&head->work) & WORK_EXIT)) {
        if (work == WORK_FP_RELOAD) {
            fpsimd_reload(head);
            continue;
        }
        arch_irq_enable();
        arch_upcalls.exit_work(regs, work & ~(u32)WORK_FP_RELOAD);
        arch_irq_disable();
    }
}

/* -------------------------------------------------------- fault disabling */

void arch_fault_disable(void)
{
    struct thread_head *head = arch_current();

    if (head)
        head->arch.fault_disabled++;
    barrier();
}

void arch_fault_enable(void)
{
    struct thread_head *head = arch_current();

    barrier();
    if (head)
        head->arch.fault_disabled--;
}
