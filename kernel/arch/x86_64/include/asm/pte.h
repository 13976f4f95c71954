/*
 * Page table entries (Intel SDM 3A, 4.5). For arch/common/pagetable.c and the
 * port itself; arch/common/pagetable.h says what each function is.
 *
 * An entry that maps writable is made dirty, and every entry is made accessed:
 * the CPU then need not write to the table. Software that wants to know of
 * writes maps read-only first.
 */
#ifndef ASM_PTE_H
#define ASM_PTE_H

#include "arch/arch.h"

#define PTE_P       BIT(0)
#define PTE_W       BIT(1)
#define PTE_U       BIT(2)
#define PTE_PWT     BIT(3)
#define PTE_PCD     BIT(4)
#define PTE_A       BIT(5)
#define PTE_D       BIT(6)
#define PTE_PS      BIT(7) /* large page, in upper levels */
#define PTE_G       BIT(8)
#define PTE_SPECIAL BIT(9)  /* software */
#define PTE_NONE    BIT(10) /* software: maps, but with no access (P is 0) */
#define PTE_NX      BIT(63)
#define PTE_FRAME   0x000ffffffffff000UL

/* Entries of the page attribute table, which cpu.c sets up. */
#define PTE_CACHE_WC (PTE_PWT)
#define PTE_CACHE_UC (PTE_PCD | PTE_PWT)

#define PTE_BREAK_BEFORE_MAKE 0
#define PTE_HARDWARE_BITS     (PTE_A | PTE_D)

static inline u64 pte_protection(u32 prot)
{
    u64 e = 0;
    if (prot & (MAP_PROT_READ | MAP_PROT_WRITE | MAP_PROT_EXEC))
        e |= PTE_P;
    else
        e |= PTE_NONE;
    if (prot & MAP_PROT_WRITE)
        e |= PTE_W | PTE_D;
    if (!(prot & MAP_PROT_EXEC))
        e |= PTE_NX;
    if (prot & MAP_ATTR_USER)
        e |= PTE_U;
    else if (e & PTE_P)
        e |= PTE_G;
    return e;
}

static inline u64 pte_make(pfn_t pfn, u32 prot)
{
    u64 e = pfn << PAGE_SHIFT | pte_protection(prot) | PTE_A;
    if (prot & MAP_ATTR_DEVICE)
        e |= PTE_CACHE_UC;
    else if (prot & MAP_ATTR_WC)
        e |= PTE_CACHE_WC;
    if (prot & MAP_ATTR_SPECIAL)
        e |= PTE_SPECIAL;
    return e;
}

static inline bool pte_present(u64 e)
{
    return e & (PTE_P | PTE_NONE);
}

static inline bool pte_live(u64 e)
{
    return e & PTE_P;
}

static inline pfn_t pte_pfn(u64 e)
{
    return (e & PTE_FRAME) >> PAGE_SHIFT;
}

static inline u32 pte_prot(u64 e)
{
    u32 prot = 0;
    if (e & PTE_P) {
        prot |= MAP_PROT_READ;
        if (e & PTE_W)
            prot |= MAP_PROT_WRITE;
        if (!(e & PTE_NX))
            prot |= MAP_PROT_EXEC;
    }
    if (e & PTE_U)
        prot |= MAP_ATTR_USER;
    if (e & PTE_SPECIAL)
        prot |= MAP_ATTR_SPECIAL;
    if ((e & PTE_CACHE_UC) == PTE_CACHE_UC)
        prot |= MAP_ATTR_DEVICE;
    else if (e & PTE_CACHE_WC)
        prot |= MAP_ATTR_WC;
    return prot;
}

static inline bool pte_dirty(u64 e)
{
    return e & PTE_D;
}

static inline bool pte_young(u64 e)
{
    return e & PTE_A;
}

static inline u64 pte_clear_young(u64 e)
{
    return e & ~PTE_A;
}

static inline u64 pte_clear_dirty(u64 e)
{
    return e & ~(PTE_D | PTE_W);
}

static inline u64 pte_write_protect(u64 e)
{
    return e & ~PTE_W;
}

static inline u64 pte_set_prot(u64 e, u32 prot)
{
    u64 kept = e & (PTE_FRAME | PTE_CACHE_UC | PTE_SPECIAL | PTE_A | PTE_D);
    return kept | pte_protection(prot | (e & PTE_U ? MAP_ATTR_USER : 0));
}

static inline bool pte_table(u64 e)
{
    return e & PTE_P && !(e & PTE_PS);
}

static inline paddr_t pte_table_address(u64 e)
{
    return e & PTE_FRAME;
}

static inline u64 pte_make_table(paddr_t table, bool user)
{
    return table | PTE_P | PTE_W | PTE_A | (user ? PTE_U : 0);
}

static inline void pte_written(void)
{
}

#endif
