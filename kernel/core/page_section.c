/*
 * Which memory there is. The boot regions say what is RAM and what of it is
 * taken; each section of SECTION_SIZE gets its metadata at the end of its own
 * largest free range. Only the first sections are set up at start: the others
 * wait until memory runs short, so that start does not depend on its size.
 */
#include "core/init.h"
#include "core/log.h"
#include "core/page_internal.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SECTION_PAGES (SECTION_SIZE >> PAGE_SHIFT)
#define START_PAGES   (24UL * 1024 * 1024 >> PAGE_SHIFT)

struct page_section *page_sections;
u32 page_section_count;

/* Guards the fields below and the bringing in of sections; a leaf but for the
 * zones' locks. */
static spinlock_t section_lock = SPINLOCK_INIT("page_section");
static u32 next_section; /* those below were brought in */
static u64 waiting_pages, total_pages;

struct range {
    paddr_t start, end;
};

/* What the section table and the metadata took. */
static struct range table_range, metadata_range;

/* RAM in [*start, end): the first piece, cut to whole pages. */
static bool ram_next(paddr_t start, paddr_t end, struct range *out)
{
    const struct boot_info *info = boot_info();
    struct range best = {~0UL, ~0UL};

    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];
        paddr_t from = round_up(max(r->start, start), PAGE_SIZE);
        paddr_t to = round_down(min(r->start + r->size, end), PAGE_SIZE);

        if (r->kind == BOOT_RAM && from < to && from < best.start)
            best = (struct range){from, to};
    }
    *out = best;
    return best.start != ~0UL;
}

static void cut(paddr_t taken_start, paddr_t taken_end, struct range *free,
                bool *again)
{
    taken_start = round_down(taken_start, PAGE_SIZE);
    taken_end = round_up(taken_end, PAGE_SIZE);
    if (taken_start >= free->end || taken_end <= free->start ||
        taken_start == taken_end)
        return;
    if (taken_start > free->start) {
        free->end = taken_start;
    } else {
        free->start = taken_end;
        *again = true;
    }
}

/* The first piece of [start, end) that is RAM and not taken. */
static bool free_next(paddr_t start, paddr_t end, struct range *out)
{
    const struct boot_info *info = boot_info();

    while (ram_next(start, end, out)) {
        bool again = true;
        paddr_t ram_end = out->end;

        while (again && out->start < out->end) {
            again = false;
            for (u32 i = 0; i < info->region_count; i++) {
                const struct boot_region *r = &info->regions[i];

                if (r->kind != BOOT_RAM)
                    cut(r->start, r->start + r->size, out, &again);
            }
            cut(table_range.start, table_range.end, out, &again);
            cut(metadata_range.start, metadata_range.end, out, &again);
            if (out->start >= out->end)
                break;
        }
        if (out->start < out->end)
            return true;
        start = max(out->start, out->end);
        if (start >= ram_end)
            start = ram_end;
    }
    return false;
}

static u64 ram_pages(paddr_t start, paddr_t end, pfn_t *first, pfn_t *last)
{
    struct range r;
    u64 n = 0;

    *first = *last = 0;
    while (ram_next(start, end, &r)) {
        if (!n)
            *first = r.start >> PAGE_SHIFT;
        *last = r.end >> PAGE_SHIFT;
        n += (r.end - r.start) >> PAGE_SHIFT;
        start = r.end;
    }
    return n;
}

/* The end of the largest free piece that has `size` bytes. */
static bool carve(paddr_t start, paddr_t end, u64 size, struct range *out)
{
    struct range r, best = {0, 0};

    while (free_next(start, end, &r)) {
        if (r.end - r.start > best.end - best.start)
            best = r;
        start = r.end;
    }
    if (best.end - best.start < size)
        return false;
    *out = (struct range){best.end - size, best.end};
    return true;
}

static void metadata_fill(struct page *pages, u64 count, u32 section)
{
    struct page p = {.section = (u16)section};

    for (u64 i = 0; i < count; i++)
        pages[i] = p;
}

