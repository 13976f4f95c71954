#include "ipc/endpoint.h"

#include "core/sched.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/idr.h"
#include "lib/string.h"
#include "proc/signal.h"
#include "proc/task.h"

struct endpoint {
    spinlock_t lock;
    refcount_t refs;
    u32 servers, clients;       /* sides open */
    struct list_head waiting;   /* struct call: not yet received */
    struct list_head receivers; /* struct receiver: idle server threads */
    struct idr active;          /* token -> struct call, received */
    struct wait_queue readable; /* poll of the server side */
};

struct endpoint_side {
    struct object object; /* must be first */
    struct endpoint *ep;  /* owned */
    bool server;
};

struct payload {
    u8 *data; /* owned */
    u32 size;
    struct grant *grants[ENDPOINT_HANDLES_MAX]; /* owned */
    u32 grant_count;
};

enum call_state {
    CALL_WAITING,
    CALL_ACTIVE,
    CALL_REPLIED,
    CALL_FAILED
};

struct call { /* counted: the caller, and the endpoint while it is listed */
    struct list_head link;
    refcount_t refs;
    struct thread *caller;
    u32 token;
    u32 state; /* enum call_state; endpoint.lock */
    bool revoked;
    struct payload request, reply;
    struct grant_use use;
};

struct receiver {
    struct list_head link;
    struct thread *thread;
    struct call *call; /* given to it; endpoint.lock */
    bool revoked;
    struct grant_use use;
};

static const struct object_ops server_ops, client_ops;

static struct endpoint_side *side_of(struct object *obj)
{
    return container_of(obj, struct endpoint_side, object);
}

/* ---------------------------------------------------------------- payloads */

static void payload_drop(struct payload *p)
{
    for (u32 i = 0; i < p->grant_count; i++)
        grant_put(p->grants[i]);
    kfree(p->data);
    *p = (struct payload){0};
}

static int payload_fill(struct payload *p, struct endpoint_message *m)
{
    size_t n = iter_count(&m->data);
    int error = 0;

    memcpy(p->grants, m->grants, sizeof(p->grants));
    p->grant_count = m->grant_count;
    m->grant_count = 0;
    if (n > ENDPOINT_BYTES_MAX)
        error = -EMSGSIZE;
    if (!error && n) {
        p->data = kmalloc(n, ALLOC_KERNEL);
        if (!p->data)
            error = -ENOMEM;
        else if (iter_copy_from(&m->data, p->data, n) != n)
            error = -EFAULT;
    }
    p->size = n;
    if (error)
        payload_drop(p);
    return error;
}

/* To the receiver: bytes as they fit, and all grants. */
static s64 payload_take(struct payload *p, struct endpoint_message *m)
{
    size_t n = min_t(size_t, p->size, iter_count(&m->data));

    if (n && iter_copy_to(&m->data, p->data, n) != n)
        return -EFAULT;
    memcpy(m->grants, p->grants, sizeof(m->grants));
    m->grant_count = p->grant_count;
    p->grant_count = 0;
    return n;
}

static void call_put(struct call *c)
{
    if (!refcount_dec_and_test(&c->refs))
        return;
    payload_drop(&c->request);
    payload_drop(&c->reply);
    kfree(c);
}

/* -------------------------------------------------------------------- life */

static struct idr_node *node_alloc(void *ctx)
{
    (void)ctx;
    return kzalloc(sizeof(struct idr_node), ALLOC_ATOMIC);
}

static void node_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree(node);
}

static const struct idr_ops token_ops = {node_alloc, node_free};

static void endpoint_put(struct endpoint *ep)
{
    if (!refcount_dec_and_test(&ep->refs))
        return;
    wait_queue_destroy(&ep->readable);
    idr_destroy(&ep->active);
    kfree(ep);
}

static struct grant *make_side(struct endpoint *ep, bool server)
{
    struct endpoint_side *s = kzalloc(sizeof(*s), ALLOC_KERNEL);
    u32 rights = RIGHT_STAT | RIGHT_POLL | RIGHT_TRANSFER | RIGHT_DERIVE |
                 RIGHT_FLAGS | (server ? RIGHT_REPLY : RIGHT_CALL);

