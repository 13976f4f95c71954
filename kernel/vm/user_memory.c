#include "core/iter.h"
#include "core/lock.h"
#include "vm/fault.h"
#include "vm/user.h"
#include "vm/vma.h"

/*
 * User memory as the kernel reaches it: through the CPU's own address space
 * where that is the one meant, else page by page through the direct map.
 */

/* ------------------------------------------------------ any address space --
 */

static bool may_access(const struct vma *vma, bool write, bool force)
{
    if (write)
        return vma->flags & VMA_WRITE || (force && vma->flags & VMA_MAYWRITE &&
                                          !(vma->flags & VMA_SHARED));
    return vma->flags & VMA_READ || (force && vma->flags & VMA_MAYREAD);
}

/* The VMA of an address, a stack grown to it. mm->lock held for reading before
 * and after, but perhaps not in between. */
static struct vma *vma_for_access(struct address_space *mm, u64 address)
{
    struct vma *vma = mm_find_vma(mm, address);

    if (vma && vma->start > address && vma->flags & VMA_GROWSDOWN) {
        read_unlock(&mm->lock);
        (void)mm_grow_stack(mm, address);
        read_lock(&mm->lock);
        vma = mm_find_vma(mm, address);
    }
    return vma && vma->start <= address ? vma : NULL;
}

/* A reference on what is mapped at `address` now. NULL: look again. */
static struct page *take_page(struct address_space *mm, u64 address, bool write,
                              bool force)
{
    arch_entry_t e = arch_aspace_lookup(&mm->arch, address);
    struct page *page;

    if (!arch_entry_present(e))
        return NULL;
    page = pfn_to_page(arch_entry_pfn(e));
    if (!page || !page_get_unless_free(page))
        return NULL;
    /* Held in time? */
    if (arch_entry_pfn(arch_aspace_lookup(&mm->arch, address)) !=
        page_to_pfn(page))
        goto out_put;
    if (write && !(arch_entry_prot(e) & MAP_PROT_WRITE) &&
        !(force && page_test(page, PAGE_ANON)))
        goto out_put;
    return page;
out_put:
    page_put(page);
    return NULL;
}

static struct page *pin_locked(struct address_space *mm, u64 address,
                               bool write, bool force)
{
    enum fault_access access = write ? FAULT_WRITE : FAULT_READ;

    for (;;) {
        struct vma *vma = vma_for_access(mm, address);
        struct page *page;
        int r;

        if (!vma || vma->frames || !may_access(vma, write, force))
            return ERR_PTR(-EFAULT);
        r = fault_page(vma, address, access, force);
        if (r < 0)
            return ERR_PTR(r == -ENOMEM ? r : -EFAULT);
        page = take_page(mm, address, write, force);
        if (page)
            return page;
    }
}

struct page *mm_pin_page(struct address_space *mm, u64 address, bool write)
{
    struct page *page;

    if (address >= ARCH_USER_TOP)
        return ERR_PTR(-EFAULT);
    read_lock(&mm->lock);
    page = pin_locked(mm, address & PAGE_MASK, write, false);
    read_unlock(&mm->lock);
    return page;
}

/* Frames have no page to pin: those that are memory can be read (the vDSO, by
 * debuggers). */
static bool read_frame(struct address_space *mm, u64 address, void *buffer,
                       size_t n)
{
    struct vma *vma = mm_find_vma(mm, address);
    u32 attributes = 0;
    pfn_t pfn;

    if (!vma || vma->start > address || !vma->frames ||
        !(vma->flags & VMA_VDSO) ||
        vma->frames->frame(vma->frames_data, vma_offset_at(vma, address), &pfn,
                           &attributes))
        return false;
    memcpy(buffer,
           (u8 *)arch_phys_to_virt(pfn << PAGE_SHIFT) + (address & ~PAGE_MASK),
           n);
    return true;
}

