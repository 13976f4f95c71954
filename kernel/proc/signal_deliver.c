/* Delivering: on the way to user mode, stop, die or build frames. */
#include <asm/abi.h>

#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exit.h"
#include "proc/posix_timer.h"
#include "proc/rseq.h"
#include "proc/signal_internal.h"
#include "proc/siginfo_abi.h"
#include "proc/task.h"
#include "vm/address_space.h"

#define NR_RESTART_SYSCALL ARCH_PICK(219, 128)

/* Signals that a fault of the thread itself raised come first (signal(7)). */
#define SYNCHRONOUS                                                  \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | \
     SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSYS))

static int first_signal(sigset_t set)
{
    if (set & SYNCHRONOUS)
        set &= SYNCHRONOUS;
    return __builtin_ctzll(set) + 1;
}

/* Take the first queued entry of `signo`; the bit goes with the last one. */
static struct signal_entry *take(struct signal_queue *q, int signo,
                                 struct signal_info *info)
{
    struct signal_entry *e, *found = NULL;
    bool more = false;

    list_for_each_entry (e, &q->entries, link) {
        if (e->info.signo != signo)
            continue;
        if (found) {
            more = true;
            break;
        }
        found = e;
    }
    if (!more)
        q->set &= ~SIGNAL_BIT(signo);
    if (found) {
        list_del_init(&found->link);
        *info = found->info;
    } else {
        /* Queued without details: SIGKILL, or memory was short. */
        *info = (struct signal_info){.signo = signo, .code = SI_USER};
    }
    return found;
}

static int dequeue_locked(struct task *t, sigset_t set,
                          struct signal_info *info, struct signal_entry **used)
{
    struct signal_queue *q = &t->signal.pending;
    sigset_t ready = q->set & set;

    if (!ready) {
        q = &t->group->shared_pending;
        ready = q->set & set;
    }
    if (!ready)
        return 0;
    *used = take(q, first_signal(ready), info);
    return info->signo;
}

static void finish_entry(struct signal_entry *e, struct signal_info *info)
{
    if (!e)
        return;
    if (e->timer)
        posix_timer_delivered(e->timer, info);
    else
        signal_entry_free(e);
}

int signal_dequeue(struct task *t, sigset_t set, struct signal_info *info)
{
    struct signal_entry *used = NULL;
    unsigned long flags = spin_lock_irqsave(&t->group->lock);
    int signo = dequeue_locked(t, set, info, &used);

    if (signo)
        signal_recalculate(t);
    spin_unlock_irqrestore(&t->group->lock, flags);
    finish_entry(used, info);
    return signo;
}

void signal_set_blocked(struct task *t, sigset_t mask)
{
    struct thread_group *g = t->group;
    unsigned long flags;
    sigset_t newly, pending;
    struct task *each;

    mask &= ~SIGNAL_MASK_NEVER_BLOCKED;
    flags = spin_lock_irqsave(&g->lock);
    newly = mask & ~t->signal.blocked;
    t->signal.blocked = mask;
    signal_recalculate(t);
    /* Process signals that this thread would have taken: somebody else now. */
    pending = newly & g->shared_pending.set;
    if (pending && !list_is_singular(&g->threads)) {
        list_for_each_entry (each, &g->threads, group_link) {
            if (each != t && !(each->flags & TASK_EXITING) &&
                pending & ~each->signal.blocked)
                signal_wake(each, false);
        }
    }
    spin_unlock_irqrestore(&g->lock, flags);
}

void signal_set_temporary_mask(struct task *t, sigset_t mask)
{
    t->signal.saved_blocked = t->signal.blocked;
    atomic_or(WORK_RESTORE_MASK, &t->thread.head.work);
    signal_set_blocked(t, mask);
}

void signal_restore_mask(struct task *t, bool interrupted)
{
    /* Interrupted: delivery saves saved_blocked in the frame, or puts it back
     * when nothing was delivered. */
    if (interrupted)
        return;
    atomic_and(~(int)WORK_RESTORE_MASK, &t->thread.head.work);
    signal_set_blocked(t, t->signal.saved_blocked);
}

int signal_action(struct task *t, int signo, const struct signal_action *new,
                  struct signal_action *old)
{
    struct signal_action *a;
    unsigned long flags;
    struct task *each;

    if (signo < 1 || signo > SIGNAL_COUNT ||
        (new &&SIGNAL_BIT(signo) & SIGNAL_MASK_NEVER_BLOCKED))
        return -EINVAL;
    flags = spin_lock_irqsave(&t->group->lock);
    spin_lock(&t->handlers->lock);
    a = &t->handlers->actions[signo - 1];
    if (old)
        *old = *a;
    if (new) {
        *a = *new;
        a->mask &= ~SIGNAL_MASK_NEVER_BLOCKED;
    }
    spin_unlock(&t->handlers->lock);
    /* POSIX: setting to ignore discards what is pending. */
    if (new &&signal_is_ignored(t, signo)) {
        signal_queue_flush(&t->group->shared_pending, SIGNAL_BIT(signo));
        list_for_each_entry (each, &t->group->threads, group_link)
            signal_queue_flush(&each->signal.pending, SIGNAL_BIT(signo));
    }
    spin_unlock_irqrestore(&t->group->lock, flags);
    return 0;
}

