/*
 * Between the boot code's files: head.S (first instructions), early.c
 * (relocation, at physical addresses), boot.c (what the loader said), memmap.c
 * (direct map). Nothing here is used after kernel_start().
 */
#ifndef X86_BOOT_H
#define X86_BOOT_H

#define BOOT_FROM_LINUX 1
#define BOOT_FROM_PVH   2

/* Where the ELF file wants to be loaded; kernel.ld has the same figure. */
#define X86_LOAD_ADDRESS 0x100000

#ifndef __ASSEMBLY__

#include "arch/arch.h"

/* linux/arch/x86/include/uapi/asm/bootparam.h, by offset: the "zero page". */
#define BP_EXT_RAMDISK_IMAGE 0x0c0
#define BP_EXT_RAMDISK_SIZE  0x0c4
#define BP_EXT_CMD_LINE_PTR  0x0c8
#define BP_ACPI_RSDP         0x070
#define BP_EFI_SIGNATURE     0x1c0
#define BP_EFI_SYSTAB        0x1c4
#define BP_EFI_SYSTAB_HI     0x1d8
#define BP_E820_ENTRIES      0x1e8
#define BP_RAMDISK_IMAGE     0x218
#define BP_RAMDISK_SIZE      0x21c
#define BP_CMD_LINE_PTR      0x228
#define BP_SETUP_DATA        0x250
#define BP_E820_TABLE        0x2d0
#define BP_E820_MAX          128

/* xen/include/public/arch-x86/hvm/start_info.h */
struct pvh_start_info {
    u32 magic, version, flags, module_count;
    u64 modules, command_line, rsdp;
    /* version 1 */
    u64 memory_map;
    u32 memory_map_entries, reserved;
};
#define PVH_MAGIC 0x336ec578

struct pvh_module {
    u64 address, size, command_line, reserved;
};

struct pvh_memory {
    u64 address, size;
    u32 type, reserved;
};

struct e820_entry {
    u64 address, size;
    u32 type;
} __packed;

#define E820_RAM      1
#define E820_RESERVED 2
#define E820_ACPI     3
#define E820_NVS      4

/* UEFI 2.10, 4.3: the 64-bit system table, as far as it is looked at. */
struct efi_system_table {
    u64 signature;
    u32 revision, header_size, crc32, reserved;
    u64 vendor, firmware_revision, console[6], runtime, boot, table_count,
        tables;
};
_Static_assert(sizeof(struct efi_system_table) == 120, "UEFI");
#define EFI_SYSTEM_TABLE_SIGNATURE 0x5453595320494249 /* "IBI SYST" */
#define BP_EFI_64                  0x34364c45         /* "EL64" */

struct efi_configuration_table {
    u64 guid[2]; /* as the bytes lie in memory */
    u64 address;
};
/* 8868e871-e4f1-11d3-bc22-0080c73c8881 */
#define EFI_ACPI_20_GUID_0 0x11d3e4f18868e871
#define EFI_ACPI_20_GUID_1 0x81883cc7800022bc

extern u64 x86_root[512];     /* the kernel's root table */
extern u64 x86_ident[5][512]; /* identity map of 4 GiB, start only */
extern u64 x86_start_counter;
extern char __image[], __text_end[], __rodata_end[], __init[], __init_end[];
extern char __init_bss[], __init_bss_end[], __image_end[], __bss[];
extern char boot_stack_guard[];
extern u64 __image_tables[][512], __image_tables_end[][512];

u64 x86_early_start(u64 physical, u64 loader, u32 from);
void x86_start(u64 loader, u32 from) __noreturn;

/* memmap.c */
void boot_add_region(struct boot_info *info, u64 start, u64 size,
                     enum boot_region_kind kind);
/* Builds the direct map of all RAM and reserves what that took. */
void boot_build_direct_map(struct boot_info *info);
/* Takes the low page for the other CPUs' first instructions; 0: none. */
paddr_t boot_reserve_low_page(struct boot_info *info);

#endif
#endif
