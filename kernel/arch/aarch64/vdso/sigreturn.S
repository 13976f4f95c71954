/*
 * Where signal handlers return to. The unwind information says that the frame
 * record at x29 holds the interrupted x29 and x30, as Linux's vDSO does;
 * unwinders also know the two instructions.
 */
        .section .text, "ax"
        .globl  __kernel_rt_sigreturn
        .type   __kernel_rt_sigreturn, %function
        .cfi_startproc
        .cfi_signal_frame
        .cfi_def_cfa x29, 0
        .cfi_offset x29, 0
        .cfi_offset x30, 8
        nop                             // an unwinder looks at pc - 1
__kernel_rt_sigreturn:
        mov     x8, #139
        svc     #0
        .cfi_endproc
        .size   __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

        .section .note.GNU-stack, "", %progbits
