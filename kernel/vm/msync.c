#include "vm/vma.h"

/* Write back what [*at, ...) of one VMA shows, without the lock, since the
 * file's own locks come first. */
static int sync_vma(struct address_space *mm, struct vma *vma, u64 *at, u64 end)
{
    u64 stop = min(end, vma->end);
    u64 offset = vma_offset_at(vma, *at) << PAGE_SHIFT;
    struct mapping *m = vma->mapping;
    struct grant *grant = grant_get(vma->use.grant);
    int r;

    read_unlock(&mm->lock);
    r = mapping_sync(m, (s64)offset, (s64)(offset + (stop - *at)));
    grant_put(grant);
    *at = stop;
    read_lock(&mm->lock);
    return r;
}

static int sync_range(struct address_space *mm, u64 start, u64 end, u32 flags)
{
    int hole = 0;

    while (start < end) {
        struct vma *vma = mm_find_vma(mm, start);

        if (!vma)
            return -ENOMEM;
        if (vma->start > start) {
            if (flags == MS_ASYNC)
                return -ENOMEM;
            hole = -ENOMEM;
            start = vma->start;
            if (start >= end)
                break;
        }
        if (flags & MS_INVALIDATE && vma->flags & VMA_LOCKED)
            return -EBUSY;
        if (flags & MS_SYNC && vma->mapping && vma->use.grant &&
            vma->flags & VMA_SHARED) {
            int r = sync_vma(mm, vma, &start, end);

            if (r)
                return r;
        } else {
            start = vma->end;
        }
    }
    return hole;
}

int mm_sync(struct address_space *mm, u64 address, u64 length, u32 flags)
{
    u64 end;
    int r;

    if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || address & ~PAGE_MASK ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    length = round_up(length, PAGE_SIZE);
    end = address + length;
    if (end < address)
        return -ENOMEM;
    if (end == address)
        return 0;
    read_lock(&mm->lock);
    r = sync_range(mm, address, end, flags);
    read_unlock(&mm->lock);
    return r;
}