/* ---------------------------------------------------------------- stops -- */

bool signal_group_is_orphaned(struct pid *pgrp, struct task *except)
{
    struct task *t;
    bool orphaned = true;

    hlist_for_each_entry(t, &pgrp->tasks[PID_GROUP], pid_links[PID_GROUP])
    {
        struct task *parent = t->real_parent;

        if (t == except || t->exit_state == TASK_ZOMBIE || !parent ||
            parent->group->flags & GROUP_UNKILLABLE)
            continue;
        if (parent->group->leader->pids[PID_GROUP] != pgrp &&
            parent->group->leader->pids[PID_SESSION] == t->pids[PID_SESSION]) {
            orphaned = false;
            break;
        }
    }
    return orphaned;
}

/* Begin a group stop; group->lock held. */
static void start_group_stop(struct task *t, int signo)
{
    struct thread_group *g = t->group;
    struct task *each;

    g->stop_signal = signo;
    g->stop_pending = 0;
    g->flags &= ~(GROUP_CONTINUED | GROUP_CONTINUE_NOTIFY);
    list_for_each_entry (each, &g->threads, group_link) {
        if (each->flags & TASK_EXITING)
            continue;
        each->signal.stop_wanted = true;
        g->stop_pending++;
        if (each != t)
            signal_wake(each, false);
    }
}

/* Take part in the stop. group->lock held on entry, released on return. */
static void take_part_in_stop(struct task *t)
{
    struct thread_group *g = t->group;
    bool last;

    t->signal.stop_wanted = false;
    last = g->stop_pending && --g->stop_pending == 0;
    if (last) {
        g->flags |= GROUP_STOPPED;
        g->flags &= ~GROUP_STOP_REPORTED;
    }
    thread_set_state(THREAD_STOPPED);
    spin_unlock_irq(&g->lock);
    if (last) {
        spin_lock(&tasklist_lock);
        signal_notify_parent_stop(t, true, g->stop_signal);
        spin_unlock(&tasklist_lock);
    }
    schedule();
    spin_lock_irq(&g->lock);
    /* Stopped again while on the way, or killed: the caller's loop looks. */
    signal_recalculate(t);
    spin_unlock_irq(&g->lock);
}

static void notify_continued(struct task *t)
{
    spin_lock(&tasklist_lock);
    signal_notify_parent_stop(t, false, SIGCONT);
    spin_unlock(&tasklist_lock);
}

static bool stop_by_default(struct task *t, int signo)
{
    struct thread_group *g = t->group;

    if (signo != SIGSTOP) {
        bool orphaned;

        /* Nobody could continue an orphaned group (POSIX 2.4.3). */
        spin_lock(&tasklist_lock);
        orphaned = signal_group_is_orphaned(g->leader->pids[PID_GROUP], NULL);
        spin_unlock(&tasklist_lock);
        if (orphaned)
            return false;
    }
    spin_lock_irq(&g->lock);
    /* A SIGCONT or a kill came in between. */
    if (!g->group_exiting && !(g->shared_pending.set & SIGNAL_BIT(SIGCONT)))
        start_group_stop(t, signo);
    spin_unlock_irq(&g->lock);
    return true;
}

/* ------------------------------------------------------------- delivery -- */

/* Decide what becomes of the next signal: > 0: deliver it to a handler. */
static int next_for_handler(struct task *t, struct signal_info *info,
                            struct signal_action *action)
{
    struct thread_group *g = t->group;

    for (;;) {
        struct signal_entry *used = NULL;
        struct signal_action *a;
        int signo;

        spin_lock_irq(&g->lock);
        if (g->flags & GROUP_CONTINUE_NOTIFY) {
            g->flags &= ~GROUP_CONTINUE_NOTIFY;
            spin_unlock_irq(&g->lock);
            notify_continued(t);
            continue;
        }
        if (t->signal.pending.set & SIGNAL_BIT(SIGKILL)) {
            u32 code = g->group_exiting ? g->exit_code : SIGKILL;
            spin_unlock_irq(&g->lock);
            task_exit_group(code);
        }
        if (t->signal.stop_wanted) {
            take_part_in_stop(t);
            continue;
        }
        signo = dequeue_locked(t, ~t->signal.blocked, info, &used);
        if (!signo) {
            signal_recalculate(t);
            spin_unlock_irq(&g->lock);
            return 0;
        }
        spin_lock(&t->handlers->lock);
        a = &t->handlers->actions[signo - 1];
        *action = *a;
        if (a->handler != SIG_DFL && a->handler != SIG_IGN &&
            a->flags & SA_RESETHAND)
            a->handler = SIG_DFL;
        spin_unlock(&t->handlers->lock);
        spin_unlock_irq(&g->lock);
        finish_entry(used, info);

        if (action->handler == SIG_IGN)
            continue;
        if (action->handler != SIG_DFL)
            return signo;
        if (SIGNAL_BIT(signo) & SIGNAL_MASK_IGNORE)
            continue;
        if (g->flags & GROUP_UNKILLABLE && signo != SIGKILL)
            continue;
        if (SIGNAL_BIT(signo) & SIGNAL_MASK_STOP) {
            stop_by_default(t, signo);
            continue;
        }
        task_exit_group(signo);
    }
}

