/* Ending tasks: from exit() to a zombie, and the release of zombies. */
#include "proc/exit.h"

#include "core/account.h"
#include "core/coverage.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/core_dump.h"
#include "proc/futex.h"
#include "proc/pid_internal.h"
#include "proc/posix_timer.h"
#include "proc/ptrace.h"
#include "proc/seccomp.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "proc/user_account.h"
#include "vm/address_space.h"
#include "vm/user.h"

#define NS_PER_TICK (NS_PER_SEC / 100) /* clock_t: USER_HZ is 100 */

void task_release_user_state(struct task *t)
{
    struct completion_flag *done;

    if (t->robust_list)
        futex_exit_robust(t);
    futex_exit_pi(t);
    if (t->clear_child_tid) {
        /* Only if somebody else can see the word (mm_release of Linux). */
        if (refcount_read(&t->mm->users) > 1) {
            u64 word = t->clear_child_tid;
            if (!user_write32(t->mm, word, 0))
                futex_wake_word(t, word, 1);
        }
        t->clear_child_tid = 0;
    }
    spin_lock(&t->alloc_lock);
    done = t->vfork_done;
    t->vfork_done = NULL;
    if (done) {
        done->done = true;
        wake_up_all(&done->queue);
    }
    spin_unlock(&t->alloc_lock);
}

static void release_mm(struct task *t)
{
    struct address_space *mm = t->mm;

    if (!mm)
        return;
    task_release_user_state(t);
    u64 peak = max(mm->peak_resident, mm_resident_pages(mm));
    if (peak > t->group->max_rss_pages)
        t->group->max_rss_pages = peak;
    spin_lock(&t->alloc_lock);
    t->mm = NULL;
    t->caller.mm = NULL;
    mm_hold(mm);
    t->ending_mm = mm;
    spin_unlock(&t->alloc_lock);
    preempt_disable();
    t->thread.mm = NULL;
    mm_activate(NULL);
    preempt_enable();
    mm_put(mm);
}

/* Nothing more comes back from this task: see oom.c. */
static void release_ending_mm(struct task *t)
{
    struct address_space *mm = t->ending_mm;

    spin_lock(&t->alloc_lock);
    t->ending_mm = NULL;
    spin_unlock(&t->alloc_lock);
    if (mm)
        mm_release(mm);
}

static void release_parts(struct task *t)
{
    struct handle_table *handles = t->handles;
    struct fs_context *fs = t->fs;
    struct namespaces *ns;

    spin_lock(&t->alloc_lock);
    t->handles = NULL;
    spin_unlock(&t->alloc_lock);
    if (handles)
        handle_table_put(handles, &t->caller);
    t->caller.handles = NULL;

    spin_lock(&t->alloc_lock);
    t->fs = NULL;
    t->caller.fs = NULL;
    spin_unlock(&t->alloc_lock);
    if (fs)
        fs_context_ops->put(fs);

    spin_lock(&t->alloc_lock);
    ns = t->ns;
    t->ns = NULL;
    t->caller.ns = &namespaces_first;
    spin_unlock(&t->alloc_lock);
    namespaces_put(ns);
}

/* ------------------------------------------------------- parents, children */

static struct task *live_thread(struct thread_group *g)
{
    struct task *t;

    list_for_each_entry (t, &g->threads, group_link) {
        if (!(t->flags & TASK_EXITING))
            return t;
    }
    return NULL;
}

/* Who adopts the children of `t`: a sibling thread, the nearest subreaper, or
 * the namespace's init. tasklist_lock held. */
static struct task *find_new_parent(struct task *t)
{
    struct task *other = live_thread(t->group);
    struct pid_namespace *ns = task_pid_ns(t);

    if (other)
        return other;
    for (struct task *p = t->real_parent;
         p && p != ns->reaper && task_pid_ns(p) == ns; p = p->real_parent) {
        if (!p->group->child_subreaper)
            continue;
        other = live_thread(p->group);
        if (other)
            return other;
    }
    return ns->reaper;
}

/* A stopped group that just lost its last link to its session's job control
 * gets SIGHUP and SIGCONT (POSIX 3.264). tasklist_lock held. */
