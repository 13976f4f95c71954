// about: look-ups in the radix tree and idr beside changes, under
// ThreadSanitizer
#include "test.h"

#include <pthread.h>

#include "lib/idr.h"
#include "lib/list.h"
#include "lib/radix_tree.h"
#include "lib/refcount.h"

/*
 * Unlinked nodes are kept till the end, as RCU would, poisoned only in what no
 * reader may use.
 */
static void *kept[1 << 20];
static size_t kept_count;

static void keep(void *p)
{
    if (kept_count < ARRAY_SIZE(kept))
        kept[kept_count++] = p;
}

static struct radix_node *radix_alloc(void *ctx)
{
    (void)ctx;
    return calloc(1, sizeof(struct radix_node));
}
static void radix_keep(void *ctx, struct radix_node *n)
{
    (void)ctx;
    keep(n);
}
static struct idr_node *idr_node_alloc(void *ctx)
{
    (void)ctx;
    return calloc(1, sizeof(struct idr_node));
}
static void idr_keep(void *ctx, struct idr_node *n)
{
    (void)ctx;
    keep(n);
}

static const struct radix_tree_ops radix_ops = {radix_alloc, radix_keep};
static const struct idr_ops idr_ops = {idr_node_alloc, idr_keep};

struct object {
    u64 index;
    refcount_t refs;
};

#define OBJECTS 512

static struct object objects[OBJECTS];
static struct radix_tree tree;
static struct idr ids;
static int stop, wrong;

static u64 next_random(u64 *state)
{
    *state = *state * 6364136223846793005UL + 1442695040888963407UL;
    return *state >> 33;
}

static void *reader(void *arg)
{
    u64 rnd = (u64)(uintptr_t)arg;

    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        u64 i = next_random(&rnd) % OBJECTS, index, index2;
        struct object *o = radix_tree_lookup(&tree, objects[i].index);

        if (o && o->index != objects[i].index)
            __atomic_store_n(&wrong, 1, __ATOMIC_RELAXED);
        index = index2 = objects[i].index;
        o = radix_tree_next(&tree, &index, U64_MAX);
        if (o && o->index != index)
            __atomic_store_n(&wrong, 2, __ATOMIC_RELAXED);
        o = radix_tree_next_tag(&tree, &index2, U64_MAX, RADIX_TAG_DIRTY);
        if (o && o->index != index2)
            __atomic_store_n(&wrong, 3, __ATOMIC_RELAXED);
        o = idr_find(&ids, (int)i);
        if (o && o != &objects[i])
            __atomic_store_n(&wrong, 4, __ATOMIC_RELAXED);
    }
    return NULL;
}

TEST(lookups_beside_changes)
{
    pthread_t threads[3];
    u64 rnd = 7;

    for (u64 i = 0; i < OBJECTS; i++)
        objects[i].index = i < 100 ? i : i * i * i * 977;
    objects[OBJECTS - 1].index = U64_MAX;
    radix_tree_init(&tree, &radix_ops, NULL);
    idr_init(&ids, &idr_ops, NULL);
    for (size_t i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, reader, (void *)(i + 1));
    for (unsigned long round = 0; round < test_scale(60000); round++) {
        u64 many = round / 2000 % 2 ? OBJECTS : 4;
        u64 i = next_random(&rnd) % many;

        if (round % 2000 == 0)
            for (u64 k = 4; k < OBJECTS; k++)
                radix_tree_delete(&tree, objects[k].index);
        if (!radix_tree_insert(&tree, objects[i].index, &objects[i])) {
            radix_tree_tag_set(&tree, objects[i].index, RADIX_TAG_DIRTY);
            idr_alloc(&ids, &objects[i], (int)i, (int)i);
        } else {
            radix_tree_delete(&tree, objects[i].index);
            idr_remove(&ids, (int)i);
        }
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    radix_tree_destroy(&tree, NULL, NULL);
    idr_destroy(&ids);
    while (kept_count)
        free(kept[--kept_count]);
    CHECK_EQ(wrong, 0);
}

static struct object *shared;
static int freed;

/* Plain writes before the put must be seen by whoever frees. */
static void *dropper(void *arg)
{
    struct object *o = arg;

    if (refcount_inc_not_zero(&o->refs) && refcount_dec_and_test(&o->refs))
        __atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&o->index, 1, __ATOMIC_RELAXED);
    if (refcount_dec_and_test(&o->refs)) {
        o->index = 0;
        __atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
        free(o);
    }
    return NULL;
}

TEST(last_put_frees_once)
{
    for (int round = 0; round < 200; round++) {
        pthread_t threads[4];

        freed = 0;
        shared = calloc(1, sizeof(*shared));
        refcount_set(&shared->refs, 4);
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, dropper, shared);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
        CHECK_EQ(freed, 1);
    }
}
