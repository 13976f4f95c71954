/*
 * Propagation: what is mounted or unmounted on a mount also happens on its
 * peers and slaves (mount_namespaces(7)). mount_lock is held throughout.
 *
 * A shared mount has a group number and is in its group's ring of peers. A
 * slave has a master, one of the group that it receives from, and is on its
 * list of slaves; a slave may be shared itself.
 */
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/mount_tree.h"
#include "lib/string.h"

static u32 next_group = 1;

void mount_make_shared(struct mount *m)
{
    m->flags &= ~(u32)MOUNT_UNBINDABLE;
    if (!m->peer_group)
        m->peer_group = next_group++;
}

/* Out of the ring; its slaves and, if `slave`, itself go to a peer that is
 * left, or to its own master. */
static void leave_group(struct mount *m, bool slave)
{
    struct mount *master = m->master, *s, *next;

    if (!list_empty(&m->peers)) {
        master = list_first_entry(&m->peers, struct mount, peers);
        list_del_init(&m->peers);
    }
    m->peer_group = 0;
    list_for_each_entry_safe (s, next, &m->slaves, slave_link) {
        list_del_init(&s->slave_link);
        s->master = master;
        if (master)
            list_add(&s->slave_link, &master->slaves);
    }
    list_del_init(&m->slave_link);
    m->master = slave ? master : NULL;
    if (m->master)
        list_add(&m->slave_link, &m->master->slaves);
}

void mount_make_slave(struct mount *m)
{
    m->flags &= ~(u32)MOUNT_UNBINDABLE;
    if (m->peer_group)
        leave_group(m, true);
}

void mount_make_private(struct mount *m)
{
    m->flags &= ~(u32)MOUNT_UNBINDABLE;
    leave_group(m, false);
}

/* A copy gets the same events as its original. */
void mount_join_peers(struct mount *copy, struct mount *original)
{
    copy->peer_group = original->peer_group;
    if (copy->peer_group)
        list_add(&copy->peers, &original->peers);
    copy->master = original->master;
    if (copy->master)
        list_add(&copy->slave_link, &original->slave_link);
}

/* ------------------------------------------------------------ who is told */

struct receivers {
    struct mount **mounts;
    u32 count, room;
    u32 walk; /* marks the mounts in it */
    bool failed;
};

static void add_receiver(struct receivers *r, struct mount *m)
{
    if (m->told == r->walk)
        return;
    if (r->count == r->room) {
        u32 room = r->room ? r->room * 2 : 16;
        struct mount **more = kvmalloc(room * sizeof(*more), ALLOC_KERNEL);

        if (!more) {
            r->failed = true;
            return;
        }
        if (r->count)
            memcpy(more, r->mounts, r->count * sizeof(*more));
        kvfree(r->mounts);
        r->mounts = more;
        r->room = room;
    }
    m->told = r->walk;
    r->mounts[r->count++] = m;
}

/* All that receive from `from`, itself first. */
static int find_receivers(struct mount *from, struct receivers *r)
{
    static u32 walks; /* never 0 */

    walks += walks + 1 ? 1 : 2;
    *r = (struct receivers){.walk = walks};
    add_receiver(r, from);
    for (u32 i = 0; i < r->count && !r->failed; i++) {
        struct mount *m = r->mounts[i], *other;

        if (m->ring_told != r->walk) {
            list_for_each_entry (other, &m->peers, peers) {
                other->ring_told = r->walk;
                add_receiver(r, other);
            }
        }
        list_for_each_entry (other, &m->slaves, slave_link)
            add_receiver(r, other);
    }
    if (!r->failed)
        return 0;
    kvfree(r->mounts);
    return -ENOMEM;
}

static bool is_peer(const struct mount *a, const struct mount *b)
{
    return a->peer_group && a->peer_group == b->peer_group;
}

/* Make the copy of a tree slaves of the originals rather than peers. */
void mount_tree_enslave(struct mount *top)
{
    for (struct mount *m = top; m; m = mount_tree_next(m, top)) {
        bool shared = m->peer_group != 0;

        mount_make_slave(m);
        if (shared)
            mount_make_shared(m);
    }
}

s32 mount_max = 100000;

static u32 tree_size(struct mount *top)
{
    u32 n = 0;

    for (struct mount *m = top; m; m = mount_tree_next(m, top))
        n++;
    return n;
}

