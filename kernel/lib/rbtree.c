#include "lib/rbtree.h"

/*
 * The usual rules: the root is black, a red node has black children, every
 * path from a node down to a missing child has as many black nodes. Missing
 * children count as black.
 */

static bool is_black(const struct rb_node *n)
{
    return !n || (n->parent_color & 1);
}

static bool is_red(const struct rb_node *n)
{
    return !is_black(n);
}

static void set_black(struct rb_node *n)
{
    n->parent_color |= 1;
}

static void set_red(struct rb_node *n)
{
    n->parent_color &= ~1UL;
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
    n->parent_color = (unsigned long)parent | (n->parent_color & 1);
}

static void copy_color(struct rb_node *n, const struct rb_node *from)
{
    n->parent_color = (n->parent_color & ~1UL) | (from->parent_color & 1);
}

/* Makes parent (or the root) point to `n` where it pointed to `old`. */
static void change_child(struct rb_node *old, struct rb_node *n,
                         struct rb_node *parent, struct rb_root *root)
{
    if (!parent)
        root->node = n;
    else if (parent->left == old)
        parent->left = n;
    else
        parent->right = n;
}

/* Turns n down; its child on the other side takes its place. */
static __always_inline void rotate(struct rb_node *n, bool left,
                                   struct rb_root *root,
                                   const struct rb_augment *aug)
{
    struct rb_node *up = left ? n->right : n->left;
    struct rb_node *parent = rb_parent(n);
    struct rb_node *middle;

    if (left) {
        middle = n->right = up->left;
        up->left = n;
    } else {
        middle = n->left = up->right;
        up->right = n;
    }
    if (middle)
        set_parent(middle, n);
    set_parent(up, parent);
    set_parent(n, up);
    change_child(n, up, parent, root);
    if (aug) {
        aug->update(n);
        aug->update(up);
    }
}

void rb_propagate(struct rb_node *n, const struct rb_augment *aug)
{
    for (; n; n = rb_parent(n))
        aug->update(n);
}

static __always_inline void insert(struct rb_node *n, struct rb_root *root,
                                   const struct rb_augment *aug)
{
    struct rb_node *parent, *grand, *uncle;

    if (aug)
        rb_propagate(n, aug);
    /* n is red; only n and its parent may both be red. */
    while ((parent = rb_parent(n)) && is_red(parent)) {
        bool left;

        grand = rb_parent(parent);
        left = grand->left == parent;
        uncle = left ? grand->right : grand->left;
        if (is_red(uncle)) {
            set_black(parent);
            set_black(uncle);
            set_red(grand);
            n = grand;
            continue;
        }
        if (n == (left ? parent->right : parent->left)) {
            rotate(parent, left, root, aug);
            parent = n;
        }
        set_black(parent);
        set_red(grand);
        rotate(grand, !left, root, aug);
        break;
    }
    set_black(root->node);
}

/* The path to n, parent's child, lacks one black node. */
static __always_inline void erase_fixup(struct rb_node *n,
                                        struct rb_node *parent,
                                        struct rb_root *root,
                                        const struct rb_augment *aug)
{
    while (parent && is_black(n)) {
        bool left = parent->left == n;
        struct rb_node *sibling = left ? parent->right : parent->left;
        struct rb_node *far, *near;

        if (is_red(sibling)) {
            set_black(sibling);
            set_red(parent);
            rotate(parent, left, root, aug);
            sibling = left ? parent->right : parent->left;
        }
        far = left ? sibling->right : sibling->left;
        near = left ? sibling->left : sibling->right;
        if (is_black(far) && is_black(near)) {
            set_red(sibling);
            n = parent;
            parent = rb_parent(n);
            continue;
        }
        if (is_black(far)) {
            set_black(near);
            set_red(sibling);
            rotate(sibling, !left, root, aug);
            far = sibling;
            sibling = near;
        }
        copy_color(sibling, parent);
        set_black(parent);
        set_black(far);
        rotate(parent, left, root, aug);
        return;
    }
    if (n)
        set_black(n);
}

static __always_inline void erase(struct rb_node *n, struct rb_root *root,
                                  const struct rb_augment *aug)
{
    struct rb_node *parent = rb_parent(n);
    struct rb_node *child, *lowest; /* what moved up, and its new parent */
    bool black;

    if (!n->left || !n->right) {
        child = n->left ? n->left : n->right;
        lowest = parent;
        black = is_black(n);
        if (child)
            set_parent(child, parent);
        change_child(n, child, parent, root);
    } else {
        struct rb_node *next = n->right;

        while (next->left)
            next = next->left;
        child = next->right;
        black = is_black(next);
        if (next == n->right) {
            lowest = next;
        } else {
            lowest = rb_parent(next);
            lowest->left = child;
            if (child)
                set_parent(child, lowest);
            next->right = n->right;
            set_parent(next->right, next);
        }
        next->left = n->left;
        set_parent(next->left, next);
        next->parent_color = n->parent_color;
        change_child(n, next, parent, root);
    }
    if (aug)
        rb_propagate(lowest, aug);
    if (black)
        erase_fixup(child, lowest, root, aug);
}

void rb_insert_color(struct rb_node *n, struct rb_root *root)
{
    insert(n, root, NULL);
}

void rb_erase(struct rb_node *n, struct rb_root *root)
{
    erase(n, root, NULL);
}

void rb_insert_augmented(struct rb_node *n, struct rb_root *root,
                         const struct rb_augment *aug)
{
    insert(n, root, aug);
}

void rb_erase_augmented(struct rb_node *n, struct rb_root *root,
                        const struct rb_augment *aug)
{
    erase(n, root, aug);
}

void rb_replace_node(struct rb_node *old, struct rb_node *n,
                     struct rb_root *root)
{
    *n = *old;
    if (n->left)
        set_parent(n->left, n);
    if (n->right)
        set_parent(n->right, n);
    change_child(old, n, rb_parent(old), root);
}

struct rb_node *rb_first(const struct rb_root *root)
{
    struct rb_node *n = root->node;

    while (n && n->left)
        n = n->left;
    return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
    struct rb_node *n = root->node;

    while (n && n->right)
        n = n->right;
    return n;
}

struct rb_node *rb_next(const struct rb_node *n)
{
    struct rb_node *p;

    if (n->right) {
        for (p = n->right; p->left; p = p->left)
            ;
        return p;
    }
    while ((p = rb_parent(n)) && n == p->right)
        n = p;
    return p;
}

struct rb_node *rb_prev(const struct rb_node *n)
{
    struct rb_node *p;

    if (n->left) {
        for (p = n->left; p->right; p = p->right)
            ;
        return p;
    }
    while ((p = rb_parent(n)) && n == p->left)
        n = p;
    return p;
}

static struct rb_node *deepest_left(const struct rb_node *n)
{
    for (;;) {
        if (n->left)
            n = n->left;
        else if (n->right)
            n = n->right;
        else
            return (struct rb_node *)n;
    }
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
    return root->node ? deepest_left(root->node) : NULL;
}

struct rb_node *rb_next_postorder(const struct rb_node *n)
{
    struct rb_node *p = rb_parent(n);

    if (p && n == p->left && p->right)
        return deepest_left(p->right);
    return p;
}
