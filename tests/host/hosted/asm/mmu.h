/*
 * Memory of host tests: physical memory is an array of the test's, mapped
 * nowhere else; page tables are real ones (arch/common/pagetable.c) in it.
 */
#pragma once

#include "arch/common/pagetable.h"

#define ARCH_USER_MIN 0x10000UL
#define ARCH_USER_TOP 0x7ffffffff000UL

struct arch_aspace {
    struct pagetable pt; /* must be first */
};

extern unsigned char *host_memory; /* physical address 0 */

static inline void *arch_phys_to_virt(u64 pa)
{
    return host_memory + pa;
}
static inline u64 arch_virt_to_phys(const void *va)
{
    return (u64)((const unsigned char *)va - host_memory);
}
