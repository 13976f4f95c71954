#include "vm/vma.h"

struct move {
    struct address_space *mm;
    s64 delta; /* new address - old address */
};

/* The page at both places: nobody can fault meanwhile (the lock is held for
 * writing), and writing through either is the same. Pages of files are not
 * moved but come back by faults. */
static int duplicate(void *ctx, u64 va, arch_entry_t e)
{
    struct move *m = ctx;
    u32 prot = arch_entry_prot(e);
    struct page *page;
    int r;

    if (prot & MAP_ATTR_SPECIAL)
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page || !page_test(page, PAGE_ANON))
        return 0;
    page_get(page);
    atomic_inc(&page->mapcount);
    r = arch_aspace_set(&m->mm->arch, va + (u64)m->delta, (arch_entry_t){0},
                        page_to_pfn(page), prot, NULL);
    if (r) {
        atomic_dec(&page->mapcount);
        page_put(page);
        return -ENOMEM;
    }
    atomic64_inc(&m->mm->anon_pages);
    return 0;
}

static int copy_pages(struct vma *from, u64 old, u64 length, u64 to)
{
    struct move m = {from->mm, (s64)(to - old)};

    if (!from->has_anon || !length)
        return 0;
    return arch_aspace_walk(&from->mm->arch, old, old + length, duplicate, &m);
}

/* The VMA that will be at the new place, in the tree already. ERR_PTR. */
static struct vma *make_copy(struct vma *vma, u64 old, u64 to, u64 new_length,
                             struct vma_garbage *garbage)
{
    struct vma *copy =
        vma_alloc(vma->mm, to, to + new_length, vma->flags & ~(u32)VMA_ACCOUNT);
    int r;

    (void)garbage;
    if (!copy)
        return ERR_PTR(-ENOMEM);
    if (!vma_is_anonymous(vma))
        copy->offset = vma_offset_at(vma, old);
    if (vma->has_anon) {
        copy->has_anon = 1;
        copy->anon_index = vma_anon_index_at(vma, old);
    }
    r = vma_share_backing(copy, vma);
    if (!r && vma->flags & VMA_ACCOUNT) {
        r = vm_commit(new_length >> PAGE_SHIFT, false);
        copy->flags |= VMA_ACCOUNT;
    }
    if (r) {
        copy->flags &= ~(u32)VMA_ACCOUNT;
        vma_free(copy);
        return ERR_PTR(r);
    }
    vma_insert(copy);
    if (copy->anon_index != to >> PAGE_SHIFT)
        vma_note_moved(copy);
    return copy;
}

/* Move [old, old + old_length), inside vma, to `to`, which is free. */
static s64 move_vma(struct vma *vma, u64 old, u64 old_length, u64 to,
                    u64 new_length, u32 flags, struct vma_garbage *garbage)
{
    struct address_space *mm = vma->mm;
    struct vma *copy;
    int r;

    if (mm->vma_count + 3 >= vm_max_map_count)
        return -ENOMEM;
    if (old_length) {
        vma = vma_isolate(mm, old, old + old_length, garbage);
        if (IS_ERR(vma))
            return PTR_ERR(vma);
    }
    copy = make_copy(vma, old, to, new_length, garbage);
    if (IS_ERR(copy)) {
        vma_merge(vma, garbage);
        return PTR_ERR(copy);
    }
    r = copy_pages(vma, old, old_length, to);
    if (r) {
        mm_zap(mm, to, to + new_length);
        vma_remove(copy, garbage);
        vma_merge(vma, garbage);
        return r;
    }
    if (vma->flags & VMA_VDSO && mm->vdso == old)
        mm->vdso = to;
    if (old_length)
        mm_zap(mm, old, old + old_length);
    if (flags & MREMAP_DONTUNMAP) {
        vma_set_flags(vma, vma->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT));
        vma_merge(vma, garbage);
    } else if (old_length) {
        vma_remove(vma, garbage);
    }
    vma_merge(copy, garbage);
    return (s64)to;
}

