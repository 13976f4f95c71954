#include "vm/vma.h"

struct widen {
    const struct vma *vma;
    bool store; /* a shared mapping of a file whose pages are written back */
};

/* May this translation be written through at once, without a fault? Under the
 * lock of the page table. */
static bool may_write(void *ctx, u64 va, arch_entry_t e)
{
    const struct widen *w = ctx;
    const struct page *page;

    (void)va;
    if (arch_entry_prot(e) & MAP_ATTR_SPECIAL)
        return w->vma->frames && w->vma->flags & VMA_SHARED;
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page)
        return false;
    if (w->vma->flags & VMA_SHARED)
        return !w->store;
    return page_test(page, PAGE_ANON) && !page_test(page, PAGE_LAZYFREE) &&
           refcount_read(&page->refs) == 1;
}

static void apply(struct vma *vma, u64 start, u64 end)
{
    struct widen w = {
        .vma = vma,
        .store = vma->mapping &&
                 !(atomic_load(&vma->mapping->flags) & (int)MAPPING_NO_STORE),
    };

    arch_aspace_protect(&vma->mm->arch, start, end, vma_prot(vma->flags),
                        may_write, &w);
}

static int protect_vma(struct vma *vma, const struct mm_limits *limits,
                       u64 start, u64 end, u32 flags, struct vma **done,
                       struct vma_garbage *garbage)
{
    u64 pages = (end - start) >> PAGE_SHIFT;
    bool commit = false;
    int r = 0;

    if (flags == vma->flags)
        return 0;
    if (vma_is_private_writable(flags) &&
        !vma_is_private_writable(vma->flags)) {
        if (mm_may_expand(vma->mm, limits, flags, pages) &&
            !mm_may_expand(vma->mm, limits, vma->flags, pages))
            return -ENOMEM;
        commit = !(vma->flags & VMA_ACCOUNT) && vma_is_accountable(flags);
        if (commit) {
            r = vm_commit(pages, limits && limits->admin);
            if (r)
                return r;
            flags |= VMA_ACCOUNT;
        }
    }
    r = vma_change_flags(vma, start, end, flags, &vma, garbage);
    if (r)
        goto out_uncommit;
    apply(vma, start, end);
    *done = vma_merge(vma, garbage);
    return 0;
out_uncommit:
    if (commit)
        vm_uncommit(pages);
    return r;
}

static int protect_range(struct address_space *mm,
                         const struct mm_limits *limits, u64 start, u64 end,
                         u32 prot, bool grows_down, struct vma_garbage *garbage)
{
    struct vma *vma = mm_find_vma(mm, start);

    if (!vma)
        return -ENOMEM;
    if (grows_down) {
        if (vma->start >= end)
            return -ENOMEM;
        start = vma->start;
        if (!(vma->flags & VMA_GROWSDOWN))
            return -EINVAL;
    }
    if (vma->start > start)
        return -ENOMEM;
    while (start < end) {
        u64 stop;
        u32 flags;
        int r;

        if (!vma || vma->start > start)
            return -ENOMEM;
        flags = (vma->flags & ~(u32)VMA_ACCESS) | (prot & VMA_ACCESS);
        /* The MAY flags stand four bits above those they allow. */
        if ((flags & ~(flags >> 4)) & VMA_ACCESS)
            return -EACCES;
        stop = min(end, vma->end);
        r = protect_vma(vma, limits, start, stop, flags, &vma, garbage);
        if (r)
            return r;
        start = stop;
        while (vma && vma->end <= start)
            vma = vma_next(vma);
    }
    return 0;
}

int mm_protect(struct address_space *mm, const struct mm_limits *limits,
               u64 address, u64 length, u32 prot)
{
    VMA_GARBAGE(garbage);
    u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    u64 end;
    int r;

    BUILD_ASSERT(VMA_MAYREAD == VMA_READ << 4 && VMA_MAYEXEC == VMA_EXEC << 4);
    prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || address & ~PAGE_MASK)
        return -EINVAL;
    if (!length)
        return 0;
    length = round_up(length, PAGE_SIZE);
    end = address + length;
    if (end <= address)
        return -ENOMEM;
    if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
        return -EINVAL;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = protect_range(mm, limits, address, end, prot, grows & PROT_GROWSDOWN,
                      &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return r;
}
