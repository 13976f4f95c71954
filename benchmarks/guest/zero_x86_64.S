/*
 * A kernel that does nothing but say what the time-stamp counter is at a
 * kernel's first instruction: "zero: TICKS" on the serial port, then power off
 * by isa-debug-exit. Loaded by its PVH note, as Hako's kernel is.
 */
        .section .note.pvh, "a"
        .long 4, 4, 18
        .asciz "Xen"
        .long start
        .text
        .code32
        .globl start
start:
        rdtsc
        mov %eax, %esi
        mov %edx, %edi
        mov $stack_top, %esp
        mov $text, %ebx
1:      mov (%ebx), %al
        test %al, %al
        jz 2f
        mov $0x3f8, %dx
        out %al, %dx
        inc %ebx
        jmp 1b
2:      mov $8, %ecx
        mov %edi, %ebx
        call hex
        mov $8, %ecx
        mov %esi, %ebx
        call hex
        mov $10, %al
        mov $0x3f8, %dx
        out %al, %dx
        mov $0xf4, %dx
        xor %eax, %eax
        out %eax, %dx
3:      hlt
        jmp 3b
hex:    rol $4, %ebx
        mov %bl, %al
        and $15, %al
        add $'0', %al
        cmp $'9', %al
        jbe 4f
        add $39, %al
4:      mov $0x3f8, %dx
        out %al, %dx
        loop hex
        ret
text:   .asciz "\nzero: "
        .bss
        .skip 256
stack_top:
        .section .note.GNU-stack, "", @progbits
