/* Signals. */
#include <asm/abi.h>

#include "abi/syscall.h"
#include "core/object.h"
#include "core/slab.h"
#include "core/time.h"
#include "core/wait.h"
#include "fs/procfs.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/pidfd.h"
#include "proc/siginfo_abi.h"
#include "proc/task.h"
#include "vm/address_space.h"

struct abi_sigaction { /* the kernel's, the same on both architectures */
    u64 handler, flags, restorer, mask;
};
ASSERT_SIZE(struct abi_sigaction, 32);

/* What Linux keeps of sa_flags (UAPI_SA_FLAGS); bit 0x400 and others that it
 * does not know are cleared so that programs can probe. */
#define SA_KNOWN                                                    \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | \
     SA_RESTORER | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND)

s64 sys_rt_sigaction(struct caller *who, const u64 *args)
{
    struct signal_action new, old;
    struct abi_sigaction a;
    int error;

    if (args[3] != sizeof(sigset_t))
        return -EINVAL;
    if (args[1]) {
        if (user_read(who->mm, &a, args[1], sizeof(a)))
            return -EFAULT;
        new = (struct signal_action){a.handler, a.flags & SA_KNOWN, a.restorer,
                                     a.mask};
    }
    error = signal_action(who->task, (s32)args[0], args[1] ? &new : NULL, &old);
    if (error || !args[2])
        return error;
    a = (struct abi_sigaction){old.handler, old.flags, old.restorer, old.mask};
    return user_write(who->mm, args[2], &a, sizeof(a));
}

enum {
    SIG_BLOCK,
    SIG_UNBLOCK,
    SIG_SETMASK
};

s64 sys_rt_sigprocmask(struct caller *who, const u64 *args)
{
    struct task *t = who->task;
    sigset_t old = t->signal.blocked, set;

    if (args[3] != sizeof(sigset_t))
        return -EINVAL;
    if (args[1]) {
        if (user_read64(who->mm, args[1], &set))
            return -EFAULT;
        switch ((s32)args[0]) {
        case SIG_BLOCK:
            signal_set_blocked(t, old | set);
            break;
        case SIG_UNBLOCK:
            signal_set_blocked(t, old & ~set);
            break;
        case SIG_SETMASK:
            signal_set_blocked(t, set);
            break;
        default:
            return -EINVAL;
        }
    }
    return args[2] ? user_write64(who->mm, args[2], old) : 0;
}

s64 sys_rt_sigpending(struct caller *who, const u64 *args)
{
    struct task *t = who->task;
    u64 set = (t->signal.pending.set | t->group->shared_pending.set) &
              t->signal.blocked;

    if (args[1] > sizeof(sigset_t))
        return -EINVAL;
    return user_write(who->mm, args[0], &set, args[1]);
}

s64 sys_rt_sigreturn(struct caller *who, const u64 *args)
{
    struct task *t = who->task;
    struct user_regs *regs = t->thread.head.regs;
    struct arch_signal frame = {0};

    (void)args;
    if (arch_signal_return(regs, &frame)) {
        struct signal_info info;
        signal_info_kernel(&info, SIGSEGV);
        signal_force(t, &info);
        return 0;
    }
    signal_set_blocked(t, frame.saved_mask);
    /* The frame's alternate stack, if it makes sense (sigaltstack's rules, but
     * errors do not count here). */
    if (frame.altstack_flags & SS_DISABLE)
        frame.altstack_size = 0;
    if (frame.altstack_size == 0 || frame.altstack_size >= arch_minsigstksz()) {
        t->signal.altstack_sp = frame.altstack_sp;
        t->signal.altstack_size = frame.altstack_size;
        t->signal.altstack_flags = frame.altstack_flags & SS_AUTODISARM;
    }
    arch_syscall_forget(regs);
    return arch_syscall_result(regs);
}

s64 sys_rt_sigsuspend(struct caller *who, const u64 *args)
{
    u64 set;
    int error = abi_read_sigset(who, args[0], args[1], &set);

    if (error)
        return error;
    signal_set_temporary_mask(who->task, set);
    for (;;) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (signal_is_pending(who->task))
            break;
        schedule();
    }
    thread_set_state(THREAD_RUNNING);
    return -ERESTARTNOHAND;
}

