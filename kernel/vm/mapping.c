#include "core/account.h"
#include "core/log.h"
#include "core/rcu.h"
#include "lib/string.h"
#include "vm/cache.h"
#include "vm/fault.h"
#include "vm/reclaim.h"
#include "vm/rmap.h"
#include "vm/vma.h"

/* ------------------------------------------------------------ tree nodes -- */

struct cache_node {
    struct radix_node node; /* must be first */
    struct rcu_head rcu;
};

static struct slab_cache *node_cache;

/* Under mapping.lock: what has to be reclaimed is reclaimed by the caller. */
static struct radix_node *alloc_node(void *ctx)
{
    (void)ctx;
    return slab_alloc(node_cache, ALLOC_ATOMIC | ALLOC_NOCLAIM | ALLOC_ZERO);
}

static void free_node_rcu(struct rcu_head *head)
{
    slab_free(node_cache, container_of(head, struct cache_node, rcu));
}

static void free_node(void *ctx, struct radix_node *node)
{
    (void)ctx;
    call_rcu(&((struct cache_node *)node)->rcu, free_node_rcu);
}

static const struct radix_tree_ops node_ops = {alloc_node, free_node};

void mapping_init_cache(void)
{
    node_cache = slab_cache_create("radix_node", sizeof(struct cache_node), 0);
    BUG_ON(!node_cache);
}

/* Room for a node that could not be had under the lock. */
static int make_room(void)
{
    void *p = slab_alloc(node_cache, ALLOC_KERNEL);

    if (!p)
        return -ENOMEM;
    slab_free(node_cache, p);
    return 0;
}

/* ------------------------------------------------------------ life cycle -- */

void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *owner,
                  u32 flags)
{
    *m = (struct mapping){.ops = ops, .owner = owner};
    radix_tree_init(&m->pages, &node_ops, m);
    spin_init(&m->lock, "mapping");
    rwlock_init(&m->vma_lock, "mapping_vmas");
    rwlock_init(&m->invalidate_lock, "mapping_invalidate");
    atomic_store(&m->flags, (int)flags);
    INIT_LIST_HEAD(&m->dirty_link);
    INIT_LIST_HEAD(&m->store_link);
    if (!(flags & MAPPING_NO_STORE))
        reclaim_add_mapping(m);
}

static void remove_pages(struct mapping *m, u64 first, u64 last)
{
    struct page *pages[16];
    unsigned n;

    while (first <= last &&
           (n = mapping_gang(m, pages, &first, last, ARRAY_SIZE(pages)))) {
        for (unsigned i = 0; i < n; i++) {
            page_lock(pages[i]);
            if (pages[i]->mapping == m) {
                page_wait_writeback(pages[i]);
                mapping_clear_dirty(m, pages[i]);
                mapping_delete_page(m, pages[i]);
            }
            page_unlock(pages[i]);
            page_put(pages[i]);
        }
        if (first == 0) /* the last index there is was among them */
            break;
    }
}

void mapping_destroy(struct mapping *m)
{
    if (mapping_has_store(m)) {
        reclaim_remove_mapping(m);
        writeback_remove(m);
    }
    remove_pages(m, 0, ~0UL);
    WARN_ON(!interval_tree_empty(&m->vmas));
}

/* -------------------------------------------------------------- look-ups -- */

struct page *mapping_find(struct mapping *m, u64 index)
{
    struct page *page;

    rcu_read_lock();
    for (;;) {
        page = radix_tree_lookup(&m->pages, index);
        if (!page || !page_get_unless_free(page)) {
            if (page)
                continue; /* just leaving the tree */
            break;
        }
        if (likely(page->mapping == m && page->index == index))
            break;
        page_put(page);
    }
    rcu_read_unlock();
    return page;
}

/* Of what was found without a lock, keep what is still there. */
static unsigned keep_pages(struct mapping *m, struct page **pages,
                           const u64 *indexes, unsigned n)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++) {
        if (!page_get_unless_free(pages[i]))
            continue;
        /* Freed and used anew meanwhile, it may be another page of m. */
        if (pages[i]->mapping == m && pages[i]->index == indexes[i])
            pages[kept++] = pages[i];
        else
            page_put(pages[i]);
    }
    return kept;
}

