/*
 * epoll's inside: sets and items, and the rules for sets in sets. For
 * ipc/epoll*.c.
 *
 * A wake-up of an object runs up through all sets that lead to it, under the
 * locks of all their poll queues. So the graph of sets has no cycle and at most
 * EPOLL_NEST_MAX steps, and the ways from one object to the outermost sets are
 * bounded (Linux's numbers). Additions that concern sets in sets are made one
 * at a time, under epoll_nest_lock; removals need no lock beyond the set's.
 */
#ifndef IPC_EPOLL_SET_H
#define IPC_EPOLL_SET_H

#include "core/lock.h"
#include "core/wait.h"
#include "ipc/epoll.h"
#include "lib/rbtree.h"

#define EPOLL_NEST_MAX 4
/* Bits of `events` that are not events. */
#define FLAG_BITS   (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)
#define WAKE_EVENTS 0xffffu /* the events in a wake-up's key */

struct user_account;

struct epoll {
    struct object object;      /* must be first */
    refcount_t refs;           /* the object's and one per item: the memory */
    struct user_account *user; /* owned: whose items these are */
    mutex_t lock;
    struct rb_root items; /* struct item by (object, fd) */
    spinlock_t ready_lock;
    struct list_head ready; /* struct item.ready_link */
    bool scanning;          /* some of `ready` are with who looks; ready_lock */
    struct wait_queue waiters;    /* epoll_wait sleeps here */
    struct wait_queue poll_queue; /* poll() of this set, outer sets */
    /* What the check with this number found out: epoll_nest_lock. */
    u64 checked_below, checked_above;
    u32 below, above; /* longest chains of sets */
};

struct item_node { /* registration on one of the object's queues */
    struct item_node *next;
    struct wait_entry entry;
    struct wait_queue *queue; /* NULL: it went away (POLLFREE) */
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

static inline struct epoll *epoll_of(struct object *obj)
{
    return container_of(obj, struct epoll, object);
}

/* The callback of an item's nodes. */
bool epoll_item_wake(struct wait_entry *entry, u32 key);
/* Poll an object that is asked for by `depth` sets around it. */
u32 epoll_ask(struct object *obj, struct poll_table *table, u32 depth);

/* epoll_nest.c */
/* Must adding `target` to `ep` be checked? ep->lock held. */
bool epoll_is_nested(struct epoll *ep, struct object *target);
/* Lock for it, no other lock held: 0, or -ELOOP if it would close a cycle or
 * nest too deep. The lock is held in both cases. */
int epoll_nest_begin(struct epoll *ep, struct object *target);
/* The item was added: -EINVAL if wake-ups now have too many ways. Its set's
 * lock held. */
int epoll_check_paths(struct item *item);
void epoll_nest_end(void);

#endif
