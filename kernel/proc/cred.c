#include "proc/cred.h"

#include "core/caller.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "proc/namespace.h"
#include "proc/user_account.h"

static struct group_list no_groups = {.refs = REFCOUNT_INIT(1)};

struct cred cred_root = {
    .refs = REFCOUNT_INIT(1),
    .groups = &no_groups,
    .cap_permitted = CAP_FULL,
    .cap_effective = CAP_FULL,
    .cap_bounding = CAP_FULL,
    .user_ns = &user_ns_first,
    .user = &user_account_root,
};

struct cred *cred_get(const struct cred *c)
{
    struct cred *m = (struct cred *)c;

    refcount_inc(&m->refs);
    return m;
}

static void cred_free_rcu(struct rcu_head *head)
{
    struct cred *c = container_of(head, struct cred, rcu);

    group_list_put(c->groups);
    user_namespace_put(c->user_ns);
    user_account_put(c->user);
    kfree(c);
}

void cred_put(const struct cred *c)
{
    struct cred *m = (struct cred *)c;

    if (m && refcount_dec_and_test(&m->refs))
        call_rcu(&m->rcu, cred_free_rcu);
}

struct cred *cred_copy(const struct cred *c)
{
    struct cred *n = kmemdup(c, sizeof(*c), ALLOC_KERNEL);

    if (!n)
        return NULL;
    refcount_set(&n->refs, 1);
    refcount_inc(&n->groups->refs);
    user_namespace_get(n->user_ns);
    user_account_get(n->user);
    return n;
}

void group_list_put(struct group_list *g)
{
    if (refcount_dec_and_test(&g->refs))
        kfree(g);
}

bool cred_capable_ns(const struct cred *c, struct user_namespace *ns, int cap)
{
    /* A namespace's creator has all capabilities in it when seen from the
     * parent (user_namespaces(7)). */
    for (;; ns = ns->parent) {
        if (ns == c->user_ns)
            return c->cap_effective >> cap & 1;
        if (ns->level <= c->user_ns->level)
            return false;
        if (ns->parent == c->user_ns && ns->owner_uid == c->euid.value)
            return true;
    }
}

bool caller_capable(const struct caller *who, int cap)
{
    if (who->flags & CALLER_KERNEL)
        return true;
    return cred_capable_ns(who->cred, who->cred->user_ns, cap);
}

bool caller_capable_init(const struct caller *who, int cap)
{
    if (who->flags & CALLER_KERNEL)
        return true;
    return cred_capable_ns(who->cred, &user_ns_first, cap);
}

static bool in_groups(const struct cred *c, kgid_t gid)
{
    u32 low = 0, high = c->groups->count;

    while (low < high) {
        u32 middle = (low + high) / 2;
        u32 value = c->groups->ids[middle].value;
        if (value == gid.value)
            return true;
        if (value < gid.value)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool cred_in_group(const struct cred *c, kgid_t gid)
{
    return kgid_equal(c->fsgid, gid) || in_groups(c, gid);
}

bool cred_in_egroup(const struct cred *c, kgid_t gid)
{
    return kgid_equal(c->egid, gid) || in_groups(c, gid);
}
