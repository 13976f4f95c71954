/*
 * The Linux boot protocol's entry (Documentation/arm64/booting.rst): MMU off,
 * at EL2 or EL1, x0 = physical address of the devicetree, image cleaned to the
 * point of coherency. Leads into boot_map_image() through an identity map, and
 * from there to boot_main() at the kernel's own address.
 *
 * Registers that live through this file's code:
 *   x19 counter at the first instruction   x20 devicetree
 *   x21 physical address of the image      x22 exception level at entry (1, 2)
 */
#include <asm/sysreg.h>
#include <asm/layout.h>

#define BLOCK_NORMAL_RWX (1 | MAIR_NORMAL << 2 | 3 << 8 | 1 << 10)
/* The same without execution at either level (PXN, UXN), and read-only. */
#define BLOCK_NORMAL_RO  (BLOCK_NORMAL_RWX | 1 << 7 | 3 << 53)
#define PAGE_TABLE_PAGES 10 /* the last stays empty */

        .section .head.text, "ax"
        .globl  kernel_image_start
kernel_image_start:
        b       primary_entry           // code0
        .long   0                       // code1
        .quad   0                       // text_offset
        .quad   kernel_image_end - . + 16 // image_size, .bss included
        .quad   0xa                     // flags: LE, 4 KiB pages, anywhere
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

        .section .idmap.text, "ax"
primary_entry:
        mov     x20, x0
        adrp    x21, kernel_image_start
        bl      drop_to_el1
        isb
        mrs     x19, cntvct_el0
        mov     x22, x0

        /* The tables are written with the MMU off: a dirty line must not be
           written over them, nor a clean stale one be read by the walker. */
        bl      invalidate_early_tables
        bl      build_identity_map
        bl      invalidate_early_tables
        adrp    x0, early_tables
        add     x1, x0, #((PAGE_TABLE_PAGES - 1) * 4096)
        msr     ttbr1_el1, x1
        bl      enable_mmu

        /* Cached from here. Clear .bss, then relocate to where we run. */
        adrp    x0, bss_start
        add     x0, x0, :lo12:bss_start
        adrp    x1, bss_end
        add     x1, x1, :lo12:bss_end
1:      cmp     x0, x1
        b.hs    2f
        stp     xzr, xzr, [x0], #16
        b       1b
2:      adrp    x0, boot_stack_top
        add     sp, x0, :lo12:boot_stack_top
        mov     x29, xzr
        mov     x30, xzr
        mov     x0, x21
        bl      relocate
        mov     x0, x21
        mov     x1, x20
        bl      boot_map_image          // returns the image's virtual address
        mov     x23, x0
        bl      relocate                // again, for that address
        dsb     ish

        adrp    x1, kernel_tables
        msr     ttbr1_el1, x1
        isb
        tlbi    vmalle1
        dsb     nsh
        isb

        sub     x24, x23, x21           // virtual minus physical
        adrp    x0, boot_stack_top
        add     x0, x0, :lo12:boot_stack_top
        add     sp, x0, x24
        adr     x1, 3f
        add     x1, x1, x24
        br      x1
3:      adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     vbar_el1, x1
        msr     tpidr_el1, xzr          // CPU 0's per-CPU data: the section
        msr     sp_el0, xzr
        isb
        mov     x0, x20
        mov     x1, x21
        mov     x2, x19
        mov     x3, x22
        mov     x29, xzr
        bl      boot_main
        b       .

/*
 * A CPU that PSCI started: x0 = physical address of its struct boot_cpu
 * in boot.h, cleaned to the point of coherency. Uses the identity map that
 * boot_drop_identity_map() left.
 */
        .globl  secondary_entry
