#include "core/page.h"

#include "core/account.h"
#include "core/fault_inject.h"
#include "core/init.h"
#include "core/kasan.h"
#include "core/log.h"
#include "core/page_internal.h"
#include "core/sched.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"

struct page_zone page_zones[PAGE_ZONES];
DEFINE_PER_CPU(s64[PAGE_COUNTERS], page_counters);
static DEFINE_PER_CPU(struct page_stack, page_stacks);

/* Pages below which only ALLOC_ATOMIC and those who free memory may go. */
static u64 reserve_pages;
static u32 stack_high = PAGE_STACK_MAX, stack_batch = PAGE_STACK_MAX / 2;
static const struct reclaim_ops *reclaim_ops;

void page_set_reclaim(const struct reclaim_ops *ops)
{
    reclaim_ops = ops;
}

/* Sizes that follow the memory of the machine. */
void page_tune(u64 total_pages)
{
    u64 per_cpu_pages = total_pages / 512 / 4;

    reserve_pages = clamp(total_pages / 256, 16UL, 4096UL);
    stack_high = (u32)clamp(per_cpu_pages, 8UL, (u64)PAGE_STACK_MAX);
    stack_batch = stack_high / 2;
}

/* ------------------------------------------------------------ the buddies */

static void block_insert(struct page_zone *z, struct page *p, unsigned order)
{
    atomic_store(&p->flags, (int)(PAGE_FREE | order << PAGE_ORDER_SHIFT));
    list_add(&p->link, &z->free[order]);
    z->blocks[order]++;
}

static void block_remove(struct page_zone *z, struct page *p, unsigned order)
{
    list_del(&p->link);
    z->blocks[order]--;
}

/* Zone lock held. */
static void block_free(struct page_zone *z, struct page *p, unsigned order)
{
    const struct page_section *s = &page_sections[p->section];
    pfn_t pfn = page_to_pfn(p);

    z->free_pages += 1UL << order;
    for (; order < MAX_ORDER; order++) {
        pfn_t other = pfn ^ (1UL << order);
        struct page *buddy = s->pages + other;

        if (other - s->first >= s->count ||
            other + (1UL << order) > s->first + s->count)
            break;
        /* Marked PAGE_RETURNED or not, the whole is not. */
        if (((u32)atomic_load(&buddy->flags) & ~PAGE_RETURNED) !=
            (PAGE_FREE | order << PAGE_ORDER_SHIFT))
            break;
        block_remove(z, buddy, order);
        atomic_store(&buddy->flags, 0);
        if (other < pfn) {
            atomic_store(&p->flags, 0);
            p = buddy;
            pfn = other;
        }
    }
    block_insert(z, p, order);
}

/* The smallest block that serves keeps the large ones whole. */
static struct page *block_take(struct page_zone *z, unsigned order)
{
    for (unsigned o = order; o <= MAX_ORDER; o++) {
        struct page *p;

        if (list_empty(&z->free[o]))
            continue;
        p = list_first_entry(&z->free[o], struct page, link);
        block_remove(z, p, o);
        z->free_pages -= 1UL << order;
        while (o > order) {
            o--;
            block_insert(z, p + (1UL << o), o);
        }
        atomic_store(&p->flags, 0);
        return p;
    }
    return NULL;
}

static inline struct page_zone *zone_of(const struct page *p)
{
    return &page_zones[p->section >= PAGE_ZONE_HIGH_SECTION];
}

static void zone_free(struct page *p, unsigned order)
{
    struct page_zone *z = zone_of(p);
    unsigned long flags = spin_lock_irqsave(&z->lock);

    block_free(z, p, order);
    spin_unlock_irqrestore(&z->lock, flags);
}

void page_free_range(pfn_t first, pfn_t end)
{
    while (first < end) {
        unsigned order = first ? __ffs(first) : MAX_ORDER;
        struct page *p = pfn_to_page(first);

        order = min(order, (unsigned)MAX_ORDER);
        while (first + (1UL << order) > end)
            order--;
        if (p)
            zone_free(p, order);
        first += 1UL << order;
    }
}

