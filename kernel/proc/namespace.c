/* Namespaces: the head that all share, and the small kinds. */
#include "proc/namespace.h"

#include "core/init.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/pid_internal.h"
#include "proc/task.h"
#include "proc/user_namespace.h"

/* Above the first ones' numbers and those of net and mnt. */
static atomic_t next_inum = ATOMIC_INIT(1);

void namespace_start(struct namespace *ns, const struct namespace_type *type,
                     struct user_namespace *owner)
{
    refcount_set(&ns->refs, 1);
    ns->type = type;
    ns->owner = owner ? user_namespace_get(owner) : NULL;
    ns->inum = 0xF0000000u + ((u32)atomic_inc_return(&next_inum) & 0x0fffffffu);
}

void namespace_uncount(struct user_namespace *owner, enum namespace_kind kind)
{
    for (; owner; owner = owner->parent)
        atomic_dec(&owner->made[kind]);
}

int namespace_count(struct user_namespace *owner, enum namespace_kind kind)
{
    struct user_namespace *u, *undo;

    for (u = owner; u; u = u->parent) {
        if (atomic_inc_return(&u->made[kind]) <= READ_ONCE(u->most[kind]))
            continue;
        for (undo = owner; undo != u; undo = undo->parent)
            atomic_dec(&undo->made[kind]);
        atomic_dec(&u->made[kind]);
        return -ENOSPC;
    }
    return 0;
}

void namespace_put(struct namespace *ns)
{
    while (ns && refcount_dec_and_test(&ns->refs)) {
        struct user_namespace *owner = ns->owner;

        if (ns->counted)
            namespace_uncount(owner, ns->type->kind);
        ns->type->free(ns);
        ns = owner ? &owner->head : NULL;
    }
}

/* -------------------------------------------------------------------- uts */

static struct namespace *uts_copy(struct namespace *from,
                                  struct user_namespace *owner,
                                  struct fs_context *fs)
{
    struct uts_namespace *old = container_of(from, struct uts_namespace, head);
    struct uts_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    (void)fs;
    if (!ns)
        return ERR_PTR(-ENOMEM);
    namespace_start(&ns->head, from->type, owner);
    rwlock_init(&ns->lock, "uts_namespace");
    read_lock(&old->lock);
    memcpy(ns->host, old->host, sizeof(ns->host));
    memcpy(ns->domain, old->domain, sizeof(ns->domain));
    read_unlock(&old->lock);
    return &ns->head;
}

static void uts_free(struct namespace *ns)
{
    kfree(container_of(ns, struct uts_namespace, head));
}

static const struct namespace_type uts_type = {
    .name = "uts",
    .kind = NS_UTS,
    .flag = CLONE_NEWUTS,
    .copy = uts_copy,
    .free = uts_free,
};

struct uts_namespace uts_ns_first = {
    .head = {.refs = REFCOUNT_INIT(1),
             .inum = NS_INUM_UTS_FIRST,
             .type = &uts_type,
             .owner = &user_ns_first},
    .host = "(none)",
    .domain = "(none)",
};

/* ----------------------------------------------------------------- cgroup */

static struct namespace *cgroup_copy(struct namespace *from,
                                     struct user_namespace *owner,
                                     struct fs_context *fs)
{
    struct cgroup_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    (void)fs;
    if (!ns)
        return ERR_PTR(-ENOMEM);
    namespace_start(&ns->head, from->type, owner);
    return &ns->head;
}

static void cgroup_free(struct namespace *ns)
{
    kfree(container_of(ns, struct cgroup_namespace, head));
}

static const struct namespace_type cgroup_type = {
    .name = "cgroup",
    .kind = NS_CGROUP,
    .flag = CLONE_NEWCGROUP,
    .copy = cgroup_copy,
    .free = cgroup_free,
};

static struct cgroup_namespace cgroup_ns_first = {
    .head = {.refs = REFCOUNT_INIT(1),
             .inum = NS_INUM_CGROUP_FIRST,
             .type = &cgroup_type,
             .owner = &user_ns_first},
};

/* -------------------------------------------------------------------- pid */

bool pid_namespace_is_below(const struct pid_namespace *ns,
                            const struct pid_namespace *ancestor)
{
    while (ns->level > ancestor->level)
        ns = ns->parent;
    return ns == ancestor;
}

static struct namespace *pid_ns_copy(struct namespace *from,
                                     struct user_namespace *owner,
                                     struct fs_context *fs)
{
    struct pid_namespace *parent =
        container_of(from, struct pid_namespace, head);
    struct pid_namespace *ns;

    (void)fs;
    if (!user_namespace_is_below(owner, from->owner))
        return ERR_PTR(-EINVAL);
    if (parent->level + 1 > PID_LEVELS_MAX)
        return ERR_PTR(-ENOSPC);
    ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);
    if (!ns)
        return ERR_PTR(-ENOMEM);
    namespace_start(&ns->head, from->type, owner);
    pid_namespace_init_numbers(ns);
    ns->parent = pid_namespace_get(parent);
    ns->level = parent->level + 1;
    return &ns->head;
}

