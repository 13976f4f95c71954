#include "proc/pid.h"

#include "core/slab.h"
#include "lib/errno.h"
#include "proc/namespace.h"
#include "proc/pid_internal.h"
#include "proc/task.h"

struct pid_idr_node {     /* a node that readers may still walk when unlinked */
    struct idr_node node; /* must be first */
    struct rcu_head rcu;
};

static struct idr_node *pid_node_alloc(void *ctx)
{
    struct pid_idr_node *n;

    (void)ctx;
    n = kzalloc(sizeof(*n), ALLOC_ATOMIC);
    return n ? &n->node : NULL;
}

static void pid_node_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree_rcu(container_of(node, struct pid_idr_node, node), rcu);
}

static const struct idr_ops pid_idr_ops = {pid_node_alloc, pid_node_free};

void pid_namespace_init_numbers(struct pid_namespace *ns)
{
    spin_init(&ns->lock, "pid_namespace");
    idr_init(&ns->pids, &pid_idr_ops, ns);
    ns->pid_max = 32768;
}

struct pid *pid_get(struct pid *p)
{
    if (p)
        refcount_inc(&p->refs);
    return p;
}

static void pid_free_rcu(struct rcu_head *head)
{
    kfree(container_of(head, struct pid, rcu));
}

void pid_put(struct pid *p)
{
    if (!p || !refcount_dec_and_test(&p->refs))
        return;
    for (u32 i = 0; i <= p->level; i++)
        pid_namespace_put(p->numbers[i].ns);
    call_rcu(&p->rcu, pid_free_rcu);
}

/* Numbers below this are for the system's first processes once it wrapped. */
#define PID_WRAP_MIN 300

static int pid_number_alloc(struct pid_namespace *ns, u32 wanted)
{
    int number;
    unsigned long flags = spin_lock_irqsave(&ns->lock);

    if (wanted) {
        number = idr_alloc(&ns->pids, NULL, wanted, wanted);
        if (number == -ENOSPC)
            number = -EEXIST;
    } else {
        number = idr_alloc_cyclic(
            &ns->pids, NULL, ns->last_pid >= PID_WRAP_MIN ? PID_WRAP_MIN : 1,
            ns->pid_max - 1);
        if (number == -ENOSPC)
            number = -EAGAIN;
    }
    if (number > 0)
        ns->last_pid = number;
    spin_unlock_irqrestore(&ns->lock, flags);
    return number;
}

static void pid_number_free(struct pid_namespace *ns, u32 number)
{
    unsigned long flags = spin_lock_irqsave(&ns->lock);
    idr_remove(&ns->pids, number);
    spin_unlock_irqrestore(&ns->lock, flags);
}

static u64 pid_next_inode = 1;

struct pid *pid_create(struct pid_namespace *ns, const s32 *set_tid,
                       u32 set_tid_count)
{
    struct pid *p;
    struct pid_namespace *n = ns;
    int error;

    if (set_tid_count > ns->level + 1)
        return ERR_PTR(-EINVAL);
    p = kzalloc(sizeof(*p) + (ns->level + 1) * sizeof(p->numbers[0]),
                ALLOC_KERNEL);
    if (!p)
        return ERR_PTR(-ENOMEM);
    refcount_set(&p->refs, 1);
    p->level = ns->level;
    p->inode = __atomic_fetch_add(&pid_next_inode, 1, __ATOMIC_RELAXED);
    wait_queue_init(&p->exited);
    spin_init(&p->group_lock, "process_group");

    for (s32 i = ns->level; i >= 0; i--, n = n->parent) {
        u32 depth = ns->level - i;
        s32 wanted = depth < set_tid_count ? set_tid[depth] : 0;

        error = pid_number_alloc(n, wanted);
        if (error < 0) {
            while (++i <= (s32)ns->level) {
                pid_number_free(p->numbers[i].ns, p->numbers[i].number);
                pid_namespace_put(p->numbers[i].ns);
            }
            kfree(p);
            return ERR_PTR(error);
        }
        p->numbers[i].number = error;
        p->numbers[i].ns = pid_namespace_get(n);
    }
    return p;
}

