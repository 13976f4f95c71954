// sources: tests/host/vm_env.c kernel/arch/common/pagetable.c
// sources: kernel/vm/advise.c kernel/vm/fault.c kernel/vm/fault_file.c
// sources: kernel/vm/init.c kernel/vm/mapping.c kernel/vm/mapping_io.c
// sources: kernel/vm/memory_object.c kernel/vm/mlock.c kernel/vm/mm.c
// sources: kernel/vm/mmap.c kernel/vm/msync.c kernel/vm/oom.c
// sources: kernel/vm/overcommit.c kernel/vm/protect.c kernel/vm/reclaim.c
// sources: kernel/vm/remap.c kernel/vm/rmap.c kernel/vm/stats.c
// sources: kernel/vm/user.c kernel/vm/user_memory.c kernel/vm/vdso.c
// sources: kernel/vm/vma.c kernel/vm/writeback.c
// flags: -Itests/host/hosted -DCONFIG_DEBUG=1
/*
 * The page cache over a store: a file whose pages lie on a "disk" of the
 * test's, read and written through the cache and through mappings, written
 * back, reclaimed, truncated, with reads and writes of the disk failing now and
 * then. At any time the cache shows what was written last, and after a sync so
 * does the disk.
 */
#include "test.h"
#include "vm_env.h"
#include "core/account.h"
#include "core/iter.h"
#include "lib/errno.h"
#include "vm/cache.h"
#include "vm/reclaim.h"
#include "vm/vma.h"

#define PAGES 64
#define BASE  0x20000000UL

static u64 disk[PAGES];  /* first word of each page */
static u64 model[PAGES]; /* what the file holds */
static s64 model_pages;
static struct mapping file;
static int fail_read, fail_write; /* the next so many */
static u64 reads, writes, touches;
static u64 next_value = 1;

static unsigned below(unsigned n)
{
    return (unsigned)(test_random() % n);
}

static int read_page(struct mapping *m, struct page *page)
{
    CHECK(m == &file && page_test(page, PAGE_LOCKED));
    CHECK(!page_test(page, PAGE_UPTODATE) && page->index < PAGES);
    reads++;
    if (fail_read && fail_read--) {
        page_set(page, PAGE_ERROR);
        page_unlock(page);
        return -EIO;
    }
    (memset)(page_address(page), 0, PAGE_SIZE);
    *(u64 *)page_address(page) = disk[page->index];
    page_set(page, PAGE_UPTODATE);
    page_unlock(page);
    return 0;
}

static int write_page(struct mapping *m, struct page *page, bool sync)
{
    int r = 0;

    (void)sync;
    CHECK(m == &file && page_test(page, PAGE_LOCKED));
    CHECK(page_test(page, PAGE_WRITEBACK) && !page_test(page, PAGE_DIRTY));
    writes++;
    if (fail_write && fail_write--)
        r = -EIO;
    else
        disk[page->index] = *(u64 *)page_address(page);
    page_unlock(page);
    page_end_writeback(page);
    return r;
}

static void touched(struct mapping *m)
{
    (void)m;
    touches++;
}

static const struct mapping_ops store_ops = {
    .read_page = read_page, .write_page = write_page, .touched = touched};

static void released(struct object *obj)
{
    (void)obj;
}
static int map_file(struct object *obj, struct mapping_request *request)
{
    (void)obj;
    request->mapping = &file;
    return 0;
}
static const struct object_ops file_ops = {.release = released,
                                           .mmap = map_file};
static struct object object;
static struct grant *grant;
static struct address_space *mm[2];

static void check_disk(void)
{
    for (int i = 0; i < model_pages; i++)
        CHECK_EQ(disk[i], model[i]);
}

static void step_io(void)
{
    u64 index = below(PAGES), value = next_value++, got = 0;
    struct iter it;
    ssize_t r;

    if (below(2)) {
        iter_init_kernel(&it, true, &got, 8);
        r = mapping_read(&file, &it, (s64)(index * PAGE_SIZE));
        if (r == -EIO)
            return;
        CHECK_EQ(r, (s64)index < model_pages ? 8 : 0);
        if (r)
            CHECK_EQ(got, model[index]);
        return;
    }
    iter_init_kernel(&it, false, &value, 8);
    r = mapping_write(&file, &it, (s64)(index * PAGE_SIZE));
    if (r == -EIO)
        return;
    CHECK_EQ(r, 8);
    model[index] = value;
    if ((s64)index >= model_pages) {
        for (s64 i = model_pages; i < (s64)index; i++)
            model[i] = disk[i] = 0;
        model_pages = (s64)index + 1;
        file.size = model_pages * (s64)PAGE_SIZE;
    }
}

