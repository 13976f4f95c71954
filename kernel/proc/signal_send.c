/* Sending: from a number to a woken thread. */
#include "lib/string.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/core_dump.h"
#include "proc/exit.h"
#include "proc/posix_timer.h"
#include "proc/ptrace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "proc/user_account.h"

void signal_queue_init(struct signal_queue *q)
{
    q->set = 0;
    INIT_LIST_HEAD(&q->entries);
}

static void entry_free(struct signal_entry *e)
{
    if (e->timer) {
        posix_timer_signal_dropped(e->timer);
        return;
    }
    if (e->user) {
        atomic_dec(&e->user->signals_pending);
        user_account_put(e->user);
    }
    kfree(e);
}

void signal_entry_free(struct signal_entry *e)
{
    entry_free(e);
}

void signal_queue_flush(struct signal_queue *q, sigset_t which)
{
    struct signal_entry *e, *next;

    if (!(q->set & which))
        return;
    q->set &= ~which;
    list_for_each_entry_safe (e, next, &q->entries, link) {
        if (which & SIGNAL_BIT(e->info.signo)) {
            list_del_init(&e->link);
            entry_free(e);
        }
    }
}

struct signal_handlers *signal_handlers_create(void)
{
    struct signal_handlers *h = kzalloc(sizeof(*h), ALLOC_KERNEL);

    if (h) {
        refcount_set(&h->refs, 1);
        spin_init(&h->lock, "signal_handlers");
    }
    return h;
}

void signal_handlers_put(struct signal_handlers *h)
{
    if (h && refcount_dec_and_test(&h->refs))
        kfree(h);
}

void signal_info_kernel(struct signal_info *info, int signo)
{
    *info = (struct signal_info){.signo = signo, .code = SI_KERNEL};
}

void signal_wake(struct task *t, bool fatal)
{
    u32 states = 1u << THREAD_INTERRUPTIBLE;

    if (fatal)
        states |= 1u << THREAD_KILLABLE | 1u << THREAD_STOPPED;
    if (fatal && !(t->signal.stop & TRAP_FROZEN))
        states |= 1u << THREAD_TRACED;
    atomic_or(WORK_SIGNAL, &t->thread.head.work);
    if (!thread_wake_state(&t->thread, states))
        thread_kick(&t->thread);
}

void signal_recalculate(struct task *t)
{
    sigset_t pending = t->signal.pending.set | t->group->shared_pending.set;

    if (pending & ~t->signal.blocked || t->signal.stop & STOP_WORK)
        atomic_or(WORK_SIGNAL, &t->thread.head.work);
    else if (t == task_current())
        atomic_and(~(int)WORK_SIGNAL, &t->thread.head.work);
}

static u64 handler_of(struct task *t, int signo)
{
    return READ_ONCE(t->handlers->actions[signo - 1].handler);
}

static bool default_is_ignore(int signo)
{
    return SIGNAL_BIT(signo) & SIGNAL_MASK_IGNORE;
}

bool signal_is_ignored(struct task *t, int signo)
{
    u64 handler = handler_of(t, signo);

    return handler == SIG_IGN ||
           (handler == SIG_DFL && default_is_ignore(signo));
}

/* Is it pointless to queue the signal? A blocked one may find a handler later.
 */
static bool is_dropped(struct task *t, int signo, bool forced)
{
    if ((t->signal.blocked | t->signal.waiting_for) & SIGNAL_BIT(signo))
        return false;
    /* An init is only sent what it asked for; from outside its namespace also
     * what cannot be caught (pid_namespaces(7)). */
    if (t->group->flags & GROUP_UNKILLABLE &&
        !(forced && (signo == SIGKILL || signo == SIGSTOP)) &&
        handler_of(t, signo) == SIG_DFL)
        return true;
    if (t->trace.flags && signo != SIGKILL)
        return false;
    return signal_is_ignored(t, signo);
}

