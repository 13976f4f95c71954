/* clone, fork, vfork: a new task from a running one. */
#include "arch/arch.h"
#include "core/account.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/exit.h"
#include "proc/pid_internal.h"
#include "proc/pidfd.h"
#include "proc/posix_timer.h"
#include "proc/ptrace.h"
#include "proc/seccomp.h"
#include "proc/signal_internal.h"
#include "proc/task_internal.h"
#include "proc/user_account.h"
#include "proc/user_namespace.h"
#include "vm/address_space.h"
#include "vm/user.h"

u32 task_limit = ~0u; /* /proc/sys/kernel/threads-max; set from RAM at start */
static atomic_t task_count;

u32 task_total(void)
{
    return atomic_load(&task_count);
}

/* Everything that can be seen to be wrong without doing anything; the order is
 * copy_process()'s of Linux. */
static int check_flags(struct task *parent, const struct clone_args *a)
{
    u64 f = a->flags;

    if ((f & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
        (f & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
        return -EINVAL;
    if ((f & (CLONE_NEWIPC | CLONE_SYSVSEM)) == (CLONE_NEWIPC | CLONE_SYSVSEM))
        return -EINVAL;
    if (f & CLONE_THREAD && !(f & CLONE_SIGHAND))
        return -EINVAL;
    if (f & CLONE_SIGHAND && !(f & CLONE_VM))
        return -EINVAL;
    if (f & CLONE_PARENT && parent->group->flags & GROUP_UNKILLABLE)
        return -EINVAL;
    if (f & CLONE_THREAD &&
        (f & (CLONE_NEWUSER | CLONE_NEWPID) ||
         task_pid_ns(parent) != parent->ns->pid_for_children))
        return -EINVAL;
    if (f & (CLONE_THREAD | CLONE_VM) &&
        parent->ns->time != parent->ns->time_for_children)
        return -EINVAL;
    if (f & CLONE_NEWPID && task_pid_ns(parent) != parent->ns->pid_for_children)
        return -EINVAL;
    if (f & CLONE_PIDFD && f & (CLONE_DETACHED | CLONE_THREAD))
        return -EINVAL;
    if (f & CLONE_CLEAR_SIGHAND && f & CLONE_SIGHAND)
        return -EINVAL;
    return 0;
}

static int check_limits(struct task *parent)
{
    struct user_account *user = parent->cred->user;
    u64 limit = READ_ONCE(parent->group->limits[LIMIT_NPROC].soft);

    if ((u64)atomic_load(&user->processes) >= limit &&
        user != &user_account_root &&
        !caller_capable_init(&parent->caller, CAP_SYS_RESOURCE) &&
        !caller_capable_init(&parent->caller, CAP_SYS_ADMIN))
        return -EAGAIN;
    if ((u32)atomic_load(&task_count) >= READ_ONCE(task_limit))
        return -EAGAIN;
    return 0;
}

static int copy_mm(struct task *t, struct task *parent, u64 flags)
{
    struct address_space *mm;

    if (!parent->mm)
        return 0;
    if (flags & CLONE_VM) {
        mm = mm_get(parent->mm);
    } else {
        mm = mm_fork(parent->mm);
        if (IS_ERR(mm))
            return PTR_ERR(mm);
    }
    t->mm = mm;
    return 0;
}

static int copy_handles(struct task *t, struct task *parent, u64 flags)
{
    struct handle_table *h;

    if (flags & CLONE_FILES) {
        t->handles = handle_table_get(parent->handles);
        return 0;
    }
    h = handle_table_copy(parent->handles, ~0u);
    if (IS_ERR(h))
        return PTR_ERR(h);
    t->handles = h;
    return 0;
}

static int copy_fs(struct task *t, struct task *parent, u64 flags)
{
    struct fs_context *fs;

    if (!parent->fs)
        return 0;
    fs = flags & CLONE_FS ? fs_context_ops->get(parent->fs)
                          : fs_context_ops->copy(parent->fs);
    if (IS_ERR(fs))
        return PTR_ERR(fs);
    t->fs = fs;
    return 0;
}

static int copy_handlers(struct task *t, struct task *parent, u64 flags)
{
    struct signal_handlers *h;
    unsigned long irq;

    if (flags & CLONE_SIGHAND) {
        refcount_inc(&parent->handlers->refs);
        t->handlers = parent->handlers;
        return 0;
    }
    h = signal_handlers_create();
    if (!h)
        return -ENOMEM;
    irq = spin_lock_irqsave(&parent->handlers->lock);
    memcpy(h->actions, parent->handlers->actions, sizeof(h->actions));
    spin_unlock_irqrestore(&parent->handlers->lock, irq);
    if (flags & CLONE_CLEAR_SIGHAND) {
        for (int i = 0; i < SIGNAL_COUNT; i++) {
            if (h->actions[i].handler != SIG_IGN)
                h->actions[i] = (struct signal_action){0};
        }
    }
    t->handlers = h;
    return 0;
}

static int copy_group(struct task *t, struct task *parent, u64 flags)
{
    struct thread_group *g, *p = parent->group;

    if (flags & CLONE_THREAD) {
        refcount_inc(&p->refs);
        t->group = p;
        return 0;
    }
    g = thread_group_create();
    if (!g)
        return -ENOMEM;
    g->leader = t;
    spin_lock_irq(&p->lock);
    memcpy(g->limits, p->limits, sizeof(g->limits));
    g->oom_score_adj = p->oom_score_adj;
    g->membarrier = p->membarrier;
    g->thp_disabled = p->thp_disabled;
    g->mce_kill = p->mce_kill;
    g->dump_filter = p->dump_filter;
    g->oom_score_adj_min = p->oom_score_adj_min;
    spin_unlock_irq(&p->lock);
    g->start_time = time_monotonic();
    g->start_boottime = time_boottime();
    t->group = g;
    return 0;
}

static int copy_cred(struct task *t, struct task *parent, u64 flags)
{
    struct cred *c;
    int error;

    if (!(flags & CLONE_NEWUSER)) {
        t->cred = cred_get(parent->cred);
        atomic_inc(&t->cred->user->processes);
        return 0;
    }
    c = cred_copy(parent->cred);
    if (!c)
        return -ENOMEM;
    t->cred = c;
    atomic_inc(&c->user->processes);
    error = user_namespace_create(
        c, fs_context_ops->is_chrooted(parent->fs, parent->ns->mnt));
    return error;
}

static int copy_namespaces(struct task *t, struct task *parent, u64 flags)
{
    struct namespaces *ns;

    if (!(flags & CLONE_NEW_ANY & ~CLONE_NEWUSER) &&
        parent->ns->time == parent->ns->time_for_children) {
        t->ns = namespaces_get(parent->ns);
        return 0;
    }
    /* Its undo list would be about sets of another namespace. */
    if ((flags & (CLONE_NEWIPC | CLONE_SYSVSEM)) ==
        (CLONE_NEWIPC | CLONE_SYSVSEM))
        return cred_capable_ns(t->cred, t->cred->user_ns, CAP_SYS_ADMIN)
                   ? -EINVAL
                   : -EPERM;
    ns = namespaces_copy(parent->ns, t->cred, t->fs, flags);
    if (IS_ERR(ns))
        return PTR_ERR(ns);
    namespaces_enter_time(ns);
    t->ns = ns;
    return 0;
}

/* Undo a task that never ran; each part may be missing. */
void task_discard(struct task *t)
{
    if (t->pids[PID_TASK]) {
        pid_release_numbers(t->pids[PID_TASK]);
        pid_put(t->pids[PID_TASK]);
    }
    if (t->mm)
        mm_put(t->mm);
    if (t->handles)
        handle_table_put(t->handles, &t->caller);
    if (t->fs)
        fs_context_ops->put(t->fs);
    sysv_task_ops->leave(t);
    namespaces_put(t->ns);
    signal_handlers_put(t->handlers);
    if (t->group)
        thread_group_put(t->group);
    if (t->account) {
        account_uncharge_process(t->account);
        account_put(t->account);
    }
    if (t->cred) {
        atomic_dec(&t->cred->user->processes);
        cred_put(t->cred);
    }
    if (t->thread.head.stack)
        thread_destroy(&t->thread);
    atomic_dec(&task_count);
    task_free_unstarted(t);
}

/* A child's first steps, in its own context. */
static void child_entry(void *arg)
{
    struct task *t = arg;

    if (t->set_child_tid) {
        u64 word = t->set_child_tid;
        t->set_child_tid = 0;
        /* Linux ignores a bad address here, too. */
        (void)!user_write32(t->mm, word,
                            pid_number(t->pids[PID_TASK], task_pid_ns(t)));
    }
    arch_user_enter();
}

static void copy_plain(struct task *t, struct task *parent,
                       const struct clone_args *a)
{
    u64 f = a->flags;

    t->flags = (parent->flags & TASK_TRACE_PRINT) | TASK_FORK_NOEXEC;
    t->personality = parent->personality;
    t->timer_slack = parent->timer_slack;
    t->io_priority = parent->io_priority;
    t->signal.blocked = parent->signal.blocked;
    if (!(f & CLONE_VM) || f & CLONE_VFORK) {
        t->signal.altstack_sp = parent->signal.altstack_sp;
        t->signal.altstack_size = parent->signal.altstack_size;
        t->signal.altstack_flags = parent->signal.altstack_flags;
    }
    t->exit_signal = f & CLONE_THREAD ? 0 : a->exit_signal;
    if (f & CLONE_PARENT)
        t->exit_signal = parent->exit_signal;
    t->start_time = time_monotonic();
    if (f & CLONE_CHILD_SETTID)
        t->set_child_tid = a->child_tid;
    if (f & CLONE_CHILD_CLEARTID)
        t->clear_child_tid = a->child_tid;
    if (!(f & CLONE_VM)) {
        t->rseq_address = parent->rseq_address;
        t->rseq_signature = parent->rseq_signature;
    }
    t->no_new_privs = parent->no_new_privs;
    t->fail_nth = 0;
}

static int build_parts(struct task *t, struct task *parent,
                       const struct clone_args *a)
{
    u64 f = a->flags;
    int error;

    error = copy_cred(t, parent, f);
    if (error)
        return error;
    error = account_charge_process(parent->account);
    if (error)
        return error;
    t->account = account_get(parent->account);
    error = copy_group(t, parent, f);
    if (!error)
        error = copy_handlers(t, parent, f);
    if (!error)
        error = sysv_task_ops->clone(t, parent, f & CLONE_SYSVSEM);
    if (!error)
        error = copy_handles(t, parent, f);
    if (!error)
        error = copy_fs(t, parent, f);
    if (!error)
        error = copy_namespaces(t, parent, f);
    if (!error)
        error = copy_mm(t, parent, f);
    if (error)
        return error;
    error = thread_init(&t->thread, &task_thread_ops, parent->thread.name,
                        &parent->thread, child_entry, t);
    if (error)
        return error;
    t->thread.mm = t->mm;
    if (t->mm && t->mm != parent->mm && t->ns->time != parent->ns->time) {
        error = mm_vdso_ask_kernel(t->mm, t->ns->time != &time_ns_first);
        if (error)
            return error;
    }
    error = arch_user_clone(&t->thread.head, &parent->thread.head, a->stack,
                            f & CLONE_SETTLS, a->tls);
    if (error)
        return error;
    copy_plain(t, parent, a);
    if (t->flags & TASK_TRACE_PRINT)
        atomic_or(WORK_TRACE_SYSCALL, &t->thread.head.work);

    struct pid *pid =
        pid_create(t->ns->pid_for_children, a->set_tid, a->set_tid_count);
    if (IS_ERR(pid))
        return PTR_ERR(pid);
    t->pids[PID_TASK] = pid;
    return 0;
}

/* tasklist_lock held: the child becomes visible. */
static void link_process(struct task *t, struct task *parent,
                         struct task *real_parent)
{
    struct task *leader = parent->group->leader;
    struct pid_namespace *ns = task_pid_ns(t);

    if (!ns->reaper) {
        ns->reaper = t;
        t->group->flags |= GROUP_UNKILLABLE;
    }
    t->real_parent = t->parent = real_parent;
    list_add_tail(&t->sibling, &real_parent->children);
    pid_attach(t, PID_PROCESS, pid_get(t->pids[PID_TASK]));
    pid_attach(t, PID_SESSION, pid_get(leader->pids[PID_SESSION]));
    spin_lock_irq(&parent->group->lock);
    if (parent->group->tty)
        t->group->tty = tty_session_ops->get(parent->group->tty);
    t->group->child_subreaper = false;
    spin_unlock_irq(&parent->group->lock);
}

static int publish(struct task *t, struct task *parent, u64 flags, bool traced)
{
    struct thread_group *g = t->group;
    struct pid *own = t->pids[PID_TASK];
    struct task *real_parent = parent;
    struct pid *pgrp;
    unsigned long irq;

    spin_lock(&tasklist_lock);
    if (flags & (CLONE_PARENT | CLONE_THREAD))
        real_parent = parent->real_parent;
    t->caller.flags = parent->caller.flags; /* as capability_enter wants it */
    if (task_pid_ns(t)->dead) {
        spin_unlock(&tasklist_lock);
        return -ENOMEM;
    }
    pgrp = parent->group->leader->pids[PID_GROUP];
    irq = spin_lock_irqsave(&pgrp->group_lock);
    spin_lock(&parent->group->lock);
    /* A signal that would have to reach both: let it be handled first, then
     * the call is made again. */
    if (signal_is_fatal_pending(parent) || parent->group->group_exiting ||
        (!(flags & CLONE_THREAD) &&
         atomic_load(&parent->thread.head.work) & WORK_SIGNAL)) {
        signal_recalculate(parent);
        if (atomic_load(&parent->thread.head.work) & WORK_SIGNAL) {
            spin_unlock(&parent->group->lock);
            spin_unlock_irqrestore(&pgrp->group_lock, irq);
            spin_unlock(&tasklist_lock);
            return -ERESTARTNOINTR;
        }
    }
    /* Under tasklist_lock: capability mode reaches all threads. */
    t->caller.flags = parent->caller.flags;
    seccomp_fork(t, parent);
    list_add_tail_rcu(&t->group_link, &g->threads);
    g->thread_count++;
    if (flags & CLONE_THREAD)
        signal_join_new(t);
    spin_unlock(&parent->group->lock);
    if (!(flags & CLONE_THREAD))
        pid_attach_locked(t, PID_GROUP, pid_get(pgrp));
    spin_unlock_irqrestore(&pgrp->group_lock, irq);
    t->pids[PID_TASK] = NULL;
    pid_attach(t, PID_TASK, own);
    if (flags & CLONE_THREAD)
        t->real_parent = t->parent = real_parent;
    else
        link_process(t, parent, real_parent);
    ptrace_fork(t, parent, traced);
    pid_publish(own);
    spin_unlock(&tasklist_lock);
    return 0;
}

/* False: killed meanwhile. */
static bool wait_for_vfork(struct task *child, struct completion_flag *done)
{
    if (!wait_event_killable(&done->queue, READ_ONCE(done->done)))
        goto sync;
    /* Killed: the child must not touch our stack any more. */
    spin_lock(&child->alloc_lock);
    if (child->vfork_done == done)
        child->vfork_done = NULL;
    spin_unlock(&child->alloc_lock);
    return false;
sync:
    /* The waker still holds the child's lock while it touches the queue. */
    spin_lock(&child->alloc_lock);
    spin_unlock(&child->alloc_lock);
    return true;
}

/* The event that a tracer is told of the new task, 0: it does not want to know.
 */
static int trace_event(struct task *parent, const struct clone_args *a)
{
    int event = a->flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
                : a->exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
                                            : PTRACE_EVENT_FORK;

    if (a->flags & CLONE_UNTRACED || !ptrace_event_enabled(parent, event))
        return 0;
    return event;
}

/* The new task runs: what its parent still has to do. */
static void after_start(struct task *t, struct task *parent, int event,
                        u64 number, struct completion_flag *vfork_done)
{
    if (event)
        ptrace_event(parent, event, number);
    if (vfork_done && wait_for_vfork(t, vfork_done))
        ptrace_event(parent, PTRACE_EVENT_VFORK_DONE, number);
}

s64 task_clone(struct task *parent, const struct clone_args *a)
{
    struct completion_flag vfork_done = {0};
    struct grant *pidfd = NULL;
    int fd = -1;
    u64 message;
    s64 number;
    int event = trace_event(parent, a);
    int error = check_flags(parent, a);

    if (!error)
        error = check_limits(parent);
    if (error)
        return error;

    struct task *t = task_alloc();
    if (!t)
        return -ENOMEM;
    atomic_inc(&task_count);
    error = build_parts(t, parent, a);
    if (error)
        goto discard;
    task_update_caller(t);

    if (a->flags & CLONE_PIDFD) {
        pidfd = pidfd_create(t->pids[PID_TASK], 0);
        if (IS_ERR(pidfd)) {
            error = PTR_ERR(pidfd);
            goto discard;
        }
        fd = handle_reserve(&parent->caller, 0, HANDLE_CLOEXEC);
        if (fd < 0) {
            error = fd;
            goto drop_pidfd;
        }
        error = user_write32(parent->mm, a->pidfd, fd);
        if (error)
            goto unreserve;
    }
    if (a->flags & CLONE_VFORK) {
        wait_queue_init(&vfork_done.queue);
        t->vfork_done = &vfork_done;
    }
    number = pid_number(t->pids[PID_TASK], task_pid_ns(parent));
    refcount_inc(&t->refs); /* the lists' and the thread's, and one of ours */
    refcount_inc(&t->refs);
    error = publish(t, parent, a->flags, event || a->flags & CLONE_PTRACE);
    if (error)
        goto unreserve;
    if (pidfd)
        handle_install(&parent->caller, fd, pidfd);
    if (a->flags & CLONE_PARENT_SETTID)
        (void)!user_write32(parent->mm, a->parent_tid, number);
    message =
        parent->trace.flags ? ptrace_number(parent, t->pids[PID_TASK]) : 0;
    if (!(a->flags & CLONE_THREAD))
        cpu_limit_inherited(t->group);
    thread_start(&t->thread);
    after_start(t, parent, event, message,
                a->flags & CLONE_VFORK ? &vfork_done : NULL);
    task_put(t);
    return number;

unreserve:
    if (fd >= 0)
        handle_unreserve(&parent->caller, fd);
drop_pidfd:
    if (pidfd)
        grant_put(pidfd);
discard:
    task_discard(t);
    return error;
}

void task_count_new(void)
{
    atomic_inc(&task_count);
}

void task_count_gone(void)
{
    atomic_dec(&task_count);
}
