/*
 * IPC namespaces: what System V ids, keys and names of message queues mean, and
 * the limits on them. A task's is task->ns->ipc. When the last task
 * has left, everything in it is removed; a segment that is still mapped keeps
 * its namespace.
 */
#ifndef IPC_NAMESPACE_H
#define IPC_NAMESPACE_H

#include "core/caller.h"
#include "ipc/ipc_id.h"
#include "proc/namespace.h"

struct mount;
struct super_block;

struct ipc_namespace {
    struct namespace head; /* must be first */
    struct ipc_table tables[IPC_KINDS];

    /* Limits: /proc/sys/kernel, written by one word each. */
    s32 sem_per_set, sem_total_max, sem_ops_max, sem_sets_max; /* "sem" */
    s32 msg_size_max, msg_queue_bytes, msg_queues_max;
    u64 shm_size_max, shm_pages_max;
    s32 shm_segments_max;
    s32 shm_rmid_forced; /* segments go with their last user */

    u64 semaphores;                  /* in all sets; tables[].lock */
    u64 shm_pages;                   /* of all segments; tables[].lock */
    atomic64_t msg_bytes, msg_count; /* in all queues */

    /* POSIX message queues: /proc/sys/fs/mqueue */
    s32 mq_queues_max, mq_messages_max, mq_size_max, mq_messages_default,
        mq_size_default;
    mutex_t mq_lock;        /* guards mq_mount and its making */
    struct mount *mq_mount; /* owned; NULL until it is needed */
    atomic_t mq_queues;
};

static inline struct ipc_namespace *ipc_namespace_of(const struct caller *who)
{
    return who->ns->ipc;
}
static inline struct ipc_table *ipc_table_of(struct ipc_namespace *ns,
                                             enum ipc_kind kind)
{
    return &ns->tables[kind];
}
static inline bool ipc_capable(const struct caller *who,
                               const struct ipc_namespace *ns, int cap)
{
    return cred_capable_ns(who->cred, ns->head.owner, cap);
}

/* Each kind removes all that is left of it: the namespace goes. */
void sem_namespace_exit(struct ipc_namespace *ns);
void msg_namespace_exit(struct ipc_namespace *ns);
void shm_namespace_exit(struct ipc_namespace *ns);
void mqueue_namespace_exit(struct ipc_namespace *ns);

#endif
