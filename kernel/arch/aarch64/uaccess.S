/*
 * Bulk user copies with LDTR and STTR, which have user mode's rights. Each
 * returns in x0 the number of bytes not copied; a fault in the 64-byte or
 * 8-byte loops is retried byte by byte, so that the count is exact.
 *
 * copy_from_user_asm(x0 = to, x1 = from, x2 = n)
 * copy_to_user_asm(x0 = to, x1 = from, x2 = n)
 * clear_user_asm(x0 = to, x1 = n)
 * strncpy_from_user_asm(x0 = to, x1 = from, x2 = n): length, n, or -EFAULT
 */
        .macro  fixup to, insn:vararg
9999:   \insn
        .pushsection __ex_table, "a"
        .balign 4
        .long   9999b - ., \to - .
        .popsection
        .endm

        .section .text.uaccess, "ax"
        .globl  copy_from_user_asm
copy_from_user_asm:
        cmp     x2, #64
        b.lo    2f
1:      fixup   5f, ldtr x3, [x1]
        fixup   5f, ldtr x4, [x1, #8]
        fixup   5f, ldtr x5, [x1, #16]
        fixup   5f, ldtr x6, [x1, #24]
        fixup   5f, ldtr x7, [x1, #32]
        fixup   5f, ldtr x8, [x1, #40]
        fixup   5f, ldtr x9, [x1, #48]
        fixup   5f, ldtr x10, [x1, #56]
        stp     x3, x4, [x0]
        stp     x5, x6, [x0, #16]
        stp     x7, x8, [x0, #32]
        stp     x9, x10, [x0, #48]
        add     x1, x1, #64
        add     x0, x0, #64
        sub     x2, x2, #64
        cmp     x2, #64
        b.hs    1b
2:      cmp     x2, #8
        b.lo    5f
3:      fixup   5f, ldtr x3, [x1]
        str     x3, [x0], #8
        add     x1, x1, #8
        sub     x2, x2, #8
        cmp     x2, #8
        b.hs    3b
5:      cbz     x2, 7f
6:      fixup   7f, ldtrb w3, [x1]
        strb    w3, [x0], #1
        add     x1, x1, #1
        sub     x2, x2, #1
        cbnz    x2, 6b
7:      mov     x0, x2
        ret

        .globl  copy_to_user_asm
copy_to_user_asm:
        cmp     x2, #64
        b.lo    2f
1:      ldp     x3, x4, [x1]
        ldp     x5, x6, [x1, #16]
        ldp     x7, x8, [x1, #32]
        ldp     x9, x10, [x1, #48]
        fixup   5f, sttr x3, [x0]
        fixup   5f, sttr x4, [x0, #8]
        fixup   5f, sttr x5, [x0, #16]
        fixup   5f, sttr x6, [x0, #24]
        fixup   5f, sttr x7, [x0, #32]
        fixup   5f, sttr x8, [x0, #40]
        fixup   5f, sttr x9, [x0, #48]
        fixup   5f, sttr x10, [x0, #56]
        add     x1, x1, #64
        add     x0, x0, #64
        sub     x2, x2, #64
        cmp     x2, #64
        b.hs    1b
2:      cmp     x2, #8
        b.lo    5f
3:      ldr     x3, [x1]
        fixup   5f, sttr x3, [x0]
        add     x1, x1, #8
        add     x0, x0, #8
        sub     x2, x2, #8
        cmp     x2, #8
        b.hs    3b
5:      cbz     x2, 7f
6:      ldrb    w3, [x1]
        fixup   7f, sttrb w3, [x0]
        add     x1, x1, #1
        add     x0, x0, #1
        sub     x2, x2, #1
        cbnz    x2, 6b
7:      mov     x0, x2
        ret

        .globl  clear_user_asm
clear_user_asm:
        cmp     x1, #64
        b.lo    2f
1:      fixup   5f, sttr xzr, [x0]
        fixup   5f, sttr xzr, [x0, #8]
        fixup   5f, sttr xzr, [x0, #16]
        fixup   5f, sttr xzr, [x0, #24]
        fixup   5f, sttr xzr, [x0, #32]
        fixup   5f, sttr xzr, [x0, #40]
        fixup   5f, sttr xzr, [x0, #48]
        fixup   5f, sttr xzr, [x0, #56]
        add     x0, x0, #64
        sub     x1, x1, #64
        cmp     x1, #64
        b.hs    1b
2:      cmp     x1, #8
        b.lo    5f
3:      fixup   5f, sttr xzr, [x0]
        add     x0, x0, #8
        sub     x1, x1, #8
        cmp     x1, #8
        b.hs    3b
5:      cbz     x1, 7f
6:      fixup   7f, sttrb wzr, [x0]
        add     x0, x0, #1
        sub     x1, x1, #1
        cbnz    x1, 6b
7:      mov     x0, x1
        ret

        .globl  strncpy_from_user_asm
strncpy_from_user_asm:
        mov     x4, x2
        cbz     x2, 2f
1:      fixup   3f, ldtrb w3, [x1]
        strb    w3, [x0], #1
        cbz     w3, 2f
        add     x1, x1, #1
        subs    x4, x4, #1
        b.ne    1b
2:      sub     x0, x2, x4
        ret
3:      mov     x0, #-14
        ret
