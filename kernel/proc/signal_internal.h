/*
 * The inside of signals, for the files of proc/ that stop, kill and wait.
 * "Locked" functions want the group's lock held.
 */
#ifndef PROC_SIGNAL_INTERNAL_H
#define PROC_SIGNAL_INTERNAL_H

#include "proc/signal.h"

struct user_account;

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
/* Tell the parent about a stop or continuation. tasklist_lock held. */
void signal_notify_parent_stop(struct task *t, bool stopped, u32 signo);
/* True if the group was orphaned apart from `except` (job control). */
bool signal_group_is_orphaned(struct pid *pgrp, struct task *except);

#endif
