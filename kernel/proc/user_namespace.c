#include "proc/user_namespace.h"

#include "core/caller.h"
#include "core/slab.h"
#include "lib/atomic.h"
#include "lib/errno.h"
#include "lib/sort.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/task.h"

static mutex_t map_lock = MUTEX_INIT(map_lock, "user_namespace_map");

static void user_ns_free(struct namespace *head)
{
    struct user_namespace *ns = container_of(head, struct user_namespace, head);

    kfree(ns->uids.extents);
    kfree(ns->gids.extents);
    kfree(ns);
}

/* All capabilities in a namespace, none outside it. */
static void enter(struct cred *c, struct user_namespace *ns)
{
    c->securebits = 0;
    c->cap_inheritable = 0;
    c->cap_permitted = CAP_FULL;
    c->cap_effective = CAP_FULL;
    c->cap_bounding = CAP_FULL;
    c->cap_ambient = 0;
    c->user_ns = ns;
}

static int user_ns_install(struct namespace_change *c, struct namespace *head)
{
    struct user_namespace *ns = container_of(head, struct user_namespace, head);
    struct task *t = c->task;

    if (ns == t->cred->user_ns)
        return -EINVAL;
    if (t->group->thread_count > 1)
        return -EINVAL;
    if (!fs_context_ops->is_private(t->fs))
        return -EINVAL;
    if (!cred_capable_ns(t->cred, ns, CAP_SYS_ADMIN))
        return -EPERM;
    if (!c->cred)
        c->cred = cred_copy(t->cred);
    if (!c->cred)
        return -ENOMEM;
    user_namespace_put(c->cred->user_ns);
    enter(c->cred, user_namespace_get(ns));
    return 0;
}

/* Only what is at or below the asker's own is shown. */
static struct namespace *user_ns_parent(struct namespace *head,
                                        struct task *who)
{
    struct user_namespace *ns = container_of(head, struct user_namespace, head);

    if (!ns->parent || !user_namespace_is_below(ns->parent, who->cred->user_ns))
        return ERR_PTR(-EPERM);
    return namespace_get(&ns->parent->head);
}

static const struct namespace_type user_type = {
    .name = "user",
    .kind = NS_USER,
    .flag = CLONE_NEWUSER,
    .free = user_ns_free,
    .install = user_ns_install,
    .parent = user_ns_parent,
};

struct user_namespace user_ns_first = {
    .head = {.refs = REFCOUNT_INIT(1),
             .inum = NS_INUM_USER_FIRST,
             .type = &user_type},
};

bool user_namespace_is_below(const struct user_namespace *ns,
                             const struct user_namespace *ancestor)
{
    while (ns->level > ancestor->level)
        ns = ns->parent;
    return ns == ancestor;
}

int user_namespace_create(struct cred *cred, bool chrooted)
{
    struct user_namespace *parent = cred->user_ns, *ns;
    int error;

    if (parent->level >= USER_LEVELS_MAX)
        return -ENOSPC;
    if (chrooted)
        return -EPERM;
    /* The creator has to be somebody there. */
    if (!uid_is_mapped(parent, cred->euid) ||
        !gid_is_mapped(parent, cred->egid))
        return -EPERM;
    error = namespace_count(parent, NS_USER);
    if (error)
        return error;
    ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);
    if (!ns) {
        namespace_uncount(parent, NS_USER);
        return -ENOMEM;
    }
    namespace_start(&ns->head, &user_type, parent);
    ns->head.counted = true;
    for (u32 kind = 0; kind < NS_KINDS; kind++)
        ns->most[kind] = S32_MAX;
    ns->parent = parent;
    ns->level = parent->level + 1;
    ns->owner_uid = cred->euid.value;
    ns->owner_gid = cred->egid.value;
    ns->setgroups_denied = READ_ONCE(parent->setgroups_denied);
    ns->parent_could_set_fcaps = cred->cap_effective >> CAP_SETFCAP & 1;
    enter(cred, ns);
    user_namespace_put(parent);
    return 0;
}

/* ------------------------------------------------------------------- maps */

static u32 map_down(const struct id_map *map, u32 id)
{
    u32 n = smp_load_acquire(&map->count);

    for (u32 i = 0; i < n; i++) {
        const struct id_extent *e = &map->extents[i];

        if (id - e->first < e->count)
            return e->lower + (id - e->first);
    }
    return ~0u;
}

