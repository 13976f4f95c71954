/* ptrace, the tracee's side: stopping. */
#include <asm/abi.h>

#include "core/time.h"
#include "proc/exit.h"
#include "proc/ptrace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "proc/task_work.h"

#define TRAP_BRKPT 1

bool ptrace_is_reparented(const struct task *t)
{
    return t->parent && t->real_parent &&
           t->parent->group != t->real_parent->group;
}

/*
 * Stop until the tracer lets go. `code` is what it waits for, `why` CLD_TRAPPED
 * or CLD_STOPPED. Group's lock held on entry and return; the result is the
 * signal to go on with. A task that is to die does not stop.
 */
static u32 stop_locked(struct task *t, u32 code, int why, u64 message,
                       struct signal_info *info)
{
    struct thread_group *g = t->group;
    bool group_stopped = false;

    if (!t->trace.flags || signal_is_fatal_pending(t))
        return code;
    t->trace.message = message;
    t->trace.info = info;
    t->trace.exit_code = code;
    if (why == CLD_STOPPED && t->signal.stop & STOP_PENDING)
        group_stopped = signal_join_stop(t);
    t->signal.stop &= ~(TRAP_STOP | TRAP_TRAPPING);
    if (info && info->code >> 8 == PTRACE_EVENT_STOP)
        t->signal.stop &= ~TRAP_NOTIFY;
    thread_set_state(THREAD_TRACED);
    spin_unlock_irq(&g->lock);

    spin_lock(&tasklist_lock);
    if (t->trace.flags)
        signal_notify_stop(t, true, why);
    if (group_stopped && (!t->trace.flags || ptrace_is_reparented(t)))
        signal_notify_stop(t, false, why);
    spin_unlock(&tasklist_lock);
    schedule();

    spin_lock_irq(&g->lock);
    code = t->trace.exit_code;
    t->trace.exit_code = 0;
    t->trace.info = NULL;
    t->trace.message = 0;
    t->signal.stop &= ~(TRAP_LISTENING | TRAP_FROZEN);
    signal_recalculate(t);
    return code;
}

/* A stop of the task's own making: its siginfo says so. Locked. */
static u32 notify_locked(struct task *t, int signo, u32 code, int why,
                         u64 message)
{
    struct signal_info info = {
        .signo = signo,
        .code = (s32)code,
        .pid = pid_number(t->pids[PID_TASK], task_pid_ns(t)),
        .uid = uid_from_kernel(t->cred->user_ns, t->cred->uid),
    };

    return stop_locked(t, code, why, message, &info);
}

static u32 notify(struct task *t, u32 code, u64 message)
{
    u32 signo;

    if (READ_ONCE(t->notify.first))
        task_work_run(t);
    spin_lock_irq(&t->group->lock);
    signo = notify_locked(t, SIGTRAP, code, CLD_TRAPPED, message);
    spin_unlock_irq(&t->group->lock);
    return signo;
}

/* ---------------------------------------------------------------- events -- */

bool ptrace_event_enabled(const struct task *t, int event)
{
    return t->trace.flags && t->trace.options & BIT(event);
}

void ptrace_event(struct task *t, int event, u64 message)
{
    if (ptrace_event_enabled(t, event))
        notify(t, event << 8 | SIGTRAP, message);
}

void ptrace_exec_done(struct task *t, u64 old_tid)
{
    if (ptrace_event_enabled(t, PTRACE_EVENT_EXEC))
        ptrace_event(t, PTRACE_EVENT_EXEC, old_tid);
    else if ((t->trace.flags & (PT_TRACED | PT_SEIZED)) == PT_TRACED)
        ptrace_send_self(t, SIGTRAP);
}

void ptrace_send_self(struct task *t, int signo)
{
    struct signal_info info = {
        .signo = signo,
        .code = SI_USER,
        .pid = pid_number(t->group->leader->pids[PID_PROCESS], task_pid_ns(t)),
        .uid = uid_from_kernel(t->cred->user_ns, t->cred->uid),
    };

    signal_send_thread(t, &info);
}