s64 sys_pause(struct caller *who, const u64 *args)
{
    (void)args;
    for (;;) {
        thread_set_state(THREAD_INTERRUPTIBLE);
        if (signal_is_pending(who->task))
            break;
        schedule();
    }
    thread_set_state(THREAD_RUNNING);
    return -ERESTARTNOHAND;
}

/* Sleep until one of `set` is there to take. */
static int wait_for_signal(struct task *t, sigset_t set, u64 deadline,
                           struct signal_info *info)
{
    sigset_t blocked = t->signal.blocked;
    int signo;

    /* While waiting the signals count as unblocked, so that they wake us. */
    t->signal.waiting_for = blocked & set;
    signal_set_blocked(t, blocked & ~set);
    thread_set_state(THREAD_INTERRUPTIBLE);
    if (!signal_is_pending(t))
        schedule_until(deadline);
    thread_set_state(THREAD_RUNNING);
    signo = signal_dequeue(t, set, info);
    /* In this order: one that comes in between must not be deadly. */
    signal_set_blocked(t, blocked);
    t->signal.waiting_for = 0;
    return signo;
}

s64 sys_rt_sigtimedwait(struct caller *who, const u64 *args)
{
    struct task *t = who->task;
    struct signal_info info;
    u64 set, timeout, deadline = WAIT_FOREVER;
    u8 out[SIGINFO_SIZE];
    int signo;
    int error = abi_read_sigset(who, args[0], args[3], &set);

    if (!error && args[2]) {
        error = abi_read_timespec(who, args[2], &timeout);
        if (!error)
            deadline = abi_deadline(timeout);
    }
    if (error)
        return error;
    set &= ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
    signo = signal_dequeue(t, set, &info);
    if (!signo && (!args[2] || timeout))
        signo = wait_for_signal(t, set, deadline, &info);
    if (!signo)
        return signal_is_pending(t) ? -EINTR : -EAGAIN;
    if (args[1]) {
        signal_info_to_abi(&info, out);
        if (user_write(who->mm, args[1], out, sizeof(out)))
            return -EFAULT;
    }
    return signo;
}

/* MINSIGSTKSZ as the kernels check it (asm/signal.h). */
#define ALTSTACK_MIN ARCH_PICK(2048u, 5120u)

struct abi_stack {
    u64 sp;
    s32 flags, pad;
    u64 size;
};
ASSERT_SIZE(struct abi_stack, 24);

s64 sys_sigaltstack(struct caller *who, const u64 *args)
{
    struct signal_state *s = &who->task->signal;
    u64 sp = arch_user_sp(who->task->thread.head.regs);
    bool on = s->altstack_size && !(s->altstack_flags & SS_AUTODISARM) &&
              sp > s->altstack_sp && sp - s->altstack_sp <= s->altstack_size;
    struct abi_stack old = {
        .sp = s->altstack_sp,
        .size = s->altstack_size,
        .flags = (s32)(s->altstack_flags | (!s->altstack_size ? SS_DISABLE
                                            : on              ? SS_ONSTACK
                                                              : 0)),
    };
    struct abi_stack new;

    if (args[0]) {
        u32 mode;
        if (user_read(who->mm, &new, args[0], sizeof(new)))
            return -EFAULT;
        if (on)
            return -EPERM;
        mode = (u32) new.flags & ~SS_AUTODISARM;
        if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
            return -EINVAL;
        if (mode == SS_DISABLE) {
            new.sp = new.size = 0;
        } else if (new.size < ALTSTACK_MIN) {
            return -ENOMEM;
        }
        s->altstack_sp = new.sp;
        s->altstack_size = new.size;
        s->altstack_flags = (u32) new.flags &SS_AUTODISARM;
    }
    return args[1] ? user_write(who->mm, args[1], &old, sizeof(old)) : 0;
}

/* ---------------------------------------------------------------- sending */

static void own_info(struct caller *who, struct signal_info *info, int signo,
                     int code)
{
    *info = (struct signal_info){
        .signo = signo,
        .code = code,
        .pid = pid_number(who->task->pids[PID_TASK]
                              ? who->task->group->leader->pids[PID_PROCESS]
                              : NULL,
                          task_pid_ns(who->task)),
        .uid = uid_from_kernel(who->cred->user_ns, who->cred->uid),
    };
}

/* The sender's ids in the receiver's namespaces. */
static void as_seen_by(struct caller *who, struct task *t,
                       struct signal_info *info)
{
    const struct cred *its;

