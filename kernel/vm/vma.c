#include "core/log.h"
#include "vm/rmap.h"
#include "vm/vma.h"

static struct slab_cache *vma_cache;

void vma_init_cache(void)
{
    vma_cache = slab_cache_create("vma", sizeof(struct vma), 0);
    BUG_ON(!vma_cache);
}

/* ------------------------------------------------------------------ gaps -- */

static void update_subtree_gap(struct rb_node *node)
{
    struct vma *vma = rb_entry(node, struct vma, node);
    u64 gap = vma->gap;

    if (node->left)
        gap = max(gap, rb_entry(node->left, struct vma, node)->subtree_gap);
    if (node->right)
        gap = max(gap, rb_entry(node->right, struct vma, node)->subtree_gap);
    vma->subtree_gap = gap;
}

static const struct rb_augment gap_augment = {.update = update_subtree_gap};

static u64 gap_below(const struct vma *vma)
{
    const struct vma *prev = vma_prev(vma);
    u64 floor = prev ? prev->end : 0, top = vma_start_gap(vma);

    return top > floor ? top - floor : 0;
}

static void refresh_gap(struct vma *vma)
{
    u64 gap;

    if (!vma)
        return;
    gap = gap_below(vma);
    if (gap == vma->gap)
        return;
    vma->gap = gap;
    rb_propagate(&vma->node, &gap_augment);
}

static struct vma *child(struct rb_node *n, u64 length)
{
    struct vma *vma = rb_entry_safe(n, struct vma, node);

    return vma && vma->subtree_gap >= length ? vma : NULL;
}

/*
 * Descend to the highest gap that is long enough and begins low enough: the
 * right subtree first, then the node itself, then the left one.
 */
s64 mm_find_gap(struct address_space *mm, u64 low, u64 high, u64 length)
{
    struct rb_node *last = rb_last(&mm->vmas.root);
    u64 floor = last ? rb_entry(last, struct vma, node)->end : 0;
    struct vma *vma = child(mm->vmas.root.node, length), *next;

    if (low > high || high - low < length)
        return -ENOMEM;
    if (max(floor, low) <= high - length)
        return (s64)(high - length);
    while (vma) {
        u64 top, bottom;

        if (vma->end <= high - length &&
            (next = child(vma->node.right, length))) {
            vma = next;
            continue;
        }
    check:
        top = vma_start_gap(vma);
        bottom = top - min(vma->gap, top);
        if (top < low || top - low < length)
            return -ENOMEM;
        if (vma->gap >= length && bottom <= high - length) {
            top = min(top, high);
            return max(bottom, low) + length <= top ? (s64)(top - length)
                                                    : -ENOMEM;
        }
        next = child(vma->node.left, length);
        if (!next) {
            struct rb_node *n = &vma->node, *up;

            for (;; n = up) {
                up = rb_parent(n);
                if (!up)
                    return -ENOMEM;
                if (up->right == n)
                    break;
            }
            vma = rb_entry(up, struct vma, node);
            goto check;
        }
        vma = next;
    }
    return -ENOMEM;
}

s64 mm_choose_address(struct address_space *mm, u64 hint, u64 length)
{
    s64 found;

    if (length > ARCH_USER_TOP)
        return -ENOMEM;
    if (hint && hint <= ARCH_USER_TOP - length) {
        struct vma *vma = mm_find_vma(mm, hint);
        struct vma *prev =
            vma ? vma_prev(vma)
                : rb_entry_safe(rb_last(&mm->vmas.root), struct vma, node);

        if ((!vma || hint + length <= vma_start_gap(vma)) &&
            (!prev || hint >= prev->end))
            return (s64)hint;
    }
    found = mm_find_gap(mm, vm_mmap_min_addr, mm->mmap_base, length);
    if (found < 0) /* the top-down area is full: anywhere */
        found = mm_find_gap(mm, vm_mmap_min_addr, ARCH_USER_TOP, length);
    return found;
}

