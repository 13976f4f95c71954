/*
 * struct arch_thread: what a thread keeps while it does not run. Guarded by
 * the scheduler: only the CPU that runs the thread, or one that found it
 * stopped, touches it.
 *
 * FP/SIMD state: `fp` is the truth while WORK_FP_RELOAD is set or the thread
 * is not running; otherwise the registers of the CPU that runs it are.
 */
#pragma once

/* Offsets in struct thread_head, for assembly; asserted in thread.c. */
#define HEAD_WORK    0
#define HEAD_PREEMPT 4
#define HEAD_STACK   8
#define HEAD_REGS    16
#define HEAD_CONTEXT 32

#ifndef __ASSEMBLY__
#include "lib/compiler.h"

/* What arch_switch saves: the callee-saved registers. */
struct switch_context {
    u64 x19_x28[10];
    u64 fp;
    u64 sp;
    u64 pc;
    u64 pad;
};

struct pauth_keys {
    u64 apia[2], apib[2], apda[2], apdb[2], apga[2];
};

struct fp_state {
    __uint128_t v[32];
    u32 fpsr;
    u32 fpcr;
    u64 pad;
};

struct arch_thread {
    struct switch_context context __aligned(16);
    struct fp_state fp;
    u64 tls; /* TPIDR_EL0 while not running */
    struct pauth_keys keys;
    u64 keys_id;       /* equal ids: equal keys; 0: none */
    u64 fault_address; /* of the last fault, for the signal frame */
    u32 fp_cpu;        /* CPU whose registers held `fp` last */
    u32 fault_disabled;
    struct arm64_debug *debug; /* owned; NULL: no breakpoints (debug.c) */
    bool user;                 /* has user state */
    bool single_step;
};
#endif
