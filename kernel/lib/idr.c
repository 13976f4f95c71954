#include "lib/idr.h"
#include "lib/bitops.h"
#include "lib/errno.h"

/* The largest id below a node of this shift. */
static u64 span_of(unsigned int shift)
{
    return (1UL << (shift + IDR_SHIFT)) - 1;
}

static unsigned int slot_of(const struct idr_node *node, u64 id)
{
    return (id >> node->shift) & (IDR_SLOTS - 1);
}

static struct idr_node *child_of(const struct idr_node *node, unsigned int i)
{
    return rcu_dereference(node->slots[i]);
}

/*
 * The lowest free id >= id in the tree as it is, counting what has no node yet
 * as free; may be larger than the tree spans.
 */
static u64 find_free(const struct idr *idr, u64 id)
{
    const struct idr_node *node;

restart:
    node = idr->root;
    if (!node || id > span_of(node->shift))
        return id;
    for (;;) {
        u64 base = id & ~span_of(node->shift);
        unsigned int i = slot_of(node, id);
        u64 room = ~node->full & (~0UL << i);

        if (!room) {
            id = base + span_of(node->shift) + 1;
            goto restart;
        }
        if (__ffs(room) != i) {
            i = __ffs(room);
            id = base + ((u64)i << node->shift);
        }
        if (node->shift == 0 || !(node->used & BIT(i)))
            return id;
        node = child_of(node, i);
    }
}

/* Frees a node that is unused, and its ancestors that become so. */
static void prune(struct idr *idr, struct idr_node *node)
{
    while (node && !node->used) {
        struct idr_node *parent = node->parent;

        if (parent) {
            smp_store_release(&parent->slots[node->offset], NULL);
            parent->used &= ~BIT(node->offset);
        } else {
            smp_store_release(&idr->root, NULL);
        }
        idr->ops->free_node(idr->ctx, node);
        node = parent;
    }
}

static struct idr_node *new_node(struct idr *idr, unsigned int shift)
{
    struct idr_node *node = idr->ops->alloc_node(idr->ctx);

    if (node)
        node->shift = (u8)shift;
    return node;
}

static void link_child(struct idr_node *node, unsigned int i,
                       struct idr_node *child)
{
    child->parent = node;
    child->offset = (u8)i;
    node->used |= BIT(i);
    if (child->full == ~0UL)
        node->full |= BIT(i);
    smp_store_release(&node->slots[i], child);
}

static int grow(struct idr *idr, u64 id)
{
    while (!idr->root || id > span_of(idr->root->shift)) {
        struct idr_node *old = idr->root, *node;
        unsigned int shift = 0;

        if (old)
            shift = (unsigned int)old->shift + IDR_SHIFT;
        while (!old && id > span_of(shift))
            shift += IDR_SHIFT;
        node = new_node(idr, shift);
        if (!node)
            return -ENOMEM;
        if (old)
            link_child(node, 0, old);
        smp_store_release(&idr->root, node);
    }
    return 0;
}

/* Takes a free id: makes the path, marks it, and what becomes full above. */
static int take(struct idr *idr, u64 id, void *ptr)
{
    struct idr_node *node, *child;
    unsigned int i;

    if (grow(idr, id))
        return -ENOMEM;
    node = idr->root;
    while (node->shift) {
        i = slot_of(node, id);
        if (!(node->used & BIT(i))) {
            child = new_node(idr, node->shift - IDR_SHIFT);
            if (!child) {
                prune(idr, node);
                return -ENOMEM;
            }
            link_child(node, i, child);
        }
        node = child_of(node, i);
    }
    i = slot_of(node, id);
    node->used |= BIT(i);
    node->full |= BIT(i);
    smp_store_release(&node->slots[i], ptr);
    while (node->full == ~0UL && node->parent) {
        node->parent->full |= BIT(node->offset);
        node = node->parent;
    }
    idr->count++;
    return (int)id;
}

int idr_alloc(struct idr *idr, void *ptr, int first, int last)
{
    u64 id;

    if (first < 0 || last < first)
        return -EINVAL;
    id = find_free(idr, (u64)first);
    if (id > (u64)last)
        return -ENOSPC;
    return take(idr, id, ptr);
}

int idr_alloc_cyclic(struct idr *idr, void *ptr, int first, int last)
{
    int id = -ENOSPC;

    if (first < 0 || last < first)
        return -EINVAL;
    if (idr->cursor > first && idr->cursor <= last)
        id = idr_alloc(idr, ptr, idr->cursor, last);
    if (id == -ENOSPC)
        id = idr_alloc(idr, ptr, first, last);
    if (id >= 0)
        idr->cursor = id < INT_MAX ? id + 1 : 0;
    return id;
}

static struct idr_node *find_leaf(const struct idr *idr, int id)
{
    struct idr_node *node = rcu_dereference(idr->root);

    if (id < 0 || !node || (u64)id > span_of(node->shift))
        return NULL;
    while (node && node->shift)
        node = child_of(node, slot_of(node, (u64)id));
    return node;
}

void *idr_find(const struct idr *idr, int id)
{
    struct idr_node *leaf = find_leaf(idr, id);

    return leaf ? rcu_dereference(leaf->slots[slot_of(leaf, (u64)id)]) : NULL;
}

void *idr_replace(struct idr *idr, int id, void *ptr)
{
    struct idr_node *leaf = find_leaf(idr, id);
    unsigned int i;
    void *old;

    if (!leaf)
        return ERR_PTR(-ENOENT);
    i = slot_of(leaf, (u64)id);
    if (!(leaf->used & BIT(i)))
        return ERR_PTR(-ENOENT);
    old = leaf->slots[i];
    smp_store_release(&leaf->slots[i], ptr);
    return old;
}

void *idr_remove(struct idr *idr, int id)
{
    struct idr_node *leaf = find_leaf(idr, id), *node;
    unsigned int i;
    void *old;

    if (!leaf)
        return NULL;
    i = slot_of(leaf, (u64)id);
    if (!(leaf->used & BIT(i)))
        return NULL;
    old = leaf->slots[i];
    smp_store_release(&leaf->slots[i], NULL);
    leaf->used &= ~BIT(i);
    for (node = leaf; node && (node->full & BIT(i)); node = node->parent) {
        node->full &= ~BIT(i);
        i = node->offset;
    }
    idr->count--;
    prune(idr, leaf);
    return old;
}

void *idr_next(const struct idr *idr, int *id)
{
    u64 at = *id < 0 ? 0 : (u64)*id;
    const struct idr_node *node;

restart:
    node = rcu_dereference(idr->root);
    if (!node || at > min(span_of(node->shift), (u64)INT_MAX))
        return NULL;
    for (;;) {
        unsigned int i = slot_of(node, at);
        u64 base = at & ~span_of(node->shift);
        void *slot = rcu_dereference(node->slots[i]);

        if (slot && node->shift == 0) {
            *id = (int)at;
            return slot;
        }
        if (slot) {
            node = slot;
            continue;
        }
        at = base + (((u64)i + 1) << node->shift);
        if ((at & ~span_of(node->shift)) != base)
            goto restart;
    }
}

void idr_destroy(struct idr *idr)
{
    struct idr_node *node = idr->root;

    while (node) {
        struct idr_node *parent = node->parent;
        unsigned int i;

        if (node->shift && node->used) {
            i = __ffs(node->used);
            node->used &= ~BIT(i);
            node = node->slots[i];
            continue;
        }
        idr->ops->free_node(idr->ctx, node);
        node = parent;
    }
    idr->root = NULL;
    idr->count = 0;
}
