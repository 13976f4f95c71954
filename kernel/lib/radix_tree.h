/*
 * A radix tree from u64 to pointers, with tags: the index of the page cache.
 *
 * The owner's lock serialises all changes. radix_tree_lookup and the other
 * functions marked "lockless" may run beside one change without that lock,
 * inside an RCU read section: nodes that are unlinked go to ops->free_node,
 * which must keep the memory until such readers are gone. A lockless reader
 * that takes a reference on what it found must then check that the object is
 * still the one at that index (page->mapping and page->index).
 *
 * Entries are pointers that are multiples of 4, or small numbers made with
 * radix_tree_value. NULL is no entry. Three tags are kept per entry, and "some
 * entry below has it" per subtree, so that searching for a tag skips the rest.
 */
#pragma once

#include "lib/atomic.h"

#define RADIX_SHIFT 6
#define RADIX_SLOTS 64
/* The most nodes that one insertion can need. */
#define RADIX_MAX_DEPTH 11

enum radix_tag {
    RADIX_TAG_DIRTY,
    RADIX_TAG_WRITEBACK,
    RADIX_TAG_TOWRITE,
    RADIX_TAGS,
};

struct radix_node {
    u8 shift;  /* of the index bits that select a slot here */
    u8 offset; /* this node's slot in the parent */
    u8 count;  /* slots in use */
    struct radix_node *parent;
    void *slots[RADIX_SLOTS];
    u64 tags[RADIX_TAGS];
};

struct radix_tree_ops {
    /*
     * sizeof(struct radix_node) bytes, zeroed, or NULL. Called with the
     * owner's lock held.
     */
    struct radix_node *(*alloc_node)(void *ctx);
    void (*free_node)(void *ctx, struct radix_node *node);
};

struct radix_tree {
    void *root; /* NULL, an entry at index 0, or a marked node */
    const struct radix_tree_ops *ops;
    void *ctx; /* given to ops; the owner's */
    u8 tags;   /* one bit a tag: some entry has it */
};

static inline void radix_tree_init(struct radix_tree *t,
                                   const struct radix_tree_ops *ops, void *ctx)
{
    *t = (struct radix_tree){.ops = ops, .ctx = ctx};
}

/* A number below 2^63 as an entry. */
static inline void *radix_tree_value(u64 v)
{
    return (void *)(v << 1 | 1);
}
static inline bool radix_tree_empty(const struct radix_tree *t)
{
    return !READ_ONCE(t->root);
}

/* 0, -EEXIST if the index is taken, -ENOMEM; then nothing changed. */
int radix_tree_insert(struct radix_tree *t, u64 index, void *entry);
/* Puts another entry where one is, keeping its tags; the old, or NULL: none. */
void *radix_tree_replace(struct radix_tree *t, u64 index, void *entry);
/* Removes and returns the entry with its tags, or NULL. */
void *radix_tree_delete(struct radix_tree *t, u64 index);
/* Removes all; calls fn, if not NULL, for each entry. */
void radix_tree_destroy(struct radix_tree *t,
                        void (*fn)(void *arg, u64 index, void *entry),
                        void *arg);

/* Lockless: the entry at index, or NULL. */
void *radix_tree_lookup(const struct radix_tree *t, u64 index);
/*
 * Lockless: the first entry at or behind *index and not behind last; *index
 * becomes its index. NULL: none, and *index is unchanged.
 */
void *radix_tree_next(const struct radix_tree *t, u64 *index, u64 last);
/* The same for the last entry at or before *index and not before first. */
void *radix_tree_prev(const struct radix_tree *t, u64 *index, u64 first);
/* Lockless: the same among those with a tag. */
void *radix_tree_next_tag(const struct radix_tree *t, u64 *index, u64 last,
                          enum radix_tag tag);
/* Lockless: the first index >= from without entry; false: none up to last. */
bool radix_tree_next_hole(const struct radix_tree *t, u64 from, u64 last,
                          u64 *hole);
/*
 * Lockless: up to max entries from `first` to `last` in order; their indexes
 * in indexes[], if not NULL. Returns how many.
 */
unsigned int radix_tree_gang_lookup(const struct radix_tree *t, void **entries,
                                    u64 *indexes, u64 first, u64 last,
                                    unsigned int max);
unsigned int radix_tree_gang_lookup_tag(const struct radix_tree *t,
                                        void **entries, u64 *indexes, u64 first,
                                        u64 last, unsigned int max,
                                        enum radix_tag tag);

/* Sets or clears a tag of an existing entry; no entry: does nothing. */
void radix_tree_tag_set(struct radix_tree *t, u64 index, enum radix_tag tag);
void radix_tree_tag_clear(struct radix_tree *t, u64 index, enum radix_tag tag);
/* Lockless. */
bool radix_tree_tag_get(const struct radix_tree *t, u64 index,
                        enum radix_tag tag);

/* Lockless: does any entry have the tag? */
static inline bool radix_tree_tagged(const struct radix_tree *t,
                                     enum radix_tag tag)
{
    return READ_ONCE(t->tags) >> tag & 1;
}
