/* Sending and receiving on AF_UNIX. */
#include "core/account.h"
#include "core/plant.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "net/unix.h"
#include "proc/pid.h"
#include "proc/task.h"
#include "proc/user_account.h"

/* What a packet of n bytes costs, as Linux counts: its header, and data with
 * the trailer in a block of a power of two (SKB_TRUESIZE). */
#define PACKET_HEADER  256
#define PACKET_TRAILER 320

static u32 packet_charge(size_t n)
{
    size_t block = 512;

    while (block < n + PACKET_TRAILER && block < 16384)
        block *= 2;
    return PACKET_HEADER + max(block, n + PACKET_TRAILER);
}

bool unix_is_writable(const struct unix_socket *u)
{
    return (u64)atomic_load(&u->outstanding) * 4 <= u->socket.send_buffer;
}

/* More may be sent: as Linux, up to and over the limit by one packet; poll says
 * so only when three quarters are free. */
static bool has_room(const struct unix_socket *u)
{
    return (u32)atomic_load(&u->outstanding) < u->socket.send_buffer;
}

void unix_packets_drop(struct list_head *packets)
{
    struct thread *me = thread_current();

    /* Handles in the packets may be the last of other sockets, with packets of
     * their own, and so on for as many as somebody cares to chain. */
    if (me->drops) {
        list_splice_tail_init(packets, me->drops);
        return;
    }
    me->drops = packets;
    while (!list_empty(packets)) {
        struct unix_packet *p =
            list_first_entry(packets, struct unix_packet, link);

        list_del(&p->link);
        unix_packet_free(p);
    }
    me->drops = NULL;
}

/* What a packet takes of the account, in whole pages. */
static u64 packet_pages(const struct unix_packet *p)
{
    return DIV_ROUND_UP(sizeof(*p) + p->length, PAGE_SIZE);
}

/* The grants are about to be sent: a user may have as many under way as a
 * process may have open. */
static int grants_depart(struct unix_packet *p, struct caller *who)
{
    struct user_account *user = who->cred->user;
    int error;

    if (!p->control.grant_count)
        return 0;
    if ((u64)atomic_load(&user->unix_in_flight) > who->limit_nofile &&
        !caller_capable_init(who, CAP_SYS_RESOURCE) &&
        !caller_capable_init(who, CAP_SYS_ADMIN))
        return -ETOOMANYREFS;
    error = unix_gc_depart(&p->control);
    if (error)
        return error;
    p->user = user_account_get(user);
    atomic_add((int)p->control.grant_count, &user->unix_in_flight);
    p->in_flight = true;
    return 0;
}

static void grants_arrive(struct unix_packet *p)
{
    if (!p->in_flight)
        return;
    unix_gc_arrive(&p->control);
    atomic_sub((int)p->control.grant_count, &p->user->unix_in_flight);
    user_account_put(p->user);
    p->user = NULL;
    p->in_flight = false;
}

void unix_packet_free(struct unix_packet *p)
{
    struct unix_socket *sender = p->sender;

    grants_arrive(p);
    if (sender) {
        atomic_sub(p->charge, &sender->outstanding);
        if (has_room(sender))
            wait_queue_wake(&sender->writable, POLLOUT | POLLWRNORM, 1);
        unix_drop(sender);
    }
    unix_name_put(p->from);
    socket_control_drop(&p->control);
    account_uncharge_memory(p->account, packet_pages(p));
    account_put(p->account);
    kfree(p);
}

static struct unix_packet *make_packet(struct unix_socket *u,
                                       struct caller *who, struct iter *from,
                                       size_t n, int *error)
{
    struct unix_packet *p = kmalloc(sizeof(*p) + n, ALLOC_KERNEL);

    *error = -ENOBUFS;
    if (!p)
        return NULL;
    memset(p, 0, sizeof(*p));
    p->length = n;
    if (account_charge_memory(who->account, packet_pages(p)))
        goto out_free;
    *error = -EFAULT;
    if (iter_copy_from(from, p->data, n) != n)
        goto out_uncharge;
    *error = 0;
    p->account = account_get(who->account);
    p->charge = packet_charge(n);
    p->sender = u;
    unix_hold(u);
    atomic_add(p->charge, &u->outstanding);
    spin_lock(&u->lock);
    if (u->name) {
        refcount_inc(&u->name->refs);
        p->from = u->name;
    }
    spin_unlock(&u->lock);
    return p;

out_uncharge:
    account_uncharge_memory(who->account, packet_pages(p));
out_free:
    kfree(p);
    return NULL;
}

