/*
 * The page cache: one `struct mapping` per inode (or other source of pages).
 *
 * File reads, writes, mmap and execve share the same pages; tmpfs, memfd and
 * shared anonymous memory are mappings without a backing store. A filesystem
 * embeds a struct mapping in its inode and gives mapping_ops.
 *
 * Look-up is lockless (RCU + page_get_unless_free + recheck); mapping.lock
 * guards the tree's changes; mapping.vma_lock guards the tree of VMAs that map
 * it (reverse mapping). Truncation takes mapping.invalidate_lock for writing;
 * whoever adds a page to the cache takes it for reading. A page that is found
 * without that lock may just be leaving the cache: whoever maps it looks at
 * page->mapping again afterwards (truncation first clears that, then unmaps).
 *
 * A page in the cache has one reference from the tree, and one more from each
 * translation. Its flags: UPTODATE, DIRTY, WRITEBACK, ERROR, ACCESSED; LOCKED
 * while it is filled, written to or taken out.
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
    /* Read ahead: start reading [index, index + count), best effort: add pages
     * with mapping_add_page(). NULL: read_page, one by one. */
    void (*read_ahead)(struct mapping *m, u64 index, u32 count);
    /* Write a dirty page back (locked on entry, PAGE_WRITEBACK set; returns
     * unlocked, and calls page_end_writeback() now or later; a failure later
     * is told by mapping_set_error()). NULL: pages stay in memory. */
    int (*write_page)(struct mapping *m, struct page *page, bool sync);
    /* A page is about to be dirtied (with a store), or to be allocated
     * (without): reserve space. -ENOSPC, -EDQUOT. */
    int (*reserve)(struct mapping *m, u64 index);
    /* A page leaves the cache by truncation, reclaim or destruction. Called
     * with the page locked; may be used to give back what `reserve` took. */
    void (*page_removed)(struct mapping *m, u64 index);
    /* mtime/ctime update when a shared mapping is first written. */
    void (*touched)(struct mapping *m);
    /* madvise(MADV_REMOVE): punch a hole, bytes. NULL: -EOPNOTSUPP. */
    int (*punch)(struct mapping *m, s64 start, s64 end);
};

#define MAPPING_NO_STORE BIT(0) /* pages are never reclaimed (tmpfs, memfd) */
#define MAPPING_ERROR    BIT(1) /* a write-back failed: next fsync says EIO */
#define MAPPING_NO_SPACE BIT(2)
#define MAPPING_RANDOM   BIT(3) /* POSIX_FADV_RANDOM: no read-ahead */

struct mapping {
    struct radix_tree pages;
    spinlock_t lock;           /* guards pages, page_count */
    u64 page_count;            /* guarded by lock */
    struct interval_tree vmas; /* struct vma by page offset; vma_lock */
    rwlock_t vma_lock;
    rwlock_t invalidate_lock;
    const struct mapping_ops *ops;
    void *owner;    /* inode; borrowed (the inode outlives its mapping) */
    s64 size;       /* bytes; changed under the inode lock, read anywhere */
    atomic_t flags; /* MAPPING_* */
    atomic_t writable_maps;  /* shared writable VMAs; < 0: denied (seals) */
    atomic_t error_sequence; /* counts failed write-backs */
    u32 read_ahead_pages;    /* current window; a hint */
    u64 read_ahead_next;     /* where a sequential reader is expected next */
    u64 reclaim_index;       /* reclaim's clock hand; reclaim.c */
    struct account *account; /* whom pages are charged to; borrowed; or NULL */
    struct list_head dirty_link; /* write-back list; writeback.c */
    struct list_head store_link; /* mappings with a store; reclaim.c */
};

/* `flags`: MAPPING_NO_STORE or 0. ops may be NULL for memory without limits. */
void mapping_init(struct mapping *m, const struct mapping_ops *ops, void *owner,
                  u32 flags);
/* Drops all pages, dirty ones too; no VMAs are left. May sleep. */
void mapping_destroy(struct mapping *m);

/* ------------------------------------------------------------------ pages --
 */

/* A referenced page or NULL; may be not up to date. Lockless. */
struct page *mapping_find(struct mapping *m, u64 index);
/* A referenced, up-to-date page, read or zero-filled if need be; ERR_PTR(-EIO,
 * -ENOMEM, -EINTR). Beyond the end of file: ERR_PTR(-ENXIO). May sleep. *major,
 * if not NULL, becomes true when it had to be read from the store. */
