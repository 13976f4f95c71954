// about: red-black and interval trees against plain arrays
#include "test.h"

#include "lib/interval_tree.h"
#include "lib/list.h"
#include "lib/rbtree.h"

struct item {
    struct rb_node rb;
    int key;
    int sum; /* of the keys of the subtree */
    bool in;
};

static int sum_of(struct rb_node *n)
{
    return n ? rb_entry(n, struct item, rb)->sum : 0;
}

static void update_sum(struct rb_node *n)
{
    struct item *it = rb_entry(n, struct item, rb);

    it->sum = it->key + sum_of(n->left) + sum_of(n->right);
}

static const struct rb_augment sums = {update_sum};

static bool less(const struct rb_node *a, const struct rb_node *b)
{
    return rb_entry(a, struct item, rb)->key <
           rb_entry(b, struct item, rb)->key;
}

static int compare(const void *key, const struct rb_node *n)
{
    int k = *(const int *)key, other = rb_entry(n, struct item, rb)->key;

    return k < other ? -1 : k > other;
}

/* Checks colours, parents, and maybe sums; returns the black height. */
static int verify(struct rb_node *n, struct rb_node *parent, bool summed)
{
    bool black;
    int left, right;

    if (!n)
        return 1;
    CHECK(rb_parent(n) == parent);
    black = n->parent_color & 1;
    CHECK(black || (parent && (parent->parent_color & 1)));
    left = verify(n->left, n, summed);
    right = verify(n->right, n, summed);
    CHECK_EQ(left, right);
    if (summed)
        CHECK_EQ(sum_of(n), rb_entry(n, struct item, rb)->key +
                                sum_of(n->left) + sum_of(n->right));
    return left + black;
}

#define ITEMS 300

TEST(cached_against_array)
{
    static struct item items[ITEMS];
    struct rb_root_cached root = RB_ROOT_CACHED;
    int count = 0;

    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct item){.key = i / 2};
    for (unsigned long round = 0; round < test_scale(6000); round++) {
        struct item *it = &items[test_below(ITEMS)], *pos;
        int seen = 0, last = -1;

        if (it->in)
            rb_erase_cached(&it->rb, &root);
        else
            rb_add_cached(&it->rb, &root, less);
        it->in = !it->in;
        count += it->in ? 1 : -1;
        verify(root.root.node, NULL, false);
        CHECK(rb_first_cached(&root) == rb_first(&root.root));
        rb_for_each_entry (pos, &root.root, rb) {
            CHECK(pos->in && pos->key >= last);
            last = pos->key;
            seen++;
        }
        CHECK_EQ(seen, count);
        for (struct rb_node *n = rb_last(&root.root); n; n = rb_prev(n))
            seen--;
        CHECK_EQ(seen, 0);
        last = (int)test_below(ITEMS / 2);
        CHECK_EQ(rb_find(&last, &root.root, compare) != NULL,
                 items[2 * last].in || items[2 * last + 1].in);
    }
}

TEST(augmented)
{
    static struct item items[ITEMS];
    struct rb_root root = RB_ROOT;

    for (unsigned long round = 0; round < test_scale(20000); round++) {
        struct item *it = &items[test_below(ITEMS)];

        if (it->in) {
            rb_erase_augmented(&it->rb, &root, &sums);
        } else {
            struct rb_node **link = &root.node, *parent = NULL;

            it->key = (int)test_below(1000);
            while (*link) {
                parent = *link;
                link = it->key < rb_entry(parent, struct item, rb)->key
                           ? &parent->left
                           : &parent->right;
            }
            rb_link_node(&it->rb, parent, link);
            rb_insert_augmented(&it->rb, &root, &sums);
        }
        it->in = !it->in;
        if (round % 16 == 0)
            verify(root.node, NULL, true);
    }
}