/* SIGCONT and the stop signals take each other back. */
static void resolve_stop_and_continue(struct task *t, int signo)
{
    struct thread_group *g = t->group;
    struct task *each;
    sigset_t gone = 0;

    if (SIGNAL_BIT(signo) & SIGNAL_MASK_STOP)
        gone = SIGNAL_BIT(SIGCONT);
    else if (signo == SIGCONT)
        gone = SIGNAL_MASK_STOP;
    else
        return;

    signal_queue_flush(&g->shared_pending, gone);
    list_for_each_entry (each, &g->threads, group_link) {
        signal_queue_flush(&each->signal.pending, gone);
        if (signo == SIGCONT) {
            each->signal.stop &= ~(STOP_PENDING | STOP_COUNTED | STOP_DEQUEUED);
            if (each->trace.flags & PT_SEIZED)
                ptrace_trap_notify(each);
            else
                thread_wake_state(&each->thread, 1u << THREAD_STOPPED);
        }
    }
    if (signo == SIGCONT) {
        if (g->flags & GROUP_STOPPED || g->stop_pending) {
            g->flags |= GROUP_CONTINUED;
            g->flags |= g->flags & GROUP_STOPPED ? GROUP_CONTINUE_NOTIFY
                                                 : GROUP_STOP_NOTIFY;
            /* A thread of the group tells the parent (no tasklist here). */
            atomic_or(WORK_SIGNAL, &t->thread.head.work);
        }
        g->flags &= ~(GROUP_STOPPED | GROUP_STOP_REPORTED);
        g->stop_pending = 0;
    }
}

static bool wants_signal(struct task *t, int signo)
{
    if (t->flags & TASK_EXITING)
        return false;
    if (signo == SIGKILL)
        return true;
    if (t->signal.blocked & SIGNAL_BIT(signo))
        return false;
    return atomic_load(&t->thread.state) != THREAD_STOPPED &&
           atomic_load(&t->thread.state) != THREAD_TRACED;
}

void signal_kill_threads(struct thread_group *g, struct task *except)
{
    struct task *each;

    list_for_each_entry (each, &g->threads, group_link) {
        if (each == except || each->flags & TASK_EXITING)
            continue;
        each->signal.stop &= ~(STOP_WORK | STOP_COUNTED);
        each->signal.pending.set |= SIGNAL_BIT(SIGKILL);
        signal_wake(each, true);
    }
}

static bool is_fatal_by_default(struct task *t, int signo)
{
    return handler_of(t, signo) == SIG_DFL && !default_is_ignore(signo) &&
           !(SIGNAL_BIT(signo) & SIGNAL_MASK_STOP);
}

/* Choose the thread that takes the signal and wake it. */
static void wake_a_receiver(struct task *t, int signo, bool group)
{
    struct thread_group *g = t->group;
    struct task *each;

    if (!wants_signal(t, signo)) {
        struct task *other = NULL;

        if (!group || list_is_singular(&g->threads))
            return; /* it will be dequeued when it is unblocked */
        list_for_each_entry (each, &g->threads, group_link) {
            if (wants_signal(each, signo)) {
                other = each;
                break;
            }
        }
        if (!other)
            return;
        t = other;
    }
    /* A deadly signal ends the whole group at once, unless a tracer wants to
     * see it first or it needs a core dump in the thread's own context. */
    if (is_fatal_by_default(t, signo) && !g->group_exiting &&
        (signo == SIGKILL || !t->trace.flags) &&
        !(SIGNAL_BIT(signo) & SIGNAL_MASK_CORE) &&
        !(g->flags & GROUP_UNKILLABLE && signo != SIGKILL) &&
        !(t->signal.waiting_for & SIGNAL_BIT(signo))) {
        g->group_exiting = true;
        g->exit_code = signo;
        g->stop_pending = 0;
        signal_kill_threads(g, NULL);
        return;
    }
    signal_wake(t, signo == SIGKILL);
}

