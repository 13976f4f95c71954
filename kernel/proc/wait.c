/* wait4, waitid: finding children that have something to tell. */
#include "core/log.h"
#include "lib/errno.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "vm/address_space.h"

static bool child_matches(const struct wait_args *a, struct task *child)
{
    switch (a->kind) {
    case WAIT_PROCESS:
        if (child->group->leader->pids[PID_PROCESS] != a->pid)
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
    if (a->options & WAIT_ALL_KINDS)
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
    r->pid = pid_number(child->pids[PID_PROCESS], task_pid_ns(t));
    r->uid = uid_from_kernel(t->cred->user_ns, child->cred->uid);
    add_usage(child->group, &r->usage);
}

static void describe_exit(struct task *t, struct task *child,
                          struct wait_result *r)
{
    u32 status = child->exit_status;

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

/*
 * Has this child something for us? 1: yes, in *r (tasklist_lock was released);
 * 0: no, but it may later; -1: it never will.
 */
static int look_at(struct task *t, const struct wait_args *a,
                   struct task *child, struct wait_result *r)
{
    struct thread_group *g = child->group;
    bool keep = a->options & WAIT_NO_REAP;

    if (child->exit_state == TASK_DEAD)
        return -1;
    if (child->exit_state == TASK_ZOMBIE && g->thread_count == 1) {
        if (!(a->options & WAIT_EXITED))
            return -1;
        describe_exit(t, child, r);
        if (keep) {
            spin_unlock(&tasklist_lock);
            return 1;
        }
        child->exit_state = TASK_DEAD;
        inherit_usage(t, child);
        task_release(child); /* releases the lock */
        return 1;
    }

    spin_lock_irq(&g->lock);
    if (a->options & WAIT_STOPPED && g->flags & GROUP_STOPPED &&
        !(g->flags & GROUP_STOP_REPORTED)) {
        if (!keep)
            g->flags |= GROUP_STOP_REPORTED;
        r->status = g->stop_signal << 8 | 0x7f;
        r->code = CLD_STOPPED;
    } else if (a->options & WAIT_CONTINUED && g->flags & GROUP_CONTINUED) {
        if (!keep)
            g->flags &= ~GROUP_CONTINUED;
        r->status = 0xffff;
        r->code = CLD_CONTINUED;
    } else {
        spin_unlock_irq(&g->lock);
        return 0;
    }
    spin_unlock_irq(&g->lock);
    describe(t, child, r);
    spin_unlock(&tasklist_lock);
    return 1;
}

/* One pass over all children. > 0 found (lock released), 0 none ready,
 * -ECHILD none could ever be (lock released). */
static int scan_children(struct task *t, const struct wait_args *a,
                         struct wait_result *r)
{
    struct task *thread, *child;
    bool any = false;

    spin_lock(&tasklist_lock);
    list_for_each_entry (thread, &t->group->threads, group_link) {
        if (thread != t && a->options & WAIT_NO_THREAD)
            continue;
        list_for_each_entry (child, &thread->children, sibling) {
            int found;

            if (!child_matches(a, child))
                continue;
            found = look_at(t, a, child, r);
            if (found > 0)
                return 1;
            if (found == 0)
                any = true;
        }
    }
    spin_unlock(&tasklist_lock);
    return any ? 0 : -ECHILD;
}

s32 task_wait(struct task *t, const struct wait_args *args,
              struct wait_result *result)
{
    struct wait_queue *q = &t->group->child_wait;
    struct wait_entry entry;
    s32 found;

    *result = (struct wait_result){0};
    found = scan_children(t, args, result);
    if (found || args->options & WAIT_NO_HANG)
        return found > 0 ? result->pid : found;
    for (;;) {
        wait_prepare(q, &entry, WAIT_INTERRUPTIBLE, false);
        found = scan_children(t, args, result);
        if (found)
            break;
        found = wait_sleep(WAIT_INTERRUPTIBLE, WAIT_FOREVER);
        if (found)
            break;
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
