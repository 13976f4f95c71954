/*
 * Inside POSIX message queues: the queue, and its file system's part.
 */
#ifndef IPC_MQUEUE_INTERNAL_H
#define IPC_MQUEUE_INTERNAL_H

#include "core/wait.h"
#include "fs/inode.h"
#include "ipc/ipc_id.h"
#include "ipc/mqueue.h"
#include "lib/rbtree.h"

struct ipc_namespace;
struct pid;
struct user_account;

enum mq_side {
    MQ_SEND,
    MQ_RECEIVE
};

struct mq_waiter { /* on its stack */
    struct list_head link;
    struct ipc_sleeper sleeper;
    struct message *message; /* to put in, or what was got */
};

struct mqueue {
    struct inode inode; /* must be first */
    spinlock_t lock;    /* guards what follows */
    struct mq_attributes attributes;
    u64 bytes; /* of all messages */
    struct rb_root_cached messages;
    struct list_head waiters[2]; /* by enum mq_side, who goes first in front */
    struct wait_queue changed;   /* poll */
    struct pid *notify;          /* owned: the process; NULL: nobody */
    struct mq_notification how;
    struct ipc_namespace *ns;  /* borrowed; NULL once it is gone: mq_lock */
    struct user_account *user; /* owned: whose limit it counts against */
    u64 charged;               /* bytes */
};

static inline struct mqueue *mqueue_of(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct mqueue, inode);
}

extern const struct object_ops mqueue_file_ops;
void mqueue_set_up(struct mqueue *q);
void mqueue_empty(struct mqueue *q); /* nobody uses it any more */
/* The open queue of an object; NULL: it is something else. */
struct mqueue *mqueue_from_object(struct object *obj);

#endif
