/* Ending tasks: the inside, for proc/'s own files. */
#ifndef PROC_EXIT_H
#define PROC_EXIT_H

#include "core/wait.h"
#include "lib/types.h"
#include "proc/signal.h"

struct task;
struct thread_group;
struct signal_entry;
struct address_space;

struct completion_flag { /* on the stack of a parent that waits for vfork */
    struct wait_queue queue;
    bool done;
};

void signal_entry_free(struct signal_entry *e);
/* The task stops using its address space (exec, exit): wakes a vfork parent,
 * clears and wakes CLONE_CHILD_CLEARTID, walks the robust futex list. */
void task_release_user_state(struct task *t);
/* Unlink a dead task for good and drop what the lists held. tasklist_lock is
 * held on entry and released. */
void task_release(struct task *t);
/* Tell the parent (or tracer) that a group, or a traced thread, has ended, by
 * signal `signo` (0: none). True: nobody wants to wait for it. tasklist_lock
 * held. */
bool exit_notify_parent(struct task *t, int signo);
/* Does the process ignore its children's ends? Wakes it, as they may be what it
 * waits for. */
bool exit_is_ignored_by(struct task *parent);
/* exec by a thread: every other thread is gone when it returns 0, and the
 * caller is the leader. -EAGAIN: another thread execs or the group exits. */
int task_become_only_thread(struct task *t);

#endif
