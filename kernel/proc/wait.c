/* wait4, waitid: finding children that have something to tell. */
#include "core/log.h"
#include "lib/errno.h"
#include "proc/exit.h"
#include "proc/ptrace.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "vm/address_space.h"

static bool child_matches(const struct wait_args *a, struct task *child,
                          bool traced)
{
    switch (a->kind) {
    case WAIT_PROCESS:
        if (child->pids[PID_TASK] != a->pid)
            return false;
        break;
    case WAIT_GROUP:
        if (child->group->leader->pids[PID_GROUP] != a->pid)
            return false;
        break;
    default:
        break;
    }
    /* __WALL: all; __WCLONE: only those with another exit signal. */
    if (traced || a->options & WAIT_ALL_KINDS)
        return true;
    return (child->exit_signal != SIGCHLD) == !!(a->options & WAIT_CLONE);
}

static void add_usage(struct thread_group *g, struct usage *u)
{
    thread_group_times(g, &u->user_ns, &u->system_ns);
    u->user_ns += g->child_user_ns;
    u->system_ns += g->child_system_ns;
    u->min_faults = g->min_faults + g->child_min_faults;
    u->maj_faults = g->maj_faults + g->child_maj_faults;
    u->voluntary = g->voluntary + g->child_voluntary;
    u->involuntary = g->involuntary + g->child_involuntary;
    u->max_rss_kib =
        max(g->max_rss_pages, g->child_max_rss_pages) * (PAGE_SIZE / 1024);
}

static void describe(struct task *t, struct task *child, struct wait_result *r)
{
    r->pid = pid_number(child->pids[PID_TASK], task_pid_ns(t));
    r->uid = uid_from_kernel(t->cred->user_ns, child->cred->uid);
    add_usage(child->group, &r->usage);
}

static void describe_exit(struct task *t, struct task *child,
                          struct wait_result *r)
{
    struct thread_group *g = child->group;
    u32 status = g->group_exiting ? g->exit_code : child->exit_status;

    describe(t, child, r);
    r->status = status;
    r->code = !(status & 0x7f) ? CLD_EXITED
              : status & 0x80  ? CLD_DUMPED
                               : CLD_KILLED;
}

/* The parent inherits what the child and its children used. */
static void inherit_usage(struct task *t, struct task *child)
{
    struct thread_group *p = t->group, *c = child->group;
    u64 user_ns, system_ns;

    thread_group_times(c, &user_ns, &system_ns);
    spin_lock_irq(&p->lock);
    p->child_user_ns += user_ns + c->child_user_ns;
    p->child_system_ns += system_ns + c->child_system_ns;
    p->child_min_faults +=
        child->min_faults + c->min_faults + c->child_min_faults;
    p->child_maj_faults +=
        child->maj_faults + c->maj_faults + c->child_maj_faults;
    p->child_voluntary +=
        child->thread.voluntary_switches + c->voluntary + c->child_voluntary;
    p->child_involuntary += child->thread.involuntary_switches +
                            c->involuntary + c->child_involuntary;
    p->child_max_rss_pages =
        max3(p->child_max_rss_pages, c->max_rss_pages, c->child_max_rss_pages);
    spin_unlock_irq(&p->lock);
}

enum look {
    LOOK_NEVER, /* nothing, and nothing ever */
    LOOK_LATER, /* nothing yet */
    LOOK_FOUND  /* in *r; tasklist_lock was released */
};

/* A zombie, for its parent or its tracer. */
static enum look reap(struct task *t, const struct wait_args *a,
                      struct task *child, struct wait_result *r)
{
    if (!(a->options & WAIT_EXITED))
        return LOOK_NEVER;
    describe_exit(t, child, r);
    if (a->options & WAIT_NO_REAP) {
        spin_unlock(&tasklist_lock);
        return LOOK_FOUND;
    }
    if (ptrace_is_reparented(child) && child == child->group->leader) {
        /* A tracer has seen it: now the parent may. */
        ptrace_unlink(child);
        if (!exit_notify_parent(child, child->exit_signal)) {
            spin_unlock(&tasklist_lock);
            return LOOK_FOUND;
        }
    }
    child->exit_state = TASK_DEAD;
    if (child == child->group->leader)
        inherit_usage(t, child);
    task_release(child); /* releases the lock */
    return LOOK_FOUND;
}

/* What a stop has to tell; 0: nothing. The group's lock is held. */
static bool look_at_stop(const struct wait_args *a, struct task *child,
                         bool traced, struct wait_result *r)
{
    struct thread_group *g = child->group;
    bool keep = a->options & WAIT_NO_REAP;

    if (traced) {
        if (atomic_load(&child->thread.state) == THREAD_TRACED &&
            !(child->signal.stop & TRAP_LISTENING) && child->trace.exit_code) {
            r->status = child->trace.exit_code << 8 | 0x7f;
            r->code = CLD_TRAPPED;
            if (!keep)
                child->trace.exit_code = 0;
            return true;
        }
    } else if (a->options & WAIT_STOPPED && g->flags & GROUP_STOPPED &&
               !(g->flags & GROUP_STOP_REPORTED)) {
        if (!keep)
            g->flags |= GROUP_STOP_REPORTED;
        r->status = g->stop_signal << 8 | 0x7f;
        r->code = CLD_STOPPED;
        return true;
    }
    if (a->options & WAIT_CONTINUED && g->flags & GROUP_CONTINUED) {
        if (!keep)
            g->flags &= ~GROUP_CONTINUED;
        r->status = 0xffff;
        r->code = CLD_CONTINUED;
        return true;
    }
    return false;
}

