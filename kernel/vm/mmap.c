#include "core/object.h"
#include "vm/memory_object.h"
#include "vm/vma.h"

/* ----------------------------------------------------- placing a new VMA -- */

/* Pages of [start, end) that are mapped: they will be replaced. */
static u64 pages_in(struct address_space *mm, u64 start, u64 end)
{
    struct vma *vma = mm_find_vma(mm, start);
    u64 pages = 0;

    for (; vma && vma->start < end; vma = vma_next(vma))
        pages += (min(end, vma->end) - max(start, vma->start)) >> PAGE_SHIFT;
    return pages;
}

static int check_limits(struct address_space *mm,
                        const struct mm_limits *limits, u32 flags, u64 start,
                        u64 end)
{
    u64 pages = (end - start) >> PAGE_SHIFT, replaced;

    if (!mm_may_expand(mm, limits, flags, pages))
        return 0;
    replaced = pages_in(mm, start, end);
    return mm_may_expand(mm, limits, flags, pages - replaced);
}

int vma_place(struct vma *vma, u64 address, u64 length, bool replace,
              const struct mm_limits *limits, struct vma_garbage *garbage)
{
    struct address_space *mm = vma->mm;
    struct vma *next, *prev;
    int r;

    vma->start = address;
    vma->end = address + length;
    vma->anon_index = address >> PAGE_SHIFT;
    if (!vma->mapping && !vma->frames)
        vma->offset = vma->anon_index;
    if (vma->revoked)
        return -EBADF;
    if (mm->vma_count >= vm_max_map_count)
        return -ENOMEM;
    r = check_limits(mm, limits, vma->flags, vma->start, vma->end);
    if (r)
        return r;
    if (replace) {
        r = vma_unmap_range(mm, vma->start, vma->end, garbage);
        if (r)
            return r;
    }
    if (vma_is_accountable(vma->flags)) {
        r = vm_commit(vma_pages(vma), limits && limits->admin);
        if (r)
            return r;
        vma->flags |= VMA_ACCOUNT;
    }
    next = mm_find_vma(mm, address);
    prev = next ? vma_prev(next)
                : rb_entry_safe(rb_last(&mm->vmas.root), struct vma, node);
    if (prev && vma_can_extend(prev, vma)) {
        u64 end = vma->end;

        list_add_tail(&vma->link, &garbage->list);
        vma_resize(prev, prev->start, end);
        vma_merge(prev, garbage);
        return 0;
    }
    vma_insert(vma);
    if (next && vma_can_extend(vma, next))
        vma_merge(vma, garbage);
    return 0;
}

/* ------------------------------------------------------------------ mmap -- */

/* Checks of the address that need no lock. */
static int check_address(const struct mm_limits *limits, u64 *address,
                         u64 length, u32 flags)
{
    if (length > ARCH_USER_TOP)
        return -ENOMEM;
    if (!(flags & MAP_FIXED)) {
        *address &= PAGE_MASK;
        if (*address && *address < vm_mmap_min_addr)
            *address = round_up(vm_mmap_min_addr, PAGE_SIZE);
        return 0;
    }
    if (*address > ARCH_USER_TOP - length)
        return -ENOMEM;
    if (*address & ~PAGE_MASK)
        return -EINVAL;
    if (*address < vm_mmap_min_addr && limits && !limits->may_map_low)
        return -EPERM;
    return 0;
}

static u32 prot_flags(u32 prot)
{
    u32 flags = 0;

    if (prot & PROT_READ)
        flags |= VMA_READ;
    if (prot & PROT_WRITE)
        flags |= VMA_WRITE;
    if (prot & PROT_EXEC)
        flags |= VMA_EXEC;
    return flags;
}

static int check_file_type(u32 prot, u32 flags, u32 rights)
{
    switch (flags & MAP_TYPE) {
    case MAP_SHARED_VALIDATE:
        if (flags & ~(MAP_LEGACY_MASK | MAP_SHARED_VALIDATE))
            return -EOPNOTSUPP;
        __attribute__((fallthrough));
    case MAP_SHARED:
        if (prot & PROT_WRITE && !(rights & RIGHT_WRITE))
            return -EACCES;
        __attribute__((fallthrough));
    case MAP_PRIVATE:
        return rights & RIGHT_READ ? 0 : -EACCES;
    default:
        return -EINVAL;
    }
}

/* Ask the object how it is mapped. The result's max_prot is what its VMA may
 * ever have. */
