#include "proc/seccomp.h"

#include <asm/abi.h>

#include "arch/arch.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exit.h"
#include "proc/ptrace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "vm/user.h"

#define SYS_SECCOMP 1
#define AUDIT_ARCH  ARCH_PICK(0xc000003eu, 0xc00000b7u)

/* Instructions of one chain, each filter counting four more. */
#define CHAIN_MAX      32768
#define FILTER_PENALTY 4

#define ERRNO_MAX 4095

/* ---------------------------------------------------------------- filters */

struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f)
{
    if (f)
        refcount_inc(&f->refs);
    return f;
}

void seccomp_filter_put(struct seccomp_filter *f)
{
    while (f && refcount_dec_and_test(&f->refs)) {
        struct seccomp_filter *previous = f->previous;

        kfree(f);
        f = previous;
    }
}

static struct seccomp_filter *use(struct seccomp_filter *f)
{
    if (f) {
        refcount_inc(&f->refs);
        atomic_inc(&f->users);
    }
    return f;
}

/* A task, or a newer filter, lets go of it. */
static void unuse(struct seccomp_filter *f)
{
    struct seccomp_filter *each = f;

    while (each && atomic_dec_return(&each->users) == 0) {
        seccomp_listener_hangup(each);
        each = each->previous;
    }
    seccomp_filter_put(f);
}

void seccomp_fork(struct task *t, struct task *parent)
{
    t->seccomp = use(parent->seccomp);
    t->seccomp_mode = parent->seccomp_mode;
    t->no_new_privs |= parent->no_new_privs;
    if (t->seccomp_mode)
        atomic_or(WORK_SECCOMP, &t->thread.head.work);
}

void seccomp_release(struct task *t)
{
    struct seccomp_filter *f;

    spin_lock_irq(&t->group->lock);
    f = t->seccomp;
    t->seccomp = NULL;
    spin_unlock_irq(&t->group->lock);
    unuse(f);
}

u32 seccomp_filter_count(struct task *t)
{
    struct seccomp_filter *f;
    u32 count = 0;

    spin_lock_irq(&t->group->lock);
    for (f = t->seccomp; f; f = f->previous)
        count++;
    spin_unlock_irq(&t->group->lock);
    return count;
}

struct seccomp_filter *seccomp_filter_at(struct task *t, u64 index)
{
    u32 count = seccomp_filter_count(t);
    struct seccomp_filter *f;

    if (index >= count)
        return NULL;
    spin_lock_irq(&t->group->lock);
    f = t->seccomp;
    for (u64 left = count - 1 - index; f && left; left--)
        f = f->previous;
    seccomp_filter_get(f);
    spin_unlock_irq(&t->group->lock);
    return f;
}

/* --------------------------------------------------------------- verdicts */

static const struct {
    u32 action;
    const char *name;
} actions[] = {
    {SECCOMP_RET_KILL_PROCESS, "kill_process"},
    {SECCOMP_RET_KILL_THREAD, "kill_thread"},
    {SECCOMP_RET_TRAP, "trap"},
    {SECCOMP_RET_ERRNO, "errno"},
    {SECCOMP_RET_USER_NOTIF, "user_notif"},
    {SECCOMP_RET_TRACE, "trace"},
    {SECCOMP_RET_LOG, "log"},
    {SECCOMP_RET_ALLOW, "allow"},
};

bool seccomp_action_known(u32 action)
{
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
        if (actions[i].action == action)
            return true;
    return false;
}

const char *seccomp_actions(void)
{
    return "kill_process kill_thread trap errno user_notif trace log allow";
}

static void fill_data(struct seccomp_data *d, const struct user_regs *regs)
{
    d->nr = (s32)arch_syscall_number(regs);
    d->arch = AUDIT_ARCH;
    d->instruction_pointer = arch_user_pc(regs);
    for (unsigned i = 0; i < 6; i++)
        d->args[i] = arch_syscall_arg(regs, i);
}

/* The strictest verdict of the chain, the newest of equals; *by gave it. */
static u32 run_filters(struct task *t, const struct seccomp_data *data,
                       struct seccomp_filter **by)
{
    u32 verdict = SECCOMP_RET_ALLOW;

    *by = NULL;
    for (struct seccomp_filter *f = t->seccomp; f; f = f->previous) {
        u32 one = bpf_run(f->program, data, sizeof(*data));

        if ((s32)(one & SECCOMP_RET_ACTION) <
            (s32)(verdict & SECCOMP_RET_ACTION)) {
            verdict = one;
            *by = f;
        }
    }
    return verdict;
}

static void report(const struct task *t, const struct seccomp_data *d,
                   const char *what)
{
    log_notice("seccomp: %s: pid %u (%s), system call %d at %#lx\n", what,
               pid_number(t->pids[PID_TASK], &pid_ns_first), t->thread.name,
               d->nr, d->instruction_pointer);
}

