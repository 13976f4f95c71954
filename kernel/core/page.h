/*
 * Page frames and the page allocator.
 *
 * Metadata is per section (SECTION_SIZE bytes of physical addresses) and can be
 * added at run time; a section without metadata has frames that can be mapped
 * (devices) but not counted. struct page is 32 bytes.
 *
 * The allocator is a buddy system of orders 0..MAX_ORDER (2 MiB blocks are kept
 * whole where possible) with per-CPU caches of single pages.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include "arch/arch.h"
#include "lib/atomic.h"
#include "lib/list.h"
#include "lib/refcount.h"

#define MAX_ORDER     10
#define SECTION_SHIFT 27
#define SECTION_SIZE  (1UL << SECTION_SHIFT)

/* struct page.flags */
#define PAGE_FREE      BIT(0) /* in the buddy lists, `order` is valid */
#define PAGE_UPTODATE  BIT(1) /* contents are valid (page cache) */
#define PAGE_DIRTY     BIT(2)
#define PAGE_WRITEBACK BIT(3)
#define PAGE_LOCKED    BIT(4) /* page_lock() */
#define PAGE_ERROR     BIT(5)
#define PAGE_ANON      BIT(6) /* `mapping` is an anonymous family */
#define PAGE_SLAB      BIT(7)
#define PAGE_RETURNED  BIT(8) /* free and given back to the host */
#define PAGE_ACCESSED  BIT(9)
#define PAGE_MLOCKED   BIT(10)
#define PAGE_RESERVED  BIT(11) /* never goes to the allocator */
#define PAGE_TABLE     BIT(12)
#define PAGE_WAITERS   BIT(13) /* someone sleeps for LOCKED or WRITEBACK */
#define PAGE_HEAD      BIT(14) /* first page of a block of `order` */
#define PAGE_TAIL      BIT(15)

struct page {
    atomic_t flags;  /* PAGE_*, with the block's order in bits 24..31 */
    refcount_t refs; /* 0: free */
    union {
        void *mapping; /* page cache: struct mapping; anon: struct anon_family*/
        struct list_head *list_next;
        void *slab;
    };
    union {
        u64 index; /* page offset in mapping */
        struct list_head *list_prev;
        u64 private;
    };
    atomic_t mapcount; /* translations that point here, exact */
    u32 charge;        /* account id it is charged to; 0: the kernel */
};
_Static_assert(sizeof(struct page) == 32, "page metadata stays small");

/* Allocation flags. */
#define ALLOC_ZERO    BIT(0)
#define ALLOC_ATOMIC  BIT(1) /* must not sleep; may use the reserve */
#define ALLOC_NOFAIL  BIT(2) /* early boot only: panics rather than NULL */
#define ALLOC_USER    BIT(3) /* counts as user memory for the OOM decision */
#define ALLOC_DMA32   BIT(4) /* below 4 GiB */
#define ALLOC_NOCLAIM BIT(5) /* do not reclaim, do not invoke the OOM killer \
                              */
#define ALLOC_KERNEL 0u      /* may sleep and reclaim */

struct boot_info;
void page_init(const struct boot_info *info); /* sections and free lists */
/* Add a range of RAM at run time; -ENOMEM, -EEXIST. */
int page_add_memory(paddr_t start, u64 size);

/* 2^order contiguous pages with one reference on the first, or NULL. */
struct page *page_alloc(unsigned order, u32 flags);
struct page *page_get(struct page *p);
bool page_get_unless_free(struct page *p);      /* lockless look-ups */
void page_put(struct page *p);                  /* frees at zero */
void page_free(struct page *p, unsigned order); /* whose only user is us */
/* Kernel address of pages for buffers and tables, NULL on failure. */
void *page_alloc_kernel(unsigned order, u32 flags);
void page_free_kernel(void *va, unsigned order);

struct page *pfn_to_page(pfn_t pfn); /* NULL when there is no metadata */
pfn_t page_to_pfn(const struct page *p);
static inline void *page_address(const struct page *p)
{
    return arch_phys_to_virt(page_to_pfn(p) << PAGE_SHIFT);
}
struct page *virt_to_page(const void *va);

/* Sleep until LOCKED is ours; killable: -EINTR. */
void page_lock(struct page *p);
int page_lock_killable(struct page *p);
bool page_trylock(struct page *p);
void page_unlock(struct page *p);
void page_wait_writeback(struct page *p);
void page_end_writeback(struct page *p);

struct page_stats {
    u64 total, free, reserved, cached, slab, tables, anon, kernel_stack, shmem,
        dirty, writeback, mapped; /* pages */
};
void page_stats_get(struct page_stats *s);
enum page_counter {
    PAGES_CACHED,
    PAGES_SLAB,
    PAGES_TABLES,
    PAGES_ANON,
    PAGES_STACK,
    PAGES_SHMEM,
    PAGES_DIRTY,
    PAGES_WRITEBACK,
    PAGES_MAPPED,
    PAGE_COUNTERS
};
void page_count(enum page_counter c, s64 pages); /* per CPU, cheap */

/* Upward: what frees memory when it runs short. Registered by vm/ and proc/.
 * Returns pages freed. Called without locks, may sleep. */
struct reclaim_ops {
    u64 (*reclaim)(u64 wanted);
    /* Kill something; true if it makes sense to try again. */
    bool (*out_of_memory)(unsigned order);
};
void page_set_reclaim(const struct reclaim_ops *ops);

#endif