    if (info->code == SI_TIMER || info->code == SI_SIGIO || info->code > 0)
        return;
    its = task_cred_get(t);
    info->uid = uid_from_kernel(its->user_ns,
                                uid_to_kernel(who->cred->user_ns, info->uid));
    cred_put(its);
    rcu_read_lock();
    if (!pid_number(who->task->pids[PID_TASK], task_pid_ns(t))) {
        info->pid = 0;
        info->outside = true;
    }
    rcu_read_unlock();
}

static int send_checked(struct caller *who, struct task *t,
                        const struct signal_info *info, bool thread)
{
    int error = signal_may_send(who, t, info->signo);
    struct signal_info seen;

    if (error || !info->signo)
        return error;
    seen = *info;
    as_seen_by(who, t, &seen);
    return thread ? signal_send_thread(t, &seen)
                  : signal_send_process(t, &seen);
}

struct kill_member {
    struct caller *who;
    const struct signal_info *info;
};

static int kill_member(struct task *leader, void *ctx)
{
    struct kill_member *k = ctx;

    return send_checked(k->who, leader, k->info, false);
}

/* kill(2)'s groups: every member that may be signalled. */
static int kill_group(struct caller *who, struct pid *pgrp,
                      const struct signal_info *info)
{
    struct kill_member k = {who, info};

    return pgrp ? signal_each_of_group(pgrp, kill_member, &k) : -ESRCH;
}

static int kill_all(struct caller *who, const struct signal_info *info)
{
    struct pid_namespace *ns = task_pid_ns(who->task);
    int number = 2, result = -ESRCH;
    struct pid *pid;

    /* Who is forked meanwhile has a parent with a signal, so is not. */
    rcu_read_lock();
    spin_lock(&tasklist_lock);
    for (; (pid = idr_next(&ns->pids, &number)); number++) {
        struct task *t = pid_task(pid, PID_PROCESS);
        int error;

        if (!t || t->group == who->task->group)
            continue;
        error = send_checked(who, t, info, false);
        /* Those that may not be signalled are passed over in silence. */
        if (error != -EPERM)
            result = error;
        else if (result == -ESRCH)
            result = 0;
    }
    spin_unlock(&tasklist_lock);
    rcu_read_unlock();
    return result;
}

s64 sys_kill(struct caller *who, const u64 *args)
{
    s32 pid = (s32)args[0], signo = (s32)args[1];
    struct signal_info info;
    struct pid *pgrp;
    struct task *t;
    s64 result;

    own_info(who, &info, signo, SI_USER);
    if (signo < 0 || signo > SIGNAL_COUNT)
        return -EINVAL;
    if (pid == (s32)0x80000000)
        return -ESRCH;
    if (pid == -1)
        return kill_all(who, &info);
    if (pid > 0) {
        t = task_find_process(who, pid);
        if (!t) {
            /* The number of any thread will do, for compatibility. */
            t = task_find(who, pid);
        }
        if (!t)
            return -ESRCH;
        result = send_checked(who, t->group->leader, &info, false);
        task_put(t);
        return result;
    }
    pgrp = pid ? pid_find_get(task_pid_ns(who->task), -pid)
               : pid_get(who->task->group->leader->pids[PID_GROUP]);
    result = kill_group(who, pgrp, &info);
    pid_put(pgrp);
    return result;
}

static s64 kill_thread(struct caller *who, s32 tgid, s32 tid,
                       const struct signal_info *info)
{
    struct task *t;
    s64 result = -ESRCH;

    if (info->signo < 0 || info->signo > SIGNAL_COUNT)
        return -EINVAL;
    t = task_find(who, tid);
    if (!t)
        return -ESRCH;
    if (tgid <= 0 || pid_number(t->group->leader->pids[PID_PROCESS],
                                task_pid_ns(who->task)) == (u32)tgid)
        result = send_checked(who, t, info, true);
    /* As for a process, one that has ended but still has its number takes it
     * and does nothing. */
    if (result == -ESRCH && READ_ONCE(t->exit_state) != TASK_ALIVE &&
        t->pids[PID_TASK])
        result = 0;
    task_put(t);
    return result;
}

s64 sys_tgkill(struct caller *who, const u64 *args)
{
    struct signal_info info;

    if ((s32)args[0] <= 0 || (s32)args[1] <= 0)
        return -EINVAL;
    own_info(who, &info, (s32)args[2], SI_TKILL);
    return kill_thread(who, (s32)args[0], (s32)args[1], &info);
}

