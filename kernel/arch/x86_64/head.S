/*
 * The first instructions, for every way in:
 *
 *   offset 0      32-bit Linux protocol (GRUB, qboot, our own setup code):
 *                 esi = boot_params, flat protected mode
 *   pvh_entry     PVH: ebx = hvm_start_info, flat protected mode, loaded where
 *                 it was linked to be loaded
 *   offset 0x200  64-bit Linux protocol: rsi = boot_params, identity mapping of
 *                 at least the image and boot_params
 *
 * All come to enter_64 with: rbp = physical address of the image, rsi = what
 * the loader left, r12d = BOOT_FROM_*, bss clear, identity mapping on.
 */
#include "arch/x86_64/boot.h"

#define RVA(x) ((x) - x86_head)
#define BOOT_PARAMS_SCRATCH 0x1e4

    .section .head.text, "ax"
    .globl x86_head
    .code32
x86_head:
    cld
    cli
    /* Four bytes of stack, to learn where this is. */
    leal BOOT_PARAMS_SCRATCH + 4(%esi), %esp
    call 1f
1:  popl %ebp
    subl $(1b - x86_head), %ebp
    movl $BOOT_FROM_LINUX, %ebx
    jmp enter_32

    .globl x86_pvh_entry
x86_pvh_entry:
    cld
    cli
    movl %ebx, %esi
    movl $X86_LOAD_ADDRESS, %ebp
    movl $BOOT_FROM_PVH, %ebx

enter_32:
    leal RVA(boot_stack_end)(%ebp), %esp
    rdtsc
    movl %eax, RVA(x86_start_counter)(%ebp)
    movl %edx, RVA(x86_start_counter + 4)(%ebp)

    leal RVA(__bss)(%ebp), %edi
    leal RVA(__image_end)(%ebp), %ecx
    subl %edi, %ecx
    shrl $2, %ecx
    xorl %eax, %eax
    rep stosl

    movl $0x80000000, %eax
    pushl %ebx
    cpuid
    popl %ebx
    cmpl $0x80000001, %eax
    jb no_long_mode
    movl $0x80000001, %eax
    pushl %ebx
    cpuid
    popl %ebx
    testl $(1 << 29), %edx
    jz no_long_mode

    /* Identity map of the first 4 GiB: root, one table, four tables of 2 MiB
     * pages. */
    leal RVA(x86_root)(%ebp), %edi
    leal RVA(x86_ident)(%ebp), %edx
    leal 3(%edx), %eax
    movl %eax, (%edi)
    leal 0x1003(%edx), %eax
    xorl %ecx, %ecx
2:  movl %eax, (%edx, %ecx, 8)
    addl $0x1000, %eax
    incl %ecx
    cmpl $4, %ecx
    jb 2b
    addl $0x1000, %edx
    movl $0x83, %eax
    xorl %ecx, %ecx
3:  movl %eax, (%edx, %ecx, 8)
    addl $0x200000, %eax
    incl %ecx
    cmpl $2048, %ecx
    jb 3b

    movl %cr4, %eax
    orl $(1 << 5), %eax             /* PAE */
    movl %eax, %cr4
    movl %edi, %cr3
    movl $0xc0000080, %ecx          /* EFER.LME */
    rdmsr
    orl $(1 << 8), %eax
    wrmsr
    leal RVA(boot_gdt)(%ebp), %eax
    movl %eax, RVA(boot_gdt_pointer + 2)(%ebp)
    lgdt RVA(boot_gdt_pointer)(%ebp)
    movl %cr0, %eax
    orl $0x80000001, %eax           /* PG, PE */
    movl %eax, %cr0
    leal RVA(enter_64_from_32)(%ebp), %eax
    pushl $0x10
    pushl %eax
    lretl

no_long_mode:
    leal RVA(no_long_mode_text)(%ebp), %esi
4:  lodsb
    testb %al, %al
    jz 5f
    movw $0x3f8, %dx
    outb %al, %dx
    jmp 4b
5:  hlt
    jmp 5b
no_long_mode_text:
    .asciz "Hako needs a CPU with 64-bit mode\r\n"

    .balign 8
boot_gdt:
    .quad 0, 0
    .quad 0x00af9b000000ffff        /* 0x10: 64-bit code */
    .quad 0x00cf93000000ffff        /* 0x18: data */
boot_gdt_pointer:
    .word . - boot_gdt - 1
    .long 0, 0

    .org 0x200
    .code64
    .globl x86_linux64_entry
x86_linux64_entry:
    cld
    cli
    leaq x86_head(%rip), %rbp
    rdtsc
    movl %eax, x86_start_counter(%rip)
    movl %edx, x86_start_counter + 4(%rip)
    leaq __bss(%rip), %rdi
    leaq __image_end(%rip), %rcx
    subq %rdi, %rcx
    shrq $3, %rcx
    xorl %eax, %eax
    rep stosq
    movl $BOOT_FROM_LINUX, %r12d
    jmp enter_64

enter_64_from_32:
    movl %ebx, %r12d
    movl %ebp, %ebp
    movl %esi, %esi
enter_64:
    leaq boot_stack_end(%rip), %rsp
    lgdt_base = boot_gdt_pointer + 2
    leaq boot_gdt(%rip), %rax
    movq %rax, lgdt_base(%rip)
    lgdt boot_gdt_pointer(%rip)
    leaq 6f(%rip), %rax
    pushq $0x10
    pushq %rax
    lretq
6:  movl $0x18, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movq %rsi, %r13
    /* x86_early_start(physical address, what the loader left, BOOT_FROM_*)
     * returns virtual minus physical address of the image. */
    movq %rbp, %rdi
    movl %r12d, %edx
    xorl %ebp, %ebp
    call x86_early_start
    leaq 7f(%rip), %rcx
    addq %rax, %rcx
    addq %rax, %rsp
    jmp *%rcx
7:  movq %r13, %rdi
    movl %r12d, %esi
    call x86_start
    ud2

    .section .data, "aw"
    .globl x86_start_counter
    .balign 8
x86_start_counter:
    .quad 0

    /* The PVH note: Xen, PHYS32_ENTRY. */
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, 18
    .asciz "Xen"
    .quad x86_pvh_entry - x86_head + X86_LOAD_ADDRESS

    .section .note.GNU-stack, "", @progbits