secondary_entry:
        mov     x20, x0
        bl      drop_to_el1
        /* All of it now: it is not in the identity map. */
        ldp     x21, x22, [x20]         // ttbr1, stack
        ldp     x23, x24, [x20, #16]    // thread, per-CPU base
        ldp     x25, x26, [x20, #32]    // entry, vectors
        ldr     x27, [x20, #48]         // argument
        msr     ttbr1_el1, x21
        adrp    x0, early_tables
        bl      enable_mmu
        mov     sp, x22
        msr     sp_el0, x23
        msr     tpidr_el1, x24
        msr     vbar_el1, x26
        isb
        mov     x0, x27
        mov     x29, xzr
        mov     x30, xzr
        br      x25

/*
 * To EL1 with the MMU off. Returns 1 or 2, the level at entry. At EL2 nothing
 * is left trapping, and a stub of vectors that stops.
 */
drop_to_el1:
        mrs     x9, CurrentEL
        ldr     x10, =SCTLR_MMU_OFF
        cmp     x9, #(2 << 2)
        b.eq    1f
        msr     sctlr_el1, x10
        isb
        mov     x0, #1
        ret
1:      ldr     x11, =0x30c50830        // SCTLR_EL2's RES1 bits: MMU off
        msr     sctlr_el2, x11
        /* HCR_EL2: EL1 is 64 bit; pointer authentication is not trapped. */
        mov     x11, #(1 << 31)
        orr     x11, x11, #(3 << 40)
        msr     hcr_el2, x11
        isb
        /* Counters and timers belong to EL1; no offset. */
        mov     x11, #3
        msr     cnthctl_el2, x11
        msr     cntvoff_el2, xzr
        msr     vttbr_el2, xzr
        mrs     x11, midr_el1
        msr     vpidr_el2, x11
        mrs     x11, mpidr_el1
        msr     vmpidr_el2, x11
        mov     x11, #0x33ff            // FP is not trapped, SVE is
        msr     cptr_el2, x11
        msr     hstr_el2, xzr
        /* All performance counters belong to EL1. */
        mrs     x11, id_aa64dfr0_el1
        ubfx    x12, x11, #8, #4
        cbz     x12, 2f
        cmp     x12, #0xf
        b.eq    2f
        mrs     x12, pmcr_el0
        ubfx    x12, x12, #11, #5
        b       3f
2:      mov     x12, xzr
3:      msr     mdcr_el2, x12
        /* GICv3: EL1 uses the system registers. */
        mrs     x11, id_aa64pfr0_el1
        ubfx    x12, x11, #24, #4
        cbz     x12, 4f
        mrs     x12, SYS_ICC_SRE_EL2
        orr     x12, x12, #1            // SRE
        orr     x12, x12, #8            // Enable
        msr     SYS_ICC_SRE_EL2, x12
        isb
        mrs     x12, SYS_ICC_SRE_EL2
        tbz     x12, #0, 4f
        msr     SYS_ICH_HCR_EL2, xzr
4:      /* Fine-grained traps off; extended hypervisor configuration zero. */
        mrs     x11, id_aa64mmfr0_el1
        ubfx    x12, x11, #56, #4
        cbz     x12, 5f
        msr     SYS_HFGRTR_EL2, xzr
        msr     SYS_HFGWTR_EL2, xzr
        msr     SYS_HFGITR_EL2, xzr
        msr     SYS_HDFGRTR_EL2, xzr
        msr     SYS_HDFGWTR_EL2, xzr
5:      mrs     x11, id_aa64mmfr1_el1
        ubfx    x12, x11, #40, #4
        cbz     x12, 6f
        msr     SYS_HCRX_EL2, xzr
6:      adrp    x11, hyp_vectors
        add     x11, x11, :lo12:hyp_vectors
        msr     vbar_el2, x11
        msr     sctlr_el1, x10
        mov     x11, #(PSR_D | PSR_A | PSR_I | PSR_F | PSR_MODE_EL1H)
        msr     spsr_el2, x11
        msr     elr_el2, x30
        mov     x0, #2
        eret

/* x0 = TTBR0's table. TTBR1 holds any valid value. Clobbers x1 to x6. */
enable_mmu:
        ldr     x1, =MAIR_VALUE
        msr     mair_el1, x1
        ldr     x2, =(TCR_T0SZ(16) | TCR_T1SZ(16) | TCR_WBWA0 | TCR_WBWA1 | TCR_TG1_4K)
        mrs     x3, id_aa64mmfr0_el1
        ubfx    x4, x3, #0, #4          // physical address size
        cmp     x4, #5
        mov     x5, #5
        csel    x4, x4, x5, lo
        orr     x2, x2, x4, lsl #TCR_IPS_SHIFT
        ubfx    x4, x3, #4, #4          // 16-bit address space ids
        cmp     x4, #2
        cset    x4, eq
        orr     x2, x2, x4, lsl #TCR_AS_SHIFT
        orr     x2, x2, #(1 << TCR_TBI0_SHIFT)
        mrs     x3, id_aa64mmfr1_el1
        ubfx    x4, x3, #0, #4          // hardware access flag, dirty state
        cbz     x4, 1f
        orr     x2, x2, #(1 << TCR_HA_SHIFT)
        cmp     x4, #2
        b.lo    1f
        orr     x2, x2, #(1 << TCR_HD_SHIFT)
1:      mrs     x3, SYS_ID_AA64MMFR2
        ubfx    x4, x3, #60, #4         // EL0 sees TTBR1 as unmapped
        cmp     x4, #0
        cset    x4, ne
        orr     x2, x2, x4, lsl #TCR_E0PD1_SHIFT
        msr     tcr_el1, x2
        msr     ttbr0_el1, x0
        mov     x1, #(3 << 20)          // EL0 and EL1 may use FP and SIMD
        msr     cpacr_el1, x1
        mov     x1, #(1 << 12)          // EL0's debug channel is trapped
        msr     mdscr_el1, x1
        isb
        tlbi    vmalle1
        dsb     nsh
        ic      iallu
        dsb     nsh
        isb
        ldr     x1, =SCTLR_MMU_ON
        mrs     x3, id_aa64mmfr1_el1
        ubfx    x4, x3, #20, #4
        cbz     x4, 2f
        bic     x1, x1, #SCTLR_SPAN     // PAN on each entry from EL0
2:      mrs     x3, id_aa64isar1_el1
        ubfx    x4, x3, #4, #8          // APA, API
        mrs     x5, SYS_ID_AA64ISAR2
        ubfx    x5, x5, #12, #4         // APA3
        orr     x4, x4, x5
        cbz     x4, 3f
        ldr     x5, =(SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB)
        orr     x1, x1, x5
3:      msr     sctlr_el1, x1
        isb
        ret

/* Clobbers x0 to x3. */
invalidate_early_tables:
        adrp    x0, early_tables
        add     x1, x0, #(PAGE_TABLE_PAGES * 4096)
        mrs     x2, ctr_el0
        ubfx    x2, x2, #16, #4
        mov     x3, #4
        lsl     x2, x3, x2
1:      dc      ivac, x0
        add     x0, x0, x2
        cmp     x0, x1
        b.lo    1b
        dsb     sy
        ret

/*
 * The identity map: 2 MiB blocks over the image, and the devicetree's two (it
 * has at most 2 MiB). Clobbers x0 to x9.
 */
build_identity_map:
        mov     x9, x30
        adrp    x7, early_tables
        add     x8, x7, #4096           // next free table
        mov     x0, x7
        add     x1, x7, #(PAGE_TABLE_PAGES * 4096)
1:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    1b
        and     x0, x20, #~0x1fffff
        ldr     x1, =BLOCK_NORMAL_RO
        cbz     x20, 2f
        lsr     x2, x20, #48
        cbnz    x2, 2f
        bl      map_block
        add     x0, x0, #0x200000
        bl      map_block
2:      and     x0, x21, #~0x1fffff     // last: the image's attributes win
        ldr     x1, =BLOCK_NORMAL_RWX
        adrp    x6, kernel_image_end
3:      bl      map_block
        add     x0, x0, #0x200000
        cmp     x0, x6
        b.lo    3b
        ret     x9

/* x0 = block, x1 = attributes, x7 = root, x8 = next table. Clobbers x2 to x4 */
        .macro  next_table shift
        ubfx    x2, x0, #\shift, #9
        ldr     x4, [x3, x2, lsl #3]
        cbnz    x4, 9f
        orr     x4, x8, #3
        add     x8, x8, #4096
        str     x4, [x3, x2, lsl #3]
9:      and     x3, x4, #~0xfff
        .endm
map_block:
        mov     x3, x7
        next_table 39
        next_table 30
        ubfx    x2, x0, #21, #9
        orr     x4, x0, x1
        str     x4, [x3, x2, lsl #3]
        ret

/*
 * Apply R_AARCH64_RELATIVE for the image base x0; runs at the image's physical
 * address. Addends are in the table, so it can be done again. Clobbers x1-x6;
 * keeps x0.
 */
relocate:
        adrp    x1, rela_start
        add     x1, x1, :lo12:rela_start
        adrp    x2, rela_end
        add     x2, x2, :lo12:rela_end
1:      cmp     x1, x2
        b.hs    2f
        ldp     x3, x4, [x1], #24
        ldur    x5, [x1, #-8]
        cmp     w4, #1027               // R_AARCH64_RELATIVE
        b.ne    1b
        add     x5, x5, x0
        str     x5, [x21, x3]
        b       1b
2:      ret

        .ltorg

        .balign 2048
hyp_vectors:
        .rept   16
        .balign 128
1:      wfi
        b       1b
        .endr

        .section .noinit, "aw", %nobits
        .balign 4096
        .globl  early_tables
early_tables:
        .skip   PAGE_TABLE_PAGES * 4096
