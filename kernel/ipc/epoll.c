#include "ipc/epoll_set.h"

#include "core/init.h"
#include "core/page.h"
#include "core/plant.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/task.h"
#include "proc/user_account.h"

u64 epoll_max_user_watches;

static const struct object_ops epoll_ops;

bool object_is_epoll(const struct object *obj)
{
    return obj->ops == &epoll_ops;
}

static void epoll_put(struct epoll *ep)
{
    if (!refcount_dec_and_test(&ep->refs))
        return;
    user_account_put(ep->user);
    kfree(ep);
}

/* ----------------------------------------------------------- notification --
 */

/* To the end of the ready list, and tell who waits. depth: of the wake-up that
 * this is part of. */
static void make_ready(struct item *item, u32 depth)
{
    struct epoll *ep = item->ep;
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);

    if (!item->queued) {
        item->queued = true;
        list_add_tail(&item->ready_link, &ep->ready);
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    wait_queue_wake(&ep->waiters, POLLIN, 1);
    wait_queue_wake(&ep->poll_queue, POLLIN | WAKE_DEPTH(depth), 0);
}

bool epoll_item_wake(struct wait_entry *entry, u32 key)
{
    struct item_node *n = entry->data;
    struct item *item = n->item;
    u32 wanted = READ_ONCE(item->events) & ~FLAG_BITS;
    u32 events = key & WAKE_EVENTS;
    bool woken = wanted && (!events || events & (wanted | POLLFREE));

    if (woken)
        make_ready(item, WAKE_DEPTH_OF(key) + 1);
    if (events & POLLFREE) {
        /* The queue goes away before its object: forget it. Last, since
         * unregister() then frees the node without the queue's lock. */
        list_del_init(&entry->link);
        smp_store_release(&n->queue, NULL);
    }
    return woken;
}

struct item_table {
    struct poll_table table; /* must be first */
    struct item *item;
    bool no_memory;
};

static void item_add_queue(struct poll_table *table, struct wait_queue *q)
{
    struct item_table *it = container_of(table, struct item_table, table);
    struct item_node *n = kmalloc(sizeof(*n), ALLOC_KERNEL);

    if (!n) {
        it->no_memory = true;
        return;
    }
    n->item = it->item;
    n->queue = q;
    n->next = it->item->nodes;
    it->item->nodes = n;
    wait_entry_init(&n->entry, epoll_item_wake, n);
    if (it->item->events & EPOLLEXCLUSIVE)
        wait_queue_add_exclusive(q, &n->entry);
    else
        wait_queue_add(q, &n->entry);
}

static void unregister(struct item *item)
{
    struct item_node *n, *next;

    for (n = item->nodes; n; n = next) {
        next = n->next;
        wait_queue_leave(&n->queue, &n->entry);
        kfree(n);
    }
    item->nodes = NULL;
}

/* ------------------------------------------------------------------ items --
 */

static int item_compare(const struct object *obj, int fd, const struct item *i)
{
    if (obj != i->object)
        return obj < i->object ? -1 : 1;
    return fd < i->fd ? -1 : fd > i->fd;
}

static struct item *item_find(struct epoll *ep, struct object *obj, int fd)
{
    struct rb_node *n = ep->items.node;

    while (n) {
        struct item *i = rb_entry(n, struct item, node);
        int c = item_compare(obj, fd, i);
        if (!c)
            return i;
        n = c < 0 ? n->left : n->right;
    }
    return NULL;
}

static void item_insert(struct epoll *ep, struct item *item)
{
    struct rb_node **link = &ep->items.node, *parent = NULL;

    while (*link) {
        struct item *i = rb_entry(*link, struct item, node);
        parent = *link;
        link = item_compare(item->object, item->fd, i) < 0 ? &parent->left
                                                           : &parent->right;
    }
    rb_link_node(&item->node, parent, link);
    rb_insert_color(&item->node, &ep->items);
}

/* Take the item out of the set and off every queue; lock held. The use is ended
 * by the caller without the lock. */
