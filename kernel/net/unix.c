/* AF_UNIX: life, connections, state. */
#include "net/unix.h"

#include "core/init.h"
#include "core/plant.h"
#include "core/slab.h"
#include "core/time.h"
#include "fs/dentry.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/task.h"
#include "vm/user.h"

#define FIONREAD     0x541B
#define TIOCOUTQ     0x5411
#define SIOCUNIXFILE 0x89E0

void unix_hold(struct unix_socket *u)
{
    refcount_inc(&u->memory);
}

void unix_drop(struct unix_socket *u)
{
    if (!refcount_dec_and_test(&u->memory))
        return;
    unix_name_put(u->name);
    pid_put(u->own.pid);
    pid_put(u->peer_credentials.pid);
    net_namespace_put(u->net);
    kfree(u);
}

void unix_lock_two(struct unix_socket *a, struct unix_socket *b)
{
    if (a > b)
        swap(a, b);
    spin_lock(&a->lock);
    if (a != b)
        spin_lock_nested(&b->lock, 1);
}

void unix_unlock_two(struct unix_socket *a, struct unix_socket *b)
{
    spin_unlock(&a->lock);
    if (a != b)
        spin_unlock(&b->lock);
}

/* Referenced: for a socket's `own` or another's peer_credentials. */
static struct unix_credentials credentials_of(const struct caller *who)
{
    return (struct unix_credentials){
        .pid = who->task ? pid_get(who->task->group->leader->pids[PID_PROCESS])
                         : NULL,
        .uid = who->cred->euid.value,
        .gid = who->cred->egid.value,
    };
}

static struct unix_credentials credentials_get(const struct unix_credentials *c)
{
    pid_get(c->pid);
    return *c;
}

/* The socket's lock is held; returns whose reference is to be put without it.
 */
static struct pid *credentials_set(struct unix_credentials *to,
                                   struct unix_credentials from)
{
    struct pid *old = to->pid;

    *to = from;
    return old;
}

struct unix_socket *unix_alloc(struct caller *who, struct net_namespace *net,
                               int type, u32 obj_flags)
{
    struct unix_socket *u = kzalloc(sizeof(*u), ALLOC_KERNEL);

    if (!u)
        return NULL;
    socket_init(&u->socket, who, &unix_ops, AF_UNIX, type, 0, obj_flags);
    refcount_set(&u->memory, 1);
    spin_init(&u->lock, "unix_socket");
    mutex_init(&u->read_lock, "unix_read");
    INIT_LIST_HEAD(&u->queue);
    INIT_LIST_HEAD(&u->pending_link);
    wait_queue_init(&u->readable);
    wait_queue_init(&u->writable);
    INIT_LIST_HEAD(&u->flights);
    u->net = net_namespace_get(net);
    spin_lock(&net->lock);
    list_add_tail(&u->net_link, &net->sockets);
    spin_unlock(&net->lock);
    return u;
}

static struct socket *create(struct caller *who, int type, int protocol,
                             u32 obj_flags)
{
    struct unix_socket *u;

    if (protocol && protocol != AF_UNIX)
        return ERR_PTR(-EPROTONOSUPPORT);
    if (type == SOCK_RAW)
        type = SOCK_DGRAM;
    if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
        return ERR_PTR(-ESOCKTNOSUPPORT);
    u = unix_alloc(who, net_namespace_of(who), type, obj_flags);
    if (!u)
        return ERR_PTR(-ENOMEM);
    u->own = credentials_of(who);
    return &u->socket;
}

static int pair(struct socket *sa, struct socket *sb)
{
    struct unix_socket *a = unix_of(sa), *b = unix_of(sb);

    unix_hold(a);
    unix_hold(b);
    a->peer = b;
    b->peer = a;
    a->state = b->state = UNIX_CONNECTED;
    a->peer_credentials = credentials_get(&b->own);
    b->peer_credentials = credentials_get(&a->own);
    return 0;
}

/* ------------------------------------------------------------- connections */

