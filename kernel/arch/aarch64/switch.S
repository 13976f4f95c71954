/*
 * Switching kernel stacks.
 *
 * switch_stacks(x0 = prev, x1 = next): struct thread_head pointers; saves the
 * callee-saved registers in prev's switch_context. Returns prev, on next's
 * stack.
 */
#include <asm/thread.h>

        .section .text.switch, "ax"
        .globl  switch_stacks
switch_stacks:
        add     x8, x0, #HEAD_CONTEXT
        mov     x9, sp
        stp     x19, x20, [x8, #0]
        stp     x21, x22, [x8, #16]
        stp     x23, x24, [x8, #32]
        stp     x25, x26, [x8, #48]
        stp     x27, x28, [x8, #64]
        stp     x29, x9, [x8, #80]
        str     x30, [x8, #96]
        add     x8, x1, #HEAD_CONTEXT
        ldp     x19, x20, [x8, #0]
        ldp     x21, x22, [x8, #16]
        ldp     x23, x24, [x8, #32]
        ldp     x25, x26, [x8, #48]
        ldp     x27, x28, [x8, #64]
        ldp     x29, x9, [x8, #80]
        ldr     x30, [x8, #96]
        mov     sp, x9
        msr     sp_el0, x1
        ret

/* The first time a thread runs: x19 = entry, x20 = its argument, x0 = the
 * thread that ran before. */
        .globl  thread_first_run
thread_first_run:
        mov     x0, x20
        mov     x29, xzr
        mov     x30, xzr
        blr     x19
        brk     #0x800
