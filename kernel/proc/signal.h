/*
 * POSIX signals.
 *
 * Pending signals are queued per thread and per thread group; both, the actions
 * and the stop state are guarded by thread_group.lock (irq-safe). A thread has
 * WORK_SIGNAL set whenever something that it does not block may be pending; it
 * looks on its way to user mode. thread_ops.signal_pending() is what sleepers
 * ask.
 */
#ifndef PROC_SIGNAL_H
#define PROC_SIGNAL_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/types.h"
#include "core/lock.h"

struct task;
struct thread_group;
struct caller;
struct pid;
struct user_regs;

#define SIGNAL_COUNT  64
#define SIGNAL_RT_MIN 32

enum {
    SIGHUP = 1,
    SIGINT,
    SIGQUIT,
    SIGILL,
    SIGTRAP,
    SIGABRT,
    SIGBUS,
    SIGFPE,
    SIGKILL,
    SIGUSR1,
    SIGSEGV,
    SIGUSR2,
    SIGPIPE,
    SIGALRM,
    SIGTERM,
    SIGSTKFLT,
    SIGCHLD,
    SIGCONT,
    SIGSTOP,
    SIGTSTP,
    SIGTTIN,
    SIGTTOU,
    SIGURG,
    SIGXCPU,
    SIGXFSZ,
    SIGVTALRM,
    SIGPROF,
    SIGWINCH,
    SIGIO,
    SIGPWR,
    SIGSYS,
};

/* sigaction flags and handlers: the same on both architectures. */
#define SA_NOCLDSTOP      0x00000001u
#define SA_NOCLDWAIT      0x00000002u
#define SA_SIGINFO        0x00000004u
#define SA_EXPOSE_TAGBITS 0x00000800u
#define SA_RESTORER       0x04000000u
#define SA_ONSTACK        0x08000000u
#define SA_RESTART        0x10000000u
#define SA_NODEFER        0x40000000u
#define SA_RESETHAND      0x80000000u
#define SIG_DFL           0
#define SIG_IGN           1

/* si_code */
#define SI_USER    0
#define SI_KERNEL  0x80
#define SI_QUEUE   (-1)
#define SI_TIMER   (-2)
#define SI_MESGQ   (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO   (-5)
#define SI_TKILL   (-6)
enum {
    SEGV_MAPERR = 1,
    SEGV_ACCERR
};
enum {
    BUS_ADRALN = 1,
    BUS_ADRERR,
    BUS_OBJERR
};
enum {
    CLD_EXITED = 1,
    CLD_KILLED,
    CLD_DUMPED,
    CLD_TRAPPED,
    CLD_STOPPED,
    CLD_CONTINUED
};

#define SS_ONSTACK    1u
#define SS_DISABLE    2u
#define SS_AUTODISARM (1u << 31)
typedef u64 sigset_t; /* bit n-1: signal n */
#define SIGNAL_BIT(n) (1ULL << ((n)-1))

/* The kernel's form of siginfo; abi lays it out (signal_info_to_user). */
struct signal_info {
    s32 signo, error, code;
    s32 pid; /* in the receiver's namespace */
    u32 uid;
    u64 value;    /* sigval */
    s32 status;   /* SIGCHLD */
    bool child;   /* of a child, whatever signo it is */
    bool outside; /* the sender is not in the receiver's PID namespace */
    u64 user_ticks, system_ticks;
    u64 address; /* SIGSEGV, SIGBUS, SIGILL, SIGFPE */
    u64 trapno, fault_error;
    s32 timer_id, overrun;
    s64 band;
    s32 fd;
    u64 call_address; /* SIGSYS */
    s32 syscall;
    u32 arch;
};

struct signal_queue {
    sigset_t set;
    struct list_head entries; /* struct signal_entry */
};

struct signal_action {
    u64 handler; /* user address; 0 default, 1 ignore */
    u64 flags;   /* SA_* */
    u64 restorer;
    sigset_t mask;
};

struct signal_handlers { /* counted; shared by CLONE_SIGHAND */
    refcount_t refs;
    spinlock_t lock; /* guards actions; leaf below group->lock, irq-safe */
    struct signal_action actions[SIGNAL_COUNT];
};

struct signal_state {
    sigset_t blocked;
    sigset_t saved_blocked; /* with WORK_RESTORE_MASK */
    sigset_t waiting_for;   /* sigtimedwait */
    struct signal_queue pending;
    u32 stop; /* STOP_*, TRAP_*: what it owes job control and its tracer */
    u64 altstack_sp, altstack_size;
    u32 altstack_flags;
};

struct work_list { /* task work: run on the way to user mode */
    void *first;
};

/* Send to one thread or to a process; `info` NULL: from the kernel (SI_KERNEL).
 * Takes group->lock. 0, -EAGAIN (RLIMIT_SIGPENDING for real-time), -ESRCH. */
int signal_send_thread(struct task *t, const struct signal_info *info);
int signal_send_process(struct task *leader, const struct signal_info *info);
/* To every process of a group or session; 0 if one got it; under tasklist. */
int signal_send_group(struct pid *pgrp, const struct signal_info *info);
/* fn for each process of a group, under its lock, interrupts off. 0 if one
 * call gave 0, else an error of one, -ESRCH: there is none. */
int signal_each_of_group(struct pid *pgrp,
                         int (*fn)(struct task *leader, void *ctx), void *ctx);
/* A signal that cannot be blocked or ignored (faults): resets the action. */
void signal_force(struct task *t, const struct signal_info *info);
/* True if the group was orphaned apart from `except` (job control);
 * tasklist_lock held. */
bool signal_group_is_orphaned(struct pid *pgrp, struct task *except);
void signal_info_kernel(struct signal_info *info, int signo);
/* To the caller itself, as if it had sent it: SIGPIPE, SIGXFSZ. */
void signal_send_self(const struct caller *who, int signo);
/* May `who` send signo to t? 0 or -EPERM. */
int signal_may_send(const struct caller *who, struct task *t, int signo);

bool signal_is_pending(const struct task *t); /* a deliverable one, or stop */
bool signal_is_fatal_pending(const struct task *t);
void signal_set_blocked(struct task *t, sigset_t mask); /* current */
/* sigsuspend, ppoll...: mask for the duration of the call. */
void signal_set_temporary_mask(struct task *t, sigset_t mask);
void signal_restore_mask(struct task *t, bool interrupted);
/* rt_sigtimedwait, signalfd: take one of `set`, or 0. */
int signal_dequeue(struct task *t, sigset_t set, struct signal_info *info);
/* arch_upcalls.exit_work for WORK_SIGNAL: stop, die, or build frames. */
void signal_deliver_pending(struct user_regs *regs);
int signal_action(struct task *t, int signo, const struct signal_action *new,
                  struct signal_action *old);

#endif
