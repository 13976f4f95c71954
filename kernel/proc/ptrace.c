/* ptrace, the tracer's side: attaching, letting go, and the requests that only
 * concern tasks. What abi/ptrace.c copies in and out is not known here. */
#include "proc/ptrace.h"

#include "core/wait.h"
#include "lib/errno.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/task.h"

/* ------------------------------------------------------------------ links */

/* tasklist_lock held; the flags are set. */
static void link_to(struct task *t, struct task *tracer,
                    const struct cred *cred)
{
    t->parent = tracer;
    t->trace.tracer_cred = cred_get(cred);
    list_add_tail(&t->trace_link, &tracer->traced);
}

static void set_flags(struct task *t, u32 flags, u32 options)
{
    spin_lock_irq(&t->group->lock);
    t->trace.options = options;
    t->trace.resume = RESUME_RUN;
    t->trace.flags = flags;
    spin_unlock_irq(&t->group->lock);
}

void ptrace_fork(struct task *child, struct task *parent, bool wanted)
{
    if (!wanted || !parent->trace.flags)
        return;
    child->trace.flags = parent->trace.flags;
    child->trace.options = parent->trace.options;
    link_to(child, parent->parent, parent->trace.tracer_cred);
    if (child->trace.flags & PT_SEIZED)
        child->signal.stop |= TRAP_STOP;
    else
        child->signal.pending.set |= SIGNAL_BIT(SIGSTOP);
    atomic_or(WORK_SIGNAL, &child->thread.head.work);
}

void ptrace_unlink(struct task *t)
{
    struct thread_group *g = t->group;
    const struct cred *cred = t->trace.tracer_cred;

    list_del_init(&t->trace_link);
    t->parent = t->real_parent;
    spin_lock_irq(&g->lock);
    t->trace.flags = 0;
    t->trace.options = 0;
    t->trace.resume = RESUME_RUN;
    t->trace.tracer_cred = NULL;
    ptrace_update_work(t);
    t->signal.stop &= ~(TRAP_STOP | TRAP_NOTIFY | TRAP_TRAPPING | TRAP_FROZEN);
    /* Back into the group's stop, if there is one. */
    if (!(t->flags & TASK_EXITING) &&
        (g->flags & GROUP_STOPPED || g->stop_pending)) {
        t->signal.stop |= STOP_PENDING;
        if (!(t->signal.stop & STOP_SIGNAL_MASK))
            t->signal.stop |= SIGSTOP;
    }
    if (t->signal.stop & STOP_PENDING ||
        atomic_load(&t->thread.state) == THREAD_TRACED)
        signal_wake_traced(t, true);
    spin_unlock_irq(&g->lock);
    cred_put(cred);
}

/* True: nobody else wants the zombie. tasklist_lock held. */
static bool detach(struct task *tracer, struct task *t)
{
    bool dead;

    ptrace_unlink(t);
    if (t->exit_state != TASK_ZOMBIE)
        return false;
    dead = t != t->group->leader;
    if (!dead && t->group->thread_count == 1) {
        if (t->real_parent->group != tracer->group)
            dead = exit_notify_parent(t, t->exit_signal);
        else
            dead = exit_is_ignored_by(tracer);
    }
    if (dead)
        t->exit_state = TASK_DEAD;
    return dead;
}

void ptrace_tracer_exits(struct task *tracer, struct list_head *dead)
{
    struct task *t, *next;

    list_for_each_entry_safe (t, next, &tracer->traced, trace_link) {
        if (t->trace.options & PTRACE_O_EXITKILL) {
            struct signal_info info;

            signal_info_kernel(&info, SIGKILL);
            signal_send_thread(t, &info);
        }
        if (t->exit_state == TASK_ALIVE)
            arch_set_single_step(&t->thread.head, false);
        if (detach(tracer, t))
            list_add_tail(&t->trace_link, dead);
    }
}

/* -------------------------------------------------------------- attaching */

int ptrace_traceme(struct task *t)
{
    const struct cred *its;
    struct task *parent;
    int error = -EPERM;

    spin_lock(&tasklist_lock);
    parent = t->real_parent;
    if (t->trace.flags || !parent)
        goto out;
    its = task_cred_get(parent);
    error = 0;
    if (t->cred->cap_permitted & ~its->cap_permitted &&
        !cred_capable_ns(its, t->cred->user_ns, CAP_SYS_PTRACE))
        error = -EPERM;
    if (!error && !(parent->flags & TASK_EXITING)) {
        set_flags(t, PT_TRACED, 0);
        link_to(t, parent, its);
    }
    cred_put(its);
out:
    spin_unlock(&tasklist_lock);
    return error;
}

