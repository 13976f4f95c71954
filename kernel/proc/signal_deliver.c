/* Delivering: on the way to user mode, stop, die or build frames. */
#include <asm/abi.h>

#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/core_dump.h"
#include "proc/exit.h"
#include "proc/posix_timer.h"
#include "proc/ptrace.h"
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
    if (info->signo == SIGALRM)
        itimer_alarm_taken(t->group);
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

static void notify_changes(struct task *t, u32 what)
{
    int code = what & GROUP_CONTINUE_NOTIFY ? CLD_CONTINUED : CLD_STOPPED;
    struct task *leader = t->group->leader;

    spin_lock(&tasklist_lock);
    signal_notify_stop(t, false, code);
    if (ptrace_is_reparented(leader))
        signal_notify_stop(leader, true, code);
    spin_unlock(&tasklist_lock);
}

static bool group_is_orphaned(struct thread_group *g)
{
    bool orphaned;

    spin_lock(&tasklist_lock);
    orphaned = signal_group_is_orphaned(g->leader->pids[PID_GROUP], NULL);
    spin_unlock(&tasklist_lock);
    return orphaned;
}

/* ------------------------------------------------------------- delivery -- */

/* Group stops and traps that this thread owes. Group's lock held; true: it was
 * released, look again. */
static bool do_stops(struct task *t)
{
    if (t->signal.stop & STOP_PENDING && signal_stop_group(t, 0))
        return true;
    if (!(t->signal.stop & (TRAP_STOP | TRAP_NOTIFY)))
        return false;
    ptrace_trap(t);
    spin_unlock_irq(&t->group->lock);
    return true;
}

void signal_die(struct task *t, const struct signal_info *info)
{
    int signo = info->signo;
    u32 status = signo;

    if (SIGNAL_BIT(signo) & SIGNAL_MASK_CORE && core_dump(t, info))
        status |= 0x80;
    task_exit_group(status);
}

/* Killed, or the group ends. Group's lock held. */
static void __noreturn die_now(struct task *t)
{
    struct thread_group *g = t->group;
    u32 code = g->group_exiting ? g->exit_code : SIGKILL;

    t->signal.pending.set &= ~SIGNAL_BIT(SIGKILL);
    signal_recalculate(t);
    spin_unlock_irq(&g->lock);
    task_exit_group(code);
}

/* The action of a signal, consumed if it is for once. Group's lock held. */
static void take_action(struct task *t, int signo, struct signal_action *out)
{
    struct signal_action *a;

    spin_lock(&t->handlers->lock);
    a = &t->handlers->actions[signo - 1];
    *out = *a;
    if (a->handler != SIG_DFL && a->handler != SIG_IGN &&
        a->flags & SA_RESETHAND)
        a->handler = SIG_DFL;
    spin_unlock(&t->handlers->lock);
}

/* A signal without a handler. */
static void default_action(struct task *t, const struct signal_info *info)
{
    struct thread_group *g = t->group;
    int signo = info->signo;

    if (SIGNAL_BIT(signo) & SIGNAL_MASK_IGNORE)
        return;
    if (g->flags & GROUP_UNKILLABLE && signo != SIGKILL && signo != SIGSTOP)
        return;
    if (!(SIGNAL_BIT(signo) & SIGNAL_MASK_STOP)) {
        signal_die(t, info);
        return;
    }
    /* Nobody could continue an orphaned group (POSIX 2.4.3). */
    if (signo != SIGSTOP && group_is_orphaned(g))
        return;
    spin_lock_irq(&g->lock);
    if (!signal_stop_group(t, signo))
        spin_unlock_irq(&g->lock);
}

/* Decide what becomes of the next signal: > 0: deliver it to a handler. */
static int next_for_handler(struct task *t, struct signal_info *info,
                            struct signal_action *action)
{
    struct thread_group *g = t->group;

