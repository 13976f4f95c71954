#include "proc/task.h"

#include "arch/arch.h"
#include "core/account.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/core_dump.h"
#include "proc/exit.h"
#include "proc/pid_internal.h"
#include "proc/posix_timer.h"
#include "proc/rseq.h"
#include "proc/signal_internal.h"
#include "proc/task_internal.h"
#include "vm/address_space.h"

spinlock_t tasklist_lock = SPINLOCK_INIT("tasklist");
const struct fs_context_ops *fs_context_ops;
const struct tty_session_ops *tty_session_ops;
const struct sysv_task_ops *sysv_task_ops;

static struct slab_cache *task_cache, *group_cache;

static int task_init_caches(void)
{
    task_cache = slab_cache_create("task", sizeof(struct task), 64);
    group_cache =
        slab_cache_create("thread_group", sizeof(struct thread_group), 64);
    return task_cache && group_cache ? 0 : -ENOMEM;
}
INITCALL(core, task_init_caches);

struct task *task_alloc(void)
{
    struct task *t = slab_alloc(task_cache, ALLOC_ZERO);

    if (!t)
        return NULL;
    refcount_set(&t->refs, 1);
    spin_init(&t->alloc_lock, "task_parts");
    INIT_LIST_HEAD(&t->group_link);
    INIT_LIST_HEAD(&t->children);
    INIT_LIST_HEAD(&t->sibling);
    INIT_LIST_HEAD(&t->traced);
    INIT_LIST_HEAD(&t->trace_link);
    INIT_LIST_HEAD(&t->pi_owned);
    signal_queue_init(&t->signal.pending);
    t->signal.altstack_flags = 0;
    return t;
}

struct thread_group *thread_group_create(void)
{
    struct thread_group *g = slab_alloc(group_cache, ALLOC_ZERO);

    if (!g)
        return NULL;
    refcount_set(&g->refs, 1);
    spin_init(&g->lock, "thread_group");
    mutex_init(&g->exec_lock, "exec");
    rwlock_init(&g->exec_update, "exec_update");
    INIT_LIST_HEAD(&g->threads);
    signal_queue_init(&g->shared_pending);
    wait_queue_init(&g->child_wait);
    wait_queue_init(&g->signalfd_wait);
    wait_queue_init(&g->core_done);
    g->dump_filter = CORE_FILTER_FIRST;
    itimers_init(g);
    return g;
}

static void thread_group_free(struct rcu_head *head)
{
    slab_free(group_cache, container_of(head, struct thread_group, rcu));
}

void thread_group_put(struct thread_group *g)
{
    if (!refcount_dec_and_test(&g->refs))
        return;
    /* Other processes' epoll sets may be leaving the queue just now. */
    wait_queue_destroy(&g->signalfd_wait);
    /* What was sent while the last member left. */
    signal_queue_flush(&g->shared_pending, ~0ULL);
    call_rcu(&g->rcu, thread_group_free);
}

void task_update_caller(struct task *t)
{
    struct caller *c = &t->caller;

    c->cred = t->cred;
    c->handles = t->handles;
    c->mm = t->mm;
    c->fs = t->fs;
    c->ns = t->ns;
    c->account = t->account;
    c->task = t;
    c->limit_nofile = t->group->limits[LIMIT_NOFILE].soft;
    c->limit_fsize = t->group->limits[LIMIT_FSIZE].soft;
}

void task_set_mm(struct task *t, struct address_space *mm)
{
    spin_lock(&t->alloc_lock);
    t->mm = mm;
    t->caller.mm = mm;
    spin_unlock(&t->alloc_lock);
    preempt_disable();
    t->thread.mm = mm;
    if (t == task_current())
        mm_activate(mm);
    preempt_enable();
}

void task_set_cred(struct task *t, const struct cred *cred)
{
    const struct cred *old = t->cred;

    spin_lock(&t->alloc_lock);
    rcu_assign_pointer(t->cred, cred);
    t->caller.cred = cred;
    spin_unlock(&t->alloc_lock);
    if (old)
        cred_put(old);
}

/* ------------------------------------------------------------ life's end */