/* ----------------------------------------------------------- system calls --
 */

/* The call of a single step counts as one instruction. */
static void step_trap(struct task *t, struct user_regs *regs)
{
    struct signal_info info = {
        .signo = SIGTRAP,
        .code = ARCH_PICK(TRAP_BRKPT, SI_USER),
        .address = ARCH_PICK(arch_user_pc(regs), 0),
        .trapno = ARCH_PICK(1, 0),
    };

    (void)regs;
    signal_force(t, &info);
}

bool ptrace_syscall_stop(struct task *t, struct user_regs *regs, bool entry)
{
    u32 code = SIGTRAP, signo;
    bool emulate;
    u64 saved;

    if (!t->trace.flags)
        return true;
    if (!entry && t->trace.resume & RESUME_STEP) {
        step_trap(t, regs);
        return true;
    }
    emulate = entry && t->trace.resume & RESUME_EMULATE;
    if (!emulate && !(t->trace.resume & RESUME_SYSCALL))
        return true;
    if (t->trace.options & PTRACE_O_TRACESYSGOOD)
        code |= 0x80;
    saved = arch_syscall_tell(regs, entry);
    signo = notify(t, code, entry ? PTRACE_MESSAGE_ENTRY : PTRACE_MESSAGE_EXIT);
    arch_syscall_told(regs, saved);
    if (signo) {
        struct signal_info info;

        signal_info_kernel(&info, signo);
        signal_send_thread(t, &info);
    }
    return !emulate && !signal_is_fatal_pending(t);
}

void ptrace_handler_entered(struct task *t)
{
    notify(t, SIGTRAP, 0);
}

/* ---------------------------------------------------------------- signals --
 */

int ptrace_signal(struct task *t, struct signal_info *info, bool shared)
{
    u32 signo;

    /* A stop signal that the tracer lets pass still stops, unless a SIGCONT
     * comes meanwhile. */
    t->signal.stop |= STOP_DEQUEUED;
    signo = stop_locked(t, info->signo, CLD_TRAPPED, 0, info);
    if (!signo)
        return 0;
    if ((s32)signo != info->signo) {
        struct task *tracer = t->parent;

        *info = (struct signal_info){.signo = signo, .code = SI_USER};
        rcu_read_lock();
        info->pid = pid_number(tracer->pids[PID_TASK], task_pid_ns(t));
        info->uid = uid_from_kernel(t->cred->user_ns,
                                    rcu_dereference(tracer->cred)->uid);
        rcu_read_unlock();
    }
    if (t->signal.blocked & SIGNAL_BIT(signo) || signal_is_fatal_pending(t)) {
        signal_send_locked(t, info, shared, false);
        return 0;
    }
    return signo;
}

void ptrace_trap(struct task *t)
{
    struct thread_group *g = t->group;
    u32 signo = t->signal.stop & STOP_SIGNAL_MASK;

    if (!(t->trace.flags & PT_SEIZED)) {
        stop_locked(t, signo, CLD_STOPPED, 0, NULL);
        return;
    }
    if (!g->stop_pending && !(g->flags & GROUP_STOPPED))
        signo = SIGTRAP;
    notify_locked(t, signo, signo | PTRACE_EVENT_STOP << 8, CLD_STOPPED, 0);
}

void ptrace_trap_notify(struct task *t)
{
    signal_mark_stop(t, TRAP_NOTIFY);
    signal_wake_traced(t, t->signal.stop & TRAP_LISTENING);
}

void ptrace_update_work(struct task *t)
{
    bool wanted = t->flags & TASK_TRACE_PRINT ||
                  (t->trace.flags && t->trace.resume != RESUME_RUN);

    if (wanted)
        atomic_or(WORK_TRACE_SYSCALL, &t->thread.head.work);
    else
        atomic_and(~(int)WORK_TRACE_SYSCALL, &t->thread.head.work);
}
