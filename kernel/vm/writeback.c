#include "core/time.h"
#include "vm/cache.h"
#include "vm/rmap.h"
#include "vm/vm.h"

/*
 * Mappings with dirty pages, by dirty_link. The mutex keeps a mapping from
 * being destroyed while it is written; the spinlock guards the list.
 */
static mutex_t writeback_mutex = MUTEX_INIT(writeback_mutex, "writeback");
static spinlock_t list_lock = SPINLOCK_INIT("writeback_list");
static LIST_HEAD(dirty_mappings);

u32 vm_dirty_ratio = 20;
u32 vm_dirty_background_ratio = 10;
u32 vm_dirty_writeback_centisecs = 500;
u32 vm_dirty_expire_centisecs = 3000;

static void writeback_run(struct work *work);
static struct delayed_work writeback_work;

void writeback_init(void)
{
    delayed_work_init(&writeback_work, writeback_run);
}

static void arm(void)
{
    if (vm_dirty_writeback_centisecs)
        delayed_work_queue(&writeback_work,
                           vm_dirty_writeback_centisecs * 10000000UL);
}

void writeback_add(struct mapping *m)
{
    bool first = false;

    if (!list_empty(&m->dirty_link))
        return;
    spin_lock(&list_lock);
    if (list_empty(&m->dirty_link)) {
        first = list_empty(&dirty_mappings);
        list_add_tail(&m->dirty_link, &dirty_mappings);
    }
    /* Tickless: nobody is woken while nothing is dirty. */
    if (first)
        arm();
    spin_unlock(&list_lock);
}

void writeback_remove(struct mapping *m)
{
    if (list_empty(&m->dirty_link))
        return;
    mutex_lock(&writeback_mutex);
    spin_lock(&list_lock);
    list_del_init(&m->dirty_link);
    spin_unlock(&list_lock);
    mutex_unlock(&writeback_mutex);
}

/* Write one page that was found dirty; consumes the reference. */
static int write_one(struct mapping *m, struct page *page, bool sync)
{
    int r = 0;

    page_lock(page);
    if (sync)
        page_wait_writeback(page);
    if (page->mapping != m || !page_test(page, PAGE_DIRTY) ||
        page_test(page, PAGE_WRITEBACK)) {
        page_unlock(page);
        page_put(page);
        return 0;
    }
    /* Whoever writes through a mapping from here on faults, and makes the page
     * dirty again. */
    rmap_clean_file_page(page);
    mapping_clear_dirty(m, page);
    page_set(page, PAGE_WRITEBACK);
    page_count(PAGES_WRITEBACK, 1);
    spin_lock(&m->lock);
    radix_tree_tag_set(&m->pages, page->index, RADIX_TAG_WRITEBACK);
    spin_unlock(&m->lock);
    r = m->ops->write_page(m, page, sync);
    if (r)
        mapping_set_error(m, r);
    page_put(page);
    return r;
}

static int write_range(struct mapping *m, u64 first, u64 last, bool sync)
{
    struct page *pages[16];
    int error = 0;
    unsigned n;

    while (first <= last &&
           (n = mapping_gang_tag(m, pages, &first, last, ARRAY_SIZE(pages),
                                 RADIX_TAG_DIRTY))) {
        for (unsigned i = 0; i < n; i++) {
            int r = write_one(m, pages[i], sync);

            if (r && !error)
                error = r;
        }
        if (first == 0)
            break;
    }
    return error;
}

/* The tag outlives the writing, which ends in interrupts. */
static void wait_range(struct mapping *m, u64 first, u64 last)
{
    struct page *pages[16];
    unsigned n;

    while (first <= last &&
           (n = mapping_gang_tag(m, pages, &first, last, ARRAY_SIZE(pages),
                                 RADIX_TAG_WRITEBACK))) {
        for (unsigned i = 0; i < n; i++) {
            page_wait_writeback(pages[i]);
            spin_lock(&m->lock);
            if (pages[i]->mapping == m && !page_test(pages[i], PAGE_WRITEBACK))
                radix_tree_tag_clear(&m->pages, pages[i]->index,
                                     RADIX_TAG_WRITEBACK);
            spin_unlock(&m->lock);
            page_put(pages[i]);
        }
        if (first == 0)
            break;
    }
}

static bool writes(const struct mapping *m)
{
    return mapping_has_store(m) && m->ops && m->ops->write_page;
}

static u64 last_index(s64 end)
{
    return end == S64_MAX ? ~0UL : ((u64)end - 1) >> PAGE_SHIFT;
}

int mapping_flush(struct mapping *m, s64 start, s64 end)
{
    if (!writes(m) || start >= end)
        return 0;
    return write_range(m, (u64)start >> PAGE_SHIFT, last_index(end), false);
}

int mapping_sync(struct mapping *m, s64 start, s64 end)
{
    u64 first = (u64)start >> PAGE_SHIFT;
    int before = atomic_load(&m->error_sequence), r;

    if (!writes(m) || start >= end)
        return 0;
    r = write_range(m, first, last_index(end), true);
    wait_range(m, first, last_index(end));
    if (!r && atomic_load(&m->error_sequence) != before)
        r = atomic_load(&m->flags) & (int)MAPPING_NO_SPACE ? -ENOSPC : -EIO;
    return r;
}

void mapping_set_error(struct mapping *m, int error)
{
    atomic_or((int)(error == -ENOSPC ? MAPPING_NO_SPACE : MAPPING_ERROR),
              &m->flags);
    atomic_inc(&m->error_sequence);
}

u32 mapping_error_sequence(struct mapping *m)
{
    return (u32)atomic_load(&m->error_sequence);
}

int mapping_check_error(struct mapping *m, u32 *since)
{
    u32 now = mapping_error_sequence(m);

    if (now == *since)
        return 0;
    *since = now;
    if (atomic_load(&m->flags) & (int)MAPPING_ERROR)
        return -EIO;
    return -ENOSPC;
}

/* Each mapping of the list once. A mapping that stays dirty goes to the end. */
static void write_all(bool wait)
{
    LIST_HEAD(todo);

    mutex_lock(&writeback_mutex);
    spin_lock(&list_lock);
    list_splice_init(&dirty_mappings, &todo);
    while (!list_empty(&todo)) {
        struct mapping *m = list_first_entry(&todo, struct mapping, dirty_link);

        list_del_init(&m->dirty_link);
        spin_unlock(&list_lock);
        if (wait)
            mapping_sync(m, 0, S64_MAX);
        else
            mapping_flush(m, 0, S64_MAX);
        if (radix_tree_tagged(&m->pages, RADIX_TAG_DIRTY))
            writeback_add(m);
        spin_lock(&list_lock);
    }
    if (!list_empty(&dirty_mappings))
        arm();
    spin_unlock(&list_lock);
    mutex_unlock(&writeback_mutex);
}

static void writeback_run(struct work *work)
{
    (void)work;
    write_all(false);
}

void mapping_sync_all(bool wait)
{
    write_all(wait);
}

void writeback_balance(struct mapping *m)
{
    u64 dirty = page_count_read(PAGES_DIRTY), total = page_total_count();

    if (!writes(m))
        return;
    if (dirty > total * vm_dirty_ratio / 100)
        mapping_flush(m, 0, S64_MAX);
    else if (dirty > total * vm_dirty_background_ratio / 100)
        delayed_work_queue(&writeback_work, 0);
}
