/*
 * Inside vm/: the page cache's parts among themselves.
 */
#ifndef VM_CACHE_H
#define VM_CACHE_H

#include "core/page.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "vm/mapping.h"

void mapping_init_cache(void);

/* A new page of the cache at `index`, referenced by the tree and the caller;
 * locked, unless it is up to date (then it is zeroed). ERR_PTR: -EEXIST,
 * -ENOMEM. invalidate_lock held. */
struct page *mapping_new_page(struct mapping *m, u64 index, u32 alloc_flags,
                              bool uptodate);
/* Take a locked page out of the tree; drops the tree's reference. */
void mapping_delete_page(struct mapping *m, struct page *page);
/* DIRTY off, with its count and tag; true if it was on. Page locked. */
bool mapping_clear_dirty(struct mapping *m, struct page *page);
/* Up to `max` pages of [*index, last], referenced, in order; *index moves
 * behind the last one. */
unsigned mapping_gang(struct mapping *m, struct page **pages, u64 *index,
                      u64 last, unsigned max);
unsigned mapping_gang_tag(struct mapping *m, struct page **pages, u64 *index,
                          u64 last, unsigned max, enum radix_tag tag);

static inline bool mapping_has_store(const struct mapping *m)
{
    return !(atomic_load(&m->flags) & (int)MAPPING_NO_STORE);
}
/* Pages that a file of this size has. */
static inline u64 mapping_size_pages(const struct mapping *m)
{
    return ((u64)READ_ONCE(m->size) + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

void writeback_init(void);
/* writeback.c: the mapping has a dirty page. */
void writeback_add(struct mapping *m);
void writeback_remove(struct mapping *m);
/* After writing: too much is dirty, so help. */
void writeback_balance(struct mapping *m);

#endif
