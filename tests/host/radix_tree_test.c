// about: the radix tree and idr against plain arrays, with failing allocations
#include "test.h"

#include "lib/errno.h"
#include "lib/idr.h"
#include "lib/radix_tree.h"

static long nodes;        /* allocated now */
static long fail_in = -1; /* the allocation after so many fails */

static void *node_alloc(size_t size)
{
    if (fail_in >= 0 && fail_in-- == 0)
        return NULL;
    nodes++;
    return calloc(1, size);
}

static struct radix_node *radix_alloc(void *ctx)
{
    (void)ctx;
    return node_alloc(sizeof(struct radix_node));
}

static void radix_free(void *ctx, struct radix_node *node)
{
    (void)ctx;
    nodes--;
    free(node);
}

static const struct radix_tree_ops radix_ops = {radix_alloc, radix_free};

static struct idr_node *idr_node_alloc(void *ctx)
{
    (void)ctx;
    return node_alloc(sizeof(struct idr_node));
}

static void idr_node_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    nodes--;
    free(node);
}

static const struct idr_ops idr_ops = {idr_node_alloc, idr_node_free};

#define KEYS 200

static u64 keys[KEYS]; /* ascending */
static void *entries[KEYS];
static bool tags[KEYS][RADIX_TAGS];

static int by_value(const void *a, const void *b)
{
    u64 x = *(const u64 *)a, y = *(const u64 *)b;

    return x < y ? -1 : x > y;
}

/* Some dense, some sparse, and the ends of the range. */
static void make_keys(void)
{
    u64 base = test_random() >> test_below(64);

    for (int i = 0; i < KEYS; i++) {
        keys[i] = i < KEYS / 2 ? (u64)i : test_random() >> test_below(64);
        if (i > KEYS / 2 && i < KEYS * 3 / 4)
            keys[i] = base + (u64)i;
        entries[i] = NULL;
        for (int t = 0; t < RADIX_TAGS; t++)
            tags[i][t] = false;
    }
    keys[KEYS - 1] = U64_MAX;
    qsort(keys, KEYS, sizeof(keys[0]), by_value);
    for (int i = 1; i < KEYS; i++)
        if (keys[i] <= keys[i - 1])
            keys[i] = keys[i - 1] + 1;
}

static void change(struct radix_tree *t, int i)
{
    enum radix_tag tag = (enum radix_tag)test_below(RADIX_TAGS);
    void *fresh = radix_tree_value(test_random() >> 1);
    int err;

    switch (test_below(6)) {
    case 0:
    case 1:
        if (test_below(8) == 0)
            fail_in = (long)test_below(4);
        err = radix_tree_insert(t, keys[i], fresh);
        fail_in = -1;
        if (err == -ENOMEM)
            break;
        CHECK_EQ(err, entries[i] ? -EEXIST : 0);
        if (!err)
            entries[i] = fresh;
        break;
    case 2:
        CHECK(radix_tree_delete(t, keys[i]) == entries[i]);
        entries[i] = NULL;
        for (int k = 0; k < RADIX_TAGS; k++)
            tags[i][k] = false;
        break;
    case 3:
        CHECK(radix_tree_replace(t, keys[i], fresh) == entries[i]);
        if (entries[i])
            entries[i] = fresh;
        break;
    case 4:
        radix_tree_tag_set(t, keys[i], tag);
        tags[i][tag] = entries[i] != NULL;
        break;
    case 5:
        radix_tree_tag_clear(t, keys[i], tag);
        tags[i][tag] = false;
        break;
    }
}

static void look(const struct radix_tree *t)
{
    int i = (int)test_below(KEYS), last = i + (int)test_below((u64)(KEYS - i));
    enum radix_tag tag = (enum radix_tag)test_below(RADIX_TAGS);
    unsigned int max = 1 + (unsigned int)test_below(40), n;
    void *got[40];
    u64 at[40], index, hole = 0;
    unsigned int k = 0;
    bool any = false;
    int j;

    CHECK(radix_tree_lookup(t, keys[i]) == entries[i]);
    CHECK_EQ(radix_tree_tag_get(t, keys[i], tag), tags[i][tag]);
    n = radix_tree_gang_lookup(t, got, at, keys[i], keys[last], max);
    for (j = i; j <= last && k < max; j++) {
        if (!entries[j])
            continue;
        CHECK(k < n && got[k] == entries[j] && at[k] == keys[j]);
        k++;
    }
    CHECK_EQ(k, n);
    n = radix_tree_gang_lookup_tag(t, got, at, keys[i], keys[last], max, tag);
    for (j = i, k = 0; j <= last && k < max; j++) {
        if (!tags[j][tag])
            continue;
        CHECK(k < n && got[k] == entries[j] && at[k] == keys[j]);
        k++;
    }
    CHECK_EQ(k, n);
    for (j = 0; j < KEYS; j++)
        any |= tags[j][tag];
    CHECK_EQ(radix_tree_tagged(t, tag), any);

    index = keys[last];
    for (j = last; j >= i && !entries[j]; j--)
        ;
    got[0] = radix_tree_prev(t, &index, keys[i]);
    CHECK(got[0] == (j < i ? NULL : entries[j]));
    CHECK_EQ(index, j < i ? keys[last] : keys[j]);

    for (j = i; j < KEYS && entries[j] && keys[j] == keys[i] + (u64)(j - i);
         j++)
        ;
    index = keys[i] + (u64)(j - i);
    if (radix_tree_next_hole(t, keys[i], U64_MAX, &hole))
        CHECK_EQ(hole, index);
    else
        CHECK_EQ(j, KEYS);
}