static u32 map_up(const struct id_map *map, u32 id)
{
    u32 n = smp_load_acquire(&map->count);

    for (u32 i = 0; i < n; i++) {
        const struct id_extent *e = &map->extents[i];

        if (id - e->lower < e->count)
            return e->first + (id - e->lower);
    }
    return ~0u;
}

static u32 down(const struct user_namespace *ns, bool group, u32 id)
{
    if (ns == &user_ns_first || id == ~0u)
        return id;
    return map_down(group ? &ns->gids : &ns->uids, id);
}

static u32 up(const struct user_namespace *ns, bool group, u32 id)
{
    if (ns == &user_ns_first || id == ~0u)
        return id;
    return map_up(group ? &ns->gids : &ns->uids, id);
}

s32 overflow_uid = 65534, overflow_gid = 65534;

kuid_t uid_to_kernel(const struct user_namespace *ns, u32 uid)
{
    return (kuid_t){down(ns, false, uid)};
}

kgid_t gid_to_kernel(const struct user_namespace *ns, u32 gid)
{
    return (kgid_t){down(ns, true, gid)};
}

u32 uid_from_kernel(const struct user_namespace *ns, kuid_t uid)
{
    u32 id = up(ns, false, uid.value);

    return id == ~0u ? (u32)READ_ONCE(overflow_uid) : id;
}

u32 gid_from_kernel(const struct user_namespace *ns, kgid_t gid)
{
    u32 id = up(ns, true, gid.value);

    return id == ~0u ? (u32)READ_ONCE(overflow_gid) : id;
}

bool cred_root_is(const struct cred *c, kuid_t uid)
{
    return down(c->user_ns, false, 0) == uid.value;
}

bool uid_is_mapped(const struct user_namespace *ns, kuid_t uid)
{
    return up(ns, false, uid.value) != ~0u;
}

bool gid_is_mapped(const struct user_namespace *ns, kgid_t gid)
{
    return up(ns, true, gid.value) != ~0u;
}

/* ---------------------------------------------------------- writing a map */

static int parse_number(char **at, u32 *out)
{
    char *s = *at, *start;
    u64 value = 0;

    while (*s == ' ' || *s == '\t')
        s++;
    /* Numbers that are too large lose their upper part, as on Linux. */
    for (start = s; *s >= '0' && *s <= '9'; s++) {
        value = value * 10 + (u64)(*s - '0');
    }
    if (s == start || (*s && *s != ' ' && *s != '\t'))
        return -EINVAL;
    *out = (u32)value;
    *at = s;
    return 0;
}

static int parse_line(char *line, struct id_extent *e)
{
    if (parse_number(&line, &e->first) || parse_number(&line, &e->lower) ||
        parse_number(&line, &e->count))
        return -EINVAL;
    while (*line == ' ' || *line == '\t')
        line++;
    if (*line || e->first == ~0u || e->lower == ~0u)
        return -EINVAL;
    /* The invalid id stays outside, and so does wrapping around. */
    if (e->first + e->count <= e->first || e->lower + e->count <= e->lower)
        return -EINVAL;
    return 0;
}

static bool overlaps(const struct id_extent *list, u32 n,
                     const struct id_extent *e)
{
    for (u32 i = 0; i < n; i++) {
        if ((list[i].first <= e->first + e->count - 1 &&
             e->first <= list[i].first + list[i].count - 1) ||
            (list[i].lower <= e->lower + e->count - 1 &&
             e->lower <= list[i].lower + list[i].count - 1))
            return true;
    }
    return false;
}

static int parse_map(char *data, struct id_extent *list)
{
    u32 n = 0;

    for (char *line = data, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = 0;
            if (!*next)
                next = NULL;
        }
        if (n == ID_EXTENTS_MAX || parse_line(line, &list[n]) ||
            overlaps(list, n, &list[n]))
            return -EINVAL;
        n++;
    }
    return n ? (int)n : -EINVAL;
}

/* Mapping the parent's root takes CAP_SETFCAP: file capabilities of its
 * namespace would hold. */