/* SCM_RIGHTS go with the first packet; credentials with each. */
static void attach_control(struct unix_packet *p, struct unix_socket *to,
                           struct caller *who, struct socket_message *m)
{
    p->control = m->control;
    m->control = (struct socket_control){0};
    if (!p->control.has_cred && who->task &&
        (p->sender->socket.options | to->socket.options) & SOCKET_PASSCRED) {
        p->control.has_cred = true;
        p->control.pid = pid_get(who->task->group->leader->pids[PID_PROCESS]);
        p->control.uid = who->cred->uid.value;
        p->control.gid = who->cred->gid.value;
    }
}

static ssize_t check_send(struct unix_socket *to)
{
    if (to->state == UNIX_DEAD || to->shutdown & SHUTDOWN_READ)
        return -EPIPE;
    return 0;
}

/* Where a datagram or stream goes: memory reference or ERR_PTR. */
static struct unix_socket *destination(struct unix_socket *u,
                                       struct io_request *req)
{
    struct socket_message *m = req->extra;
    struct unix_socket *to;

    if (m->address.length && u->socket.type != SOCK_STREAM) {
        if (u->socket.type == SOCK_DGRAM)
            return unix_find((struct caller *)req->caller, u, &m->address,
                             SOCK_DGRAM);
    } else if (m->address.length) {
        return ERR_PTR(u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP);
    }
    spin_lock(&u->lock);
    to = u->peer;
    if (to && !PLANTED(PLANT_UNIX_PEER))
        unix_hold(to);
    spin_unlock(&u->lock);
    return to ? to : ERR_PTR(-ENOTCONN);
}

/* A full receiver or sender: wait, or say so. */
static ssize_t wait_for_room(struct unix_socket *u, struct io_request *req)
{
    struct socket_message *m = req->extra;

    if (req->flags & REQ_NOWAIT || m->flags & MSG_DONTWAIT)
        return req->done ? (ssize_t)req->done : -EAGAIN;
    if (u->socket.send_timeout && !req->deadline)
        req->deadline = time_monotonic() + u->socket.send_timeout;
    request_wait(req, &u->writable);
    /* Pairs with the counter's change before the wake-up. */
    smp_mb();
    if (has_room(u))
        request_retry(req);
    return -EIOCBQUEUED;
}

static int deliver(struct unix_socket *u, struct unix_socket *to,
                   struct unix_packet *p)
{
    int error = 0;

    spin_lock(&to->lock);
    if (to->state == UNIX_DEAD || to->shutdown & SHUTDOWN_READ)
        error = u->socket.type == SOCK_DGRAM && to->state == UNIX_DEAD
                    ? -ECONNREFUSED
                    : -EPIPE;
    else if (u->socket.type == SOCK_DGRAM && to->peer && to->peer != u)
        error = -EPERM;
    if (!error) {
        list_add_tail(&p->link, &to->queue);
        to->queued_bytes += p->length;
        to->queued_packets++;
    }
    spin_unlock(&to->lock);
    if (!error)
        wait_queue_wake_sync(&to->readable, POLLIN | POLLRDNORM, 1);
    return error;
}

static ssize_t send_packet(struct unix_socket *u, struct unix_socket *to,
                           struct io_request *req, size_t n)
{
    int error = 0;
    struct caller *who = (struct caller *)req->caller;
    struct unix_packet *p = make_packet(u, who, &req->iter, n, &error);

    if (!p)
        return error;
    attach_control(p, to, who, req->extra);
    error = grants_depart(p, who);
    if (!error)
        error = deliver(u, to, p);
    if (error) {
        unix_packet_free(p);
        return error;
    }
    return n;
}

