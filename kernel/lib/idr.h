/*
 * Small integers for objects: the lowest free id of a range, or the next free
 * one in a cycle; pids, System V ids, timers.
 *
 * The owner's lock serialises changes. idr_find may run beside one change
 * without it, inside an RCU read section; ops->free_node must keep unlinked
 * nodes until such readers are gone. An id may be allocated with a NULL
 * pointer, which reserves it: idr_replace then publishes the object.
 */
#pragma once

#include "lib/atomic.h"

#define IDR_SHIFT 6
#define IDR_SLOTS 64

struct idr_node {
    u8 shift;
    u8 offset; /* this node's slot in the parent */
    struct idr_node *parent;
    u64 used; /* slots that are taken: ids, or children */
    u64 full; /* slots below which no id is free */
    void *slots[IDR_SLOTS];
};

struct idr_ops {
    /* sizeof(struct idr_node) bytes, zeroed, or NULL. Under owner's lock. */
    struct idr_node *(*alloc_node)(void *ctx);
    void (*free_node)(void *ctx, struct idr_node *node);
};

struct idr {
    struct idr_node *root;
    const struct idr_ops *ops;
    void *ctx;  /* given to ops; the owner's */
    int cursor; /* where idr_alloc_cyclic looks next */
    u32 count;  /* ids in use */
};

static inline void idr_init(struct idr *idr, const struct idr_ops *ops,
                            void *ctx)
{
    *idr = (struct idr){.ops = ops, .ctx = ctx};
}

/*
 * Takes the lowest free id in [first, last], 0 <= first <= last. Returns it;
 * -ENOSPC if there is none, -ENOMEM, -EINVAL for a bad range.
 */
int idr_alloc(struct idr *idr, void *ptr, int first, int last);
/* The same from behind the id given last, then from first again. */
int idr_alloc_cyclic(struct idr *idr, void *ptr, int first, int last);
/* Puts another pointer at a taken id; the old one, or ERR_PTR(-ENOENT). */
void *idr_replace(struct idr *idr, int id, void *ptr);
/* Frees the id; returns its pointer, NULL if it was not taken. */
void *idr_remove(struct idr *idr, int id);

/* Lockless: the pointer at id, NULL if there is none. */
void *idr_find(const struct idr *idr, int id);
/* The first non-NULL pointer at or behind *id; *id becomes its id. */
void *idr_next(const struct idr *idr, int *id);
static inline bool idr_empty(const struct idr *idr)
{
    return idr->count == 0;
}
/* Frees all nodes. */
void idr_destroy(struct idr *idr);

#define idr_for_each_entry(idr, entry, id) \
    for ((id) = 0; ((entry) = idr_next(idr, &(id))); (id)++)
