#include "core/account.h"
#include "core/log.h"
#include "vm/fault.h"
#include "vm/reclaim.h"
#include "vm/rmap.h"
#include "vm/vma.h"

static struct slab_cache *mm_cache;

void mm_init_cache(void)
{
    mm_cache = slab_cache_create("address_space", sizeof(struct address_space),
                                 CACHE_LINE);
    BUG_ON(!mm_cache);
}

/* ------------------------------------------------------------ life cycle -- */

static struct address_space *mm_alloc(struct account *account,
                                      struct anon_family *family)
{
    struct address_space *mm = slab_alloc(mm_cache, ALLOC_ZERO);
    int r = -ENOMEM;

    if (!mm)
        return ERR_PTR(-ENOMEM);
    if (!family) {
        family = mm->family = family_create();
        if (!family)
            goto out_free;
    }
    r = arch_aspace_init(&mm->arch);
    if (r)
        goto out_family;
    refcount_set(&mm->users, 1);
    refcount_set(&mm->refs, 1);
    rwlock_init(&mm->lock, "address_space");
    INIT_LIST_HEAD(&mm->moved);
    INIT_LIST_HEAD(&mm->lazy_link);
    mm->account = account_get(account);
    mm->mmap_base = ARCH_USER_TOP;
    mm->stack_limit = ~0UL;
    family_join(family, mm);
    return mm;
out_family:
    kfree(mm->family);
out_free:
    slab_free(mm_cache, mm);
    return ERR_PTR(r);
}

struct address_space *mm_create(struct account *account)
{
    return mm_alloc(account, NULL);
}

struct address_space *mm_get(struct address_space *mm)
{
    refcount_inc(&mm->users);
    return mm;
}

bool mm_get_unless_dead(struct address_space *mm)
{
    return refcount_inc_not_zero(&mm->users);
}

void mm_hold(struct address_space *mm)
{
    refcount_inc(&mm->refs);
}

void mm_release(struct address_space *mm)
{
    if (!refcount_dec_and_test(&mm->refs))
        return;
    arch_aspace_destroy(&mm->arch);
    slab_free(mm_cache, mm);
}

/* Everything at once: the tree is not kept balanced on the way. */
static void remove_all(struct address_space *mm, struct vma_garbage *garbage)
{
    struct vma *vma, *next;
    u64 committed = 0;

    rbtree_postorder_for_each_entry_safe(vma, next, &mm->vmas.root, node)
    {
        vma->detached = true;
        if (vma->flags & VMA_ACCOUNT)
            committed += vma_pages(vma);
        if (vma->mapping) {
            write_lock(&vma->mapping->vma_lock);
            interval_tree_remove(&vma->in_mapping, &vma->mapping->vmas);
            write_unlock(&vma->mapping->vma_lock);
        }
        if (vma->moved) {
            write_lock(&mm->family->lock);
            list_del_init(&vma->link);
            write_unlock(&mm->family->lock);
        }
        list_add_tail(&vma->link, &garbage->list);
    }
    vm_uncommit(committed);
    mm->vmas = RB_ROOT_CACHED;
    mm->last_hit = NULL;
    mm->total_pages = mm->locked_pages = mm->data_pages = 0;
    mm->stack_pages = mm->exec_pages = 0;
}

const struct mm_executable_ops *mm_executable_ops;

void mm_put(struct address_space *mm)
{
    VMA_GARBAGE(garbage);
    struct grant *executable;

    if (!refcount_dec_and_test(&mm->users))
        return;
    write_lock(&mm->lock);
    lazy_forget(mm);
    mm_zap(mm, 0, ARCH_USER_TOP);
    remove_all(mm, &garbage);
    garbage.left = &mm->vma_count; /* oom.c sees what has yet to be freed */
    executable = mm->executable;
    mm->executable = NULL;
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    if (executable) {
        mm_executable_ops->released(executable);
        grant_put(executable);
    }
    family_leave(mm);
    account_put(mm->account);
    mm->account = NULL;
    mm_release(mm);
}

void mm_activate(struct address_space *mm)
{
    arch_aspace_activate(mm ? &mm->arch : NULL);
}

/*
 * Linux's layout: the stack at the top, under it room for its growth and for
 * what is random about it, and mappings from there downward.
 */
void mm_set_layout(struct address_space *mm, u64 stack_limit, u64 random)
{
    u64 pad = STACK_GUARD_GAP + (MM_STACK_RANDOM_PAGES << PAGE_SHIFT);
    u64 gap = stack_limit;

    if (gap + pad > gap)
        gap += pad;
    gap = clamp_t(u64, gap, 128UL << 20, ARCH_USER_TOP / 6 * 5);
    mm->stack_limit = stack_limit;
    mm->mmap_base =
        (ARCH_USER_TOP - gap - ((random & 0xfffffff) << PAGE_SHIFT)) &
        PAGE_MASK;
}

/* ------------------------------------------------------------- unmapping -- */

#define ZAP_BATCH 64

struct zap {
    struct arch_unmap_sink sink; /* must be first */
    struct address_space *mm;
};