    if (!s)
        return ERR_PTR(-ENOMEM);
    object_init(&s->object, OBJECT_ENDPOINT, server ? &server_ops : &client_ops,
                OBJ_STREAM);
    refcount_inc(&ep->refs);
    s->ep = ep;
    s->server = server;
    if (server)
        ep->servers++;
    else
        ep->clients++;
    return grant_create(&s->object, rights);
}

int endpoint_create(struct grant *out[2])
{
    struct endpoint *ep = kzalloc(sizeof(*ep), ALLOC_KERNEL);
    int error = 0;

    if (!ep)
        return -ENOMEM;
    refcount_set(&ep->refs, 1);
    spin_init(&ep->lock, "endpoint");
    INIT_LIST_HEAD(&ep->waiting);
    INIT_LIST_HEAD(&ep->receivers);
    idr_init(&ep->active, &token_ops, ep);
    wait_queue_init(&ep->readable);
    out[0] = make_side(ep, true);
    if (IS_ERR(out[0])) {
        error = PTR_ERR(out[0]);
        goto out;
    }
    out[1] = make_side(ep, false);
    if (IS_ERR(out[1])) {
        error = PTR_ERR(out[1]);
        grant_put(out[0]);
    }
out:
    endpoint_put(ep);
    return error;
}

/* The call ends without a reply; lock held, reference of the lists dropped by
 * the caller of this. */
static void fail_call(struct call *c)
{
    c->state = CALL_FAILED;
    thread_wake(c->caller);
}

static void server_release(struct object *obj)
{
    struct endpoint_side *s = side_of(obj);
    struct endpoint *ep = s->ep;
    LIST_HEAD(gone);
    struct call *c, *next;
    int token = 0;

    spin_lock(&ep->lock);
    ep->servers--;
    list_splice_init(&ep->waiting, &gone);
    while ((c = idr_next(&ep->active, &token))) {
        idr_remove(&ep->active, token);
        list_add_tail(&c->link, &gone);
    }
    list_for_each_entry (c, &gone, link) {
        /* A caller that has given up may be gone. */
        if (c->state != CALL_FAILED)
            fail_call(c);
    }
    spin_unlock(&ep->lock);
    list_for_each_entry_safe (c, next, &gone, link) {
        list_del_init(&c->link);
        call_put(c);
    }
    /* Whoever polls the client side learns that nobody answers any more. */
    wait_queue_wake(&ep->readable, POLLERR | POLLHUP, 0);
    endpoint_put(ep);
    kfree(s);
}

static void client_release(struct object *obj)
{
    struct endpoint_side *s = side_of(obj);
    struct endpoint *ep = s->ep;
    struct receiver *r;

    spin_lock(&ep->lock);
    if (!--ep->clients) {
        list_for_each_entry (r, &ep->receivers, link)
            thread_wake(r->thread);
    }
    spin_unlock(&ep->lock);
    wait_queue_wake(&ep->readable, POLLIN | POLLHUP, 0);
    endpoint_put(ep);
    kfree(s);
}

/* ------------------------------------------------------------------- calls */

static void call_revoked(struct grant_use *use)
{
    struct call *c = container_of(use, struct call, use);

    WRITE_ONCE(c->revoked, true);
    thread_wake(c->caller);
}

/* Give the call to an idle server thread, or queue it. The task to run,
 * referenced: it may end as soon as the lock is dropped. */
static struct task *submit(struct endpoint *ep, struct call *c)
{
    struct receiver *r =
        list_first_entry_or_null(&ep->receivers, struct receiver, link);
    struct task *server;

    if (!r) {
        list_add_tail(&c->link, &ep->waiting);
        return NULL;
    }
    list_del_init(&r->link);
    server = task_get(container_of(r->thread, struct task, thread));
    /* Its stack: with the call it may return at once, without the lock. Pairs
     * with the acquire in next_call(). */
    __atomic_store_n(&r->call, c, __ATOMIC_RELEASE);
    return server;
}

/* Sleep until the call is over; lock not held. */
static s64 await_reply(struct endpoint *ep, struct call *c,
                       struct task *hand_to)
{
    struct task *t = task_current();
    s64 result = 0;

