/*
 * Page tables of user address spaces and of the kernel's vmap range, shared by
 * the ports: four levels of 512 entries, 4 KiB pages at the bottom.
 *
 * A port's <asm/pte.h> gives the entry format as inline functions; its port
 * code gives the flush functions below; the arch_aspace_* and
 * arch_kernel_map/unmap functions of arch.h are in pagetable.c.
 *
 * struct arch_aspace (in <asm/mmu.h>) has as its first member a
 * `struct pagetable`. Its lock guards all entries below the root; it is held
 * with interrupts off and never while another CPU is waited for. Table pages
 * are freed only after the translations that ran through them were flushed.
 *
 * <asm/pte.h>, all on u64 entries:
 *   u64 pte_make(pfn_t pfn, u32 prot)    leaf; prot as in arch.h
 *   bool pte_present(u64)                leaf that maps, PROT_NONE included
 *   pfn_t pte_pfn(u64); u32 pte_prot(u64);
 *   bool pte_dirty(u64); bool pte_young(u64);
 *   bool pte_live(u64)                   the MMU could have cached it
 *   u64 pte_clear_young(u64); u64 pte_clear_dirty(u64) (and write-protects)
 *   u64 pte_set_prot(u64, u32 prot)      keeps frame, dirty, young, special
 *   u64 pte_write_protect(u64)           keeps dirty
 *   bool pte_table(u64); paddr_t pte_table_address(u64);
 *   u64 pte_make_table(paddr_t table, bool user);
 *   PTE_BREAK_BEFORE_MAKE                1: a live entry that changes frame or
 *                                        gains write goes through 0 and a flush
 *   PTE_HARDWARE_BITS                    mask of what the MMU may change in a
 *                                        live entry at any time
 *   void pte_written(void)               after stores, before they are relied
 *                                        on (a barrier, or nothing)
 */
#ifndef ARCH_COMMON_PAGETABLE_H
#define ARCH_COMMON_PAGETABLE_H

#include "arch/common/spinlock.h"
#include "lib/types.h"

#define PAGETABLE_LEVELS  4
#define PAGETABLE_ENTRIES 512

/* First member of struct arch_aspace. */
struct pagetable {
    u64 root;                  /* physical address of the level-3 table */
    struct arch_spinlock lock; /* guards every entry below root */
    u64 tables;                /* table pages in use, the root included */
};

struct arch_aspace;

/*
 * The port's part. Flush user translations [start, end) of `as` on every CPU
 * that may have them, walk caches included when `tables`; returns when that is
 * done. Interrupts on (a port that broadcasts in hardware does not care).
 */
void pagetable_flush(struct arch_aspace *as, u64 start, u64 end, bool tables);
/* The same for kernel addresses. */
void pagetable_flush_kernel(u64 start, u64 end);
/* Only this CPU, one page: after a fault found the entry good already, or was
 * made more permissive. */
void pagetable_flush_local(struct arch_aspace *as, u64 va);

/* For a port whose CPU faults on entries that are not young (PTE_SOFTWARE_YOUNG
 * is 1 and there is pte_make_young): make the one at va young, if it is mapped;
 * false if not. */
bool pagetable_make_young(struct arch_aspace *as, u64 va);

/* Set-up and removal of the tables; the port adds its own state around them.
 * The root is zero in the user half; -ENOMEM. */
int pagetable_init(struct pagetable *pt);
void pagetable_destroy(struct pagetable *pt, u64 user_top);

/* The kernel's own tables, whose vmap range arch_kernel_map() fills. */
extern struct pagetable kernel_pagetable;

#endif