    for (;;) {
        struct signal_entry *used = NULL;
        bool shared;
        u32 changes;
        int signo;

        spin_lock_irq(&g->lock);
        changes = g->flags & (GROUP_CONTINUE_NOTIFY | GROUP_STOP_NOTIFY);
        if (changes) {
            g->flags &= ~changes;
            spin_unlock_irq(&g->lock);
            notify_changes(t, changes);
            continue;
        }
        if (t->signal.pending.set & SIGNAL_BIT(SIGKILL))
            die_now(t);
        if (t->signal.stop & STOP_WORK && do_stops(t))
            continue;
        shared = !(t->signal.pending.set & ~t->signal.blocked);
        signo = dequeue_locked(t, ~t->signal.blocked, info, &used);
        if (!signo) {
            signal_recalculate(t);
            spin_unlock_irq(&g->lock);
            return 0;
        }
        if (SIGNAL_BIT(signo) & SIGNAL_MASK_STOP)
            t->signal.stop |= STOP_DEQUEUED;
        if (used && used->timer) { /* takes the lock */
            spin_unlock_irq(&g->lock);
            finish_entry(used, info);
            used = NULL;
            spin_lock_irq(&g->lock);
        }
        if (t->trace.flags && signo != SIGKILL)
            signo = ptrace_signal(t, info, shared);
        if (signo)
            take_action(t, signo, action);
        spin_unlock_irq(&g->lock);
        finish_entry(used, info);
        if (!signo || action->handler == SIG_IGN)
            continue;
        if (action->handler != SIG_DFL)
            return signo;
        default_action(t, info);
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

/* The way back of a call that is to be restarted. Where ARCH_RESTART_EARLY, the
 * registers say so before a tracer can see them, and it is taken back if a
 * handler is to run; elsewhere the result stays an -ERESTART until then. */
struct restart {
    s64 result;         /* 0: nothing was done early */
    u64 pc, restart_pc; /* behind the instruction, at it */
};

static void restart_early(struct user_regs *regs, struct restart *r)
{
    s64 result;

    r->result = 0;
    if (!ARCH_RESTART_EARLY || !arch_in_syscall(regs))
        return;
    result = arch_syscall_result(regs);
    if (result == -ERESTARTSYS || result == -ERESTARTNOINTR ||
        result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK) {
        r->result = result;
        r->pc = arch_user_pc(regs);
        arch_syscall_restart(regs);
        r->restart_pc = arch_user_pc(regs);
    }
    arch_syscall_forget(regs);
}

static void settle_restart(struct user_regs *regs, const struct restart *r,
                           bool handler, u64 sa_flags)
{
    if (!r->result) {
        decide_restart(regs, handler, sa_flags);
        return;
    }
    if (arch_user_pc(regs) != r->restart_pc)
        return; /* a tracer has other plans */
    if (handler) {
        if (r->result == -ERESTARTNOINTR ||
            (r->result == -ERESTARTSYS && sa_flags & SA_RESTART))
            return;
        arch_syscall_set_result(regs, -EINTR);
        arch_user_set_pc(regs, r->pc);
    } else if (r->result == -ERESTART_RESTARTBLOCK) {
        arch_user_set_pc(regs, r->pc);
        arch_syscall_restart_as(regs, NR_RESTART_SYSCALL);
    }
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
    bool stepping = ptrace_is_stepping(&t->trace);
    u64 sp = arch_user_sp(regs);

    frame.saved_mask = restore ? s->saved_blocked : s->blocked;
    frame.altstack_flags = !s->altstack_size    ? SS_DISABLE
                           : on_altstack(t, sp) ? SS_ONSTACK
                                                : 0;
    frame.altstack_flags |= s->altstack_flags & SS_AUTODISARM;
    if (action->flags & SA_ONSTACK && s->altstack_size && !on_altstack(t, sp))
        frame.stack_top = s->altstack_sp + s->altstack_size;
    signal_info_to_abi(info, frame.siginfo);

    if (stepping) /* the frame does not know */
        arch_set_single_step(&t->thread.head, false);
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
    if (stepping)
        ptrace_handler_entered(t);
}

void signal_deliver_pending(struct user_regs *regs)
{
    struct task *t = task_current();
    struct signal_info info;
    struct signal_action action;
    struct restart restart;

    restart_early(regs, &restart);
    if (next_for_handler(t, &info, &action)) {
        settle_restart(regs, &restart, true, action.flags);
        enter_handler(t, regs, &info, &action);
        return;
    }
    settle_restart(regs, &restart, false, 0);
    if (atomic_load(&t->thread.head.work) & WORK_RESTORE_MASK) {
        atomic_and(~(int)WORK_RESTORE_MASK, &t->thread.head.work);
        signal_set_blocked(t, t->signal.saved_blocked);
    }
}
