/* Sleeping for a page's LOCKED or WRITEBACK bit: hashed wait queues. */
#include "core/page.h"

#include "core/log.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/hash.h"

#define PAGE_QUEUE_BITS 5
static struct wait_queue page_queues[1 << PAGE_QUEUE_BITS];

void page_lock_init(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(page_queues); i++)
        wait_queue_init(&page_queues[i]);
}

static struct wait_queue *queue_of(const struct page *p)
{
    return &page_queues[hash_ptr(p, PAGE_QUEUE_BITS)];
}

/* Says that someone sleeps before it looks once more, so that whoever clears
 * the bit looks for sleepers. */
static bool try_or_announce(struct page *p)
{
    if (page_trylock(p))
        return true;
    page_set(p, PAGE_WAITERS);
    smp_mb();
    return page_trylock(p);
}

static bool writeback_over(struct page *p)
{
    if (!page_test(p, PAGE_WRITEBACK))
        return true;
    page_set(p, PAGE_WAITERS);
    smp_mb();
    return !page_test(p, PAGE_WRITEBACK);
}

void page_lock(struct page *p)
{
    might_sleep();
    if (unlikely(!page_trylock(p)))
        wait_event(queue_of(p), try_or_announce(p));
}

int page_lock_killable(struct page *p)
{
    might_sleep();
    if (likely(page_trylock(p)))
        return 0;
    return wait_event_killable(queue_of(p), try_or_announce(p)) ? -EINTR : 0;
}

/* Queues are shared by pages and by both bits: wake everyone, and let those
 * that must sleep on say so again. */
static void clear_and_wake(struct page *p, u32 bit)
{
    u32 old = (u32)__atomic_fetch_and(
        &p->flags.counter, (int)~(bit | PAGE_WAITERS), __ATOMIC_SEQ_CST);

    if (unlikely(old & PAGE_WAITERS))
        wake_up_all(queue_of(p));
}

void page_unlock(struct page *p)
{
    clear_and_wake(p, PAGE_LOCKED);
}

void page_wait_writeback(struct page *p)
{
    might_sleep();
    if (unlikely(page_test(p, PAGE_WRITEBACK)))
        wait_event(queue_of(p), writeback_over(p));
}

void page_end_writeback(struct page *p)
{
    clear_and_wake(p, PAGE_WRITEBACK);
}
