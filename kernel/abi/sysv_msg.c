/* System V message queues. */
#include "abi/sysv_abi.h"
#include "ipc/ipc_namespace.h"
#include "ipc/msg.h"

enum {
    MSG_STAT = 11,
    MSG_INFO,
    MSG_STAT_ANY
};

struct abi_msqid_ds {
    struct abi_ipc_perm perm;
    s64 stime, rtime, ctime;
    u64 cbytes, qnum, qbytes;
    s32 lspid, lrpid;
    u64 unused[2];
};
ASSERT_SIZE(struct abi_msqid_ds, 120);

struct abi_msginfo {
    s32 msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
    u16 msgseg;
};
ASSERT_SIZE(struct abi_msginfo, 32);

s64 sys_msgget(struct caller *who, const u64 *args)
{
    return msg_get(who, (s32)args[0], (u32)args[1]);
}

s64 sys_msgsnd(struct caller *who, const u64 *args)
{
    u64 type;

    if (user_read64(who->mm, args[1], &type))
        return -EFAULT;
    return msg_send(who, (s32)args[0], (s64)type, args[1] + sizeof(type),
                    args[2], (u32)args[3]);
}

s64 sys_msgrcv(struct caller *who, const u64 *args)
{
    struct message *m =
        msg_receive(who, (s32)args[0], args[2], (s64)args[3], (u32)args[4]);
    u64 size;

    if (IS_ERR(m))
        return PTR_ERR(m);
    size = min(m->size, (size_t)args[2]);
    if (user_write64(who->mm, args[1], (u64)m->type) ||
        (size && user_write(who->mm, args[1] + sizeof(m->type), m->data, size)))
        size = (u64)-EFAULT;
    message_free(m);
    return (s64)size;
}

static s64 get_status(struct caller *who, s32 id, enum ipc_stat_how how,
                      u64 address)
{
    struct msg_status s;
    struct abi_msqid_ds ds;
    s64 result = msg_stat(who, id, how, &s);

    if (result < 0)
        return result;
    ds = (struct abi_msqid_ds){
        .perm = abi_ipc_perm(who, &s.common),
        .stime = s.sent,
        .rtime = s.received,
        .ctime = s.changed,
        .cbytes = s.bytes,
        .qnum = s.count,
        .qbytes = s.bytes_max,
        .lspid = (s32)s.sender,
        .lrpid = (s32)s.receiver,
    };
    return user_write(who->mm, address, &ds, sizeof(ds)) ? -EFAULT : result;
}

static s64 set_status(struct caller *who, s32 id, u64 address)
{
    struct abi_msqid_ds ds;
    struct ipc_change change;

    if (user_read(who->mm, &ds, address, sizeof(ds)))
        return -EFAULT;
    change = abi_ipc_change(who, &ds.perm);
    return msg_change(who, id, &change, ds.qbytes);
}

static s64 info(struct caller *who, bool used, u64 address)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct abi_msginfo i = {
        .msgpool = 512000, /* constants of Linux's uapi/linux/msg.h */
        .msgmap = 16384,
        .msgmax = ns->msg_size_max,
        .msgmnb = ns->msg_queue_bytes,
        .msgmni = ns->msg_queues_max,
        .msgssz = 16,
        .msgtql = 16384,
        .msgseg = 0xffff,
    };
    s32 highest = ipc_max_index(ipc_table_of(ns, IPC_MSG));

    if (used) {
        i.msgpool = (s32)READ_ONCE(ns->tables[IPC_MSG].in_use);
        i.msgmap = (s32)atomic64_load(&ns->msg_count);
        i.msgtql = (s32)atomic64_load(&ns->msg_bytes);
    }
    return user_write(who->mm, address, &i, sizeof(i)) ? -EFAULT : highest;
}

s64 sys_msgctl(struct caller *who, const u64 *args)
{
    s32 id = (s32)args[0];

    if (id < 0 || (s32)args[1] < 0)
        return -EINVAL;
    switch ((s32)args[1]) {
    case IPC_INFO:
    case MSG_INFO:
        return info(who, (s32)args[1] == MSG_INFO, args[2]);
    case IPC_STAT:
        return get_status(who, id, IPC_STAT_ID, args[2]);
    case MSG_STAT:
        return get_status(who, id, IPC_STAT_INDEX, args[2]);
    case MSG_STAT_ANY:
        return get_status(who, id, IPC_STAT_ANY, args[2]);
    case IPC_SET:
        return set_status(who, id, args[2]);
    case IPC_RMID:
        return msg_remove(who, id);
    default:
        return -EINVAL;
    }
}
