/* futex and its relatives. */
#include "abi/syscall.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "proc/clock.h"
#include "proc/futex.h"
#include "proc/pid.h"
#include "proc/rseq.h"
#include "proc/task.h"

enum {
    FUTEX_WAIT,
    FUTEX_WAKE,
    FUTEX_FD,
    FUTEX_REQUEUE,
    FUTEX_CMP_REQUEUE,
    FUTEX_WAKE_OP,
    FUTEX_LOCK_PI,
    FUTEX_UNLOCK_PI,
    FUTEX_TRYLOCK_PI,
    FUTEX_WAIT_BITSET,
    FUTEX_WAKE_BITSET,
    FUTEX_WAIT_REQUEUE_PI,
    FUTEX_CMP_REQUEUE_PI,
    FUTEX_LOCK_PI2,
};
#define FUTEX_PRIVATE_FLAG   128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_CMD_MASK       ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)

static s64 wait_restart(struct task *t, struct restart_block *b)
{
    s64 result = futex_wait(&t->caller, b->args[0], b->args[1], (u32)b->args[2],
                            b->args[3], (u32)b->args[4]);

    return result == -ERESTARTSYS ? -ERESTART_RESTARTBLOCK : result;
}

static s64 wait(struct caller *who, u64 word, bool shared, u32 expected,
                u64 deadline, u32 bitset)
{
    s64 result = futex_wait(who, word, shared, expected, deadline, bitset);
    struct restart_block *b = &who->task->restart;

    if (result != -ERESTARTSYS || deadline == WAIT_FOREVER)
        return result;
    /* With a timeout it goes on until the same deadline. */
    *b = (struct restart_block){
        .fn = wait_restart,
        .args = {word, shared, expected, deadline, bitset},
    };
    return -ERESTART_RESTARTBLOCK;
}

/* The timeout argument: relative for FUTEX_WAIT, else absolute. */
static int read_deadline(struct caller *who, u64 address, u32 op, u64 *deadline)
{
    u32 command = op & FUTEX_CMD_MASK;
    u64 ns;
    int error;

    *deadline = WAIT_FOREVER;
    if (!address)
        return 0;
    error = abi_read_timespec(who, address, &ns);
    if (error)
        return error;
    if (command == FUTEX_WAIT)
        *deadline = abi_deadline(ns);
    else if (op & FUTEX_CLOCK_REALTIME || command == FUTEX_LOCK_PI)
        *deadline = clock_to_timer_base(who, CLOCK_REALTIME, ns);
    else
        *deadline = clock_to_timer_base(who, CLOCK_MONOTONIC, ns);
    return 0;
}

s64 sys_futex(struct caller *who, const u64 *args)
{
    u64 word = args[0], word2 = args[4], deadline;
    u32 op = (u32)args[1], value = (u32)args[2], value2 = (u32)args[3],
        value3 = (u32)args[5];
    u32 command = op & FUTEX_CMD_MASK;
    bool shared = !(op & FUTEX_PRIVATE_FLAG);
    int error;

    if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET &&
        command != FUTEX_LOCK_PI2 && command != FUTEX_WAIT_REQUEUE_PI)
        return -ENOSYS;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        error = read_deadline(who, args[3], op, &deadline);
        if (error)
            return error;
        return wait(who, word, shared, value, deadline,
                    command == FUTEX_WAIT ? FUTEX_BITSET_ALL : value3);
    case FUTEX_WAKE:
        return futex_wake(who, word, shared, value, FUTEX_BITSET_ALL);
    case FUTEX_WAKE_BITSET:
        return futex_wake(who, word, shared, value, value3);
    case FUTEX_REQUEUE:
        return futex_requeue(who, word, shared, value, value2, word2, false, 0);
    case FUTEX_CMP_REQUEUE:
        return futex_requeue(who, word, shared, value, value2, word2, true,
                             value3);
    case FUTEX_WAKE_OP:
        return futex_wake_op(who, word, shared, value, value2, word2, value3);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        error = read_deadline(who, args[3], op, &deadline);
        if (error)
            return error;
        return futex_lock_pi(who, word, shared, deadline, false);
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(who, word, shared, WAIT_FOREVER, true);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(who, word, shared);
    case FUTEX_WAIT_REQUEUE_PI:
        error = read_deadline(who, args[3], op, &deadline);
        if (error)
            return error;
        return futex_wait_requeue_pi(who, word, shared, value, deadline, word2);
    case FUTEX_CMP_REQUEUE_PI:
        return futex_requeue_pi(who, word, shared, value, value2, word2,
                                value3);
    default:
        return -ENOSYS;
    }
}

struct abi_futex_waitv {
    u64 value, word;
    u32 flags, reserved;
};
#define FUTEX_WAITV_MAX 128
#define FUTEX_32        2u
#define FUTEX2_PRIVATE  128u

static int read_waiters(struct caller *who, u64 address, u32 count,
                        struct futex_wait_one *out)
{
    for (u32 i = 0; i < count; i++) {
        struct abi_futex_waitv u;

        if (user_read(who->mm, &u, address + i * sizeof(u), sizeof(u)))
            return -EFAULT;
        if (u.flags & ~(FUTEX_32 | FUTEX2_PRIVATE) || u.reserved ||
            !(u.flags & FUTEX_32))
            return -EINVAL;
        out[i] = (struct futex_wait_one){u.word, (u32)u.value,
                                         !(u.flags & FUTEX2_PRIVATE)};
    }
    return 0;
}

s64 sys_futex_waitv(struct caller *who, const u64 *args)
{
    struct futex_wait_one *all;
    u64 deadline = WAIT_FOREVER;
    u32 count = (u32)args[1];
    s64 result;

    if (args[2] || !count || count > FUTEX_WAITV_MAX || !args[0])
        return -EINVAL;
    if (args[3]) {
        if ((s32)args[4] != CLOCK_REALTIME && (s32)args[4] != CLOCK_MONOTONIC)
            return -EINVAL;
        result = abi_read_timespec(who, args[3], &deadline);
        if (result)
            return result;
        deadline = clock_to_timer_base(who, (s32)args[4], deadline);
    }
    all = kmalloc_array(count, sizeof(*all), ALLOC_KERNEL);
    if (!all)
        return -ENOMEM;
    result = read_waiters(who, args[0], count, all);
    if (!result)
        result = futex_wait_many(who, all, count, deadline);
    kfree(all);
    return result;
}

s64 sys_set_robust_list(struct caller *who, const u64 *args)
{
    if (args[1] != 24)
        return -EINVAL;
    who->task->robust_list = args[0];
    return 0;
}

s64 sys_get_robust_list(struct caller *who, const u64 *args)
{
    struct task *t;
    u64 head;
    int error = 0;

    if ((s32)args[0]) {
        t = task_find(who, (s32)args[0]);
        if (!t)
            return -ESRCH;
        error = task_access_begin(who, t, TASK_ACCESS_READ);
        head = t->robust_list;
        if (!error)
            task_access_end(t);
        task_put(t);
    } else {
        head = who->task->robust_list;
    }
    if (error)
        return error;
    if (user_write64(who->mm, args[2], 24))
        return -EFAULT;
    return user_write64(who->mm, args[1], head);
}

s64 sys_rseq(struct caller *who, const u64 *args)
{
    return rseq_register(who->task, args[0], (u32)args[1], (u32)args[2],
                         (u32)args[3]);
}

s64 sys_set_tid_address(struct caller *who, const u64 *args)
{
    who->task->clear_child_tid = args[0];
    return pid_number(who->task->pids[PID_TASK], task_pid_ns(who->task));
}
