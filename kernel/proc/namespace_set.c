/* Sets of namespaces: shared, copied by clone and unshare, changed by setns. */
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/clone_flags.h"
#include "proc/namespace.h"
#include "proc/pid_internal.h"
#include "proc/task_internal.h"
#include "vm/address_space.h"

struct namespace **namespaces_slot(struct namespaces *n,
                                   enum namespace_kind kind)
{
    switch (kind) {
    case NS_MNT:
        return (struct namespace **)&n->mnt;
    case NS_UTS:
        return (struct namespace **)&n->uts;
    case NS_IPC:
        return (struct namespace **)&n->ipc;
    case NS_NET:
        return (struct namespace **)&n->net;
    case NS_CGROUP:
        return (struct namespace **)&n->cgroup;
    case NS_PID:
        return (struct namespace **)&n->pid_for_children;
    case NS_TIME:
        return (struct namespace **)&n->time_for_children;
    default:
        return NULL;
    }
}

struct namespaces *namespaces_get(struct namespaces *n)
{
    refcount_inc(&n->refs);
    return n;
}

static void put_time(struct namespaces *n)
{
    if (n->time)
        namespace_put(&n->time->head);
}

void namespaces_put(struct namespaces *n)
{
    if (!n || !refcount_dec_and_test(&n->refs))
        return;
    for (enum namespace_kind k = 0; k < NS_USER; k++)
        namespace_put(*namespaces_slot(n, k));
    put_time(n);
    kfree(n);
}

struct namespaces *task_namespaces_get(struct task *t)
{
    struct namespaces *n;

    spin_lock(&t->alloc_lock);
    n = t->ns ? namespaces_get(t->ns) : NULL;
    spin_unlock(&t->alloc_lock);
    return n;
}

static struct namespace *get_user(struct task *t)
{
    const struct cred *c = task_cred_get(t);
    struct namespace *ns = namespace_get(&c->user_ns->head);

    cred_put(c);
    return ns;
}

/* The task's process id goes with it when it is reaped. */
static struct namespace *get_pid_ns(struct task *t)
{
    struct namespace *ns = NULL;
    struct pid *p;

    rcu_read_lock();
    p = t->exit_state == TASK_DEAD ? NULL : t->pids[PID_TASK];
    if (p && refcount_inc_not_zero(&p->refs)) {
        ns = namespace_get(&p->numbers[p->level].ns->head);
        rcu_read_unlock();
        pid_put(p);
        return ns;
    }
    rcu_read_unlock();
    return NULL;
}

struct namespace *task_namespace_get(struct task *t, enum namespace_file which)
{
    static const u8 kinds[] = {
        [NS_FILE_CGROUP] = NS_CGROUP,
        [NS_FILE_IPC] = NS_IPC,
        [NS_FILE_MNT] = NS_MNT,
        [NS_FILE_NET] = NS_NET,
        [NS_FILE_PID_FOR_CHILDREN] = NS_PID,
        [NS_FILE_TIME_FOR_CHILDREN] = NS_TIME,
        [NS_FILE_UTS] = NS_UTS,
    };
    struct namespaces *set;
    struct namespace *ns;

    if (which == NS_FILE_USER)
        return get_user(t);
    if (which == NS_FILE_PID)
        return get_pid_ns(t);
    set = task_namespaces_get(t);
    if (!set)
        return NULL;
    ns = which == NS_FILE_TIME ? &set->time->head
                               : *namespaces_slot(set, kinds[which]);
    /* Before its first process there is nothing to show. */
    if (which == NS_FILE_PID_FOR_CHILDREN && !set->pid_for_children->reaper)
        ns = NULL;
    if (ns)
        namespace_get(ns);
    namespaces_put(set);
    return ns;
}

/* ---------------------------------------------------------------- copying */

static struct namespace *make_one(struct namespace *from,
                                  struct user_namespace *owner,
                                  struct fs_context *fs)
{
    enum namespace_kind kind = from->type->kind;
    int error = namespace_count(owner, kind);
    struct namespace *ns;

