#include "ipc/epoll.h"

#include "core/plant.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/rbtree.h"
#include "proc/task.h"

#define NEST_MAX 4 /* EP_MAX_NESTS */
/* Bits of `events` that are not events. */
#define FLAG_BITS (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

struct epoll {
    struct object object; /* must be first */
    refcount_t refs;      /* the object's and one per item: the memory */
    mutex_t lock;
    struct rb_root items; /* struct item by (object, fd) */
    spinlock_t ready_lock;
    struct list_head ready;       /* struct item.ready_link */
    struct wait_queue waiters;    /* epoll_wait sleeps here */
    struct wait_queue poll_queue; /* poll() of this set, outer sets */
};

struct item_node { /* registration on one of the object's queues */
    struct item_node *next;
    struct wait_entry entry;
    struct wait_queue *queue;
    struct item *item;
};

struct item {
    struct rb_node node;
    struct epoll *ep;      /* its memory: owned */
    struct object *object; /* the key; alive while `use` is */
    int fd;
    struct grant_use use; /* weak */
    bool unlinked;        /* out of the tree; ep->lock */
    u32 events;           /* wanted and flags; ep->lock, read by the callback */
    u64 data;
    struct list_head ready_link; /* ready_lock */
    bool queued;                 /* on a list; ready_lock */
    struct item_node *nodes;     /* owned */
};

static const struct object_ops epoll_ops;
/* Guards the shape of the graph of sets in sets. */
static mutex_t epoll_nest_lock = MUTEX_INIT(epoll_nest_lock, "epoll_nest");

static struct epoll *epoll_of(struct object *obj)
{
    return container_of(obj, struct epoll, object);
}

bool object_is_epoll(const struct object *obj)
{
    return obj->ops == &epoll_ops;
}

static void epoll_put(struct epoll *ep)
{
    if (refcount_dec_and_test(&ep->refs))
        kfree(ep);
}

/* ----------------------------------------------------------- notification --
 */

