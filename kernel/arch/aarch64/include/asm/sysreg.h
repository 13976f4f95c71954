/*
 * System registers of AArch64: access macros, and the bits that the port uses
 * (Arm ARM DDI 0487, chapter D19). Registers that an Armv8.0 assembler does not
 * know are named by their encoding, S<op0>_<op1>_C<n>_C<m>_<op2>.
 */
#pragma once

/* Architectural extensions' registers. */
#define SYS_APIAKEYLO    S3_0_C2_C1_0
#define SYS_APIAKEYHI    S3_0_C2_C1_1
#define SYS_APIBKEYLO    S3_0_C2_C1_2
#define SYS_APIBKEYHI    S3_0_C2_C1_3
#define SYS_APDAKEYLO    S3_0_C2_C2_0
#define SYS_APDAKEYHI    S3_0_C2_C2_1
#define SYS_APDBKEYLO    S3_0_C2_C2_2
#define SYS_APDBKEYHI    S3_0_C2_C2_3
#define SYS_APGAKEYLO    S3_0_C2_C3_0
#define SYS_APGAKEYHI    S3_0_C2_C3_1
#define SYS_ID_AA64MMFR2 S3_0_C0_C7_2
#define SYS_ID_AA64ISAR2 S3_0_C0_C6_2
#define SYS_ID_AA64ZFR0  S3_0_C0_C4_4
#define SYS_ID_AA64SMFR0 S3_0_C0_C4_5
#define SYS_RNDR         S3_3_C2_C4_0
#define SYS_ICC_PMR      S3_0_C4_C6_0
#define SYS_ICC_DIR      S3_0_C12_C11_1
#define SYS_ICC_SGI1R    S3_0_C12_C11_5
#define SYS_ICC_IAR1     S3_0_C12_C12_0
#define SYS_ICC_EOIR1    S3_0_C12_C12_1
#define SYS_ICC_BPR1     S3_0_C12_C12_3
#define SYS_ICC_CTLR     S3_0_C12_C12_4
#define SYS_ICC_SRE      S3_0_C12_C12_5
#define SYS_ICC_IGRPEN1  S3_0_C12_C12_7
#define SYS_ICC_SRE_EL2  S3_4_C12_C9_5
#define SYS_ICH_HCR_EL2  S3_4_C12_C11_0
#define SYS_HFGRTR_EL2   S3_4_C1_C1_4
#define SYS_HFGWTR_EL2   S3_4_C1_C1_5
#define SYS_HFGITR_EL2   S3_4_C1_C1_6
#define SYS_HDFGRTR_EL2  S3_4_C3_C1_4
#define SYS_HDFGWTR_EL2  S3_4_C3_C1_5
#define SYS_HCRX_EL2     S3_4_C1_C2_2
/* MSR PAN, #imm */
#define INSN_CLEAR_PAN 0xd500409f
#define INSN_SET_PAN   0xd500419f

/* SCTLR_EL1 */
#define SCTLR_M      (1 << 0)
#define SCTLR_A      (1 << 1)
#define SCTLR_C      (1 << 2)
#define SCTLR_SA     (1 << 3)
#define SCTLR_SA0    (1 << 4)
#define SCTLR_SED    (1 << 8)
#define SCTLR_EOS    (1 << 11)
#define SCTLR_I      (1 << 12)
#define SCTLR_ENDB   (1 << 13)
#define SCTLR_DZE    (1 << 14)
#define SCTLR_UCT    (1 << 15)
#define SCTLR_NTWE   (1 << 18)
#define SCTLR_TSCXT  (1 << 20)
#define SCTLR_EIS    (1 << 22)
#define SCTLR_SPAN   (1 << 23)
#define SCTLR_UCI    (1 << 26)
#define SCTLR_ENDA   (1 << 27)
#define SCTLR_NTLSMD (1 << 28)
#define SCTLR_LSMAOE (1 << 29)
#define SCTLR_ENIB   (1 << 30)
#define SCTLR_ENIA   (1 << 31)
#define SCTLR_RES1 \
    (SCTLR_EOS | SCTLR_TSCXT | SCTLR_EIS | SCTLR_NTLSMD | SCTLR_LSMAOE)
#define SCTLR_MMU_OFF (SCTLR_RES1 | SCTLR_SPAN)
/* EL0 may clean caches, read CTR_EL0, use DC ZVA and WFE; WFI is trapped. */
#define SCTLR_MMU_ON                                                    \
    (SCTLR_RES1 | SCTLR_SPAN | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | \
     SCTLR_SA0 | SCTLR_SED | SCTLR_DZE | SCTLR_UCT | SCTLR_NTWE | SCTLR_UCI)

