/*
 * Network namespaces: the abstract names of AF_UNIX, the sockets that
 * /proc/net lists, and the limits below /proc/sys/net. A socket belongs for
 * life to the namespace of whoever made it.
 *
 * `lock` (spinlock) guards the names and the list of sockets; it stands above
 * the sockets' own locks.
 */
#ifndef NET_NET_NAMESPACE_H
#define NET_NET_NAMESPACE_H

#include "core/lock.h"
#include "lib/list.h"
#include "proc/namespace.h"

struct caller;
struct inode;

#define NET_NAME_BUCKETS 256

struct net_namespace {
    struct namespace head; /* must be first */
    spinlock_t lock;
    struct hlist_head names[NET_NAME_BUCKETS]; /* struct unix_name.link */
    struct list_head sockets;                  /* struct unix_socket.net_link */
    s32 datagram_queue_max;                    /* net.unix.max_dgram_qlen */
    s32 backlog_max;                           /* net.core.somaxconn */
};

extern struct net_namespace net_ns_first;

/* The caller's; borrowed. */
struct net_namespace *net_namespace_of(const struct caller *who);
static inline struct net_namespace *net_namespace_get(struct net_namespace *ns)
{
    namespace_get(&ns->head);
    return ns;
}
static inline void net_namespace_put(struct net_namespace *ns)
{
    namespace_put(&ns->head);
}
/* Of a file below /proc/<pid>/net: referenced; NULL: the process is gone. */
struct net_namespace *net_namespace_of_file(const struct inode *inode);

#endif
