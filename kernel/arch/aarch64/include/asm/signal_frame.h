/*
 * The layout of AArch64 signal frames (Linux: uapi/asm/sigcontext.h).
 */
#pragma once

#include "lib/compiler.h"

#define FPSIMD_MAGIC 0x46508001
#define ESR_MAGIC    0x45535201
#define EXTRA_MAGIC  0x45585401

#define SIGCONTEXT_RESERVED 4096
#define SIGNAL_FRAME_SIZE   4688 /* struct rt_sigframe */

/* What user mode may have in PSTATE (Linux: SPSR_EL1_AARCH64_RES0_BITS is the
 * complement). */
#define PSR_USER_BITS                                                       \
    (PSR_NZCV | PSR_TCO | PSR_DIT | PSR_SS | PSR_SSBS | PSR_BTYPE | PSR_D | \
     PSR_A | PSR_I | PSR_F | PSR_MODE_MASK)

struct record_head {
    u32 magic, size;
};

struct fpsimd_record {
    struct record_head head;
    u32 fpsr, fpcr;
    __uint128_t v[32];
};
ASSERT_SIZE(struct fpsimd_record, 0x210);

struct extra_record {
    struct record_head head;
    u64 data;
    u32 size, reserved[3];
};
ASSERT_SIZE(struct extra_record, 32);

struct sigcontext_head {
    u64 fault_address;
    u64 regs[31];
    u64 sp, pc, pstate;
    u64 pad;
};
ASSERT_SIZE(struct sigcontext_head, 288);

/* The frame up to the end of its first record. */
struct signal_frame {
    u8 siginfo[128];
    u64 flags, link; /* struct ucontext begins here */
    u64 stack_sp;
    u32 stack_flags, pad;
    u64 stack_size;
    u64 sigmask;
    u8 unused[128];
    struct sigcontext_head context;
    struct fpsimd_record fp; /* at __reserved */
} __aligned(16);
ASSERT_OFFSET(struct signal_frame, context, 128 + 176);
ASSERT_OFFSET(struct signal_frame, fp, 128 + 176 + 288);
_Static_assert(128 + 176 + 288 + SIGCONTEXT_RESERVED == SIGNAL_FRAME_SIZE,
               "struct rt_sigframe");

int signal_check_pstate(u64 *pstate);
