/*
 * What the files of the page allocator share: page.c (buddies, per-CPU stacks,
 * allocation), page_section.c (which memory there is, metadata), page_lock.c.
 */
#ifndef CORE_PAGE_INTERNAL_H
#define CORE_PAGE_INTERNAL_H

#include "core/page.h"

/* Zone 0 is what 32-bit devices reach. Guarded by its lock, interrupts off. */
#define PAGE_ZONES             2
#define PAGE_ZONE_HIGH_SECTION ((1UL << 32) >> SECTION_SHIFT)
struct page_zone {
    spinlock_t lock;
    struct list_head free[MAX_ORDER + 1];
    u64 blocks[MAX_ORDER + 1];
    u64 free_pages; /* in those lists */
};
extern struct page_zone page_zones[PAGE_ZONES];

/* Free pages that a CPU keeps, the youngest last. Its own, outside of
 * interrupts, with preemption off. */
#define PAGE_STACK_MAX 62
struct page_stack {
    u32 count;
    struct page *pages[PAGE_STACK_MAX];
};

void page_tune(u64 total_pages);
void page_free_range(pfn_t first, pfn_t end);
u64 page_free_unused(void); /* in the zones' lists */
void page_drain_local(void);

/* Sections that have no metadata yet: bring one in; false if there is none. */
bool page_section_bring_in(void);
/* Their usable pages. */
u64 page_section_waiting(void);

#endif
