#include "vm/fault.h"
#include "vm/reclaim.h"
#include "vm/vma.h"

/* ------------------------------------------------- advice about contents -- */

static int mark_lazy(void *ctx, u64 va, arch_entry_t e)
{
    struct page *page;

    (void)ctx;
    (void)va;
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return 0;
    page = pfn_to_page(arch_entry_pfn(e));
    if (page && page_test(page, PAGE_ANON) && refcount_read(&page->refs) == 1)
        page_set(page, PAGE_LAZYFREE);
    return 0;
}

static int advise_free(struct vma *vma, u64 start, u64 end)
{
    struct address_space *mm = vma->mm;

    if (!vma_is_anonymous(vma))
        return -EINVAL;
    if (!vma->has_anon)
        return 0;
    arch_aspace_walk(&mm->arch, start, end, mark_lazy, NULL);
    /* From here on a write faults, and takes the mark away. */
    arch_aspace_protect(&mm->arch, start, end,
                        vma_prot(vma->flags) & ~(u32)MAP_PROT_WRITE, NULL,
                        NULL);
    lazy_note(mm, start, end);
    return 0;
}

static int advise_contents(struct vma *vma, u64 start, u64 end, int advice)
{
    bool fixed = vma->frames || vma->flags & VMA_LOCKED;

    switch (advice) {
    case MADV_WILLNEED:
        if (vma->mapping)
            mapping_read_ahead(vma->mapping, vma_offset_at(vma, start),
                               (end - start) >> PAGE_SHIFT);
        return 0;
    case MADV_COLD:
    case MADV_PAGEOUT:
        return fixed ? -EINVAL : 0;
    case MADV_FREE:
        if (fixed)
            return -EINVAL;
        return advise_free(vma, start, end);
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
        if (vma->frames || (advice == MADV_DONTNEED && fixed))
            return -EINVAL;
        mm_zap(vma->mm, start, end);
        return 0;
    default:
        return -EINVAL;
    }
}

/* --------------------------------------------------- advice that is kept -- */