struct page *mapping_get(struct mapping *m, u64 index, bool *major);
/* For writing: locked and referenced; contents read first unless `whole`: then
 * the caller fills it and sets PAGE_UPTODATE. Also beyond the end of file.
 * Space has been reserved. ERR_PTR. */
struct page *mapping_get_for_write(struct mapping *m, u64 index, bool whole);
/* For read_ahead: a new locked page that is not up to date, referenced by the
 * tree and by the caller; NULL if there is one or memory is short. */
struct page *mapping_add_page(struct mapping *m, u64 index);
/* Page locked, or otherwise kept in the cache. Any number of times. */
void mapping_mark_dirty(struct mapping *m, struct page *page);
/* First page >= *index that is present (SEEK_DATA, mincore), referenced; NULL:
 * none. */
struct page *mapping_next(struct mapping *m, u64 *index);
/* First index >= from that has no page. */
u64 mapping_next_hole(struct mapping *m, u64 from);

/* ---------------------------------------------------------------- file I/O */

/*
 * Generic file I/O on a mapping. They honour the size, short copies and
 * faults; return bytes moved (> 0 if any were), 0 at the end of file, or a
 * negative errno. mapping_write() extends m->size; its caller holds the inode
 * lock, has dealt with O_APPEND and has cut the iterator at RLIMIT_FSIZE and
 * the file system's limits.
 */
ssize_t mapping_read(struct mapping *m, struct iter *to, s64 pos);
ssize_t mapping_write(struct mapping *m, struct iter *from, s64 pos);
/* readahead(2), MADV_WILLNEED: starts reading, at most 2 MiB. */
void mapping_read_ahead(struct mapping *m, u64 index, u64 count);

/* Drop pages of [start, end) bytes, zero the partial ones, unmap them from
 * every address space (private COW copies stay when a hole is punched, and go
 * when `end` is ~0, as Linux does). Truncation: set m->size first, then
 * mapping_truncate(m, new size, S64_MAX). The caller holds the inode lock. */
void mapping_truncate(struct mapping *m, s64 start, s64 end);
/* Drop clean, unmapped pages of the range (POSIX_FADV_DONTNEED). */
void mapping_invalidate(struct mapping *m, u64 first, u64 last);
void mapping_unmap(struct mapping *m, u64 first_index, u64 last_index,
                   bool even_cows);

/* -------------------------------------------------------------- write-back */

/* Write back dirty pages of a byte range [start, end) and wait; 0 or the first
 * error of this call. */
int mapping_sync(struct mapping *m, s64 start, s64 end);
/* Start writing, without waiting. */
int mapping_flush(struct mapping *m, s64 start, s64 end);
void mapping_set_error(struct mapping *m, int error);
/* fsync: an error since *since (an open file's own, from
 * mapping_error_sequence() at open): -EIO or -ENOSPC once each. */
u32 mapping_error_sequence(struct mapping *m);
int mapping_check_error(struct mapping *m, u32 *since);
/* All dirty pages of all mappings: sync(2). */
void mapping_sync_all(bool wait);

/* Shared writable mappings against seals: -EPERM while they are denied. */
int mapping_map_writable(struct mapping *m);
void mapping_unmap_writable(struct mapping *m);
/* F_SEAL_WRITE: -EBUSY while there are some. */
int mapping_deny_writable(struct mapping *m);

/* ------------------------------------------------------------ object_ops -- */

/* Filled in by object_ops.mmap, which is called without locks. */
struct mapping_request {
    struct caller *caller; /* NULL: the kernel */
    u64 length;            /* bytes, page aligned */
    u64 offset;            /* bytes, page aligned */
    u32 prot;              /* PROT_* asked */
    bool shared;
    u32 max_prot; /* in: PROT_* that the grant's rights allow; may be narrowed.
                     Asking for PROT_EXEC then gives -EPERM (noexec) */
    /* out: one of these ... */
    struct mapping *mapping; /* lives as long as the object */
    bool anonymous;          /* /dev/zero: as if MAP_ANONYMOUS */
    /* ... or frames that need not be RAM: page by page */
    const struct frame_ops *frames;
    void *frames_data;
    void (*opened)(void *data); /* a VMA was made or copied: NULL or count */
    void (*closed)(void *data);
};

struct frame_ops {
    /* The frame at page offset index; -ENXIO gives SIGBUS. *attributes:
     * MAP_ATTR_DEVICE, MAP_ATTR_WC or 0. */
    int (*frame)(void *data, u64 index, pfn_t *pfn, u32 *attributes);
};

#endif