static int enqueue(struct task *t, struct signal_queue *q,
                   const struct signal_info *info, bool forced)
{
    int signo = info->signo;
    struct signal_entry *e;
    struct user_account *user;
    u64 limit = READ_ONCE(t->group->limits[LIMIT_SIGPENDING].soft);

    if (signo < SIGNAL_RT_MIN && q->set & SIGNAL_BIT(signo))
        return 0; /* one of each is enough */
    if (signo == SIGKILL) {
        q->set |= SIGNAL_BIT(signo);
        return 0;
    }
    user = user_account_get(rcu_dereference(t->cred)->user);
    e = NULL;
    if (forced || signo < SIGNAL_RT_MIN ||
        (u64)atomic_load(&user->signals_pending) < limit)
        e = kmalloc(sizeof(*e), ALLOC_ATOMIC);
    if (!e) {
        user_account_put(user);
        /* Real-time signals from user space are never lost silently. */
        if (signo >= SIGNAL_RT_MIN && info->code != SI_USER)
            return -EAGAIN;
        q->set |= SIGNAL_BIT(signo);
        return 0;
    }
    atomic_inc(&user->signals_pending);
    e->info = *info;
    e->user = user;
    e->timer = NULL;
    list_add_tail(&e->link, &q->entries);
    q->set |= SIGNAL_BIT(signo);
    return 0;
}

int signal_send_locked(struct task *t, const struct signal_info *info,
                       bool group, bool forced)
{
    struct thread_group *g = t->group;
    int error;

    if (t->flags & TASK_KTHREAD)
        return 0;
    /* What dies already takes none, but one that gives up its core file. */
    if (g->group_exiting && !(g->core && info->signo == SIGKILL))
        return 0;
    resolve_stop_and_continue(t, info->signo);
    if (is_dropped(t, info->signo,
                   forced || info->outside || info->code == SI_KERNEL))
        return 0;
    if (g->core && info->signo == SIGKILL) /* the file is given up */
        t = g->core->dumper, group = false;
    error = enqueue(t, group ? &g->shared_pending : &t->signal.pending, info,
                    forced);
    if (error)
        return error;
    if (wait_queue_active(&g->signalfd_wait))
        wait_queue_wake(&g->signalfd_wait, POLLIN, 0);
    wake_a_receiver(t, info->signo, group);
    return 0;
}

bool signal_queue_entry(struct task *t, struct signal_entry *e, bool group)
{
    struct signal_queue *q =
        group ? &t->group->shared_pending : &t->signal.pending;

    if (t->group->group_exiting || is_dropped(t, e->info.signo, false))
        return false;
    list_add_tail(&e->link, &q->entries);
    q->set |= SIGNAL_BIT(e->info.signo);
    if (wait_queue_active(&t->group->signalfd_wait))
        wait_queue_wake(&t->group->signalfd_wait, POLLIN, 0);
    wake_a_receiver(t, e->info.signo, group);
    return true;
}

/* Clear the bit of a signal that no entry of the queue has any more. */
static void clear_if_gone(struct signal_queue *q, int signo)
{
    struct signal_entry *e;

    list_for_each_entry (e, &q->entries, link) {
        if (e->info.signo == signo)
            return;
    }
    q->set &= ~SIGNAL_BIT(signo);
}

bool signal_unqueue_entry(struct thread_group *g, struct signal_entry *e)
{
    struct task *t;

    if (list_empty(&e->link))
        return false;
    list_del_init(&e->link);
    clear_if_gone(&g->shared_pending, e->info.signo);
    list_for_each_entry (t, &g->threads, group_link)
        clear_if_gone(&t->signal.pending, e->info.signo);
    return true;
}

