#include "lib/radix_tree.h"
#include "lib/bitops.h"
#include "lib/errno.h"

/*
 * A pointer to a node carries a mark, so that a slot tells a node from an
 * entry. The levels need not all be there: the root is just high enough for
 * the largest index, and an entry at index 0 alone sits in the tree itself.
 */
#define NODE_MARK 2UL

static bool is_node(const void *slot)
{
    return ((uintptr_t)slot & 3) == NODE_MARK;
}

static struct radix_node *to_node(const void *slot)
{
    return (struct radix_node *)((uintptr_t)slot & ~3UL);
}

static void *mark(struct radix_node *node)
{
    return (void *)((uintptr_t)node | NODE_MARK);
}

/* The largest index below a node of this shift. */
static u64 span_of(unsigned int shift)
{
    return shift + RADIX_SHIFT >= 64 ? U64_MAX
                                     : (1UL << (shift + RADIX_SHIFT)) - 1;
}

static u64 max_index(const void *root)
{
    return is_node(root) ? span_of(to_node(root)->shift) : 0;
}

static unsigned int slot_of(const struct radix_node *node, u64 index)
{
    return (index >> node->shift) & (RADIX_SLOTS - 1);
}

static struct radix_node *new_node(struct radix_tree *t, unsigned int shift)
{
    struct radix_node *node = t->ops->alloc_node(t->ctx);

    if (node)
        node->shift = (u8)shift;
    return node;
}

static void put_slot(struct radix_node *node, unsigned int i, void *slot)
{
    if (is_node(slot)) {
        to_node(slot)->parent = node;
        to_node(slot)->offset = (u8)i;
    }
    smp_store_release(&node->slots[i], slot);
}

/* Adds levels on top until the index fits. */
static int grow(struct radix_tree *t, u64 index)
{
    while (index > max_index(t->root)) {
        unsigned int shift = 0;
        struct radix_node *node;

        if (is_node(t->root))
            shift = to_node(t->root)->shift + RADIX_SHIFT;
        /* Nothing to keep: start at the height that is needed. */
        while (!t->root && index > span_of(shift))
            shift += RADIX_SHIFT;
        node = new_node(t, shift);
        if (!node)
            return -ENOMEM;
        if (t->root) {
            node->count = 1;
            for (int tag = 0; tag < RADIX_TAGS; tag++)
                node->tags[tag] = t->tags >> tag & 1;
            put_slot(node, 0, t->root);
        }
        smp_store_release(&t->root, mark(node));
    }
    return 0;
}

/* Takes levels off the top that only lead to slot 0. */
static void shrink(struct radix_tree *t)
{
    while (is_node(t->root)) {
        struct radix_node *node = to_node(t->root);

        if (node->count != 1 || !node->slots[0])
            return;
        if (is_node(node->slots[0]))
            to_node(node->slots[0])->parent = NULL;
        /* node->slots[0] stays for readers that are in it. */
        smp_store_release(&t->root, node->slots[0]);
        t->ops->free_node(t->ctx, node);
    }
}

/* Frees a node without entries, and its ancestors that become such. */
static void prune(struct radix_tree *t, struct radix_node *node)
{
    while (node && node->count == 0) {
        struct radix_node *parent = node->parent;

        if (parent) {
            smp_store_release(&parent->slots[node->offset], NULL);
            parent->count--;
        } else {
            smp_store_release(&t->root, NULL);
        }
        t->ops->free_node(t->ctx, node);
        node = parent;
    }
    shrink(t);
}

int radix_tree_insert(struct radix_tree *t, u64 index, void *entry)
{
    struct radix_node *node, *child;
    unsigned int i;

    if (radix_tree_lookup(t, index))
        return -EEXIST;
    if (grow(t, index)) {
        if (is_node(t->root))
            prune(t, to_node(t->root));
        return -ENOMEM;
    }
    if (!is_node(t->root)) {
        smp_store_release(&t->root, entry);
        return 0;
    }
    node = to_node(t->root);
    for (;;) {
        i = slot_of(node, index);
        if (node->shift == 0)
            break;
        if (!node->slots[i]) {
            child = new_node(t, node->shift - RADIX_SHIFT);
            if (!child) {
                prune(t, node);
                return -ENOMEM;
            }
            put_slot(node, i, mark(child));
            node->count++;
        }
        node = to_node(node->slots[i]);
    }
    put_slot(node, i, entry);
    node->count++;
    return 0;
}

/* The lowest node for an index; NULL if the path ends before, or is no node. */
static struct radix_node *find_leaf(const struct radix_tree *t, u64 index)
{
    void *slot = rcu_dereference(t->root);
    struct radix_node *node;

