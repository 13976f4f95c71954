/*
 * Sockets that only keep each other: a descriptor in flight (sent, not yet
 * received) holds its object, so sockets whose queues hold one another would
 * stay for ever once nobody has a handle on them.
 *
 * Every grant of an AF_UNIX socket that is in some queue is counted here. A
 * socket is a candidate if nothing but queues refers to it. Of the candidates,
 * those that a queue of somebody else holds are alive, and so is all that their
 * own queues hold; the rest is unreachable: its queues are emptied, which drops
 * the last references.
 *
 * gc_lock guards the counts and the marks; queues are looked at under their
 * sockets' locks, inside it. Nobody can add to or take from a queue of an
 * unreachable socket, since that takes a reference from outside.
 */
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "net/unix.h"

static mutex_t gc_lock = MUTEX_INIT(gc_lock, "unix_gc");
#define FLIGHT_BITS 8
static LIST_HEAD(in_flight); /* struct unix_flight; gc_lock */
static struct hlist_head by_grant[1 << FLIGHT_BITS];
static atomic_t flights;

/* One grant of a socket, in one or several packets. */
struct unix_flight {
    struct list_head link;      /* in_flight */
    struct list_head of_socket; /* socket->flights */
    struct hlist_node hash;     /* by grant */
    struct grant *grant;        /* borrowed from the packets */
    struct unix_socket *socket; /* what the grant is of */
    u32 count;                  /* packets' references */
    u32 outside;                /* of these, not yet found in a candidate */
};

static struct unix_socket *socket_of(const struct grant *g)
{
    struct socket *s = socket_from_object(g->object);

    return s && s->ops == &unix_ops ? unix_of(s) : NULL;
}

static struct hlist_head *bucket_of(const struct grant *g)
{
    return &by_grant[hash_64((u64)(uintptr_t)g, FLIGHT_BITS)];
}

static struct unix_flight *find(const struct grant *g)
{
    struct unix_flight *f;

    hlist_for_each_entry(f, bucket_of(g), hash)
    {
        if (f->grant == g)
            return f;
    }
    return NULL;
}

static int add(struct grant *g)
{
    struct unix_flight *f;

    f = find(g);
    if (!f) {
        f = kzalloc(sizeof(*f), ALLOC_KERNEL);
        if (!f)
            return -ENOMEM;
        f->grant = g;
        f->socket = socket_of(g);
        list_add_tail(&f->link, &in_flight);
        list_add_tail(&f->of_socket, &f->socket->flights);
        hlist_add_head(&f->hash, bucket_of(g));
        atomic_inc(&flights);
    }
    f->count++;
    return 0;
}

static void remove(struct grant *g)
{
    struct unix_flight *f = find(g);

    if (f && !--f->count) {
        list_del(&f->link);
        list_del(&f->of_socket);
        hlist_del_init(&f->hash);
        atomic_dec(&flights);
        kfree(f);
    }
}

/* Of the first n grants of c; those of other objects do not count. */
static void remove_first(const struct socket_control *c, u32 n)
{
    bool any = false;

    for (u32 i = 0; i < n && !any; i++)
        any = socket_of(c->grants[i]);
    if (!any)
        return;
    mutex_lock(&gc_lock);
    for (u32 i = 0; i < n; i++)
        if (socket_of(c->grants[i]))
            remove(c->grants[i]);
    mutex_unlock(&gc_lock);
}

int unix_gc_depart(const struct socket_control *c)
{
    int error = 0;

    for (u32 i = 0; i < c->grant_count && !error; i++) {
        if (!socket_of(c->grants[i]))
            continue;
        mutex_lock(&gc_lock);
        error = add(c->grants[i]);
        mutex_unlock(&gc_lock);
        if (error)
            remove_first(c, i);
    }
    return error;
}

void unix_gc_arrive(const struct socket_control *c)
{
    remove_first(c, c->grant_count);
}

/* -------------------------------------------------------------- collecting */

