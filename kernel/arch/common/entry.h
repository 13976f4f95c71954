/*
 * What a translation says, for whoever handles many of them (vm/): inline, from
 * the port's <asm/pte.h>.
 */
#ifndef ARCH_COMMON_ENTRY_H
#define ARCH_COMMON_ENTRY_H

#include "arch/arch.h"
#include <asm/pte.h>

/* Maps something, even PROT_NONE. */
static inline bool arch_entry_present(arch_entry_t e)
{
    return pte_present(e.raw);
}
static inline pfn_t arch_entry_pfn(arch_entry_t e)
{
    return pte_pfn(e.raw);
}
/* MAP_PROT_* | MAP_ATTR_* */
static inline u32 arch_entry_prot(arch_entry_t e)
{
    return pte_prot(e.raw);
}
static inline bool arch_entry_dirty(arch_entry_t e)
{
    return pte_dirty(e.raw);
}
static inline bool arch_entry_young(arch_entry_t e)
{
    return pte_young(e.raw);
}

#endif
