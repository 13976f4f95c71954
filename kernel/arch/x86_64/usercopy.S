/*
 * Copies to and from user memory. An access that faults and cannot be resolved
 * goes on at the fixup that the exception table names for it; what is left is
 * then tried byte by byte, so that the count returned is exact.
 */

.macro USER_BEGIN
77: .byte 0x0f, 0x1f, 0x00          /* STAC with SMAP */
    .pushsection .smap_sites, "a"
    .long 77b - ., 1
    .popsection
.endm

.macro USER_END
77: .byte 0x0f, 0x1f, 0x00          /* CLAC with SMAP */
    .pushsection .smap_sites, "a"
    .long 77b - ., 0
    .popsection
.endm

/* The instruction may fault; then control goes to `to`. */
.macro TRY to, instruction:vararg
78: \instruction
    .pushsection .extable, "a"
    .long 78b - ., \to - .
    .popsection
.endm

    .text

/* size_t x86_copy_user(rdi: to, rsi: from, rdx: n): bytes not copied. */
    .balign 16
    .globl x86_copy_user
    .type x86_copy_user, @function
x86_copy_user:
    USER_BEGIN
    movq %rdx, %rcx
    cmpq $64, %rcx
    jb 2f
1:  TRY 4f, movq (%rsi), %rax
    TRY 4f, movq 8(%rsi), %rdx
    TRY 4f, movq 16(%rsi), %r8
    TRY 4f, movq 24(%rsi), %r9
    TRY 4f, movq %rax, (%rdi)
    TRY 4f, movq %rdx, 8(%rdi)
    TRY 4f, movq %r8, 16(%rdi)
    TRY 4f, movq %r9, 24(%rdi)
    TRY 4f, movq 32(%rsi), %rax
    TRY 4f, movq 40(%rsi), %rdx
    TRY 4f, movq 48(%rsi), %r8
    TRY 4f, movq 56(%rsi), %r9
    TRY 4f, movq %rax, 32(%rdi)
    TRY 4f, movq %rdx, 40(%rdi)
    TRY 4f, movq %r8, 48(%rdi)
    TRY 4f, movq %r9, 56(%rdi)
    addq $64, %rsi
    addq $64, %rdi
    subq $64, %rcx
    cmpq $64, %rcx
    jae 1b
2:  cmpq $8, %rcx
    jb 4f
3:  TRY 4f, movq (%rsi), %rax
    TRY 4f, movq %rax, (%rdi)
    addq $8, %rsi
    addq $8, %rdi
    subq $8, %rcx
    cmpq $8, %rcx
    jae 3b
4:  testq %rcx, %rcx
    jz 6f
5:  TRY 6f, movb (%rsi), %al
    TRY 6f, movb %al, (%rdi)
    incq %rsi
    incq %rdi
    decq %rcx
    jnz 5b
6:  USER_END
    movq %rcx, %rax
    ret
    .size x86_copy_user, . - x86_copy_user

/* The same with one string instruction, for CPUs that are fast at it. */
    .balign 16
    .globl x86_copy_user_string
    .type x86_copy_user_string, @function
x86_copy_user_string:
    USER_BEGIN
    movq %rdx, %rcx
    TRY 1f, rep movsb
1:  USER_END
    movq %rcx, %rax
    ret
    .size x86_copy_user_string, . - x86_copy_user_string

/* size_t x86_clear_user(rdi: to, rsi: n): bytes not cleared. */
    .balign 16
    .globl x86_clear_user
    .type x86_clear_user, @function
x86_clear_user:
    USER_BEGIN
    movq %rsi, %rcx
    xorl %eax, %eax
    cmpq $64, %rcx
    jb 2f
1:  TRY 4f, movq %rax, (%rdi)
    TRY 4f, movq %rax, 8(%rdi)
    TRY 4f, movq %rax, 16(%rdi)
    TRY 4f, movq %rax, 24(%rdi)
    TRY 4f, movq %rax, 32(%rdi)
    TRY 4f, movq %rax, 40(%rdi)
    TRY 4f, movq %rax, 48(%rdi)
    TRY 4f, movq %rax, 56(%rdi)
    addq $64, %rdi
    subq $64, %rcx
    cmpq $64, %rcx
    jae 1b
2:  cmpq $8, %rcx
    jb 4f
3:  TRY 4f, movq %rax, (%rdi)
    addq $8, %rdi
    subq $8, %rcx
    cmpq $8, %rcx
    jae 3b
4:  testq %rcx, %rcx
    jz 6f
5:  TRY 6f, movb %al, (%rdi)
    incq %rdi
    decq %rcx
    jnz 5b
6:  USER_END
    movq %rcx, %rax
    ret
    .size x86_clear_user, . - x86_clear_user

    .section .note.GNU-stack, "", @progbits