/* TCR_EL1: 48-bit addresses, 4 KiB granule, inner shareable write-back. */
#define TCR_T0SZ(n)     ((n) << 0)
#define TCR_WBWA0       (0x1 << 8 | 0x1 << 10 | 0x3 << 12)
#define TCR_T1SZ(n)     ((n) << 16)
#define TCR_WBWA1       (0x1 << 24 | 0x1 << 26 | 0x3 << 28)
#define TCR_TG1_4K      (0x2 << 30)
#define TCR_IPS_SHIFT   32
#define TCR_AS_SHIFT    36
#define TCR_TBI0_SHIFT  37
#define TCR_HA_SHIFT    39
#define TCR_HD_SHIFT    40
#define TCR_E0PD1_SHIFT 56

/* MAIR_EL1: the index that a table entry names. */
#define MAIR_NORMAL    0 /* write-back, read and write allocate */
#define MAIR_DEVICE    1 /* nGnRE */
#define MAIR_NORMAL_NC 2 /* non-cacheable */
#define MAIR_STRICT    3 /* nGnRnE */
#define MAIR_VALUE     0x00004404ff

/* PSTATE as SPSR_EL1 has it. */
#define PSR_MODE_MASK 0x1f
#define PSR_MODE_EL0  0x00
#define PSR_MODE_EL1H 0x05
#define PSR_F         (1 << 6)
#define PSR_I         (1 << 7)
#define PSR_A         (1 << 8)
#define PSR_D         (1 << 9)
#define PSR_BTYPE     (3 << 10)
#define PSR_SSBS      (1 << 12)
#define PSR_IL        (1 << 20)
#define PSR_SS        (1 << 21)
#define PSR_PAN       (1 << 22)
#define PSR_UAO       (1 << 23)
#define PSR_DIT       (1 << 24)
#define PSR_TCO       (1 << 25)
#define PSR_NZCV      0xf0000000

/* ESR_EL1 */
#define ESR_EC_SHIFT      26
#define ESR_EC(esr)       (((esr) >> 26) & 0x3f)
#define ESR_ISS(esr)      ((esr)&0x1ffffff)
#define ESR_IL            (1 << 25)
#define EC_UNKNOWN        0x00
#define EC_WFX            0x01
#define EC_FP_ACCESS      0x07
#define EC_PAC_TRAP       0x09
#define EC_BTI            0x0d
#define EC_ILLEGAL_STATE  0x0e
#define EC_SVC            0x15
#define EC_SYSREG         0x18
#define EC_SVE            0x19
#define EC_FPAC           0x1c
#define EC_SME            0x1d
#define EC_IABT_LOWER     0x20
#define EC_IABT_CURRENT   0x21
#define EC_PC_ALIGN       0x22
#define EC_DABT_LOWER     0x24
#define EC_DABT_CURRENT   0x25
#define EC_SP_ALIGN       0x26
#define EC_FP_EXCEPTION   0x2c
#define EC_SERROR         0x2f
#define EC_BREAKPOINT_LOW 0x30
#define EC_BREAKPOINT_CUR 0x31
#define EC_STEP_LOWER     0x32
#define EC_STEP_CURRENT   0x33
#define EC_WATCHPOINT_LOW 0x34
#define EC_WATCHPOINT_CUR 0x35
#define EC_BRK            0x3c
/* Aborts: the ISS. */
#define ISS_WNR               (1 << 6)
#define ISS_CM                (1 << 8)
#define ISS_FNV               (1 << 10)
#define ISS_FSC(esr)          ((esr)&0x3f)
#define FSC_IS_TRANSLATION(f) (((f)&0x3c) == 0x04)
#define FSC_IS_ACCESS(f)      (((f)&0x3c) == 0x08)
#define FSC_IS_PERMISSION(f)  (((f)&0x3c) == 0x0c)
#define FSC_ALIGNMENT         0x21

#ifndef __ASSEMBLY__
#include "lib/types.h"
#include "lib/compiler.h"

/* read_sysreg(sctlr_el1), read_sysreg(SYS_RNDR). */
#define read_sysreg(name)                                               \
    ({                                                                  \
        u64 __value;                                                    \
        __asm__ volatile("mrs %0, " __stringify(name) : "=r"(__value)); \
        __value;                                                        \
    })
#define write_sysreg(value, name) \
    __asm__ volatile("msr " __stringify(name) ", %x0" ::"rZ"((u64)(value)))

static inline void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}
#define dsb(domain) __asm__ volatile("dsb " #domain ::: "memory")
#define dmb(domain) __asm__ volatile("dmb " #domain ::: "memory")

/* A four-bit field of an ID register. */
static inline unsigned id_field(u64 reg, unsigned shift)
{
    return (reg >> shift) & 0xf;
}
#endif