static unsigned gang(struct mapping *m, struct page **pages, u64 *index,
                     u64 last, unsigned max, int tag)
{
    u64 indexes[16];
    unsigned n, kept = 0;

    max = min_t(unsigned, max, ARRAY_SIZE(indexes));
    rcu_read_lock();
    do {
        n = tag < 0 ? radix_tree_gang_lookup(&m->pages, (void **)pages, indexes,
                                             *index, last, max)
                    : radix_tree_gang_lookup_tag(&m->pages, (void **)pages,
                                                 indexes, *index, last, max,
                                                 (enum radix_tag)tag);
        if (!n)
            break;
        *index = indexes[n - 1] + 1;
        kept = keep_pages(m, pages, indexes, n);
    } while (!kept && *index <= last && *index);
    rcu_read_unlock();
    return kept;
}

unsigned mapping_gang(struct mapping *m, struct page **pages, u64 *index,
                      u64 last, unsigned max)
{
    return gang(m, pages, index, last, max, -1);
}

unsigned mapping_gang_tag(struct mapping *m, struct page **pages, u64 *index,
                          u64 last, unsigned max, enum radix_tag tag)
{
    return gang(m, pages, index, last, max, (int)tag);
}

struct page *mapping_next(struct mapping *m, u64 *index)
{
    u64 at = *index;
    struct page *page;

    if (!mapping_gang(m, &page, &at, ~0UL, 1))
        return NULL;
    *index = page->index;
    return page;
}

u64 mapping_next_hole(struct mapping *m, u64 from)
{
    u64 hole = from;

    rcu_read_lock();
    if (!radix_tree_next_hole(&m->pages, from, ~0UL, &hole))
        hole = ~0UL;
    rcu_read_unlock();
    return hole;
}

/* --------------------------------------------------- pages in and out -- */

static int insert_page(struct mapping *m, u64 index, struct page *page)
{
    int r;

    page->mapping = m;
    page->index = index;
    for (unsigned attempt = 0;; attempt++) {
        spin_lock(&m->lock);
        r = radix_tree_insert(&m->pages, index, page);
        if (!r)
            m->page_count++;
        spin_unlock(&m->lock);
        if (r != -ENOMEM || attempt == 3 || make_room())
            return r;
    }
}

struct page *mapping_new_page(struct mapping *m, u64 index, u32 alloc_flags,
                              bool uptodate)
{
    struct account *account = m->account ? m->account : account_root();
    u32 flags = uptodate ? PAGE_UPTODATE : PAGE_LOCKED;
    struct page *page =
        page_alloc(0, alloc_flags | ALLOC_USER | (uptodate ? ALLOC_ZERO : 0));
    int r;

    if (!page)
        return ERR_PTR(-ENOMEM);
    if (account_charge_page(account, page)) {
        page_free(page, 0);
        return ERR_PTR(-ENOMEM);
    }
    if (!mapping_has_store(m))
        flags |= PAGE_SHMEM;
    atomic_store(&page->flags, (int)flags);
    page_get(page); /* the tree's */
    r = insert_page(m, index, page);
    if (r) {
        page->mapping = NULL;
        atomic_store(&page->flags, 0);
        refcount_set(&page->refs, 1);
        page_free(page, 0);
        return ERR_PTR(r);
    }
    page_count(PAGES_CACHED, 1);
    if (flags & PAGE_SHMEM)
        page_count(PAGES_SHMEM, 1);
    return page;
}

struct page *mapping_add_page(struct mapping *m, u64 index)
{
    struct page *page = mapping_new_page(m, index, ALLOC_NOCLAIM, false);

    return IS_ERR(page) ? NULL : page;
}