static bool receives(const struct mount *to, struct dentry *mountpoint)
{
    return to->ns && dentry_is_ancestor(to->root, mountpoint);
}

/* Has every namespace room for what it gets? */
static int check_room(struct mount *m, const struct receivers *r,
                      struct dentry *mountpoint, bool counted)
{
    u32 size = tree_size(m);
    int error = 0;

    /* The first is the place itself; what is only moved is in it already. */
    for (u32 i = counted; i < r->count; i++) {
        struct mount_namespace *ns = r->mounts[i]->ns;

        if (!ns || (i && !receives(r->mounts[i], mountpoint)))
            continue;
        ns->coming += size;
        if ((u64)ns->count + ns->coming > (u64)READ_ONCE(mount_max)) {
            error = -ENOSPC;
            break;
        }
    }
    for (u32 i = 0; i < r->count; i++)
        if (r->mounts[i]->ns)
            r->mounts[i]->ns->coming = 0;
    return error;
}

/* A copy of m for each of the others, or for none. */
static int make_copies(struct mount *m, const struct receivers *r,
                       struct dentry *mountpoint, struct mount **copies,
                       struct list_head *trash)
{
    for (u32 i = 1; i < r->count; i++) {
        copies[i] = NULL;
        if (!receives(r->mounts[i], mountpoint))
            continue;
        copies[i] = mount_tree_copy(m, m->root, true, trash);
        if (IS_ERR(copies[i])) {
            int error = (int)PTR_ERR(copies[i]);

            while (--i)
                if (copies[i])
                    mount_tree_take_apart(copies[i], trash);
            return error;
        }
        if (!is_peer(r->mounts[i], r->mounts[0]) ||
            r->mounts[i]->ns->head.owner != r->mounts[0]->ns->head.owner)
            mount_tree_enslave(copies[i]);
    }
    return 0;
}

static void attach_copies(const struct receivers *r, struct dentry *mountpoint,
                          struct mount **copies)
{
    for (u32 i = 1; i < r->count; i++) {
        struct mount_namespace *ns = r->mounts[i]->ns;

        if (!copies[i])
            continue;
        if (ns->head.owner != r->mounts[0]->ns->head.owner)
            mount_tree_lock(copies[i]);
        copies[i]->flags &= ~(u32)MOUNT_LOCKED;
        mount_tree_attach(copies[i], r->mounts[i], mountpoint);
        for (struct mount *sub = copies[i]; sub;
             sub = mount_tree_next(sub, copies[i]))
            mount_ns_add(ns, sub);
        mount_ns_changed(ns);
    }
}

int mount_propagate_attach(struct mount *m, struct mount *parent,
                           struct dentry *mountpoint, struct list_head *trash)
{
    struct receivers r = {.mounts = &parent, .count = 1};
    struct mount **copies;
    bool counted = m->ns != NULL;
    int error;

    if (!parent->peer_group || !parent->ns)
        return check_room(m, &r, mountpoint, counted);
    error = find_receivers(parent, &r);
    if (error)
        return error;
    error = check_room(m, &r, mountpoint, counted);
    if (error)
        goto out_receivers;
    copies = kvmalloc(r.count * sizeof(*copies), ALLOC_KERNEL);
    if (!copies) {
        error = -ENOMEM;
        goto out_receivers;
    }
    for (struct mount *sub = m; sub; sub = mount_tree_next(sub, m))
        mount_make_shared(sub);
    error = make_copies(m, &r, mountpoint, copies, trash);
    if (!error)
        attach_copies(&r, mountpoint, copies);
    kvfree(copies);
out_receivers:
    kvfree(r.mounts);
    return error;
}

void mount_propagate_detach(struct mount *m, struct list_head *trash)
{
    struct mount *parent = m->parent;
    struct dentry *mountpoint = m->mountpoint;
    struct receivers r;

    if (!parent->peer_group || find_receivers(parent, &r))
        return;
    for (u32 i = 1; i < r.count; i++) {
        struct mount *child;
        struct mount_namespace *ns = r.mounts[i]->ns;

        list_for_each_entry (child, &r.mounts[i]->children, sibling)
            if (child->mountpoint == mountpoint && child->sb == m->sb &&
                child->root == m->root)
                break;
        if (&child->sibling == &r.mounts[i]->children ||
            !list_empty(&child->children))
            continue;
        mount_tree_take_apart(child, trash);
        mount_ns_changed(ns);
    }
    kvfree(r.mounts);
}
