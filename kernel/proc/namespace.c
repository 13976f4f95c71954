#include "proc/namespace.h"

#include "core/init.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/pid_internal.h"
#include "proc/task.h"

/* Inode numbers of the first namespaces, as Linux has them (proc_ns.h). */
#define NS_INODE_IPC    0xEFFFFFFFu
#define NS_INODE_UTS    0xEFFFFFFEu
#define NS_INODE_USER   0xEFFFFFFDu
#define NS_INODE_PID    0xEFFFFFFCu
#define NS_INODE_CGROUP 0xEFFFFFFBu
#define NS_INODE_TIME   0xEFFFFFFAu

struct user_namespace user_ns_first = {
    .refs = REFCOUNT_INIT(1),
    .inode = NS_INODE_USER,
};

struct uts_namespace uts_ns_first = {
    .refs = REFCOUNT_INIT(1),
    .owner = &user_ns_first,
    .host = "(none)",
    .domain = "(none)",
    .inode = NS_INODE_UTS,
};

struct pid_namespace pid_ns_first = {
    .refs = REFCOUNT_INIT(1),
    .owner = &user_ns_first,
    .inode = NS_INODE_PID,
};

static struct time_namespace time_ns_first = {
    .refs = REFCOUNT_INIT(1),
    .inode = NS_INODE_TIME,
};

struct namespaces namespaces_first = {
    .refs = REFCOUNT_INIT(1),
    .uts = &uts_ns_first,
    .pid_for_children = &pid_ns_first,
    .time = &time_ns_first,
    .time_for_children = &time_ns_first,
};

static const struct namespace_ops *ops_above[NS_KINDS_ABOVE];
static u64 next_inode = 0xF0000000u;

static int namespace_init(void)
{
    rwlock_init(&uts_ns_first.lock, "uts_namespace");
    pid_namespace_init_numbers(&pid_ns_first);
    return 0;
}
INITCALL(core, namespace_init);

static void **slot_above(struct namespaces *n, enum namespace_kind kind)
{
    switch (kind) {
    case NS_MNT:
        return (void **)&n->mnt;
    case NS_IPC:
        return (void **)&n->ipc;
    case NS_NET:
        return (void **)&n->net;
    default:
        return (void **)&n->cgroup;
    }
}

void namespace_register(enum namespace_kind kind,
                        const struct namespace_ops *ops, void *first)
{
    ops_above[kind] = ops;
    *slot_above(&namespaces_first, kind) = first;
}

struct user_namespace *user_namespace_get(struct user_namespace *ns)
{
    refcount_inc(&ns->refs);
    return ns;
}

void user_namespace_put(struct user_namespace *ns)
{
    while (ns && refcount_dec_and_test(&ns->refs)) {
        struct user_namespace *parent = ns->parent;
        kfree(ns);
        ns = parent;
    }
}

struct pid_namespace *pid_namespace_get(struct pid_namespace *ns)
{
    refcount_inc(&ns->refs);
    return ns;
}

void pid_namespace_put(struct pid_namespace *ns)
{
    while (ns && refcount_dec_and_test(&ns->refs)) {
        struct pid_namespace *parent = ns->parent;
        idr_destroy(&ns->pids);
        user_namespace_put(ns->owner);
        kfree(ns);
        ns = parent;
    }
}

static void uts_put(struct uts_namespace *ns)
{
    if (!refcount_dec_and_test(&ns->refs))
        return;
    user_namespace_put(ns->owner);
    kfree(ns);
}

static struct uts_namespace *uts_copy(struct uts_namespace *old,
                                      const struct cred *cred)
{
    struct uts_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    if (!ns)
        return ERR_PTR(-ENOMEM);
    refcount_set(&ns->refs, 1);
    rwlock_init(&ns->lock, "uts_namespace");
    ns->owner = user_namespace_get(cred->user_ns);
    ns->inode = __atomic_fetch_add(&next_inode, 1, __ATOMIC_RELAXED);
    read_lock(&old->lock);
    memcpy(ns->host, old->host, sizeof(ns->host));
    memcpy(ns->domain, old->domain, sizeof(ns->domain));
    read_unlock(&old->lock);
    return ns;
}