void mapping_delete_page(struct mapping *m, struct page *page)
{
    u64 index = page->index;

    spin_lock(&m->lock);
    radix_tree_delete(&m->pages, index);
    m->page_count--;
    /* Seen by whoever finds the page in the tree just now, and by whoever has
     * just mapped it (see mapping.h). */
    WRITE_ONCE(page->mapping, NULL);
    spin_unlock(&m->lock);
    page_count(PAGES_CACHED, -1);
    if (page_test(page, PAGE_SHMEM))
        page_count(PAGES_SHMEM, -1);
    if (m->ops && m->ops->page_removed)
        m->ops->page_removed(m, index);
    page_put(page);
}

/* ------------------------------------------------------------------ dirty --
 */

void mapping_mark_dirty(struct mapping *m, struct page *page)
{
    if (!mapping_has_store(m) || page_test(page, PAGE_DIRTY))
        return;
    if (atomic_fetch_or((int)PAGE_DIRTY, &page->flags) & (int)PAGE_DIRTY)
        return;
    page_count(PAGES_DIRTY, 1);
    spin_lock(&m->lock);
    if (page->mapping == m)
        radix_tree_tag_set(&m->pages, page->index, RADIX_TAG_DIRTY);
    spin_unlock(&m->lock);
    writeback_add(m);
}

void mapping_mark_mapped_dirty(struct page *page)
{
    struct mapping *m = READ_ONCE(page->mapping);

    if (m)
        mapping_mark_dirty(m, page);
}

bool mapping_clear_dirty(struct mapping *m, struct page *page)
{
    spin_lock(&m->lock);
    if (!(atomic_fetch_and(~(int)PAGE_DIRTY, &page->flags) & (int)PAGE_DIRTY)) {
        spin_unlock(&m->lock);
        return false;
    }
    if (page->mapping == m)
        radix_tree_tag_clear(&m->pages, page->index, RADIX_TAG_DIRTY);
    spin_unlock(&m->lock);
    page_count(PAGES_DIRTY, -1);
    return true;
}

/* ---------------------------------------------------------------- getting --
 */

static int reserve(struct mapping *m, u64 index)
{
    return m->ops && m->ops->reserve ? m->ops->reserve(m, index) : 0;
}

/* It could not be read; the next who wants it tries anew. */
static void drop_unread(struct mapping *m, struct page *page)
{
    page_lock(page);
    if (page->mapping == m && !page_test(page, PAGE_UPTODATE))
        mapping_delete_page(m, page);
    page_unlock(page);
}

/* A page that is not in the cache: made, and its filling begun. -EEXIST:
 * somebody else was faster. */
static int bring_in(struct mapping *m, u64 index, bool *major)
{
    bool reads = m->ops && m->ops->read_page;
    struct page *page;
    int r = 0;

    read_lock(&m->invalidate_lock);
    if (index >= mapping_size_pages(m)) {
        r = -ENXIO;
        goto out_unlock;
    }
    if (!reads && !mapping_has_store(m))
        r = reserve(m, index);
    if (r)
        goto out_unlock;
    page = mapping_new_page(m, index, 0, !reads);
    if (IS_ERR(page)) {
        r = (int)PTR_ERR(page);
        if (!reads && !mapping_has_store(m) && m->ops && m->ops->page_removed)
            m->ops->page_removed(m, index);
        goto out_unlock;
    }
    if (reads) {
        if (major)
            *major = true;
        r = m->ops->read_page(m, page);
        if (r)
            drop_unread(m, page);
    }
    page_put(page);
out_unlock:
    read_unlock(&m->invalidate_lock);
    return r;
}

/* Wait until the page has been read. True: look it up again. */
static bool wait_filled(struct mapping *m, struct page *page, int *error)
{
    bool again = false;

    *error = page_lock_killable(page);
    if (*error)
        return false;
    if (page->mapping != m) {
        again = true;
    } else if (!page_test(page, PAGE_UPTODATE)) {
        mapping_delete_page(m, page);
        *error = -EIO;
    }
    page_unlock(page);
    return again;
}

struct page *mapping_get(struct mapping *m, u64 index, bool *major)
{
    int r;

