/*
 * MRS of ID registers from user mode (HWCAP_CPUID): traps as an undefined
 * instruction, or as a system register access on CPUs with FEAT_IDST.
 */
#include "arch/aarch64/trap.h"
#include "arch/aarch64/cpufeature.h"

#define MRS_MASK  0xfff00000
#define MRS_VALUE 0xd5300000

bool emulate_user_instruction(struct user_regs *regs, u64 esr)
{
    u32 insn;
    u64 value;
    unsigned op0, op1, crn, crm, op2, rt;

    if (ESR_EC(esr) == EC_UNKNOWN || ESR_EC(esr) == EC_SYSREG) {
        if (arch_get_user32(regs->pc, &insn))
            return false;
    } else {
        return false;
    }
    if ((insn & MRS_MASK) != MRS_VALUE)
        return false;
    op0 = 2 + (insn >> 19 & 1);
    op1 = insn >> 16 & 7;
    crn = insn >> 12 & 15;
    crm = insn >> 8 & 15;
    op2 = insn >> 5 & 7;
    rt = insn & 31;
    if (op0 != 3 || op1 != 0 || crn != 0 ||
        !cpufeature_user_id(crm, op2, &value))
        return false;
    if (rt != 31)
        regs->x[rt] = value;
    regs->pc += 4;
    return true;
}