s64 mm_find_free(struct address_space *mm, u64 length)
{
    return mm_choose_address(mm, 0, length);
}

struct vma *mm_find_vma(struct address_space *mm, u64 address)
{
    struct vma *hit = READ_ONCE(mm->last_hit);
    struct rb_node *n = mm->vmas.root.node;
    struct vma *best = NULL;

    if (hit && address >= hit->start && address < hit->end)
        return hit;
    while (n) {
        struct vma *vma = rb_entry(n, struct vma, node);

        if (address < vma->end) {
            best = vma;
            if (address >= vma->start)
                break;
            n = n->left;
        } else {
            n = n->right;
        }
    }
    if (best && address >= best->start)
        WRITE_ONCE(mm->last_hit, best);
    return best;
}

/* -------------------------------------------------------------- counters -- */

static void count_pages(struct address_space *mm, u32 flags, s64 pages)
{
    mm->total_pages += pages;
    mm->peak_total = max(mm->peak_total, mm->total_pages);
    if (flags & VMA_LOCKED)
        mm->locked_pages += pages;
    if ((flags & (VMA_EXEC | VMA_WRITE | VMA_GROWSDOWN)) == VMA_EXEC)
        mm->exec_pages += pages;
    else if (flags & VMA_GROWSDOWN)
        mm->stack_pages += pages;
    else if (vma_is_private_writable(flags))
        mm->data_pages += pages;
}

bool vma_is_accountable(u32 flags)
{
    if (flags & VMA_NORESERVE && vm_overcommit_memory != 2)
        return false;
    return vma_is_private_writable(flags);
}

int mm_may_expand(struct address_space *mm, const struct mm_limits *limits,
                  u32 flags, u64 pages)
{
    if (!limits)
        return 0;
    if (mm->total_pages + pages > limits->address_space >> PAGE_SHIFT)
        return -ENOMEM;
    if (vma_is_private_writable(flags) && !(flags & VMA_GROWSDOWN) &&
        mm->data_pages + pages > limits->data >> PAGE_SHIFT)
        return -ENOMEM;
    return 0;
}

int mm_may_lock_more(struct address_space *mm, const struct mm_limits *limits,
                     u32 flags, u64 pages)
{
    if (!(flags & VMA_LOCKED) || !limits || limits->may_lock)
        return 0;
    if (mm->locked_pages + pages > limits->memlock >> PAGE_SHIFT)
        return -EAGAIN;
    return 0;
}

/* ------------------------------------------------------ making and freeing */

struct vma *vma_alloc(struct address_space *mm, u64 start, u64 end, u32 flags)
{
    struct vma *vma = slab_alloc(vma_cache, ALLOC_ZERO);

    if (!vma)
        return NULL;
    vma->mm = mm;
    vma->start = start;
    vma->end = end;
    vma->flags = flags;
    vma->offset = vma->anon_index = start >> PAGE_SHIFT;
    vma->detached = true;
    INIT_LIST_HEAD(&vma->link);
    return vma;
}

/* The grant is revoked: the VMA goes away. It, and with it mm, stays until its
 * owner has ended the use, which waits for this. */
static void vma_revoked(struct grant_use *use)
{
    struct vma *vma = container_of(use, struct vma, use);
    struct address_space *mm = vma->mm;
    VMA_GARBAGE(garbage);

    mm_hold(mm);
    write_lock(&mm->lock);
    vma->revoked = true;
    if (!vma->detached) {
        mm_zap(mm, vma->start, vma->end);
        vma_remove(vma, &garbage);
    }
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    mm_release(mm);
}

static bool counts_as_writable(const struct vma *vma)
{
    return vma->mapping && (vma->flags & (VMA_SHARED | VMA_MAYWRITE)) ==
                               (VMA_SHARED | VMA_MAYWRITE);
}

int vma_set_backing(struct vma *vma, const struct mapping_request *request,
                    struct grant *grant)
{
    int r;