void pid_publish(struct pid *p)
{
    for (u32 i = 0; i <= p->level; i++) {
        struct pid_namespace *ns = p->numbers[i].ns;
        unsigned long flags = spin_lock_irqsave(&ns->lock);
        idr_replace(&ns->pids, p->numbers[i].number, p);
        spin_unlock_irqrestore(&ns->lock, flags);
    }
}

void pid_release_numbers(struct pid *p)
{
    for (u32 i = 0; i <= p->level; i++)
        pid_number_free(p->numbers[i].ns, p->numbers[i].number);
}

struct pid *pid_find(struct pid_namespace *ns, u32 number)
{
    return number > 0x7fffffff ? NULL : idr_find(&ns->pids, number);
}

struct pid *pid_find_get(struct pid_namespace *ns, u32 number)
{
    struct pid *p;

    rcu_read_lock();
    p = pid_find(ns, number);
    if (p && !refcount_inc_not_zero(&p->refs))
        p = NULL;
    rcu_read_unlock();
    return p;
}

u32 pid_number(const struct pid *p, const struct pid_namespace *ns)
{
    if (!p || ns->level > p->level || p->numbers[ns->level].ns != ns)
        return 0;
    return p->numbers[ns->level].number;
}

struct task *pid_task(struct pid *p, enum pid_kind kind)
{
    struct hlist_node *n = p ? rcu_dereference(p->tasks[kind].first) : NULL;

    return n ? container_of(n, struct task, pid_links[kind]) : NULL;
}

struct task *pid_task_get(struct pid *p, enum pid_kind kind)
{
    struct task *t;

    rcu_read_lock();
    t = pid_task(p, kind);
    if (t && !refcount_inc_not_zero(&t->refs))
        t = NULL;
    rcu_read_unlock();
    return t;
}

/* tasklist_lock held. Takes over the reference on `p`. */
void pid_attach(struct task *t, enum pid_kind kind, struct pid *p)
{
    unsigned long flags = spin_lock_irqsave(&p->group_lock);

    pid_attach_locked(t, kind, p);
    spin_unlock_irqrestore(&p->group_lock, flags);
}

void pid_attach_locked(struct task *t, enum pid_kind kind, struct pid *p)
{
    t->pids[kind] = p;
    hlist_add_head(&t->pid_links[kind], &p->tasks[kind]);
}

void pid_detach(struct task *t, enum pid_kind kind, struct pid_garbage *garbage)
{
    struct pid *p = t->pids[kind];
    unsigned long flags;

    if (!p)
        return;
    flags = spin_lock_irqsave(&p->group_lock);
    hlist_del_rcu(&t->pid_links[kind]);
    spin_unlock_irqrestore(&p->group_lock, flags);
    /* t->pids stays readable for RCU readers until the task is freed; the
     * caller drops the references once it holds no lock. */
    garbage->pids[garbage->count++] = p;
    for (enum pid_kind k = 0; k < PID_KINDS; k++) {
        if (!hlist_empty(&p->tasks[k]))
            return;
    }
    pid_release_numbers(p);
}

void pid_change(struct task *t, enum pid_kind kind, struct pid *p,
                struct pid_garbage *garbage)
{
    pid_detach(t, kind, garbage);
    pid_attach(t, kind, p);
}

/* Readers find either node; `from` stays linked forward for those on it. */
static void hlist_replace_rcu(struct hlist_node *from, struct hlist_node *to)
{
    to->next = from->next;
    to->pprev = from->pprev;
    if (to->next)
        to->next->pprev = &to->next;
    smp_store_release(to->pprev, to);
    from->pprev = NULL;
}

void pid_transfer(struct task *from, struct task *to, enum pid_kind kind)
{
    struct pid *p = from->pids[kind];
    unsigned long flags = spin_lock_irqsave(&p->group_lock);

    to->pids[kind] = p;
    hlist_replace_rcu(&from->pid_links[kind], &to->pid_links[kind]);
    from->pids[kind] = NULL;
    spin_unlock_irqrestore(&p->group_lock, flags);
}

void pid_garbage_drop(struct pid_garbage *garbage)
{
    for (u32 i = 0; i < garbage->count; i++)
        pid_put(garbage->pids[i]);
    garbage->count = 0;
}
