/*
 * One entry of a translation table (Arm ARM D8.3, 4 KiB granule), as
 * arch/common/pagetable.c wants it.
 *
 * A writable page is dirty: either the MMU clears the read-only bit of an entry
 * that has PTE_DBM at the first write (where the CPU can), or the entry is made
 * writable and counts as written from then on. PTE_DIRTY remembers it when the
 * entry is write-protected.
 */
#pragma once

#include "lib/compiler.h"
#include <asm/layout.h>
#include <asm/sysreg.h>

#define PTE_VALID     BIT(0)
#define PTE_TABLE     BIT(1) /* above the last level; in the last: a page */
#define PTE_ATTR(n)   ((u64)(n) << 2)
#define PTE_ATTR_MASK PTE_ATTR(7)
#define PTE_USER      BIT(6)
#define PTE_RDONLY    BIT(7)
#define PTE_SHARED    (3UL << 8) /* inner shareable */
#define PTE_AF        BIT(10)
#define PTE_NG        BIT(11)
#define PTE_DBM       BIT(51) /* writable; the MMU may clear PTE_RDONLY */
#define PTE_PXN       BIT(53)
#define PTE_UXN       BIT(54)
/* For software. */
#define PTE_SPECIAL BIT(55)
#define PTE_NONE    BIT(56) /* mapped without access, not PTE_VALID */
#define PTE_DIRTY   BIT(57)

#define PTE_ADDRESS 0x0000fffffffff000UL

/* The MMU sets PTE_AF, and clears PTE_RDONLY where there is PTE_DBM. */
extern bool cpu_hardware_dirty;

#define PTE_BREAK_BEFORE_MAKE 1
#define PTE_SOFTWARE_YOUNG    1
#define PTE_HARDWARE_BITS     (PTE_AF | PTE_RDONLY)

/* Everything but the frame and what software remembers. */
static inline u64 pte_prot_bits(u32 prot)
{
    u64 e = PTE_TABLE | PTE_SHARED | PTE_AF | PTE_PXN | PTE_UXN | PTE_RDONLY;

    if (prot & MAP_ATTR_DEVICE)
        e |= PTE_ATTR(MAIR_DEVICE);
    else if (prot & MAP_ATTR_WC)
        e |= PTE_ATTR(MAIR_NORMAL_NC);
    if (prot & MAP_ATTR_USER) {
        e |= PTE_USER | PTE_NG;
        if (prot & (MAP_PROT_READ | MAP_PROT_WRITE | MAP_PROT_EXEC))
            e |= PTE_VALID;
        else
            e |= PTE_NONE;
        if (prot & MAP_PROT_EXEC)
            e &= ~PTE_UXN;
        if (prot & MAP_PROT_WRITE)
            e |= PTE_DBM;
        if ((prot & MAP_PROT_WRITE) && !cpu_hardware_dirty)
            e &= ~PTE_RDONLY;
    } else {
        e |= PTE_VALID;
        if (prot & MAP_PROT_EXEC)
            e &= ~PTE_PXN;
        if (prot & MAP_PROT_WRITE)
            e = (e | PTE_DBM) & ~PTE_RDONLY;
    }
    return e;
}

static inline u64 pte_make(pfn_t pfn, u32 prot)
{
    u64 e = (pfn << PAGE_SHIFT & PTE_ADDRESS) | pte_prot_bits(prot);

    return prot & MAP_ATTR_SPECIAL ? e | PTE_SPECIAL : e;
}

static inline bool pte_live(u64 e)
{
    return e & PTE_VALID;
}

static inline bool pte_present(u64 e)
{
    return e & (PTE_VALID | PTE_NONE);
}

static inline pfn_t pte_pfn(u64 e)
{
    return (e & PTE_ADDRESS) >> PAGE_SHIFT;
}

static inline u32 pte_prot(u64 e)
{
    u32 prot = 0;

    if (e & PTE_USER)
        prot |= MAP_ATTR_USER;
    if (e & PTE_VALID) {
        prot |= MAP_PROT_READ;
        if (e & PTE_DBM)
            prot |= MAP_PROT_WRITE;
        if (!(e & (e & PTE_USER ? PTE_UXN : PTE_PXN)))
            prot |= MAP_PROT_EXEC;
    }
    if ((e & PTE_ATTR_MASK) == PTE_ATTR(MAIR_DEVICE))
        prot |= MAP_ATTR_DEVICE;
    else if ((e & PTE_ATTR_MASK) == PTE_ATTR(MAIR_NORMAL_NC))
        prot |= MAP_ATTR_WC;
    if (e & PTE_SPECIAL)
        prot |= MAP_ATTR_SPECIAL;
    return prot;
}

static inline bool pte_dirty(u64 e)
{
    return (e & PTE_DIRTY) || ((e & PTE_DBM) && !(e & PTE_RDONLY));
}

static inline bool pte_young(u64 e)
{
    return e & PTE_AF;
}

static inline u64 pte_make_young(u64 e)
{
    return e | PTE_AF;
}

static inline u64 pte_clear_young(u64 e)
{
    return e & ~PTE_AF;
}

static inline u64 pte_write_protect(u64 e)
{
    if (pte_dirty(e))
        e |= PTE_DIRTY;
    return (e & ~PTE_DBM) | PTE_RDONLY;
}

static inline u64 pte_clear_dirty(u64 e)
{
    return ((e & ~PTE_DBM) | PTE_RDONLY) & ~PTE_DIRTY;
}

static inline u64 pte_set_prot(u64 e, u32 prot)
{
    u64 keep = e & (PTE_ADDRESS | PTE_SPECIAL | PTE_DIRTY);
    u64 attributes = e & PTE_ATTR_MASK;
    u64 n = pte_prot_bits(prot & ~(MAP_ATTR_DEVICE | MAP_ATTR_WC));

    if (pte_dirty(e))
        keep |= PTE_DIRTY;
    if (!pte_young(e))
        n &= ~PTE_AF;
    return keep | attributes | n;
}

static inline bool pte_table(u64 e)
{
    return (e & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

static inline paddr_t pte_table_address(u64 e)
{
    return e & PTE_ADDRESS;
}

static inline u64 pte_make_table(paddr_t table, bool user)
{
    /* PXNTable, so that no user page is ever executable in the kernel. */
    return table | PTE_VALID | PTE_TABLE | (user ? BIT(59) : 0);
}

/* The walker of any CPU sees the entry, and a fault already taken on this one
 * for its old value is over. */
static inline void pte_written(void)
{
    dsb(ishst);
    isb();
}
