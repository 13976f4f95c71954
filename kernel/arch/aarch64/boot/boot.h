/*
 * Between the parts of the boot code; everything here is for CPU 0 before
 * kernel_start(), single-threaded, except struct boot_cpu.
 */
#pragma once

#include "arch/arch.h"

extern struct boot_info machine;

/* Symbols of kernel.ld and head.S. */
extern char kernel_image_start[], kernel_image_end[], text_end[];
extern char rodata_start[], rodata_end[], data_start[], data_end[];
extern char bss_start[], bss_end[], idmap_start[], idmap_end[];
extern char early_tables[], vectors[], secondary_entry[];

/* What a CPU started by firmware reads with its MMU off: head.S knows it. */
struct boot_cpu {
    u64 ttbr1;  /* physical */
    u64 stack;  /* top */
    u64 thread; /* its idle thread */
    u64 percpu; /* base */
    u64 entry;  /* function, called with arg */
    u64 vectors;
    u64 arg;
    u64 pad;
};

/* --- mapping (map.c) --- */
/* At the image's physical address: builds its final mapping and returns its
 * virtual address. Entered from head.S. */
u64 boot_map_image(paddr_t image, const void *devicetree);
/* Map a page of device registers; returns its fixed address. */
void *boot_fixmap(unsigned slot, paddr_t pa);
/* The same for any number of pages, at the next free place. */
void *boot_map_device(paddr_t pa, u64 size);
/* Zeroed memory that stays the kernel's, after boot_map_direct(). */
paddr_t boot_reserve(u64 size, u64 align);
/* The direct map of all BOOT_RAM of machine. */
void boot_map_direct(void);
/* Leave only what secondary_entry needs of the identity map. */
void boot_drop_identity_map(void);
/* Give back what only booting used. */
void boot_release_tables(void);

/* --- boot_info (boot.c) --- */
void boot_add_region(paddr_t start, u64 size, enum boot_region_kind kind);
void boot_fail(const char *why) __noreturn;
/* Stir firmware's randomness into machine.random_seed. */
void boot_mix_seed(const void *bytes, size_t n);

/* head.S jumps here, at the kernel's final address. */
void boot_main(paddr_t devicetree, paddr_t image, u64 counter,
               u64 level) __noreturn;

/* --- devicetree (devicetree.c) --- */
/* A number for the image's place, from /chosen; 0: none, or nokaslr. */
u64 devicetree_kaslr_seed(const void *fdt);
/* Fills boot_info; false when it is not a devicetree. */
bool devicetree_scan(const void *fdt, paddr_t pa);