static bool may_map_root(struct user_namespace *ns, const struct cred *cred,
                         const struct id_extent *list, u32 n)
{
    bool maps_root = false;

    for (u32 i = 0; i < n; i++)
        maps_root |= list[i].lower == 0;
    if (!maps_root)
        return true;
    if (ns == cred->user_ns)
        return ns->parent_could_set_fcaps;
    return cred_capable_ns(cred, ns->parent, CAP_SETFCAP);
}

static bool may_map(struct user_namespace *ns, const struct cred *cred,
                    bool group, const struct id_extent *list, u32 n)
{
    if (!group && !may_map_root(ns, cred, list, n))
        return false;
    /* Anybody may map himself. */
    if (n == 1 && list[0].count == 1 && ns->owner_uid == cred->euid.value) {
        u32 lower = down(ns->parent, group, list[0].lower);

        if (!group && lower == cred->euid.value)
            return true;
        if (group && ns->setgroups_denied && lower == cred->egid.value)
            return true;
    }
    return cred_capable_ns(cred, ns->parent, group ? CAP_SETGID : CAP_SETUID);
}

static int compare_first(const void *a, const void *b)
{
    const struct id_extent *x = a, *y = b;

    return x->first < y->first ? -1 : x->first > y->first;
}

/* Lower ids in the parent become the kernel's. */
static int translate(struct user_namespace *ns, bool group,
                     struct id_extent *list, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        u32 low = down(ns->parent, group, list[i].lower);
        u32 last = list[i].lower + (list[i].count - 1);

        if (low == ~0u ||
            down(ns->parent, group, last) != low + (list[i].count - 1))
            return -EPERM;
        list[i].lower = low;
    }
    return 0;
}

int user_namespace_write_map(struct user_namespace *ns, const struct cred *cred,
                             bool group, char *data, size_t n)
{
    struct id_map *map = group ? &ns->gids : &ns->uids;
    struct id_extent *list;
    int count, error;

    if (!ns->parent || (cred->user_ns != ns && cred->user_ns != ns->parent))
        return -EPERM;
    if (n >= 4096)
        return -EINVAL;
    list = kmalloc(ID_EXTENTS_MAX * sizeof(*list), ALLOC_KERNEL);
    if (!list)
        return -ENOMEM;
    mutex_lock(&map_lock);
    error = -EPERM;
    if (map->count || !cred_capable_ns(cred, ns, CAP_SYS_ADMIN))
        goto out;
    error = count = parse_map(data, list);
    if (count < 0)
        goto out;
    error = -EPERM;
    if (!may_map(ns, cred, group, list, (u32)count) ||
        translate(ns, group, list, (u32)count))
        goto out;
    /* Few are shown as they were written. */
    if (count > 5)
        sort(list, (size_t)count, sizeof(*list), compare_first);
    map->extents = kmemdup(list, (size_t)count * sizeof(*list), ALLOC_KERNEL);
    error = -ENOMEM;
    if (!map->extents)
        goto out;
    smp_store_release(&map->count, (u32)count);
    error = 0;
out:
    mutex_unlock(&map_lock);
    kfree(list);
    return error;
}

bool user_namespace_map_line(struct user_namespace *ns,
                             struct user_namespace *reader, bool group,
                             u32 index, u32 *first, u32 *lower, u32 *count)
{
    const struct id_map *map = group ? &ns->gids : &ns->uids;

    if (ns == &user_ns_first) {
        *first = *lower = 0;
        *count = ~0u;
        return index == 0;
    }
    if (index >= smp_load_acquire(&map->count))
        return false;
    if (reader == ns)
        reader = ns->parent;
    *first = map->extents[index].first;
    *lower = up(reader, group, map->extents[index].lower);
    *count = map->extents[index].count;
    return true;
}

int user_namespace_set_setgroups(struct user_namespace *ns, bool allow)
{
    int error = 0;

    mutex_lock(&map_lock);
    if (allow ? ns->setgroups_denied : ns->gids.count && ns->parent)
        error = -EPERM;
    else if (!allow && !ns->parent)
        error = -EPERM;
    else if (!allow)
        WRITE_ONCE(ns->setgroups_denied, true);
    mutex_unlock(&map_lock);
    return error;
}

bool user_namespace_may_setgroups(const struct user_namespace *ns)
{
    return !ns->parent || (smp_load_acquire(&ns->gids.count) &&
                           !READ_ONCE(ns->setgroups_denied));
}