static int ask_object(struct grant *grant, struct mapping_request *request)
{
    const struct object_ops *ops = grant->object->ops;
    int r;

    request->max_prot = PROT_READ;
    if (grant->rights & RIGHT_WRITE || !request->shared)
        request->max_prot |= PROT_WRITE;
    if (grant->rights & RIGHT_EXEC)
        request->max_prot |= PROT_EXEC;
    if (!ops->mmap)
        return -ENODEV;
    r = ops->mmap(grant->object, request);
    if (r)
        return r;
    if (request->prot & PROT_EXEC && !(request->max_prot & PROT_EXEC))
        return -EPERM;
    if (request->prot & ~request->max_prot & (PROT_READ | PROT_WRITE))
        return -EACCES;
    return 0;
}

/* A VMA with the backing that mmap's arguments ask for, not placed yet. */
static struct vma *prepare_vma(struct address_space *mm, u32 vma_flags,
                               struct mapping_request *request,
                               struct grant *grant)
{
    struct vma *vma;
    int r;

    if (grant) {
        r = ask_object(grant, request);
        if (r)
            return ERR_PTR(r);
        if (!(request->max_prot & PROT_WRITE))
            vma_flags &= ~(u32)VMA_MAYWRITE;
        if (!(request->max_prot & PROT_EXEC))
            vma_flags &= ~(u32)VMA_MAYEXEC;
    }
    vma = vma_alloc(mm, 0, PAGE_SIZE, vma_flags);
    if (!vma)
        return ERR_PTR(-ENOMEM);
    if (!grant || request->anonymous)
        return vma;
    vma->offset = request->offset >> PAGE_SHIFT;
    if (request->frames)
        vma->flags |= VMA_FRAMES;
    r = vma_set_backing(vma, request, grant);
    if (r) {
        vma_free(vma);
        return ERR_PTR(r);
    }
    return vma;
}

/* Anonymous memory that is shared: an object of its own. */
static struct grant *shared_memory(struct caller *who, u64 length, u32 flags)
{
    struct memory_object *o = memory_object_create(
        "/dev/zero (deleted)", length,
        !(flags & MAP_NORESERVE) || vm_overcommit_memory == 2, who->account);

    if (IS_ERR(o))
        return ERR_CAST(o);
    return grant_create(&o->object,
                        RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC | RIGHT_MMAP);
}

static int check_anonymous_type(u32 flags)
{
    switch (flags & MAP_TYPE) {
    case MAP_SHARED:
        return flags & MAP_GROWSDOWN ? -EINVAL : 0;
    case MAP_PRIVATE:
        return 0;
    default:
        return -EINVAL;
    }
}

static u32 map_vma_flags(u32 prot, u32 flags)
{
    u32 f = prot_flags(prot) | VMA_MAYALL;

    if ((flags & MAP_TYPE) != MAP_PRIVATE)
        f |= VMA_SHARED;
    if (flags & MAP_GROWSDOWN)
        f |= VMA_GROWSDOWN;
    if (flags & MAP_LOCKED)
        f |= VMA_LOCKED;
    if (flags & MAP_NORESERVE && vm_overcommit_memory != 2)
        f |= VMA_NORESERVE;
    return f;
}

static s64 map_locked(struct address_space *mm, const struct mm_limits *limits,
                      struct vma *vma, u64 address, u64 length, u32 flags,
                      struct vma_garbage *garbage)
{
    s64 at = (s64)address;
    int r;

    if (!(flags & MAP_FIXED)) {
        at = mm_choose_address(mm, address, length);
        if (at < 0)
            return at;
    } else if (flags & MAP_FIXED_NOREPLACE) {
        const struct vma *there = mm_find_vma(mm, address);

        if (there && there->start < address + length)
            return -EEXIST;
    }
    vma->flags |= mm->default_flags;
    if (vma->frames)
        vma->flags &= ~(u32)(VMA_LOCKED | VMA_LOCKONFAULT);
    r = mm_may_lock_more(mm, limits, vma->flags, length >> PAGE_SHIFT);
    if (r)
        return r;
    r = vma_place(vma, (u64)at, length, flags & MAP_FIXED, limits, garbage);
    return r ? r : at;
}

static s64 map_vma(struct address_space *mm, const struct mm_limits *limits,
                   struct vma *vma, u64 address, u64 length, u32 flags)
{
    VMA_GARBAGE(garbage);
    s64 at = write_lock_killable(&mm->lock) ? -EINTR : 0;
    bool locked = false;

    if (!at) {
        at = map_locked(mm, limits, vma, address, length, flags, &garbage);
        locked = at >= 0 && vma->flags & VMA_LOCKED;
        write_unlock(&mm->lock);
    }
    if (at < 0)
        vma_free(vma);
    vma_garbage_free(&garbage);
    if (at >= 0 &&
        (locked || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE))
        (void)mm_populate(mm, (u64)at, (u64)at + length);
    return at;
}