static int new_flags(const struct vma *vma, int advice, u32 *flags)
{
    switch (advice) {
    case MADV_NORMAL:
        *flags &= ~(u32)(VMA_RAND_READ | VMA_SEQ_READ);
        return 0;
    case MADV_SEQUENTIAL:
        *flags = (*flags & ~(u32)VMA_RAND_READ) | VMA_SEQ_READ;
        return 0;
    case MADV_RANDOM:
        *flags = (*flags & ~(u32)VMA_SEQ_READ) | VMA_RAND_READ;
        return 0;
    case MADV_DONTFORK:
        *flags |= VMA_DONTFORK;
        return 0;
    case MADV_DOFORK:
        *flags &= ~(u32)VMA_DONTFORK;
        return vma->frames && vma->use.grant ? -EINVAL : 0;
    case MADV_WIPEONFORK:
        *flags |= VMA_WIPEONFORK;
        return !vma_is_anonymous(vma) || vma->flags & VMA_SHARED ? -EINVAL : 0;
    case MADV_KEEPONFORK:
        *flags &= ~(u32)VMA_WIPEONFORK;
        return 0;
    case MADV_DONTDUMP:
        *flags |= VMA_DONTDUMP;
        return 0;
    case MADV_DODUMP:
        *flags &= ~(u32)VMA_DONTDUMP;
        return vma->frames ? -EINVAL : 0;
    case MADV_MERGEABLE:
        /* Accepted as Linux does; equal pages are not looked for. */
        if (!vma->frames && !(vma->flags & VMA_SHARED))
            *flags |= VMA_MERGEABLE;
        return 0;
    case MADV_UNMERGEABLE:
        *flags &= ~(u32)VMA_MERGEABLE;
        return 0;
    case MADV_HUGEPAGE:
        *flags = (*flags & ~(u32)VMA_NOHUGEPAGE) | VMA_HUGEPAGE;
        return vma->frames ? -EINVAL : 0;
    case MADV_NOHUGEPAGE:
        *flags = (*flags & ~(u32)VMA_HUGEPAGE) | VMA_NOHUGEPAGE;
        return vma->frames ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
}

static bool needs_write_lock(int advice)
{
    switch (advice) {
    case MADV_WILLNEED:
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_COLD:
    case MADV_PAGEOUT:
    case MADV_FREE:
        return false;
    default:
        return true;
    }
}

static int advise_vma(struct vma **vma, u64 start, u64 end, int advice,
                      struct vma_garbage *garbage)
{
    u32 flags = (*vma)->flags;
    int r;

    if (!needs_write_lock(advice))
        return advise_contents(*vma, start, end, advice);
    r = new_flags(*vma, advice, &flags);
    if (r)
        return r;
    r = vma_change_flags(*vma, start, end, flags, vma, garbage);
    if (!r)
        *vma = vma_merge(*vma, garbage);
    return r;
}

/* Holes are skipped, but told of at the end. */
static int advise_range(struct address_space *mm, u64 start, u64 end,
                        int advice, struct vma_garbage *garbage)
{
    struct vma *vma = mm_find_vma(mm, start);
    int hole = 0, r;

    while (start < end) {
        u64 stop;

        if (!vma)
            return -ENOMEM;
        if (vma->start > start) {
            hole = -ENOMEM;
            start = vma->start;
            if (start >= end)
                break;
        }
        stop = min(end, vma->end);
        r = advise_vma(&vma, start, stop, advice, garbage);
        if (r)
            return r;
        start = stop;
        while (vma && vma->end <= start)
            vma = vma_next(vma);
    }
    return hole;
}

/* ------------------------------------------------------ MADV_POPULATE_* -- */

static int populate_one(struct address_space *mm, u64 *at, u64 end, bool write)
{
    struct vma *vma = mm_find_vma(mm, *at);
    u64 stop;

    if (!vma || vma->start > *at)
        return -ENOMEM;
    if (vma->frames || !(vma->flags & (write ? VMA_WRITE : VMA_ACCESS)))
        return -EINVAL;
    stop = min3(end, vma->end, *at + 256 * PAGE_SIZE);
    for (; *at < stop; *at += PAGE_SIZE) {
        int r = fault_page(vma, *at, write ? FAULT_WRITE : FAULT_READ, false);

        if (r < 0)
            return r == -EIO ? -EFAULT : r;
    }
    return 0;
}

static int advise_populate(struct address_space *mm, u64 start, u64 end,
                           bool write)
{
    int r = 0;

    while (start < end && !r) {
        if (read_lock_killable(&mm->lock))
            return -EINTR;
        r = populate_one(mm, &start, end, write);
        read_unlock(&mm->lock);
    }
    return r;
}

/* ---------------------------------------------------------- MADV_REMOVE -- */

static int remove_one(struct address_space *mm, u64 *at, u64 end)
{
    struct vma *vma;
    struct grant *grant;
    struct mapping *m;
    u64 stop, offset;
    int r;

    read_lock(&mm->lock);
    vma = mm_find_vma(mm, *at);
    r = -ENOMEM;
    if (!vma || vma->start >= end)
        goto out_unlock;
    *at = max(*at, vma->start);
    r = -EINVAL;
    if (vma->flags & VMA_LOCKED || !vma->mapping || !vma->use.grant)
        goto out_unlock;
    r = -EACCES;
    if ((vma->flags & (VMA_SHARED | VMA_WRITE)) != (VMA_SHARED | VMA_WRITE))
        goto out_unlock;
    m = vma->mapping;
    r = -EOPNOTSUPP;
    if (!m->ops || !m->ops->punch)
        goto out_unlock;
    stop = min(end, vma->end);
    offset = vma_offset_at(vma, *at) << PAGE_SHIFT;
    grant = grant_get(vma->use.grant);
    read_unlock(&mm->lock);
    /* The inode's lock comes before the space's. */
    r = m->ops->punch(m, (s64)offset, (s64)(offset + (stop - *at)));
    grant_put(grant);
    *at = stop;
    return r;
out_unlock:
    read_unlock(&mm->lock);
    return r;
}

static int advise_remove(struct address_space *mm, u64 start, u64 end)
{
    int hole = 0;

    while (start < end) {
        u64 at = start;
        struct vma *vma;
        int r;

        read_lock(&mm->lock);
        vma = mm_find_vma(mm, start);
        if (!vma || vma->start > start)
            hole = -ENOMEM;
        read_unlock(&mm->lock);
        r = remove_one(mm, &at, end);
        if (r)
            return r;
        start = at;
    }
    return hole;
}

static bool known(int advice)
{
    return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
           (advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED);
}

int mm_advise(struct address_space *mm, u64 address, u64 length, int advice)
{
    VMA_GARBAGE(garbage);
    u64 rounded = round_up(length, PAGE_SIZE), end = address + rounded;
    int r;

    if (!known(advice) || address & ~PAGE_MASK || (length && !rounded) ||
        end < address)
        return -EINVAL;
    if (end == address)
        return 0;
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
        return advise_populate(mm, address, end, advice == MADV_POPULATE_WRITE);
    if (advice == MADV_REMOVE)
        return advise_remove(mm, address, end);
    if (!needs_write_lock(advice)) {
        read_lock(&mm->lock);
        r = advise_range(mm, address, end, advice, &garbage);
        read_unlock(&mm->lock);
        return r;
    }
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = advise_range(mm, address, end, advice, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return r;
}
