/*
 * The first instructions of every CPU but the first: copied to a page below
 * 1 MiB, entered in real mode at its start with cs = page / 16. Goes to long
 * mode in one step; smp.c fills in the data.
 */
#define DATA(x) (x86_trampoline_data - x86_trampoline + (x))

    .section .rodata.trampoline, "a"
    .balign 16
    .globl x86_trampoline
x86_trampoline:
    .code16
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    movl %cr4, %eax
    orl $0x20, %eax                     /* PAE */
    movl %eax, %cr4
    movl DATA(0), %eax                  /* root table, below 4 GiB */
    movl %eax, %cr3
    movl $0xc0000080, %ecx              /* EFER */
    rdmsr
    movl DATA(36), %eax
    andl $~0x400, %eax                  /* LMA is the CPU's */
    wrmsr
    lgdtl DATA(30)
    movl $0x80000011, %eax              /* PG, ET, PE */
    movl %eax, %cr0
    ljmpl *DATA(24)

    .code64
    .globl x86_trampoline_64
x86_trampoline_64:
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movq x86_trampoline_data + 8(%rip), %rsp
    xorl %ebp, %ebp
    pushq $0
    movq x86_trampoline_data + 16(%rip), %rax
    jmp *%rax

    .balign 8
    .globl x86_trampoline_gdt
x86_trampoline_gdt:
    .quad 0
    .quad 0x00af9b000000ffff            /* 8: 64-bit code */

    .balign 8
    .globl x86_trampoline_data
x86_trampoline_data:
    .quad 0, 0, 0                       /* 0 root, 8 stack, 16 entry */
    .long 0                             /* 24 far pointer */
    .word 0
    .word 0                             /* 30 GDT limit and base */
    .long 0
    .long 0                             /* 36 EFER */
    .globl x86_trampoline_end
x86_trampoline_end:

    .section .note.GNU-stack, "", @progbits
