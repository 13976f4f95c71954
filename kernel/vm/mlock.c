#include "vm/vma.h"

/* Change the locked flags of [start, end); -ENOMEM at a hole. */
static int change_locked(struct address_space *mm, u64 start, u64 end,
                         u32 locked, struct vma_garbage *garbage)
{
    struct vma *vma = mm_find_vma(mm, start);

    if (!vma || vma->start > start)
        return -ENOMEM;
    while (start < end) {
        u64 stop;
        int r;

        if (!vma || vma->start > start)
            return -ENOMEM;
        stop = min(end, vma->end);
        if (!vma->frames) {
            u32 flags =
                (vma->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT)) | locked;

            r = vma_change_flags(vma, start, stop, flags, &vma, garbage);
            if (r)
                return r;
            vma = vma_merge(vma, garbage);
        }
        start = stop;
        while (vma && vma->end <= start)
            vma = vma_next(vma);
    }
    return 0;
}

/* Pages of the range that are locked already: they do not count twice. */
static u64 locked_in(struct address_space *mm, u64 start, u64 end)
{
    struct vma *vma = mm_find_vma(mm, start);
    u64 pages = 0;

    for (; vma && vma->start < end; vma = vma_next(vma))
        if (vma->flags & VMA_LOCKED)
            pages +=
                (min(end, vma->end) - max(start, vma->start)) >> PAGE_SHIFT;
    return pages;
}

static bool may_lock_at_all(const struct mm_limits *limits)
{
    return !limits || limits->may_lock || limits->memlock;
}

/* Where mlock tells of pages that could not be had, by POSIX's errnos. */
static int populate_result(int r)
{
    if (r == -EFAULT)
        return -ENOMEM;
    if (r == -ENOMEM)
        return -EAGAIN;
    return r;
}

int mm_lock(struct address_space *mm, const struct mm_limits *limits,
            u64 address, u64 length, u32 flags)
{
    u32 locked = VMA_LOCKED;
    VMA_GARBAGE(garbage);
    u64 end, pages;
    int r;

    if (flags & ~MLOCK_ONFAULT)
        return -EINVAL;
    if (flags & MLOCK_ONFAULT)
        locked |= VMA_LOCKONFAULT;
    if (!may_lock_at_all(limits))
        return -EPERM;
    length = round_up(length + (address & ~PAGE_MASK), PAGE_SIZE);
    address &= PAGE_MASK;
    end = address + length;
    pages = length >> PAGE_SHIFT;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = -ENOMEM;
    if (limits && !limits->may_lock &&
        mm->locked_pages + pages > limits->memlock >> PAGE_SHIFT &&
        mm->locked_pages + pages - locked_in(mm, address, end) >
            limits->memlock >> PAGE_SHIFT)
        goto out_unlock;
    if (end < address)
        r = -EINVAL;
    else if (end == address)
        r = 0;
    else
        r = change_locked(mm, address, end, locked, &garbage);
out_unlock:
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    if (r || end == address)
        return r;
    return populate_result(mm_populate(mm, address, end));
}

int mm_unlock(struct address_space *mm, u64 address, u64 length)
{
    VMA_GARBAGE(garbage);
    u64 end;
    int r;

    length = round_up(length + (address & ~PAGE_MASK), PAGE_SIZE);
    address &= PAGE_MASK;
    end = address + length;
    if (end < address)
        return -EINVAL;
    if (end == address)
        return 0;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = change_locked(mm, address, end, 0, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return r;
}

static void change_all(struct address_space *mm, u32 locked,
                       struct vma_garbage *garbage)
{
    struct vma *vma = mm_first_vma(mm);

    while (vma) {
        if (!vma->frames)
            vma_set_flags(vma,
                          (vma->flags & ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT)) |
                              locked);
        vma = vma_next(vma_merge(vma, garbage));
    }
}

static void populate_all(struct address_space *mm)
{
    u64 at = 0;

    for (;;) {
        struct vma *vma;
        u64 start = 0, end = 0;

        read_lock(&mm->lock);
        vma = mm_find_vma(mm, at);
        if (vma) {
            start = max(at, vma->start);
            end = vma->end;
        }
        read_unlock(&mm->lock);
        if (!end || mm_populate(mm, start, end) == -EINTR)
            return;
        at = end;
    }
}

int mm_lock_all(struct address_space *mm, const struct mm_limits *limits,
                u32 flags)
{
    u32 locked = VMA_LOCKED;
    VMA_GARBAGE(garbage);

    if (!flags || flags == MCL_ONFAULT ||
        flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
        return -EINVAL;
    if (!may_lock_at_all(limits))
        return -EPERM;
    if (flags & MCL_ONFAULT)
        locked |= VMA_LOCKONFAULT;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    if (flags & MCL_CURRENT && limits && !limits->may_lock &&
        mm->total_pages > limits->memlock >> PAGE_SHIFT) {
        write_unlock(&mm->lock);
        return -ENOMEM;
    }
    mm->default_flags = flags & MCL_FUTURE ? locked : 0;
    if (flags & MCL_CURRENT)
        change_all(mm, locked, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    if (flags & MCL_CURRENT)
        populate_all(mm);
    return 0;
}

int mm_unlock_all(struct address_space *mm)
{
    VMA_GARBAGE(garbage);

    if (write_lock_killable(&mm->lock))
        return -EINTR;
    mm->default_flags = 0;
    change_all(mm, 0, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return 0;
}
