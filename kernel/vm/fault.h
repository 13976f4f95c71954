/*
 * Inside vm/: bringing pages in.
 */
#ifndef VM_FAULT_H
#define VM_FAULT_H

#include "arch/arch.h"
#include "arch/common/entry.h"
#include "core/page.h"
#include "vm/address_space.h"

/* The page of zeros that all untouched anonymous memory reads from. */
extern pfn_t zero_pfn;
static inline arch_entry_t no_entry(void)
{
    return (arch_entry_t){0};
}

/*
 * Make `address` (page aligned) of a VMA accessible; mm->lock held (for
 * reading). Results as mm_fault(), and -EAGAIN: somebody else was faster, look
 * again. `force`: break copy-on-write although the VMA is not writable
 * (ptrace).
 */
int fault_in_vma(struct vma *vma, u64 address, enum fault_access access,
                 arch_entry_t entry, bool force);
/* The same until it succeeded or failed for good. */
int fault_page(struct vma *vma, u64 address, enum fault_access access,
               bool force);

/* fault_file.c */
int fault_mapping(struct vma *vma, u64 address, enum fault_access access,
                  arch_entry_t entry, bool force);
int fault_frames(struct vma *vma, u64 address, arch_entry_t entry);
/* Put a fresh anonymous page, which this takes over, in the place of `entry`.
 */
int fault_install_anon(struct vma *vma, u64 address, struct page *page,
                       arch_entry_t entry, u32 prot);
/* A new page of the space's account; NULL. */
struct page *fault_alloc_page(struct address_space *mm, u32 alloc_flags);
/* Drop what a replaced translation stood for. */
void fault_drop_old(struct address_space *mm, arch_entry_t old, bool dirty);

/* A translation of a cache page is gone and was dirty. */
void mapping_mark_mapped_dirty(struct page *page);

void mm_init_cache(void);

struct user_memory_ops;
extern const struct user_memory_ops vm_user_memory;

#endif
