#include "core/account.h"
#include "core/sched.h"
#include "vm/fault.h"
#include "vm/stats.h"
#include "vm/vma.h"

pfn_t zero_pfn;

struct page *fault_alloc_page(struct address_space *mm, u32 alloc_flags)
{
    struct page *page = page_alloc(0, ALLOC_USER | alloc_flags);

    if (unlikely(!page))
        return NULL;
    if (unlikely(account_charge_page(mm->account, page))) {
        page_free(page, 0);
        return NULL;
    }
    return page;
}

void fault_drop_old(struct address_space *mm, arch_entry_t old, bool dirty)
{
    struct page *page;
    bool last;

    if (arch_entry_prot(old) & MAP_ATTR_SPECIAL)
        return;
    page = pfn_to_page(arch_entry_pfn(old));
    if (!page)
        return;
    last = atomic_dec_and_test(&page->mapcount);
    if (page_test(page, PAGE_ANON)) {
        atomic64_dec(&mm->anon_pages);
        if (last)
            page_count(PAGES_ANON, -1);
    } else {
        atomic64_dec(page_test(page, PAGE_SHMEM) ? &mm->shmem_pages
                                                 : &mm->file_pages);
        if (last)
            page_count(PAGES_MAPPED, -1);
        if (dirty)
            mapping_mark_mapped_dirty(page);
    }
    page_put(page);
}

int fault_install_anon(struct vma *vma, u64 address, struct page *page,
                       arch_entry_t entry, u32 prot)
{
    struct address_space *mm = vma->mm;
    bool dirty = false;
    int r;

    page->mapping = mm->family;
    page->index = vma_anon_index_at(vma, address);
    atomic_store(&page->flags, (int)(PAGE_ANON | PAGE_UPTODATE));
    atomic_store(&page->mapcount, 1);
    if (!vma->has_anon)
        WRITE_ONCE(vma->has_anon, 1);
    if (prot & MAP_PROT_EXEC)
        arch_sync_icache(page_address(page), PAGE_SIZE);
    r = arch_aspace_set(&mm->arch, address, entry, page_to_pfn(page), prot,
                        &dirty);
    if (unlikely(r)) {
        atomic_store(&page->mapcount, 0);
        atomic_store(&page->flags, 0);
        page_put(page);
        return r;
    }
    atomic64_inc(&mm->anon_pages);
    page_count(PAGES_ANON, 1);
    if (entry.raw)
        fault_drop_old(mm, entry, dirty);
    return 0;
}

static int fault_anon(struct vma *vma, u64 address, bool write,
                      arch_entry_t entry)
{
    u32 prot = vma_prot(vma->flags);
    struct page *page;

    if (!write)
        return arch_aspace_set(&vma->mm->arch, address, entry, zero_pfn,
                               (prot & ~(u32)MAP_PROT_WRITE) | MAP_ATTR_SPECIAL,
                               NULL);
    page = fault_alloc_page(vma->mm, ALLOC_ZERO);
    if (unlikely(!page))
        return -ENOMEM;
    return fault_install_anon(vma, address, page, entry, prot);
}

/* A private page that is shared, with a fork's other side or with a file. */
static int copy_page(struct vma *vma, u64 address, struct page *old,
                     arch_entry_t entry)
{
    struct address_space *mm = vma->mm;
    struct page *new;

    /* It may be let go meanwhile (MADV_DONTNEED, truncation): hold it, and see
     * whether it was held in time. */
    if (!page_get_unless_free(old))
        return -EAGAIN;
    if (arch_entry_pfn(arch_aspace_lookup(&mm->arch, address)) !=
        arch_entry_pfn(entry)) {
        page_put(old);
        return -EAGAIN;
    }
    new = fault_alloc_page(mm, 0);
    if (unlikely(!new)) {
        page_put(old);
        return -ENOMEM;
    }
    memcpy(page_address(new), page_address(old), PAGE_SIZE);
    page_put(old);
    return fault_install_anon(vma, address, new, entry, vma_prot(vma->flags));
}

static int fault_private_write(struct vma *vma, u64 address, arch_entry_t entry)
{
    u32 prot = vma_prot(vma->flags);
    struct page *page;

    if (arch_entry_prot(entry) & MAP_ATTR_SPECIAL)
        return fault_anon(vma, address, true, entry);
    page = pfn_to_page(arch_entry_pfn(entry));
    if (unlikely(!page))
        return -EFAULT;
    if (!page_test(page, PAGE_ANON) || refcount_read(&page->refs) != 1)
        return copy_page(vma, address, page, entry);
    /* The only translation, and nobody else holds it: it is ours to write. */
    if (page_test(page, PAGE_LAZYFREE))
        page_clear(page, PAGE_LAZYFREE);
    return arch_aspace_set(&vma->mm->arch, address, entry, page_to_pfn(page),
                           prot, NULL);
}

/* Another CPU has done it, or only the accessed mark was missing. */
static int refresh(struct vma *vma, u64 address, arch_entry_t entry)
{
    u32 old = arch_entry_prot(entry);
    u32 prot = vma_prot(vma->flags) & ~(u32)MAP_PROT_WRITE;

    prot |= old & ~(u32)(MAP_PROT_READ | MAP_PROT_EXEC);
    return arch_aspace_set(&vma->mm->arch, address, entry,
                           arch_entry_pfn(entry), prot, NULL);
}