    for (;;) {
        struct page *page = mapping_find(m, index);

        if (page) {
            if (likely(page_test(page, PAGE_UPTODATE)))
                return page;
            if (!wait_filled(m, page, &r) && !r)
                return page;
            page_put(page);
            if (r)
                return ERR_PTR(r);
            continue;
        }
        r = bring_in(m, index, major);
        if (r && r != -EEXIST)
            return ERR_PTR(r);
        if (m->ops && m->ops->read_page && r != -EEXIST)
            mapping_read_ahead(m, index + 1, READ_ONCE(m->read_ahead_pages));
    }
}

/* For a write into a part of it, the page's old contents. Locked again, or
 * -EAGAIN when it went away meanwhile. */
static int read_for_write(struct mapping *m, struct page *page)
{
    int r = m->ops->read_page(m, page);

    if (r)
        return r;
    r = page_lock_killable(page);
    if (r)
        return r;
    if (page->mapping != m)
        r = -EAGAIN;
    else if (!page_test(page, PAGE_UPTODATE))
        r = -EIO;
    if (r)
        page_unlock(page);
    return r;
}

/* A locked page of the cache. NULL: it went away. */
static struct page *lock_existing(struct mapping *m, u64 index)
{
    struct page *page = mapping_find(m, index);
    int r;

    if (!page)
        return NULL;
    r = page_lock_killable(page);
    if (!r && page->mapping == m)
        return page;
    if (!r)
        page_unlock(page);
    page_put(page);
    return r ? ERR_PTR(r) : NULL;
}

struct page *mapping_get_for_write(struct mapping *m, u64 index, bool whole)
{
    bool store = mapping_has_store(m);
    bool reads = m->ops && m->ops->read_page;
    struct page *page;
    int r;

again:
    page = lock_existing(m, index);
    if (IS_ERR(page))
        return page;
    if (!page) {
        r = store ? 0 : reserve(m, index);
        if (r)
            return ERR_PTR(r);
        read_lock(&m->invalidate_lock);
        page = mapping_new_page(m, index, whole ? 0 : ALLOC_ZERO, false);
        read_unlock(&m->invalidate_lock);
        if (IS_ERR(page)) {
            if (!store && m->ops && m->ops->page_removed)
                m->ops->page_removed(m, index);
            if (PTR_ERR(page) == -EEXIST)
                goto again;
            return page;
        }
        /* Beyond the end of the store there is nothing to read. */
        if (!whole && (!reads || index >= mapping_size_pages(m)))
            page_set(page, PAGE_UPTODATE);
    }
    if (store && !page_test(page, PAGE_DIRTY)) {
        r = reserve(m, index);
        if (r)
            goto out_drop;
    }
    if (!whole && !page_test(page, PAGE_UPTODATE)) {
        r = read_for_write(m, page);
        if (r == -EAGAIN) {
            page_put(page);
            goto again;
        }
        if (r) {
            page_put(page);
            return ERR_PTR(r);
        }
    }
    return page;
out_drop:
    if (!page_test(page, PAGE_UPTODATE))
        mapping_delete_page(m, page);
    page_unlock(page);
    page_put(page);
    return ERR_PTR(r);
}

/* ----------------------------------------------------------- truncation -- */

struct unmap_ctx {
    struct address_space *mm;
    struct mapping *mapping;
};

static int unmap_cache_page(void *ctx, u64 va, arch_entry_t e)
{
    struct unmap_ctx *u = ctx;
    struct page *page;

    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (page && !page_test(page, PAGE_ANON))
        mm_zap(u->mm, va, va + PAGE_SIZE);
    return 0;
}

static void unmap_from_vma(struct vma *vma, u64 first, u64 last, bool even_cows)
{
    u64 start = vma->start, end = vma->end;
    u64 vma_last = vma->offset + vma_pages(vma) - 1;

    if (first > vma->offset)
        start += (first - vma->offset) << PAGE_SHIFT;
    if (last < vma_last)
        end -= (vma_last - last) << PAGE_SHIFT;
    if (vma->flags & VMA_SHARED || even_cows) {
        mm_zap(vma->mm, start, end);
    } else {
        struct unmap_ctx u = {vma->mm, vma->mapping};

        arch_aspace_walk(&vma->mm->arch, start, end, unmap_cache_page, &u);
    }
}