s64 sys_tkill(struct caller *who, const u64 *args)
{
    struct signal_info info;

    if ((s32)args[0] <= 0)
        return -EINVAL;
    own_info(who, &info, (s32)args[1], SI_TKILL);
    return kill_thread(who, 0, (s32)args[0], &info);
}

/* A siginfo from user space must not look as if it came from the kernel, unless
 * the receiver is the sender itself. */
static int read_info(struct caller *who, u64 address, s32 signo, bool to_self,
                     struct signal_info *info)
{
    u8 in[SIGINFO_SIZE];

    if (user_read(who->mm, in, address, sizeof(in)))
        return -EFAULT;
    signal_info_from_abi(info, in);
    info->signo = signo;
    if ((info->code >= 0 || info->code == SI_TKILL) && !to_self)
        return -EPERM;
    return 0;
}

s64 sys_rt_sigqueueinfo(struct caller *who, const u64 *args)
{
    s32 pid = (s32)args[0];
    struct signal_info info;
    struct task *t = task_find_process(who, pid);
    s64 result = read_info(who, args[2], (s32)args[1],
                           t && t->group == who->task->group, &info);

    if (!result && ((s32)args[1] < 0 || (s32)args[1] > SIGNAL_COUNT))
        result = -EINVAL;
    if (!result)
        result = t ? send_checked(who, t, &info, false) : -ESRCH;
    if (t)
        task_put(t);
    return result;
}

s64 sys_rt_tgsigqueueinfo(struct caller *who, const u64 *args)
{
    struct signal_info info;
    struct task *t;
    s64 result;

    if ((s32)args[0] <= 0 || (s32)args[1] <= 0)
        return -EINVAL;
    t = task_find(who, (s32)args[1]);
    result = read_info(who, args[3], (s32)args[2],
                       t && t->group == who->task->group, &info);
    if (t)
        task_put(t);
    if (result)
        return result;
    return kill_thread(who, (s32)args[0], (s32)args[1], &info);
}

/* A process handle, or the open directory of a process below /proc: that is
 * no right to send signals, so not in capability mode. */
static struct pid *signal_target(struct caller *who, struct handle_ref *ref)
{
    if (ref->object->kind == OBJECT_PROCESS)
        return ref->grant->rights & RIGHT_SIGNAL ? pidfd_pid(ref->object)
                                                 : NULL;
    return who->flags & CALLER_CAPABILITY ? NULL
                                          : proc_directory_pid(ref->object);
}

s64 sys_pidfd_send_signal(struct caller *who, const u64 *args)
{
    struct signal_info info;
    struct handle_ref ref;
    struct task *t = NULL;
    struct pid *pid;
    s64 result;

    if (args[3])
        return -EINVAL;
    result = handle_get(who, (s32)args[0], RIGHT_NONE, &ref);
    if (result)
        return result;
    pid = signal_target(who, &ref);
    if (pid) {
        rcu_read_lock();
        t = pid_task(pid, PID_PROCESS);
        if (t && !refcount_inc_not_zero(&t->refs))
            t = NULL;
        rcu_read_unlock();
    }
    if (!pid)
        result = -EBADF;
    else if (!pid_number(pid, task_pid_ns(who->task)))
        result = -EINVAL; /* only downwards */
    else if (args[2])
        result = read_info(who, args[2], (s32)args[1],
                           t && t->group == who->task->group, &info);
    else
        own_info(who, &info, (s32)args[1], SI_USER);
    if (!result && args[2]) {
        u8 in[SIGINFO_SIZE];
        s32 given =
            user_read(who->mm, in, args[2], sizeof(in)) ? 0 : *(s32 *)in;
        if (given != (s32)args[1])
            result = -EINVAL;
    }
    if (!result && ((s32)args[1] < 0 || (s32)args[1] > SIGNAL_COUNT))
        result = -EINVAL;
    if (!result)
        result = t ? send_checked(who, t, &info, false) : -ESRCH;
    if (t)
        task_put(t);
    handle_done(&ref);
    return result;
}

s64 sys_restart_syscall(struct caller *who, const u64 *args)
{
    struct restart_block *b = &who->task->restart;

    (void)args;
    return b->fn ? b->fn(who->task, b) : -EINTR;
}
