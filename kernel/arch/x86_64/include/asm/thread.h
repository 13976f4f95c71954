/*
 * The port's part of a thread: what a switch saves beyond the stack.
 *
 * `fp` is an XSAVE (or FXSAVE) area, owned; kernel threads have none. While the
 * thread runs in user mode the registers are newer than the area; a switch away
 * saves them, and WORK_FP_RELOAD tells the way back to user mode to load them
 * again, unless the registers of `fp_cpu` still hold them.
 */
#ifndef ASM_THREAD_H
#define ASM_THREAD_H

#define THREAD_SAVED_SP 24 /* offset of arch.sp in struct thread_head */
#define THREAD_STACK    8

#ifndef __ASSEMBLY__

#include "lib/types.h"

struct arch_thread {
    u64 sp;                  /* kernel stack pointer while switched out */
    void *fp;                /* owned, x86_fp_size bytes */
    u64 fs_base, gs_base;    /* user's, while switched out */
    u16 fs, gs, ds, es;      /* user's selectors, while switched out */
    u32 fp_cpu;              /* CPU + 1 whose registers hold fp; 0: none */
    u32 fault_disabled;      /* nesting of arch_fault_disable() */
    struct x86_debug *debug; /* owned; NULL: no debug registers (debug.c) */
    bool single_step;        /* TF was set by ptrace, not by the program */
};

#endif
#endif
