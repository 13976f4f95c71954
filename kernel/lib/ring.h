/*
 * A byte ring buffer over memory that the owner gives. Its size is a power of
 * two; head and tail run freely, so all of it can be filled. The owner's lock
 * guards it.
 */
#pragma once

#include "lib/string.h"

struct ring {
    u8 *data;    /* borrowed from the owner */
    size_t size; /* power of two */
    size_t head; /* total bytes put */
    size_t tail; /* total bytes taken */
};

static inline void ring_init(struct ring *r, void *data, size_t size)
{
    *r = (struct ring){.data = data, .size = size};
}

static inline size_t ring_used(const struct ring *r)
{
    return r->head - r->tail;
}

static inline size_t ring_free(const struct ring *r)
{
    return r->size - ring_used(r);
}

static inline bool ring_empty(const struct ring *r)
{
    return r->head == r->tail;
}

static inline bool ring_full(const struct ring *r)
{
    return ring_used(r) == r->size;
}

static inline void ring_reset(struct ring *r)
{
    r->head = r->tail = 0;
}

/* False if there is no room. */
static inline bool ring_put_byte(struct ring *r, u8 c)
{
    if (ring_full(r))
        return false;
    r->data[r->head++ & (r->size - 1)] = c;
    return true;
}

/* The byte, or -1. */
static inline int ring_get_byte(struct ring *r)
{
    if (ring_empty(r))
        return -1;
    return r->data[r->tail++ & (r->size - 1)];
}

/* Takes back the last byte put, or -1: a terminal's erase. */
static inline int ring_unput_byte(struct ring *r)
{
    if (ring_empty(r))
        return -1;
    return r->data[--r->head & (r->size - 1)];
}

/* The i-th unread byte; i < ring_used. */
static inline u8 ring_at(const struct ring *r, size_t i)
{
    return r->data[(r->tail + i) & (r->size - 1)];
}

/* As many of n bytes as there is room for; returns how many. */
static inline size_t ring_put(struct ring *r, const void *src, size_t n)
{
    size_t at = r->head & (r->size - 1), first;

    n = min(n, ring_free(r));
    first = min(n, r->size - at);
    memcpy(r->data + at, src, first);
    memcpy(r->data, (const u8 *)src + first, n - first);
    r->head += n;
    return n;
}

/* Copies up to n bytes from the i-th unread on, without taking them. */
static inline size_t ring_peek(const struct ring *r, size_t i, void *dst,
                               size_t n)
{
    size_t at = (r->tail + i) & (r->size - 1), first;

    if (i >= ring_used(r))
        return 0;
    n = min(n, ring_used(r) - i);
    first = min(n, r->size - at);
    memcpy(dst, r->data + at, first);
    memcpy((u8 *)dst + first, r->data, n - first);
    return n;
}

/* Drops up to n of the oldest bytes; returns how many. */
static inline size_t ring_skip(struct ring *r, size_t n)
{
    n = min(n, ring_used(r));
    r->tail += n;
    return n;
}

static inline size_t ring_get(struct ring *r, void *dst, size_t n)
{
    return ring_skip(r, ring_peek(r, 0, dst, n));
}

/*
 * The longest run of unread bytes (of free room) that lies in one piece, for
 * copying without a bounce: use it, then ring_skip (ring_commit).
 */
static inline const u8 *ring_read_span(const struct ring *r, size_t *n)
{
    size_t at = r->tail & (r->size - 1);

    *n = min(ring_used(r), r->size - at);
    return r->data + at;
}

static inline u8 *ring_write_span(const struct ring *r, size_t *n)
{
    size_t at = r->head & (r->size - 1);

    *n = min(ring_free(r), r->size - at);
    return r->data + at;
}

static inline void ring_commit(struct ring *r, size_t n)
{
    r->head += n;
}
