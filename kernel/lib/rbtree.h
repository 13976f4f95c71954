/*
 * Intrusive red-black trees.
 *
 * The user embeds a struct rb_node, and either searches with its own loop,
 * links with rb_link_node and balances with rb_insert_color, or gives a
 * comparison to rb_add and rb_find. rb_root_cached also knows the leftmost
 * node.
 *
 * An augmented tree keeps in each node something about its subtree (say, the
 * largest end): rb_augment.update computes it for one node from the node itself
 * and its two children, and the tree calls it, children first, for every node
 * whose subtree changed. The same augmentation must be given to each call.
 *
 * The owner's lock guards the tree; the tree takes no references.
 */
#pragma once

#include "lib/compiler.h"

struct rb_node {
    unsigned long parent_color; /* the parent, and 1 if black */
    struct rb_node *right;
    struct rb_node *left;
} __aligned(8);

struct rb_root {
    struct rb_node *node;
};

struct rb_root_cached {
    struct rb_root root;
    struct rb_node *leftmost;
};

struct rb_augment {
    void (*update)(struct rb_node *node);
};

#define RB_ROOT      \
    (struct rb_root) \
    {                \
        NULL         \
    }
#define RB_ROOT_CACHED      \
    (struct rb_root_cached) \
    {                       \
        {NULL}, NULL        \
    }

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                    \
    ({                                                      \
        struct rb_node *__rb_ptr = (ptr);                   \
        __rb_ptr ? rb_entry(__rb_ptr, type, member) : NULL; \
    })

static inline struct rb_node *rb_parent(const struct rb_node *n)
{
    return (struct rb_node *)(n->parent_color & ~1UL);
}

static inline bool RB_EMPTY_ROOT(const struct rb_root *root)
{
    return !READ_ONCE(root->node);
}

/* Puts a node, red and without children, where a search ended. */
static inline void rb_link_node(struct rb_node *n, struct rb_node *parent,
                                struct rb_node **link)
{
    n->parent_color = (unsigned long)parent;
    n->left = n->right = NULL;
    *link = n;
}

/* Balances after rb_link_node. */
void rb_insert_color(struct rb_node *n, struct rb_root *root);
void rb_erase(struct rb_node *n, struct rb_root *root);
void rb_insert_augmented(struct rb_node *n, struct rb_root *root,
                         const struct rb_augment *aug);
void rb_erase_augmented(struct rb_node *n, struct rb_root *root,
                        const struct rb_augment *aug);
/* Recomputes from n up to the root: after n's own value changed. */
void rb_propagate(struct rb_node *n, const struct rb_augment *aug);

/* Puts `n` at old's place; both have the same key (and augmented value). */
void rb_replace_node(struct rb_node *old, struct rb_node *n,
                     struct rb_root *root);

/* In order; NULL at either end. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *n);
struct rb_node *rb_prev(const struct rb_node *n);
/* Children before parents: for tearing a tree down without balancing. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *n);

/* `leftmost`: the search went left only. */
static inline void rb_insert_color_cached(struct rb_node *n,
                                          struct rb_root_cached *root,
                                          bool leftmost)
{
    if (leftmost)
        root->leftmost = n;
    rb_insert_color(n, &root->root);
}

static inline void rb_erase_cached(struct rb_node *n,
                                   struct rb_root_cached *root)
{
    if (root->leftmost == n)
        root->leftmost = rb_next(n);
    rb_erase(n, &root->root);
}

static inline void rb_insert_augmented_cached(struct rb_node *n,
                                              struct rb_root_cached *root,
                                              bool leftmost,
                                              const struct rb_augment *aug)
{
    if (leftmost)
        root->leftmost = n;
    rb_insert_augmented(n, &root->root, aug);
}

static inline void rb_erase_augmented_cached(struct rb_node *n,
                                             struct rb_root_cached *root,
                                             const struct rb_augment *aug)
{
    if (root->leftmost == n)
        root->leftmost = rb_next(n);
    rb_erase_augmented(n, &root->root, aug);
}

#define rb_first_cached(root) ((root)->leftmost)

/* Adds behind those that are equal. */
static __always_inline void rb_add(struct rb_node *n, struct rb_root *root,
                                   bool (*less)(const struct rb_node *a,
                                                const struct rb_node *b))
{
    struct rb_node **link = &root->node, *parent = NULL;

    while (*link) {
        parent = *link;
        link = less(n, parent) ? &parent->left : &parent->right;
    }
    rb_link_node(n, parent, link);
    rb_insert_color(n, root);
}

/* The same; returns whether n is now the leftmost. */
static __always_inline bool rb_add_cached(struct rb_node *n,
                                          struct rb_root_cached *root,
                                          bool (*less)(const struct rb_node *a,
                                                       const struct rb_node *b))
{
    struct rb_node **link = &root->root.node, *parent = NULL;
    bool leftmost = true;

    while (*link) {
        parent = *link;
        if (less(n, parent)) {
            link = &parent->left;
        } else {
            link = &parent->right;
            leftmost = false;
        }
    }
    rb_link_node(n, parent, link);
    rb_insert_color_cached(n, root, leftmost);
    return leftmost;
}

/* A node for which cmp(key, node) is 0, or NULL. */
static __always_inline struct rb_node *rb_find(
    const void *key, const struct rb_root *root,
    int (*cmp)(const void *key, const struct rb_node *n))
{
    struct rb_node *n = root->node;

    while (n) {
        int d = cmp(key, n);

        if (d == 0)
            return n;
        n = d < 0 ? n->left : n->right;
    }
    return NULL;
}

#define rb_for_each_entry(pos, root, member)                                 \
    for (pos = rb_entry_safe(rb_first(root), __typeof__(*pos), member); pos; \
         pos = rb_entry_safe(rb_next(&pos->member), __typeof__(*pos), member))

/* The body may free pos. */
#define rbtree_postorder_for_each_entry_safe(pos, n, root, member)       \
    for (pos = rb_entry_safe(rb_first_postorder(root), __typeof__(*pos), \
                             member);                                    \
         pos && ({                                                       \
             n = rb_entry_safe(rb_next_postorder(&pos->member),          \
                               __typeof__(*pos), member);                \
             1;                                                          \
         });                                                             \
         pos = n)