/* Lock held (or at start, alone). Returns the pages that became usable. */
static u64 section_bring_in(u32 section)
{
    paddr_t start = (paddr_t)section << SECTION_SHIFT;
    paddr_t end = start + SECTION_SIZE;
    struct page_section *s = &page_sections[section];
    struct range r;
    pfn_t first, last;
    u64 bytes, n;

    n = ram_pages(start, end, &first, &last);
    if (!n)
        return 0;
    bytes = round_up((last - first) * sizeof(struct page), PAGE_SIZE);
    metadata_range = (struct range){0, 0};
    /* One that the initrd covers waits for boot_memory_free(). */
    if (!carve(start, end, bytes, &r))
        return 0;
    waiting_pages -= min(n, waiting_pages);
    n = 0;
    metadata_range = r;
    s->pages = (struct page *)arch_phys_to_virt(r.start) - first;
    metadata_fill(s->pages + first, last - first, section);
    s->first = first;
    /* Pairs with the acquire in pfn_to_page(). */
    smp_store_release(&s->count, (u32)(last - first));
    while (free_next(start, end, &r)) {
        page_free_range(r.start >> PAGE_SHIFT, r.end >> PAGE_SHIFT);
        n += (r.end - r.start) >> PAGE_SHIFT;
        start = r.end;
    }
    metadata_range = (struct range){0, 0};
    return n;
}

bool page_section_bring_in(void)
{
    unsigned long flags;
    bool any = false;

    if (!READ_ONCE(waiting_pages))
        return false;
    flags = spin_lock_irqsave(&section_lock);
    while (!any && next_section < page_section_count) {
        if (!page_sections[next_section].count)
            any = section_bring_in(next_section) > 0;
        next_section++;
    }
    if (next_section >= page_section_count)
        waiting_pages = 0;
    spin_unlock_irqrestore(&section_lock, flags);
    return any;
}

u64 page_section_waiting(void)
{
    return READ_ONCE(waiting_pages);
}

u64 page_total_count(void)
{
    return total_pages;
}

static void table_create(void)
{
    struct range r;
    paddr_t top = 0;
    u64 bytes;

    for (paddr_t at = 0; ram_next(at, ~0UL, &r); at = r.end)
        top = max(top, r.end);
    page_section_count = (u32)DIV_ROUND_UP(top, SECTION_SIZE);
    if (page_section_count > U16_MAX)
        page_section_count = U16_MAX;
    bytes =
        round_up(page_section_count * sizeof(struct page_section), PAGE_SIZE);
    /* In memory that every port can reach this early. */
    if (!carve(0, 1UL << 32, bytes, &r) && !carve(0, ~0UL, bytes, &r))
        panic("page: no memory\n");
    table_range = r;
    page_sections = arch_phys_to_virt(r.start);
    memset(page_sections, 0, bytes);
}

void page_init(const struct boot_info *info)
{
    pfn_t first, last;

    (void)info;
    for (unsigned i = 0; i < PAGE_ZONES; i++) {
        spin_init(&page_zones[i].lock, "page_zone");
        for (unsigned o = 0; o <= MAX_ORDER; o++)
            INIT_LIST_HEAD(&page_zones[i].free[o]);
    }
    table_create();
    total_pages = ram_pages(0, (paddr_t)page_section_count << SECTION_SHIFT,
                            &first, &last);
    waiting_pages = total_pages;
    page_tune(total_pages);
    while (page_free_unused() < START_PAGES && page_section_bring_in())
        ;
}

/* A section without a free piece of its own: its metadata comes from others,
 * and all of its pages are still taken. */
static bool section_adopt(u32 section)
{
    paddr_t start = (paddr_t)section << SECTION_SHIFT;
    struct page_section *s = &page_sections[section];
    unsigned order = 0;
    struct page *pages;
    unsigned long flags;
    pfn_t first, last;
    u64 n = ram_pages(start, start + SECTION_SIZE, &first, &last);

    while ((PAGE_SIZE << order) < (last - first) * sizeof(struct page))
        order++;
    pages = n ? page_alloc_kernel(order, ALLOC_NOCLAIM) : NULL;
    if (!pages)
        return false;
    metadata_fill(pages, last - first, section);
    flags = spin_lock_irqsave(&section_lock);
    waiting_pages -= min(n, waiting_pages);
    s->pages = pages - first;
    s->first = first;
    smp_store_release(&s->count, (u32)(last - first));
    spin_unlock_irqrestore(&section_lock, flags);
    return true;
}

/*
 * Memory that the boot did not leave free: the initrd as it is unpacked,
 * boot-only data. The section may not be in use yet.
 */
void boot_memory_free(paddr_t start, u64 size)
{
    pfn_t first = DIV_ROUND_UP(start, PAGE_SIZE);
    pfn_t end = (start + size) >> PAGE_SHIFT;

    for (pfn_t pfn = first; pfn < end; pfn++) {
        u64 section = pfn / SECTION_PAGES;
        unsigned long flags;

        if (section >= page_section_count)
            return;
        if (!pfn_to_page(pfn)) {
            flags = spin_lock_irqsave(&section_lock);
            if (!page_sections[section].count)
                section_bring_in((u32)section);
            spin_unlock_irqrestore(&section_lock, flags);
            if (!page_sections[section].count && !section_adopt((u32)section))
                return;
        }
        if (pfn_to_page(pfn))
            page_free_range(pfn, pfn + 1);
    }
}

static int section_add(u32 section, pfn_t first, pfn_t end)
{
    struct page_section *s = &page_sections[section];
    u64 count = end - first, bytes = count * sizeof(struct page);
    struct page *pages;
    pfn_t usable;

    if (s->count)
        return -EEXIST;
    /* The new memory brings its own metadata. */
    usable = first + DIV_ROUND_UP(bytes, PAGE_SIZE);
    pages = arch_phys_to_virt(first << PAGE_SHIFT);
    metadata_fill(pages, count, section);
    s->pages = pages - first;
    s->first = first;
    smp_store_release(&s->count, (u32)count);
    page_free_range(usable, end);
    total_pages += count;
    return 0;
}

static int table_grow(u32 count)
{
    size_t bytes = count * sizeof(struct page_section);
    unsigned order = 0;
    struct page_section *bigger;

    while ((PAGE_SIZE << order) < bytes)
        order++;
    bigger = page_alloc_kernel(order, ALLOC_ZERO | ALLOC_NOCLAIM);
    if (!bigger)
        return -ENOMEM;
    memcpy(bigger, page_sections, page_section_count * sizeof(*bigger));
    /* Lockless readers may still use the old table, which stays as it is. */
    smp_store_release(&page_sections, bigger);
    smp_store_release(&page_section_count, count);
    return 0;
}

int page_add_memory(paddr_t start, u64 size)
{
    paddr_t end = start + size;
    int error;

    if ((start | size) & ~PAGE_MASK || !size || end < start)
        return -EINVAL;
    if ((end - 1) >> SECTION_SHIFT >= U16_MAX)
        return -EINVAL;
    error = arch_direct_map_add(start, size);
    if (error)
        return error;
    while (page_section_bring_in())
        ;
    if ((end - 1) >> SECTION_SHIFT >= page_section_count) {
        error = table_grow((u32)((end - 1) >> SECTION_SHIFT) + 1);
        if (error)
            return error;
        next_section = page_section_count;
    }
    while (start < end && !error) {
        paddr_t stop = min(round_down(start, SECTION_SIZE) + SECTION_SIZE, end);

        error = section_add((u32)(start >> SECTION_SHIFT), start >> PAGE_SHIFT,
                            stop >> PAGE_SHIFT);
        start = stop;
    }
    return error;
}