/* Pages that may go before the request is refused or memory is reclaimed. */
static u64 floor_of(u32 flags)
{
    struct thread *t = thread_current();

    if (flags & ALLOC_NOFAIL || (t && t->may_use_reserve))
        return 0;
    if (flags & ALLOC_ATOMIC)
        return reserve_pages / 4;
    return reserve_pages;
}

u64 page_free_unused(void)
{
    u64 n = 0;

    for (unsigned i = 0; i < PAGE_ZONES; i++)
        n += READ_ONCE(page_zones[i].free_pages);
    return n;
}

/* Up to `want` blocks of the order into out[]. */
static u32 zones_take(unsigned order, u32 flags, struct page **out, u32 want)
{
    u64 floor = floor_of(flags) + (1UL << order);
    u32 got = 0;

    for (unsigned i = flags & ALLOC_DMA32 ? 1 : PAGE_ZONES; i-- > 0;) {
        struct page_zone *z = &page_zones[i];
        unsigned long irq;

        if (!READ_ONCE(z->free_pages))
            continue;
        irq = spin_lock_irqsave(&z->lock);
        while (got < want && page_free_unused() >= floor) {
            struct page *p = block_take(z, order);

            if (!p)
                break;
            out[got++] = p;
        }
        spin_unlock_irqrestore(&z->lock, irq);
        if (got)
            break;
    }
    return got;
}

/* -------------------------------------------------------- per-CPU stacks */

/* Preemption off, not in an interrupt. */
static struct page *stack_pop(struct page_stack *s, u32 flags)
{
    if (unlikely(!s->count)) {
        s->count = zones_take(0, flags, s->pages, stack_batch);
        if (!s->count)
            return NULL;
    }
    return s->pages[--s->count];
}

static void stack_drain(struct page_stack *s, u32 keep)
{
    struct page_zone *z = NULL;
    unsigned long flags = 0;
    u32 n = s->count - keep;

    /* The oldest go: the youngest are warm. */
    for (u32 i = 0; i < n; i++) {
        struct page_zone *next = zone_of(s->pages[i]);

        if (next != z) {
            if (z)
                spin_unlock_irqrestore(&z->lock, flags);
            z = next;
            flags = spin_lock_irqsave(&z->lock);
        }
        block_free(z, s->pages[i], 0);
    }
    if (z)
        spin_unlock_irqrestore(&z->lock, flags);
    memmove(s->pages, s->pages + n, keep * sizeof(s->pages[0]));
    s->count = keep;
}

static inline void stack_push(struct page_stack *s, struct page *p)
{
    if (unlikely(s->count >= stack_high))
        stack_drain(s, stack_high - stack_batch);
    s->pages[s->count++] = p;
}

void page_drain_local(void)
{
    preempt_disable();
    if (!in_interrupt() && this_cpu(page_stacks).count)
        stack_drain(&this_cpu(page_stacks), 0);
    preempt_enable();
}

/* ------------------------------------------------------------- allocation */

#ifdef CONFIG_DEBUG
#define POISON_FREE 0x6b

static void poison(struct page *p, unsigned order)
{
    memset(page_address(p), POISON_FREE, PAGE_SIZE << order);
    page_set(p, PAGE_POISONED);
}

static void poison_check(struct page *p, unsigned order)
{
    u8 *bad;

    if (order || !page_test(p, PAGE_POISONED))
        return;
    bad = memchr_inv(page_address(p), POISON_FREE, PAGE_SIZE);
    if (bad)
        panic("page: frame %lx was written while free, offset %lx: %02x\n",
              page_to_pfn(p), (unsigned long)bad & ~PAGE_MASK, *bad);
}
#else
static inline void poison(struct page *p, unsigned order)
{
    (void)p;
    (void)order;
}
static inline void poison_check(struct page *p, unsigned order)
{
    (void)p;
    (void)order;
}
#endif

