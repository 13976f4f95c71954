#include "vm/cache.h"
#include "vm/fault.h"
#include "vm/stats.h"
#include "vm/vma.h"

/* Neighbours of a faulting page that are mapped with it, if they are in the
 * cache: an aligned window, so it lies in one page table. */
#define AROUND_PAGES 16

/* Counts of a translation that was just installed. */
static void count_mapped(struct address_space *mm, const struct page *page,
                         bool first)
{
    atomic64_inc(page_test(page, PAGE_SHMEM) ? &mm->shmem_pages
                                             : &mm->file_pages);
    if (first)
        page_count(PAGES_MAPPED, 1);
}

/* Map a page of the cache; takes over the reference. The page may have been
 * truncated before the translation existed: then nobody else removes it. */
static int map_page(struct vma *vma, u64 address, struct page *page,
                    arch_entry_t entry, u32 prot)
{
    struct address_space *mm = vma->mm;
    bool first;
    int r;

    if (prot & MAP_PROT_EXEC && !page_test(page, PAGE_ICACHE)) {
        arch_sync_icache(page_address(page), PAGE_SIZE);
        page_set(page, PAGE_ICACHE);
    }
    first = atomic_inc_return(&page->mapcount) == 1;
    count_mapped(mm, page, first);
    r = arch_aspace_set(&mm->arch, address, entry, page_to_pfn(page), prot,
                        NULL);
    if (unlikely(r)) {
        bool last = atomic_dec_and_test(&page->mapcount);

        atomic64_dec(page_test(page, PAGE_SHMEM) ? &mm->shmem_pages
                                                 : &mm->file_pages);
        if (last)
            page_count(PAGES_MAPPED, -1);
        page_put(page);
        return r;
    }
    if (unlikely(READ_ONCE(page->mapping) != vma->mapping)) {
        mm_zap(mm, address, address + PAGE_SIZE);
        return -EAGAIN;
    }
    return 0;
}

/* Protection of a cache page that is not being written to. */
static u32 clean_prot(const struct vma *vma)
{
    u32 prot = vma_prot(vma->flags);

    /* Without a store nobody asks which pages are dirty. */
    if (!(vma->flags & VMA_SHARED) ||
        !(atomic_load(&vma->mapping->flags) & MAPPING_NO_STORE))
        prot &= ~(u32)MAP_PROT_WRITE;
    return prot;
}

struct around {
    struct page *pages[AROUND_PAGES]; /* by place in the window, referenced */
    pfn_t pfns[AROUND_PAGES];
    u64 wanted;
};

/* The pages of the window that are in the cache and ready, but for `skip`. */
static void collect_around(struct mapping *m, u64 first, u64 last, u64 skip,
                           struct around *a)
{
    struct page *found[AROUND_PAGES];
    u64 index = first;
    unsigned n = mapping_gang(m, found, &index, last, AROUND_PAGES);

    for (unsigned i = 0; i < n; i++) {
        struct page *page = found[i];
        u32 flags = (u32)atomic_load_acquire(&page->flags);

        if (page->index == skip ||
            (flags & (PAGE_UPTODATE | PAGE_LOCKED)) != PAGE_UPTODATE) {
            page_put(page);
            continue;
        }
        a->pages[page->index - first] = page;
        a->pfns[page->index - first] = page_to_pfn(page);
        a->wanted |= BIT(page->index - first);
    }
}

static void map_around(struct vma *vma, u64 low, struct around *a, u32 prot)
{
    struct address_space *mm = vma->mm;
    s64 newly = 0;
    u64 done;

    for (u64 bits = a->wanted; bits; bits &= bits - 1) {
        struct page *page = a->pages[__ffs(bits)];

        if (prot & MAP_PROT_EXEC && !page_test(page, PAGE_ICACHE)) {
            arch_sync_icache(page_address(page), PAGE_SIZE);
            page_set(page, PAGE_ICACHE);
        }
        newly += atomic_inc_return(&page->mapcount) == 1;
    }
    done = arch_aspace_fill(&mm->arch, low, a->pfns, a->wanted, prot);
    for (u64 bits = a->wanted & ~done; bits; bits &= bits - 1) {
        struct page *page = a->pages[__ffs(bits)];

        newly -= atomic_dec_and_test(&page->mapcount);
        page_put(page);
    }
    atomic64_add((s64)hweight64(done), mapping_has_store(vma->mapping)
                                           ? &mm->file_pages
                                           : &mm->shmem_pages);
    page_count(PAGES_MAPPED, newly);
    /* As map_page(): what was truncated meanwhile has to go again. */
    for (u64 bits = done; bits; bits &= bits - 1) {
        unsigned i = __ffs(bits);

        if (unlikely(READ_ONCE(a->pages[i]->mapping) != vma->mapping))
            mm_zap(mm, low + i * PAGE_SIZE, low + (i + 1) * PAGE_SIZE);
    }
}