    vma->mapping = request->mapping;
    vma->frames = request->frames;
    vma->frames_data = request->frames_data;
    if (counts_as_writable(vma)) {
        r = mapping_map_writable(vma->mapping);
        if (r)
            goto out_clear;
    }
    if (grant) {
        r = grant_use_begin(&vma->use, grant, vma_revoked);
        if (r)
            goto out_writable;
    }
    vma->opened = request->opened;
    vma->closed = request->closed;
    if (vma->opened)
        vma->opened(vma->frames_data);
    return 0;
out_writable:
    if (counts_as_writable(vma))
        mapping_unmap_writable(vma->mapping);
out_clear:
    vma->mapping = NULL;
    vma->frames = NULL;
    vma->use.grant = NULL;
    return r;
}

int vma_share_backing(struct vma *vma, const struct vma *from)
{
    struct mapping_request request = {
        .mapping = from->mapping,
        .frames = from->frames,
        .frames_data = from->frames_data,
        .opened = from->opened,
        .closed = from->closed,
    };

    if (vma_is_anonymous(from))
        return 0;
    return vma_set_backing(vma, &request, from->use.grant);
}

void vma_free(struct vma *vma)
{
    if (counts_as_writable(vma))
        mapping_unmap_writable(vma->mapping);
    if (vma->closed)
        vma->closed(vma->frames_data);
    /* The mapping may go with its grant. */
    if (vma->use.grant)
        grant_use_end(&vma->use);
    slab_free(vma_cache, vma);
}

void vma_garbage_free(struct vma_garbage *garbage)
{
    while (!list_empty(&garbage->list)) {
        struct vma *vma = list_first_entry(&garbage->list, struct vma, link);

        list_del(&vma->link);
        vma_free(vma);
        if (garbage->left)
            WRITE_ONCE(*garbage->left, *garbage->left - 1);
    }
}

/* ------------------------------------------------------------- the tree -- */

static void index_in_mapping(struct vma *vma)
{
    vma->in_mapping.start = vma->offset;
    vma->in_mapping.last = vma->offset + vma_pages(vma) - 1;
    interval_tree_insert(&vma->in_mapping, &vma->mapping->vmas);
}

void vma_insert(struct vma *vma)
{
    struct address_space *mm = vma->mm;
    struct rb_node **link = &mm->vmas.root.node, *parent = NULL;
    bool leftmost = true;
    const struct vma *prev, *next;
    u64 floor, top;

    while (*link) {
        parent = *link;
        if (vma->start < rb_entry(parent, struct vma, node)->start) {
            link = &parent->left;
        } else {
            link = &parent->right;
            leftmost = false;
        }
    }
    /* Linked by hand first, so that its neighbours are known. */
    rb_link_node(&vma->node, parent, link);
    prev = vma_prev(vma);
    next = vma_next(vma);
    floor = prev ? prev->end : 0;
    top = vma_start_gap(vma);
    vma->gap = top > floor ? top - floor : 0;
    rb_insert_augmented_cached(&vma->node, &mm->vmas, leftmost, &gap_augment);
    refresh_gap((struct vma *)next);
    vma->detached = false;
    mm->vma_count++;
    count_pages(mm, vma->flags, (s64)vma_pages(vma));
    if (vma->mapping) {
        write_lock(&vma->mapping->vma_lock);
        index_in_mapping(vma);
        write_unlock(&vma->mapping->vma_lock);
    }
}

static void forget_moved(struct vma *vma)
{
    if (!vma->moved)
        return;
    write_lock(&vma->mm->family->lock);
    list_del_init(&vma->link);
    write_unlock(&vma->mm->family->lock);
    vma->moved = false;
}