static inline struct page *prepare(struct page *p, unsigned order, u32 flags)
{
    kasan_unpoison(page_address(p), PAGE_SIZE << order);
    poison_check(p, order);
    atomic_store(&p->flags, (int)(order << PAGE_ORDER_SHIFT));
    p->mapping = NULL;
    p->index = 0;
    atomic_store(&p->mapcount, 0);
    p->charge = 0;
    refcount_set(&p->refs, 1);
    if (flags & ALLOC_ZERO)
        memset(page_address(p), 0, PAGE_SIZE << order);
    return p;
}

static struct page *take_quick(unsigned order, u32 flags)
{
    struct page *p = NULL;

    if (order == 0 && !(flags & ALLOC_DMA32) && !in_interrupt()) {
        preempt_disable();
        p = stack_pop(&this_cpu(page_stacks), flags);
        preempt_enable();
        return p;
    }
    return zones_take(order, flags, &p, 1) ? p : NULL;
}

/* Rounds before an allocation fails, and what one takes at most in which
 * nothing could be freed: some seconds in all. */
#define RECLAIM_TRIES      2000
#define VICTIM_NS          (2 * NS_PER_MSEC)
#define ORDER_WORTH_A_KILL 3

static __noinline struct page *take_slow(unsigned order, u32 flags)
{
    struct thread *t = thread_current();
    bool may_wait = !(flags & (ALLOC_ATOMIC | ALLOC_NOCLAIM)) && preemptible();
    struct page *p;

    while (page_section_bring_in()) {
        p = take_quick(order, flags);
        if (p)
            return p;
    }
    page_drain_local();
    p = take_quick(order, flags);
    if (p || !may_wait || !reclaim_ops || t->may_use_reserve)
        return p;
    for (unsigned tries = 0; tries < RECLAIM_TRIES; tries++) {
        u64 freed;

        t->may_use_reserve = true;
        freed = reclaim_ops->reclaim(max(32UL, 2UL << order));
        t->may_use_reserve = false;
        p = take_quick(order, flags);
        if (p)
            return p;
        if (freed)
            continue;
        if (order > ORDER_WORTH_A_KILL || !reclaim_ops->out_of_memory ||
            !reclaim_ops->out_of_memory(order))
            return NULL;
        /* What was killed needs a moment to go. */
        time_sleep(VICTIM_NS);
        p = take_quick(order, flags);
        if (p)
            return p;
    }
    return NULL;
}

struct page *page_alloc(unsigned order, u32 flags)
{
    struct page *p;

    if (!(flags & ALLOC_ATOMIC))
        might_sleep();
    if (unlikely(order > MAX_ORDER || fault_inject_should_fail(flags)))
        return NULL;
    p = take_quick(order, flags);
    if (unlikely(!p)) {
        p = take_slow(order, flags);
        if (!p) {
            if (flags & ALLOC_NOFAIL)
                panic("page: no memory for a block of order %u\n", order);
            return NULL;
        }
    }
    return prepare(p, order, flags);
}

static inline void release(struct page *p)
{
    if (unlikely(p->charge && !page_test(p, PAGE_SLAB)))
        account_uncharge_page(p);
#ifdef CONFIG_DEBUG
    if (page_test(p, PAGE_FREE | PAGE_LOCKED | PAGE_WRITEBACK) ||
        (!page_test(p, PAGE_SLAB) && atomic_load(&p->mapcount)))
        panic("page: frame %lx freed while in use, flags %x, mapped %d\n",
              page_to_pfn(p), (u32)atomic_load(&p->flags),
              atomic_load(&p->mapcount));
#endif
    refcount_set(&p->refs, 0);
}

void page_free(struct page *p, unsigned order)
{
    release(p);
    atomic_store(&p->flags, 0);
    kasan_unpoison(page_address(p), PAGE_SIZE << order);
    poison(p, order);
    kasan_poison(page_address(p), PAGE_SIZE << order);
    if (order == 0 && !in_interrupt()) {
        preempt_disable();
        stack_push(&this_cpu(page_stacks), p);
        preempt_enable();
    } else {
        zone_free(p, order);
    }
}

