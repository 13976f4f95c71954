/*
 * vm/: address spaces, faults, the page cache.
 *
 *   address_space.h  address spaces and all calls on them
 *   mapping.h        the page cache, for filesystems
 *   memory_object.h  memory that is an object: shared anonymous, SysV, memfd
 *   rmap.h           who maps a page
 *   oom.h            what happens when memory runs out
 *   vma.h, fault.h   inside vm/ only
 *
 * This header: start, tunables, counters of the whole system.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include "lib/atomic.h"
#include "lib/types.h"

/* Once, when allocators, scheduler and work queues run: caches, the zero page,
 * user_memory, reclaim. Panics if memory is short. */
void vm_init(void);

/* /proc/sys/vm */
extern s32 vm_overcommit_memory; /* 0 heuristic, 1 always, 2 never */
extern s32 vm_overcommit_ratio;  /* percent, for 2 */
extern u64 vm_overcommit_kbytes; /* instead of the ratio, if not 0 */
extern u64 vm_admin_reserve_kbytes, vm_user_reserve_kbytes;
extern u32 vm_max_map_count; /* 65530 */
extern u64 vm_mmap_min_addr; /* 65536 */
extern u32 vm_dirty_ratio;   /* percent of RAM: writers help */
extern u32 vm_dirty_background_ratio;
extern u32 vm_dirty_writeback_centisecs, vm_dirty_expire_centisecs;
extern s32 vm_panic_on_oom;

/* /proc/sys/vm/drop_caches: clean pages go; returns how many. */
u64 vm_drop_caches(void);

/* /proc/meminfo: pages. */
struct vm_memory_info {
    u64 total, free, available, cached, shmem, anon, mapped, dirty, writeback;
    u64 slab, page_tables, kernel_stack, commit_limit, committed, locked;
};
void vm_memory_info(struct vm_memory_info *info);

/* /proc/vmstat */
enum vm_event {
    VM_FAULTS,
    VM_MAJOR_FAULTS,
    VM_PAGES_RECLAIMED,
    VM_OOM_KILLS,
    VM_EVENTS
};
u64 vm_event_total(enum vm_event e);

/* Committed memory, pages: 0 or -ENOMEM. */
int vm_commit(u64 pages, bool admin);
void vm_uncommit(u64 pages);
u64 vm_committed(void);
u64 vm_commit_limit(void);

#endif