static int check_map(const struct mm_limits *limits, u64 *address, u64 *length,
                     u32 prot, u32 *flags, const struct grant *grant,
                     u64 offset)
{
    int r;

    if (grant && grant->object->kind == OBJECT_PATH)
        return -EBADF;
    if (!*length)
        return -EINVAL;
    if (*flags & MAP_FIXED_NOREPLACE)
        *flags |= MAP_FIXED;
    *length = round_up(*length, PAGE_SIZE);
    if (!*length)
        return -ENOMEM;
    if ((offset >> PAGE_SHIFT) + (*length >> PAGE_SHIFT) < offset >> PAGE_SHIFT)
        return -EOVERFLOW;
    /* No pages are set aside for huge pages. */
    if (*flags & MAP_HUGETLB)
        return grant ? -EINVAL : -ENOMEM;
    r = check_address(limits, address, *length, *flags);
    if (r)
        return r;
    if (*flags & MAP_LOCKED && limits && !limits->may_lock && !limits->memlock)
        return -EPERM;
    if (!grant)
        return check_anonymous_type(*flags);
    if (*length > S64_MAX || offset > (u64)S64_MAX - *length)
        return -EOVERFLOW;
    r = check_file_type(prot, *flags, grant->rights);
    if (r)
        return r;
    return 0;
}

s64 mm_map(struct caller *who, const struct mm_limits *limits, u64 address,
           u64 length, u32 prot, u32 flags, struct grant *grant, u64 offset)
{
    struct mapping_request request = {.caller = who, .prot = prot};
    struct grant *own = NULL;
    struct vma *vma;
    s64 r;

    if (flags & MAP_ANONYMOUS)
        grant = NULL;
    r = check_map(limits, &address, &length, prot, &flags, grant, offset);
    if (r)
        return r;
    request.length = length;
    request.offset = grant ? offset : 0;
    request.shared = (flags & MAP_TYPE) != MAP_PRIVATE;
    if (grant && !grant->object->ops->mmap)
        return -ENODEV;
    if (grant && !(grant->rights & RIGHT_MMAP))
        return -EACCES;
    if (grant && flags & MAP_GROWSDOWN)
        return -EINVAL;
    if (!grant && request.shared) {
        grant = own = shared_memory(who, length, flags);
        if (IS_ERR(own))
            return PTR_ERR(own);
    }
again:
    vma = prepare_vma(who->mm, map_vma_flags(prot, flags), &request, grant);
    if (!IS_ERR(vma) && request.anonymous && request.shared && !own) {
        /* MAP_SHARED of /dev/zero. */
        vma_free(vma);
        grant = own = shared_memory(who, length, flags);
        if (IS_ERR(own))
            return PTR_ERR(own);
        request.anonymous = false;
        request.offset = 0;
        goto again;
    }
    r = IS_ERR(vma) ? PTR_ERR(vma)
                    : map_vma(who->mm, limits, vma, address, length, flags);
    if (own)
        grant_put(own);
    return r;
}

/* ------------------------------------------------------- by the kernel -- */

s64 mm_map_fixed(struct address_space *mm, u64 address, u64 length,
                 u32 vma_flags, struct grant *grant, u64 offset)
{
    struct mapping_request request = {
        .length = length,
        .offset = offset,
        .prot = vma_flags & VMA_ACCESS, /* the same bits */
        .shared = vma_flags & VMA_SHARED,
    };
    u32 flags = address ? MAP_FIXED : 0;
    struct vma *vma;
    int r;

    BUILD_ASSERT(VMA_READ == PROT_READ && VMA_WRITE == PROT_WRITE &&
                 VMA_EXEC == PROT_EXEC);
    if (!length || (length | address | offset) & ~PAGE_MASK)
        return -EINVAL;
    r = check_address(NULL, &address, length, flags);
    if (r)
        return r;
    vma = prepare_vma(mm, vma_flags, &request, grant);
    if (IS_ERR(vma))
        return PTR_ERR(vma);
    return map_vma(mm, NULL, vma, address, length, flags);
}

