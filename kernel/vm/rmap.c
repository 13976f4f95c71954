#include "core/page.h"
#include "core/slab.h"
#include "vm/rmap.h"
#include "vm/vma.h"

struct anon_family *family_create(void)
{
    struct anon_family *f = kmalloc(sizeof(*f), ALLOC_KERNEL);

    if (!f)
        return NULL;
    refcount_set(&f->refs, 1);
    rwlock_init(&f->lock, "anon_family");
    INIT_LIST_HEAD(&f->spaces);
    return f;
}

void family_join(struct anon_family *f, struct address_space *mm)
{
    if (mm->family != f) {
        refcount_inc(&f->refs);
        mm->family = f;
    }
    write_lock(&f->lock);
    list_add_tail(&mm->family_link, &f->spaces);
    write_unlock(&f->lock);
}

static void family_put(struct anon_family *f)
{
    if (refcount_dec_and_test(&f->refs))
        kfree_rcu(f, rcu);
}

void family_leave(struct address_space *mm)
{
    struct anon_family *f = mm->family;

    write_lock(&f->lock);
    list_del(&mm->family_link);
    write_unlock(&f->lock);
    mm->family = NULL;
    family_put(f);
}

/* ------------------------------------------------------------- walking -- */

struct rmap {
    struct page *page;
    pfn_t pfn;
    int (*fn)(void *ctx, struct address_space *mm, u64 va);
    void *ctx;
    bool locked; /* out: a VMA that mlock keeps in memory shows it */
};

static int try_address(struct rmap *r, struct address_space *mm, u64 va)
{
    arch_entry_t e = arch_aspace_lookup(&mm->arch, va);

    if (!arch_entry_present(e) || arch_entry_pfn(e) != r->pfn)
        return 0;
    return r->fn(r->ctx, mm, va);
}

static int walk_space(struct rmap *r, struct address_space *mm)
{
    u64 index = r->page->index;
    const struct vma *vma;
    int result;

    result = try_address(r, mm, index << PAGE_SHIFT);
    if (result)
        return result;
    list_for_each_entry (vma, &mm->moved, link) {
        if (index < vma->anon_index ||
            index - vma->anon_index >= vma_pages(vma))
            continue;
        result = try_address(
            r, mm, vma->start + ((index - vma->anon_index) << PAGE_SHIFT));
        if (result)
            return result;
    }
    return 0;
}

/* The family of a page that may be losing its last translation. */
static struct anon_family *family_of(struct page *page)
{
    struct anon_family *f;

    rcu_read_lock();
    f = READ_ONCE(page->mapping);
    if (atomic_load(&page->mapcount) == 0 || !refcount_inc_not_zero(&f->refs))
        f = NULL;
    rcu_read_unlock();
    return f;
}

static int walk_anon(struct rmap *r)
{
    struct anon_family *f = family_of(r->page);
    struct address_space *mm;
    int result = 0;

    if (!f)
        return 0;
    read_lock(&f->lock);
    list_for_each_entry (mm, &f->spaces, family_link) {
        result = walk_space(r, mm);
        if (result)
            break;
    }
    read_unlock(&f->lock);
    family_put(f);
    return result;
}

static int walk_file(struct rmap *r)
{
    struct mapping *m = READ_ONCE(r->page->mapping);
    u64 index = r->page->index;
    struct interval_tree_node *n;
    int result = 0;

    if (!m)
        return 0;
    read_lock(&m->vma_lock);
    for (n = interval_tree_iter_first(&m->vmas, index, index); n && !result;
         n = interval_tree_iter_next(n, index, index)) {
        struct vma *vma = container_of(n, struct vma, in_mapping);

        r->locked |= !!(READ_ONCE(vma->flags) & VMA_LOCKED);
        result = try_address(
            r, vma->mm, vma->start + ((index - vma->offset) << PAGE_SHIFT));
    }
    read_unlock(&m->vma_lock);
    return result;
}

static int walk(struct rmap *r)
{
    if (atomic_load(&r->page->mapcount) == 0)
        return 0;
    return page_test(r->page, PAGE_ANON) ? walk_anon(r) : walk_file(r);
}

int rmap_walk(struct page *page,
              int (*fn)(void *ctx, struct address_space *mm, u64 va), void *ctx)
{
    struct rmap r = {page, page_to_pfn(page), fn, ctx, false};

    return walk(&r);
}

static int clear_young(void *ctx, struct address_space *mm, u64 va)
{
    if (arch_aspace_clear_young(&mm->arch, va))
        *(bool *)ctx = true;
    return 0;
}

bool rmap_referenced(struct page *page)
{
    bool young = page_test(page, PAGE_ACCESSED);
    struct rmap r = {page, page_to_pfn(page), clear_young, &young, false};

    if (young)
        page_clear(page, PAGE_ACCESSED);
    walk(&r);
    return young || r.locked;
}

static int unmap_one(void *ctx, struct address_space *mm, u64 va)
{
    (void)ctx;
    mm_zap(mm, va, va + PAGE_SIZE);
    return 0;
}

void rmap_unmap_file_page(struct page *page)
{
    rmap_walk(page, unmap_one, NULL);
}

static int clean_one(void *ctx, struct address_space *mm, u64 va)
{
    if (arch_aspace_clear_dirty(&mm->arch, va))
        *(bool *)ctx = true;
    return 0;
}

bool rmap_clean_file_page(struct page *page)
{
    bool dirty = false;

    rmap_walk(page, clean_one, &dirty);
    return dirty;
}
