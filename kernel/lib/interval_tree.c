#include "lib/interval_tree.h"

static struct interval_tree_node *node_of(const struct rb_node *rb)
{
    return rb_entry_safe((struct rb_node *)rb, struct interval_tree_node, rb);
}

static void update(struct rb_node *rb)
{
    struct interval_tree_node *n = node_of(rb);
    u64 last = n->last;

    if (rb->left)
        last = max(last, node_of(rb->left)->subtree_last);
    if (rb->right)
        last = max(last, node_of(rb->right)->subtree_last);
    n->subtree_last = last;
}

static const struct rb_augment augment = {update};

void interval_tree_insert(struct interval_tree_node *n,
                          struct interval_tree *tree)
{
    struct rb_node **link = &tree->root.node, *parent = NULL;

    while (*link) {
        parent = *link;
        link =
            n->start < node_of(parent)->start ? &parent->left : &parent->right;
    }
    rb_link_node(&n->rb, parent, link);
    rb_insert_augmented(&n->rb, &tree->root, &augment);
}

void interval_tree_remove(struct interval_tree_node *n,
                          struct interval_tree *tree)
{
    rb_erase_augmented(&n->rb, &tree->root, &augment);
}

/* The first in n's subtree that overlaps; subtree_last >= start there. */
static struct interval_tree_node *first_in(struct interval_tree_node *n,
                                           u64 start, u64 last)
{
    for (;;) {
        struct interval_tree_node *left = node_of(n->rb.left);

        if (left && left->subtree_last >= start) {
            /*
             * Some interval on the left ends late enough. The first such
             * overlaps, or it starts too late and so do all behind it.
             */
            n = left;
            continue;
        }
        if (n->start > last)
            return NULL;
        if (n->last >= start)
            return n;
        n = node_of(n->rb.right);
        if (!n || n->subtree_last < start)
            return NULL;
    }
}

struct interval_tree_node *interval_tree_iter_first(
    const struct interval_tree *tree, u64 start, u64 last)
{
    struct interval_tree_node *n = node_of(tree->root.node);

    if (!n || n->subtree_last < start)
        return NULL;
    return first_in(n, start, last);
}

struct interval_tree_node *interval_tree_iter_next(
    const struct interval_tree_node *n, u64 start, u64 last)
{
    const struct rb_node *rb = &n->rb, *prev;

    for (;;) {
        struct interval_tree_node *right = node_of(rb->right);

        if (right && right->subtree_last >= start)
            return first_in(right, start, last);
        do {
            prev = rb;
            rb = rb_parent(rb);
            if (!rb)
                return NULL;
        } while (prev == rb->right);
        n = node_of(rb);
        if (n->start > last)
            return NULL;
        if (n->last >= start)
            return (struct interval_tree_node *)n;
    }
}
