/*
 * The page cache: one `struct mapping` per inode (or other source of pages).
 *
 * File reads, writes, mmap and execve share the same pages; tmpfs, memfd and
 * shared anonymous memory are mappings without a backing store. A filesystem
 * embeds a struct mapping in its inode and gives mapping_ops.
 *
 * Look-up is lockless (RCU + page_get_unless_free + recheck); mapping.lock
 * guards the tree's changes; mapping.vma_lock guards the tree of VMAs that map
 * it (reverse mapping). truncate takes mapping.invalidate_lock for writing,
 * faults and reads that fill pages take it for reading.
 *
 * Order: inode lock > address_space.lock > invalidate_lock > page lock >
 *        vma_lock > mapping.lock
 */
#ifndef VM_MAPPING_H
#define VM_MAPPING_H

#include "core/lock.h"
#include "core/object.h"
#include "core/page.h"
#include "core/request.h"
#include "lib/interval_tree.h"
#include "lib/radix_tree.h"

struct mapping;
struct account;

struct mapping_ops {
    /* Fill `page` (locked, not up to date) from the store; unlocks it when done
     * (now or later), with PAGE_UPTODATE or PAGE_ERROR. NULL: no store, a hole
     * reads as zeros. */
    int (*read_page)(struct mapping *m, struct page *page);
    /* Read ahead: start reading [index, index + count), best effort. */
    void (*read_ahead)(struct mapping *m, u64 index, u32 count);
    /* Write a dirty page back (locked on entry; returns unlocked, in
     * writeback until page_end_writeback()). NULL: pages stay in memory. */
    int (*write_page)(struct mapping *m, struct page *page, bool sync);
    /* A page is about to be dirtied: reserve space. -ENOSPC, -EDQUOT. */
    int (*reserve)(struct mapping *m, u64 index);
    /* A page leaves the cache by truncation or reclaim. */
    void (*page_removed)(struct mapping *m, u64 index);
    /* mtime/ctime update when a shared mapping is first written. */
    void (*touched)(struct mapping *m);
};

#define MAPPING_NO_STORE BIT(0) /* pages are never reclaimed (tmpfs, memfd) */
#define MAPPING_ERROR    BIT(1) /* a write-back failed: next fsync says EIO */
#define MAPPING_NO_SPACE BIT(2)

struct mapping {
    struct radix_tree pages;
    spinlock_t lock;
    u64 page_count;            /* guarded by lock */
    struct interval_tree vmas; /* struct vma by page offset */
    rwlock_t vma_lock;
    rwlock_t invalidate_lock;
    const struct mapping_ops *ops;
    void *owner;    /* inode; borrowed (the inode outlives its mapping) */
    s64 size;       /* bytes; changed under the inode lock, read anywhere */
    atomic_t flags; /* MAPPING_* */
    atomic_t writable_maps; /* shared writable VMAs; < 0: denied (seals) */
    u32 read_ahead_state;
    struct account *account;     /* whom pages are charged to; borrowed */
    struct list_head dirty_link; /* write-back list */
};

void mapping_init(struct mapping *m, const struct mapping_ops *ops,
                  void *owner);
void mapping_destroy(struct mapping *m); /* drops all pages; no VMAs left */

/* A referenced page or NULL; may be not up to date. */
struct page *mapping_find(struct mapping *m, u64 index);
/* A referenced, up-to-date page, read or zero-filled if need be; ERR_PTR(-EIO,
 * -ENOMEM, -EINTR). Beyond the end of file: ERR_PTR(-ENXIO). May sleep. */
struct page *mapping_get(struct mapping *m, u64 index);
/* For writing: locked and referenced; contents read first unless `whole`. */
struct page *mapping_get_for_write(struct mapping *m, u64 index, bool whole);
void mapping_mark_dirty(struct mapping *m, struct page *page);
/* First page >= *index that is present (SEEK_DATA, mincore): NULL: none. */
struct page *mapping_next(struct mapping *m, u64 *index);

/* Generic file I/O on a mapping: iterator and position from the request; they
 * honour size, append, short copies, faults and RLIMIT_FSIZE. The caller holds
 * the inode lock for writes. */
ssize_t mapping_read(struct mapping *m, struct iter *to, s64 pos);
ssize_t mapping_write(struct mapping *m, struct iter *from, s64 pos);

/* Drop pages of [start, end) bytes, zero the partial ones, unmap them from
 * every address space (private COW copies stay, or go with `even_cows`).
 * Truncation: set m->size first, then mapping_truncate(m, new size, ~0). */
void mapping_truncate(struct mapping *m, s64 start, s64 end);
void mapping_unmap(struct mapping *m, u64 first_index, u64 last_index,
                   bool even_cows);
/* Write back dirty pages of a byte range and wait. Returns -EIO once per error
 * per caller's stored `*since`. */
int mapping_sync(struct mapping *m, s64 start, s64 end);
u64 mapping_reclaim(u64 wanted); /* clean pages of mappings with a store */

/* Filled in by object_ops.mmap. */
struct mapping_request {
    struct caller *caller;
    u64 length; /* bytes, page aligned */
    u64 offset; /* bytes, page aligned */
    u32 prot;   /* PROT_* asked */
    bool shared;
    u32 max_prot; /* in: what the grant's rights allow; may be narrowed */
    /* out: either a mapping ... */
    struct mapping *mapping;
    /* ... or frames that need not be RAM: page by page */
    const struct frame_ops *frames;
    void *frames_data;
    void (*opened)(void *data); /* a VMA was made or copied: NULL or count */
    void (*closed)(void *data);
};

struct frame_ops {
    /* The frame at page offset index; -ENXIO gives SIGBUS. */
    int (*frame)(void *data, u64 index, pfn_t *pfn, u32 *attributes);
};

#endif
