/*
 * AF_UNIX sockets (unix(7)): the inside, for net/unix_*.c.
 *
 * Data travels in packets: the sender copies into one, then appends it to the
 * receiver's queue; what a sender has under way counts against its own send
 * buffer, until the receiver has taken it.
 *
 * Locks: unix_socket.lock (spinlock) guards state, peer and queue; two at once:
 * lower address first. read_lock (mutex) serialises receivers, is taken first
 * and held across user copies. net_namespace.lock (spinlock) guards the table
 * of abstract names, above socket locks.
 */
#ifndef NET_UNIX_H
#define NET_UNIX_H

#include "core/lock.h"
#include "fs/fs.h"
#include "net/net_namespace.h"
#include "net/socket.h"

#define UNIX_PATH_MAX    108
#define UNIX_ADDRESS_MAX (2 + UNIX_PATH_MAX)
#define UNIX_PACKET_MAX  32768 /* bytes of a stream in one packet */

struct unix_name { /* an address, immutable, counted */
    refcount_t refs;
    u32 length; /* of sockaddr_un as given, family included */
    u8 bytes[UNIX_ADDRESS_MAX + 1];
    struct hlist_node link;    /* abstract: net->lock */
    struct unix_socket *owner; /* abstract: borrowed; net->lock */
};

struct unix_packet {
    struct list_head link;
    struct unix_socket *sender; /* memory reference: send buffer accounting */
    struct unix_name *from;     /* owned, or NULL */
    struct socket_control control;
    u32 length, taken;
    u32 charge;                /* bytes counted against the sender */
    struct account *account;   /* owned: whom its memory is charged to */
    struct user_account *user; /* owned: who has the grants in flight */
    bool in_flight;            /* its grants are counted: unix_gc.c */
    u8 data[];
};

enum unix_state {
    UNIX_IDLE,
    UNIX_LISTENING,
    UNIX_CONNECTED,
    UNIX_DEAD
};

struct unix_credentials { /* SO_PEERCRED; guarded by the socket's lock */
    struct pid *pid;      /* owned */
    u32 uid, gid;         /* kernel ids */
};

struct unix_socket {
    struct socket socket; /* must be first */
    refcount_t memory;    /* the object's, peers', packets' */
    spinlock_t lock;
    mutex_t read_lock;
    enum unix_state state;
    u32 shutdown;             /* SHUTDOWN_* */
    struct unix_socket *peer; /* memory reference; NULL: none */
    struct unix_name *name;   /* owned */
    struct path path;         /* bound in the file system: owned */
    struct list_head queue;   /* packets to receive; or pending connections */
    u32 queued_bytes, queued_packets;
    u32 backlog;
    atomic_t outstanding;          /* bytes sent and not yet received */
    struct list_head pending_link; /* on a listener's queue */
    struct net_namespace *net;     /* owned */
    struct list_head net_link;     /* net->sockets */
    struct list_head flights;      /* unix_gc.c, as the three below */
    bool gc_candidate, gc_suspect, gc_scanned;
    struct unix_credentials own, peer_credentials; /* lock */
    struct wait_queue readable, writable;
};

static inline struct unix_socket *unix_of(struct socket *s)
{
    return container_of(s, struct unix_socket, socket);
}
static inline bool unix_is_stream(const struct unix_socket *u)
{
    return u->socket.type == SOCK_STREAM;
}
static inline bool unix_is_connected_type(const struct unix_socket *u)
{
    return u->socket.type != SOCK_DGRAM;
}

struct unix_socket *unix_alloc(struct caller *who, struct net_namespace *net,
                               int type, u32 obj_flags);
void unix_hold(struct unix_socket *u);
void unix_drop(struct unix_socket *u);
void unix_lock_two(struct unix_socket *a, struct unix_socket *b);
void unix_unlock_two(struct unix_socket *a, struct unix_socket *b);

/* unix_name.c */
void unix_name_put(struct unix_name *n);
int unix_bind(struct caller *who, struct socket *s,
              const struct socket_address *address);
/* The socket bound to an address (an abstract one: in from's namespace), with
 * a memory reference. ERR_PTR. */
struct unix_socket *unix_find(struct caller *who,
                              const struct unix_socket *from,
                              const struct socket_address *address, int type);
void unix_unbind(struct unix_socket *u);
void unix_name_to_address(const struct unix_name *n,
                          struct socket_address *out);

/* unix_data.c */
ssize_t unix_send(struct object *obj, struct io_request *req);
ssize_t unix_receive(struct object *obj, struct io_request *req);
void unix_packet_free(struct unix_packet *p);
bool unix_is_writable(const struct unix_socket *u);

/* Free all; releases of sockets that this causes do not nest. */
void unix_packets_drop(struct list_head *packets);

/* unix_gc.c: descriptors that are sent, and those that are taken out of the
 * queue or dropped (before their references are). -ENOMEM. */
int unix_gc_depart(const struct socket_control *c);
void unix_gc_arrive(const struct socket_control *c);
/* Look for unreachable cycles; may sleep. */
void unix_gc(void);

extern const struct socket_ops unix_ops;

#endif
