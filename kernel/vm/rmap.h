/*
 * Reverse mapping: who maps a page.
 *
 * Counting is by translation: a page's mapcount is the number of translations
 * that point to it, and each holds a reference. See address_space.h for how
 * they are found.
 */
#ifndef VM_RMAP_H
#define VM_RMAP_H

#include "arch/arch.h"
#include "core/lock.h"
#include "core/rcu.h"
#include "lib/list.h"
#include "lib/refcount.h"

struct address_space;
struct page;
struct vma;

struct anon_family {
    refcount_t refs;         /* one per space */
    rwlock_t lock;           /* guards spaces, and their `moved` lists */
    struct list_head spaces; /* by family_link */
    struct rcu_head rcu;
};

struct anon_family *family_create(void); /* NULL: no memory */
void family_join(struct anon_family *f, struct address_space *mm);
void family_leave(struct address_space *mm);

/* For each translation of a page (referenced by the caller): fn(ctx, mm, va)
 * until it returns non-zero, which is returned. The page locked if it is of a
 * file. The VMA is not locked: fn acts on mm->arch by compare-and-set only. */
int rmap_walk(struct page *page,
              int (*fn)(void *ctx, struct address_space *mm, u64 va),
              void *ctx);
/* Was it used since the last call, or is it kept by mlock? Clears the marks. */
bool rmap_referenced(struct page *page);
/* Remove all translations; the page (of a file, locked) may be dirty after. */
void rmap_unmap_file_page(struct page *page);
/* Write-protect all translations; true if one was dirty (before write-back). */
bool rmap_clean_file_page(struct page *page);

#endif