TEST(replace_and_postorder)
{
    struct rb_root root = RB_ROOT;
    struct item *pos, *next;
    int n = 0;

    for (int i = 0; i < 100; i++) {
        struct item *it = calloc(1, sizeof(*it));

        it->key = i;
        rb_add(&it->rb, &root, less);
    }
    for (int i = 0; i < 100; i += 3) {
        struct item *fresh = calloc(1, sizeof(*fresh));
        struct rb_node *old = rb_find(&i, &root, compare);

        fresh->key = i;
        rb_replace_node(old, &fresh->rb, &root);
        free(rb_entry(old, struct item, rb));
        verify(root.node, NULL, false);
    }
    rbtree_postorder_for_each_entry_safe(pos, next, &root, rb)
    {
        free(pos);
        n++;
    }
    CHECK_EQ(n, 100);
}

TEST(intervals)
{
    enum {
        COUNT = 120
    };
    static struct interval_tree_node nodes[COUNT];
    static bool in[COUNT];
    struct interval_tree tree = INTERVAL_TREE_INIT;

    for (unsigned long round = 0; round < test_scale(20000); round++) {
        size_t i = test_below(COUNT);
        u64 a = test_below(220), b = a + test_below(30), last = 0;
        size_t want = 0, got = 0;

        if (in[i]) {
            interval_tree_remove(&nodes[i], &tree);
        } else {
            nodes[i].start = test_below(200);
            nodes[i].last = nodes[i].start + test_below(test_below(60) + 1);
            if (test_below(50) == 0)
                nodes[i].last = U64_MAX;
            interval_tree_insert(&nodes[i], &tree);
        }
        in[i] = !in[i];
        for (i = 0; i < COUNT; i++)
            want += in[i] && nodes[i].start <= b && nodes[i].last >= a;
        for (struct interval_tree_node *n =
                 interval_tree_iter_first(&tree, a, b);
             n; n = interval_tree_iter_next(n, a, b)) {
            CHECK(in[n - nodes] && n->start <= b && n->last >= a);
            CHECK(n->start >= last);
            last = n->start;
            got++;
        }
        CHECK_EQ(got, want);
    }
}

struct link {
    struct list_head list;
    struct hlist_node hash;
    int key;
};

TEST(lists)
{
    struct link links[10], *pos, *next;
    LIST_HEAD(head);
    LIST_HEAD(other);
    int i = 0;

    for (i = 0; i < 10; i++) {
        links[i].key = i;
        list_add_tail(&links[i].list, &head);
    }
    i = 0;
    list_for_each_entry (pos, &head, list)
        CHECK_EQ(pos->key, i++);
    list_for_each_entry_reverse(pos, &head, list) CHECK_EQ(pos->key, --i);
    list_for_each_entry_safe (pos, next, &head, list)
        if (pos->key % 2)
            list_move_tail(&pos->list, &other);
    CHECK_EQ(list_first_entry(&other, struct link, list)->key, 1);
    CHECK_EQ(list_last_entry(&other, struct link, list)->key, 9);
    list_splice_init(&other, &head);
    CHECK(list_empty(&other));
    CHECK_EQ(list_first_entry(&head, struct link, list)->key, 1);
    CHECK_EQ(list_last_entry(&head, struct link, list)->key, 8);
    list_splice_tail_init(&head, &other);
    CHECK(list_empty(&head) && !list_is_singular(&other));
    list_for_each_entry_safe (pos, next, &other, list)
        list_del_init(&pos->list);
    CHECK(list_empty(&other) && list_empty(&links[3].list));
    CHECK(!list_first_entry_or_null(&other, struct link, list));
}

TEST(hlists)
{
    struct link links[10], *pos;
    struct hlist_head head = HLIST_HEAD_INIT;
    struct hlist_node *next;
    int seen = 0;

    for (int i = 0; i < 10; i++) {
        links[i].key = i;
        hlist_add_head(&links[i].hash, &head);
    }
    hlist_for_each_entry_safe(pos, next, &head, hash) if (pos->key % 3 == 0)
        hlist_del_init(&pos->hash);
    CHECK(hlist_unhashed(&links[0].hash) && !hlist_unhashed(&links[1].hash));
    hlist_add_behind(&links[0].hash, &links[1].hash);
    hlist_for_each_entry(pos, &head, hash) seen = seen * 10 + pos->key;
    CHECK_EQ(seen, 8754210);
}
