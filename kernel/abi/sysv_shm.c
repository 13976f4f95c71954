/* System V shared memory. */
#include "abi/sysv_abi.h"
#include "ipc/ipc_namespace.h"
#include "ipc/shm.h"
#include "proc/auxv.h"
#include "proc/task.h"
#include "vm/address_space.h"

enum {
    SHM_LOCK = 11,
    SHM_UNLOCK,
    SHM_STAT,
    SHM_INFO,
    SHM_STAT_ANY
};

#define SHM_RDONLY 010000u
#define SHM_RND    020000u
#define SHM_REMAP  040000u
#define SHM_EXEC   0100000u

struct abi_shmid_ds {
    struct abi_ipc_perm perm;
    u64 segsz;
    s64 atime, dtime, ctime;
    s32 cpid, lpid;
    u64 nattch, unused[2];
};
ASSERT_SIZE(struct abi_shmid_ds, 112);

struct abi_shminfo {
    u64 shmmax, shmmin, shmmni, shmseg, shmall, unused[4];
};
struct abi_shm_info {
    s32 used_ids, pad;
    u64 total, resident, swapped, swap_attempts, swap_successes;
};

s64 sys_shmget(struct caller *who, const u64 *args)
{
    return shm_get(who, (s32)args[0], args[1], (u32)args[2]);
}

s64 sys_shmat(struct caller *who, const u64 *args)
{
    struct mm_limits limits = abi_mm_limits(who);
    u32 flags = (u32)args[2];
    struct shm_attach how = {
        .id = (s32)args[0],
        .address = args[1],
        .prot = flags & SHM_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE,
        .remap = flags & SHM_REMAP,
    };

    if (how.id < 0)
        return -EINVAL;
    if (how.address & ~PAGE_MASK) {
        if (!(flags & SHM_RND))
            return -EINVAL;
        how.address &= PAGE_MASK;
    }
    if (!how.address && how.remap)
        return -EINVAL;
    how.exec = flags & SHM_EXEC;
    if (how.exec || who->task->personality & READ_IMPLIES_EXEC)
        how.prot |= PROT_EXEC;
    return shm_attach(who, &limits, &how);
}

s64 sys_shmdt(struct caller *who, const u64 *args)
{
    return shm_detach(who, args[0]);
}

static s64 get_status(struct caller *who, s32 id, enum ipc_stat_how how,
                      u64 address)
{
    struct shm_status s;
    struct abi_shmid_ds ds;
    s64 result = shm_stat(who, id, how, &s);

    if (result < 0)
        return result;
    ds = (struct abi_shmid_ds){
        .perm = abi_ipc_perm(who, &s.common),
        .segsz = s.size,
        .atime = s.attached,
        .dtime = s.detached,
        .ctime = s.changed,
        .cpid = (s32)s.creator,
        .lpid = (s32)s.last,
        .nattch = s.attachments,
    };
    return user_write(who->mm, address, &ds, sizeof(ds)) ? -EFAULT : result;
}

static s64 set_status(struct caller *who, s32 id, u64 address)
{
    struct abi_shmid_ds ds;
    struct ipc_change change;

    if (user_read(who->mm, &ds, address, sizeof(ds)))
        return -EFAULT;
    change = abi_ipc_change(who, &ds.perm);
    return shm_change(who, id, &change);
}

static s64 limits_info(struct caller *who, u64 address)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct abi_shminfo i = {
        .shmmax = ns->shm_size_max,
        .shmmin = 1,
        .shmmni = (u64)ns->shm_segments_max,
        .shmseg = (u64)ns->shm_segments_max,
        .shmall = ns->shm_pages_max,
    };

    return user_write(who->mm, address, &i, sizeof(i))
               ? -EFAULT
               : ipc_max_index(ipc_table_of(ns, IPC_SHM));
}

static s64 usage_info(struct caller *who, u64 address)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct abi_shm_info i = {
        .used_ids = (s32)READ_ONCE(ns->tables[IPC_SHM].in_use),
        .total = READ_ONCE(ns->shm_pages),
        .resident = shm_resident_pages(ns),
    };

    return user_write(who->mm, address, &i, sizeof(i))
               ? -EFAULT
               : ipc_max_index(ipc_table_of(ns, IPC_SHM));
}

s64 sys_shmctl(struct caller *who, const u64 *args)
{
    s32 id = (s32)args[0];

    if (id < 0 || (s32)args[1] < 0)
        return -EINVAL;
    switch ((s32)args[1]) {
    case IPC_INFO:
        return limits_info(who, args[2]);
    case SHM_INFO:
        return usage_info(who, args[2]);
    case IPC_STAT:
        return get_status(who, id, IPC_STAT_ID, args[2]);
    case SHM_STAT:
        return get_status(who, id, IPC_STAT_INDEX, args[2]);
    case SHM_STAT_ANY:
        return get_status(who, id, IPC_STAT_ANY, args[2]);
    case IPC_SET:
        return set_status(who, id, args[2]);
    case IPC_RMID:
        return shm_remove(who, id);
    case SHM_LOCK:
    case SHM_UNLOCK:
        return shm_lock(who, id, (s32)args[1] == SHM_LOCK);
    default:
        return -EINVAL;
    }
}
