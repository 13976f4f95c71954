/*
 * Messages of System V and POSIX queues: a kind or priority, and bytes.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include "lib/list.h"
#include "lib/rbtree.h"
#include "lib/types.h"

struct address_space;

struct message {
    union {
        struct list_head link; /* System V: in order of arrival */
        struct rb_node node;   /* POSIX: by priority, then arrival */
    };
    s64 type; /* or priority */
    size_t size;
    u8 data[];
};

/* From user memory; ERR_PTR(-ENOMEM, -EFAULT). */
struct message *message_load(struct address_space *mm, u64 address, size_t size,
                             s64 type);
void message_free(struct message *m); /* NULL is fine; may sleep */

#endif