static void item_unlink(struct item *item)
{
    struct epoll *ep = item->ep;
    unsigned long flags;

    item->unlinked = true;
    rb_erase(&item->node, &ep->items);
    if (!PLANTED(PLANT_EPOLL_QUEUE))
        unregister(item);
    flags = spin_lock_irqsave(&ep->ready_lock);
    if (item->queued) {
        list_del_init(&item->ready_link);
        item->queued = false;
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
}

static void item_free(struct item *item)
{
    struct epoll *ep = item->ep;

    grant_use_end(&item->use);
    kfree(item);
    atomic64_dec(&ep->user->epoll_watches);
    epoll_put(ep);
}

/* Every handle was closed, or the grant revoked. */
static void item_lost(struct grant_use *use)
{
    struct item *item = container_of(use, struct item, use);
    struct epoll *ep = item->ep;
    bool mine;

    mutex_lock(&ep->lock);
    mine = !item->unlinked;
    if (mine)
        item_unlink(item);
    mutex_unlock(&ep->lock);
    if (mine)
        item_free(item);
}

static struct item *item_alloc(struct epoll *ep, int fd,
                               struct handle_ref *target, u32 events, u64 data)
{
    struct item *item;
    int error = -ENOMEM;

    if ((u64)atomic64_add_return(1, &ep->user->epoll_watches) >
        READ_ONCE(epoll_max_user_watches)) {
        error = -ENOSPC;
        goto out_count;
    }
    item = kzalloc(sizeof(*item), ALLOC_KERNEL);
    if (!item)
        goto out_count;
    item->ep = ep;
    item->object = target->object;
    item->fd = fd;
    item->events = events;
    item->data = data;
    INIT_LIST_HEAD(&item->ready_link);
    error = grant_use_begin_weak(&item->use, target->grant, item_lost);
    if (error)
        goto out_free;
    refcount_inc(&ep->refs);
    return item;

out_free:
    kfree(item);
out_count:
    atomic64_dec(&ep->user->epoll_watches);
    return ERR_PTR(error);
}

/* lock held. nested: sets in sets are concerned, and epoll_nest_lock is held.
 * On failure *removed may be an item to free. */
static int item_add(struct epoll *ep, int fd, struct handle_ref *target,
                    u32 events, u64 data, bool nested, struct item **removed)
{
    struct item *item = item_alloc(ep, fd, target, events, data);
    struct item_table table = {.table.add = item_add_queue, .item = item};
    int error = 0;
    u32 ready;

    if (IS_ERR(item))
        return PTR_ERR(item);
    item_insert(ep, item);
    table.table.events = events & ~FLAG_BITS;
    ready = epoll_ask(target->object, &table.table, 1);
    if (table.no_memory)
        error = -ENOMEM;
    else if (nested)
        error = epoll_check_paths(item);
    if (error) {
        item_unlink(item);
        *removed = item;
        return error;
    }
    if (ready & events & ~FLAG_BITS)
        make_ready(item, 0);
    return 0;
}

static void item_modify(struct item *item, u32 events, u64 data)
{
    u32 ready;

    WRITE_ONCE(item->events, events);
    item->data = data;
    /* Pairs with the queue's lock in a waker: either it sees the new events or
     * this poll sees its change. */
    smp_mb();
    ready = epoll_ask(item->object, NULL, 1);
    if (ready & events & ~FLAG_BITS)
        make_ready(item, 0);
}

static int check_exclusive(enum epoll_op op, const struct object *target,
                           u32 events, const struct item *item)
{
    if (op == EPOLL_CTL_MOD)
        return events & EPOLLEXCLUSIVE ||
                       (item && item->events & EPOLLEXCLUSIVE)
                   ? -EINVAL
                   : 0;
    if (!(events & EPOLLEXCLUSIVE))
        return 0;
    if (object_is_epoll(target) ||
        events & ~(POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP |
                   EPOLLET | EPOLLEXCLUSIVE))
        return -EINVAL;
    return 0;
}

static int control_locked(struct epoll *ep, enum epoll_op op, int fd,
                          struct handle_ref *target, u32 events, u64 data,
                          bool nested, struct item **removed)
{
    struct item *item = item_find(ep, target->object, fd);

    if (op != EPOLL_CTL_DEL) {
        int error = check_exclusive(op, target->object, events, item);
        if (error)
            return error;
        events |= POLLERR | POLLHUP;
    }
    switch (op) {
    case EPOLL_CTL_ADD:
        return item ? -EEXIST
                    : item_add(ep, fd, target, events, data, nested, removed);
    case EPOLL_CTL_MOD:
        if (!item)
            return -ENOENT;
        item_modify(item, events, data);
        return 0;
    case EPOLL_CTL_DEL:
        if (!item)
            return -ENOENT;
        item_unlink(item);
        *removed = item;
        return 0;
    default:
        return -EINVAL;
    }
}

int epoll_control(struct object *epoll, enum epoll_op op, int fd,
                  struct handle_ref *target, u32 events, u64 data)
{
    struct epoll *ep = epoll_of(epoll);
    struct item *removed = NULL;
    bool nested = false;
    int error = 0;

    if (!target->object->ops->poll)
        return -EPERM;
    if (!object_is_epoll(epoll) || target->object == epoll)
        return -EINVAL;
    mutex_lock(&ep->lock);
    if (op == EPOLL_CTL_ADD && epoll_is_nested(ep, target->object)) {
        mutex_unlock(&ep->lock);
        nested = true;
        error = epoll_nest_begin(ep, target->object);
        mutex_lock(&ep->lock);
    }
    if (!error)
        error =
            control_locked(ep, op, fd, target, events, data, nested, &removed);
    mutex_unlock(&ep->lock);
    if (nested)
        epoll_nest_end();
    if (removed)
        item_free(removed);
    return error;
}

/* ---------------------------------------------------------------- waiting --
 */

const void *epoll_target(struct object *epoll, int fd, u32 nth)
{
    struct epoll *ep = epoll_of(epoll);
    const void *found = ERR_PTR(-ENOENT);

    mutex_lock(&ep->lock);
    for (struct rb_node *n = rb_first(&ep->items); n; n = rb_next(n)) {
        struct item *i = rb_entry(n, struct item, node);
        if (i->fd == fd && !nth--) {
            found = i->object;
            break;
        }
    }
    mutex_unlock(&ep->lock);
    return found;
}

static struct item *next_ready(struct epoll *ep)
{
    struct item *item;
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);

    item = list_first_entry_or_null(&ep->ready, struct item, ready_link);
    if (item) {
        list_del_init(&item->ready_link);
        item->queued = false;
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    return item;
}

/* Whoever looks takes what is ready from the list for a moment; that counts as
 * ready for others until it is back. The set's lock is held. */
static void scan_begin(struct epoll *ep)
{
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);

    ep->scanning = true;
    spin_unlock_irqrestore(&ep->ready_lock, flags);
}

