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
    bool failed;
};

static bool known(const struct receivers *r, const struct mount *m)
{
    for (u32 i = 0; i < r->count; i++)
        if (r->mounts[i] == m)
            return true;
    return false;
}

static void add_receiver(struct receivers *r, struct mount *m)
{
    if (r->count == r->room) {
        u32 room = r->room ? r->room * 2 : 16;
        struct mount **more =
            krealloc(r->mounts, room * sizeof(*more), ALLOC_KERNEL);

        if (!more) {
            r->failed = true;
            return;
        }
        r->mounts = more;
        r->room = room;
    }
    r->mounts[r->count++] = m;
}

/* All that receive from `from`, itself first. */
static int find_receivers(struct mount *from, struct receivers *r)
{
    *r = (struct receivers){.count = 0};
    add_receiver(r, from);
    for (u32 i = 0; i < r->count && !r->failed; i++) {
        struct mount *m = r->mounts[i], *other;

        list_for_each_entry (other, &m->peers, peers)
            if (!known(r, other))
                add_receiver(r, other);
        list_for_each_entry (other, &m->slaves, slave_link)
            if (!known(r, other))
                add_receiver(r, other);
    }
    if (!r->failed)
        return 0;
    kfree(r->mounts);
    return -ENOMEM;
}

static bool is_peer(const struct mount *a, const struct mount *b)
{
    return a->peer_group && a->peer_group == b->peer_group;
}

/* Make the copy of a tree slaves of the originals rather than peers. */
static void enslave(struct mount *top)
{
    for (struct mount *m = top; m; m = mount_tree_next(m, top)) {
        bool shared = m->peer_group != 0;

        mount_make_slave(m);
        if (shared)
            mount_make_shared(m);
    }
}

int mount_propagate_attach(struct mount *m, struct mount *parent,
                           struct dentry *mountpoint, struct list_head *trash)
{
    struct receivers r;
    int error;

    if (!parent->peer_group)
        return 0;
    for (struct mount *sub = m; sub; sub = mount_tree_next(sub, m))
        mount_make_shared(sub);
    error = find_receivers(parent, &r);
    if (error)
        return error;
    for (u32 i = 1; i < r.count; i++) {
        struct mount *to = r.mounts[i], *copy;

        if (!to->ns || !dentry_is_ancestor(to->root, mountpoint))
            continue;
        copy = mount_tree_copy(m, m->root, true, trash);
        if (IS_ERR(copy)) {
            error = (int)PTR_ERR(copy);
            break;
        }
        if (!is_peer(to, parent))
            enslave(copy);
        mount_tree_attach(copy, to, mountpoint);
        for (struct mount *sub = copy; sub; sub = mount_tree_next(sub, copy))
            mount_ns_add(to->ns, sub);
        mount_ns_changed(to->ns);
    }
    kfree(r.mounts);
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
    kfree(r.mounts);
}
