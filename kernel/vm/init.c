#include "core/init.h"
#include "core/iter.h"
#include "core/log.h"
#include "core/page.h"
#include "vm/cache.h"
#include "vm/fault.h"
#include "vm/oom.h"
#include "vm/reclaim.h"
#include "vm/vm.h"
#include "vm/vma.h"

static const struct reclaim_ops reclaim_ops = {
    .reclaim = vm_reclaim,
    .out_of_memory = vm_out_of_memory,
};

void vm_init(void)
{
    struct page *zero = page_alloc(0, ALLOC_ZERO | ALLOC_NOFAIL);

    page_set(zero, PAGE_RESERVED);
    zero_pfn = page_to_pfn(zero);
    vma_init_cache();
    mm_init_cache();
    mapping_init_cache();
    writeback_init();
    user_memory = &vm_user_memory;
    page_set_reclaim(&reclaim_ops);
}

static int vm_start(void)
{
    vm_init();
    return 0;
}
INITCALL(vm, vm_start);
