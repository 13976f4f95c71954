/*
 * Job control's stops. Every thread of a group takes part: it is marked
 * STOP_PENDING, and the last one to stop makes it a stop of the group. A traced
 * thread takes part by a trap, in which its tracer has its way with it.
 */
#include "proc/ptrace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"

bool signal_mark_stop(struct task *t, u32 bits)
{
    if (signal_is_fatal_pending(t) || t->flags & TASK_EXITING)
        return false;
    if (bits & STOP_SIGNAL_MASK)
        t->signal.stop &= ~STOP_SIGNAL_MASK;
    t->signal.stop |= bits;
    return true;
}

bool signal_join_stop(struct task *t)
{
    struct thread_group *g = t->group;
    bool counted = t->signal.stop & STOP_COUNTED;

    t->signal.stop &= ~(STOP_PENDING | STOP_COUNTED | STOP_DEQUEUED);
    if (!counted)
        return false;
    if (g->stop_pending)
        g->stop_pending--;
    if (g->stop_pending || g->flags & GROUP_STOPPED)
        return false;
    g->flags |= GROUP_STOPPED;
    g->flags &= ~(GROUP_STOP_REPORTED | GROUP_CONTINUED);
    return true;
}

void signal_join_new(struct task *t)
{
    struct thread_group *g = t->group;
    u32 bits = g->stop_signal | STOP_PENDING;

    if (g->stop_pending) {
        g->stop_pending++;
        bits |= STOP_COUNTED;
    } else if (!(g->flags & GROUP_STOPPED)) {
        return;
    }
    t->signal.stop |= bits;
    atomic_or(WORK_SIGNAL, &t->thread.head.work);
}

/* Ask every thread to stop. False: a SIGCONT or a death came in between. */
static bool begin(struct task *t, int signo)
{
    struct thread_group *g = t->group;
    u32 bits = signo | STOP_PENDING | STOP_COUNTED;
    struct task *each;

    if (!(t->signal.stop & STOP_DEQUEUED) || g->group_exiting || g->exec_task)
        return false;
    if (!(g->flags & GROUP_STOPPED)) {
        g->stop_signal = signo;
        g->flags &=
            ~(GROUP_CONTINUED | GROUP_CONTINUE_NOTIFY | GROUP_STOP_NOTIFY);
    }
    g->stop_pending = 0;
    if (signal_mark_stop(t, bits))
        g->stop_pending++;
    list_for_each_entry (each, &g->threads, group_link) {
        if (each == t || atomic_load(&each->thread.state) == THREAD_STOPPED ||
            !signal_mark_stop(each, bits))
            continue;
        g->stop_pending++;
        if (each->trace.flags & PT_SEIZED)
            ptrace_trap_notify(each);
        else
            signal_wake(each, false);
    }
    return true;
}

bool signal_stop_group(struct task *t, int signo)
{
    struct thread_group *g = t->group;
    bool last;

    if (!(t->signal.stop & STOP_PENDING) && !begin(t, signo))
        return false;
    if (t->trace.flags) {
        /* It stops in a trap, and takes part from there. */
        signal_mark_stop(t, TRAP_STOP);
        return false;
    }
    last = signal_join_stop(t);
    thread_set_state(THREAD_STOPPED);
    spin_unlock_irq(&g->lock);
    if (last) {
        spin_lock(&tasklist_lock);
        signal_notify_stop(t, false, CLD_STOPPED);
        spin_unlock(&tasklist_lock);
    }
    schedule();
    /* Continued, traced or killed: the caller looks. */
    spin_lock_irq(&g->lock);
    signal_recalculate(t);
    spin_unlock_irq(&g->lock);
    return true;
}

void signal_wake_traced(struct task *t, bool resume)
{
    u32 states = 1u << THREAD_INTERRUPTIBLE;

    if (resume)
        states |= 1u << THREAD_TRACED;
    atomic_or(WORK_SIGNAL, &t->thread.head.work);
    if (!thread_wake_state(&t->thread, states))
        thread_kick(&t->thread);
}
