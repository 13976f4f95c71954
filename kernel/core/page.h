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
#include "core/cpu.h"
#include "core/lock.h"

#define MAX_ORDER     10
#define SECTION_SHIFT 25
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
#define PAGE_ICACHE    BIT(16) /* instruction caches have seen the contents */
#define PAGE_LAZYFREE                                                        \
    BIT(17)                   /* MADV_FREE: may go while nobody writes to it \
                               */
#define PAGE_SHMEM    BIT(18) /* of a mapping without a store */
#define PAGE_POISONED BIT(23) /* debug: free and filled with a pattern */

struct page {
    atomic_t flags;  /* PAGE_*, with the block's order in bits 24..31 */
    refcount_t refs; /* 0: free */
    union {
        struct list_head link; /* free lists; whoever owns it unmapped */
        struct {
            union {
                void *mapping;     /* page cache: struct mapping;
                                      anon: struct anon_family */
                void *slab;        /* slab: free objects */
                struct page *head; /* PAGE_TAIL */
            };
            union {
                u64 index; /* page offset in mapping */
                u64 private;
                struct {
                    u32 next, prev; /* slab: partial list, frame numbers */
                } slab_link;
            };
        };
    };
    union {
        atomic_t mapcount; /* translations that point here, exact */
        struct {
            u16 slab_used, slab_total;
        };
    };
    u16 section; /* physical address / SECTION_SIZE; immutable */
    u16 charge;  /* account id it is charged to; 0: the kernel. PAGE_SLAB: the
                    cache's number */
};
_Static_assert(sizeof(struct page) == 32, "page metadata stays small");

#define PAGE_ORDER_SHIFT 24
static inline unsigned page_order(const struct page *p)
{
    return (u32)atomic_load(&p->flags) >> PAGE_ORDER_SHIFT;
}

/*
 * One section: frames [first, first + count) have metadata at pages[pfn].
 * Sections of high addresses may come into use late (page.c); the table only
 * grows.
 */
struct page_section {
    struct page *pages; /* biased: indexed by frame number */
    pfn_t first;
    u32 count; /* 0: no metadata (yet) */
};
extern struct page_section *page_sections;
extern u32 page_section_count;

/* NULL when there is no metadata. */
static inline struct page *pfn_to_page(pfn_t pfn)
{
    u64 s = pfn >> (SECTION_SHIFT - PAGE_SHIFT);
    const struct page_section *section;

    if (unlikely(s >= READ_ONCE(page_section_count)))
        return NULL;
    section = &page_sections[s];
    /* Pairs with the release in page_section_publish(). */
    if (unlikely(pfn - section->first >= smp_load_acquire(&section->count)))
        return NULL;
    return section->pages + pfn;
}
static inline pfn_t page_to_pfn(const struct page *p)
{
    return (pfn_t)(p - page_sections[p->section].pages);
}
static inline void *page_address(const struct page *p)
{
    return arch_phys_to_virt(page_to_pfn(p) << PAGE_SHIFT);
}
/* Of an address in the direct map that belongs to RAM. */
static inline struct page *virt_to_page(const void *va)
{
    pfn_t pfn = arch_virt_to_phys(va) >> PAGE_SHIFT;

    return page_sections[pfn >> (SECTION_SHIFT - PAGE_SHIFT)].pages + pfn;
}

/* Allocation flags. */
#define ALLOC_ZERO   BIT(0)
#define ALLOC_ATOMIC BIT(1) /* must not sleep; may use the reserve */
#define ALLOC_NOFAIL BIT(2) /* early boot only: panics rather than NULL */
#define ALLOC_USER   BIT(3) /* counts as user memory for the OOM decision */
#define ALLOC_DMA32  BIT(4) /* below 4 GiB */
#define ALLOC_NOCLAIM                                                   \
    BIT(5)              /* do not reclaim, do not invoke the OOM killer \
                         */
#define ALLOC_KERNEL 0u /* may sleep and reclaim */

struct boot_info;
void page_init(const struct boot_info *info); /* sections and free lists */
/* Add a range of RAM at run time; -ENOMEM, -EEXIST. */
int page_add_memory(paddr_t start, u64 size);

/* 2^order contiguous pages with one reference on the first, or NULL. */
struct page *page_alloc(unsigned order, u32 flags);
void page_free(struct page *p, unsigned order); /* whose only user is us */
static inline struct page *page_get(struct page *p)
{
    refcount_inc(&p->refs);
    return p;
}
/* For lockless look-ups: false if it is being freed. */
static inline __must_check bool page_get_unless_free(struct page *p)
{
    return refcount_inc_not_zero(&p->refs);
}
/* Frees at zero, the whole block. */
static inline void page_put(struct page *p)
{
    if (refcount_dec_and_test(&p->refs))
        page_free(p, page_order(p));
}
/* Kernel address of pages for buffers and tables, NULL on failure. */
void *page_alloc_kernel(unsigned order, u32 flags);
void page_free_kernel(void *va, unsigned order);

/* Pages handed out one by one, the last references dropped together: cheaper
 * than page_put() for each. */
void page_put_many(struct page **pages, size_t n);

/* Sleep until LOCKED is ours; killable: -EINTR. */
void page_lock(struct page *p);
int page_lock_killable(struct page *p);
static inline bool page_trylock(struct page *p)
{
    return !(__atomic_fetch_or(&p->flags.counter, (int)PAGE_LOCKED,
                               __ATOMIC_ACQUIRE) &
             (int)PAGE_LOCKED);
}
static inline bool page_test(const struct page *p, u32 flag)
{
    return (u32)atomic_load_acquire(&p->flags) & flag;
}
static inline void page_set(struct page *p, u32 flag)
{
    atomic_or((int)flag, &p->flags);
}
static inline void page_clear(struct page *p, u32 flag)
{
    atomic_and((int)~flag, &p->flags);
}
void page_unlock(struct page *p);
void page_wait_writeback(struct page *p);
void page_end_writeback(struct page *p);
void page_lock_init(void);

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
DECLARE_PER_CPU(s64[PAGE_COUNTERS], page_counters);
static inline void page_count(enum page_counter c, s64 pages)
{
    preempt_disable();
    /* An interrupt may come between load and store: one atomic addition. */
    __atomic_fetch_add(&this_cpu(page_counters)[c], pages, __ATOMIC_RELAXED);
    preempt_enable();
}
u64 page_count_read(enum page_counter c); /* an estimate while it changes */
u64 page_free_count(void);                /* pages */
u64 page_total_count(void);
/* Free blocks by size, for /proc; false: there is no such zone. */
struct page_zone_info {
    const char *name;
    u64 free_pages, blocks[MAX_ORDER + 1];
};
bool page_zone_info(u32 zone, struct page_zone_info *out);

/*
 * Free memory for the host: call fn for free blocks of at least 2 MiB that it
 * does not have yet, at most `limit`, and mark them; they are taken off the
 * free lists while fn runs. They come back when they are allocated. Returns how
 * many.
 */
unsigned page_return_free(bool (*fn)(void *ctx, paddr_t start, u64 size),
                          void *ctx, unsigned limit);

/* Upward: what frees memory when it runs short. Registered by vm/ and proc/.
 * Returns pages freed. Called without locks, may sleep. */
struct reclaim_ops {
    u64 (*reclaim)(u64 wanted);
    /* Kill something; true if it makes sense to try again. */
    bool (*out_of_memory)(unsigned order);
};
void page_set_reclaim(const struct reclaim_ops *ops);

#endif