    if (index > max_index(slot))
        return NULL;
    while (is_node(slot)) {
        node = to_node(slot);
        if (node->shift == 0)
            return node;
        slot = rcu_dereference(node->slots[slot_of(node, index)]);
    }
    return NULL;
}

void *radix_tree_lookup(const struct radix_tree *t, u64 index)
{
    void *slot = rcu_dereference(t->root);
    struct radix_node *node;

    if (index > max_index(slot))
        return NULL;
    while (is_node(slot)) {
        node = to_node(slot);
        slot = rcu_dereference(node->slots[slot_of(node, index)]);
    }
    return slot;
}

void *radix_tree_replace(struct radix_tree *t, u64 index, void *entry)
{
    struct radix_node *node = find_leaf(t, index);
    void **slot, *old;

    if (!node && (is_node(t->root) || index))
        return NULL;
    slot = node ? &node->slots[slot_of(node, index)] : &t->root;
    old = *slot;
    if (old)
        smp_store_release(slot, entry);
    return old;
}

/* Clears a tag of slot i, and upwards while nothing else has it. */
static void clear_tag(struct radix_tree *t, struct radix_node *node,
                      unsigned int i, unsigned int tag)
{
    while (node) {
        if (!(node->tags[tag] & BIT(i)))
            return;
        WRITE_ONCE(node->tags[tag], node->tags[tag] & ~BIT(i));
        if (node->tags[tag])
            return;
        i = node->offset;
        node = node->parent;
    }
    WRITE_ONCE(t->tags, (u8)(t->tags & ~BIT(tag)));
}

void *radix_tree_delete(struct radix_tree *t, u64 index)
{
    struct radix_node *node = find_leaf(t, index);
    unsigned int i;
    void *old;

    if (!node) {
        if (index || is_node(t->root))
            return NULL;
        old = t->root;
        smp_store_release(&t->root, NULL);
        WRITE_ONCE(t->tags, 0);
        return old;
    }
    i = slot_of(node, index);
    old = node->slots[i];
    if (!old)
        return NULL;
    for (unsigned int tag = 0; tag < RADIX_TAGS; tag++)
        clear_tag(t, node, i, tag);
    smp_store_release(&node->slots[i], NULL);
    node->count--;
    prune(t, node);
    return old;
}

void radix_tree_destroy(struct radix_tree *t,
                        void (*fn)(void *arg, u64 index, void *entry),
                        void *arg)
{
    u64 index = 0;
    void *entry;

    while ((entry = radix_tree_next(t, &index, U64_MAX))) {
        radix_tree_delete(t, index);
        if (fn)
            fn(arg, index, entry);
    }
}

void radix_tree_tag_set(struct radix_tree *t, u64 index, enum radix_tag tag)
{
    struct radix_node *node = find_leaf(t, index);

    if (!radix_tree_lookup(t, index))
        return;
    for (; node; node = node->parent) {
        u64 bit = BIT(slot_of(node, index));

        if (node->tags[tag] & bit)
            return;
        WRITE_ONCE(node->tags[tag], node->tags[tag] | bit);
    }
    WRITE_ONCE(t->tags, (u8)(t->tags | BIT(tag)));
}

void radix_tree_tag_clear(struct radix_tree *t, u64 index, enum radix_tag tag)
{
    struct radix_node *node = find_leaf(t, index);

    if (node)
        clear_tag(t, node, slot_of(node, index), tag);
    else if (index == 0 && !is_node(t->root))
        WRITE_ONCE(t->tags, (u8)(t->tags & ~BIT(tag)));
}

bool radix_tree_tag_get(const struct radix_tree *t, u64 index,
                        enum radix_tag tag)
{
    struct radix_node *node = find_leaf(t, index);

    if (node)
        return READ_ONCE(node->tags[tag]) >> slot_of(node, index) & 1;
    return index == 0 && !is_node(rcu_dereference(t->root)) &&
           radix_tree_tagged(t, tag);
}

/* A walk over the entries in an index range, maybe only those with a tag. */
struct walk {
    u64 index; /* where to look next */
    u64 last;
    int tag; /* or -1 */
};

/* The bits of a node's slots that are worth a visit, from slot i on. */
static bool next_slot(const struct radix_node *node, int tag, unsigned int *i)
{
    if (tag >= 0) {
        u64 bits = READ_ONCE(node->tags[tag]) & (~0UL << *i);

        if (!bits)
            return false;
        *i = __ffs(bits);
        return true;
    }
    for (; *i < RADIX_SLOTS; ++*i)
        if (rcu_dereference(node->slots[*i]))
            return true;
    return false;
}

/*
 * Goes down once from the root to the first entry at or behind w->index. True:
 * *leaf and *slot say where it is (leaf NULL: in the root). False: none.
 */
