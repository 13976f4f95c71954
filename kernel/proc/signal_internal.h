/*
 * The inside of signals, for the files of proc/ that stop, kill and wait.
 * "Locked" functions want the group's lock held.
 */
#ifndef PROC_SIGNAL_INTERNAL_H
#define PROC_SIGNAL_INTERNAL_H

#include "proc/signal.h"

struct user_account;

/* signal_state.stop, guarded by the group's lock. */
#define STOP_SIGNAL_MASK 0xffu
#define STOP_DEQUEUED    BIT(16) /* took a stop signal; SIGCONT cancels it */
#define STOP_PENDING     BIT(17) /* has yet to take part in the group's stop */
#define STOP_COUNTED     BIT(18) /* and group->stop_pending counts on it */
#define TRAP_STOP        BIT(19) /* owes its tracer a stop */
#define TRAP_NOTIFY      BIT(20) /* owes a seizing tracer word of a change */
#define TRAP_TRAPPING    BIT(21) /* on its way from stopped to traced */
#define TRAP_LISTENING   BIT(22) /* PTRACE_LISTEN: stopped, but tells news */
#define TRAP_FROZEN      BIT(23) /* its tracer looks at it: stays where it is */
#define STOP_WORK        (STOP_PENDING | TRAP_STOP | TRAP_NOTIFY)

struct signal_entry { /* one queued signal */
    struct list_head link;
    struct signal_info info;
    struct user_account *user; /* owned: whose pending count it is in */
    struct posix_timer *timer; /* borrowed: preallocated, not freed here */
};

#define SIGNAL_MASK_STOP                                               \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | \
     SIGNAL_BIT(SIGTTOU))
#define SIGNAL_MASK_IGNORE                                              \
    (SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGWINCH) | \
     SIGNAL_BIT(SIGURG))
/* Their default is to dump core. */
#define SIGNAL_MASK_CORE                                              \
    (SIGNAL_BIT(SIGQUIT) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | \
     SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | \
     SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGSYS) | SIGNAL_BIT(SIGXCPU) |  \
     SIGNAL_BIT(SIGXFSZ))
#define SIGNAL_MASK_NEVER_BLOCKED (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

void signal_queue_init(struct signal_queue *q);
void signal_queue_flush(struct signal_queue *q, sigset_t which); /* locked */
struct signal_handlers *signal_handlers_create(void); /* NULL: no memory */
void signal_handlers_put(struct signal_handlers *h);
/* Set WORK_SIGNAL and wake; `fatal` also ends killable sleeps and stops. */
void signal_wake(struct task *t, bool fatal);
/* WORK_SIGNAL as the pending sets and the mask say. Locked. */
void signal_recalculate(struct task *t);
/* Locked. `group`: to the shared queue. */
int signal_send_locked(struct task *t, const struct signal_info *info,
                       bool group, bool forced);
/* A timer's own entry: true if it was queued (its reference moves along), false
 * if the signal is ignored. Locked. */
bool signal_queue_entry(struct task *t, struct signal_entry *e, bool group);
/* Take it back from whatever queue of the group it is on; true if it was. */
bool signal_unqueue_entry(struct thread_group *g, struct signal_entry *e);
/* Every thread of the group but `except` gets SIGKILL. Locked. */
void signal_kill_threads(struct thread_group *g, struct task *except);
/* A default-ignored or SIG_IGN'ed signal? */
bool signal_is_ignored(struct task *t, int signo);
/* Tell the tracer, or the group's parent, about a stop or continuation: code is
 * CLD_*. tasklist_lock held. */
void signal_notify_stop(struct task *t, bool to_tracer, int code);

/* The current task dies of the signal, with a core if that is its way. */
void signal_die(struct task *t, const struct signal_info *info) __noreturn;

/* signal_stop.c; all locked. */
/* Mark the thread unless it is about to die. */
bool signal_mark_stop(struct task *t, u32 bits);
/* It stops, or ends, for the group's stop: true when it was the last one. */
bool signal_join_stop(struct task *t);
/* A new thread of the group takes part in a stop that is under way. */
void signal_join_new(struct task *t);
/* A stop signal was taken (or, signo 0, a stop is under way). True: the lock
 * was released and the caller looks again. */
bool signal_stop_group(struct task *t, int signo);
/* Leave a stop: whatever it was. */
void signal_wake_traced(struct task *t, bool resume);

#endif
