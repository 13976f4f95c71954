/*
 * A loader for a test: enters a kernel, which QEMU's -device loader has put at
 * 1 MiB, by the Linux 64-bit boot protocol, as Firecracker does: long mode, 1
 * GiB identity-mapped, a zero page in rsi. It is itself started by PVH, whose
 * start_info (ebx) gives command line, initramfs and memory map.
 */
#define ENTRY     0x100200
#define ZERO_PAGE 0x7000
#define TABLES    0x9000

    .code32
    .text
    .globl _start
_start:
    cld
    movl $ZERO_PAGE, %edi
    movl $(0x6000 / 4), %ecx        /* the tables too */
    xorl %eax, %eax
    rep stosl

    movl 0x18(%ebx), %eax           /* command line */
    movl %eax, ZERO_PAGE + 0x228
    cmpl $0, 12(%ebx)               /* modules */
    je 1f
    movl 16(%ebx), %esi
    movl (%esi), %eax
    movl %eax, ZERO_PAGE + 0x218
    movl 8(%esi), %eax
    movl %eax, ZERO_PAGE + 0x21c
1:  movl 0x20(%ebx), %eax           /* RSDP */
    movl %eax, ZERO_PAGE + 0x70
    movl 0x28(%ebx), %esi           /* memory map */
    movl 0x30(%ebx), %edx
    movb %dl, ZERO_PAGE + 0x1e8
    movl $ZERO_PAGE + 0x2d0, %edi
2:  movl $5, %ecx
    rep movsl
    addl $4, %esi
    decl %edx
    jnz 2b

    movl $TABLES + 0x1003, TABLES
    movl $TABLES + 0x2003, TABLES + 0x1000
    movl $TABLES + 0x2000, %edi
    movl $0x83, %eax
    movl $512, %ecx
3:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 3b

    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    movl $TABLES, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    lgdtl gdt_pointer
    movl %cr0, %eax
    orl $0x80000001, %eax
    movl %eax, %cr0
    ljmpl $0x10, $long_mode

    .code64
long_mode:
    movl $0x18, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $ZERO_PAGE, %esi
    movl $ENTRY, %eax
    jmp *%rax

    .balign 8
gdt:
    .quad 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18
    .asciz "Xen"
    .long _start
    .section .note.GNU-stack, "", @progbits
