/*
 * Inside vm/: the tree of VMAs.
 *
 * All functions want mm->lock held for writing, if they do not say otherwise.
 * A VMA that leaves the tree goes to a `struct vma_garbage`, which its owner
 * frees after it has dropped the lock: ending the use of a grant waits for
 * revocation callbacks, and those take the lock.
 */
#ifndef VM_VMA_H
#define VM_VMA_H

#include "arch/common/entry.h"
#include "core/page.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "vm/address_space.h"
#include "vm/vm.h"

struct vma_garbage {
    struct list_head list; /* struct vma by link */
    u32 *left;             /* counts down as they are freed, or NULL */
};
#define VMA_GARBAGE(name) \
    struct vma_garbage name = {LIST_HEAD_INIT((name).list), NULL}

void vma_init_cache(void); /* once */

/* A VMA that is in no tree yet; NULL: no memory. offset and anon_index are
 * those of an anonymous one. */
struct vma *vma_alloc(struct address_space *mm, u64 start, u64 end, u32 flags);
/* Make it map what `from` does (its offset set by the caller): holds the grant,
 * counts the writable mapping, tells `opened`. -EBADF: revoked. */
int vma_share_backing(struct vma *vma, const struct vma *from);
/* The same from an mmap request; `grant` may be NULL for frames. -EPERM (seal),
 * -EBADF. */
int vma_set_backing(struct vma *vma, const struct mapping_request *request,
                    struct grant *grant);
/* One that never got into the tree; lock not needed. */
void vma_free(struct vma *vma);
void vma_garbage_free(struct vma_garbage *garbage); /* lock not held */

/* Into the tree and into mapping->vmas; counts its pages. */
void vma_insert(struct vma *vma);
/* Out of both, to the garbage. Its translations are gone, or will be. */
void vma_remove(struct vma *vma, struct vma_garbage *garbage);
/* Change extent: offset and anon_index follow `start`. No overlap arises. */
void vma_resize(struct vma *vma, u64 start, u64 end);
/* Change flags; keeps the counters right. */
void vma_set_flags(struct vma *vma, u32 flags);

/* Its anonymous pages' indexes no longer tell where they are: for the reverse
 * mapping. */
void vma_note_moved(struct vma *vma);

/* Cut at `address`, strictly inside: vma keeps the part below, *upper is the
 * rest. -ENOMEM (also at the map count limit), -EBADF; then nothing changed. */
int vma_split(struct vma *vma, u64 address, struct vma **upper);
/* Join with neighbours where they continue one another; the result. */
struct vma *vma_merge(struct vma *vma, struct vma_garbage *garbage);
/* Cut so that no VMA crosses start or end; returns the first one with
 * end > start (which may lie beyond `end`), NULL: none; ERR_PTR. */
struct vma *vma_isolate(struct address_space *mm, u64 start, u64 end,
                        struct vma_garbage *garbage);
/* Give [start, end), inside vma, other flags; cuts, but does not merge what
 * then fits together. *changed is the VMA of the range. -ENOMEM, -EBADF. */
int vma_change_flags(struct vma *vma, u64 start, u64 end, u32 flags,
                     struct vma **changed, struct vma_garbage *garbage);
/* Does `by` continue `vma`, so that one VMA could be both? Both have been moved
 * equally far by mremap, or not at all. */
bool vma_can_extend(const struct vma *vma, const struct vma *by);
/* Put a VMA with its backing, of which only start, end and offset are missing,
 * at `address`; merges. With `replace`, unmaps what is there. On failure the
 * caller still owns it; on success it is in the tree or in the garbage. */
int vma_place(struct vma *vma, u64 address, u64 length, bool replace,
              const struct mm_limits *limits, struct vma_garbage *garbage);

/* Unmap [start, end). -ENOMEM, -EBADF: nothing changed. */
int vma_unmap_range(struct address_space *mm, u64 start, u64 end,
                    struct vma_garbage *garbage);
/* Remove the translations of [start, end), which need not be VMAs' own: pages
 * are released, resident counters adjusted. The lock for reading is enough. */
void mm_zap(struct address_space *mm, u64 start, u64 end);

/* Lowest address for which stack guard room is kept. */
static inline u64 vma_start_gap(const struct vma *vma)
{
    if (!(vma->flags & VMA_GROWSDOWN))
        return vma->start;
    return vma->start > STACK_GUARD_GAP ? vma->start - STACK_GUARD_GAP : 0;
}
static inline u64 vma_offset_at(const struct vma *vma, u64 address)
{
    return vma->offset + ((address - vma->start) >> PAGE_SHIFT);
}
static inline u64 vma_anon_index_at(const struct vma *vma, u64 address)
{
    return vma->anon_index + ((address - vma->start) >> PAGE_SHIFT);
}
/* MAP_PROT_* of its translations. */
static inline u32 vma_prot(u32 flags)
{
    u32 prot = MAP_ATTR_USER;

    if (flags & VMA_READ)
        prot |= MAP_PROT_READ;
    if (flags & VMA_WRITE)
        prot |= MAP_PROT_READ | MAP_PROT_WRITE;
    if (flags & VMA_EXEC)
        prot |= MAP_PROT_EXEC;
    return prot;
}
static inline bool vma_is_private_writable(u32 flags)
{
    return (flags & (VMA_SHARED | VMA_WRITE)) == VMA_WRITE;
}

/*
 * A free range of `length`, the highest in [low, high): -ENOMEM. Keeps guard
 * gaps.
 */
s64 mm_find_gap(struct address_space *mm, u64 low, u64 high, u64 length);
/* mmap's choice; hint 0: none. */
s64 mm_choose_address(struct address_space *mm, u64 hint, u64 length);

/* Limits: may `pages` more of this kind be mapped? 0 or -ENOMEM. */
int mm_may_expand(struct address_space *mm, const struct mm_limits *limits,
                  u32 flags, u64 pages);
/* -EAGAIN when `pages` more locked pages would exceed RLIMIT_MEMLOCK. */
int mm_may_lock_more(struct address_space *mm, const struct mm_limits *limits,
                     u32 flags, u64 pages);
/* Does a mapping with these flags count as committed memory? */
bool vma_is_accountable(u32 flags);

/* Grow a stack VMA down to `address` (page aligned). */
int vma_grow_down(struct vma *vma, u64 address);

#endif