static struct pid_namespace *pid_ns_create(struct pid_namespace *parent,
                                           const struct cred *cred)
{
    struct pid_namespace *ns;

    if (parent->level + 1 > PID_LEVELS_MAX)
        return ERR_PTR(-ENOSPC);
    ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);
    if (!ns)
        return ERR_PTR(-ENOMEM);
    refcount_set(&ns->refs, 1);
    pid_namespace_init_numbers(ns);
    ns->parent = pid_namespace_get(parent);
    ns->level = parent->level + 1;
    ns->owner = user_namespace_get(cred->user_ns);
    ns->inode = __atomic_fetch_add(&next_inode, 1, __ATOMIC_RELAXED);
    return ns;
}

static void *above_copy(struct namespaces *from, enum namespace_kind kind,
                        bool fresh, struct task *who)
{
    void *ns = *slot_above(from, kind);

    if (!ns)
        return fresh ? ERR_PTR(-EINVAL) : NULL;
    if (fresh)
        return ops_above[kind]->copy ? ops_above[kind]->copy(ns, who)
                                     : ERR_PTR(-EINVAL);
    ops_above[kind]->get(ns);
    return ns;
}

struct namespaces *namespaces_get(struct namespaces *n)
{
    refcount_inc(&n->refs);
    return n;
}

void namespaces_put(struct namespaces *n)
{
    if (!n || !refcount_dec_and_test(&n->refs))
        return;
    for (enum namespace_kind k = 0; k < NS_KINDS_ABOVE; k++) {
        void *ns = *slot_above(n, k);
        if (ns && !IS_ERR(ns))
            ops_above[k]->put(ns);
    }
    if (!IS_ERR_OR_NULL(n->uts))
        uts_put(n->uts);
    if (!IS_ERR_OR_NULL(n->pid_for_children))
        pid_namespace_put(n->pid_for_children);
    kfree(n);
}

static const u64 clone_flag_above[NS_KINDS_ABOVE] = {
    [NS_MNT] = CLONE_NEWNS,
    [NS_IPC] = CLONE_NEWIPC,
    [NS_NET] = CLONE_NEWNET,
    [NS_CGROUP] = CLONE_NEWCGROUP,
};

/* CLONE_NEWUSER and CLONE_NEWTIME: no new ones are made. */
struct namespaces *namespaces_copy(struct task *who, struct namespaces *from,
                                   const struct cred *cred, u64 flags)
{
    struct namespaces *n;
    int error = 0;

    if (flags & (CLONE_NEWUSER | CLONE_NEWTIME))
        return ERR_PTR(-EINVAL);
    if (!cred_capable_ns(cred, cred->user_ns, CAP_SYS_ADMIN))
        return ERR_PTR(-EPERM);
    n = kzalloc(sizeof(*n), ALLOC_KERNEL);
    if (!n)
        return ERR_PTR(-ENOMEM);
    refcount_set(&n->refs, 1);
    n->time = from->time;
    n->time_for_children = from->time_for_children;

    if (flags & CLONE_NEWUTS) {
        n->uts = uts_copy(from->uts, cred);
    } else {
        refcount_inc(&from->uts->refs);
        n->uts = from->uts;
    }
    if (IS_ERR(n->uts))
        error = PTR_ERR(n->uts);

    n->pid_for_children = flags & CLONE_NEWPID
                              ? pid_ns_create(from->pid_for_children, cred)
                              : pid_namespace_get(from->pid_for_children);
    if (IS_ERR(n->pid_for_children) && !error)
        error = PTR_ERR(n->pid_for_children);

    for (enum namespace_kind k = 0; k < NS_KINDS_ABOVE && !error; k++) {
        void *ns = above_copy(from, k, flags & clone_flag_above[k], who);
        if (IS_ERR(ns))
            error = PTR_ERR(ns);
        else
            *slot_above(n, k) = ns;
    }
    if (error) {
        namespaces_put(n);
        return ERR_PTR(error);
    }
    return n;
}