static bool has_stopped_member(struct pid *pgrp)
{
    struct task *t;

    hlist_for_each_entry(t, &pgrp->tasks[PID_GROUP], pid_links[PID_GROUP])
    {
        if (t->group->flags & GROUP_STOPPED)
            return true;
    }
    return false;
}

static void kill_orphaned_group(struct task *t, struct task *parent,
                                struct task *ignore)
{
    struct pid *pgrp = t->group->leader->pids[PID_GROUP];
    struct signal_info info;

    if (!parent || parent->group->leader->pids[PID_GROUP] == pgrp ||
        parent->group->leader->pids[PID_SESSION] !=
            t->group->leader->pids[PID_SESSION])
        return;
    if (!signal_group_is_orphaned(pgrp, ignore) || !has_stopped_member(pgrp))
        return;
    signal_info_kernel(&info, SIGHUP);
    signal_send_group(pgrp, &info);
    signal_info_kernel(&info, SIGCONT);
    signal_send_group(pgrp, &info);
}

/* Fill in what `parent` learns of `t` by SIGCHLD. */
static void child_info(struct signal_info *info, struct task *t,
                       struct task *parent, int signo, int code, int status)
{
    u64 user_ns, system_ns;
    u32 uid;

    rcu_read_lock();
    uid = uid_from_kernel(rcu_dereference(parent->cred)->user_ns, t->cred->uid);
    rcu_read_unlock();

    thread_group_times(t->group, &user_ns, &system_ns);
    *info = (struct signal_info){
        .signo = signo,
        .code = code,
        .child = true,
        .status = status,
        .pid = pid_number(t->pids[PID_TASK], task_pid_ns(parent)),
        .uid = uid,
        .user_ticks = user_ns / NS_PER_TICK,
        .system_ticks = system_ns / NS_PER_TICK,
    };
}

bool exit_notify_parent(struct task *t, int signo)
{
    struct task *parent = t->parent;
    struct thread_group *g = parent->group;
    struct signal_info info;
    bool autoreap = false;
    u32 status = t->exit_status;
    unsigned long flags;

    child_info(&info, t, parent, signo,
               !(status & 0x7f) ? CLD_EXITED
               : status & 0x80  ? CLD_DUMPED
                                : CLD_KILLED,
               status & 0x7f ? (int)(status & 0x7f)
                             : (int)(status >> 8 & 0xff));

    flags = spin_lock_irqsave(&g->lock);
    if (signo == SIGCHLD && !t->trace.flags) {
        struct signal_action *a = &parent->handlers->actions[SIGCHLD - 1];
        if (a->handler == SIG_IGN || a->flags & SA_NOCLDWAIT) {
            autoreap = true;
            if (a->handler == SIG_IGN)
                signo = 0;
        }
    }
    /* clone(2) takes any number. */
    if (signo && signo <= SIGNAL_COUNT)
        signal_send_locked(parent, &info, true, false);
    spin_unlock_irqrestore(&g->lock, flags);
    wake_up_all(&g->child_wait);
    return autoreap;
}

bool exit_is_ignored_by(struct task *parent)
{
    struct signal_action *a = &parent->handlers->actions[SIGCHLD - 1];
    unsigned long flags = spin_lock_irqsave(&parent->group->lock);
    bool ignored = a->handler == SIG_IGN || a->flags & SA_NOCLDWAIT;

    spin_unlock_irqrestore(&parent->group->lock, flags);
    if (ignored)
        wake_up_all(&parent->group->child_wait);
    return ignored;
}

void signal_notify_stop(struct task *t, bool to_tracer, int code)
{
    struct task *parent;
    struct thread_group *g;
    struct signal_info info;
    struct signal_action *a;
    unsigned long flags;
    int status = SIGCONT;

    if (!to_tracer)
        t = t->group->leader;
    parent = to_tracer ? t->parent : t->real_parent;
    if (!parent)
        return;
    if (code == CLD_STOPPED)
        status = t->group->stop_signal & 0x7f;
    else if (code == CLD_TRAPPED)
        status = t->trace.exit_code & 0x7f;
    g = parent->group;
    child_info(&info, t, parent, SIGCHLD, code, status);
    flags = spin_lock_irqsave(&g->lock);
    a = &parent->handlers->actions[SIGCHLD - 1];
    if (a->handler != SIG_IGN && !(a->flags & SA_NOCLDSTOP))
        signal_send_locked(parent, &info, true, false);
    spin_unlock_irqrestore(&g->lock, flags);
    wake_up_all(&g->child_wait);
}