static bool walk_down(const struct radix_tree *t, struct walk *w,
                      struct radix_node **leaf, unsigned int *slot)
{
    void *s;
    struct radix_node *node;
    unsigned int i;

restart:
    s = rcu_dereference(t->root);
    if (!s || w->index > w->last || w->index > max_index(s))
        return false;
    if (!is_node(s)) {
        *leaf = NULL;
        return w->tag < 0 || radix_tree_tagged(t, (enum radix_tag)w->tag);
    }
    node = to_node(s);
    for (;;) {
        u64 base = w->index & ~span_of(node->shift);
        u64 at;

        i = slot_of(node, w->index);
        if (!next_slot(node, w->tag, &i)) {
            /* Nothing more below this node: go on behind it. */
            if (base + span_of(node->shift) >= w->last)
                return false;
            w->index = base + span_of(node->shift) + 1;
            goto restart;
        }
        at = base + ((u64)i << node->shift);
        if (at > w->last)
            return false;
        w->index = max(w->index, at);
        if (node->shift == 0) {
            *leaf = node;
            *slot = i;
            return true;
        }
        s = rcu_dereference(node->slots[i]);
        if (!is_node(s)) {
            /* A change went by: look behind what is no longer there. */
            u64 end = at + span_of(node->shift - RADIX_SHIFT);

            if (end >= w->last)
                return false;
            w->index = end + 1;
            goto restart;
        }
        node = to_node(s);
    }
}

static unsigned int gang(const struct radix_tree *t, void **entries,
                         u64 *indexes, struct walk *w, unsigned int max)
{
    struct radix_node *leaf;
    unsigned int n = 0, i = 0;

    while (n < max && walk_down(t, w, &leaf, &i)) {
        void *entry;

        if (!leaf) {
            entry = rcu_dereference(t->root);
            if (!entry || is_node(entry))
                continue;
            if (indexes)
                indexes[n] = 0;
            entries[n++] = entry;
            break;
        }
        do {
            entry = rcu_dereference(leaf->slots[i]);
            w->index = (w->index & ~63UL) + i;
            if (w->index > w->last)
                return n;
            if (entry) {
                if (indexes)
                    indexes[n] = w->index;
                entries[n++] = entry;
            }
            i++;
        } while (n < max && i < RADIX_SLOTS && next_slot(leaf, w->tag, &i));
        if (n == max)
            break;
        w->index |= 63;
        if (w->index >= w->last)
            break;
        w->index++;
    }
    return n;
}

unsigned int radix_tree_gang_lookup(const struct radix_tree *t, void **entries,
                                    u64 *indexes, u64 first, u64 last,
                                    unsigned int max)
{
    struct walk w = {first, last, -1};

    return gang(t, entries, indexes, &w, max);
}

unsigned int radix_tree_gang_lookup_tag(const struct radix_tree *t,
                                        void **entries, u64 *indexes, u64 first,
                                        u64 last, unsigned int max,
                                        enum radix_tag tag)
{
    struct walk w = {first, last, (int)tag};

    return gang(t, entries, indexes, &w, max);
}

void *radix_tree_next(const struct radix_tree *t, u64 *index, u64 last)
{
    struct walk w = {*index, last, -1};
    void *entry;

    return gang(t, &entry, index, &w, 1) ? entry : NULL;
}

void *radix_tree_next_tag(const struct radix_tree *t, u64 *index, u64 last,
                          enum radix_tag tag)
{
    struct walk w = {*index, last, (int)tag};
    void *entry;

    return gang(t, &entry, index, &w, 1) ? entry : NULL;
}

void *radix_tree_prev(const struct radix_tree *t, u64 *index, u64 first)
{
    u64 at = *index;

    for (;;) {
        void *slot = rcu_dereference(t->root);
        u64 step = 0; /* size of the empty range that `at` is in, less 1 */

        if (!slot || at < first)
            return NULL;
        at = min(at, max_index(slot));
        while (is_node(slot)) {
            struct radix_node *node = to_node(slot);

            slot = rcu_dereference(node->slots[slot_of(node, at)]);
            step = node->shift ? span_of(node->shift - RADIX_SHIFT) : 0;
        }
        if (slot && at >= first) {
            *index = at;
            return slot;
        }
        at &= ~step;
        if (at <= first)
            return NULL;
        at--;
    }
}

bool radix_tree_next_hole(const struct radix_tree *t, u64 from, u64 last,
                          u64 *hole)
{
    while (from <= last) {
        struct radix_node *leaf = find_leaf(t, from);

        if (!leaf) {
            if (radix_tree_lookup(t, from)) {
                if (from++ == U64_MAX)
                    return false;
                continue;
            }
            *hole = from;
            return true;
        }
        do {
            if (!rcu_dereference(leaf->slots[from & 63])) {
                *hole = from;
                return true;
            }
            if (from == last)
                return false;
        } while (++from & 63);
    }
    return false;
}