size_t mm_access(struct address_space *mm, u64 address, void *buffer, size_t n,
                 bool write, bool force)
{
    size_t done = 0;

    if (!arch_user_range_ok(address, n))
        n = address < ARCH_USER_TOP ? ARCH_USER_TOP - address : 0;
    while (done < n) {
        u64 at = address + done, offset = at & ~PAGE_MASK;
        size_t part = min(n - done, PAGE_SIZE - offset);
        struct page *page;
        u8 *data;

        read_lock(&mm->lock);
        page = pin_locked(mm, at & PAGE_MASK, write, force);
        if (IS_ERR(page)) {
            bool ok = !write && read_frame(mm, at, (u8 *)buffer + done, part);

            read_unlock(&mm->lock);
            if (!ok)
                break;
            done += part;
            continue;
        }
        read_unlock(&mm->lock);
        data = (u8 *)page_address(page) + offset;
        if (write) {
            memcpy(data, (u8 *)buffer + done, part);
            if (page_test(page, PAGE_ICACHE) || force)
                arch_sync_icache(data, part);
            if (!page_test(page, PAGE_ANON))
                mapping_mark_mapped_dirty(page);
        } else {
            memcpy((u8 *)buffer + done, data, part);
        }
        page_put(page);
        done += part;
    }
    return done;
}

/* --------------------------------------------------- user_memory of core -- */

static size_t copy_in(struct address_space *mm, void *dst, u64 src, size_t n,
                      bool no_fault)
{
    size_t left;

    if (unlikely(!user_memory_is_here(mm)))
        return no_fault ? n : n - mm_access(mm, src, dst, n, false, false);
    if (no_fault)
        arch_fault_disable();
    left = arch_copy_from_user(dst, src, n);
    if (no_fault)
        arch_fault_enable();
    return left;
}

static size_t copy_out(struct address_space *mm, u64 dst, const void *src,
                       size_t n, bool no_fault)
{
    size_t left;

    if (unlikely(!user_memory_is_here(mm)))
        return no_fault ? n
                        : n - mm_access(mm, dst, (void *)src, n, true, false);
    if (no_fault)
        arch_fault_disable();
    left = arch_copy_to_user(dst, src, n);
    if (no_fault)
        arch_fault_enable();
    return left;
}

static size_t clear_other(struct address_space *mm, u64 dst, size_t n)
{
    static const u8 zeros[256];

    while (n) {
        size_t part = min(n, sizeof(zeros));
        size_t done = mm_access(mm, dst, (void *)zeros, part, true, false);

        n -= done;
        dst += done;
        if (done < part)
            break;
    }
    return n;
}

static size_t clear_out(struct address_space *mm, u64 dst, size_t n,
                        bool no_fault)
{
    size_t left;

    if (unlikely(!user_memory_is_here(mm)))
        return no_fault ? n : clear_other(mm, dst, n);
    if (no_fault)
        arch_fault_disable();
    left = arch_clear_user(dst, n);
    if (no_fault)
        arch_fault_enable();
    return left;
}

static int user_fault_in(struct address_space *mm, u64 va, size_t n, bool write)
{
    u64 end;

    if (!arch_user_range_ok(va, n))
        return -EFAULT;
    end = va + n;
    for (va &= PAGE_MASK; va < end; va += PAGE_SIZE) {
        struct page *page = mm_pin_page(mm, va, write);

        if (IS_ERR(page))
            return -EFAULT;
        page_put(page);
    }
    return 0;
}

const struct user_memory_ops vm_user_memory = {
    .read = copy_in,
    .write = copy_out,
    .clear = clear_out,
    .fault_in = user_fault_in,
};

/* ----------------------------------------------------------- futex words -- */

int mm_memory_key(struct address_space *mm, u64 address, bool shared,
                  struct memory_key *key)
{
    struct vma *vma;
    int r = 0;

    if (address >= ARCH_USER_TOP)
        return -EFAULT;
    *key = (struct memory_key){mm, address};
    if (!shared)
        return 0;
    read_lock(&mm->lock);
    vma = mm_find_vma(mm, address);
    if (!vma || vma->start > address || !(vma->flags & VMA_ACCESS)) {
        r = -EFAULT;
    } else if (!(vma->flags & (VMA_SHARED | VMA_WRITE))) {
        r = -EFAULT; /* a private word that nobody may change */
    } else if (vma->flags & VMA_SHARED && vma->mapping) {
        key->object = vma->mapping;
        key->offset = (vma->offset << PAGE_SHIFT) + (address - vma->start);
    }
    read_unlock(&mm->lock);
    return r;
}