static void step_mapped(void)
{
    struct address_space *as = mm[below(2)];
    u64 index = below(PAGES), value = 0;
    int r;

    if (below(2)) {
        r = env_read(as, BASE + index * PAGE_SIZE, &value);
        if (r == -EIO)
            return;
        CHECK_EQ(r, 0);
        CHECK((s64)index < model_pages);
        CHECK_EQ(value, model[index]);
        return;
    }
    value = next_value++;
    r = env_write(as, BASE + index * PAGE_SIZE, value);
    if (r == -EIO)
        return;
    CHECK_EQ(r, 0);
    CHECK((s64)index < model_pages);
    model[index] = value;
}

static void truncate_to(s64 pages)
{
    file.size = pages * (s64)PAGE_SIZE;
    mapping_truncate(&file, file.size, S64_MAX);
    for (s64 i = pages; i < PAGES; i++)
        model[i] = disk[i] = 0;
    model_pages = pages;
}

static void step_sync(void)
{
    fail_read = 0;
    fail_write = 0;
    CHECK_EQ(mapping_sync(&file, 0, S64_MAX), 0);
    check_disk();
    CHECK_EQ(page_count_read(PAGES_DIRTY), 0);
}

static void step_failing_sync(void)
{
    u32 since = mapping_error_sequence(&file);
    u64 before = writes;
    int r;

    CHECK_EQ(mapping_check_error(&file, &since), 0);
    fail_write = 1;
    r = mapping_sync(&file, 0, S64_MAX);
    if (writes == before) { /* nothing was dirty */
        CHECK_EQ(r, 0);
        fail_write = 0;
        return;
    }
    CHECK_EQ(r, -EIO);
    CHECK_EQ(mapping_check_error(&file, &since), -EIO);
    CHECK_EQ(mapping_check_error(&file, &since), 0);
    /* What was lost is lost; begin anew. */
    truncate_to(0);
}

static void check_counts(void)
{
    struct page *page;
    u64 index = 0, count = 0;

    CHECK(env_unlocked());
    for (; (page = mapping_next(&file, &index)); index++) {
        count++;
        CHECK_EQ(refcount_read(&page->refs), 2 + atomic_load(&page->mapcount));
        CHECK(!page_test(page, PAGE_LOCKED | PAGE_WRITEBACK));
        CHECK_EQ(!!page_test(page, PAGE_DIRTY),
                 radix_tree_tag_get(&file.pages, index, RADIX_TAG_DIRTY));
        page_put(page);
    }
    CHECK_EQ(count, file.page_count);
}

TEST(random_steps_on_a_store)
{
    u64 free_before, objects_before, reclaimed = 0;

    env_start();
    free_before = env_free_pages();
    objects_before = env_slab_objects();
    mapping_init(&file, &store_ops, NULL, 0);
    object_init(&object, OBJECT_FILE, &file_ops, 0);
    refcount_inc(&object.refs);
    grant = env_grant(&object, RIGHT_ALL);
    for (int i = 0; i < 2; i++) {
        struct caller who;

        mm[i] = mm_create(account_root());
        who = (struct caller){.mm = mm[i], .account = account_root()};
        CHECK_EQ(mm_map(&who, NULL, BASE, PAGES * PAGE_SIZE,
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, grant,
                        0),
                 BASE);
    }
    for (unsigned i = 0; i < test_scale(60000); i++) {
        switch (below(12)) {
        case 0:
            if (below(8) == 0)
                truncate_to(below(PAGES + 1));
            break;
        case 1:
            step_sync();
            break;
        case 2:
            if (below(4) == 0)
                fail_read = 1;
            if (below(4) == 0)
                step_failing_sync();
            break;
        case 3:
            reclaimed += vm_reclaim(1 + below(16));
            break;
        case 4:
            mapping_invalidate(&file, below(PAGES), below(PAGES));
            break;
        case 5:
        case 6:
        case 7:
            step_io();
            break;
        default:
            step_mapped();
        }
        check_counts();
    }
    CHECK(reclaimed > 0 && touches > 0 && reads > reclaimed / 2);
    step_sync();
    mm_put(mm[0]);
    mm_put(mm[1]);
    grant_put(grant);
    mapping_destroy(&file);
    CHECK_EQ(env_free_pages(), free_before);
    CHECK_EQ(env_slab_objects(), objects_before);
}