int fault_in_vma(struct vma *vma, u64 address, enum fault_access access,
                 arch_entry_t entry, bool force)
{
    bool write = access == FAULT_WRITE;

    if (!arch_entry_present(entry)) {
        if (vma->mapping)
            return fault_mapping(vma, address, access, entry, force);
        if (unlikely(vma->frames))
            return fault_frames(vma, address, entry);
        return fault_anon(vma, address, write, entry);
    }
    if (!write || arch_entry_prot(entry) & MAP_PROT_WRITE)
        return refresh(vma, address, entry);
    if (unlikely(vma->frames))
        return vma->flags & VMA_SHARED ? refresh(vma, address, entry) : -EFAULT;
    if (vma->flags & VMA_SHARED)
        return fault_mapping(vma, address, access, entry, force);
    return fault_private_write(vma, address, entry);
}

/* Is there nothing left to do? With `force`, a private page that is ours will
 * do for a write although it is not mapped writable. */
static bool satisfied(arch_entry_t e, enum fault_access access, bool force)
{
    u32 prot = arch_entry_prot(e);
    struct page *page;

    if (!arch_entry_present(e))
        return false;
    if (access != FAULT_WRITE || prot & MAP_PROT_WRITE)
        return true;
    if (!force || prot & MAP_ATTR_SPECIAL)
        return false;
    page = pfn_to_page(arch_entry_pfn(e));
    return page && page_test(page, PAGE_ANON) &&
           !page_test(page, PAGE_LAZYFREE) && refcount_read(&page->refs) == 1;
}

int fault_page(struct vma *vma, u64 address, enum fault_access access,
               bool force)
{
    int major = 0;

    for (;;) {
        arch_entry_t e = arch_aspace_lookup(&vma->mm->arch, address);
        int r;

        if (satisfied(e, access, force))
            return major;
        r = fault_in_vma(vma, address, access, e, force);
        if (r == 1)
            major = 1;
        else if (r && r != -EAGAIN)
            return r;
    }
}

/* ------------------------------------------------------------- mm_fault -- */

static int grow_stack(struct address_space *mm, u64 address)
{
    struct vma *vma;
    int r = write_lock_killable(&mm->lock);

    if (r)
        return -EINTR;
    vma = mm_find_vma(mm, address);
    if (vma && vma->start > address && vma->flags & VMA_GROWSDOWN)
        r = vma_grow_down(vma, address) ? -EFAULT : 0;
    else if (!vma || vma->start > address)
        r = -EFAULT;
    write_unlock(&mm->lock);
    return r;
}

int mm_grow_stack(struct address_space *mm, u64 address)
{
    return grow_stack(mm, address & PAGE_MASK);
}

static inline bool access_allowed(u32 flags, enum fault_access access)
{
    if (access == FAULT_WRITE)
        return flags & VMA_WRITE;
    if (access == FAULT_EXEC)
        return flags & VMA_EXEC;
    /* Reading what can be written or run is allowed on both architectures. */
    return flags & VMA_ACCESS;
}

static int fault_locked(struct address_space *mm, u64 address,
                        const struct fault *fault, bool *grow)
{
    struct vma *vma = mm_find_vma(mm, address);
    arch_entry_t entry = no_entry();
    int r;

    if (unlikely(!vma))
        return -EFAULT;
    if (unlikely(address < vma->start)) {
        *grow = vma->flags & VMA_GROWSDOWN;
        return -EFAULT;
    }
    if (unlikely(!access_allowed(vma->flags, fault->access)))
        return -EACCES;
    if (fault->present)
        entry = arch_aspace_lookup(&mm->arch, address);
    for (;;) {
        r = fault_in_vma(vma, address, fault->access, entry, false);
        if (likely(r != -EAGAIN))
            return r;
        entry = arch_aspace_lookup(&mm->arch, address);
        if (satisfied(entry, fault->access, false))
            return 0;
    }
}

int mm_fault(struct address_space *mm, const struct fault *fault)
{
    u64 address = fault->address & PAGE_MASK;
    int r;

    if (unlikely(!fault->may_sleep || fault->address >= ARCH_USER_TOP))
        return -EFAULT;
    vm_event(VM_FAULTS);
    for (;;) {
        bool grow = false;

        read_lock(&mm->lock);
        r = fault_locked(mm, address, fault, &grow);
        read_unlock(&mm->lock);
        if (likely(!grow))
            break;
        r = grow_stack(mm, address);
        if (r)
            return r;
    }
    if (unlikely(r == 1))
        vm_event(VM_MAJOR_FAULTS);
    return r;
}

/* -------------------------------------------------------------- populate -- */

static bool fatal_pending(void)
{
    const struct thread *t = thread_current();

    return t->ops && t->ops->signal_pending && t->ops->signal_pending(t, true);
}

static int populate_vma(struct vma *vma, u64 start, u64 end)
{
    enum fault_access access = FAULT_READ;

    if (vma->frames || vma->flags & VMA_LOCKONFAULT)
        return 0;
    if (!(vma->flags & VMA_ACCESS))
        return -EFAULT;
    if (vma_is_private_writable(vma->flags))
        access = FAULT_WRITE;
    for (; start < end; start += PAGE_SIZE) {
        int r = fault_page(vma, start, access, false);

        if (r < 0)
            return r == -EIO ? -EFAULT : r;
    }
    return 0;
}

/* Pages that are brought in before others get a chance to change the space. */
#define POPULATE_STEP (256 * PAGE_SIZE)

int mm_populate(struct address_space *mm, u64 start, u64 end)
{
    int r = 0;

    while (start < end && !r) {
        struct vma *vma;
        u64 stop = min(end, start + POPULATE_STEP);

        if (fatal_pending())
            return -EINTR;
        read_lock(&mm->lock);
        vma = mm_find_vma(mm, start);
        if (!vma || vma->start > start)
            r = -ENOMEM;
        else
            r = populate_vma(vma, start, stop = min(stop, vma->end));
        read_unlock(&mm->lock);
        start = stop;
    }
    return r;
}