/* Has this child (traced: tracee) something for us? */
static enum look look_at(struct task *t, const struct wait_args *a,
                         struct task *child, bool traced, struct wait_result *r)
{
    struct thread_group *g = child->group;
    enum look result = LOOK_LATER;
    bool found;

    if (child->exit_state == TASK_DEAD)
        return LOOK_NEVER;
    /* Traced by this very process: the parent sees what the tracer sees. */
    if (!traced && child->trace.flags && !ptrace_is_reparented(child))
        traced = true;
    if (child->exit_state == TASK_ZOMBIE) {
        bool delayed = child == g->leader && g->thread_count > 1;

        if (!delayed && (traced || !child->trace.flags))
            return reap(t, a, child, r);
        /* A thread group goes on, or a tracer comes first. */
        if (traced && !(a->options & (WAIT_CONTINUED | WAIT_EXITED)))
            result = LOOK_NEVER;
    }
    spin_lock_irq(&g->lock);
    found = look_at_stop(a, child, traced, r);
    spin_unlock_irq(&g->lock);
    if (!found)
        return result;
    describe(t, child, r);
    spin_unlock(&tasklist_lock);
    return LOOK_FOUND;
}

/* The children, or the tracees, of one thread. */
static enum look scan_thread(struct task *t, const struct wait_args *a,
                             struct task *thread, struct wait_result *r)
{
    enum look result = LOOK_NEVER;
    struct task *child;

    list_for_each_entry (child, &thread->children, sibling) {
        enum look found;

        if (!child_matches(a, child, false))
            continue;
        found = look_at(t, a, child, false, r);
        if (found == LOOK_FOUND)
            return found;
        result = max(result, found);
    }
    list_for_each_entry (child, &thread->traced, trace_link) {
        enum look found;

        if (!child_matches(a, child, true))
            continue;
        found = look_at(t, a, child, true, r);
        if (found == LOOK_FOUND)
            return found;
        result = max(result, found);
    }
    return result;
}

/* One pass over all children. > 0 found, 0 none ready, -ECHILD none could ever
 * be. */
static int scan_children(struct task *t, const struct wait_args *a,
                         struct wait_result *r)
{
    enum look result = LOOK_NEVER;
    struct task *thread;

    spin_lock(&tasklist_lock);
    list_for_each_entry (thread, &t->group->threads, group_link) {
        enum look found;

        if (thread != t && a->options & WAIT_NO_THREAD)
            continue;
        found = scan_thread(t, a, thread, r);
        if (found == LOOK_FOUND)
            return 1;
        result = max(result, found);
    }
    spin_unlock(&tasklist_lock);
    return result == LOOK_LATER ? 0 : -ECHILD;
}

s32 task_wait(struct task *t, const struct wait_args *args,
              struct wait_result *result)
{
    struct wait_queue *q = &t->group->child_wait;
    struct wait_entry entry;
    s32 found;

    *result = (struct wait_result){0};
    if (!(args->options & WAIT_NO_HANG))
        sched_note_waiting();
    found = scan_children(t, args, result);
    if (found || args->options & WAIT_NO_HANG)
        return found > 0 ? result->pid : found;
    wait_prepare_first(q, &entry, WAIT_INTERRUPTIBLE, false);
    for (;;) {
        found = scan_children(t, args, result);
        if (found)
            break;
        found = wait_sleep(WAIT_INTERRUPTIBLE, WAIT_FOREVER);
        if (found)
            break;
        wait_prepare(q, &entry, WAIT_INTERRUPTIBLE, false);
    }
    wait_finish(q, &entry);
    return found > 0 ? result->pid : found;
}

void task_usage(struct task *t, enum usage_of whose, struct usage *u)
{
    struct thread_group *g = t->group;
    struct task *each;

    *u = (struct usage){0};
    if (whose == USAGE_THREAD) {
        task_times(t, &u->user_ns, &u->system_ns);
        u->min_faults = t->min_faults;
        u->maj_faults = t->maj_faults;
        u->voluntary = t->thread.voluntary_switches;
        u->involuntary = t->thread.involuntary_switches;
        if (t->mm)
            u->max_rss_kib = mm_peak_resident_pages(t->mm) * (PAGE_SIZE / 1024);
        return;
    }
    spin_lock_irq(&g->lock);
    if (whose == USAGE_CHILDREN) {
        u->user_ns = g->child_user_ns;
        u->system_ns = g->child_system_ns;
        u->min_faults = g->child_min_faults;
        u->maj_faults = g->child_maj_faults;
        u->voluntary = g->child_voluntary;
        u->involuntary = g->child_involuntary;
        u->max_rss_kib = g->child_max_rss_pages * (PAGE_SIZE / 1024);
    } else {
        thread_group_times(g, &u->user_ns, &u->system_ns);
        u->min_faults = g->min_faults;
        u->maj_faults = g->maj_faults;
        u->voluntary = g->voluntary;
        u->involuntary = g->involuntary;
        list_for_each_entry (each, &g->threads, group_link) {
            u->min_faults += each->min_faults;
            u->maj_faults += each->maj_faults;
            u->voluntary += each->thread.voluntary_switches;
            u->involuntary += each->thread.involuntary_switches;
        }
        u64 pages = t->mm ? mm_peak_resident_pages(t->mm) : 0;
        u->max_rss_kib = max(pages, g->max_rss_pages) * (PAGE_SIZE / 1024);
    }
    spin_unlock_irq(&g->lock);
}