static int listen(struct caller *who, struct socket *s, int backlog)
{
    struct unix_socket *u = unix_of(s);
    struct unix_credentials mine;
    struct pid *old[2];
    int error = 0;

    if (!unix_is_connected_type(u))
        return -EOPNOTSUPP;
    if (!u->name)
        return -EINVAL;
    mine = credentials_of(who);
    spin_lock(&u->lock);
    if (u->state != UNIX_IDLE && u->state != UNIX_LISTENING) {
        error = -EINVAL;
    } else {
        u->state = UNIX_LISTENING;
        u->backlog = min((u32)backlog, (u32)READ_ONCE(u->net->backlog_max));
        old[0] = credentials_set(&u->own, mine);
        old[1] = credentials_set(&u->peer_credentials, credentials_get(&mine));
    }
    spin_unlock(&u->lock);
    if (error) {
        pid_put(mine.pid);
        return error;
    }
    pid_put(old[0]);
    pid_put(old[1]);
    wait_queue_wake(&u->writable, POLLOUT, 0);
    return 0;
}

/* A datagram socket's default destination. */
static ssize_t connect_datagram(struct unix_socket *u, struct caller *who,
                                const struct socket_address *a)
{
    struct unix_socket *to = NULL, *old;

    if (a->family != AF_UNSPEC) {
        to = unix_find(who, u, a, SOCK_DGRAM);
        if (IS_ERR(to))
            return PTR_ERR(to);
        if (to->peer && to->peer != u) {
            unix_drop(to);
            return -EPERM;
        }
    }
    spin_lock(&u->lock);
    old = u->peer;
    u->peer = to;
    u->state = to ? UNIX_CONNECTED : UNIX_IDLE;
    spin_unlock(&u->lock);
    if (old)
        unix_drop(old);
    return 0;
}

/* Both locked: hand the listener a socket that is connected to u, with its
 * credentials, which are taken over. Returns what is to be put. */
static struct pid *establish(struct unix_socket *u,
                             struct unix_socket *listener,
                             struct unix_socket *server,
                             struct unix_credentials mine)
{
    unix_hold(u);
    unix_hold(server);
    server->peer = u;
    u->peer = server;
    server->state = u->state = UNIX_CONNECTED;
    server->name = listener->name;
    refcount_inc(&server->name->refs);
    server->peer_credentials = mine;
    list_add_tail(&server->pending_link, &listener->queue);
    listener->queued_packets++;
    return credentials_set(&u->peer_credentials,
                           credentials_get(&listener->peer_credentials));
}

static void drop_listener(void *data)
{
    unix_drop(data);
}

static ssize_t connect_stream(struct unix_socket *u, struct io_request *req)
{
    struct caller *who = (struct caller *)req->caller;
    struct socket_address *a = req->extra;
    struct unix_socket *listener, *server;
    struct unix_credentials mine;
    ssize_t result = 0;
    struct pid *old;

    if (u->state == UNIX_CONNECTED)
        return -EISCONN;
    if (u->state != UNIX_IDLE)
        return -EINVAL;
    listener = unix_find(who, u, a, u->socket.type);
    if (IS_ERR(listener))
        return PTR_ERR(listener);
    server = unix_alloc(who, listener->net, u->socket.type, 0);
    if (!server) {
        unix_drop(listener);
        return -ENOMEM;
    }
    mine = credentials_of(who);
    old = mine.pid;
    unix_lock_two(u, listener);
    if (listener->state != UNIX_LISTENING || listener->shutdown & SHUTDOWN_READ)
        result = -ECONNREFUSED;
    else if (u->state != UNIX_IDLE)
        result = u->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
    else if (listener->queued_packets > listener->backlog) {
        result = -EAGAIN;
        if (!(req->flags & REQ_NOWAIT)) {
            if (u->socket.send_timeout && !req->deadline)
                req->deadline = time_monotonic() + u->socket.send_timeout;
            unix_hold(listener);
            request_wait_on(req, &listener->writable, drop_listener, listener);
            result = -EIOCBQUEUED;
        }
    } else {
        old = establish(u, listener, server, mine);
    }
    unix_unlock_two(u, listener);
    pid_put(old);
    if (!result) {
        wait_queue_wake(&listener->readable, POLLIN, 1);
    } else {
        object_put(&server->socket.object);
    }
    unix_drop(listener);
    return result;
}

static ssize_t connect(struct object *obj, struct io_request *req)
{
    struct unix_socket *u = unix_of(container_of(obj, struct socket, object));
    struct socket_address *a = req->extra;

    if (a->length < 2)
        return -EINVAL;
    if (u->socket.type == SOCK_DGRAM)
        return connect_datagram(u, (struct caller *)req->caller, a);
    return connect_stream(u, req);
}