void page_put_many(struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++)
        page_put(pages[i]);
}

void *page_alloc_kernel(unsigned order, u32 flags)
{
    struct page *p = page_alloc(order, flags);

    return p ? page_address(p) : NULL;
}

void page_free_kernel(void *va, unsigned order)
{
    if (va)
        page_free(virt_to_page(va), order);
}

/* ------------------------------------------------------- given to the host */

static struct page *take_unreturned(struct page_zone *z, unsigned order)
{
    unsigned long flags = spin_lock_irqsave(&z->lock);
    struct page *p, *found = NULL;

    list_for_each_entry (p, &z->free[order], link) {
        if (!page_test(p, PAGE_RETURNED)) {
            found = p;
            break;
        }
    }
    if (found) {
        block_remove(z, found, order);
        z->free_pages -= 1UL << order;
        atomic_store(&found->flags, 0);
    }
    spin_unlock_irqrestore(&z->lock, flags);
    return found;
}

static void put_back(struct page_zone *z, struct page *p, unsigned order,
                     bool returned)
{
    unsigned long flags = spin_lock_irqsave(&z->lock);

    if (returned) {
        z->free_pages += 1UL << order;
        block_insert(z, p, order);
        page_set(p, PAGE_RETURNED);
        list_move_tail(&p->link, &z->free[order]);
    } else {
        block_free(z, p, order);
    }
    spin_unlock_irqrestore(&z->lock, flags);
}

unsigned page_return_free(bool (*fn)(void *ctx, paddr_t start, u64 size),
                          void *ctx, unsigned limit)
{
    unsigned done = 0;

    for (unsigned i = 0; i < PAGE_ZONES; i++) {
        for (unsigned order = MAX_ORDER; order >= 9; order--) {
            struct page *p;

            while (done < limit &&
                   (p = take_unreturned(&page_zones[i], order)) != NULL) {
                bool taken =
                    fn(ctx, page_to_pfn(p) << PAGE_SHIFT, PAGE_SIZE << order);

                put_back(&page_zones[i], p, order, taken);
                if (!taken)
                    return done;
                done++;
            }
        }
    }
    return done;
}

/* ----------------------------------------------------------------- figures */

u64 page_count_read(enum page_counter c)
{
    s64 sum = 0;

    for_each_cpu (cpu, &cpus_present)
        sum += READ_ONCE(per_cpu(page_counters, cpu)[c]);
    return sum > 0 ? (u64)sum : 0;
}

bool page_zone_info(u32 zone, struct page_zone_info *out)
{
    static const char *const names[PAGE_ZONES] = {"DMA32", "Normal"};
    struct page_zone *z = &page_zones[zone];
    unsigned long flags;

    if (zone >= PAGE_ZONES)
        return false;
    flags = spin_lock_irqsave(&z->lock);
    out->name = names[zone];
    out->free_pages = z->free_pages;
    memcpy(out->blocks, z->blocks, sizeof(out->blocks));
    spin_unlock_irqrestore(&z->lock, flags);
    return true;
}

u64 page_free_count(void)
{
    u64 n = page_free_unused() + page_section_waiting();

    for_each_cpu (cpu, &cpus_present)
        n += READ_ONCE(per_cpu(page_stacks, cpu).count);
    return n;
}

void page_stats_get(struct page_stats *s)
{
    *s = (struct page_stats){
        .total = page_total_count(),
        .free = page_free_count(),
        .reserved = reserve_pages,
        .cached = page_count_read(PAGES_CACHED),
        .slab = page_count_read(PAGES_SLAB),
        .tables = page_count_read(PAGES_TABLES),
        .anon = page_count_read(PAGES_ANON),
        .kernel_stack = page_count_read(PAGES_STACK),
        .shmem = page_count_read(PAGES_SHMEM),
        .dirty = page_count_read(PAGES_DIRTY),
        .writeback = page_count_read(PAGES_WRITEBACK),
        .mapped = page_count_read(PAGES_MAPPED),
    };
}