static void sigsys(struct signal_info *info, const struct seccomp_data *d,
                   u32 data)
{
    *info = (struct signal_info){
        .signo = SIGSYS,
        .code = SYS_SECCOMP,
        .error = (s32)data,
        .call_address = d->instruction_pointer,
        .syscall = d->nr,
        .arch = d->arch,
    };
}

/* It must not make one more step. */
static void kill(struct task *t, struct user_regs *regs,
                 const struct seccomp_data *d, u32 verdict)
{
    struct signal_info info;
    u32 live = 0;
    struct task *each;

    t->seccomp_mode = SECCOMP_MODE_DEAD;
    report(t, d, "kill");
    sigsys(&info, d, verdict & SECCOMP_RET_DATA);
    arch_syscall_rollback(regs);
    spin_lock_irq(&t->group->lock);
    list_for_each_entry (each, &t->group->threads, group_link)
        live += !(each->flags & TASK_EXITING);
    spin_unlock_irq(&t->group->lock);
    if ((verdict & SECCOMP_RET_ACTION) == SECCOMP_RET_KILL_THREAD && live > 1)
        task_exit(SIGSYS);
    signal_die(t, &info);
}

static bool deny(struct user_regs *regs, s64 result)
{
    arch_syscall_set_result(regs, result);
    if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
        atomic_or(WORK_SIGNAL, &arch_current()->work);
    return false;
}

static bool check_filters(struct task *t, struct user_regs *regs, bool again);

/* The tracer decides; what it changes is looked at again. */
static bool ask_tracer(struct task *t, struct user_regs *regs, u32 data)
{
    if (!ptrace_event_enabled(t, PTRACE_EVENT_SECCOMP))
        return deny(regs, -ENOSYS);
    ptrace_event(t, PTRACE_EVENT_SECCOMP, data);
    if (signal_is_fatal_pending(t) || (s32)arch_syscall_number(regs) < 0)
        return false;
    return check_filters(t, regs, true);
}

static bool check_filters(struct task *t, struct user_regs *regs, bool again)
{
    struct seccomp_data d;
    struct seccomp_filter *by;
    struct signal_info info;
    u32 verdict, data;
    s64 result;

    fill_data(&d, regs);
    verdict = run_filters(t, &d, &by);
    data = verdict & SECCOMP_RET_DATA;
    switch (verdict & SECCOMP_RET_ACTION) {
    case SECCOMP_RET_ALLOW:
        return true;
    case SECCOMP_RET_LOG:
        report(t, &d, "log");
        return true;
    case SECCOMP_RET_ERRNO:
        return deny(regs, -(s64)min_t(u32, data, ERRNO_MAX));
    case SECCOMP_RET_TRAP:
        arch_syscall_rollback(regs);
        sigsys(&info, &d, data);
        signal_force(t, &info);
        return false;
    case SECCOMP_RET_TRACE:
        return again || ask_tracer(t, regs, data);
    case SECCOMP_RET_USER_NOTIF:
        return seccomp_ask(t, by, &d, &result) || deny(regs, result);
    default:
        kill(t, regs, &d, verdict);
        return false;
    }
}

/* read, write, exit, rt_sigreturn */
static bool is_allowed_strictly(u64 nr)
{
    return nr == ARCH_PICK(0, 63) || nr == ARCH_PICK(1, 64) ||
           nr == ARCH_PICK(60, 93) || nr == ARCH_PICK(15, 139);
}

bool seccomp_check(struct task *t, struct user_regs *regs)
{
    if (t->trace.flags && t->trace.options & PTRACE_O_SUSPEND_SECCOMP)
        return true;
    switch (t->seccomp_mode) {
    case SECCOMP_MODE_STRICT:
        if (is_allowed_strictly(arch_syscall_number(regs)))
            return true;
        t->seccomp_mode = SECCOMP_MODE_DEAD;
        task_exit(SIGKILL);
    case SECCOMP_MODE_FILTER:
        return check_filters(t, regs, false);
    case SECCOMP_MODE_DEAD:
        task_exit(SIGKILL);
    default:
        return true;
    }
}

/* ------------------------------------------------------------- installing */

/* Group's lock held. */
static void set_mode(struct task *t, u8 mode)
{
    t->seccomp_mode = mode;
    atomic_or(WORK_SECCOMP, &t->thread.head.work);
}

static bool may_set(const struct task *t, u8 mode)
{
    return !t->seccomp_mode || t->seccomp_mode == mode;
}

int seccomp_set_strict(struct task *t)
{
    int error = -EINVAL;

    spin_lock_irq(&t->group->lock);
    if (may_set(t, SECCOMP_MODE_STRICT)) {
        set_mode(t, SECCOMP_MODE_STRICT);
        error = 0;
    }
    spin_unlock_irq(&t->group->lock);
    return error;
}