    if (error)
        return ERR_PTR(error);
    ns = from->type->copy(from, owner, fs);
    if (IS_ERR(ns))
        namespace_uncount(owner, kind);
    else
        ns->counted = true;
    return ns;
}

struct namespaces *namespaces_copy(struct namespaces *from,
                                   const struct cred *cred,
                                   struct fs_context *fs, u64 flags)
{
    struct namespaces *n;

    if (flags & CLONE_NEW_ANY & ~CLONE_NEWUSER &&
        !cred_capable_ns(cred, cred->user_ns, CAP_SYS_ADMIN))
        return ERR_PTR(-EPERM);
    n = kzalloc(sizeof(*n), ALLOC_KERNEL);
    if (!n)
        return ERR_PTR(-ENOMEM);
    refcount_set(&n->refs, 1);
    namespace_get(&from->time->head);
    n->time = from->time;
    for (enum namespace_kind k = 0; k < NS_USER; k++) {
        struct namespace *old = *namespaces_slot(from, k), *ns = old;

        if (!old)
            continue; /* a kind that is not there */
        if (flags & old->type->flag)
            ns = make_one(old, cred->user_ns, fs);
        else
            namespace_get(old);
        if (IS_ERR(ns)) {
            namespaces_put(n);
            return ERR_CAST(ns);
        }
        *namespaces_slot(n, k) = ns;
    }
    return n;
}

void namespaces_enter_time(struct namespaces *n)
{
    if (n->time == n->time_for_children)
        return;
    namespace_put(&n->time->head);
    n->time = n->time_for_children;
    namespace_get(&n->time->head);
    WRITE_ONCE(n->time->frozen, true);
}

/* --------------------------------------------------------------- changing */

int namespace_change_begin(struct namespace_change *c, struct task *t,
                           u64 flags)
{
    struct namespaces *ns = namespaces_copy(t->ns, t->cred, t->fs, 0);

    *c = (struct namespace_change){.task = t, .flags = flags};
    if (IS_ERR(ns))
        return (int)PTR_ERR(ns);
    c->ns = ns;
    return 0;
}

const struct cred *namespace_change_cred(const struct namespace_change *c)
{
    return c->cred ? c->cred : c->task->cred;
}

int namespace_install(struct namespace_change *c, struct namespace *ns)
{
    struct namespace **slot = namespaces_slot(c->ns, ns->type->kind);

    if (!cred_capable_ns(c->task->cred, ns->owner, CAP_SYS_ADMIN) ||
        !cred_capable_ns(namespace_change_cred(c),
                         namespace_change_cred(c)->user_ns, CAP_SYS_ADMIN))
        return -EPERM;
    namespace_put(*slot);
    *slot = namespace_get(ns);
    return 0;
}

int namespace_enter(struct namespace_change *c, struct namespace *ns)
{
    return ns->type->install ? ns->type->install(c, ns)
                             : namespace_install(c, ns);
}

void namespace_change_commit(struct namespace_change *c)
{
    struct task *t = c->task;
    struct fs_context *old_fs = NULL;
    struct namespaces *old_ns = c->ns;

    if (c->ns && c->ns->ipc != t->ns->ipc)
        sysv_task_ops->leave(t);
    if (c->cred)
        task_set_cred(t, c->cred);
    c->cred = NULL;
    spin_lock(&t->alloc_lock);
    if (c->fs) {
        old_fs = t->fs;
        t->fs = t->caller.fs = c->fs;
    }
    if (c->ns) {
        old_ns = t->ns;
        t->ns = t->caller.ns = c->ns;
    }
    spin_unlock(&t->alloc_lock);
    /* Without memory for it the program's next clock call is still right: the
     * page is gone, and it gets SIGSEGV rather than a wrong time. */
    if (c->time && t->mm)
        (void)!mm_vdso_ask_kernel(t->mm, t->ns->time != &time_ns_first);
    c->fs = old_fs;
    c->ns = old_ns;
    namespace_change_drop(c);
}

void namespace_change_drop(struct namespace_change *c)
{
    if (c->fs)
        fs_context_ops->put(c->fs);
    namespaces_put(c->ns);
    if (c->cred)
        cred_put(c->cred);
}