static void task_free_rcu(struct rcu_head *head)
{
    struct task *t = container_of(head, struct task, rcu);

    signal_handlers_put(t->handlers);
    thread_group_put(t->group);
    slab_free(task_cache, t);
}

static void task_free(struct task *t)
{
    task_count_gone();
    cred_put(t->cred);
    account_put(t->account);
    /* Senders of signals under RCU still look at t->group and t->handlers. */
    call_rcu(&t->rcu, task_free_rcu);
}

struct task *task_get(struct task *t)
{
    refcount_inc(&t->refs);
    return t;
}

void task_put(struct task *t)
{
    if (refcount_dec_and_test(&t->refs))
        task_free(t);
}

void task_free_unstarted(struct task *t)
{
    slab_free(task_cache, t);
}

/* The stack is not in use any more: the thread's own reference. */
static void task_finished(struct thread *thread)
{
    task_put(container_of(thread, struct task, thread));
}

static void task_switch_in(struct thread *thread)
{
    mm_activate(thread->mm);
    rseq_switched(container_of(thread, struct task, thread));
}

static bool task_signal_pending(const struct thread *thread, bool fatal_only)
{
    const struct task *t = container_of(thread, const struct task, thread);

    return fatal_only ? signal_is_fatal_pending(t) : signal_is_pending(t);
}

const struct thread_ops task_thread_ops = {
    .finished = task_finished,
    .switch_in = task_switch_in,
    .signal_pending = task_signal_pending,
};

/* --------------------------------------------------------------- look-ups */

struct pid_namespace *task_pid_ns(const struct task *t)
{
    const struct pid *p = t->pids[PID_TASK];

    return p ? p->numbers[p->level].ns : &pid_ns_first;
}

static struct task *find(const struct caller *who, s32 number,
                         enum pid_kind kind)
{
    struct pid_namespace *ns =
        who->task ? task_pid_ns(who->task) : &pid_ns_first;
    struct task *t;

    if (number <= 0)
        return NULL;
    rcu_read_lock();
    t = pid_task(pid_find(ns, number), kind);
    if (t && !refcount_inc_not_zero(&t->refs))
        t = NULL;
    rcu_read_unlock();
    /* In capability mode a number names only the caller's own process. */
    if (t && who->flags & CALLER_CAPABILITY && t->group != who->task->group) {
        task_put(t);
        t = NULL;
    }
    return t;
}

struct task *task_find(const struct caller *who, s32 tid)
{
    return find(who, tid, PID_TASK);
}

struct task *task_find_process(const struct caller *who, s32 pid)
{
    return find(who, pid, PID_PROCESS);
}

struct task *task_next_process(struct pid_namespace *ns, u32 *number)
{
    struct task *t = NULL;
    int id = *number;
    struct pid *p;

    rcu_read_lock();
    while ((p = idr_next(&ns->pids, &id))) {
        t = pid_task(p, PID_PROCESS);
        if (t && refcount_inc_not_zero(&t->refs))
            break;
        t = NULL;
        id++;
    }
    rcu_read_unlock();
    *number = id;
    return t;
}

struct task *task_next_thread(struct task *leader, u32 *number,
                              struct pid_namespace *ns)
{
    struct task *t, *best = NULL;
    u32 best_number = ~0u;

    rcu_read_lock();
    spin_lock(&tasklist_lock);
    list_for_each_entry (t, &leader->group->threads, group_link) {
        u32 n = pid_number(t->pids[PID_TASK], ns);
        if (n >= *number && n < best_number) {
            best = t;
            best_number = n;
        }
    }
    if (best)
        task_get(best);
    spin_unlock(&tasklist_lock);
    rcu_read_unlock();
    if (best)
        *number = best_number;
    return best;
}

struct address_space *task_mm_get(struct task *t)
{
    struct address_space *mm;

    spin_lock(&t->alloc_lock);
    mm = t->mm;
    if (mm && !mm_get_unless_dead(mm))
        mm = NULL;
    spin_unlock(&t->alloc_lock);
    return mm;
}

struct handle_table *task_handles_get(struct task *t)
{
    struct handle_table *h;

