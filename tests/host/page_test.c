// sources: tests/host/core_env.c kernel/core/page.c kernel/core/page_section.c
// sources: kernel/core/slab.c
// flags: -Itests/host/hosted
/* The page allocator against a map of who owns which frame. */
#include "test.h"
#include "core_env.h"
#include "core/page_internal.h"
#include "core/init.h"
#include "core/slab.h"

#define FRAMES (ENV_MEMORY >> PAGE_SHIFT)
#define BLOCKS 4000

static unsigned char owned[FRAMES];
static struct {
    struct page *page;
    unsigned order;
} blocks[BLOCKS];

static void take(unsigned slot, unsigned order, u32 flags)
{
    struct page *p = page_alloc(order, flags);
    pfn_t pfn;

    if (!p)
        return;
    pfn = page_to_pfn(p);
    CHECK(pfn_to_page(pfn) == p);
    CHECK(virt_to_page(page_address(p)) == p);
    CHECK_EQ(pfn & ((1UL << order) - 1), 0);
    CHECK(env_is_free_ram(pfn << PAGE_SHIFT, PAGE_SIZE << order));
    CHECK_EQ(refcount_read(&p->refs), 1);
    CHECK_EQ(page_order(p), order);
    for (u64 i = 0; i < 1UL << order; i++) {
        CHECK(!owned[pfn + i]);
        owned[pfn + i] = 1;
        CHECK_EQ(page_to_pfn(p + i), pfn + i);
    }
    if (flags & ALLOC_ZERO)
        for (u64 i = 0; i < PAGE_SIZE << order; i += 512)
            CHECK(!*((u8 *)page_address(p) + i));
    (memset)(page_address(p), 0xee, 512);
    blocks[slot].page = p;
    blocks[slot].order = order;
}

static void give(unsigned slot)
{
    struct page *p = blocks[slot].page;
    pfn_t pfn = page_to_pfn(p);

    for (u64 i = 0; i < 1UL << blocks[slot].order; i++) {
        CHECK(owned[pfn + i]);
        owned[pfn + i] = 0;
    }
    page_put(p);
    blocks[slot].page = NULL;
}

TEST(random_blocks)
{
    u64 before;

    env_start();
    before = page_free_count();
    for (unsigned i = 0; i < test_scale(60000); i++) {
        unsigned slot = (unsigned)(test_random() % BLOCKS);
        unsigned order = (unsigned)(test_random() % 8);

        if (blocks[slot].page) {
            give(slot);
            continue;
        }
        if (test_random() % 500 == 0)
            order = MAX_ORDER;
        else if (order > 3)
            order = 0;
        take(slot, order, test_random() % 8 ? 0 : ALLOC_ZERO);
    }
    for (unsigned slot = 0; slot < BLOCKS; slot++)
        if (blocks[slot].page)
            give(slot);
    /* Metadata of the sections that came into use is all that is gone. */
    CHECK(page_free_count() <= before);
    CHECK(before - page_free_count() < 3 * 256);
}

TEST(exhaustion)
{
    static struct page *all[FRAMES];
    u64 n = 0, largest = 0;

    env_start();
    while (n < FRAMES && (all[n] = page_alloc(0, ALLOC_ATOMIC)) != NULL)
        n++;
    CHECK(n > env_free_ram_pages() * 9 / 10);
    CHECK(!page_alloc(0, 0));
    /* The reserve is for those who may not wait. */
    for (u64 i = 0; i < n; i++)
        page_put(all[i]);
    page_drain_local();
    /* All joined again: most of memory is in the largest blocks. */
    for (unsigned z = 0; z < PAGE_ZONES; z++)
        largest += page_zones[z].blocks[MAX_ORDER] << MAX_ORDER;
    CHECK(largest > page_free_count() * 8 / 10);
}

TEST(fault_injection)
{
    env_start();
    env_fail_allocation(2);
    page_put(page_alloc(0, 0));
    CHECK(!page_alloc(0, 0));
    page_put(page_alloc(0, 0));
}

static u64 returned_bytes;

static bool returned(void *ctx, paddr_t start, u64 size)
{
    (void)ctx;
    CHECK(env_is_free_ram(start, size));
    CHECK_EQ(start % (2UL << 20), 0);
    returned_bytes += size;
    return true;
}