static bool anything_ready(struct epoll *ep)
{
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);
    bool ready = ep->scanning || !list_empty(&ep->ready);

    spin_unlock_irqrestore(&ep->ready_lock, flags);
    return ready;
}

/* Level-triggered: it stays ready until a look says otherwise. */
static void keep_ready(struct item *item, struct list_head *again)
{
    struct epoll *ep = item->ep;
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);

    if (!item->queued) {
        item->queued = true;
        list_add_tail(&item->ready_link, again);
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
}

/* Hand out what is ready; lock held. Events given, or -EFAULT. */
static s64 transfer(struct epoll *ep, u32 max,
                    int (*emit)(void *ctx, u32 events, u64 data), void *ctx)
{
    LIST_HEAD(again);
    unsigned long flags;
    struct item *item;
    s64 given = 0;

    scan_begin(ep);
    while (given < max && (item = next_ready(ep))) {
        u32 wanted = item->events;
        u32 ready = epoll_ask(item->object, NULL, 1) & wanted & ~FLAG_BITS;

        if (!ready)
            continue;
        if (emit(ctx, ready, item->data)) {
            keep_ready(item, &again);
            if (!given)
                given = -EFAULT;
            break;
        }
        given++;
        if (wanted & EPOLLONESHOT)
            WRITE_ONCE(item->events, wanted & FLAG_BITS);
        else if (!(wanted & EPOLLET))
            keep_ready(item, &again);
    }
    flags = spin_lock_irqsave(&ep->ready_lock);
    list_splice_tail_init(&again, &ep->ready);
    ep->scanning = false;
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    return given;
}

struct epoll_sleeper {
    struct grant_use use; /* must be first */
    struct epoll *ep;
    bool revoked;
};

static void sleeper_revoked(struct grant_use *use)
{
    struct epoll_sleeper *s = container_of(use, struct epoll_sleeper, use);

    WRITE_ONCE(s->revoked, true);
    wake_up_all(&s->ep->waiters);
}

/* 0, -EBADF, -ETIMEDOUT, -EINTR. */
static int sleep_until_ready(struct grant *g, u64 deadline)
{
    struct epoll *ep = epoll_of(g->object);
    struct epoll_sleeper s = {.ep = ep};
    int error = grant_use_begin(&s.use, g, sleeper_revoked);

    if (error)
        return error;
    error = wait_event_interruptible_until(
        &ep->waiters, anything_ready(ep) || READ_ONCE(s.revoked), deadline);
    if (grant_use_end(&s.use))
        return -EBADF;
    return error == -ERESTARTSYS ? -EINTR : error;
}