static bool item_wake(struct wait_entry *entry, u32 key)
{
    struct item_node *n = entry->data;
    struct item *item = n->item;
    struct epoll *ep = item->ep;
    u32 wanted = READ_ONCE(item->events) & ~FLAG_BITS;
    unsigned long flags;

    if (key & POLLFREE) {
        /* The queue goes away before its object: forget it. */
        list_del_init(&entry->link);
        WRITE_ONCE(n->queue, NULL);
    }
    if (!wanted || (key && !(key & (wanted | POLLFREE))))
        return false;
    flags = spin_lock_irqsave(&ep->ready_lock);
    if (!item->queued) {
        item->queued = true;
        list_add_tail(&item->ready_link, &ep->ready);
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    if (wait_queue_active(&ep->waiters))
        wait_queue_wake(&ep->waiters, POLLIN, 1);
    if (wait_queue_active(&ep->poll_queue))
        wait_queue_wake(&ep->poll_queue, POLLIN, 0);
    return true;
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
    wait_entry_init(&n->entry, item_wake, n);
    if (it->item->events & EPOLLEXCLUSIVE)
        wait_queue_add_exclusive(q, &n->entry);
    else
        wait_queue_add(q, &n->entry);
}

static void unregister(struct item *item)
{
    struct item_node *n, *next;

    for (n = item->nodes; n; n = next) {
        struct wait_queue *q = READ_ONCE(n->queue);
        next = n->next;
        if (q)
            wait_queue_remove(q, &n->entry);
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

static void make_ready(struct item *item)
{
    struct epoll *ep = item->ep;
    unsigned long flags = spin_lock_irqsave(&ep->ready_lock);

    if (!item->queued) {
        item->queued = true;
        list_add_tail(&item->ready_link, &ep->ready);
    }
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    wait_queue_wake(&ep->waiters, POLLIN, 1);
    wait_queue_wake(&ep->poll_queue, POLLIN, 0);
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

/* Does `obj` lead to `target` through sets in sets? Deepest nesting in *depth,
 * and -ELOOP. epoll_nest_lock held. */
static int check_nesting(struct object *obj, struct epoll *target, u32 depth)
{
    struct epoll *ep = epoll_of(obj);
    int error = 0;

    if (ep == target || depth >= NEST_MAX)
        return -ELOOP;
    mutex_lock_nested(&ep->lock, depth);
    for (struct rb_node *n = rb_first(&ep->items); n && !error;
         n = rb_next(n)) {
        struct item *i = rb_entry(n, struct item, node);
        if (object_is_epoll(i->object))
            error = check_nesting(i->object, target, depth + 1);
    }
    mutex_unlock(&ep->lock);
    return error;
}

/* lock held. */
static int item_add(struct epoll *ep, int fd, struct handle_ref *target,
                    u32 events, u64 data)
{
    struct item *item = kzalloc(sizeof(*item), ALLOC_KERNEL);
    struct item_table table = {.table.add = item_add_queue, .item = item};
    u32 ready;
    int error;

    if (!item)
        return -ENOMEM;
    item->ep = ep;
    item->object = target->object;
    item->fd = fd;
    item->events = events;
    item->data = data;
    INIT_LIST_HEAD(&item->ready_link);
    error = grant_use_begin_weak(&item->use, target->grant, item_lost);
    if (error) {
        kfree(item);
        return error;
    }
    refcount_inc(&ep->refs);
    item_insert(ep, item);
    table.table.events = events & ~FLAG_BITS;
    ready = target->object->ops->poll(target->object, &table.table);
    if (table.no_memory) {
        item_unlink(item);
        mutex_unlock(&ep->lock);
        item_free(item);
        mutex_lock(&ep->lock);
        return -ENOMEM;
    }
    if (ready & events & ~FLAG_BITS)
        make_ready(item);
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
    ready = item->object->ops->poll(item->object, NULL);
    if (ready & events & ~FLAG_BITS)
        make_ready(item);
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
                          struct item **removed)
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
        return item ? -EEXIST : item_add(ep, fd, target, events, data);
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
    bool nests;
    int error = 0;

    if (!target->object->ops->poll)
        return -EPERM;
    if (!object_is_epoll(epoll) || target->object == epoll)
        return -EINVAL;
    nests = op == EPOLL_CTL_ADD && object_is_epoll(target->object);
    if (nests) {
        mutex_lock(&epoll_nest_lock);
        error = check_nesting(target->object, ep, 0);
    }
    if (!error) {
        mutex_lock(&ep->lock);
        error = control_locked(ep, op, fd, target, events, data, &removed);
        mutex_unlock(&ep->lock);
    }
    if (nests)
        mutex_unlock(&epoll_nest_lock);
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

    while (given < max && (item = next_ready(ep))) {
        u32 wanted = item->events;
        u32 ready =
            item->object->ops->poll(item->object, NULL) & wanted & ~FLAG_BITS;

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
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    return given;
}

static bool anything_ready(struct epoll *ep)
{
    return !list_empty(&ep->ready);
}

s64 epoll_wait_events(struct object *epoll, u32 max, u64 deadline,
                      int (*emit)(void *ctx, u32 events, u64 data), void *ctx)
{
    struct epoll *ep = epoll_of(epoll);

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
        error = wait_event_interruptible_until(&ep->waiters, anything_ready(ep),
                                               deadline);
        if (error == -ETIMEDOUT)
            deadline = 0; /* one last look */
        else if (error)
            return -EINTR;
    }
}

/* ------------------------------------------------------------ as an object --
 */

static u32 epoll_poll(struct object *obj, struct poll_table *table)
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
    mutex_lock_nested(&ep->lock, 1);
    while (!events && (item = next_ready(ep))) {
        if (item->object->ops->poll(item->object, NULL) & item->events &
            ~FLAG_BITS) {
            events = POLLIN | POLLRDNORM;
            keep_ready(item, &again);
        }
    }
    flags = spin_lock_irqsave(&ep->ready_lock);
    list_splice_init(&again, &ep->ready);
    spin_unlock_irqrestore(&ep->ready_lock, flags);
    mutex_unlock(&ep->lock);
    return events;
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

struct grant *epoll_create(void)
{
    struct epoll *ep = kzalloc(sizeof(*ep), ALLOC_KERNEL);

    if (!ep)
        return ERR_PTR(-ENOMEM);
    object_init(&ep->object, OBJECT_EPOLL, &epoll_ops, 0);
    refcount_set(&ep->refs, 1);
    mutex_init(&ep->lock, "epoll");
    spin_init(&ep->ready_lock, "epoll_ready");
    INIT_LIST_HEAD(&ep->ready);
    wait_queue_init(&ep->waiters);
    wait_queue_init(&ep->poll_queue);
    return grant_create(&ep->object, RIGHT_ALL);
}
