/* Making, replacing, ending and waiting for processes. */
#include "abi/syscall.h"
#include "core/object.h"
#include "core/plant.h"
#include "core/slab.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/exec.h"
#include "proc/pid.h"
#include "proc/pidfd.h"
#include "proc/task.h"

#include <asm/abi.h>

/* ------------------------------------------------------------------ clone */

s64 sys_fork(struct caller *who, const u64 *args)
{
    struct clone_args a = {.exit_signal = SIGCHLD};

    (void)args;
    return task_clone(who->task, &a);
}

s64 sys_vfork(struct caller *who, const u64 *args)
{
    struct clone_args a = {.flags = CLONE_VFORK | CLONE_VM,
                           .exit_signal = SIGCHLD};

    (void)args;
    return task_clone(who->task, &a);
}

s64 sys_clone(struct caller *who, const u64 *args)
{
    struct clone_args a = {
        .flags = (u32)args[0] & ~CSIGNAL,
        .exit_signal = args[0] & CSIGNAL,
        .stack = args[1],
        .parent_tid = args[2],
        .pidfd = args[2],
        .child_tid = args[ARCH_PICK(3, 4)],
        .tls = args[ARCH_PICK(4, 3)],
    };

    /* Both use the third argument. */
    if (a.flags & CLONE_PIDFD && a.flags & CLONE_PARENT_SETTID)
        return -EINVAL;
    return task_clone(who->task, &a);
}

struct abi_clone_args { /* uapi/linux/sched.h, CLONE_ARGS_SIZE_VER2 */
    u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size,
        tls, set_tid, set_tid_size, cgroup;
};
ASSERT_SIZE(struct abi_clone_args, 88);
#define CLONE_ARGS_SIZE_0 64