    for (;;) {
        u32 state;

        thread_set_state(THREAD_INTERRUPTIBLE);
        state = __atomic_load_n(&c->state, __ATOMIC_ACQUIRE);
        if (state == CALL_REPLIED || state == CALL_FAILED)
            break;
        if (READ_ONCE(c->revoked))
            result = -EBADF;
        else if (signal_is_pending(t))
            result = -EINTR;
        if (result)
            break;
        if (hand_to) {
            sched_hand_off(&hand_to->thread);
            task_put(hand_to);
            hand_to = NULL;
        } else {
            schedule();
        }
    }
    thread_set_state(THREAD_RUNNING);
    if (hand_to) {
        thread_wake(&hand_to->thread);
        task_put(hand_to);
    }
    /* Whoever is first decides: the reply, or we who give up. */
    spin_lock(&ep->lock);
    if (c->state == CALL_REPLIED) {
        result = 0;
    } else if (c->state == CALL_FAILED) {
        result = -EPIPE;
    } else if (c->state == CALL_WAITING && !list_empty(&c->link)) {
        list_del_init(&c->link);
        c->state = CALL_FAILED;
        call_put(c);
    } else {
        c->state = CALL_FAILED; /* its server learns when it replies */
    }
    spin_unlock(&ep->lock);
    return result;
}

s64 endpoint_call(struct caller *who, struct handle_ref *client,
                  struct endpoint_message *send, struct endpoint_message *reply)
{
    struct endpoint *ep;
    struct task *server;
    struct call *c;
    s64 result;

    (void)who;
    if (client->object->ops != &client_ops)
        return -EOPNOTSUPP;
    ep = side_of(client->object)->ep;
    c = kzalloc(sizeof(*c), ALLOC_KERNEL);
    if (!c)
        return -ENOMEM;
    refcount_set(&c->refs, 1);
    INIT_LIST_HEAD(&c->link);
    c->caller = thread_current();
    result = payload_fill(&c->request, send);
    if (!result)
        result = grant_use_begin(&c->use, client->grant, call_revoked);
    if (result)
        goto out;
    spin_lock(&ep->lock);
    if (!ep->servers) {
        spin_unlock(&ep->lock);
        result = -EPIPE;
        goto end_use;
    }
    refcount_inc(&c->refs);
    server = submit(ep, c);
    spin_unlock(&ep->lock);
    if (!server)
        wait_queue_wake(&ep->readable, POLLIN, 1);
    result = await_reply(ep, c, server);
    if (!result)
        result = payload_take(&c->reply, reply);
end_use:
    grant_use_end(&c->use);
out:
    call_put(c);
    return result;
}

static void receiver_revoked(struct grant_use *use)
{
    struct receiver *r = container_of(use, struct receiver, use);

    WRITE_ONCE(r->revoked, true);
    thread_wake(r->thread);
}

/* The next call, or an errno; its list reference comes along. */
static struct call *next_call(struct endpoint *ep, struct grant *g, bool nowait)
{
    struct receiver r = {.thread = thread_current()};
    struct task *t = task_current();
    struct call *c;
    int error = grant_use_begin(&r.use, g, receiver_revoked);

    if (error)
        return ERR_PTR(error);
    spin_lock(&ep->lock);
    c = list_first_entry_or_null(&ep->waiting, struct call, link);
    if (c) {
        list_del_init(&c->link);
    } else if (!ep->clients) {
        error = -EPIPE;
    } else if (nowait) {
        error = -EAGAIN;
    } else {
        list_add_tail(&r.link, &ep->receivers);
    }
    spin_unlock(&ep->lock);

    while (!c && !error) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        c = __atomic_load_n(&r.call, __ATOMIC_ACQUIRE);
        if (c)
            break;
        if (READ_ONCE(r.revoked))
            error = -EBADF;
        else if (!READ_ONCE(ep->clients))
            error = -EPIPE;
        else if (signal_is_pending(t))
            error = -ERESTARTSYS;
        else
            schedule();
        if (error) {
            /* A call may have been given to us just now: take it then. */
            spin_lock(&ep->lock);
            c = r.call;
            if (!c)
                list_del_init(&r.link);
            spin_unlock(&ep->lock);
        }
    }
    thread_set_state(THREAD_RUNNING);
    grant_use_end(&r.use);
    return c ? c : ERR_PTR(error);
}