    spin_lock(&t->alloc_lock);
    h = t->handles ? handle_table_get(t->handles) : NULL;
    spin_unlock(&t->alloc_lock);
    return h;
}

const struct cred *task_cred_get(struct task *t)
{
    const struct cred *c;

    rcu_read_lock();
    do
        c = rcu_dereference(t->cred);
    while (!refcount_inc_not_zero((refcount_t *)&c->refs));
    rcu_read_unlock();
    return c;
}

int task_may_access(const struct caller *who, struct task *t,
                    enum task_access mode)
{
    const struct cred *mine = who->cred, *its;
    int error = 0;

    (void)mode;
    if (who->flags & CALLER_KERNEL ||
        (who->task && who->task->group == t->group))
        return 0;
    its = task_cred_get(t);
    /* ptrace(2), "Ptrace access mode checking", with real credentials for
     * attaching and file-system ones for reading being equal here. */
    if (!(kuid_equal(mine->uid, its->euid) &&
          kuid_equal(mine->uid, its->suid) && kuid_equal(mine->uid, its->uid) &&
          kgid_equal(mine->gid, its->egid) &&
          kgid_equal(mine->gid, its->sgid) &&
          kgid_equal(mine->gid, its->gid)) &&
        !cred_capable_ns(mine, its->user_ns, CAP_SYS_PTRACE))
        error = -EPERM;
    smp_rmb(); /* with that in task_set_dumpable() */
    if (!error && !task_is_dumpable(t) &&
        !cred_capable_ns(mine, its->user_ns, CAP_SYS_PTRACE))
        error = -EPERM;
    if (!error && its->cap_permitted & ~mine->cap_permitted &&
        !cred_capable_ns(mine, its->user_ns, CAP_SYS_PTRACE))
        error = -EPERM;
    cred_put(its);
    return error;
}

int task_access_begin(const struct caller *who, struct task *t,
                      enum task_access mode)
{
    int error = read_lock_killable(&t->group->exec_update);

    if (error)
        return error;
    error = task_may_access(who, t, mode);
    if (error)
        read_unlock(&t->group->exec_update);
    return error;
}

void task_access_end(struct task *t)
{
    read_unlock(&t->group->exec_update);
}

struct address_space *task_access_mm(const struct caller *who, struct task *t,
                                     enum task_access mode)
{
    struct address_space *mm;
    int error = task_access_begin(who, t, mode);

    if (error)
        return ERR_PTR(error);
    mm = task_mm_get(t);
    task_access_end(t);
    return mm ? mm : ERR_PTR(-ESRCH);
}

bool task_is_dumpable(struct task *t)
{
    bool dumpable;

    spin_lock(&t->alloc_lock);
    dumpable = !t->mm || READ_ONCE(t->mm->dumpable);
    spin_unlock(&t->alloc_lock);
    return dumpable;
}

void task_set_dumpable(struct task *t, bool dumpable)
{
    WRITE_ONCE(t->mm->dumpable, dumpable);
    /* Before new credentials, which others check first. */
    smp_wmb();
}

char task_state_letter(const struct task *t)
{
    if (t->exit_state == TASK_ZOMBIE)
        return 'Z';
    if (t->exit_state == TASK_DEAD)
        return 'X';
    switch (atomic_load(&t->thread.state)) {
    case THREAD_RUNNING:
    case THREAD_NEW:
        return 'R';
    case THREAD_INTERRUPTIBLE:
        return 'S';
    case THREAD_STOPPED:
        return 'T';
    case THREAD_TRACED:
        return 't';
    case THREAD_DEAD:
        return 'X';
    default:
        return 'D';
    }
}

void task_times(struct task *t, u64 *user_ns, u64 *system_ns)
{
    sched_thread_times(&t->thread, user_ns, system_ns);
}

void thread_group_times(struct thread_group *g, u64 *user_ns, u64 *system_ns)
{
    struct task *t;
    u64 u, s;

    *user_ns = g->user_ns;
    *system_ns = g->system_ns;
    rcu_read_lock();
    list_for_each_entry (t, &g->threads, group_link) {
        task_times(t, &u, &s);
        *user_ns += u;
        *system_ns += s;
    }
    rcu_read_unlock();
}
