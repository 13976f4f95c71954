/*
 * Address spaces and the layout of the kernel's half.
 *
 *   ffff888000000000  direct map of physical memory (up to 64 TiB)
 *   ffffc90000000000  vmap: one root slot, 512 GiB
 *   ffffffff80000000  the kernel image, somewhere within 1 GiB
 */
#ifndef ASM_MMU_H
#define ASM_MMU_H

#define X86_DIRECT_MAP   0xffff888000000000
#define X86_DIRECT_LIMIT 0x0000400000000000 /* bytes */
#define X86_VMAP_START   0xffffc90000000000
#define X86_VMAP_END     0xffffc98000000000
#define X86_DEVICE_MAP   0xffffc97000000000 /* x86_map_device() */
#define X86_IMAGE_BASE   0xffffffff80000000
#define X86_IMAGE_SPAN   0x0000000040000000

#ifndef __ASSEMBLY__

#include "arch/common/pagetable.h"

#define ARCH_USER_MIN 0x10000UL
#define ARCH_USER_TOP 0x7ffffffff000UL

struct arch_aspace {
    struct pagetable pt;       /* must be first */
    u64 id;                    /* never used twice; names the space to TLBs */
    u64 generation;            /* atomic: number of flushes asked for */
    u64 active[MAX_CPUS / 64]; /* atomic: CPUs that run in it */
    u64 lazy[MAX_CPUS / 64];   /* atomic: CPUs that only have it loaded */
};

/* Physical address of the image minus its virtual one. */
extern u64 x86_image_delta;

static inline void *arch_phys_to_virt(paddr_t pa)
{
    return (void *)(pa + X86_DIRECT_MAP);
}

/* Of the direct map or of the kernel image. */
static inline paddr_t arch_virt_to_phys(const void *va)
{
    u64 a = (u64)va;
    return a >= X86_IMAGE_BASE ? a + x86_image_delta : a - X86_DIRECT_MAP;
}

#endif
#endif
