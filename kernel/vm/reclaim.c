#include "core/lock.h"
#include "core/slab.h"
#include "vm/cache.h"
#include "vm/fault.h"
#include "vm/reclaim.h"
#include "vm/rmap.h"
#include "vm/stats.h"
#include "vm/vma.h"

/*
 * Called from inside allocations, with locks of all kinds held: so whatever is
 * locked here is only tried, but for vma_lock and family locks, under which
 * nobody allocates.
 *
 * reclaim_mutex guards both lists and keeps what is on them alive during a
 * walk.
 */
static mutex_t reclaim_mutex = MUTEX_INIT(reclaim_mutex, "reclaim");
static LIST_HEAD(stores);      /* struct mapping by store_link */
static LIST_HEAD(lazy_spaces); /* struct address_space by lazy_link */

void reclaim_add_mapping(struct mapping *m)
{
    mutex_lock(&reclaim_mutex);
    list_add_tail(&m->store_link, &stores);
    mutex_unlock(&reclaim_mutex);
}

void reclaim_remove_mapping(struct mapping *m)
{
    mutex_lock(&reclaim_mutex);
    list_del_init(&m->store_link);
    mutex_unlock(&reclaim_mutex);
}

/* ------------------------------------------------- pages of MADV_FREE -- */

void lazy_note(struct address_space *mm, u64 start, u64 end)
{
    mutex_lock(&reclaim_mutex);
    if (list_empty(&mm->lazy_link)) {
        list_add_tail(&mm->lazy_link, &lazy_spaces);
        mm->lazy_start = start;
        mm->lazy_end = end;
    } else {
        mm->lazy_start = min(mm->lazy_start, start);
        mm->lazy_end = max(mm->lazy_end, end);
    }
    mutex_unlock(&reclaim_mutex);
}

void lazy_forget(struct address_space *mm)
{
    if (list_empty(&mm->lazy_link))
        return;
    mutex_lock(&reclaim_mutex);
    list_del_init(&mm->lazy_link);
    mutex_unlock(&reclaim_mutex);
}

struct lazy_walk {
    struct address_space *mm;
    u64 wanted, freed;
};

/*
 * The page of zeros takes its place, if nobody has written to it since: a write
 * faults first (the translation is read-only) and changes the entry.
 */
static int free_lazy_page(void *ctx, u64 va, arch_entry_t e)
{
    struct lazy_walk *w = ctx;
    u32 prot = arch_entry_prot(e);
    struct page *page;

    if (prot & (MAP_ATTR_SPECIAL | MAP_PROT_WRITE))
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page || !page_test(page, PAGE_LAZYFREE) ||
        refcount_read(&page->refs) != 1)
        return 0;
    if (arch_aspace_set(&w->mm->arch, va, e, zero_pfn, prot | MAP_ATTR_SPECIAL,
                        NULL))
        return 0;
    fault_drop_old(w->mm, e, false);
    return ++w->freed >= w->wanted;
}

static u64 reclaim_lazy(u64 wanted)
{
    struct address_space *mm, *next;
    u64 freed = 0;

    list_for_each_entry_safe (mm, next, &lazy_spaces, lazy_link) {
        struct lazy_walk w = {mm, wanted - freed, 0};

        if (!arch_aspace_walk(&mm->arch, mm->lazy_start, mm->lazy_end,
                              free_lazy_page, &w))
            list_del_init(&mm->lazy_link);
        freed += w.freed;
        if (freed >= wanted)
            break;
    }
    return freed;
}

/* ------------------------------------------------------- pages of files -- */

/* Whoever finds the page just before it leaves the tree sees that afterwards
 * (page->mapping), or only reads what is still right. */
static bool free_cache_page(struct mapping *m, struct page *page)
{
    bool freed = false;

    if (!page_trylock(page))
        return false;
    if (page->mapping != m ||
        page_test(page, PAGE_DIRTY | PAGE_WRITEBACK | PAGE_MLOCKED) ||
        !page_test(page, PAGE_UPTODATE))
        goto out_unlock;
    if (rmap_referenced(page))
        goto out_unlock;
    if (atomic_load(&page->mapcount))
        rmap_unmap_file_page(page);
    /* The tree's reference and ours. */
    if (page_test(page, PAGE_DIRTY) || refcount_read(&page->refs) != 2)
        goto out_unlock;
    mapping_delete_page(m, page);
    freed = true;
out_unlock:
    page_unlock(page);
    return freed;
}

static u64 scan_mapping(struct mapping *m, u64 wanted)
{
    u64 freed = 0, index = m->reclaim_index;
    struct page *pages[16];
    unsigned n;

    while (freed < wanted &&
           (n = mapping_gang(m, pages, &index, ~0UL, ARRAY_SIZE(pages)))) {
        for (unsigned i = 0; i < n; i++) {
            freed += free_cache_page(m, pages[i]);
            page_put(pages[i]);
        }
        if (!index)
            break;
    }
    m->reclaim_index = freed < wanted ? 0 : index;
    return freed;
}

static u64 reclaim_stores(u64 wanted)
{
    u64 freed = 0;
    LIST_HEAD(done);

    /* A clock: the second round takes what the first has only marked. */
    for (unsigned round = 0; round < 2 && freed < wanted; round++) {
        while (!list_empty(&stores) && freed < wanted) {
            struct mapping *m =
                list_first_entry(&stores, struct mapping, store_link);

            freed += scan_mapping(m, wanted - freed);
            if (freed < wanted)
                list_move_tail(&m->store_link, &done);
        }
        list_splice_tail_init(&done, &stores);
    }
    return freed;
}

u64 vm_reclaim(u64 wanted)
{
    u64 freed;

    if (!mutex_trylock(&reclaim_mutex))
        return 0;
    freed = reclaim_lazy(wanted);
    if (freed < wanted)
        freed += reclaim_stores(wanted - freed);
    mutex_unlock(&reclaim_mutex);
    freed += slab_shrink();
    if (freed)
        __atomic_fetch_add(&this_cpu(vm_events)[VM_PAGES_RECLAIMED], freed,
                           __ATOMIC_RELAXED);
    return freed;
}

u64 vm_drop_caches(void)
{
    return vm_reclaim(~0UL >> 1);
}
