/*
 * ptrace: a task that stops for another one, its tracer, which reads and
 * changes it and lets it go on.
 *
 * The right to trace is checked once, when a task is attached (or asks its
 * parent to trace it); from then on the link is the right, until one of the two
 * ends or the tracer detaches. task.trace says who a task is to its tracer;
 * tracer->traced lists tracees by trace_link, and tracee->parent is the tracer.
 *
 * Locks: links, parent and trace.flags change under tasklist_lock and the
 * tracee's group->lock; the rest of struct ptrace_state under group->lock, or
 * by the tracer while it holds the tracee frozen (ptrace_find ... ptrace_done).
 */
#ifndef PROC_PTRACE_H
#define PROC_PTRACE_H

#include "arch/arch.h"
#include "lib/types.h"

struct caller;
struct cred;
struct list_head;
struct pid;
struct signal_info;
struct task;

/* ptrace_state.flags */
#define PT_TRACED BIT(0)
#define PT_SEIZED BIT(1)

/* ptrace_state.options: PTRACE_O_* of Linux. */
#define PTRACE_O_TRACESYSGOOD    BIT(0)
#define PTRACE_O_EXITKILL        BIT(20)
#define PTRACE_O_SUSPEND_SECCOMP BIT(21)
#define PTRACE_O_MASK            (0xffu | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

/* Events; option bit n asks for event n. */
enum {
    PTRACE_EVENT_FORK = 1,
    PTRACE_EVENT_VFORK,
    PTRACE_EVENT_CLONE,
    PTRACE_EVENT_EXEC,
    PTRACE_EVENT_VFORK_DONE,
    PTRACE_EVENT_EXIT,
    PTRACE_EVENT_SECCOMP,
    PTRACE_EVENT_STOP = 128,
};
#define PTRACE_MESSAGE_ENTRY 1
#define PTRACE_MESSAGE_EXIT  2

/* How a tracee goes on: bits. */
#define RESUME_RUN     0
#define RESUME_SYSCALL BIT(0) /* stop at the next system call */
#define RESUME_STEP    BIT(1) /* one instruction */
#define RESUME_EMULATE BIT(2) /* stop at the next call, and do not make it */

struct ptrace_state { /* embedded in struct task */
    u32 flags;        /* PT_*; 0: nobody traces it */
    u32 options;      /* PTRACE_O_* */
    u32 exit_code; /* a stop nobody waited for yet; or the signal to go on with
                    */
    u8 resume;     /* RESUME_* */
    u64 message;   /* PTRACE_GETEVENTMSG */
    struct signal_info *info;       /* of the signal it stopped for; borrowed */
    const struct cred *tracer_cred; /* owned: who attached */
};

/* ---------------------------------------------------------- by the tracee --
 */

/* PTRACE_TRACEME. */
int ptrace_traceme(struct task *t);
bool ptrace_event_enabled(const struct task *t, int event);
/* Stop for an event, if the tracer asked for it. May sleep. */
void ptrace_event(struct task *t, int event, u64 message);
/* After an exec: the event, or the old SIGTRAP. */
void ptrace_exec_done(struct task *t, u64 old_tid);
/* What `pid` is called where the tracer of `t` lives; 0: nobody traces it. */
u64 ptrace_number(struct task *t, struct pid *pid);
/* Stop before or after a system call. False: the call must not run. */
bool ptrace_syscall_stop(struct task *t, struct user_regs *regs, bool entry);
/* A signal is about to be delivered; locked. The signal to deliver or 0. */
int ptrace_signal(struct task *t, struct signal_info *info, bool shared);
/* A stop that was asked for (group stop, PTRACE_INTERRUPT); locked. */
void ptrace_trap(struct task *t);
/* A seized tracee has news for its tracer; locked. */
void ptrace_trap_notify(struct task *t);
/* WORK_TRACE_SYSCALL as the task's flags say. */
void ptrace_update_work(struct task *t);
/* A signal to itself, as if it had sent it. */
void ptrace_send_self(struct task *t, int signo);
/* A single-stepping task stands before a handler's first instruction. */
void ptrace_handler_entered(struct task *t);
static inline bool ptrace_is_stepping(const struct ptrace_state *s)
{
    return s->flags && s->resume & RESUME_STEP;
}

/* ------------------------------------------------- links; tasklist_lock held
 */

/* A new task whose parent's tracer is to have it, too (`wanted`). */
void ptrace_fork(struct task *child, struct task *parent, bool wanted);
/* A tracer ends: its tracees go free or die; those that only it kept from
 * being released come on `dead` by trace_link. */
void ptrace_tracer_exits(struct task *tracer, struct list_head *dead);
/* Take it from its tracer. */
void ptrace_unlink(struct task *t);
/* Traced by a process other than its parent? */
bool ptrace_is_reparented(const struct task *t);

/* ---------------------------------------------------------- by the tracer --
 */

int ptrace_attach(struct caller *who, struct task *t, bool seize, u32 options);
/* Is `t` the caller's tracee, stopped (unless `any`)? Then it is held so until
 * ptrace_done(). 0 or -ESRCH. */
int ptrace_hold(struct caller *who, struct task *t, bool any);
void ptrace_done(struct task *t);
int ptrace_check_options(struct caller *who, u64 options);
int ptrace_resume(struct task *t, u32 how, u64 signo);
int ptrace_detach(struct caller *who, struct task *t, u64 signo);
int ptrace_interrupt(struct task *t);
int ptrace_listen(struct task *t);
/* The signal it stopped for: -EINVAL when it did not stop for one. */
int ptrace_get_info(struct task *t, struct signal_info *info);
int ptrace_set_info(struct task *t, const struct signal_info *info);
/* The index-th queued signal (PTRACE_PEEKSIGINFO): -ENOENT behind the last. */
int ptrace_get_queued(struct task *t, bool shared, u64 index,
                      struct signal_info *info);
void ptrace_set_mask(struct task *t, u64 mask);
/* May exec raise the privileges of `t` though it is traced? */
bool ptrace_tracer_capable(const struct task *t);
/* The number of its tracer in a namespace, 0: none. For /proc. */
struct pid_namespace;
u32 ptrace_tracer_number(struct task *t, struct pid_namespace *ns);

#endif