static void pid_ns_free(struct namespace *head)
{
    struct pid_namespace *ns = container_of(head, struct pid_namespace, head);

    idr_destroy(&ns->pids);
    pid_namespace_put(ns->parent);
    kfree_rcu(ns, rcu);
}

/* One enters only the own namespace, or one below it. */
static int pid_ns_install(struct namespace_change *c, struct namespace *head)
{
    struct pid_namespace *ns = container_of(head, struct pid_namespace, head);

    if (!cred_capable_ns(c->task->cred, head->owner, CAP_SYS_ADMIN) ||
        !cred_capable_ns(c->task->cred, namespace_change_cred(c)->user_ns,
                         CAP_SYS_ADMIN))
        return -EPERM;
    if (!pid_namespace_is_below(ns, task_pid_ns(c->task)))
        return -EINVAL;
    pid_namespace_put(c->ns->pid_for_children);
    c->ns->pid_for_children = pid_namespace_get(ns);
    return 0;
}

static struct namespace *pid_ns_parent(struct namespace *head, struct task *who)
{
    struct pid_namespace *ns = container_of(head, struct pid_namespace, head);

    if (!ns->parent || !pid_namespace_is_below(ns->parent, task_pid_ns(who)))
        return ERR_PTR(-EPERM);
    return namespace_get(&ns->parent->head);
}

static const struct namespace_type pid_type = {
    .name = "pid",
    .kind = NS_PID,
    .flag = CLONE_NEWPID,
    .copy = pid_ns_copy,
    .free = pid_ns_free,
    .install = pid_ns_install,
    .parent = pid_ns_parent,
};

struct pid_namespace pid_ns_first = {
    .head = {.refs = REFCOUNT_INIT(1),
             .inum = NS_INUM_PID_FIRST,
             .type = &pid_type,
             .owner = &user_ns_first},
};

/* ------------------------------------------------------------------- time */

static struct namespace *time_copy(struct namespace *from,
                                   struct user_namespace *owner,
                                   struct fs_context *fs)
{
    struct time_namespace *old =
        container_of(from, struct time_namespace, head);
    struct time_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    (void)fs;
    if (!ns)
        return ERR_PTR(-ENOMEM);
    namespace_start(&ns->head, from->type, owner);
    ns->monotonic_offset = old->monotonic_offset;
    ns->boottime_offset = old->boottime_offset;
    return &ns->head;
}

static void time_free(struct namespace *ns)
{
    kfree(container_of(ns, struct time_namespace, head));
}

static int time_install(struct namespace_change *c, struct namespace *head)
{
    struct time_namespace *ns = container_of(head, struct time_namespace, head);

    if (c->task->group->thread_count > 1)
        return -EUSERS;
    if (!cred_capable_ns(c->task->cred, head->owner, CAP_SYS_ADMIN) ||
        !cred_capable_ns(c->task->cred, namespace_change_cred(c)->user_ns,
                         CAP_SYS_ADMIN))
        return -EPERM;
    namespace_get(head);
    namespace_put(&c->ns->time->head);
    c->ns->time = ns;
    namespace_get(head);
    namespace_put(&c->ns->time_for_children->head);
    c->ns->time_for_children = ns;
    WRITE_ONCE(ns->frozen, true);
    c->time = true;
    return 0;
}

static const struct namespace_type time_type = {
    .name = "time",
    .kind = NS_TIME,
    .flag = CLONE_NEWTIME,
    .copy = time_copy,
    .free = time_free,
    .install = time_install,
};

struct time_namespace time_ns_first = {
    .head = {.refs = REFCOUNT_INIT(1),
             .inum = NS_INUM_TIME_FIRST,
             .type = &time_type,
             .owner = &user_ns_first},
    .frozen = true,
};

/* ------------------------------------------------------------------ start */

struct namespaces namespaces_first = {
    .refs = REFCOUNT_INIT(1),
    .uts = &uts_ns_first,
    .cgroup = &cgroup_ns_first,
    .pid_for_children = &pid_ns_first,
    .time = &time_ns_first,
    .time_for_children = &time_ns_first,
};

static int namespaces_init(void)
{
    rwlock_init(&uts_ns_first.lock, "uts_namespace");
    pid_namespace_init_numbers(&pid_ns_first);
    return 0;
}
INITCALL(core, namespaces_init);

void namespace_register(const struct namespace_type *type,
                        struct namespace *first)
{
    refcount_set(&first->refs, 1);
    first->type = type;
    first->owner = &user_ns_first;
    *namespaces_slot(&namespaces_first, type->kind) = first;
    switch (type->kind) {
    case NS_IPC:
        first->inum = NS_INUM_IPC_FIRST;
        break;
    case NS_NET:
        first->inum = NS_INUM_NET_FIRST;
        break;
    default:
        first->inum = NS_INUM_MNT_FIRST;
        break;
    }
}
