/*
 * Data and instruction aborts: user faults go up to vm, faults of user copies
 * in the kernel too, and on by the exception table when vm cannot help.
 */
#include "arch/aarch64/trap.h"
#include "arch/common/pagetable.h"

struct ex_entry {
    s32 from, to; /* relative to the field */
};
extern const struct ex_entry ex_table_start[], ex_table_end[];

static u64 find_fixup(u64 pc)
{
    for (const struct ex_entry *e = ex_table_start; e < ex_table_end; e++) {
        if ((u64)&e->from + (u64)(s64)e->from == pc)
            return (u64)&e->to + (u64)(s64)e->to;
    }
    return 0;
}

/* TBI: the top byte of a user address is the program's own. */
static u64 untag(u64 far)
{
    return far & BIT(55) ? far | 0xffUL << 56 : far & ~(0xffUL << 56);
}

static bool fault_is_write(u64 esr)
{
    return (esr & ISS_WNR) && !(esr & ISS_CM);
}

/* A page whose accessed bit is managed by software. */
static bool fix_accessed(u64 esr, u64 address)
{
    struct arch_aspace *as = this_arm64_cpu()->aspace;

    return FSC_IS_ACCESS(ISS_FSC(esr)) && as &&
           pagetable_make_young(as, address & PAGE_MASK);
}

/* A program does not learn how the kernel's half is mapped: as Linux, a fault
 * there looks like a translation fault of level 0. */
static u64 visible_esr(u64 esr, u64 address)
{
    if (address < ARCH_USER_TOP)
        return esr;
    if (ESR_EC(esr) == EC_IABT_LOWER)
        return (esr & ~0x1ffffffUL) | ESR_IL | 0x04;
    return (esr & (0xfc000000UL | ESR_IL | ISS_CM | ISS_WNR)) | 0x04;
}

void fault_user(struct user_regs *regs, u64 esr, u64 far)
{
    u64 address = untag(far);
    unsigned fsc = ISS_FSC(esr);
    struct fault fault = {
        .address = address,
        .access = ESR_EC(esr) == EC_IABT_LOWER ? FAULT_EXEC
                  : fault_is_write(esr)        ? FAULT_WRITE
                                               : FAULT_READ,
        .user = true,
        .present = FSC_IS_PERMISSION(fsc) || FSC_IS_ACCESS(fsc),
        .may_sleep = true,
        .code = visible_esr(esr, address),
        .regs = regs,
    };

    if (FSC_IS_TRANSLATION(fsc) || FSC_IS_PERMISSION(fsc) ||
        FSC_IS_ACCESS(fsc) || fsc <= 3) {
        if (!fix_accessed(esr, address))
            arch_upcalls.page_fault(&fault);
    } else if (fsc == FSC_ALIGNMENT) {
        trap_signal(regs, SIGNO_BUS, BUS_ADRALN, address, fault.code);
    } else if (fsc == 0x35) { /* unsupported exclusive or atomic access */
        trap_signal(regs, SIGNO_BUS, BUS_OBJERR, address, fault.code);
    } else {
        trap_signal(regs, SIGNO_BUS, BUS_OBJERR, esr & ISS_FNV ? 0 : address,
                    fault.code);
    }
}

bool fault_kernel(struct kernel_regs *regs)
{
    struct thread_head *head = arch_current();
    u64 esr = regs->esr, address = untag(regs->far);
    unsigned fsc = ISS_FSC(esr);
    u64 fixup = find_fixup(regs->pc);
    bool irqs_on = !(regs->pstate & PSR_I);
    int r;

    if (!fixup || ESR_EC(esr) != EC_DABT_CURRENT)
        return false;
    if (fix_accessed(esr, address))
        return true;
    if (address < ARCH_USER_TOP && head && arch_upcalls.page_fault &&
        (FSC_IS_TRANSLATION(fsc) || FSC_IS_PERMISSION(fsc) ||
         FSC_IS_ACCESS(fsc))) {
        struct fault fault = {
            .address = address,
            .access = fault_is_write(esr) ? FAULT_WRITE : FAULT_READ,
            .present = !FSC_IS_TRANSLATION(fsc),
            .may_sleep = irqs_on && !head->arch.fault_disabled,
            .code = esr,
        };

        if (irqs_on)
            arch_irq_enable();
        r = arch_upcalls.page_fault(&fault);
        arch_irq_disable();
        if (r == 0)
            return true;
    }
    regs->pc = fixup;
    return true;
}