static void fault_around(struct vma *vma, u64 address)
{
    u64 window = address & ~(AROUND_PAGES * PAGE_SIZE - 1);
    u64 low = max(window, vma->start);
    u64 high = min(window + AROUND_PAGES * PAGE_SIZE, vma->end);
    u64 first = vma_offset_at(vma, low);
    struct around a = {.wanted = 0};

    collect_around(vma->mapping, first, vma_offset_at(vma, high) - 1,
                   vma_offset_at(vma, address), &a);
    if (a.wanted)
        map_around(vma, low, &a, clean_prot(vma));
}

static int mapping_error(const struct page *page)
{
    int r = (int)PTR_ERR(page);

    return r == -ENXIO || r == -ENOSPC || r == -EDQUOT ? -EIO : r;
}

static struct page *lookup(struct vma *vma, u64 index, bool *major)
{
    struct page *page = mapping_find(vma->mapping, index);

    if (likely(page && page_test(page, PAGE_UPTODATE)))
        return page;
    if (page)
        page_put(page);
    return mapping_get(vma->mapping, index, major);
}

/* A private mapping is written to where the file's page was not mapped yet. */
static int copy_from_cache(struct vma *vma, u64 address, struct page *page,
                           arch_entry_t entry)
{
    struct page *copy = fault_alloc_page(vma->mm, 0);

    if (!copy) {
        page_put(page);
        return -ENOMEM;
    }
    memcpy(page_address(copy), page_address(page), PAGE_SIZE);
    page_put(page);
    return fault_install_anon(vma, address, copy, entry, vma_prot(vma->flags));
}

/* A shared mapping of a file with a store is written to: the page becomes dirty
 * before it becomes writable. Consumes the reference. */
static int map_dirty(struct vma *vma, u64 address, struct page *page,
                     arch_entry_t entry)
{
    struct mapping *m = vma->mapping;
    const struct mapping_ops *ops = m->ops;
    bool present = arch_entry_present(entry);
    int r = 0;

    page_lock(page);
    if (page->mapping != m) {
        r = -EAGAIN;
        goto out_unlock;
    }
    if (!page_test(page, PAGE_DIRTY)) {
        if (ops && ops->reserve)
            r = ops->reserve(m, page->index);
        if (r) {
            r = r == -ENOMEM ? r : -EIO;
            goto out_unlock;
        }
        if (ops && ops->touched)
            ops->touched(m);
        mapping_mark_dirty(m, page);
    }
    if (present) {
        r = -EAGAIN;
        if (arch_entry_pfn(entry) == page_to_pfn(page))
            r = arch_aspace_set(&vma->mm->arch, address, entry,
                                page_to_pfn(page), vma_prot(vma->flags), NULL);
        goto out_unlock;
    }
    page_get(page);
    r = map_page(vma, address, page, entry, vma_prot(vma->flags));
out_unlock:
    page_unlock(page);
    page_put(page);
    return r;
}

int fault_mapping(struct vma *vma, u64 address, enum fault_access access,
                  arch_entry_t entry, bool force)
{
    u64 index = vma_offset_at(vma, address);
    bool write = access == FAULT_WRITE, shared = vma->flags & VMA_SHARED;
    bool major = false;
    struct page *page = lookup(vma, index, &major);
    int r;

    if (IS_ERR(page))
        return mapping_error(page);
    if (write && shared && force && !(vma->flags & VMA_WRITE)) {
        page_put(page);
        return -EFAULT;
    }
    if (write && shared && vma->mapping->ops && vma->mapping->ops->touched &&
        atomic_load(&vma->mapping->flags) & MAPPING_NO_STORE)
        vma->mapping->ops->touched(vma->mapping);
    if (write && !shared) {
        r = copy_from_cache(vma, address, page, entry);
    } else if (write &&
               !(atomic_load(&vma->mapping->flags) & MAPPING_NO_STORE)) {
        r = map_dirty(vma, address, page, entry);
    } else if (arch_entry_present(entry)) {
        /* No store, and mprotect had taken the write permission away. */
        r = arch_entry_pfn(entry) == page_to_pfn(page)
                ? arch_aspace_set(&vma->mm->arch, address, entry,
                                  page_to_pfn(page), vma_prot(vma->flags), NULL)
                : -EAGAIN;
        page_put(page);
    } else {
        r = map_page(vma, address, page, entry, clean_prot(vma));
        if (!r && !(vma->flags & VMA_RAND_READ))
            fault_around(vma, address);
    }
    return r == 0 && major ? 1 : r;
}

int fault_frames(struct vma *vma, u64 address, arch_entry_t entry)
{
    u32 attributes = 0;
    pfn_t pfn;
    int r = vma->frames->frame(vma->frames_data, vma_offset_at(vma, address),
                               &pfn, &attributes);

    if (r)
        return r == -ENOMEM || r == -EAGAIN ? r : -EIO;
    return arch_aspace_set(&vma->mm->arch, address, entry, pfn,
                           vma_prot(vma->flags) | attributes | MAP_ATTR_SPECIAL,
                           NULL);
}