static struct seccomp_filter *copy_filter(struct caller *who, u64 program,
                                          u32 count)
{
    size_t size = count * sizeof(struct bpf_instruction);
    struct seccomp_filter *f;
    u16 *room;
    int error = -EINVAL;

    if (!count || count > BPF_INSTRUCTIONS_MAX)
        return ERR_PTR(-EINVAL);
    if (!who->task->no_new_privs && !caller_capable(who, CAP_SYS_ADMIN))
        return ERR_PTR(-EACCES);
    f = kzalloc(sizeof(*f) + size, ALLOC_KERNEL);
    room = kmalloc(count * sizeof(*room), ALLOC_KERNEL);
    if (!f || !room)
        error = -ENOMEM;
    else if (user_read(who->mm, f->program, program, size))
        error = -EFAULT;
    else if (bpf_check(f->program, count, sizeof(struct seccomp_data), room))
        error = 0;
    kfree(room);
    if (error) {
        kfree(f);
        return ERR_PTR(error);
    }
    refcount_set(&f->refs, 1);
    atomic_store(&f->users, 1);
    f->count = count;
    return f;
}

static bool is_ancestor(const struct seccomp_filter *of,
                        const struct seccomp_filter *f)
{
    if (!of)
        return true;
    for (; f; f = f->previous)
        if (f == of)
            return true;
    return false;
}

/* A thread whose chain is not part of ours, or NULL. Group's lock held. */
static struct task *cannot_follow(struct task *t)
{
    struct task *each;

    list_for_each_entry (each, &t->group->threads, group_link) {
        if (each == t || each->flags & TASK_EXITING || !each->seccomp_mode ||
            (each->seccomp_mode == SECCOMP_MODE_FILTER &&
             is_ancestor(each->seccomp, t->seccomp)))
            continue;
        return each;
    }
    return NULL;
}

/* What the other threads let go of is linked for unuse(), outside the lock. */
#define RELEASE_MAX 64

/* Every other thread gets our chain; what they had goes to `old`. Group's lock
 * held. */
static void synchronise(struct task *t)
{
    struct task *each;

    list_for_each_entry (each, &t->group->threads, group_link) {
        struct seccomp_filter *old = each->seccomp;

        if (each == t || each->flags & TASK_EXITING)
            continue;
        /* Ours descends from theirs, so theirs lives on. */
        each->seccomp = use(t->seccomp);
        if (old) {
            atomic_dec(&old->users);
            refcount_dec(&old->refs);
        }
        each->no_new_privs |= t->no_new_privs;
        if (!each->seccomp_mode)
            set_mode(each, SECCOMP_MODE_FILTER);
    }
}

static s64 attach(struct task *t, u32 flags, struct seccomp_filter *f)
{
    u64 total = f->count;
    struct task *other;

    if (!may_set(t, SECCOMP_MODE_FILTER))
        return -EINVAL;
    for (struct seccomp_filter *p = t->seccomp; p; p = p->previous) {
        total += p->count + FILTER_PENALTY;
        if (flags & SECCOMP_FILTER_NEW_LISTENER && p->notifier)
            return -EBUSY;
    }
    if (total > CHAIN_MAX)
        return -ENOMEM;
    other = flags & SECCOMP_FILTER_TSYNC ? cannot_follow(t) : NULL;
    if (other)
        return flags & SECCOMP_FILTER_TSYNC_ESRCH
                   ? -ESRCH
                   : (s64)pid_number(other->pids[PID_TASK], task_pid_ns(t));
    f->log = flags & SECCOMP_FILTER_LOG;
    f->wait_killable = flags & SECCOMP_FILTER_WAIT_KILLABLE;
    f->previous = t->seccomp; /* the reference moves along */
    t->seccomp = f;
    set_mode(t, SECCOMP_MODE_FILTER);
    if (flags & SECCOMP_FILTER_TSYNC)
        synchronise(t);
    return 0;
}

s64 seccomp_set_filter(struct caller *who, u32 flags, u64 program, u32 count)
{
    struct task *t = who->task;
    struct seccomp_filter *f = copy_filter(who, program, count);
    struct grant *listener = NULL;
    s64 result = 0;
    int fd = -1;

    if (IS_ERR(f))
        return PTR_ERR(f);
    if (flags & SECCOMP_FILTER_NEW_LISTENER) {
        fd = handle_reserve(who, 0, HANDLE_CLOEXEC);
        if (fd < 0) {
            seccomp_filter_put(f);
            return fd;
        }
        listener = seccomp_listener_create(f);
        if (IS_ERR(listener)) {
            result = PTR_ERR(listener);
            listener = NULL;
        }
    }
    /* Not while an exec by another thread is under way. */
    if (!result && flags & SECCOMP_FILTER_TSYNC &&
        mutex_lock_killable(&t->group->exec_lock))
        result = -EINTR;
    if (!result) {
        spin_lock_irq(&t->group->lock);
        result = attach(t, flags, f);
        spin_unlock_irq(&t->group->lock);
        if (flags & SECCOMP_FILTER_TSYNC)
            mutex_unlock(&t->group->exec_lock);
    }
    if (result) {
        if (listener)
            grant_put(listener);
        if (fd >= 0)
            handle_unreserve(who, fd);
        seccomp_filter_put(f);
        return result;
    }
    if (listener) {
        handle_install(who, fd, listener);
        return fd;
    }
    return 0;
}