static ssize_t accept(struct object *obj, struct io_request *req)
{
    struct unix_socket *u = unix_of(container_of(obj, struct socket, object));
    struct socket_accept *out = req->extra;
    struct unix_socket *server = NULL;
    ssize_t result = 0;

    if (!unix_is_connected_type(u))
        return -EOPNOTSUPP;
    spin_lock(&u->lock);
    if (u->state != UNIX_LISTENING) {
        result = -EINVAL;
    } else if (!list_empty(&u->queue)) {
        server = list_first_entry(&u->queue, struct unix_socket, pending_link);
        list_del_init(&server->pending_link);
        u->queued_packets--;
    } else if (u->shutdown & SHUTDOWN_READ) {
        result = -EINVAL;
    } else if (req->flags & REQ_NOWAIT) {
        result = -EAGAIN;
    } else {
        if (u->socket.receive_timeout && !req->deadline)
            req->deadline = time_monotonic() + u->socket.receive_timeout;
        request_wait(req, &u->readable);
        result = -EIOCBQUEUED;
    }
    spin_unlock(&u->lock);
    if (!server)
        return result;
    wait_queue_wake(&u->writable, POLLOUT, 1);
    atomic_or(out->obj_flags, &server->socket.object.flags);
    server->socket.options |= u->socket.options & SOCKET_PASSCRED;
    spin_lock(&server->lock);
    unix_name_to_address(server->peer ? server->peer->name : NULL,
                         &out->address);
    spin_unlock(&server->lock);
    out->grant = socket_grant(&server->socket);
    return IS_ERR(out->grant) ? PTR_ERR(out->grant) : 0;
}

/* ------------------------------------------------------------------- state */

static void wake_all(struct unix_socket *u)
{
    wait_queue_wake(&u->readable, POLLIN | POLLHUP | POLLRDHUP | POLLERR, 0);
    wait_queue_wake(&u->writable, POLLOUT | POLLHUP | POLLERR, 0);
}

static int unix_shutdown(struct socket *s, u32 how)
{
    struct unix_socket *u = unix_of(s), *peer;

    spin_lock(&u->lock);
    u->shutdown |= how;
    peer = u->peer;
    if (peer)
        unix_hold(peer);
    spin_unlock(&u->lock);
    if (peer && unix_is_connected_type(u)) {
        u32 theirs = (how & SHUTDOWN_READ ? SHUTDOWN_WRITE : 0) |
                     (how & SHUTDOWN_WRITE ? SHUTDOWN_READ : 0);
        spin_lock(&peer->lock);
        peer->shutdown |= theirs;
        spin_unlock(&peer->lock);
        wake_all(peer);
    }
    if (peer)
        unix_drop(peer);
    wake_all(u);
    return 0;
}

static void drop_queue(enum unix_state was, struct list_head *queue)
{
    while (!list_empty(queue)) {
        if (was == UNIX_LISTENING) {
            struct unix_socket *pending =
                list_first_entry(queue, struct unix_socket, pending_link);
            list_del_init(&pending->pending_link);
            object_put(&pending->socket.object);
        } else {
            unix_packets_drop(queue);
        }
    }
}

static void unix_release(struct socket *s)
{
    struct unix_socket *u = unix_of(s), *peer;
    enum unix_state was;
    bool unread;
    LIST_HEAD(queue);

    spin_lock(&u->net->lock);
    list_del(&u->net_link);
    spin_unlock(&u->net->lock);
    unix_unbind(u);
    spin_lock(&u->lock);
    was = u->state;
    u->state = UNIX_DEAD;
    u->shutdown = SHUTDOWN_READ | SHUTDOWN_WRITE;
    unread = was == UNIX_CONNECTED && !list_empty(&u->queue);
    list_splice_init(&u->queue, &queue);
    peer = u->peer;
    u->peer = NULL;
    spin_unlock(&u->lock);
    if (peer) {
        if (unix_is_connected_type(u)) {
            spin_lock(&peer->lock);
            peer->shutdown |= SHUTDOWN_READ | SHUTDOWN_WRITE;
            /* Bytes that nobody will read: the peer learns of it. */
            if (unread || was == UNIX_IDLE)
                peer->socket.error = ECONNRESET;
            spin_unlock(&peer->lock);
            wake_all(peer);
        }
        unix_drop(peer);
    }
    drop_queue(was, &queue);
    wait_queue_destroy(&u->readable);
    wait_queue_destroy(&u->writable);
    unix_drop(u);
    /* What sends a last handle away without anybody seeing it ends here. */
    if (!thread_current()->drops)
        unix_gc();
}