static ssize_t send_stream(struct unix_socket *u, struct unix_socket *to,
                           struct io_request *req)
{
    while (iter_count(&req->iter)) {
        size_t n = min_t(size_t, iter_count(&req->iter), UNIX_PACKET_MAX);
        ssize_t result = check_send(to);

        n = min_t(size_t, n, u->socket.send_buffer / 2);
        if (result)
            return result;
        if (!has_room(u))
            return wait_for_room(u, req);
        result = send_packet(u, to, req, n);
        if (result < 0)
            return result;
        req->done += result;
    }
    return req->done;
}

static void drop_waited(void *data)
{
    unix_drop(data);
}

/* Datagrams: so many wait at the receiver. */
static bool is_full(const struct unix_socket *to)
{
    return READ_ONCE(to->queued_packets) >
           (u32)READ_ONCE(to->net->datagram_queue_max);
}

static ssize_t wait_for_receiver(struct unix_socket *u, struct unix_socket *to,
                                 struct io_request *req)
{
    struct socket_message *m = req->extra;
    ssize_t result = -EIOCBQUEUED;

    if (req->flags & REQ_NOWAIT || m->flags & MSG_DONTWAIT)
        return -EAGAIN;
    if (u->socket.send_timeout && !req->deadline)
        req->deadline = time_monotonic() + u->socket.send_timeout;
    spin_lock(&to->lock);
    if (to->state == UNIX_DEAD) {
        result = -ECONNREFUSED;
    } else {
        unix_hold(to);
        request_wait_on(req, &to->writable, drop_waited, to);
    }
    spin_unlock(&to->lock);
    smp_mb();
    if (result == -EIOCBQUEUED && !is_full(to))
        request_retry(req);
    return result;
}

static ssize_t send_record(struct unix_socket *u, struct unix_socket *to,
                           struct io_request *req)
{
    size_t n = iter_count(&req->iter);
    ssize_t result = check_send(to);

    if (u->socket.type == SOCK_DGRAM && to->state == UNIX_DEAD)
        return -ECONNREFUSED;
    if (result)
        return result;
    if (n > u->socket.send_buffer - 32)
        return -EMSGSIZE;
    if (!has_room(u))
        return wait_for_room(u, req);
    if (u->socket.type == SOCK_DGRAM && to != u && to->peer != u && is_full(to))
        return wait_for_receiver(u, to, req);
    return send_packet(u, to, req, n);
}

ssize_t unix_send(struct object *obj, struct io_request *req)
{
    struct unix_socket *u = unix_of(container_of(obj, struct socket, object));
    struct socket_message *m = req->extra;
    struct unix_socket *to;
    ssize_t result;
    s32 pending;

    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    pending = socket_take_error(&u->socket);
    if (pending)
        return -pending;
    to = destination(u, req);
    if (IS_ERR(to))
        return PTR_ERR(to);
    if (u->shutdown & SHUTDOWN_WRITE)
        result = -EPIPE;
    else if (unix_is_stream(u))
        result = send_stream(u, to, req);
    else
        result = send_record(u, to, req);
    /* A datagram peer that is gone is forgotten. */
    if (result == -ECONNREFUSED && !m->address.length) {
        spin_lock(&u->lock);
        if (u->peer == to) {
            u->peer = NULL;
            u->state = UNIX_IDLE;
            unix_drop(to);
        }
        spin_unlock(&u->lock);
    }
    unix_drop(to);
    if (result < 0 && result != -EIOCBQUEUED && req->done)
        result = req->done;
    else if (result == -EPIPE && unix_is_stream(u))
        result = socket_broken_pipe(req->caller, m->flags);
    return result;
}

/* --------------------------------------------------------------- receiving */

static struct unix_packet *first_packet(struct unix_socket *u)
{
    struct unix_packet *p;

    spin_lock(&u->lock);
    p = list_first_entry_or_null(&u->queue, struct unix_packet, link);
    spin_unlock(&u->lock);
    return p;
}

static void consume(struct unix_socket *u, struct unix_packet *p)
{
    spin_lock(&u->lock);
    list_del(&p->link);
    u->queued_bytes -= p->length - (unix_is_stream(u) ? p->taken : 0);
    u->queued_packets--;
    spin_unlock(&u->lock);
    if (u->socket.type == SOCK_DGRAM)
        wait_queue_wake(&u->writable, POLLOUT, 0);
    unix_packet_free(p);
}

