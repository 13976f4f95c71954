/*
 * Exception entry and exit.
 *
 * From user mode: all registers go to struct user_regs, which is at the top of
 * the thread's kernel stack; SP_EL1 points right above it while the thread runs
 * in user mode. In C from here on: x20 = the current thread.
 *
 * In the kernel: struct kernel_regs on the stack that was interrupted; its
 * frame record lets a backtrace pass.
 */
#include <asm/sysreg.h>
#include <asm/regs.h>
#include <asm/thread.h>

#define EXIT_WORK_MASK 0x1a7 /* WORK_EXIT: asserted in trap.c */

        .macro  save_general
        stp     x0, x1, [sp, #16 * 0]
        stp     x2, x3, [sp, #16 * 1]
        stp     x4, x5, [sp, #16 * 2]
        stp     x6, x7, [sp, #16 * 3]
        stp     x8, x9, [sp, #16 * 4]
        stp     x10, x11, [sp, #16 * 5]
        stp     x12, x13, [sp, #16 * 6]
        stp     x14, x15, [sp, #16 * 7]
        stp     x16, x17, [sp, #16 * 8]
        stp     x18, x19, [sp, #16 * 9]
        stp     x20, x21, [sp, #16 * 10]
        stp     x22, x23, [sp, #16 * 11]
        stp     x24, x25, [sp, #16 * 12]
        stp     x26, x27, [sp, #16 * 13]
        stp     x28, x29, [sp, #16 * 14]
        .endm

        .macro  load_general
        ldp     x0, x1, [sp, #16 * 0]
        ldp     x2, x3, [sp, #16 * 1]
        ldp     x4, x5, [sp, #16 * 2]
        ldp     x6, x7, [sp, #16 * 3]
        ldp     x8, x9, [sp, #16 * 4]
        ldp     x10, x11, [sp, #16 * 5]
        ldp     x12, x13, [sp, #16 * 6]
        ldp     x14, x15, [sp, #16 * 7]
        ldp     x16, x17, [sp, #16 * 8]
        ldp     x18, x19, [sp, #16 * 9]
        ldp     x20, x21, [sp, #16 * 10]
        ldp     x22, x23, [sp, #16 * 11]
        ldp     x24, x25, [sp, #16 * 12]
        ldp     x26, x27, [sp, #16 * 13]
        ldp     x28, x29, [sp, #16 * 14]
        .endm

        .macro  enter_from_user
        save_general
        mrs     x21, sp_el0
        mrs     x22, elr_el1
        mrs     x23, spsr_el1
        stp     x30, x21, [sp, #UREGS_LR]
        stp     x22, x23, [sp, #UREGS_PC]
        ldr     x20, [sp, #UREGS_THREAD]
        msr     sp_el0, x20
        mov     x29, xzr
        mov     x30, xzr
        .endm

        .macro  vector_user target
        .balign 128
        sub     sp, sp, #UREGS_SIZE
        b       \target
        .endm

        .macro  vector_kernel target
        .balign 128
        sub     sp, sp, #KREGS_SIZE
        b       \target
        .endm

        .macro  vector_bad reason
        .balign 128
        sub     sp, sp, #KREGS_SIZE
        stp     x0, x1, [sp]
        mov     x0, #\reason
        b       bad_vector
        .endm

        .section .text.vectors, "ax"
        .balign 2048
        .globl  vectors
vectors:
        vector_bad 0                    // current level with SP_EL0: unused
        vector_bad 1
        vector_bad 2
        vector_bad 3
        /* Kernel. A synchronous one may be a stack overflow: is SP still within
           [stack, stack + 16 KiB)? TPIDRRO_EL0 is free to hold x0. */
        .balign 128
        sub     sp, sp, #KREGS_SIZE
        msr     tpidrro_el0, x0
        mrs     x0, sp_el0
        cbz     x0, 1f                  // no thread yet
        ldr     x0, [x0, #HEAD_STACK]
        sub     x0, sp, x0
        lsr     x0, x0, #14
        cbnz    x0, stack_overflow
1:      mrs     x0, tpidrro_el0
        msr     tpidrro_el0, xzr
        b       kernel_sync
        vector_kernel kernel_irq
        vector_bad 6                    // FIQ
        vector_kernel kernel_serror
        /* User, 64 bit */
        vector_user user_sync
        vector_user user_irq
        vector_bad 10
        vector_user user_serror
        /* User, 32 bit: there is none */
        vector_bad 12
        vector_bad 13
        vector_bad 14
        vector_bad 15

user_sync:
        enter_from_user
        mrs     x24, esr_el1
        lsr     x25, x24, #ESR_EC_SHIFT
        cmp     x25, #EC_SVC
        b.ne    1f
        /* A system call: the number is an int, as Linux reads it. */
        str     x0, [sp, #UREGS_ORIG_X0]
        str     w8, [sp, #UREGS_SYSCALL]
        msr     daifclr, #6
        adrp    x9, arch_upcalls
        ldr     x9, [x9, #:lo12:arch_upcalls]
        mov     x0, sp
        blr     x9
return_to_user:
        msr     daifset, #2
        ldr     w1, [x20, #HEAD_WORK]
        mov     w2, #EXIT_WORK_MASK
        tst     w1, w2
        b.ne    3f
2:      ldp     x22, x23, [sp, #UREGS_PC]
        ldp     x30, x21, [sp, #UREGS_LR]
        msr     sp_el0, x21
        msr     elr_el1, x22
        msr     spsr_el1, x23
        load_general
        add     sp, sp, #UREGS_SIZE
        eret
3:      mov     x0, sp
        bl      trap_exit_work
        b       2b

1:      mov     w2, #NO_SYSCALL
        str     w2, [sp, #UREGS_SYSCALL]
        mrs     x2, far_el1
        mov     x0, sp
        mov     x1, x24
        msr     daifclr, #4
        bl      trap_user_sync
        b       return_to_user

user_irq:
        enter_from_user
        mov     w2, #NO_SYSCALL
        str     w2, [sp, #UREGS_SYSCALL]
        mov     x0, sp
        bl      trap_user_irq
        b       return_to_user

user_serror:
        enter_from_user
        mov     w2, #NO_SYSCALL
        str     w2, [sp, #UREGS_SYSCALL]
        mov     x0, sp
        mrs     x1, esr_el1
        bl      trap_user_serror
        b       return_to_user

/* A new user thread: sp = its user_regs, x20 = the thread. */
        .globl  arch_user_enter_asm
arch_user_enter_asm:
        mov     sp, x0
        mov     x20, x1
        mov     x29, xzr
        b       return_to_user

        .macro  enter_from_kernel
        save_general
        add     x21, sp, #KREGS_SIZE
        mrs     x22, elr_el1
        mrs     x23, spsr_el1
        mrs     x24, esr_el1
        mrs     x25, far_el1
        stp     x30, x21, [sp, #UREGS_LR]
        stp     x22, x23, [sp, #UREGS_PC]
        stp     x24, x25, [sp, #KREGS_ESR]
        stp     x29, x22, [sp, #KREGS_FRAME]
        add     x29, sp, #KREGS_FRAME
        .endm

kernel_sync:
        enter_from_kernel
        mov     x0, sp
        bl      trap_kernel_sync
        b       return_to_kernel

kernel_irq:
        enter_from_kernel
        mov     x0, sp
        bl      trap_kernel_irq
return_to_kernel:
        msr     daifset, #2
        ldp     x22, x23, [sp, #UREGS_PC]
        ldr     x30, [sp, #UREGS_LR]
        msr     elr_el1, x22
        msr     spsr_el1, x23
        load_general
        add     sp, sp, #KREGS_SIZE
        eret

kernel_serror:
        enter_from_kernel
        mov     x0, sp
        bl      trap_kernel_serror
        b       return_to_kernel

/* x0 = reason; x0 and x1 are saved. */
bad_vector:
        stp     x2, x3, [sp, #16]
        mov     x26, x0
        ldp     x0, x1, [sp]
        enter_from_kernel
        mov     x0, sp
        mov     x1, x26
        bl      trap_bad
        b       .

/* The stack is full: report on another one. x0 is in TPIDRRO_EL0. */
stack_overflow:
        add     x0, sp, #KREGS_SIZE
        msr     tpidr_el0, x0           // the user's, but nobody returns there
        adrp    x0, overflow_stack_top
        add     x0, x0, #:lo12:overflow_stack_top
        sub     sp, x0, #KREGS_SIZE
        mrs     x0, tpidrro_el0
        enter_from_kernel
        mrs     x21, tpidr_el0
        str     x21, [sp, #UREGS_SP]
        mov     x0, sp
        mov     x1, #16
        bl      trap_bad
        b       .

        .section .bss.page_aligned, "aw", %nobits
        .balign 16
        .skip   4096
overflow_stack_top:
