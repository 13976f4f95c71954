/*
 * Address spaces: limits, the direct map, struct arch_aspace.
 *
 * A space's ASID is given when it is first activated and renewed when the
 * numbers run out (asid.c); `context` is guarded by asid.c's lock for writing.
 */
#pragma once

#include "arch/common/pagetable.h"
#include <asm/layout.h>

#define ARCH_USER_MIN 0UL
#define ARCH_USER_TOP (1UL << 48)

struct arch_aspace {
    struct pagetable table;  /* must be first */
    u64 context;             /* generation << 16 | ASID; 0: none yet */
    u64 cpus[MAX_CPUS / 64]; /* atomic: CPUs whose TLBs may know it */
};

/* Kernel virtual minus physical address of the image. */
extern u64 kernel_image_offset;

static inline void *arch_phys_to_virt(u64 pa)
{
    return (void *)(DIRECT_MAP_BASE + pa);
}

static inline u64 arch_virt_to_phys(const void *va)
{
    u64 a = (u64)va;

    return a >= KIMAGE_BASE ? a - kernel_image_offset : a - DIRECT_MAP_BASE;
}
