/*
 * What the System V calls share: struct ipc64_perm, commands of *ctl.
 */
#ifndef ABI_SYSV_ABI_H
#define ABI_SYSV_ABI_H

#include "abi/syscall.h"
#include "ipc/ipc_id.h"

enum {
    IPC_RMID,
    IPC_SET,
    IPC_STAT,
    IPC_INFO
};

struct abi_ipc_perm {
    s32 key;
    u32 uid, gid, cuid, cgid, mode;
    u16 seq, pad[3];
    u64 unused[2];
};
ASSERT_SIZE(struct abi_ipc_perm, 48);

static inline struct abi_ipc_perm abi_ipc_perm(const struct caller *who,
                                               const struct ipc_status *s)
{
    struct user_namespace *ns = who->cred->user_ns;

    return (struct abi_ipc_perm){
        .key = s->key,
        .uid = uid_from_kernel(ns, s->uid),
        .gid = gid_from_kernel(ns, s->gid),
        .cuid = uid_from_kernel(ns, s->cuid),
        .cgid = gid_from_kernel(ns, s->cgid),
        .mode = s->mode,
        .seq = (u16)s->sequence,
    };
}

static inline struct ipc_change abi_ipc_change(const struct caller *who,
                                               const struct abi_ipc_perm *p)
{
    return (struct ipc_change){
        .uid = uid_to_kernel(who->cred->user_ns, p->uid),
        .gid = gid_to_kernel(who->cred->user_ns, p->gid),
        .mode = p->mode,
    };
}

#endif