/* Every thread of a child has the new parent; a tracer stays. */
static void set_parent(struct task *child, struct task *to)
{
    struct task *t;

    list_for_each_entry (t, &child->group->threads, group_link) {
        t->real_parent = to;
        if (!t->trace.flags)
            t->parent = to;
    }
}

static void reparent_children(struct task *t, struct list_head *dead)
{
    struct task *child, *next, *to;

    if (list_empty(&t->children))
        return;
    to = find_new_parent(t);
    list_for_each_entry_safe (child, next, &t->children, sibling) {
        set_parent(child, to);
        list_move_tail(&child->sibling, &to->children);
        if (to->group == t->group)
            continue; /* a sibling thread took over: nothing is seen */
        if (child->parent_death_signal) {
            struct signal_info info = {.signo = child->parent_death_signal,
                                       .code = SI_USER};
            signal_send_process(child, &info);
        }
        child->exit_signal = SIGCHLD;
        if (!child->trace.flags && child->exit_state == TASK_ZOMBIE &&
            child->group->thread_count == 1 &&
            exit_notify_parent(child, SIGCHLD)) {
            child->exit_state = TASK_DEAD;
            list_add_tail(&child->trace_link, dead);
        }
        kill_orphaned_group(child, t, NULL);
    }
}

/* ------------------------------------------------------------- releasing */

static void account_gone_thread(struct task *t)
{
    struct thread_group *g = t->group;
    u64 user_ns, system_ns;

    sched_thread_times(&t->thread, &user_ns, &system_ns);
    g->user_ns += user_ns;
    g->system_ns += system_ns;
    g->min_faults += t->min_faults;
    g->maj_faults += t->maj_faults;
    g->voluntary += t->thread.voluntary_switches;
    g->involuntary += t->thread.involuntary_switches;
}

static void unlink_locked(struct task *t, struct pid_garbage *garbage)
{
    struct thread_group *g = t->group;
    bool leader = g->leader == t;

    if (t->trace.flags)
        ptrace_unlink(t);
    pid_detach(t, PID_TASK, garbage);
    if (leader) {
        pid_detach(t, PID_PROCESS, garbage);
        pid_detach(t, PID_GROUP, garbage);
        pid_detach(t, PID_SESSION, garbage);
        if (!list_empty(&t->sibling))
            list_del_init(&t->sibling);
    }
    spin_lock_irq(&g->lock);
    account_gone_thread(t);
    signal_queue_flush(&t->signal.pending, ~0ULL);
    list_del_rcu(&t->group_link);
    g->thread_count--;
    if (leader)
        signal_queue_flush(&g->shared_pending, ~0ULL);
    spin_unlock_irq(&g->lock);
    /* An exec may wait for the others to go. */
    if (g->exec_task)
        thread_wake(&g->exec_task->thread);
    if (!leader && g->thread_count == 1)
        wake_up_all(&g->leader->pids[PID_PROCESS]->exited);
}

void task_release(struct task *t)
{
    struct pid_garbage garbage = {.count = 0};
    struct thread_group *g = t->group;
    struct task *leader = g->leader;
    bool leader_too = false;

    unlink_locked(t, &garbage);
    /* The last thread under a leader that ended earlier. */
    if (t != leader && leader->exit_state == TASK_ZOMBIE &&
        g->thread_count == 1) {
        leader_too = exit_notify_parent(leader, leader->exit_signal);
        if (leader_too)
            leader->exit_state = TASK_DEAD;
    }
    spin_unlock(&tasklist_lock);

    pid_garbage_drop(&garbage);
    seccomp_release(t);
    atomic_dec(&t->cred->user->processes);
    account_uncharge_process(t->account);
    task_put(t); /* the lists' reference */
    if (leader_too) {
        spin_lock(&tasklist_lock);
        task_release(leader);
    }
}

