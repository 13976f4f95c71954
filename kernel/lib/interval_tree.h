/*
 * Closed intervals [start, last] of u64, found by overlap: which mappings show
 * this page of a file (reverse mapping), which locks cover this range.
 *
 * The user embeds a node and sets start and last before inserting; to change
 * them, remove and insert again. Intervals may be equal. The owner's lock
 * guards the tree. To visit all that overlap [a, b]:
 *
 *   for (n = interval_tree_iter_first(t, a, b); n;
 *        n = interval_tree_iter_next(n, a, b))
 */
#pragma once

#include "lib/rbtree.h"

struct interval_tree_node {
    struct rb_node rb;
    u64 start;
    u64 last;         /* inclusive, >= start */
    u64 subtree_last; /* the largest last in the subtree */
};

struct interval_tree {
    struct rb_root root;
};

#define INTERVAL_TREE_INIT \
    (struct interval_tree) \
    {                      \
        {                  \
            NULL           \
        }                  \
    }

static inline bool interval_tree_empty(const struct interval_tree *tree)
{
    return RB_EMPTY_ROOT(&tree->root);
}

void interval_tree_insert(struct interval_tree_node *n,
                          struct interval_tree *tree);
void interval_tree_remove(struct interval_tree_node *n,
                          struct interval_tree *tree);

/* In order of start; equal ones in order of insertion. */
struct interval_tree_node *interval_tree_iter_first(
    const struct interval_tree *tree, u64 start, u64 last);
struct interval_tree_node *interval_tree_iter_next(
    const struct interval_tree_node *n, u64 start, u64 last);
