#include "core/iter.h"
#include "lib/string.h"
#include "vm/cache.h"

#define READ_AHEAD_MIN 4
#define READ_AHEAD_MAX 32 /* pages */
/* One call starts no more, whatever is asked for: a gigabyte of holes would be
 * filled while nothing can stop it. */
#define READ_AHEAD_AT_ONCE 512

/* -------------------------------------------------------------- read-ahead */

void mapping_read_ahead(struct mapping *m, u64 index, u64 count)
{
    u64 pages = mapping_size_pages(m);

    if (!m->ops || !m->ops->read_page || index >= pages)
        return;
    count = min(count, min_t(u64, pages - index, READ_AHEAD_AT_ONCE));
    read_lock(&m->invalidate_lock);
    if (m->ops->read_ahead) {
        m->ops->read_ahead(m, index, (u32)min_t(u64, count, U32_MAX));
    } else {
        for (u64 i = 0; i < count; i++) {
            struct page *page = mapping_add_page(m, index + i);

            if (!page)
                continue; /* it is there, or there is no memory */
            m->ops->read_page(m, page);
            page_put(page);
        }
    }
    read_unlock(&m->invalidate_lock);
}

/* A reader was here: widen the window while it goes straight on. */
static void note_read(struct mapping *m, u64 first, u64 last)
{
    u32 window = READ_ONCE(m->read_ahead_pages);

    if (first == READ_ONCE(m->read_ahead_next) || first == 0)
        window = clamp_t(u32, window * 2, READ_AHEAD_MIN, READ_AHEAD_MAX);
    else if (first + 1 != m->read_ahead_next)
        window = 0;
    if (atomic_load(&m->flags) & (int)MAPPING_RANDOM)
        window = 0;
    WRITE_ONCE(m->read_ahead_pages, window);
    WRITE_ONCE(m->read_ahead_next, last + 1);
}

/* ------------------------------------------------------------------- read --
 */

static ssize_t read_page_part(struct mapping *m, struct iter *to, s64 pos,
                              size_t n)
{
    size_t offset = (u64)pos & ~PAGE_MASK, done;
    u64 index = (u64)pos >> PAGE_SHIFT;
    struct page *page = mapping_find(m, index);

    if (page && unlikely(!page_test(page, PAGE_UPTODATE))) {
        page_put(page);
        page = NULL;
    }
    if (!page) {
        if (!mapping_has_store(m) && !(m->ops && m->ops->read_page))
            return (ssize_t)iter_zero(to, n); /* a hole stays one */
        page = mapping_get(m, index, NULL);
        if (IS_ERR(page))
            return PTR_ERR(page) == -ENXIO ? 0 : PTR_ERR(page);
    }
    done = iter_copy_from_page(page, offset, n, to);
    if (!page_test(page, PAGE_ACCESSED))
        page_set(page, PAGE_ACCESSED);
    page_put(page);
    return (ssize_t)done;
}

ssize_t mapping_read(struct mapping *m, struct iter *to, s64 pos)
{
    size_t done = 0, wanted = iter_count(to);
    s64 size = READ_ONCE(m->size);

    if (pos < 0)
        return -EINVAL;
    if (pos >= size || !wanted)
        return 0;
    wanted = (size_t)min_t(u64, wanted, (u64)(size - pos));
    if (m->ops && m->ops->read_page)
        note_read(m, (u64)pos >> PAGE_SHIFT,
                  ((u64)pos + wanted - 1) >> PAGE_SHIFT);
    while (done < wanted) {
        size_t offset = (u64)pos & ~PAGE_MASK;
        size_t n = min(wanted - done, PAGE_SIZE - offset);
        ssize_t r = read_page_part(m, to, pos, n);

        if (r <= 0)
            return done ? (ssize_t)done : r < 0 ? r : -EFAULT;
        done += (size_t)r;
        pos += r;
        if ((size_t)r < n)
            break;
    }
    return (ssize_t)done;
}

/* ------------------------------------------------------------------ write --
 */

static ssize_t write_page_part(struct mapping *m, struct iter *from, s64 pos,
                               size_t n)
{
    size_t offset = (u64)pos & ~PAGE_MASK, done;
    struct page *page =
        mapping_get_for_write(m, (u64)pos >> PAGE_SHIFT, n == PAGE_SIZE);

    if (IS_ERR(page))
        return PTR_ERR(page);
    from->no_fault = true;
    done = iter_copy_to_page(page, offset, n, from);
    from->no_fault = false;
    if (unlikely(done < n && !page_test(page, PAGE_UPTODATE))) {
        /* A new page for whole contents that did not come: begin again. */
        iter_revert(from, done);
        done = 0;
        mapping_delete_page(m, page);
    } else if (done) {
        if (!page_test(page, PAGE_UPTODATE))
            page_set(page, PAGE_UPTODATE);
        if (page_test(page, PAGE_ICACHE))
            page_clear(page, PAGE_ICACHE);
        mapping_mark_dirty(m, page);
        if (pos + (s64)done > m->size)
            WRITE_ONCE(m->size, pos + (s64)done);
    } else if ((u64)pos >> PAGE_SHIFT >= mapping_size_pages(m)) {
        /* Made for nothing, beyond the end. */
        mapping_clear_dirty(m, page);
        mapping_delete_page(m, page);
    }
    page_unlock(page);
    page_put(page);
    return (ssize_t)done;
}

ssize_t mapping_write(struct mapping *m, struct iter *from, s64 pos)
{
    size_t done = 0, wanted = iter_count(from), limit = PAGE_SIZE;
    bool no_fault = from->no_fault, stuck = false;
    int error = 0;

    if (pos < 0)
        return -EINVAL;
    while (done < wanted) {
        size_t offset = (u64)pos & ~PAGE_MASK;
        size_t n = min3(wanted - done, PAGE_SIZE - offset, limit);
        ssize_t r = write_page_part(m, from, pos, n);

        limit = PAGE_SIZE;

        if (r < 0) {
            error = (int)r;
            break;
        }
        done += (size_t)r;
        pos += r;
        if ((size_t)r < n) {
            /* The source is not present: get it with no page locked. It may be
             * this very page. */
            limit = n - (size_t)r;
            /* Only its first byte is sure to be there then: what lies in a
             * later segment may not be. */
            if (!r && stuck)
                limit = max(limit / 2, 1UL);
            stuck = !r;
            error = no_fault ? -EFAULT : iter_fault_in(from, limit);
            /* Up to where it faults, all is written. */
            while (error && !no_fault && limit > 1) {
                limit /= 2;
                error = iter_fault_in(from, limit);
            }
            if (error)
                break;
        }
    }
    from->no_fault = no_fault;
    if (done && mapping_has_store(m))
        writeback_balance(m);
    return done ? (ssize_t)done : error;
}