/* ----------------------------------------------------------------- exiting */

/* The first process must not end; an init of a deeper namespace takes all its
 * processes along (pid_namespaces(7)). */
static void end_namespace(struct task *t)
{
    struct pid_namespace *ns = task_pid_ns(t);
    struct signal_info info;
    struct task *p;
    u32 number = 1;

    if (ns->reaper != t->group->leader && ns->reaper != t)
        return;
    if (ns == &pid_ns_first)
        panic("Attempted to kill init! exitcode=0x%08x\n", t->exit_status);

    spin_lock(&tasklist_lock);
    ns->dead = true;
    spin_unlock(&tasklist_lock);
    signal_info_kernel(&info, SIGKILL);
    while ((p = task_next_process(ns, &number))) {
        if (p->group != t->group)
            signal_send_process(p, &info);
        task_put(p);
        number++;
    }
    /* Reap what is reparented to us until we are alone. */
    for (;;) {
        struct wait_args args = {.kind = WAIT_ANY, .options = WAIT_EXITED};
        struct wait_result result;
        if (task_wait(t, &args, &result) == -ECHILD)
            break;
    }
    spin_lock(&tasklist_lock);
    ns->reaper = ns->parent->reaper;
    spin_unlock(&tasklist_lock);
}

static void exit_notify(struct task *t, bool last)
{
    struct thread_group *g = t->group;
    LIST_HEAD(dead);
    struct task *child, *next;
    bool release = false;

    spin_lock(&tasklist_lock);
    ptrace_tracer_exits(t, &dead);
    reparent_children(t, &dead);
    if (last)
        kill_orphaned_group(t, t->real_parent, t);

    t->exit_state = TASK_ZOMBIE;
    t->signal.stop &= ~TRAP_TRAPPING;
    if (t->trace.flags) {
        bool own =
            t == g->leader && g->thread_count == 1 && !ptrace_is_reparented(t);

        release = exit_notify_parent(t, own ? t->exit_signal : SIGCHLD);
    } else if (t == g->leader) {
        if (g->thread_count == 1)
            release = exit_notify_parent(t, t->exit_signal);
    } else {
        release = true;
    }
    if (release)
        t->exit_state = TASK_DEAD;
    /* Somebody may wait for the others to go (exec). */
    if (g->exec_task)
        thread_wake(&g->exec_task->thread);
    wake_up_all(&t->pids[PID_TASK]->exited);
    if (t != g->leader && g->thread_count == 2)
        wake_up_all(&g->leader->pids[PID_PROCESS]->exited);
    if (release)
        task_release(t); /* releases the lock */
    else
        spin_unlock(&tasklist_lock);

    list_for_each_entry_safe (child, next, &dead, trace_link) {
        list_del_init(&child->trace_link);
        spin_lock(&tasklist_lock);
        task_release(child);
    }
}

static void leave_session(struct task *t)
{
    struct thread_group *g = t->group;
    struct tty_session *tty;

    spin_lock_irq(&g->lock);
    tty = g->tty;
    g->tty = NULL;
    spin_unlock_irq(&g->lock);
    if (!tty)
        return;
    if (g->session_leader)
        tty_session_ops->leader_exit(tty, t);
    tty_session_ops->put(tty);
}