int ptrace_check_options(struct caller *who, u64 options)
{
    if (options & ~(u64)PTRACE_O_MASK)
        return -EINVAL;
    if (options & PTRACE_O_SUSPEND_SECCOMP) {
        if (!caller_capable_init(who, CAP_SYS_ADMIN) ||
            who->task->seccomp_mode ||
            who->task->trace.options & PTRACE_O_SUSPEND_SECCOMP)
            return -EPERM;
    }
    return 0;
}

static void link_attached(struct caller *who, struct task *t, bool seize,
                          u32 options)
{
    set_flags(t, seize ? PT_TRACED | PT_SEIZED : PT_TRACED, options);
    link_to(t, who->task, who->cred);
    if (!seize) {
        struct signal_info info;

        signal_info_kernel(&info, SIGSTOP);
        signal_send_thread(t, &info);
    }
    /* One that job control has stopped goes over into a trap, unseen. */
    spin_lock_irq(&t->group->lock);
    if (atomic_load(&t->thread.state) == THREAD_STOPPED &&
        signal_mark_stop(t, TRAP_STOP | TRAP_TRAPPING)) {
        atomic_or(WORK_SIGNAL, &t->thread.head.work);
        thread_wake_state(&t->thread, 1u << THREAD_STOPPED);
    }
    spin_unlock_irq(&t->group->lock);
}

int ptrace_attach(struct caller *who, struct task *t, bool seize, u32 options)
{
    int error;

    if (t->flags & TASK_KTHREAD || t->group == who->task->group)
        return -EPERM;
    /* Not while an exec changes what it may. */
    if (mutex_lock_interruptible(&t->group->exec_lock))
        return -ERESTARTNOINTR;
    error = task_may_access(who, t, TASK_ACCESS_ATTACH);
    if (!error) {
        spin_lock(&tasklist_lock);
        error = -EPERM;
        if (t->exit_state == TASK_ALIVE && !t->trace.flags) {
            link_attached(who, t, seize, options);
            error = 0;
        }
        spin_unlock(&tasklist_lock);
    }
    mutex_unlock(&t->group->exec_lock);
    if (!error)
        (void)!wait_event_killable(
            &who->task->group->child_wait,
            !(READ_ONCE(t->signal.stop) & TRAP_TRAPPING));
    return error;
}

/* ------------------------------------------------------- holding a tracee */

bool task_is_asleep(const struct task *t)
{
    return !READ_ONCE(t->thread.entity.queued) &&
           !atomic_load_acquire(&t->thread.on_cpu);
}

int ptrace_hold(struct caller *who, struct task *t, bool any)
{
    int error = -ESRCH;

    spin_lock(&tasklist_lock);
    if (t->trace.flags && t->parent == who->task) {
        spin_lock_irq(&t->group->lock);
        if (any) {
            error = 0;
        } else if (atomic_load(&t->thread.state) == THREAD_TRACED &&
                   !(t->signal.stop & TRAP_LISTENING) &&
                   !signal_is_fatal_pending(t)) {
            t->signal.stop |= TRAP_FROZEN;
            error = 0;
        }
        spin_unlock_irq(&t->group->lock);
    }
    spin_unlock(&tasklist_lock);
    /* Its registers are all in memory only once it has been switched out. */
    while (!error && !any && !task_is_asleep(t))
        sched_yield();
    return error;
}

void ptrace_done(struct task *t)
{
    spin_lock_irq(&t->group->lock);
    if (t->signal.stop & TRAP_FROZEN) {
        t->signal.stop &= ~TRAP_FROZEN;
        if (signal_is_fatal_pending(t))
            thread_wake_state(&t->thread, 1u << THREAD_TRACED);
    }
    spin_unlock_irq(&t->group->lock);
}

/* --------------------------------------------------------------- requests */