static bool on_altstack(const struct task *t, u64 sp)
{
    const struct signal_state *s = &t->signal;

    return !(s->altstack_flags & SS_AUTODISARM) && s->altstack_size &&
           sp > s->altstack_sp && sp - s->altstack_sp <= s->altstack_size;
}

static void decide_restart(struct user_regs *regs, bool handler, u64 sa_flags)
{
    s64 result;

    if (!arch_in_syscall(regs))
        return;
    result = arch_syscall_result(regs);
    switch (-result) {
    case ERESTARTSYS:
        if (handler && !(sa_flags & SA_RESTART))
            arch_syscall_set_result(regs, -EINTR);
        else
            arch_syscall_restart(regs);
        break;
    case ERESTARTNOINTR:
        arch_syscall_restart(regs);
        break;
    case ERESTARTNOHAND:
        if (handler)
            arch_syscall_set_result(regs, -EINTR);
        else
            arch_syscall_restart(regs);
        break;
    case ERESTART_RESTARTBLOCK:
        if (handler)
            arch_syscall_set_result(regs, -EINTR);
        else
            arch_syscall_restart_as(regs, NR_RESTART_SYSCALL);
        break;
    default:
        return;
    }
    arch_syscall_forget(regs);
}

static void force_segv(struct task *t, int failed_signal)
{
    struct signal_info info;

    /* A SIGSEGV handler that cannot be entered must not be tried again. */
    if (failed_signal == SIGSEGV) {
        spin_lock_irq(&t->group->lock);
        spin_lock(&t->handlers->lock);
        t->handlers->actions[SIGSEGV - 1].handler = SIG_DFL;
        spin_unlock(&t->handlers->lock);
        spin_unlock_irq(&t->group->lock);
    }
    signal_info_kernel(&info, SIGSEGV);
    signal_force(t, &info);
}

static void enter_handler(struct task *t, struct user_regs *regs,
                          const struct signal_info *info,
                          const struct signal_action *action)
{
    struct signal_state *s = &t->signal;
    struct arch_signal frame = {
        .signo = info->signo,
        .handler = action->handler,
        .flags = action->flags,
        .restorer = action->restorer,
        .vdso = t->mm->vdso,
        .altstack_sp = s->altstack_sp,
        .altstack_size = s->altstack_size,
        .fault_address = info->address,
        .fault_trapno = info->trapno,
        .fault_error = info->fault_error,
    };
    sigset_t blocked;
    bool restore = atomic_load(&t->thread.head.work) & WORK_RESTORE_MASK;
    u64 sp = arch_user_sp(regs);

    frame.saved_mask = restore ? s->saved_blocked : s->blocked;
    frame.altstack_flags = !s->altstack_size    ? SS_DISABLE
                           : on_altstack(t, sp) ? SS_ONSTACK
                                                : 0;
    frame.altstack_flags |= s->altstack_flags & SS_AUTODISARM;
    if (action->flags & SA_ONSTACK && s->altstack_size && !on_altstack(t, sp))
        frame.stack_top = s->altstack_sp + s->altstack_size;
    signal_info_to_abi(info, frame.siginfo);

    rseq_update(t, regs);
    if (arch_signal_deliver(regs, &frame)) {
        force_segv(t, info->signo);
        return;
    }
    if (s->altstack_flags & SS_AUTODISARM) {
        s->altstack_sp = s->altstack_size = 0;
        s->altstack_flags = 0;
    }
    atomic_and(~(int)WORK_RESTORE_MASK, &t->thread.head.work);
    blocked = s->blocked | action->mask;
    if (!(action->flags & SA_NODEFER))
        blocked |= SIGNAL_BIT(info->signo);
    signal_set_blocked(t, blocked);
}

void signal_deliver_pending(struct user_regs *regs)
{
    struct task *t = task_current();
    struct signal_info info;
    struct signal_action action;

    if (next_for_handler(t, &info, &action)) {
        decide_restart(regs, true, action.flags);
        enter_handler(t, regs, &info, &action);
        return;
    }
    decide_restart(regs, false, 0);
    if (atomic_load(&t->thread.head.work) & WORK_RESTORE_MASK) {
        atomic_and(~(int)WORK_RESTORE_MASK, &t->thread.head.work);
        signal_set_blocked(t, t->signal.saved_blocked);
    }
}
