/* What vm's choice of a victim needs to know of processes. */
#include "core/init.h"
#include "core/log.h"
#include "proc/pid.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vm/address_space.h"
#include "vm/oom.h"

/* The space of a process, its structure held: also while it is ending. (The
 * leader may have gone before other threads.) Called with no lock. */
static struct address_space *process_mm(struct task *leader)
{
    struct address_space *mm = NULL;
    struct task *t;

    spin_lock(&tasklist_lock);
    list_for_each_entry (t, &leader->group->threads, group_link) {
        spin_lock(&t->alloc_lock);
        mm = t->mm ? t->mm : t->ending_mm;
        if (mm)
            mm_hold(mm);
        spin_unlock(&t->alloc_lock);
        if (mm)
            break;
    }
    spin_unlock(&tasklist_lock);
    return mm;
}

static void for_each_process(bool (*fn)(void *ctx,
                                        const struct oom_candidate *c),
                             void *ctx)
{
    struct task *p;
    u32 number = 1;
    bool more = true;

    while (more && (p = task_next_process(&pid_ns_first, &number))) {
        struct address_space *mm = process_mm(p);
        struct oom_candidate c = {
            .process = p,
            .mm = mm,
            .score_adj = p->group->oom_score_adj,
            .unkillable = p->flags & TASK_KTHREAD ||
                          p->group->flags & GROUP_UNKILLABLE ||
                          p == pid_ns_first.reaper,
            /* What writes a core has yet to be told. */
            .exiting = p->group->group_exiting && !p->group->core,
        };

        if (mm) {
            more = fn(ctx, &c);
            mm_release(mm);
        }
        task_put(p);
        number++;
    }
}

static void hold(void *process)
{
    task_get(process);
}

static void release(void *process)
{
    task_put(process);
}

static u32 threads_left(void *process)
{
    struct task *leader = process, *t;
    u32 n = 0;

    spin_lock(&tasklist_lock);
    list_for_each_entry (t, &leader->group->threads, group_link)
        n += t->exit_state == TASK_ALIVE;
    spin_unlock(&tasklist_lock);
    return n;
}

/* All who use the space must go, or its memory stays. */
static void kill_sharers(struct address_space *mm)
{
    struct signal_info info;
    struct task *p;
    u32 number = 1;

    signal_info_kernel(&info, SIGKILL);
    while ((p = task_next_process(&pid_ns_first, &number))) {
        struct address_space *its = process_mm(p);

        if (its == mm && p != pid_ns_first.reaper)
            signal_send_process(p, &info);
        if (its)
            mm_release(its);
        task_put(p);
        number++;
    }
}

static void kill_process(void *process, u64 points, u64 total, u64 anon,
                         u64 file)
{
    struct task *t = process;
    struct address_space *mm = process_mm(t);
    const struct cred *cred = task_cred_get(t);

    log_err("Out of memory: Killed process %u (%s) total-vm:%lukB, "
            "anon-rss:%lukB, file-rss:%lukB, UID:%u oom_score_adj:%d "
            "(%lu points)\n",
            pid_number(t->pids[PID_TASK], &pid_ns_first), t->thread.name,
            total << 2, anon << 2, file << 2, cred->uid.value,
            t->group->oom_score_adj, points);
    cred_put(cred);
    if (mm) {
        kill_sharers(mm);
        mm_release(mm);
    }
}

static const struct oom_ops ops = {
    .for_each = for_each_process,
    .hold = hold,
    .release = release,
    .threads_left = threads_left,
    .kill = kill_process,
};

static int oom_start(void)
{
    oom_register(&ops);
    return 0;
}
INITCALL(proc, oom_start);
