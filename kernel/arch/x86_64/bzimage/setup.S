/*
 * The real-mode part of a bzImage (linux/Documentation/arch/x86/boot.rst,
 * protocol 2.15): the setup header that loaders read, and the code that a
 * loader enters in real mode. It asks the BIOS for the memory map, builds a
 * zero page and enters the kernel's 32-bit entry. Loaders with entries of their
 * own (GRUB, Cloud Hypervisor) read only the header.
 *
 * The build gives PAYLOAD_SIZE, INIT_SIZE (bytes) and SETUP_SECTORS.
 */

#define LOAD_ADDRESS 0x100000
#define ZERO_PAGE    0x2000         /* in our segment, behind this code */
#define E820_COUNT   (ZERO_PAGE + 0x1e8)
#define E820_TABLE   (ZERO_PAGE + 0x2d0)
#define E820_MAX     128
#define HEADER       0x1f1
#define SMAP         0x534d4150

    .code16
    .text
    .globl _start
_start:
    .org 0x1f1
    .byte SETUP_SECTORS
    .word 0                         /* root_flags */
    .long (PAYLOAD_SIZE + 15) / 16  /* syssize */
    .word 0                         /* ram_size */
    .word 0xffff                    /* vid_mode */
    .word 0                         /* root_dev */
    .word 0xaa55
    .byte 0xeb                      /* 0x200: where real mode enters */
    .byte setup - 1f
1:  .ascii "HdrS"
    .word 0x020f
    .long 0                         /* realmode_swtch */
    .word 0x1000                    /* start_sys_seg */
    .word version - 0x200
    .byte 0                         /* type_of_loader */
    .byte 1                         /* loadflags: LOADED_HIGH */
    .word 0x8000                    /* setup_move_size */
code32_start:
    .long LOAD_ADDRESS
    .long 0                         /* ramdisk_image */
    .long 0                         /* ramdisk_size */
    .long 0                         /* bootsect_kludge */
    .word 0                         /* heap_end_ptr */
    .byte 0, 0                      /* ext_loader_ver, ext_loader_type */
    .long 0                         /* cmd_line_ptr */
    .long 0x7fffffff                /* initrd_addr_max */
    .long 0x1000                    /* kernel_alignment */
    .byte 1                         /* relocatable_kernel */
    .byte 12                        /* min_alignment: 2^12 */
    .word 1                         /* xloadflags: 64-bit entry at +0x200 */
    .long 2047                      /* cmdline_size */
    .long 0                         /* hardware_subarch */
    .quad 0                         /* hardware_subarch_data */
    .long 0                         /* payload_offset: no compressed ELF */
    .long 0                         /* payload_length */
    .quad 0                         /* setup_data */
    .quad LOAD_ADDRESS              /* pref_address */
    .long INIT_SIZE
    .long 0                         /* handover_offset */
    .long 0                         /* kernel_info_offset */
header_end:

/* cs = our segment + 0x20; ds = es = ss = our segment; the stack is the
 * loader's. */
setup:
    cli
    cld
    movw %ds, %ax
    movw %ax, %es
    movw %ax, %fs

    movw $ZERO_PAGE, %di
    xorl %eax, %eax
    movw $1024, %cx
    rep stosl
    movw $HEADER, %si
    movw $ZERO_PAGE + HEADER, %di
    movw $header_end - HEADER, %cx
    rep movsb

    sti
    xorl %ebx, %ebx
    movw $E820_TABLE, %di
2:  movl $0xe820, %eax
    movl $20, %ecx
    movl $SMAP, %edx
    int $0x15
    jc 3f
    cmpl $SMAP, %eax
    jne 3f
    addw $20, %di
    incb E820_COUNT
    cmpb $E820_MAX, E820_COUNT
    jae 3f
    testl %ebx, %ebx
    jnz 2b

    /* A20: by the BIOS, then by the fast gate. */
3:  movw $0x2401, %ax
    int $0x15
    cli
    inb $0x92, %al
    testb $2, %al
    jnz 4f
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92

4:  cmpb $0, E820_COUNT
    je no_memory_map
    xorl %esi, %esi
    movw %ds, %si
    shll $4, %esi                   /* linear address of our segment */
    leal gdt(%esi), %eax
    movl %eax, gdt_pointer + 2
    leal protected(%esi), %eax
    movl %eax, far_pointer
    movl code32_start, %edi
    addl $ZERO_PAGE, %esi
    lgdtl gdt_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl *far_pointer

no_memory_map:
    movw $no_memory_map_text, %si
5:  lodsb
    testb %al, %al
    jz 6f
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp 5b
6:  hlt
    jmp 6b

    .code32
protected:
    movl $0x18, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    movl %edi, %eax
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    xorl %edi, %edi
    jmp *%eax

    .balign 8
gdt:
    .quad 0, 0
    .quad 0x00cf9b000000ffff        /* 0x10: code */
    .quad 0x00cf93000000ffff        /* 0x18: data */
gdt_pointer:
    .word . - gdt - 1
    .long 0
far_pointer:
    .long 0
    .word 0x10

version:
    .asciz "6.1.0-hako"
no_memory_map_text:
    .asciz "Hako: the BIOS has no memory map\r\n"
    .org (SETUP_SECTORS + 1) * 512

    .section .note.GNU-stack, "", @progbits