static int get_name(struct socket *s, bool peer, struct socket_address *out)
{
    struct unix_socket *u = unix_of(s), *of = u;

    if (peer) {
        spin_lock(&u->lock);
        of = u->peer;
        if (of)
            unix_hold(of);
        spin_unlock(&u->lock);
        if (!of)
            return -ENOTCONN;
    }
    spin_lock(&of->lock);
    unix_name_to_address(of->name, out);
    spin_unlock(&of->lock);
    if (peer)
        unix_drop(of);
    return 0;
}

static u32 unix_poll(struct socket *s, struct poll_table *table)
{
    struct unix_socket *u = unix_of(s);
    u32 shut, events = 0;

    poll_register(table, &u->readable);
    poll_register(table, &u->writable);
    spin_lock(&u->lock);
    shut = u->shutdown;
    if (READ_ONCE(u->socket.error))
        events |= POLLERR;
    if (shut == (SHUTDOWN_READ | SHUTDOWN_WRITE))
        events |= POLLHUP;
    if (shut & SHUTDOWN_READ)
        events |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (!list_empty(&u->queue))
        events |= POLLIN | POLLRDNORM;
    if (unix_is_connected_type(u) && u->state == UNIX_IDLE)
        events |= POLLHUP;
    if (unix_is_writable(u) && u->state != UNIX_LISTENING)
        events |= POLLOUT | POLLWRNORM | POLLWRBAND;
    spin_unlock(&u->lock);
    return events;
}

static long unix_ioctl(struct socket *s, struct caller *who, u32 cmd, u64 arg)
{
    struct unix_socket *u = unix_of(s);
    u32 value;

    switch (cmd) {
    case FIONREAD:
        if (u->state == UNIX_LISTENING)
            return -EINVAL;
        spin_lock(&u->lock);
        value = u->queued_bytes;
        if (!unix_is_stream(u)) {
            struct unix_packet *p =
                list_first_entry_or_null(&u->queue, struct unix_packet, link);
            if (u->socket.type == SOCK_DGRAM)
                value = p ? p->length : 0;
        }
        spin_unlock(&u->lock);
        return user_write32(who->mm, arg, value);
    case TIOCOUTQ:
        return user_write32(who->mm, arg, atomic_load(&u->outstanding));
    default:
        return -ENOTTY;
    }
}

struct abi_ucred {
    s32 pid;
    u32 uid, gid;
};

static ssize_t get_option(struct caller *who, struct socket *s, int level,
                          int name, void *value, u32 size)
{
    struct unix_socket *u = unix_of(s);
    struct unix_credentials peer;
    struct abi_ucred cred;
    s32 v;

    if (level != SOL_SOCKET)
        return -EOPNOTSUPP;
    switch (name) {
    case SO_PEERCRED:
        if (PLANTED(PLANT_SOCKET_OPTION))
            return (ssize_t)u->peer_credentials.pid->level;
        spin_lock(&u->lock);
        peer = credentials_get(&u->peer_credentials);
        spin_unlock(&u->lock);
        cred = (struct abi_ucred){.uid = ~0u, .gid = ~0u};
        if (peer.pid) {
            cred.pid = (s32)pid_number(peer.pid, task_pid_ns(who->task));
            cred.uid = uid_from_kernel(who->cred->user_ns, (kuid_t){peer.uid});
            cred.gid = gid_from_kernel(who->cred->user_ns, (kgid_t){peer.gid});
        }
        pid_put(peer.pid);
        size = min_t(u32, size, sizeof(cred));
        memcpy(value, &cred, size);
        return size;
    case SO_ACCEPTCONN:
        v = u->state == UNIX_LISTENING;
        size = min_t(u32, size, sizeof(v));
        memcpy(value, &v, size);
        return size;
    default:
        return -ENOPROTOOPT;
    }
}

const struct socket_ops unix_ops = {
    .bind = unix_bind,
    .listen = listen,
    .connect = connect,
    .accept = accept,
    .send = unix_send,
    .receive = unix_receive,
    .shutdown = unix_shutdown,
    .name = get_name,
    .get_option = get_option,
    .poll = unix_poll,
    .ioctl = unix_ioctl,
    .release = unix_release,
};

static struct socket_family unix_family = {
    .family = AF_UNIX,
    .create = create,
    .pair = pair,
};

static int unix_init(void)
{
    socket_family_register(&unix_family);
    return 0;
}
INITCALL(proc, unix_init);
