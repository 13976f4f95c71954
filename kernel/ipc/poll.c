#include "ipc/poll.h"

#include "core/plant.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "proc/signal.h"
#include "proc/task.h"

#define POLL_ALWAYS (POLLERR | POLLHUP | POLLNVAL)
/* Registrations on the stack; more come from the heap. */
#define INLINE_NODES 8
#define HEAP_NODES   40

struct poll_node { /* one registration on one queue */
    struct wait_entry entry;
    struct wait_queue *queue;
};

struct node_block {
    struct node_block *next;
    u32 used;
    struct poll_node nodes[HEAP_NODES];
};

struct poll_waiter {
    struct poll_table table; /* must be first */
    struct thread *thread;
    bool triggered;
    bool no_memory;
    u32 inline_used;
    struct poll_node inline_nodes[INLINE_NODES];
    struct node_block *blocks;
};

struct held_handle { /* kept while sleeping */
    struct handle_ref ref;
    struct grant_use use;
    struct poll_waiter *waiter;
    bool held, used;
};

static void trigger(struct poll_waiter *w)
{
    /* Pairs with the full barrier of thread_set_state() in wait_for_event(). */
    __atomic_store_n(&w->triggered, true, __ATOMIC_RELEASE);
    thread_wake(w->thread);
}

static bool poll_wake(struct wait_entry *entry, u32 key)
{
    struct poll_waiter *w = entry->data;

    (void)key;
    trigger(w);
    return true;
}

static void grant_revoked(struct grant_use *use)
{
    trigger(container_of(use, struct held_handle, use)->waiter);
}

static struct poll_node *new_node(struct poll_waiter *w)
{
    if (w->inline_used < INLINE_NODES)
        return &w->inline_nodes[w->inline_used++];
    if (!w->blocks || w->blocks->used == HEAP_NODES) {
        struct node_block *b = kmalloc(sizeof(*b), ALLOC_KERNEL);
        if (!b)
            return NULL;
        b->used = 0;
        b->next = w->blocks;
        w->blocks = b;
    }
    return &w->blocks->nodes[w->blocks->used++];
}

static void add_queue(struct poll_table *table, struct wait_queue *q)
{
    struct poll_waiter *w = container_of(table, struct poll_waiter, table);
    struct poll_node *n = new_node(w);

    if (!n) {
        w->no_memory = true;
        return;
    }
    n->queue = q;
    wait_entry_init(&n->entry, poll_wake, w);
    wait_queue_add(q, &n->entry);
}

static void unregister_all(struct poll_waiter *w)
{
    struct node_block *b, *next;

    for (u32 i = 0; i < w->inline_used; i++)
        wait_queue_remove(w->inline_nodes[i].queue, &w->inline_nodes[i].entry);
    for (b = w->blocks; b; b = next) {
        for (u32 i = 0; i < b->used; i++)
            wait_queue_remove(b->nodes[i].queue, &b->nodes[i].entry);
        next = b->next;
        kfree(b);
    }
    w->inline_used = 0;
    w->blocks = NULL;
}

static u32 ask(struct object *obj, struct poll_table *table)
{
    /* What cannot say is always ready (regular files). */
    return obj->ops->poll ? obj->ops->poll(obj, table)
                          : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

/* One look without registering. */
static s64 look(struct caller *who, struct poll_item *items, u32 count)
{
    s64 ready = 0;

    for (u32 i = 0; i < count; i++) {
        struct handle_ref ref;

        items[i].ready = 0;
        if (items[i].fd < 0)
            continue;
        if (handle_get(who, items[i].fd, RIGHT_POLL, &ref)) {
            items[i].ready = POLLNVAL;
        } else {
            items[i].ready =
                ask(ref.object, NULL) & (items[i].events | POLL_ALWAYS);
            handle_done(&ref);
        }
        ready += items[i].ready != 0;
    }
    return ready;
}

/* Look again at what is held; with `table` also register. */
static s64 look_held(struct held_handle *held, struct poll_item *items,
                     u32 count, struct poll_table *table)
{
    s64 ready = 0;

    for (u32 i = 0; i < count; i++) {
        struct held_handle *h = &held[i];

        if (items[i].fd < 0)
            continue;
        items[i].ready = POLLNVAL;
        if (h->held && !grant_is_revoked(h->ref.grant)) {
            if (table)
                table->events = items[i].events | POLL_ALWAYS;
            items[i].ready =
                ask(h->ref.object, table) & (items[i].events | POLL_ALWAYS);
        }
        ready += items[i].ready != 0;
    }
    return ready;
}

static void hold(struct caller *who, struct held_handle *held,
                 struct poll_item *items, u32 count, struct poll_waiter *w)
{
    for (u32 i = 0; i < count; i++) {
        struct held_handle *h = &held[i];

        h->held = h->used = false;
        h->waiter = w;
        if (items[i].fd < 0 ||
            handle_get(who, items[i].fd, RIGHT_POLL, &h->ref))
            continue;
        h->held = true;
        h->used = !grant_use_begin(&h->use, h->ref.grant, grant_revoked);
    }
}

static void release(struct held_handle *held, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        if (held[i].used)
            grant_use_end(&held[i].use);
        if (held[i].held)
            handle_done(&held[i].ref);
    }
}

/* Sleep until a queue triggers. 0, or why not. */
static int wait_for_event(struct poll_waiter *w, u64 deadline)
{
    int result = wait_woken(
        __atomic_exchange_n(&w->triggered, false, __ATOMIC_ACQUIRE), deadline);

    return result == -ERESTARTSYS ? -ERESTARTNOHAND : result;
}

static s64 sleep_on(struct caller *who, struct held_handle *held,
                    struct poll_item *items, u32 count, u64 deadline)
{
    struct poll_waiter w = {.table.add = add_queue, .thread = thread_current()};
    s64 ready;
    int stop = 0;

    hold(who, held, items, count, &w);
    ready = look_held(held, items, count, &w.table);
    while (!ready && !w.no_memory && !stop) {
        stop = wait_for_event(&w, deadline);
        ready = look_held(held, items, count, NULL);
    }
    unregister_all(&w);
    release(held, count);
    if (ready)
        return ready;
    if (w.no_memory)
        return -ENOMEM;
    return stop == -ETIMEDOUT ? 0 : stop;
}

s64 poll_items(struct caller *who, struct poll_item *items, u32 count,
               u64 deadline)
{
    struct held_handle few[4], *held = few;
    s64 ready = look(who, items, count);

    if (ready || !deadline)
        return ready;
    if (count > ARRAY_SIZE(few)) {
        u32 n = PLANTED(PLANT_POLL_SIZE) ? min(count, 16u) : count;
        held = kmalloc_array(n, sizeof(*held), ALLOC_KERNEL);
        if (!held)
            return -ENOMEM;
    }
    ready = sleep_on(who, held, items, count, deadline);
    if (held != few)
        kfree(held);
    return ready;
}