/* May `old` .. be made new_length long? The VMA, or ERR_PTR. */
static struct vma *check_resize(struct address_space *mm,
                                const struct mm_limits *limits, u64 old,
                                u64 old_length, u64 new_length, u32 flags)
{
    struct vma *vma = mm_find_vma(mm, old);
    u64 more;
    int r;

    if (!vma || vma->start > old)
        return ERR_PTR(-EFAULT);
    if (!old_length && !(vma->flags & VMA_SHARED))
        return ERR_PTR(-EINVAL);
    if (flags & MREMAP_DONTUNMAP && vma->frames)
        return ERR_PTR(-EINVAL);
    if (old_length > vma->end - old)
        return ERR_PTR(-EFAULT);
    if (new_length == old_length)
        return vma;
    if (vma_offset_at(vma, old) + (new_length >> PAGE_SHIFT) <
        vma_offset_at(vma, old))
        return ERR_PTR(-EINVAL);
    if (vma->frames)
        return ERR_PTR(-EFAULT);
    more = (new_length - old_length) >> PAGE_SHIFT;
    r = mm_may_lock_more(mm, limits, vma->flags, more);
    if (!r)
        r = mm_may_expand(mm, limits, vma->flags, more);
    return r ? ERR_PTR(r) : vma;
}

struct remap {
    const struct mm_limits *limits;
    u64 old, old_length, new_length, to;
    u32 flags;
    u64 populate, populate_end; /* out: of a locked VMA, what is new */
};

static void note_populate(struct remap *q, const struct vma *vma, s64 at)
{
    if (at >= 0 && vma->flags & VMA_LOCKED && q->new_length > q->old_length) {
        q->populate = (u64)at + q->old_length;
        q->populate_end = (u64)at + q->new_length;
    }
}

static s64 remap_to(struct address_space *mm, struct remap *q,
                    struct vma_garbage *garbage)
{
    struct vma *vma;
    s64 to = (s64)q->to, r;

    if (q->to & ~PAGE_MASK || q->new_length > ARCH_USER_TOP ||
        q->to > ARCH_USER_TOP - q->new_length)
        return -EINVAL;
    if (q->old + q->old_length > q->to && q->to + q->new_length > q->old)
        return -EINVAL;
    if (mm->vma_count + 5 >= vm_max_map_count)
        return -ENOMEM;
    if (q->flags & MREMAP_FIXED) {
        if (q->to < vm_mmap_min_addr && !(q->limits && q->limits->may_map_low))
            return -EPERM;
        r = vma_unmap_range(mm, q->to, q->to + q->new_length, garbage);
        if (r)
            return r;
    }
    if (q->old_length > q->new_length) {
        r = vma_unmap_range(mm, q->old + q->new_length, q->old + q->old_length,
                            garbage);
        if (r)
            return r;
        q->old_length = q->new_length;
    }
    vma = check_resize(mm, q->limits, q->old, q->old_length, q->new_length,
                       q->flags);
    if (IS_ERR(vma))
        return PTR_ERR(vma);
    if (q->flags & MREMAP_DONTUNMAP &&
        mm_may_expand(mm, q->limits, vma->flags, q->old_length >> PAGE_SHIFT))
        return -ENOMEM;
    if (!(q->flags & MREMAP_FIXED)) {
        to = mm_choose_address(mm, q->to, q->new_length);
        if (to < 0)
            return to;
    }
    note_populate(q, vma, to);
    return move_vma(vma, q->old, q->old_length, (u64)to, q->new_length,
                    q->flags, garbage);
}

/* Longer where it is, if there is room. */
static bool extend_in_place(struct vma *vma, u64 delta,
                            struct vma_garbage *garbage)
{
    struct vma *next = vma_next(vma);
    u64 end = vma->end + delta;

    if (end < vma->end || end > ARCH_USER_TOP || (next && next->start < end) ||
        (next && vma_start_gap(next) < end))
        return false;
    if (vma->flags & VMA_ACCOUNT && vm_commit(delta >> PAGE_SHIFT, false))
        return false;
    vma_resize(vma, vma->start, end);
    vma_merge(vma, garbage);
    return true;
}

static s64 remap_locked(struct address_space *mm, struct remap *q,
                        struct vma_garbage *garbage)
{
    struct vma *vma = mm_find_vma(mm, q->old);
    s64 r;