static ssize_t wait_for_data(struct unix_socket *u, struct io_request *req)
{
    struct socket_message *m = req->extra;
    ssize_t result = 0;
    s32 error;

    spin_lock(&u->lock);
    if (!list_empty(&u->queue)) {
        result = -ERESTART; /* something came: look again */
    } else if ((error = socket_take_error(&u->socket))) {
        result = -error;
    } else if (u->socket.type == SOCK_DGRAM &&
               (req->flags & REQ_NOWAIT || m->flags & MSG_DONTWAIT)) {
        result = -EAGAIN;
    } else if (u->shutdown & SHUTDOWN_READ ||
               (unix_is_connected_type(u) && u->state == UNIX_CONNECTED &&
                (!u->peer || u->peer->state == UNIX_DEAD ||
                 u->peer->shutdown & SHUTDOWN_WRITE))) {
        result = 0;
    } else if (unix_is_connected_type(u) && u->state != UNIX_CONNECTED) {
        result = unix_is_stream(u) ? -EINVAL : -ENOTCONN;
    } else if (req->flags & REQ_NOWAIT || m->flags & MSG_DONTWAIT) {
        result = -EAGAIN;
    } else {
        if (u->socket.receive_timeout && !req->deadline)
            req->deadline = time_monotonic() + u->socket.receive_timeout;
        request_wait(req, &u->readable);
        result = -EIOCBQUEUED;
    }
    spin_unlock(&u->lock);
    return result;
}

/* Hand a packet's control data to the receiver: copies for MSG_PEEK. */
static int take_control(struct unix_socket *u, struct unix_packet *p,
                        struct socket_message *m, bool peek)
{
    if (!peek) {
        grants_arrive(p);
        /* Under the lock: the collector may look at the packet. */
        spin_lock(&u->lock);
        m->control = p->control;
        p->control = (struct socket_control){0};
        spin_unlock(&u->lock);
        return 0;
    }
    m->control = p->control;
    pid_get(m->control.pid);
    m->control.grants = NULL;
    m->control.grant_count = 0;
    if (!p->control.grant_count)
        return 0;
    m->control.grants = kmalloc_array(p->control.grant_count,
                                      sizeof(struct grant *), ALLOC_KERNEL);
    if (!m->control.grants)
        return -ENOMEM;
    m->control.grant_count = p->control.grant_count;
    for (u32 i = 0; i < p->control.grant_count; i++)
        m->control.grants[i] = grant_get(p->control.grants[i]);
    return 0;
}

static int take_grants(struct unix_socket *u, struct unix_packet *p,
                       struct socket_message *m, bool peek)
{
    struct socket_control kept = m->control;
    int error = take_control(u, p, m, peek);

    if (error) {
        m->control = kept;
        return error;
    }
    pid_put(m->control.pid);
    m->control.has_cred = kept.has_cred;
    m->control.pid = kept.pid;
    m->control.uid = kept.uid;
    m->control.gid = kept.gid;
    return 0;
}

static ssize_t receive_record(struct unix_socket *u, struct io_request *req,
                              struct unix_packet *p)
{
    struct socket_message *m = req->extra;
    bool peek = m->flags & MSG_PEEK;
    size_t n = min_t(size_t, p->length, iter_count(&req->iter));
    ssize_t result;

    if (iter_copy_to(&req->iter, p->data, n) != n) {
        /* The record is lost, as on Linux. */
        if (!peek)
            consume(u, p);
        return -EFAULT;
    }
    result = m->flags & MSG_TRUNC ? p->length : n;
    if (n < p->length)
        m->out_flags |= MSG_TRUNC;
    unix_name_to_address(p->from, &m->address);
    if (u->socket.type == SOCK_DGRAM ? !p->from : true)
        m->address.length = 0;
    if (take_control(u, p, m, peek))
        return -ENOMEM;
    if (!peek)
        consume(u, p);
    return result;
}

static bool same_sender(const struct socket_control *a,
                        const struct socket_control *b)
{
    return a->has_cred == b->has_cred && a->pid == b->pid && a->uid == b->uid &&
           a->gid == b->gid;
}

/* One packet of a stream. 1: go on, 0: stop here. */
static int receive_piece(struct unix_socket *u, struct io_request *req,
                         struct unix_packet *p, u32 *skip)
{
    struct socket_message *m = req->extra;
    bool peek = m->flags & MSG_PEEK;
    u32 at = p->taken + *skip;