void task_exit(u32 status)
{
    struct task *t = task_current();
    struct thread_group *g = t->group;
    bool last = true, stopped = false;
    struct task *each;

    BUG_ON(!t->group);
    core_dump_wait(t);
    ptrace_event(t, PTRACE_EVENT_EXIT, status);
#ifdef CONFIG_FUZZ
    coverage_stop(&t->thread);
#endif
    spin_lock(&tasklist_lock);
    spin_lock_irq(&g->lock);
    t->flags |= TASK_EXITING;
    t->exit_status = g->group_exiting ? g->exit_code : status;
    list_for_each_entry (each, &g->threads, group_link) {
        if (!(each->flags & TASK_EXITING))
            last = false;
    }
    /* A stop that waited for this thread goes on without it. */
    if (t->signal.stop & STOP_PENDING)
        stopped = signal_join_stop(t);
    spin_unlock_irq(&g->lock);
    if (stopped)
        signal_notify_stop(t, false, CLD_STOPPED);
    spin_unlock(&tasklist_lock);

    signal_set_blocked(t, t->signal.blocked); /* hand shared signals on */
    if (last) {
        posix_timers_exit(g);
        end_namespace(t);
    }
    /* Whoever is woken from here on may run next on this CPU. */
    t->thread.leaving = !last;
    release_mm(t);
    sysv_task_ops->leave(t);
    release_parts(t);
    release_ending_mm(t);
    if (last) {
        leave_session(t);
        /* The process's status is that of exit_group or else of its last
         * thread. (group_exiting is set by now: no timer starts again.) */
        g->leader->exit_status = t->exit_status;
    }
    t->thread.leaving = true;
    exit_notify(t, last);
    thread_exit();
}

void task_exit_group(u32 status)
{
    struct task *t = task_current();
    struct thread_group *g = t->group;

    spin_lock_irq(&g->lock);
    if (g->group_exiting) {
        status = g->exit_code;
    } else if (g->exec_task && g->exec_task != t) {
        status = 0; /* an exec takes over; this thread just goes */
    } else {
        g->group_exiting = true;
        g->exit_code = status;
        signal_kill_threads(g, t);
    }
    spin_unlock_irq(&g->lock);
    task_exit(status);
}

int task_become_only_thread(struct task *t)
{
    struct thread_group *g = t->group;
    struct pid_garbage garbage = {.count = 0};
    struct task *old;

    spin_lock(&tasklist_lock);
    spin_lock_irq(&g->lock);
    if (g->group_exiting || g->exec_task) {
        spin_unlock_irq(&g->lock);
        spin_unlock(&tasklist_lock);
        return -EAGAIN;
    }
    g->exec_task = t;
    signal_kill_threads(g, t);
    spin_unlock_irq(&g->lock);

    /* Wait until only we are left, or we and a leader that has ended. */
    for (;;) {
        bool alone = g->thread_count == 1;
        bool with_leader = g->thread_count == 2 && g->leader != t &&
                           g->leader->exit_state == TASK_ZOMBIE;
        if (alone || with_leader)
            break;
        thread_set_state(THREAD_KILLABLE);
        spin_unlock(&tasklist_lock);
        if (signal_is_fatal_pending(t)) {
            thread_set_state(THREAD_RUNNING);
            g->exec_task = NULL;
            return -EAGAIN;
        }
        schedule();
        spin_lock(&tasklist_lock);
    }
    old = g->leader;
    if (old != t) {
        /* Take over the leader's identity (de_thread of Linux). */
        struct pid *own = t->pids[PID_TASK], *his = old->pids[PID_TASK];

        pid_change(t, PID_TASK, pid_get(his), &garbage);
        pid_change(old, PID_TASK, pid_get(own), &garbage);
        pid_transfer(old, t, PID_PROCESS);
        pid_transfer(old, t, PID_GROUP);
        pid_transfer(old, t, PID_SESSION);
        list_replace_init(&old->sibling, &t->sibling);
        if (!t->trace.flags)
            t->parent = old->real_parent;
        t->real_parent = old->real_parent;
        t->exit_signal = SIGCHLD;
        if (task_pid_ns(t)->reaper == old)
            task_pid_ns(t)->reaper = t;
        t->start_time = old->start_time;
        g->leader = t;
        old->exit_state = TASK_DEAD;
        g->exec_task = NULL;
        /* Its tracer may wait for what goes away silently. */
        if (old->trace.flags)
            wake_up_all(&old->parent->group->child_wait);
        task_release(old); /* releases the lock */
    } else {
        t->exit_signal = SIGCHLD;
        g->exec_task = NULL;
        spin_unlock(&tasklist_lock);
    }
    pid_garbage_drop(&garbage);
    return 0;
}