void mapping_unmap(struct mapping *m, u64 first, u64 last, bool even_cows)
{
    struct interval_tree_node *n;

    if (first > last)
        return;
    read_lock(&m->vma_lock);
    for (n = interval_tree_iter_first(&m->vmas, first, last); n;
         n = interval_tree_iter_next(n, first, last))
        unmap_from_vma(container_of(n, struct vma, in_mapping), first, last,
                       even_cows);
    read_unlock(&m->vma_lock);
}

static void zero_part(struct mapping *m, u64 index, size_t from, size_t to)
{
    struct page *page = lock_existing(m, index);

    if (IS_ERR_OR_NULL(page))
        return;
    if (page_test(page, PAGE_UPTODATE)) {
        page_wait_writeback(page);
        memset((u8 *)page_address(page) + from, 0, to - from);
        mapping_mark_dirty(m, page);
    }
    page_unlock(page);
    page_put(page);
}

void mapping_truncate(struct mapping *m, s64 start, s64 end)
{
    bool to_end = end == S64_MAX;
    u64 first = ((u64)start + PAGE_SIZE - 1) >> PAGE_SHIFT;
    u64 behind = to_end ? ~0UL : (u64)end >> PAGE_SHIFT;
    u64 last = to_end ? ~0UL : behind - 1;

    if (start >= end)
        return;
    write_lock(&m->invalidate_lock);
    if ((u64)start >> PAGE_SHIFT == behind && !to_end) {
        zero_part(m, behind, (u64)start & ~PAGE_MASK, (u64)end & ~PAGE_MASK);
        goto out_unlock;
    }
    if ((u64)start & ~PAGE_MASK)
        zero_part(m, (u64)start >> PAGE_SHIFT, (u64)start & ~PAGE_MASK,
                  PAGE_SIZE);
    if (!to_end && (u64)end & ~PAGE_MASK)
        zero_part(m, behind, 0, (u64)end & ~PAGE_MASK);
    if (first < behind) {
        mapping_unmap(m, first, last, to_end);
        remove_pages(m, first, last);
        /* And what was mapped while they were being removed. */
        mapping_unmap(m, first, last, to_end);
    }
out_unlock:
    write_unlock(&m->invalidate_lock);
}

void mapping_invalidate(struct mapping *m, u64 first, u64 last)
{
    struct page *pages[16];
    unsigned n;

    if (!mapping_has_store(m))
        return;
    while (first <= last &&
           (n = mapping_gang(m, pages, &first, last, ARRAY_SIZE(pages)))) {
        for (unsigned i = 0; i < n; i++) {
            struct page *page = pages[i];

            if (page_trylock(page)) {
                if (page->mapping == m &&
                    !page_test(page, PAGE_DIRTY | PAGE_WRITEBACK) &&
                    atomic_load(&page->mapcount) == 0)
                    mapping_delete_page(m, page);
                page_unlock(page);
            }
            page_put(page);
        }
        if (first == 0)
            break;
    }
}

/* ----------------------------------------------------------------- seals -- */

int mapping_map_writable(struct mapping *m)
{
    int old = atomic_load(&m->writable_maps);

    do {
        if (old < 0)
            return -EPERM;
    } while (!atomic_try_cmpxchg(&m->writable_maps, &old, old + 1));
    return 0;
}

void mapping_unmap_writable(struct mapping *m)
{
    atomic_dec(&m->writable_maps);
}

int mapping_deny_writable(struct mapping *m)
{
    int old = atomic_load(&m->writable_maps);

    do {
        if (old > 0)
            return -EBUSY;
    } while (!atomic_try_cmpxchg(&m->writable_maps, &old, old - 1));
    return 0;
}