s64 mm_map_frames(struct address_space *mm, u64 address, u64 length,
                  u32 vma_flags, const struct frame_ops *ops, void *data)
{
    struct mapping_request request = {.frames = ops, .frames_data = data};
    struct vma *vma;

    if (!length || (length | address) & ~PAGE_MASK || length > ARCH_USER_TOP ||
        address > ARCH_USER_TOP - length)
        return -EINVAL;
    vma = vma_alloc(mm, 0, PAGE_SIZE, vma_flags | VMA_FRAMES);
    if (!vma)
        return -ENOMEM;
    vma->offset = 0;
    (void)vma_set_backing(vma, &request,
                          NULL); /* cannot fail without a grant */
    return map_vma(mm, NULL, vma, address, length, address ? MAP_FIXED : 0);
}

/* ----------------------------------------------------------- munmap, brk -- */

int mm_unmap(struct address_space *mm, u64 address, u64 length)
{
    VMA_GARBAGE(garbage);
    int r;

    if (address & ~PAGE_MASK || address > ARCH_USER_TOP ||
        length > ARCH_USER_TOP - address)
        return -EINVAL;
    length = round_up(length, PAGE_SIZE);
    if (!length)
        return -EINVAL;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = vma_unmap_range(mm, address, address + length, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return r;
}

/* Does the VMA show what `address` would be the start of? */
static bool is_attached_at(const struct vma *vma, u64 address,
                           void (*closed)(void *data))
{
    return vma->closed == closed &&
           (vma->start - address) >> PAGE_SHIFT == vma->offset;
}

static int unmap_attachment(struct address_space *mm, u64 address,
                            void (*closed)(void *data),
                            struct vma_garbage *garbage)
{
    struct vma *vma = mm_find_vma(mm, address), *first, *next;
    const struct grant *grant;
    u64 end;
    int r;

    while (vma && !is_attached_at(vma, address, closed))
        vma = vma_next(vma);
    if (!vma)
        return -EINVAL;
    first = vma;
    grant = vma->use.grant;
    end = address + round_up((u64)vma->mapping->size, PAGE_SIZE);
    for (; vma && (vma == first || vma->end <= end); vma = next) {
        next = vma_next(vma);
        if (!is_attached_at(vma, address, closed) || vma->use.grant != grant)
            continue;
        r = vma_unmap_range(mm, vma->start, vma->end, garbage);
        if (r)
            return r;
    }
    return 0;
}

int mm_unmap_attachment(struct address_space *mm, u64 address,
                        void (*closed)(void *data))
{
    VMA_GARBAGE(garbage);
    int r;

    if (address & ~PAGE_MASK)
        return -EINVAL;
    if (write_lock_killable(&mm->lock))
        return -EINTR;
    r = unmap_attachment(mm, address, closed, &garbage);
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    return r;
}

static int grow_heap(struct address_space *mm, const struct mm_limits *limits,
                     u64 from, u64 to, struct vma_garbage *garbage)
{
    u32 flags = VMA_READ | VMA_WRITE | VMA_MAYALL | mm->default_flags;
    struct vma *next = mm_find_vma(mm, from), *vma;
    int r;

    if (to > ARCH_USER_TOP ||
        (next && (next->start < to || to + PAGE_SIZE > vma_start_gap(next))))
        return -ENOMEM;
    r = mm_may_lock_more(mm, limits, flags, (to - from) >> PAGE_SHIFT);
    if (r)
        return r;
    vma = vma_alloc(mm, from, to, flags);
    if (!vma)
        return -ENOMEM;
    r = vma_place(vma, from, to - from, false, limits, garbage);
    if (r)
        vma_free(vma);
    return r;
}

static bool over_data_limit(const struct address_space *mm,
                            const struct mm_limits *limits, u64 to)
{
    return limits && limits->data != ~0UL &&
           (to - mm->brk_start) + (mm->data_end - mm->data_start) >
               limits->data;
}

u64 mm_brk(struct address_space *mm, const struct mm_limits *limits, u64 to)
{
    VMA_GARBAGE(garbage);
    u64 old, result, from_page, to_page;
    bool populate = false;
    int r = 0;

    if (write_lock_killable(&mm->lock))
        return mm->brk;
    old = result = mm->brk;
    from_page = round_up(old, PAGE_SIZE);
    to_page = round_up(to, PAGE_SIZE);
    if (to < mm->brk_start || to_page < to || over_data_limit(mm, limits, to))
        goto out_unlock;
    if (to_page < from_page) {
        r = vma_unmap_range(mm, to_page, from_page, &garbage);
    } else if (to_page > from_page) {
        r = grow_heap(mm, limits, from_page, to_page, &garbage);
        populate = !r && mm->default_flags & VMA_LOCKED;
    }
    if (!r)
        result = mm->brk = to;
out_unlock:
    write_unlock(&mm->lock);
    vma_garbage_free(&garbage);
    if (populate)
        (void)mm_populate(mm, from_page, to_page);
    return result;
}