/* The last translation of an anonymous page is gone. */
static void zap_pages(struct arch_unmap_sink *sink, struct arch_unmapped *u,
                      size_t count)
{
    struct address_space *mm = ((struct zap *)sink)->mm;
    s64 anon = 0, file = 0, shmem = 0, anon_gone = 0, unmapped = 0;
    struct page *free[ZAP_BATCH];
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        struct page *page = u[i].special ? NULL : pfn_to_page(u[i].pfn);
        u32 flags;

        if (!page)
            continue;
        flags = (u32)atomic_load(&page->flags);
        if (flags & PAGE_ANON) {
            anon++;
        } else {
            if (flags & PAGE_SHMEM)
                shmem++;
            else
                file++;
            if (u[i].dirty && !(flags & PAGE_DIRTY))
                mapping_mark_mapped_dirty(page);
            if (u[i].young && !(flags & PAGE_ACCESSED))
                page_set(page, PAGE_ACCESSED);
        }
        if (atomic_dec_and_test(&page->mapcount)) {
            if (flags & PAGE_ANON)
                anon_gone++;
            else
                unmapped++;
        }
        free[n++] = page;
        if (n == ZAP_BATCH) {
            page_put_many(free, n);
            n = 0;
        }
    }
    if (n)
        page_put_many(free, n);
    if (anon)
        atomic64_sub(anon, &mm->anon_pages);
    if (file)
        atomic64_sub(file, &mm->file_pages);
    if (shmem)
        atomic64_sub(shmem, &mm->shmem_pages);
    if (anon_gone)
        page_count(PAGES_ANON, -anon_gone);
    if (unmapped)
        page_count(PAGES_MAPPED, -unmapped);
}

void mm_zap(struct address_space *mm, u64 start, u64 end)
{
    struct zap zap = {{zap_pages}, mm};
    u64 resident = mm_resident_pages(mm);

    if (resident > READ_ONCE(mm->peak_resident))
        WRITE_ONCE(mm->peak_resident, resident);
    arch_aspace_unmap(&mm->arch, start, end, &zap.sink);
}

u64 mm_resident_pages(const struct address_space *mm)
{
    s64 pages = atomic64_load(&mm->anon_pages) +
                atomic64_load(&mm->file_pages) +
                atomic64_load(&mm->shmem_pages);

    return pages > 0 ? (u64)pages : 0;
}

u64 mm_peak_resident_pages(const struct address_space *mm)
{
    return max(READ_ONCE(mm->peak_resident), mm_resident_pages(mm));
}

u64 mm_table_bytes(const struct address_space *mm)
{
    return arch_aspace_table_bytes(&mm->arch);
}

/* ------------------------------------------------------------------ fork -- */

/* Under the locks of both page tables: must not sleep. */
static int share_page(void *ctx, u64 va, arch_entry_t e)
{
    struct page *page;

    (void)va;
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0; /* the zero page: comes back by a fault */
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page || !page_test(page, PAGE_ANON))
        return 0; /* so do pages of files */
    page_get(page);
    atomic_inc(&page->mapcount);
    if (unlikely(page_test(page, PAGE_LAZYFREE)))
        page_clear(page, PAGE_LAZYFREE);
    ++*(s64 *)ctx;
    return 1;
}

static int fork_vma(struct address_space *child, struct address_space *parent,
                    struct vma *vma)
{
    u32 flags = vma->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT);
    struct vma *copy = vma_alloc(child, vma->start, vma->end, flags);
    s64 shared = 0;
    int r;

    if (!copy)
        return -ENOMEM;
    copy->offset = vma->offset;
    copy->anon_index = vma->anon_index;
    r = vma_share_backing(copy, vma);
    if (r)
        goto out_free;
    if (flags & VMA_ACCOUNT) {
        r = vm_commit(vma_pages(vma), false);
        if (r)
            goto out_free;
    }
    vma_insert(copy);
    if (vma->moved)
        vma_note_moved(copy);
    if (!vma->has_anon || flags & (VMA_SHARED | VMA_WIPEONFORK))
        return 0;
    copy->has_anon = 1;
    r = arch_aspace_copy(&child->arch, &parent->arch, vma->start, vma->end,
                         true, share_page, &shared);
    atomic64_add(shared, &child->anon_pages);
    return r;
out_free:
    vma_free(copy);
    return r;
}

static void copy_layout(struct address_space *to,
                        const struct address_space *from)
{
    to->mmap_base = from->mmap_base;
    to->stack_limit = from->stack_limit;
    to->brk_start = from->brk_start;
    to->brk = from->brk;
    to->stack_start = from->stack_start;
    to->arg_start = from->arg_start;
    to->arg_end = from->arg_end;
    to->env_start = from->env_start;
    to->env_end = from->env_end;
    to->code_start = from->code_start;
    to->code_end = from->code_end;
    to->data_start = from->data_start;
    to->data_end = from->data_end;
    to->vdso = from->vdso;
    memcpy(to->auxv, from->auxv, sizeof(to->auxv));
    to->auxv_words = from->auxv_words;
    to->dumpable = from->dumpable;
    if (from->executable) {
        to->executable = grant_get(from->executable);
        mm_executable_ops->shared(to->executable);
    }
}

struct address_space *mm_fork(struct address_space *parent)
{
    struct address_space *child;
    struct vma *vma;
    int r;

    child = mm_alloc(parent->account, parent->family);
    if (IS_ERR(child))
        return child;
    r = write_lock_killable(&parent->lock);
    if (r)
        goto out_put;
    /* A grant that is revoked meanwhile takes its VMA out of the child, too. */
    write_lock_nested(&child->lock, 1);
    copy_layout(child, parent);
    for (vma = mm_first_vma(parent); vma && !r; vma = vma_next(vma)) {
        if (vma->flags & VMA_DONTFORK)
            continue;
        r = fork_vma(child, parent, vma);
    }
    write_unlock(&child->lock);
    write_unlock(&parent->lock);
    if (!r)
        return child;
out_put:
    mm_put(child);
    return ERR_PTR(r);
}