/* Received but not deliverable: the caller gets -EPIPE. */
static void abandon(struct endpoint *ep, struct call *c)
{
    spin_lock(&ep->lock);
    if (c->state != CALL_FAILED)
        fail_call(c);
    spin_unlock(&ep->lock);
    call_put(c);
}

s64 endpoint_receive(struct caller *who, struct handle_ref *server,
                     struct endpoint_message *message, u32 *token, bool nowait)
{
    struct endpoint *ep;
    struct call *c;
    s64 result;
    int id;

    (void)who;
    if (server->object->ops != &server_ops)
        return -EOPNOTSUPP;
    ep = side_of(server->object)->ep;
    do {
        c = next_call(ep, server->grant, nowait);
        if (IS_ERR(c))
            return PTR_ERR(c);
        spin_lock(&ep->lock);
        id = -ECANCELED;
        if (c->state == CALL_WAITING) {
            id = idr_alloc_cyclic(&ep->active, c, 1, 0x7fffffff);
            if (id > 0) {
                c->token = id;
                c->state = CALL_ACTIVE;
                /* Ours: another thread may reply while we copy. */
                refcount_inc(&c->refs);
            }
        }
        spin_unlock(&ep->lock);
        if (id == -ECANCELED)
            call_put(c); /* its caller gave up meanwhile */
    } while (id == -ECANCELED);
    if (id < 0) {
        abandon(ep, c);
        return id;
    }
    *token = id;
    result = payload_take(&c->request, message);
    if (result < 0) {
        struct call *listed;

        spin_lock(&ep->lock);
        /* Unless it was replied to, and the number is another's by now. */
        listed =
            idr_find(&ep->active, id) == c ? idr_remove(&ep->active, id) : NULL;
        spin_unlock(&ep->lock);
        if (listed)
            abandon(ep, c);
    }
    call_put(c);
    return result;
}

s64 endpoint_reply(struct caller *who, struct handle_ref *server, u32 token,
                   struct endpoint_message *send)
{
    struct endpoint *ep;
    struct payload reply = {0};
    struct call *c;
    s64 result;

    (void)who;
    if (server->object->ops != &server_ops)
        return -EOPNOTSUPP;
    ep = side_of(server->object)->ep;
    result = payload_fill(&reply, send);
    if (result)
        return result;
    spin_lock(&ep->lock);
    c = idr_remove(&ep->active, (int)token);
    if (!c) {
        result = -ENOENT;
    } else if (c->state != CALL_ACTIVE) {
        result = -ECANCELED;
    } else {
        c->reply = reply;
        reply = (struct payload){0};
        /* Pairs with the acquire in await_reply(). */
        __atomic_store_n(&c->state, CALL_REPLIED, __ATOMIC_RELEASE);
        thread_wake_sync(c->caller);
    }
    spin_unlock(&ep->lock);
    payload_drop(&reply);
    if (c)
        call_put(c);
    return result;
}

static u32 server_poll(struct object *obj, struct poll_table *table)
{
    struct endpoint *ep = side_of(obj)->ep;
    u32 events = 0;

    poll_register(table, &ep->readable);
    spin_lock(&ep->lock);
    if (!list_empty(&ep->waiting))
        events |= POLLIN | POLLRDNORM;
    if (!ep->clients)
        events |= POLLHUP;
    spin_unlock(&ep->lock);
    return events;
}

static u32 client_poll(struct object *obj, struct poll_table *table)
{
    struct endpoint *ep = side_of(obj)->ep;

    poll_register(table, &ep->readable);
    return READ_ONCE(ep->servers) ? POLLOUT | POLLWRNORM : POLLERR;
}

static const struct object_ops server_ops = {
    .name = "[endpoint-server]",
    .release = server_release,
    .poll = server_poll,
    .no_async = true,
};

static const struct object_ops client_ops = {
    .name = "[endpoint-client]",
    .release = client_release,
    .poll = client_poll,
    .no_async = true,
};