void vma_remove(struct vma *vma, struct vma_garbage *garbage)
{
    struct address_space *mm = vma->mm;
    struct vma *next = vma_next(vma);

    if (mm->last_hit == vma)
        WRITE_ONCE(mm->last_hit, NULL);
    rb_erase_augmented_cached(&vma->node, &mm->vmas, &gap_augment);
    refresh_gap(next);
    vma->detached = true;
    mm->vma_count--;
    count_pages(mm, vma->flags, -(s64)vma_pages(vma));
    if (vma->flags & VMA_ACCOUNT)
        vm_uncommit(vma_pages(vma));
    if (vma->mapping) {
        write_lock(&vma->mapping->vma_lock);
        interval_tree_remove(&vma->in_mapping, &vma->mapping->vmas);
        write_unlock(&vma->mapping->vma_lock);
    }
    forget_moved(vma);
    list_add_tail(&vma->link, &garbage->list);
}

void vma_resize(struct vma *vma, u64 start, u64 end)
{
    struct address_space *mm = vma->mm;
    s64 delta = ((s64)(start - vma->start)) >> PAGE_SHIFT;

    count_pages(mm, vma->flags, -(s64)vma_pages(vma));
    if (vma->mapping) {
        write_lock(&vma->mapping->vma_lock);
        interval_tree_remove(&vma->in_mapping, &vma->mapping->vmas);
    }
    if (vma->moved)
        write_lock(&mm->family->lock);
    vma->start = start;
    vma->end = end;
    vma->offset += (u64)delta;
    vma->anon_index += (u64)delta;
    if (vma->moved)
        write_unlock(&mm->family->lock);
    if (vma->mapping) {
        index_in_mapping(vma);
        write_unlock(&vma->mapping->vma_lock);
    }
    count_pages(mm, vma->flags, (s64)vma_pages(vma));
    refresh_gap(vma);
    refresh_gap(vma_next(vma));
}

void vma_set_flags(struct vma *vma, u32 flags)
{
    s64 pages = (s64)vma_pages(vma);

    if (flags == vma->flags)
        return;
    count_pages(vma->mm, vma->flags, -pages);
    vma->flags = flags;
    count_pages(vma->mm, vma->flags, pages);
}

void vma_note_moved(struct vma *vma)
{
    write_lock(&vma->mm->family->lock);
    list_add(&vma->link, &vma->mm->moved);
    write_unlock(&vma->mm->family->lock);
    vma->moved = true;
}

int vma_split(struct vma *vma, u64 address, struct vma **upper)
{
    struct address_space *mm = vma->mm;
    struct vma *above;
    int r;

    if (mm->vma_count >= vm_max_map_count)
        return -ENOMEM;
    above = vma_alloc(mm, address, vma->end, vma->flags);
    if (!above)
        return -ENOMEM;
    above->offset = vma_offset_at(vma, address);
    above->anon_index = vma_anon_index_at(vma, address);
    above->has_anon = vma->has_anon;
    r = vma_share_backing(above, vma);
    if (r) {
        vma_free(above);
        return r;
    }
    vma_resize(vma, vma->start, address);
    vma_insert(above);
    if (vma->moved)
        vma_note_moved(above);
    *upper = above;
    return 0;
}

struct vma *vma_isolate(struct address_space *mm, u64 start, u64 end,
                        struct vma_garbage *garbage)
{
    struct vma *first = mm_find_vma(mm, start), *last, *above;
    int r;

    if (!first || first->start >= end)
        return first;
    if (first->start < start && first->end > end &&
        mm->vma_count + 1 >= vm_max_map_count)
        return ERR_PTR(-ENOMEM);
    if (first->start < start) {
        r = vma_split(first, start, &above);
        if (r)
            return ERR_PTR(r);
        first = above;
    }
    last = mm_find_vma(mm, end - 1);
    if (last && last->start < end && last->end > end) {
        r = vma_split(last, end, &above);
        if (r) {
            /* What was cut at `start` grows together again. */
            vma_merge(first, garbage);
            return ERR_PTR(r);
        }
    }
    return first;
}

/* --------------------------------------------------------------- merging -- */

static bool same_backing(const struct vma *a, const struct mapping *mapping,
                         const struct grant *grant)
{
    return a->mapping == mapping && !a->frames && a->use.grant == grant &&
           !a->closed;
}