s64 epoll_wait_events(struct grant *epoll, u32 max, u64 deadline,
                      int (*emit)(void *ctx, u32 events, u64 data), void *ctx)
{
    struct epoll *ep = epoll_of(epoll->object);

    for (;;) {
        s64 given = 0;
        int error;

        if (anything_ready(ep)) {
            mutex_lock(&ep->lock);
            given = transfer(ep, max, emit, ctx);
            mutex_unlock(&ep->lock);
        }
        if (given || !deadline)
            return given;
        error = sleep_until_ready(epoll, deadline);
        if (error == -ETIMEDOUT)
            deadline = 0; /* one last look */
        else if (error)
            return error;
    }
}

/* ------------------------------------------------------------ as an object --
 */

static u32 poll_set(struct object *obj, struct poll_table *table, u32 depth)
{
    struct epoll *ep = epoll_of(obj);
    struct item *item;
    LIST_HEAD(again);
    unsigned long flags;
    u32 events = 0;

    poll_register(table, &ep->poll_queue);
    if (!anything_ready(ep))
        return 0;
    /* What is on the list may not be ready any more. */
    mutex_lock_nested(&ep->lock, depth);
    scan_begin(ep);
    while (!events && (item = next_ready(ep))) {
        if (epoll_ask(item->object, NULL, depth + 1) & item->events &
            ~FLAG_BITS) {
            events = POLLIN | POLLRDNORM;
            keep_ready(item, &again);
        }
    }
    flags = spin_lock_irqsave(&ep->ready_lock);
    list_splice_init(&again, &ep->ready);
    ep->scanning = false;
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    mutex_unlock(&ep->lock);
    return events;
}

u32 epoll_ask(struct object *obj, struct poll_table *table, u32 depth)
{
    return object_is_epoll(obj) ? poll_set(obj, table, depth)
                                : obj->ops->poll(obj, table);
}

static u32 epoll_poll(struct object *obj, struct poll_table *table)
{
    return poll_set(obj, table, 0);
}

static void epoll_release(struct object *obj)
{
    struct epoll *ep = epoll_of(obj);

    for (;;) {
        struct rb_node *n;
        struct item *item;

        mutex_lock(&ep->lock);
        n = rb_first(&ep->items);
        item = n ? rb_entry(n, struct item, node) : NULL;
        if (item)
            item_unlink(item);
        mutex_unlock(&ep->lock);
        if (!item)
            break;
        item_free(item);
    }
    wait_queue_destroy(&ep->waiters);
    wait_queue_destroy(&ep->poll_queue);
    epoll_put(ep);
}

static size_t epoll_describe(struct object *obj, char *buffer, size_t size)
{
    struct epoll *ep = epoll_of(obj);
    size_t n = 0;

    mutex_lock(&ep->lock);
    for (struct rb_node *r = rb_first(&ep->items); r && n < size;
         r = rb_next(r)) {
        struct item *i = rb_entry(r, struct item, node);
        n += snprintf(buffer + n, size - n,
                      "tfd: %8d events: %8x data: %16lx  pos:0 ino:0 sdev:0\n",
                      i->fd, i->events, i->data);
    }
    mutex_unlock(&ep->lock);
    return min(n, size);
}

static const struct object_ops epoll_ops = {
    .seek = object_seek_nowhere,
    .name = "[eventpoll]",
    .release = epoll_release,
    .poll = epoll_poll,
    .no_async = true,
    .describe = epoll_describe,
};

struct grant *epoll_create(struct caller *who)
{
    struct epoll *ep = kzalloc(sizeof(*ep), ALLOC_KERNEL);

    if (!ep)
        return ERR_PTR(-ENOMEM);
    object_init(&ep->object, OBJECT_EPOLL, &epoll_ops, 0);
    refcount_set(&ep->refs, 1);
    ep->user = user_account_get(who->cred->user);
    mutex_init(&ep->lock, "epoll");
    spin_init(&ep->ready_lock, "epoll_ready");
    INIT_LIST_HEAD(&ep->ready);
    wait_queue_init_class(&ep->waiters, "epoll_waiters");
    wait_queue_init_class(&ep->poll_queue, "epoll_poll");
    return grant_create(&ep->object, RIGHT_ALL);
}

/* As Linux: a user's items may take a 25th of memory. */
static int epoll_init(void)
{
    epoll_max_user_watches = page_total_count() / 25 * PAGE_SIZE /
                             (sizeof(struct item) + sizeof(struct item_node));
    return 0;
}
INITCALL(proc, epoll_init);