TEST(given_to_the_host)
{
    struct page *p;
    u64 before;

    env_start();
    before = page_free_count();
    CHECK(page_return_free(returned, NULL, 10) == 10);
    CHECK(page_return_free(returned, NULL, 10000) > 10);
    CHECK(page_return_free(returned, NULL, 10000) == 0);
    CHECK_EQ(page_free_count(), before);
    CHECK(returned_bytes > before * PAGE_SIZE / 2);
    /* What was taken out and given back can be offered again. */
    p = page_alloc(MAX_ORDER, 0);
    CHECK(p && !page_test(p, PAGE_RETURNED));
    page_put(p);
    CHECK(page_return_free(returned, NULL, 10000) >= 1);
}

TEST(memory_added_later)
{
    u64 before = page_total_count(), size = 64UL << 20;

    env_start();
    CHECK_EQ(page_add_memory((384UL << 20) + 5, 4096), -22);
    before = page_total_count();
    /* A section that has no metadata yet. */
    CHECK_EQ(page_add_memory(384UL << 20, 16UL << 20), 0);
    CHECK_EQ(page_total_count(), before + 4096);
    CHECK(pfn_to_page((390UL << 20) >> PAGE_SHIFT) != NULL);
    CHECK_EQ(page_add_memory(384UL << 20, 16UL << 20), -17);
    (void)size;
}

TEST(boot_memory)
{
    u64 before, n = 4567890 / PAGE_SIZE;

    env_start();
    before = page_free_count();
    boot_memory_free((140UL << 20) + 123, 4567890);
    CHECK_EQ(page_free_count() - before, n - 1);
}

/* ------------------------------------------------------------------- slabs */

#define OBJECTS 3000
static struct {
    u8 *p;
    size_t size;
    u8 value;
} objects[OBJECTS];

static void object_check(unsigned slot)
{
    for (size_t i = 0; i < objects[slot].size; i++)
        CHECK_EQ(objects[slot].p[i], objects[slot].value);
}

TEST(random_objects)
{
    u64 before;

    env_start();
    kfree(kmalloc(1, 0));
    slab_shrink();
    before = page_count_read(PAGES_SLAB);
    for (unsigned i = 0; i < test_scale(100000); i++) {
        unsigned slot = (unsigned)(test_random() % OBJECTS);

        if (objects[slot].p) {
            object_check(slot);
            if (test_random() % 4 == 0) {
                size_t size = 1 + test_random() % 3000;
                u8 *p = krealloc(objects[slot].p, size, 0);

                CHECK(p);
                for (size_t k = 0; k < size && k < objects[slot].size; k++)
                    CHECK_EQ(p[k], objects[slot].value);
                (memset)(p, objects[slot].value, size);
                objects[slot].p = p;
                objects[slot].size = size;
                continue;
            }
            kfree(objects[slot].p);
            objects[slot].p = NULL;
            continue;
        }
        objects[slot].size = test_random() % 64 ? 1 + test_random() % 600
                                                : 1 + test_random() % 20000;
        objects[slot].value = (u8)test_random();
        objects[slot].p = kmalloc(objects[slot].size, 0);
        CHECK(objects[slot].p);
        CHECK(ksize(objects[slot].p) >= objects[slot].size);
        CHECK_EQ((unsigned long)objects[slot].p % 16, 0);
        (memset)(objects[slot].p, objects[slot].value, objects[slot].size);
    }
    for (unsigned slot = 0; slot < OBJECTS; slot++) {
        if (objects[slot].p)
            object_check(slot);
        kfree(objects[slot].p);
    }
    slab_shrink();
    CHECK(page_count_read(PAGES_SLAB) <= before + 16);
}

static u64 used_objects;

static void count_used(void *ctx, const char *name, size_t size, u64 used,
                       u64 total)
{
    (void)ctx;
    (void)name;
    (void)size;
    CHECK(used <= total);
    used_objects += used;
}

TEST(caches)
{
    struct slab_cache *c;
    void *p[100];
    u64 before;

    env_start();
    c = slab_cache_create("test", 72, 64);
    slab_for_each(count_used, NULL);
    before = used_objects;
    for (unsigned i = 0; i < 100; i++) {
        p[i] = slab_zalloc(c, 0);
        CHECK(p[i]);
        CHECK_EQ((unsigned long)p[i] % 64, 0);
        CHECK(!*(u64 *)p[i]);
        (memset)(p[i], 0xff, 72);
    }
    used_objects = 0;
    slab_for_each(count_used, NULL);
    CHECK_EQ(used_objects, before + 100);
    for (unsigned i = 0; i < 100; i++)
        slab_free(c, p[i]);
    CHECK(!kmalloc_array(~0UL / 2, 3, 0));
    CHECK(!kmalloc(1UL << 40, 0));
    env_fail_allocation(1);
    CHECK(!kmalloc(100, 0));
}