bool vma_can_extend(const struct vma *vma, const struct vma *by)
{
    return vma->end == by->start && vma->flags == by->flags && !by->frames &&
           same_backing(vma, by->mapping, by->use.grant) && !by->closed &&
           (!vma->mapping || vma->offset + vma_pages(vma) == by->offset) &&
           vma->anon_index + vma_pages(vma) == by->anon_index;
}

static struct vma *merge_pair(struct vma *a, struct vma *b,
                              struct vma_garbage *garbage)
{
    u64 end = b->end;

    a->has_anon |= b->has_anon;
    /* The commitment of b's pages goes over to a. */
    b->flags &= ~(u32)VMA_ACCOUNT;
    vma_remove(b, garbage);
    vma_resize(a, a->start, end);
    return a;
}

struct vma *vma_merge(struct vma *vma, struct vma_garbage *garbage)
{
    struct vma *prev = vma_prev(vma), *next;

    if (prev && vma_can_extend(prev, vma))
        vma = merge_pair(prev, vma, garbage);
    next = vma_next(vma);
    if (next && vma_can_extend(vma, next))
        vma = merge_pair(vma, next, garbage);
    return vma;
}

int vma_change_flags(struct vma *vma, u64 start, u64 end, u32 flags,
                     struct vma **changed, struct vma_garbage *garbage)
{
    struct vma *above;
    int r;

    *changed = vma;
    if (flags == vma->flags)
        return 0;
    if (start > vma->start) {
        r = vma_split(vma, start, &above);
        if (r)
            return r;
        vma = above;
    }
    if (end < vma->end) {
        r = vma_split(vma, end, &above);
        if (r) {
            *changed = vma_merge(vma, garbage);
            return r;
        }
    }
    vma_set_flags(vma, flags);
    *changed = vma;
    return 0;
}

/* ------------------------------------------------------------- unmapping -- */

int vma_unmap_range(struct address_space *mm, u64 start, u64 end,
                    struct vma_garbage *garbage)
{
    struct vma *vma = vma_isolate(mm, start, end, garbage), *next;

    if (IS_ERR(vma))
        return (int)PTR_ERR(vma);
    if (!vma || vma->start >= end)
        return 0;
    /* While the VMAs can still be found through their mappings, so that a
     * truncation that runs beside this misses no translation. */
    mm_zap(mm, vma->start, end);
    for (; vma && vma->start < end; vma = next) {
        next = vma_next(vma);
        vma_remove(vma, garbage);
    }
    return 0;
}

/* ---------------------------------------------------------------- stacks -- */

int vma_grow_down(struct vma *vma, u64 address)
{
    struct address_space *mm = vma->mm;
    struct vma *prev = vma_prev(vma);
    u64 pages;

    if (address >= vma->start)
        return 0;
    if (address < vm_mmap_min_addr)
        return -EPERM;
    /* Room is kept to what lies below, unless that is a stack, too, or cannot
     * be accessed (a guard of the program's own). */
    if (prev && !(prev->flags & VMA_GROWSDOWN) && prev->flags & VMA_ACCESS &&
        (address < prev->end || address - prev->end < STACK_GUARD_GAP))
        return -ENOMEM;
    if (prev && address < prev->end)
        return -ENOMEM;
    if (vma->end - address > mm->stack_limit)
        return -ENOMEM;
    pages = (vma->start - address) >> PAGE_SHIFT;
    if (vma->flags & VMA_ACCOUNT && vm_commit(pages, false))
        return -ENOMEM;
    vma_resize(vma, address, vma->end);
    return 0;
}

bool vma_is_heap(const struct vma *vma)
{
    const struct address_space *mm = vma->mm;

    return vma_is_anonymous(vma) &&
           vma->start < max(mm->brk, mm->brk_start + 1) &&
           vma->end > mm->brk_start && mm->brk > mm->brk_start;
}

bool vma_is_stack(const struct vma *vma)
{
    u64 at = vma->mm->stack_start;

    return at >= vma->start && at < vma->end;
}
