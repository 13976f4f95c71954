/* Sets in sets: no cycles, not too deep, not too many ways for a wake-up. */
#include "core/rcu.h"
#include "core/sched.h"
#include "ipc/epoll_set.h"
#include "lib/errno.h"

static mutex_t epoll_nest_lock = MUTEX_INIT(epoll_nest_lock, "epoll_nest");
/* Of the check that is going on; also bumped at its end, so that what it found
 * is not taken for true later. Written under epoll_nest_lock. */
static u64 check_number = 1;

/* The set whose item waits there, or NULL: another kind of waiter. The queue's
 * lock is held and keeps it. */
static struct epoll *set_behind(const struct wait_entry *e)
{
    const struct item_node *n = e->data;

    return e->wake == epoll_item_wake ? n->item->ep : NULL;
}

static bool is_watched(struct epoll *ep)
{
    unsigned long flags = spin_lock_irqsave(&ep->poll_queue.lock);
    struct wait_entry *e;
    bool found = false;

    list_for_each_entry (e, &ep->poll_queue.entries, link) {
        found = set_behind(e) != NULL;
        if (found)
            break;
    }
    spin_unlock_irqrestore(&ep->poll_queue.lock, flags);
    return found;
}

bool epoll_is_nested(struct epoll *ep, struct object *target)
{
    /* A check that has passed through ep did not see what is added now. */
    return object_is_epoll(target) || is_watched(ep) ||
           READ_ONCE(ep->checked_below) == READ_ONCE(check_number);
}

/* The longest chain of sets below ep; more than EPOLL_NEST_MAX: too long, or
 * it leads to `into`. */
static u32 chain_below(struct epoll *ep, const struct epoll *into, u32 depth)
{
    u32 longest = 0;

    if (ep == into)
        return EPOLL_NEST_MAX + 1;
    if (ep->checked_below == check_number)
        return ep->below;
    mutex_lock_nested(&ep->lock, depth);
    WRITE_ONCE(ep->checked_below, check_number);
    for (struct rb_node *n = rb_first(&ep->items);
         n && longest <= EPOLL_NEST_MAX; n = rb_next(n)) {
        struct item *i = rb_entry(n, struct item, node);

        if (object_is_epoll(i->object))
            longest = max(
                longest, 1 + chain_below(epoll_of(i->object), into, depth + 1));
    }
    ep->below = longest;
    mutex_unlock(&ep->lock);
    return longest;
}

/* The longest chain of sets around ep. */
static u32 chain_above(struct epoll *ep, u32 depth)
{
    struct wait_entry *e;
    unsigned long flags;
    u32 longest = 0;

    if (ep->checked_above == check_number)
        return ep->above;
    flags = spin_lock_irqsave_nested(&ep->poll_queue.lock, depth);
    list_for_each_entry (e, &ep->poll_queue.entries, link) {
        struct epoll *outer = set_behind(e);

        if (outer)
            longest = max(longest, 1 + chain_above(outer, depth + 1));
    }
    spin_unlock_irqrestore(&ep->poll_queue.lock, flags);
    ep->checked_above = check_number;
    ep->above = longest;
    return longest;
}

int epoll_nest_begin(struct epoll *ep, struct object *target)
{
    mutex_lock(&epoll_nest_lock);
    WRITE_ONCE(check_number, check_number + 1);
    if (!object_is_epoll(target))
        return 0;
    if (chain_below(epoll_of(target), ep, 0) + 1 + chain_above(ep, 0) >
        EPOLL_NEST_MAX)
        return -ELOOP;
    return 0;
}

void epoll_nest_end(void)
{
    WRITE_ONCE(check_number, check_number + 1);
    mutex_unlock(&epoll_nest_lock);
}

/* How many ways of each length a wake-up may take; those straight to one set
 * are not counted. */
static const u32 ways_max[EPOLL_NEST_MAX + 1] = {0, 500, 100, 50, 10};

/* Follow a wake-up of `q` through `depth` sets already: 1, 0 if no set is woken
 * by it, -EINVAL when there are too many ways. */
static int count_ways(struct wait_queue *q, u32 depth, u32 *ways)
{
    struct wait_entry *e;
    unsigned long flags;
    int result = 0;

    flags = spin_lock_irqsave_nested(&q->lock, depth);
    list_for_each_entry (e, &q->entries, link) {
        struct epoll *ep = set_behind(e);
        int further;

        if (!ep)
            continue;
        result = 1;
        further = depth > EPOLL_NEST_MAX
                      ? -EINVAL
                      : count_ways(&ep->poll_queue, depth + 1, ways);
        if (further < 0 ||
            (!further && depth && ++ways[depth] > ways_max[depth])) {
            result = -EINVAL;
            break;
        }
    }
    spin_unlock_irqrestore(&q->lock, flags);
    return result;
}

static int check_ways(struct item *item)
{
    int error = 0;

    for (struct item_node *n = item->nodes; n && error >= 0; n = n->next) {
        u32 ways[EPOLL_NEST_MAX + 1] = {0};
        struct wait_queue *q;

        rcu_read_lock();
        q = smp_load_acquire(&n->queue);
        if (q)
            error = count_ways(q, 0, ways);
        rcu_read_unlock();
    }
    return min(error, 0);
}

/* All that `ep` and the sets in it watch. */
static int check_below(struct epoll *ep, u32 depth)
{
    int error = 0;

    if (ep->checked_below == check_number)
        return 0;
    mutex_lock_nested(&ep->lock, depth);
    WRITE_ONCE(ep->checked_below, check_number);
    for (struct rb_node *n = rb_first(&ep->items); n && !error;
         n = rb_next(n)) {
        struct item *i = rb_entry(n, struct item, node);

        error = object_is_epoll(i->object)
                    ? check_below(epoll_of(i->object), depth + 1)
                    : check_ways(i);
        cond_resched();
    }
    mutex_unlock(&ep->lock);
    return error;
}

int epoll_check_paths(struct item *item)
{
    if (!object_is_epoll(item->object))
        return check_ways(item);
    WRITE_ONCE(check_number, check_number + 1);
    return check_below(epoll_of(item->object), 1);
}
