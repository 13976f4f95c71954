/* The vDSO, whole pages, as arch.mk linked it. */
        .section .rodata.vdso, "a"
        .balign 4096
        .globl  vdso_image_start, vdso_image_end
vdso_image_start:
        .incbin VDSO_FILE
        .balign 4096
vdso_image_end:
