#include "vm/stats.h"
#include "core/page.h"
#include "vm/fault.h"
#include "vm/vma.h"

DEFINE_PER_CPU(u64[VM_EVENTS], vm_events);

u64 vm_event_total(enum vm_event e)
{
    u64 sum = 0;

    for_each_online_cpu (cpu)
        sum += READ_ONCE(per_cpu(vm_events, cpu)[e]);
    return sum;
}

void vm_memory_info(struct vm_memory_info *info)
{
    struct page_stats s;
    u64 clean, reserve;

    page_stats_get(&s);
    /* What programs could still get: free memory and caches that can go. */
    clean = s.cached - min(s.cached, s.shmem + s.dirty + s.writeback);
    reserve = s.total / 64;
    *info = (struct vm_memory_info){
        .total = s.total,
        .free = s.free,
        .available = s.free - min(s.free, reserve) + clean,
        .cached = s.cached,
        .shmem = s.shmem,
        .anon = s.anon,
        .mapped = s.mapped,
        .dirty = s.dirty,
        .writeback = s.writeback,
        .slab = s.slab,
        .page_tables = s.tables,
        .kernel_stack = s.kernel_stack,
        .commit_limit = vm_commit_limit(),
        .committed = vm_committed(),
    };
}

/* ------------------------------------------------------------------ smaps --
 */

struct usage_walk {
    const struct vma *vma;
    struct vma_usage *usage;
};

static int count_entry(void *ctx, u64 va, arch_entry_t e)
{
    struct usage_walk *w = ctx;
    struct vma_usage *u = w->usage;
    const struct page *page;
    bool dirty;
    int count;

    (void)va;
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page)
        return 0;
    count = max(atomic_load(&page->mapcount), 1);
    u->rss += PAGE_SIZE;
    u->pss += (PAGE_SIZE << 12) / (u64)count;
    if (arch_entry_young(e) || page_test(page, PAGE_ACCESSED))
        u->referenced += PAGE_SIZE;
    if (page_test(page, PAGE_ANON)) {
        u->anonymous += PAGE_SIZE;
        if (page_test(page, PAGE_LAZYFREE))
            u->lazy_free += PAGE_SIZE;
    }
    dirty = arch_entry_dirty(e) || page_test(page, PAGE_DIRTY) ||
            (page_test(page, PAGE_ANON) && !page_test(page, PAGE_LAZYFREE));
    if (count > 1)
        *(dirty ? &u->shared_dirty : &u->shared_clean) += PAGE_SIZE;
    else
        *(dirty ? &u->private_dirty : &u->private_clean) += PAGE_SIZE;
    if (w->vma->flags & VMA_LOCKED)
        u->locked += PAGE_SIZE;
    return 0;
}

void vma_count_usage(struct vma *vma, struct vma_usage *usage)
{
    struct usage_walk w = {vma, usage};

    arch_aspace_walk(&vma->mm->arch, vma->start, vma->end, count_entry, &w);
}

static int clear_entry(void *ctx, u64 va, arch_entry_t e)
{
    struct address_space *mm = ctx;
    struct page *page;

    arch_aspace_clear_young(&mm->arch, va);
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (page && page_test(page, PAGE_ACCESSED))
        page_clear(page, PAGE_ACCESSED);
    return 0;
}

void mm_clear_referenced(struct address_space *mm)
{
    read_lock(&mm->lock);
    arch_aspace_walk(&mm->arch, 0, ARCH_USER_TOP, clear_entry, mm);
    read_unlock(&mm->lock);
}

/* ------------------------------------------------------ pagemap, mincore -- */

struct pagemap_walk {
    u64 first;
    bool show_pfn;
    u64 *out;
};

/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT   BIT(63)
#define PAGEMAP_FILE      BIT(61)
#define PAGEMAP_EXCLUSIVE BIT(56)

static int pagemap_entry(void *ctx, u64 va, arch_entry_t e)
{
    struct pagemap_walk *w = ctx;
    const struct page *page = pfn_to_page(arch_entry_pfn(e));
    u64 v = PAGEMAP_PRESENT;

    if (w->show_pfn)
        v |= arch_entry_pfn(e) & ((1UL << 55) - 1);
    if (page && !(arch_entry_prot(e) & MAP_ATTR_SPECIAL)) {
        if (!page_test(page, PAGE_ANON))
            v |= PAGEMAP_FILE;
        if (atomic_load(&page->mapcount) == 1)
            v |= PAGEMAP_EXCLUSIVE;
    }
    w->out[(va - w->first) >> PAGE_SHIFT] = v;
    return 0;
}

void mm_pagemap(struct address_space *mm, u64 address, u64 pages, bool show_pfn,
                u64 *out)
{
    struct pagemap_walk w = {address, show_pfn, out};

    memset(out, 0, pages * sizeof(*out));
    if (address >= ARCH_USER_TOP)
        return;
    pages = min(pages, (ARCH_USER_TOP - address) >> PAGE_SHIFT);
    read_lock(&mm->lock);
    arch_aspace_walk(&mm->arch, address, address + (pages << PAGE_SHIFT),
                     pagemap_entry, &w);
    read_unlock(&mm->lock);
}

static int mark_resident(void *ctx, u64 va, arch_entry_t e)
{
    struct pagemap_walk *w = ctx;

    (void)e;
    ((u8 *)w->out)[(va - w->first) >> PAGE_SHIFT] = 1;
    return 0;
}

static void cached_in_vma(struct vma *vma, u64 start, u64 end, u8 *out)
{
    u64 index = vma_offset_at(vma, start), first = index;
    u64 behind = index + ((end - start) >> PAGE_SHIFT);
    struct page *page;

    while (index < behind && (page = mapping_next(vma->mapping, &index))) {
        if (index < behind && page_test(page, PAGE_UPTODATE))
            out[index - first] = 1;
        page_put(page);
        index++;
    }
}

int mm_resident(struct address_space *mm, u64 address, u64 pages, u8 *out)
{
    struct pagemap_walk w = {.first = address, .out = (u64 *)out};
    u64 end = address + (pages << PAGE_SHIFT), at = address;
    int r = 0;

    memset(out, 0, pages);
    read_lock(&mm->lock);
    while (at < end) {
        struct vma *vma = mm_find_vma(mm, at);
        u64 stop;

        if (!vma || vma->start > at) {
            r = -ENOMEM;
            break;
        }
        stop = min(end, vma->end);
        arch_aspace_walk(&mm->arch, at, stop, mark_resident, &w);
        if (vma->mapping)
            cached_in_vma(vma, at, stop, out + ((at - address) >> PAGE_SHIFT));
        at = stop;
    }
    read_unlock(&mm->lock);
    return r;
}