    if (at >= p->length) { /* what was peeked at before */
        *skip -= p->length - p->taken;
        return 1;
    }
    size_t n = min_t(size_t, p->length - at, iter_count(&req->iter));
    size_t moved;

    if (req->done) {
        /* Bytes of another sender are not joined; handles come with the last
         * bytes that were sent before or with them. */
        if (u->socket.options & SOCKET_PASSCRED &&
            !same_sender(&p->control, &m->control))
            return 0;
        if (p->control.grant_count && take_grants(u, p, m, peek))
            return -ENOMEM;
    } else {
        if (take_control(u, p, m, peek))
            return -ENOMEM;
        unix_name_to_address(p->from, &m->address);
        if (!p->from)
            m->address.length = 0;
    }
    moved = iter_copy_to(&req->iter, p->data + at, n);
    req->done += moved;
    if (peek) {
        *skip = 0;
        if (moved < n)
            return -EFAULT;
        /* As when they are taken: handles end a message. */
        return m->control.grant_count ? 0 : 1;
    }
    spin_lock(&u->lock);
    p->taken += moved;
    u->queued_bytes -= moved;
    spin_unlock(&u->lock);
    bool stop = m->control.grant_count;
    if (p->taken == p->length)
        consume(u, p);
    if (moved < n)
        return -EFAULT;
    return stop ? 0 : 1;
}

static ssize_t receive_stream(struct unix_socket *u, struct io_request *req)
{
    struct socket_message *m = req->extra;
    bool peek = m->flags & MSG_PEEK;
    struct unix_packet *p;
    /* SO_PEEK_OFF: where the next peek begins. */
    u32 skip = peek && u->socket.peek_offset > 0 ? u->socket.peek_offset : 0;

    while (iter_count(&req->iter)) {
        int next;

        p = first_packet(u);
        if (!p)
            break;
        if (peek) {
            /* Only the first packets as far as they reach. */
            struct list_head *link = &p->link;
            while (iter_count(&req->iter) && link != &u->queue) {
                p = list_entry(link, struct unix_packet, link);
                next = receive_piece(u, req, p, &skip);
                if (next <= 0)
                    break;
                spin_lock(&u->lock);
                link = p->link.next;
                spin_unlock(&u->lock);
            }
            break;
        }
        next = receive_piece(u, req, p, &skip);
        if (next < 0)
            return req->done ? (ssize_t)req->done : next;
        if (!next)
            return req->done;
    }
    return req->done;
}

static ssize_t receive(struct object *obj, struct io_request *req)
{
    struct unix_socket *u = unix_of(container_of(obj, struct socket, object));
    struct socket_message *m = req->extra;
    ssize_t result;

    if (m->flags & MSG_OOB)
        return -EOPNOTSUPP;
    do {
        size_t before = req->done;
        bool all = m->flags & MSG_WAITALL && !(m->flags & MSG_PEEK);

        mutex_lock(&u->read_lock);
        if (unix_is_stream(u)) {
            result =
                u->state == UNIX_LISTENING ? -EINVAL : receive_stream(u, req);
        } else {
            struct unix_packet *p = first_packet(u);
            result = p ? receive_record(u, req, p) : 0;
            if (p)
                before = ~(size_t)0; /* also an empty record is something */
        }
        mutex_unlock(&u->read_lock);
        if (result < 0 || before == ~(size_t)0 || !iter_count(&req->iter))
            return result;
        if (result > 0 && !(all && !m->control.grant_count))
            return result;
        result = wait_for_data(u, req);
        if (req->done && result != -EIOCBQUEUED && result != -ERESTART)
            result = req->done;
    } while (result == -ERESTART);
    return result;
}

ssize_t unix_receive(struct object *obj, struct io_request *req)
{
    struct socket *s = container_of(obj, struct socket, object);
    struct socket_message *m = req->extra;
    ssize_t result = receive(obj, req);

    if (result > 0 && READ_ONCE(s->peek_offset) >= 0) {
        if (m->flags & MSG_PEEK)
            s->peek_offset += result;
        else
            s->peek_offset = max(s->peek_offset - (s32)result, 0);
    }
    return result;
}
