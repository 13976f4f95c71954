/*
 * Ways into the kernel and out of it.
 *
 * Every way in saves all registers as struct user_regs / struct kernel_regs, on
 * the thread's kernel stack when it comes from user mode, so that they lie at
 * its top. The GS base is the CPU's own from SWAPGS on; a frame that came from
 * user mode (cs & 3) swaps back before it leaves.
 */
#include <asm/regs.h>
#include <asm/cpu.h>
#include <asm/thread.h>

#define REGS_RBP   (4 * 8)
#define REGS_ERROR (15 * 8)
#define REGS_CS    (17 * 8)
#define REGS_SIZE  (21 * 8)

/* With rdi saved already: the rest, leaving rsp at the frame. */
.macro SAVE_REGISTERS
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
.endm

.macro RESTORE_REGISTERS
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
.endm

/* What user mode left in registers must not steer speculation. */
.macro CLEAR_SCRATCH
    xorl %edx, %edx
    xorl %ecx, %ecx
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %ebx, %ebx
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
.endm

/* User memory is out of reach again, if a copy was interrupted: becomes CLAC
 * where there is SMAP. The return restores the flag. */
.macro FORBID_USER_ACCESS
77: .byte 0x0f, 0x1f, 0x00
    .pushsection .smap_sites, "a"
    .long 77b - ., 0
    .popsection
.endm

    .text

/* SYSCALL: rcx = user rip, r11 = user rflags, rsp is still the user's. */
    .balign 64
    .globl x86_syscall_entry
    .type x86_syscall_entry, @function
x86_syscall_entry:
    swapgs
    movq %rsp, %gs:x86_cpu+CPU_USER_SP(%rip)
    movq %gs:x86_cpu+CPU_STACK(%rip), %rsp
    pushq $SEL_USER_DATA
    pushq %gs:x86_cpu+CPU_USER_SP(%rip)
    pushq %r11
    pushq $SEL_USER_CODE
    pushq %rcx
    pushq %rax
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq $-38                      /* rax: ENOSYS until there is a result */
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rdi
    CLEAR_SCRATCH
    xorl %ebp, %ebp
    sti
    call x86_system_call
    testb %al, %al
    jz return_to_user
    RESTORE_REGISTERS
    movq 32(%rsp), %rsp
    swapgs
    sysretq
    .size x86_syscall_entry, . - x86_syscall_entry

/* SYSCALL from a 32-bit code segment: there is none. */
    .globl x86_syscall32_entry
x86_syscall32_entry:
    movl $-38, %eax
    sysretl

/* void x86_return_to_user(struct user_regs *regs): interrupts are off. */
    .globl x86_return_to_user
    .type x86_return_to_user, @function
x86_return_to_user:
    movq %rdi, %rsp
return_to_user:
    RESTORE_REGISTERS
    addq $8, %rsp
    swapgs
    iretq
    .size x86_return_to_user, . - x86_return_to_user

/*
 * The 256 stubs of 16 bytes: push an error code where the CPU does not, save
 * rdi, name the vector.
 */
    .balign 16
    .globl x86_vector_stubs
    .type x86_vector_stubs, @object
x86_vector_stubs:
    vector = 0
.rept 256
    .balign 16
.if vector == 10 || vector == 11 || vector == 12 || vector == 13 || vector == 14 || vector == 17 || vector == 21 || vector == 29 || vector == 30
.else
    pushq $0
.endif
    pushq %rdi
    movl $vector, %edi
.if vector < 32
    jmp exception
.else
    jmp interrupt
.endif
    vector = vector + 1
.endr
    .balign 16
    .size x86_vector_stubs, . - x86_vector_stubs

    .type exception, @function
exception:
    cld
    FORBID_USER_ACCESS
    SAVE_REGISTERS
    testb $3, REGS_CS(%rsp)
    jz 1f
    swapgs
    lfence
    xorl %ebp, %ebp
1:  movl %edi, %esi
    movq %rsp, %rdi
    CLEAR_SCRATCH
    call x86_trap
return_from_trap:
    testb $3, REGS_CS(%rsp)
    jnz return_to_user
    RESTORE_REGISTERS
    addq $8, %rsp
    iretq
    .size exception, . - exception

    .type interrupt, @function
interrupt:
    cld
    FORBID_USER_ACCESS
    SAVE_REGISTERS
    testb $3, REGS_CS(%rsp)
    jz 1f
    swapgs
    lfence
    xorl %ebp, %ebp
1:  movl %edi, %esi
    movq %rsp, %rdi
    CLEAR_SCRATCH
    call x86_interrupt
    jmp return_from_trap
    .size interrupt, . - interrupt

/*
 * Entries that may come anywhere, also between SYSCALL and SWAPGS: the GS base
 * is whatever it is, so it is saved (in r12) and this CPU's is taken from above
 * the frame, where descriptors.c left it.
 */
.macro ANYWHERE name, handler, error_code
    .globl \name
    .type \name, @function
\name:
.if \error_code == 0
    pushq $0
.endif
    pushq %rdi
    cld
    FORBID_USER_ACCESS
    SAVE_REGISTERS
    movl $0xc0000101, %ecx          /* GS_BASE */
    rdmsr
    shlq $32, %rdx
    orq %rdx, %rax
    movq %rax, %r12
    movq REGS_SIZE(%rsp), %rax
    movq %rax, %rdx
    shrq $32, %rdx
    wrmsr
    lfence
    movq %rsp, %rdi
    testb $3, REGS_CS(%rsp)
    jz 1f
    xorl %ebp, %ebp
1:  call \handler
    movl $0xc0000101, %ecx
    movq %r12, %rax
    movq %r12, %rdx
    shrq $32, %rdx
    wrmsr
    RESTORE_REGISTERS
    addq $8, %rsp
    iretq
    .size \name, . - \name
.endm

    ANYWHERE x86_nmi_entry, x86_nmi, 0
    ANYWHERE x86_double_fault_entry, x86_double_fault, 1
    ANYWHERE x86_machine_check_entry, x86_machine_check, 0

/*
 * struct thread_head *x86_switch_stack(prev, next): saves what C expects kept
 * on prev's stack and goes on on next's; returns prev.
 */
    .globl x86_switch_stack
    .type x86_switch_stack, @function
x86_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, THREAD_SAVED_SP(%rdi)
    movq THREAD_SAVED_SP(%rsi), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    movq %rdi, %rax
    ret
    .size x86_switch_stack, . - x86_switch_stack

/* A thread's first instructions: rbx = entry, r12 = its argument. */
    .globl x86_thread_begin
    .type x86_thread_begin, @function
x86_thread_begin:
    movq %r12, %rdi
    call *%rbx
    ud2
    .size x86_thread_begin, . - x86_thread_begin

    .section .note.GNU-stack, "", @progbits