static int check_clone3(struct caller *who, const struct abi_clone_args *u)
{
    if (u->set_tid_size > PID_LEVELS_MAX || (!u->set_tid && u->set_tid_size) ||
        (u->set_tid && !u->set_tid_size))
        return -EINVAL;
    if (u->exit_signal & ~CSIGNAL || u->exit_signal > SIGNAL_COUNT)
        return -EINVAL;
    /* No handle refers to a control group. */
    if (u->flags & CLONE_INTO_CGROUP)
        return u->cgroup > 0x7fffffff ? -EINVAL : -EBADF;
    if (u->flags & ~(0xffffffffULL | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP) ||
        u->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
        return -EINVAL;
    if (u->flags & (CLONE_THREAD | CLONE_PARENT) && u->exit_signal)
        return -EINVAL;
    if ((u->flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) ==
        (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
        return -EINVAL;
    if (!u->stack != !u->stack_size)
        return -EINVAL;
    if (u->stack && !arch_user_range_ok(u->stack, u->stack_size))
        return -EINVAL;
    if (u->set_tid_size && !caller_capable(who, CAP_SYS_ADMIN) &&
        !caller_capable(who, CAP_CHECKPOINT_RESTORE))
        return -EPERM;
    return 0;
}

s64 sys_clone3(struct caller *who, const u64 *args)
{
    struct abi_clone_args u;
    s32 tids[PID_LEVELS_MAX];
    u64 size = args[1];
    int error;

    if (size > PAGE_SIZE)
        return -E2BIG;
    if (size < CLONE_ARGS_SIZE_0)
        return -EINVAL;
    error = abi_read_extensible(who, &u, sizeof(u), args[0], size);
    if (!error)
        error = check_clone3(who, &u);
    if (error)
        return error;
    if (u.set_tid_size &&
        user_read(who->mm, tids, u.set_tid, u.set_tid_size * sizeof(s32)))
        return -EFAULT;
    for (u32 i = 0; i < u.set_tid_size; i++) {
        if (tids[i] < 1)
            return -EINVAL;
    }
    struct clone_args a = {
        .flags = u.flags,
        .exit_signal = u.exit_signal,
        .stack = u.stack ? u.stack + u.stack_size : 0,
        .tls = u.tls,
        .parent_tid = u.parent_tid,
        .child_tid = u.child_tid,
        .pidfd = u.pidfd,
        .set_tid = tids,
        .set_tid_count = u.set_tid_size,
    };
    return task_clone(who->task, &a);
}

/* ------------------------------------------------------------------- exec */

static s64 exec_path(struct caller *who, int dirfd, u64 path, u64 argv,
                     u64 envp, u32 flags)
{
    struct exec_args a = {
        .dirfd = dirfd, .flags = flags, .argv = argv, .envp = envp};
    char *name = page_alloc_kernel(0, ALLOC_KERNEL);
    s64 result;

    if (!name)
        return -ENOMEM;
    result = user_read_string(who->mm, name, path, PAGE_SIZE);
    if (result == 0 && !(flags & 0x1000))
        result = -ENOENT;
    if (result >= 0) {
        a.path = name;
        result = task_exec(who->task, &a);
    }
    page_free_kernel(name, 0);
    return result;
}

s64 sys_execve(struct caller *who, const u64 *args)
{
    return exec_path(who, AT_FDCWD_ABI, args[0], args[1], args[2], 0);
}

#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EMPTY_PATH       0x1000

s64 sys_execveat(struct caller *who, const u64 *args)
{
    if (args[4] & ~(u64)(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
        return -EINVAL;
    return exec_path(who, (int)args[0], args[1], args[2], args[3], args[4]);
}

/* ------------------------------------------------------------- exit, wait */

s64 sys_exit(struct caller *who, const u64 *args)
{
    (void)who;
    task_exit((args[0] & 0xff) << 8);
}

s64 sys_exit_group(struct caller *who, const u64 *args)
{
    (void)who;
    task_exit_group((args[0] & 0xff) << 8);
}

struct abi_rusage {
    struct abi_timeval user, system;
    s64 max_rss, ix_rss, id_rss, is_rss, min_faults, maj_faults, swaps,
        in_blocks, out_blocks, sent, received, signals, voluntary, involuntary;
};
ASSERT_SIZE(struct abi_rusage, 144);

static int write_rusage(struct caller *who, u64 address, const struct usage *u)
{
    struct abi_rusage r = {
        .user = {u->user_ns / NS_PER_SEC, u->user_ns % NS_PER_SEC / 1000},
        .system = {u->system_ns / NS_PER_SEC, u->system_ns % NS_PER_SEC / 1000},
        .max_rss = u->max_rss_kib,
        .min_faults = u->min_faults,
        .maj_faults = u->maj_faults,
        .in_blocks = u->in_blocks,
        .out_blocks = u->out_blocks,
        .voluntary = u->voluntary,
        .involuntary = u->involuntary,
    };

    return user_write(who->mm, address, &r, sizeof(r));
}

/* The pid argument of wait4: which children. `*found` is referenced. */
static void select_children(struct caller *who, s32 pid, struct wait_args *a,
                            struct pid **found)
{
    struct pid_namespace *ns = task_pid_ns(who->task);

    *found = NULL;
    if (pid == -1) {
        a->kind = WAIT_ANY;
    } else if (pid < 0) {
        a->kind = WAIT_GROUP;
        *found = pid_find_get(ns, -pid);
    } else if (pid == 0) {
        a->kind = WAIT_GROUP;
        *found = pid_get(who->task->group->leader->pids[PID_GROUP]);
    } else {
        a->kind = WAIT_PROCESS;
        *found = pid_find_get(ns, pid);
    }
    a->pid = *found;
}

s64 sys_wait4(struct caller *who, const u64 *args)
{
    struct wait_args a = {.options = (u32)args[2] | WAIT_EXITED};
    struct wait_result r;
    struct pid *pid;
    s32 number = (s32)args[0];
    s64 result;

    if ((u32)args[2] & ~(WAIT_NO_HANG | WAIT_STOPPED | WAIT_CONTINUED |
                         WAIT_NO_THREAD | WAIT_CLONE | WAIT_ALL_KINDS))
        return -EINVAL;
    if (number == (s32)0x80000000)
        return -ESRCH;
    select_children(who, number, &a, &pid);
    result = task_wait(who->task, &a, &r);
    pid_put(pid);
    if (result <= 0)
        return result;
    if (args[1] && user_write32(who->mm, args[1], r.status))
        return -EFAULT;
    if (args[3] && write_rusage(who, args[3], &r.usage))
        return -EFAULT;
    return result;
}

enum {
    P_ALL,
    P_PID,
    P_PGID,
    P_PIDFD
};

static int select_by_id(struct caller *who, u32 type, s32 id,
                        struct wait_args *a, struct pid **found)
{
    struct pid_namespace *ns = task_pid_ns(who->task);
    struct handle_ref ref;
    int error;

    *found = NULL;
    switch (type) {
    case P_ALL:
        a->kind = WAIT_ANY;
        return 0;
    case P_PID:
        a->kind = WAIT_PROCESS;
        if (id <= 0)
            return -EINVAL;
        *found = pid_find_get(ns, id);
        break;
    case P_PGID:
        a->kind = WAIT_GROUP;
        if (id < 0)
            return -EINVAL;
        *found = id ? pid_find_get(ns, id)
                    : pid_get(who->task->group->leader->pids[PID_GROUP]);
        break;
    case P_PIDFD:
        a->kind = WAIT_PROCESS;
        if (id < 0)
            return -EINVAL;
        error = handle_get(who, id, RIGHT_WAIT, &ref);
        if (error)
            return error;
        *found = pid_get(pidfd_pid(ref.object));
        if (*found && atomic_load(&ref.object->flags) & OBJ_NONBLOCK)
            a->options |= WAIT_NO_HANG;
        handle_done(&ref);
        if (!*found)
            return -EBADF;
        break;
    default:
        return -EINVAL;
    }
    a->pid = *found;
    return 0;
}

/* waitid's siginfo: 0 everywhere but these when a child was found. */
static int write_child_info(struct caller *who, u64 address,
                            const struct wait_result *r, bool found)
{
    struct {
        s32 signo, error, code, pad, pid;
        u32 uid;
        s32 status;
    } info = {0};

    if (found) {
        info.signo = SIGCHLD;
        info.code = r->code;
        info.pid = r->pid;
        info.uid = r->uid;
        if (r->code == CLD_EXITED || r->code == CLD_STOPPED)
            info.status = r->status >> 8 & 0xff;
        else if (r->code == CLD_TRAPPED) /* with the event */
            info.status = r->status >> 8;
        else if (r->code == CLD_CONTINUED)
            info.status = SIGCONT;
        else
            info.status = r->status & 0x7f;
    }
    return user_write(who->mm, address, &info, sizeof(info));
}

s64 sys_waitid(struct caller *who, const u64 *args)
{
    struct wait_args a = {.options = (u32)args[3]};
    struct wait_result r;
    struct pid *pid;
    s64 result;
    bool nonblocking;

    if (a.options &
            ~(WAIT_NO_HANG | WAIT_NO_REAP | WAIT_EXITED | WAIT_STOPPED |
              WAIT_CONTINUED | WAIT_NO_THREAD | WAIT_CLONE | WAIT_ALL_KINDS) ||
        !(a.options & (WAIT_EXITED | WAIT_STOPPED | WAIT_CONTINUED)))
        return -EINVAL;
    result = select_by_id(who, (u32)args[0], (s32)args[1], &a, &pid);
    if (result)
        return result;
    /* A non-blocking pidfd says EAGAIN rather than 0. */
    nonblocking = a.options & WAIT_NO_HANG && !(args[3] & WAIT_NO_HANG);
    result = task_wait(who->task, &a, &r);
    pid_put(pid);
    if (PLANTED(PLANT_WAIT_PID))
        pid_put(pid);
    if (result < 0)
        return result;
    if (result == 0 && nonblocking)
        return -EAGAIN;
    if (result > 0 && args[4] && write_rusage(who, args[4], &r.usage))
        return -EFAULT;
    if (args[2] && write_child_info(who, args[2], &r, result > 0))
        return -EFAULT;
    return 0;
}

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1

s64 sys_getrusage(struct caller *who, const u64 *args)
{
    struct usage u;

    switch ((s32)args[0]) {
    case RUSAGE_SELF:
        task_usage(who->task, USAGE_PROCESS, &u);
        break;
    case RUSAGE_CHILDREN:
        task_usage(who->task, USAGE_CHILDREN, &u);
        break;
    case RUSAGE_THREAD:
        task_usage(who->task, USAGE_THREAD, &u);
        break;
    default:
        return -EINVAL;
    }
    return write_rusage(who, args[1], &u);
}

s64 sys_times(struct caller *who, const u64 *args)
{
    const u64 tick = NS_PER_SEC / 100;
    struct usage own, children;
    s64 out[4];

    if (args[0]) {
        task_usage(who->task, USAGE_PROCESS, &own);
        task_usage(who->task, USAGE_CHILDREN, &children);
        out[0] = own.user_ns / tick;
        out[1] = own.system_ns / tick;
        out[2] = children.user_ns / tick;
        out[3] = children.system_ns / tick;
        if (user_write(who->mm, args[0], out, sizeof(out)))
            return -EFAULT;
    }
    return time_boottime() / tick;
}

/* ------------------------------------------------------------------ pidfds */

#define PIDFD_NONBLOCK 04000

s64 sys_pidfd_open(struct caller *who, const u64 *args)
{
    s32 number = (s32)args[0];
    struct pid *pid;
    struct grant *g;
    bool leader;

    if (args[1] & ~(u64)PIDFD_NONBLOCK || number <= 0)
        return -EINVAL;
    pid = pid_find_get(task_pid_ns(who->task), number);
    if (!pid)
        return -ESRCH;
    rcu_read_lock();
    leader = pid_task(pid, PID_PROCESS) != NULL;
    rcu_read_unlock();
    if (!leader) {
        pid_put(pid);
        return -EINVAL;
    }
    g = pidfd_create(pid, args[1] & PIDFD_NONBLOCK ? OBJ_NONBLOCK : 0);
    pid_put(pid);
    if (IS_ERR(g))
        return PTR_ERR(g);
    return handle_add(who, g, HANDLE_CLOEXEC);
}

s64 sys_pidfd_getfd(struct caller *who, const u64 *args)
{
    struct handle_ref ref, theirs;
    struct task *t = NULL;
    struct pid *pid;
    s64 result;

    if (args[2])
        return -EINVAL;
    result = handle_get(who, (s32)args[0], RIGHT_INSPECT, &ref);
    if (result)
        return result;
    pid = pidfd_pid(ref.object);
    if (pid) {
        rcu_read_lock();
        t = pid_task(pid, PID_PROCESS);
        if (t && !refcount_inc_not_zero(&t->refs))
            t = NULL;
        rcu_read_unlock();
    }
    handle_done(&ref);
    if (!pid)
        return -EBADF;
    if (!t)
        return -ESRCH;
    result = task_access_begin(who, t, TASK_ACCESS_ATTACH);
    if (!result) {
        struct caller other = *who;
        other.handles = task_handles_get(t);
        result = other.handles
                     ? handle_get(&other, (s32)args[1], RIGHT_NONE, &theirs)
                     : -ESRCH;
        task_access_end(t);
        if (!result) {
            result = handle_add(who, grant_get(theirs.grant), HANDLE_CLOEXEC);
            handle_done(&theirs);
        }
        if (other.handles)
            handle_table_put(other.handles, who);
    }
    task_put(t);
    return result;
}
