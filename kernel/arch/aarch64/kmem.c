/*
 * Kernel memory after start: memory that is added to the direct map, and the
 * final protections (there is nothing left to do: map.c made each part with
 * its own).
 */
#include "arch/arch.h"
#include "lib/errno.h"
#include <asm/pte.h>
#include <asm/sysreg.h>

int arch_direct_map_add(paddr_t start, u64 size)
{
    u64 limit = 1UL << DIRECT_MAP_BITS;

    if ((start | size) & ~PAGE_MASK)
        return -EINVAL;
    if (start >= limit || size > limit - start)
        return -EINVAL;
    return arch_kernel_map(DIRECT_MAP_BASE + start, start, size,
                           MAP_PROT_READ | MAP_PROT_WRITE);
}

u64 arch_phys_end(void)
{
    /* ID_AA64MMFR0_EL1.PARange; page tables hold 48 bits. */
    static const u8 bits[] = {32, 36, 40, 42, 44, 48};
    u64 range = read_sysreg(id_aa64mmfr0_el1) & 0xf;

    return 1UL << (range < ARRAY_SIZE(bits) ? bits[range] : 48);
}

void arch_seal_kernel(void)
{
}
