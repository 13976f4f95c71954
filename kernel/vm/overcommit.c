#include "core/page.h"
#include "vm/vma.h"

s32 vm_overcommit_memory;
s32 vm_overcommit_ratio = 50;
u64 vm_overcommit_kbytes;
u64 vm_admin_reserve_kbytes = 8192, vm_user_reserve_kbytes = 131072;
u32 vm_max_map_count = 65530;
/* As the distribution sets it for each architecture. */
u64 vm_mmap_min_addr = ARCH_USER_MIN > PAGE_SIZE ? ARCH_USER_MIN : PAGE_SIZE;

static atomic64_t committed; /* pages */

u64 vm_commit_limit(void)
{
    if (vm_overcommit_kbytes)
        return vm_overcommit_kbytes >> (PAGE_SHIFT - 10);
    return page_total_count() * (u64)max(vm_overcommit_ratio, 0) / 100;
}

u64 vm_committed(void)
{
    s64 pages = atomic64_load(&committed);

    return pages > 0 ? (u64)pages : 0;
}

int vm_commit(u64 pages, bool admin)
{
    u64 limit, now;

    now = (u64)atomic64_add_return_relaxed((s64)pages, &committed);
    if (vm_overcommit_memory == 1)
        return 0;
    if (vm_overcommit_memory == 0) {
        /* Only what is obviously too much: more than there is in all. */
        if (pages > page_total_count())
            goto out_undo;
        return 0;
    }
    limit = vm_commit_limit();
    if (!admin)
        limit -= min(limit, vm_admin_reserve_kbytes >> (PAGE_SHIFT - 10));
    if (now <= limit)
        return 0;
out_undo:
    atomic64_sub((s64)pages, &committed);
    return -ENOMEM;
}

void vm_uncommit(u64 pages)
{
    if (pages)
        atomic64_sub((s64)pages, &committed);
}