/* No handle, call or other user: all references are packets'. */
static bool is_candidate(struct unix_socket *u)
{
    struct unix_flight *f;
    u32 grants = 0;

    list_for_each_entry (f, &u->flights, of_socket) {
        if ((u32)refcount_read(&f->grant->refs) != f->count)
            return false;
        grants++;
    }
    return grants && (u32)refcount_read(&u->socket.object.refs) == grants;
}

static void scan_packets(struct unix_socket *u,
                         void (*fn)(struct unix_flight *f))
{
    struct unix_packet *p;

    list_for_each_entry (p, &u->queue, link) {
        for (u32 i = 0; i < p->control.grant_count; i++) {
            struct unix_flight *f = find(p->control.grants[i]);

            if (f)
                fn(f);
        }
    }
}

/* What a listener's queue holds is the queues of those not yet accepted. */
static void for_each_in_queue(struct unix_socket *u,
                              void (*fn)(struct unix_flight *f))
{
    struct unix_socket *pending;

    spin_lock(&u->lock);
    if (u->state == UNIX_LISTENING) {
        list_for_each_entry (pending, &u->queue, pending_link) {
            spin_lock_nested(&pending->lock, 1);
            scan_packets(pending, fn);
            spin_unlock(&pending->lock);
        }
    } else if (u->state != UNIX_DEAD) {
        scan_packets(u, fn);
    }
    spin_unlock(&u->lock);
}

static void found_inside(struct unix_flight *f)
{
    if (f->outside)
        f->outside--;
}

static bool more_alive; /* gc_lock */

static void found_alive(struct unix_flight *f)
{
    if (f->socket->gc_candidate) {
        f->socket->gc_candidate = false;
        more_alive = true;
    }
}

/* Whom a living queue holds lives, and whom his queue holds, too. */
static void spread_life(void)
{
    struct unix_flight *f;

    list_for_each_entry (f, &in_flight, link)
        if (f->outside)
            f->socket->gc_candidate = false;
    do {
        more_alive = false;
        list_for_each_entry (f, &in_flight, link)
            if (!f->socket->gc_candidate && f->socket->gc_suspect)
                for_each_in_queue(f->socket, found_alive);
    } while (more_alive);
}

/* The packets of u and of what waits to be accepted from it. */
static void take_packets(struct unix_socket *u, struct list_head *out)
{
    struct unix_socket *pending;

    spin_lock(&u->lock);
    if (u->state == UNIX_LISTENING) {
        list_for_each_entry (pending, &u->queue, pending_link) {
            spin_lock_nested(&pending->lock, 1);
            list_splice_init(&pending->queue, out);
            pending->queued_bytes = pending->queued_packets = 0;
            spin_unlock(&pending->lock);
        }
    } else if (u->state != UNIX_DEAD) {
        list_splice_init(&u->queue, out);
        u->queued_bytes = u->queued_packets = 0;
    }
    spin_unlock(&u->lock);
}

static void mark(void)
{
    struct unix_flight *f;

    list_for_each_entry (f, &in_flight, link) {
        f->outside = f->count;
        f->socket->gc_candidate = f->socket->gc_suspect =
            is_candidate(f->socket);
        f->socket->gc_scanned = false;
    }
    list_for_each_entry (f, &in_flight, link) {
        if (!f->socket->gc_candidate || f->socket->gc_scanned)
            continue;
        f->socket->gc_scanned = true;
        for_each_in_queue(f->socket, found_inside);
    }
    spread_life();
}

void unix_gc(void)
{
    struct unix_flight *f;
    LIST_HEAD(garbage);

    if (!atomic_load(&flights))
        return;
    mutex_lock(&gc_lock);
    mark();
    list_for_each_entry (f, &in_flight, link)
        if (f->socket->gc_candidate)
            take_packets(f->socket, &garbage);
    mutex_unlock(&gc_lock);
    unix_packets_drop(&garbage);
}
