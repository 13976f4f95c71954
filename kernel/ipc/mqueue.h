/*
 * POSIX message queues.
 *
 * A queue is an inode of the namespace's mqueue file system, which can also be
 * mounted; names are its dentries. mq_open() gives an open file of it. The
 * queue's lock guards messages, waiters and who is to be notified. Messages
 * stand in a tree by priority, then arrival. One who waits for a message gets
 * it directly; one who waits for room leaves his message with his waiter, and
 * whoever makes room puts it in.
 */
#ifndef IPC_MQUEUE_H
#define IPC_MQUEUE_H

#include "ipc/message.h"
#include "lib/types.h"

struct caller;
struct file;
struct object;

#define MQ_PRIORITIES 32768

struct mq_attributes {
    s64 messages_max, size_max, messages;
};

struct mq_open {
    u32 flags; /* OPEN_READ, OPEN_WRITE, OPEN_NONBLOCK, OPEN_APPEND,
                  OPEN_CREATE, OPEN_EXCLUSIVE */
    u32 mode;  /* umask not yet applied */
    const struct mq_attributes *attributes; /* NULL: the defaults */
};
struct file *mq_open(struct caller *who, const char *name,
                     const struct mq_open *how); /* ERR_PTR */
int mq_unlink(struct caller *who, const char *name);

/* All on an open queue: -EBADF when it is something else. `deadline`: monotonic
 * ns. `data` is a user address. */
int mq_send(struct caller *who, struct object *queue, u64 data, u64 size,
            u32 priority, u64 deadline);
/* ERR_PTR; the message is the caller's to free. */
struct message *mq_receive(struct caller *who, struct object *queue, u64 size,
                           u64 deadline);
int mq_get_attributes(struct object *queue, struct mq_attributes *out);

enum mq_notify_kind { /* SIGEV_* */
    MQ_NOTIFY_SIGNAL,
    MQ_NOTIFY_NONE,
};
struct mq_notification {
    enum mq_notify_kind kind;
    s32 signo;
    u64 value;
};
/* NULL: no longer. -EBUSY: somebody else is. */
int mq_notify(struct caller *who, struct object *queue,
              const struct mq_notification *how);

#endif