int ptrace_resume(struct task *t, u32 how, u64 signo)
{
    if (signo > SIGNAL_COUNT)
        return -EIO;
    arch_set_single_step(&t->thread.head, how & RESUME_STEP);
    spin_lock_irq(&t->group->lock);
    t->trace.resume = how;
    ptrace_update_work(t);
    t->trace.exit_code = signo;
    t->signal.stop &= ~TRAP_FROZEN;
    thread_wake_state(&t->thread, 1u << THREAD_TRACED);
    spin_unlock_irq(&t->group->lock);
    return 0;
}

int ptrace_detach(struct caller *who, struct task *t, u64 signo)
{
    bool dead;

    if (signo > SIGNAL_COUNT)
        return -EIO;
    arch_set_single_step(&t->thread.head, false);
    spin_lock(&tasklist_lock);
    t->trace.exit_code = signo;
    dead = detach(who->task, t);
    if (dead)
        task_release(t); /* releases the lock */
    else
        spin_unlock(&tasklist_lock);
    return 0;
}

int ptrace_interrupt(struct task *t)
{
    if (!(t->trace.flags & PT_SEIZED))
        return -EIO;
    spin_lock_irq(&t->group->lock);
    if (signal_mark_stop(t, TRAP_STOP))
        signal_wake_traced(t, t->signal.stop & TRAP_LISTENING);
    spin_unlock_irq(&t->group->lock);
    return 0;
}

int ptrace_listen(struct task *t)
{
    int error = -EIO;

    if (!(t->trace.flags & PT_SEIZED))
        return error;
    spin_lock_irq(&t->group->lock);
    if (t->trace.info && t->trace.info->code >> 8 == PTRACE_EVENT_STOP) {
        t->signal.stop |= TRAP_LISTENING;
        if (t->signal.stop & TRAP_NOTIFY)
            signal_wake_traced(t, true);
        error = 0;
    }
    spin_unlock_irq(&t->group->lock);
    return error;
}

int ptrace_get_info(struct task *t, struct signal_info *info)
{
    int error = -EINVAL;

    spin_lock_irq(&t->group->lock);
    if (t->trace.info) {
        *info = *t->trace.info;
        error = 0;
    }
    spin_unlock_irq(&t->group->lock);
    return error;
}

int ptrace_set_info(struct task *t, const struct signal_info *info)
{
    int error = -EINVAL;

    spin_lock_irq(&t->group->lock);
    if (t->trace.info) {
        *t->trace.info = *info;
        error = 0;
    }
    spin_unlock_irq(&t->group->lock);
    return error;
}

int ptrace_get_queued(struct task *t, bool shared, u64 index,
                      struct signal_info *info)
{
    struct signal_queue *q =
        shared ? &t->group->shared_pending : &t->signal.pending;
    struct signal_entry *e;
    int error = -ENOENT;

    spin_lock_irq(&t->group->lock);
    list_for_each_entry (e, &q->entries, link) {
        if (index--)
            continue;
        *info = e->info;
        error = 0;
        break;
    }
    spin_unlock_irq(&t->group->lock);
    return error;
}

void ptrace_set_mask(struct task *t, u64 mask)
{
    spin_lock_irq(&t->group->lock);
    t->signal.blocked = mask & ~SIGNAL_MASK_NEVER_BLOCKED;
    atomic_or(WORK_SIGNAL, &t->thread.head.work); /* it looks for itself */
    spin_unlock_irq(&t->group->lock);
}

bool ptrace_tracer_capable(const struct task *t)
{
    const struct cred *c;
    bool may = true;

    spin_lock(&tasklist_lock);
    c = t->trace.tracer_cred;
    if (t->trace.flags && c)
        may = cred_capable_ns(c, t->cred->user_ns, CAP_SYS_PTRACE);
    spin_unlock(&tasklist_lock);
    return may;
}

u32 ptrace_tracer_number(struct task *t, struct pid_namespace *ns)
{
    u32 number = 0;

    spin_lock(&tasklist_lock);
    if (t->trace.flags && t->parent)
        number = pid_number(t->parent->pids[PID_TASK], ns);
    spin_unlock(&tasklist_lock);
    return number;
}

u64 ptrace_number(struct task *t, struct pid *pid)
{
    u64 number = 0;

    spin_lock(&tasklist_lock);
    if (t->trace.flags && t->parent)
        number = pid_number(pid, task_pid_ns(t->parent));
    spin_unlock(&tasklist_lock);
    return number;
}
