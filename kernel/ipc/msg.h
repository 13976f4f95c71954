/*
 * System V message queues.
 *
 * A queue is an ipc_object, whose lock guards it. A message that someone waits
 * for goes to him directly; senders that find the queue full sleep and try
 * again, in the order of arrival.
 */
#ifndef IPC_MSG_H
#define IPC_MSG_H

#include "ipc/ipc_id.h"
#include "ipc/message.h"

#define MSG_NOERROR 010000u
#define MSG_EXCEPT  020000u
#define MSG_COPY    040000u

s64 msg_get(struct caller *who, s32 key, u32 flags);
/* `text` is a user address. -ERESTARTNOHAND: interrupted. */
int msg_send(struct caller *who, s32 id, s64 type, u64 text, u64 size,
             u32 flags);
/* The message is the caller's to free, or, with MSG_COPY, too. ERR_PTR. */
struct message *msg_receive(struct caller *who, s32 id, u64 size, s64 type,
                            u32 flags);

struct msg_status {
    struct ipc_status common;
    s64 sent, received, changed; /* seconds since 1970 */
    u64 bytes, count, bytes_max;
    u32 sender, receiver; /* process numbers for the caller */
};
s64 msg_stat(struct caller *who, s32 id, enum ipc_stat_how how,
             struct msg_status *out);
int msg_change(struct caller *who, s32 id, const struct ipc_change *change,
               u64 bytes_max);
int msg_remove(struct caller *who, s32 id);

#endif