    if (!vma || vma->start > q->old)
        return -EFAULT;
    if (q->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
        return remap_to(mm, q, garbage);
    if (q->old_length >= q->new_length) {
        if (q->old_length > q->new_length) {
            r = vma_unmap_range(mm, q->old + q->new_length,
                                q->old + q->old_length, garbage);
            if (r)
                return r;
        }
        return (s64)q->old;
    }
    vma = check_resize(mm, q->limits, q->old, q->old_length, q->new_length,
                       q->flags);
    if (IS_ERR(vma))
        return PTR_ERR(vma);
    note_populate(q, vma, (s64)q->old);
    if (q->old_length == vma->end - q->old &&
        extend_in_place(vma, q->new_length - q->old_length, garbage))
        return (s64)q->old;
    q->populate = q->populate_end = 0;
    if (!(q->flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    r = mm_choose_address(mm, 0, q->new_length);
    if (r < 0)
        return r;
    note_populate(q, vma, r);
    return move_vma(vma, q->old, q->old_length, (u64)r, q->new_length, 0,
                    garbage);
}

s64 mm_remap(struct address_space *mm, const struct mm_limits *limits, u64 old,
             u64 old_length, u64 new_length, u32 flags, u64 to)
{
    VMA_GARBAGE(garbage);
    struct remap q = {.limits = limits, .old = old, .to = to, .flags = flags};
    s64 r;

    if (flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
        return -EINVAL;
    if (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if (flags & MREMAP_DONTUNMAP &&
        (!(flags & MREMAP_MAYMOVE) || old_length != new_length))
        return -EINVAL;
    if (old & ~PAGE_MASK)
        return -EINVAL;
    q.old_length = round_up(old_length, PAGE_SIZE);
    q.new_length = round_up(new_length, PAGE_SIZE);
    if (!q.new_length)
        return -EINVAL;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = remap_locked(mm, &q, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    if (r >= 0 && q.populate < q.populate_end)
        (void)mm_populate(mm, q.populate, q.populate_end);
    return r;
}

/* The shared mapping of one object, without holes, that [start, end) is part
 * of; NULL: there is none. The lock is held. */
static struct vma *one_shared(struct address_space *mm, u64 start, u64 end)
{
    struct vma *vma = mm_find_vma(mm, start), *last = vma, *next;

    if (!vma || vma->start > start || !(vma->flags & VMA_SHARED) ||
        !vma->use.grant)
        return NULL;
    while (end > last->end) {
        next = vma_next(last);
        if (!next || next->start != last->end || !next->use.grant ||
            next->use.grant->object != vma->use.grant->object ||
            next->flags != vma->flags)
            return NULL;
        last = next;
    }
    return vma;
}

s64 mm_remap_pages(struct caller *who, const struct mm_limits *limits,
                   u64 start, u64 length, u64 page_offset, u32 flags)
{
    struct address_space *mm = who->mm;
    struct grant *grant = NULL;
    struct vma *vma;
    u32 prot = 0;
    s64 r;

    start &= PAGE_MASK;
    length &= PAGE_MASK;
    if (start + length <= start ||
        page_offset + (length >> PAGE_SHIFT) < page_offset)
        return -EINVAL;
    flags = (flags & MAP_NONBLOCK) | MAP_SHARED | MAP_FIXED | MAP_POPULATE;
    read_lock(&mm->lock);
    vma = one_shared(mm, start, start + length);
    if (vma) {
        grant = grant_get(vma->use.grant);
        prot = vma->flags & (PROT_READ | PROT_WRITE | PROT_EXEC);
        if (vma->flags & VMA_LOCKED)
            flags |= MAP_LOCKED;
    }
    read_unlock(&mm->lock);
    if (!grant)
        return -EINVAL;
    /* What another thread maps there meanwhile is replaced, as if later. */
    r = page_offset >= 1UL << (63 - PAGE_SHIFT)
            ? -EOVERFLOW
            : mm_map(who, limits, start, length, prot, flags, grant,
                     page_offset << PAGE_SHIFT);
    grant_put(grant);
    return r < 0 ? r : 0;
}