int signal_send_thread(struct task *t, const struct signal_info *info)
{
    unsigned long flags;
    int error;

    if (READ_ONCE(t->exit_state) != TASK_ALIVE)
        return -ESRCH;
    flags = spin_lock_irqsave(&t->group->lock);
    error = signal_send_locked(t, info, false, info->code == SI_KERNEL);
    spin_unlock_irqrestore(&t->group->lock, flags);
    return error;
}

int signal_send_process(struct task *leader, const struct signal_info *info)
{
    unsigned long flags = spin_lock_irqsave(&leader->group->lock);
    int error = signal_send_locked(leader, info, true, info->code == SI_KERNEL);

    spin_unlock_irqrestore(&leader->group->lock, flags);
    return error;
}

int signal_each_of_group(struct pid *pgrp,
                         int (*fn)(struct task *leader, void *ctx), void *ctx)
{
    struct task *t;
    int result = -ESRCH;
    unsigned long flags;

    rcu_read_lock();
    flags = spin_lock_irqsave(&pgrp->group_lock);
    hlist_for_each_entry(t, &pgrp->tasks[PID_GROUP], pid_links[PID_GROUP])
    {
        int error = fn(t, ctx);

        if (result)
            result = error;
    }
    spin_unlock_irqrestore(&pgrp->group_lock, flags);
    rcu_read_unlock();
    return result;
}

static int send_to_member(struct task *leader, void *info)
{
    return signal_send_process(leader, info);
}

int signal_send_group(struct pid *pgrp, const struct signal_info *info)
{
    return signal_each_of_group(pgrp, send_to_member, (void *)info);
}

void signal_force(struct task *t, const struct signal_info *info)
{
    struct signal_action *a = &t->handlers->actions[info->signo - 1];
    unsigned long flags = spin_lock_irqsave(&t->group->lock);
    bool blocked = t->signal.blocked & SIGNAL_BIT(info->signo);

    spin_lock(&t->handlers->lock);
    if (blocked || a->handler == SIG_IGN) {
        a->handler = SIG_DFL;
        t->signal.blocked &= ~SIGNAL_BIT(info->signo);
    }
    if (a->handler == SIG_DFL && !t->trace.flags)
        t->group->flags &= ~GROUP_UNKILLABLE;
    spin_unlock(&t->handlers->lock);
    signal_send_locked(t, info, false, true);
    signal_recalculate(t);
    spin_unlock_irqrestore(&t->group->lock, flags);
}

void signal_send_self(const struct caller *who, int signo)
{
    struct signal_info info = {.signo = signo, .code = SI_USER};

    if (!who->task)
        return;
    info.pid = pid_number(who->task->group->leader->pids[PID_PROCESS],
                          task_pid_ns(who->task));
    info.uid = uid_from_kernel(who->cred->user_ns, who->cred->uid);
    signal_send_thread(who->task, &info);
}

int signal_may_send(const struct caller *who, struct task *t, int signo)
{
    const struct cred *mine = who->cred, *its;
    int error = -EPERM;

    if (who->flags & CALLER_KERNEL)
        return 0;
    if (who->task && who->task->group == t->group)
        return 0;
    rcu_read_lock();
    its = rcu_dereference(t->cred);
    if (kuid_equal(mine->euid, its->suid) || kuid_equal(mine->euid, its->uid) ||
        kuid_equal(mine->uid, its->suid) || kuid_equal(mine->uid, its->uid) ||
        cred_capable_ns(mine, its->user_ns, CAP_KILL))
        error = 0;
    else if (signo == SIGCONT && who->task &&
             who->task->group->leader->pids[PID_SESSION] ==
                 t->group->leader->pids[PID_SESSION])
        error = 0;
    rcu_read_unlock();
    return error;
}

bool signal_is_pending(const struct task *t)
{
    return atomic_load(&t->thread.head.work) & WORK_SIGNAL ||
           READ_ONCE(t->notify.first);
}

bool signal_is_fatal_pending(const struct task *t)
{
    return t->signal.pending.set & SIGNAL_BIT(SIGKILL);
}