static void drop_entry(void *arg, u64 index, void *entry)
{
    (void)index;
    (void)entry;
    --*(int *)arg;
}

TEST(radix_model)
{
    for (int run = 0; run < 8; run++) {
        struct radix_tree t;
        int left = 0;

        make_keys();
        radix_tree_init(&t, &radix_ops, NULL);
        for (unsigned long round = 0; round < test_scale(8000); round++) {
            /* Phases of mostly few and mostly many entries. */
            int i = (int)test_below(round / 1000 % 2 ? KEYS : 8);

            change(&t, i);
            look(&t);
        }
        for (int i = 0; i < KEYS; i++)
            left += entries[i] != NULL;
        radix_tree_destroy(&t, drop_entry, &left);
        CHECK_EQ(left, 0);
        CHECK(radix_tree_empty(&t));
        CHECK_EQ(nodes, 0);
    }
}

/* The smallest files cost no node, and a tree shrinks as it empties. */
TEST(radix_footprint)
{
    struct radix_tree t;
    int x;

    radix_tree_init(&t, &radix_ops, NULL);
    CHECK(!radix_tree_insert(&t, 0, &x) && nodes == 0);
    CHECK(!radix_tree_insert(&t, 63, &x) && nodes == 1);
    CHECK(!radix_tree_insert(&t, U64_MAX, &x));
    CHECK(nodes <= 2 * RADIX_MAX_DEPTH - 1);
    CHECK(radix_tree_delete(&t, U64_MAX) == &x && nodes == 1);
    CHECK(radix_tree_delete(&t, 63) == &x && nodes == 0);
    CHECK(radix_tree_lookup(&t, 0) == &x);
    CHECK(radix_tree_delete(&t, 0) == &x && radix_tree_empty(&t));
}

#define IDS 5000

static void *owners[IDS];
static bool taken[IDS];

static int lowest_free(int first, int last)
{
    while (first <= last && first < IDS && taken[first])
        first++;
    return first <= last ? first : -ENOSPC;
}

TEST(idr_model)
{
    struct idr idr;
    u32 count = 0;

    idr_init(&idr, &idr_ops, NULL);
    for (unsigned long round = 0; round < test_scale(60000); round++) {
        int first = (int)test_below(test_below(4) ? 80 : IDS), id, want;
        int last = first + (int)test_below((u64)(IDS - first));
        void *ptr = test_below(8) ? &owners[first] : NULL, *entry;

        if (round / 8000 % 2 == 0 || test_below(3) == 0) {
            if (test_below(8) == 0)
                fail_in = (long)test_below(3);
            want = lowest_free(first, last);
            id = idr_alloc(&idr, ptr, first, last);
            fail_in = -1;
            if (id != -ENOMEM)
                CHECK_EQ(id, want);
            if (id >= 0) {
                taken[id] = true;
                owners[id] = ptr;
                count++;
            }
        } else {
            id = (int)test_below(IDS);
            CHECK(idr_remove(&idr, id) == (taken[id] ? owners[id] : NULL));
            count -= taken[id];
            taken[id] = false;
        }
        id = (int)test_below(IDS);
        CHECK(idr_find(&idr, id) == (taken[id] ? owners[id] : NULL));
        entry = idr_replace(&idr, id, &owners[0]);
        CHECK(entry == (taken[id] ? owners[id] : ERR_PTR(-ENOENT)));
        if (taken[id])
            owners[id] = &owners[0];
        for (want = id; want < IDS && !(taken[want] && owners[want]); want++)
            ;
        entry = idr_next(&idr, &id);
        CHECK_EQ(entry != NULL, want < IDS);
        if (entry)
            CHECK(id == want && entry == owners[want]);
        CHECK_EQ(idr.count, count);
    }
    CHECK(idr_find(&idr, -1) == NULL && idr_find(&idr, INT_MAX) == NULL);
    idr_destroy(&idr);
    CHECK_EQ(nodes, 0);
}

TEST(idr_ends)
{
    struct idr idr;
    int x, id = 0;

    idr_init(&idr, &idr_ops, NULL);
    CHECK_EQ(idr_alloc(&idr, &x, INT_MAX, INT_MAX), INT_MAX);
    CHECK_EQ(idr_alloc(&idr, &x, INT_MAX, INT_MAX), -ENOSPC);
    CHECK_EQ(idr_alloc(&idr, &x, -1, 5), -EINVAL);
    CHECK_EQ(idr_alloc(&idr, &x, 5, 4), -EINVAL);
    CHECK(idr_next(&idr, &id) == &x && id == INT_MAX);
    CHECK(idr_remove(&idr, INT_MAX) == &x && idr_empty(&idr));
    CHECK_EQ(nodes, 0);
    for (int i = 0; i < 7; i++)
        CHECK_EQ(idr_alloc_cyclic(&idr, &x, 3, 9), 3 + i);
    CHECK_EQ(idr_alloc_cyclic(&idr, &x, 3, 9), -ENOSPC);
    idr_remove(&idr, 5);
    CHECK_EQ(idr_alloc_cyclic(&idr, &x, 3, 9), 5);
    idr_remove(&idr, 4);
    idr_remove(&idr, 8);
    CHECK_EQ(idr_alloc_cyclic(&idr, &x, 3, 9), 8);
    CHECK_EQ(idr_alloc_cyclic(&idr, &x, 3, 9), 4);
    idr_destroy(&idr);
    CHECK_EQ(nodes, 0);
}
