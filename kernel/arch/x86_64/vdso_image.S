/* The vDSO's ELF image, in pages of its own: they are mapped into processes. */
    .section .rodata.vdso, "a"
    .balign 4096
    .globl x86_vdso, x86_vdso_end
x86_vdso:
    .incbin "vdso.so"
    .balign 4096
x86_vdso_end:

    .section .note.GNU-stack, "", @progbits
