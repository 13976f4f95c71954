/* System V semaphores. */
#include <asm/abi.h>

#include "abi/sysv_abi.h"
#include "core/slab.h"
#include "core/wait.h"
#include "ipc/ipc_namespace.h"
#include "ipc/sem.h"

enum {
    GETPID = 11,
    GETVAL,
    GETALL,
    GETNCNT,
    GETZCNT,
    SETVAL,
    SETALL,
    SEM_STAT,
    SEM_INFO,
    SEM_STAT_ANY
};

/* struct semid64_ds has room for 32-bit times on one architecture. */
#define TIME_WORDS ARCH_PICK(2, 1)
struct abi_semid_ds {
    struct abi_ipc_perm perm;
    s64 otime[TIME_WORDS], ctime[TIME_WORDS];
    u64 nsems, unused[2];
};
ASSERT_SIZE(struct abi_semid_ds, ARCH_PICK(104, 88));
ASSERT_SIZE(struct sem_operation, 6);

struct abi_seminfo {
    s32 semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx,
        semaem;
};

s64 sys_semget(struct caller *who, const u64 *args)
{
    return sem_get(who, (s32)args[0], (s32)args[1], (u32)args[2]);
}

static s64 operate(struct caller *who, const u64 *args, u64 deadline)
{
    struct sem_operation few[8], *ops = few;
    u32 count = (u32)args[2];
    s64 result = -EFAULT;

    if (count > (u32)READ_ONCE(ipc_namespace_of(who)->sem_ops_max))
        return -E2BIG;
    if (!count)
        return -EINVAL;
    if (count > ARRAY_SIZE(few)) {
        ops = kmalloc_array(count, sizeof(*ops), ALLOC_KERNEL);
        if (!ops)
            return -ENOMEM;
    }
    if (!user_read(who->mm, ops, args[1], count * sizeof(*ops)))
        result = sem_operate(who, (s32)args[0], ops, count, deadline);
    if (ops != few)
        kfree(ops);
    return result;
}

s64 sys_semop(struct caller *who, const u64 *args)
{
    return operate(who, args, WAIT_FOREVER);
}

s64 sys_semtimedop(struct caller *who, const u64 *args)
{
    struct abi_timespec ts;
    u64 ns;
    int error;

    if (!args[3])
        return operate(who, args, WAIT_FOREVER);
    if (user_read(who->mm, &ts, args[3], sizeof(ts)))
        return -EFAULT;
    error = abi_read_timespec(who, args[3], &ns);
    if (error == -EINVAL) {
        /* The operations are looked at before the time is. */
        u32 count = (u32)args[2];
        u8 last;

        if (count > (u32)READ_ONCE(ipc_namespace_of(who)->sem_ops_max))
            return -E2BIG;
        if (count &&
            user_read(who->mm, &last,
                      args[1] + count * sizeof(struct sem_operation) - 1, 1))
            return -EFAULT;
    }
    return error ? error : operate(who, args, abi_deadline(ns));
}

static s64 get_status(struct caller *who, s32 id, enum ipc_stat_how how,
                      u64 address)
{
    struct sem_status s;
    struct abi_semid_ds ds;
    s64 result = sem_stat(who, id, how, &s);

    if (result < 0)
        return result;
    ds = (struct abi_semid_ds){
        .perm = abi_ipc_perm(who, &s.common),
        .otime = {s.operated},
        .ctime = {s.changed},
        .nsems = s.count,
    };
    return user_write(who->mm, address, &ds, sizeof(ds)) ? -EFAULT : result;
}

static s64 set_status(struct caller *who, s32 id, u64 address)
{
    struct abi_semid_ds ds;
    struct ipc_change change;

    if (user_read(who->mm, &ds, address, sizeof(ds)))
        return -EFAULT;
    change = abi_ipc_change(who, &ds.perm);
    return sem_change(who, id, &change);
}

static s64 info(struct caller *who, bool used, u64 address)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    struct abi_seminfo i = {
        .semmap = 1024000000, /* constants of Linux's uapi/linux/sem.h */
        .semmni = ns->sem_sets_max,
        .semmns = ns->sem_total_max,
        .semmnu = 1024000000,
        .semmsl = ns->sem_per_set,
        .semopm = ns->sem_ops_max,
        .semume = 500,
        .semusz = 20,
        .semvmx = SEM_VALUE_MAX,
        .semaem = SEM_VALUE_MAX,
    };
    s32 highest = ipc_max_index(ipc_table_of(ns, IPC_SEM));

    if (used) {
        i.semusz = (s32)READ_ONCE(ns->tables[IPC_SEM].in_use);
        i.semaem = (s32)READ_ONCE(ns->semaphores);
    }
    return user_write(who->mm, address, &i, sizeof(i)) ? -EFAULT : highest;
}

static s64 all_values(struct caller *who, s32 id, bool write, u64 address)
{
    struct sem_set *set = sem_set_get(who, id, write);
    u16 *values;
    size_t size;
    s64 error;

    if (IS_ERR(set))
        return PTR_ERR(set);
    size = sem_set_count(set) * sizeof(*values);
    values = kmalloc(size, ALLOC_KERNEL);
    if (!values)
        error = -ENOMEM;
    else if (write)
        error = user_read(who->mm, values, address, size);
    else
        error = sem_set_read(set, values);
    if (!error)
        error = write ? sem_set_write(who, set, values)
                      : user_write(who->mm, address, values, size);
    kfree(values);
    sem_set_put(set);
    return error;
}

s64 sys_semctl(struct caller *who, const u64 *args)
{
    s32 id = (s32)args[0], number = (s32)args[1];
    u64 arg = args[3];

    if (id < 0)
        return -EINVAL;
    switch ((s32)args[2]) {
    case IPC_INFO:
    case SEM_INFO:
        return info(who, (s32)args[2] == SEM_INFO, arg);
    case IPC_STAT:
        return get_status(who, id, IPC_STAT_ID, arg);
    case SEM_STAT:
        return get_status(who, id, IPC_STAT_INDEX, arg);
    case SEM_STAT_ANY:
        return get_status(who, id, IPC_STAT_ANY, arg);
    case IPC_SET:
        return set_status(who, id, arg);
    case IPC_RMID:
        return sem_remove(who, id);
    case GETVAL:
        return sem_ask(who, id, number, SEM_VALUE);
    case GETPID:
        return sem_ask(who, id, number, SEM_PROCESS);
    case GETNCNT:
        return sem_ask(who, id, number, SEM_WAIT_MORE);
    case GETZCNT:
        return sem_ask(who, id, number, SEM_WAIT_ZERO);
    case SETVAL:
        return sem_set_value(who, id, number, (s32)arg);
    case GETALL:
    case SETALL:
        return all_values(who, id, (s32)args[2] == SETALL, arg);
    default:
        return -EINVAL;
    }
}
