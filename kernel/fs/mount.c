/*
 * The mount table, life of mounts, crossing them, namespaces.
 */
#include "fs/mount.h"

#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/mount_tree.h"
#include "fs/path.h"
#include "fs/super.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "proc/clone_flags.h"
#include "proc/namespace.h"
#include "proc/task.h"

#define MOUNT_BUCKET_BITS 8

mutex_t mount_lock = MUTEX_INIT(mount_lock, "mount");
struct mount_namespace *mount_ns_first;

static struct slab_cache *mount_cache;
static struct hlist_head buckets[1 << MOUNT_BUCKET_BITS];
static u32 next_mount_id = 1; /* mount_lock */

static struct hlist_head *bucket_of(const struct mount *m,
                                    const struct dentry *d)
{
    return &buckets[hash_64((u64)(uintptr_t)m + ((u64)(uintptr_t)d << 1),
                            MOUNT_BUCKET_BITS)];
}

/* ------------------------------------------------------------------ life */

struct mount *mount_create(struct super_block *sb, struct dentry *root,
                           const char *source, u32 flags)
{
    struct mount *m = slab_alloc(mount_cache, ALLOC_ZERO);
    char *copy = kstrdup(source, ALLOC_KERNEL);

    if (!m || !copy) {
        if (m)
            slab_free(mount_cache, m);
        kfree(copy);
        super_put(sb);
        return ERR_PTR(-ENOMEM);
    }
    refcount_set(&m->refs, 1);
    m->flags = flags;
    m->sb = sb;
    m->root = dentry_get(root);
    m->parent = m;
    m->source = copy;
    m->id = __atomic_fetch_add(&next_mount_id, 1, __ATOMIC_RELAXED);
    INIT_LIST_HEAD(&m->children);
    INIT_LIST_HEAD(&m->sibling);
    INIT_LIST_HEAD(&m->ns_link);
    INIT_LIST_HEAD(&m->peers);
    INIT_LIST_HEAD(&m->slaves);
    INIT_LIST_HEAD(&m->slave_link);
    spin_lock(&sb->mounts_lock);
    list_add(&m->sb_link, &sb->mounts);
    spin_unlock(&sb->mounts_lock);
    return m;
}

struct mount *mount_internal(struct file_system_type *type, const char *options)
{
    static const struct caller kernel = {.flags = CALLER_KERNEL,
                                         .cred = &cred_root};
    struct super_block *sb =
        type->create((struct caller *)&kernel, type, type->name, options);

    if (IS_ERR(sb))
        return ERR_CAST(sb);
    return mount_create(sb, sb->root, type->name, MOUNT_INTERNAL);
}

struct mount *mount_get(struct mount *m)
{
    refcount_inc(&m->refs);
    return m;
}

static void mount_free_rcu(struct rcu_head *head)
{
    slab_free(mount_cache, container_of(head, struct mount, rcu));
}

void mount_put(struct mount *m)
{
    if (!refcount_dec_and_test(&m->refs))
        return;
    spin_lock(&m->sb->mounts_lock);
    list_del(&m->sb_link);
    spin_unlock(&m->sb->mounts_lock);
    dentry_put(m->root);
    super_put(m->sb);
    kfree(m->source);
    call_rcu(&m->rcu, mount_free_rcu);
}

/* -------------------------------------------------------------- crossing */

struct mount *mount_lookup_rcu(const struct mount *m, const struct dentry *d)
{
    struct mount *found;

    hlist_for_each_entry_rcu(found, bucket_of(m, d),
                             hash) if (READ_ONCE(found->parent) == m &&
                                       READ_ONCE(found->mountpoint) ==
                                           d) return found;
    return NULL;
}

/* The referenced mount on top of *path, or NULL. */
static struct mount *mount_on(const struct path *path)
{
    struct mount *m;
    u32 seq;

    if (!(READ_ONCE(path->dentry->flags) & DENTRY_MOUNTED))
        return NULL;
    for (;;) {
        seq = seq_begin(&dcache_seq);
        rcu_read_lock();
        m = mount_lookup_rcu(path->mnt, path->dentry);
        if (m && !refcount_inc_not_zero(&m->refs))
            m = NULL;
        rcu_read_unlock();
        if (!seq_retry(&dcache_seq, seq))
            return m;
        if (m)
            mount_put(m);
    }
}

void path_descend_mounts(struct path *path)
{
    struct mount *m;

    while ((m = mount_on(path))) {
        struct path old = *path;

        path->mnt = m;
        path->dentry = dentry_get(m->root);
        path_put(&old);
    }
}

void path_descend_mounts_get(struct path *path)
{
    path_get(path);
    path_descend_mounts(path);
}

bool path_ascend_mount(struct path *path)
{
    struct path up, old = *path;
    u32 seq;

    for (;;) {
        bool got;

        seq = seq_begin(&dcache_seq);
        rcu_read_lock();
        up.mnt = READ_ONCE(path->mnt->parent);
        up.dentry = READ_ONCE(path->mnt->mountpoint);
        if (up.mnt == path->mnt || !up.dentry) {
            rcu_read_unlock();
            if (seq_retry(&dcache_seq, seq))
                continue;
            return false;
        }
        got = refcount_inc_not_zero(&up.mnt->refs);
        if (got && !dentry_get_unless_dead(up.dentry)) {
            rcu_read_unlock();
            mount_put(up.mnt);
            continue;
        }
        rcu_read_unlock();
        if (!got)
            continue;
        if (!seq_retry(&dcache_seq, seq))
            break;
        path_put(&up);
    }
    *path = up;
    path_put(&old);
    return true;
}

int mount_get_write(struct mount *m)
{
    if (m->flags & MOUNT_READ_ONLY || m->sb->flags & SUPER_READ_ONLY)
        return -EROFS;
    atomic_inc(&m->writers);
    smp_mb();
    /* A remount to read-only sets the flag, then counts writers. */
    if (unlikely(READ_ONCE(m->flags) & MOUNT_READ_ONLY ||
                 READ_ONCE(m->sb->flags) & SUPER_READ_ONLY)) {
        atomic_dec(&m->writers);
        return -EROFS;
    }
    return 0;
}

void mount_put_write(struct mount *m)
{
    atomic_dec(&m->writers);
}

bool mount_nodev(const struct mount *m)
{
    return m->flags & MOUNT_NODEV || m->sb->flags & SUPER_NO_DEV;
}

bool mount_noexec(const struct mount *m)
{
    return m->flags & MOUNT_NOEXEC || m->sb->flags & SUPER_NO_EXEC;
}

/* ------------------------------------------- the tree; mount_lock is held */

void mount_tree_attach(struct mount *m, struct mount *parent,
                       struct dentry *mountpoint)
{
    mutex_assert_held(&mount_lock);
    dentry_get(mountpoint);
    __atomic_fetch_or(&mountpoint->flags, DENTRY_MOUNTED, __ATOMIC_RELEASE);
    dcache_write_lock();
    WRITE_ONCE(m->parent, parent);
    WRITE_ONCE(m->mountpoint, mountpoint);
    hlist_add_head(&m->hash, bucket_of(parent, mountpoint));
    list_add_tail(&m->sibling, &parent->children);
    dcache_write_unlock();
    mount_get(parent); /* a mount keeps what it stands on */
}

struct mount *mount_tree_detach(struct mount *m)
{
    struct mount *parent = m->parent, *other;
    struct dentry *point = m->mountpoint;
    bool still = false;

    mutex_assert_held(&mount_lock);
    if (!point)
        return NULL;
    dcache_write_lock();
    hlist_del_rcu(&m->hash);
    list_del_init(&m->sibling);
    WRITE_ONCE(m->parent, m);
    WRITE_ONCE(m->mountpoint, NULL);
    dcache_write_unlock();
    for (u32 i = 0; i < ARRAY_SIZE(buckets) && !still; i++)
        hlist_for_each_entry(other, &buckets[i],
                             hash) if (other->mountpoint == point)
        {
            still = true;
            break;
        }
    if (!still)
        __atomic_fetch_and(&point->flags, ~(u32)DENTRY_MOUNTED,
                           __ATOMIC_RELEASE);
    dentry_put(point);
    return parent; /* the reference on it is the caller's to drop */
}

struct mount *mount_tree_next(struct mount *m, struct mount *top)
{
    if (!list_empty(&m->children))
        return list_first_entry(&m->children, struct mount, sibling);
    while (m != top) {
        if (m->sibling.next != &m->parent->children)
            return list_next_entry(m, sibling);
        m = m->parent;
    }
    return NULL;
}

void mount_ns_add(struct mount_namespace *ns, struct mount *m)
{
    m->ns = ns;
    list_add_tail(&m->ns_link, &ns->mounts);
    ns->count++;
}

void mount_ns_changed(struct mount_namespace *ns)
{
    if (!ns)
        return;
    ns->event++;
    wait_queue_wake(&ns->changed, POLLERR | POLLPRI, 0);
}

static struct mount *copy_one(struct mount *m, struct dentry *root)
{
    struct mount *copy;

    refcount_inc(&m->sb->active);
    copy = mount_create(m->sb, root, m->source,
                        m->flags & (MOUNT_USER_FLAGS | MOUNT_LOCKED));
    if (!IS_ERR(copy)) {
        copy->locked_flags = m->locked_flags;
        mount_join_peers(copy, m);
    }
    return copy;
}

void mount_tree_lock(struct mount *top)
{
    for (struct mount *m = top; m; m = mount_tree_next(m, top)) {
        m->locked_flags |= (m->flags & (MOUNT_READ_ONLY | MOUNT_NOSUID |
                                        MOUNT_NODEV | MOUNT_NOEXEC)) |
                           MOUNT_LOCK_ATIME;
        if (m != top)
            m->flags |= MOUNT_LOCKED;
    }
}

struct mount *mount_tree_copy(struct mount *m, struct dentry *root,
                              bool recursive, struct list_head *trash)
{
    struct mount *top = copy_one(m, root), *from = m, *last = top, *to;

    if (IS_ERR(top) || !recursive)
        return top;
    /* `from` walks the old tree and `last` follows in the new one. */
    while ((from = mount_tree_next(from, m))) {
        struct mount *copy, *old_parent = from->parent;

        if (!dentry_is_ancestor(root, from->mountpoint) && old_parent == m)
            continue;
        if (from->flags & MOUNT_UNBINDABLE)
            continue;
        /* The copy of old_parent, if there is one, is the last copy or above
         * it: both trees are walked parents first. */
        for (to = last; to != top && to->copied_from != old_parent;)
            to = to->parent;
        if (to == top && old_parent != m)
            continue;
        copy = copy_one(from, from->root);
        if (IS_ERR(copy)) {
            mount_tree_take_apart(top, trash);
            return copy;
        }
        copy->copied_from = from;
        mount_tree_attach(copy, to, from->mountpoint);
        last = copy;
    }
    return top;
}

void mount_tree_take_apart(struct mount *top, struct list_head *trash)
{
    struct mount *m = top;

    for (;;) {
        struct mount *parent;

        while (!list_empty(&m->children))
            m = list_first_entry(&m->children, struct mount, sibling);
        if (m->ns) {
            list_del_init(&m->ns_link);
            m->ns->count--;
            m->ns = NULL;
        }
        m->flags |= MOUNT_DETACHED;
        mount_make_private(m);
        parent = mount_tree_detach(m);
        list_add_tail(&m->ns_link, trash);
        m->trash_parent = parent;
        if (m == top)
            break;
        m = parent;
    }
}

void mount_trash_empty(struct list_head *trash)
{
    while (!list_empty(trash)) {
        struct mount *m = list_first_entry(trash, struct mount, ns_link);
        struct mount *parent = m->trash_parent;

        list_del_init(&m->ns_link);
        m->trash_parent = NULL;
        mount_put(m);
        if (parent)
            mount_put(parent);
    }
}

/* ------------------------------------------------------------ namespaces */

static const struct namespace_type mount_ns_type;

static struct mount_namespace *namespace_alloc(void)
{
    struct mount_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    if (!ns)
        return NULL;
    INIT_LIST_HEAD(&ns->mounts);
    wait_queue_init(&ns->changed);
    return ns;
}

struct mount_namespace *mount_namespace_copy(struct mount_namespace *ns,
                                             struct user_namespace *owner,
                                             struct path *paths, u32 count)
{
    struct mount_namespace *copy = namespace_alloc();
    struct mount *top, *m;
    LIST_HEAD(trash);

    if (!copy)
        return ERR_PTR(-ENOMEM);
    mutex_lock(&mount_lock);
    top = mount_tree_copy(ns->root, ns->root->root, true, &trash);
    if (IS_ERR(top)) {
        mutex_unlock(&mount_lock);
        mount_trash_empty(&trash);
        kfree(copy);
        return ERR_CAST(top);
    }
    namespace_start(&copy->head, &mount_ns_type, owner);
    top->copied_from = ns->root;
    copy->root = top;
    for (m = top; m; m = mount_tree_next(m, top)) {
        mount_ns_add(copy, m);
        for (u32 i = 0; i < count; i++)
            if (paths[i].mnt == m->copied_from) {
                struct mount *old = paths[i].mnt;

                paths[i].mnt = mount_get(m);
                refcount_dec(&old->refs);
            }
    }
    for (m = top; m; m = mount_tree_next(m, top))
        m->copied_from = NULL;
    if (owner != ns->head.owner) {
        mount_tree_enslave(top);
        mount_tree_lock(top);
    }
    mutex_unlock(&mount_lock);
    return copy;
}

static void ns_free(struct namespace *head)
{
    struct mount_namespace *ns =
        container_of(head, struct mount_namespace, head);
    LIST_HEAD(trash);

    mutex_lock(&mount_lock);
    mount_tree_take_apart(ns->root, &trash);
    mutex_unlock(&mount_lock);
    mount_trash_empty(&trash);
    wait_queue_destroy(&ns->changed);
    kfree(ns);
}

static struct namespace *ns_copy(struct namespace *from,
                                 struct user_namespace *owner,
                                 struct fs_context *fs)
{
    struct path paths[2];
    struct mount_namespace *copy;
    u32 rights;
    int error;

    error = fs_context_root(fs, &paths[0]);
    if (error)
        return ERR_PTR(error);
    error = fs_context_cwd(fs, &paths[1], &rights);
    if (error) {
        path_put(&paths[0]);
        return ERR_PTR(error);
    }
    copy = mount_namespace_copy(
        container_of(from, struct mount_namespace, head), owner, paths, 2);
    if (!IS_ERR(copy)) {
        error = fs_context_set_root(fs, &paths[0], NULL);
        if (!error)
            error = fs_context_set_cwd(fs, &paths[1], NULL);
        if (error) {
            mount_namespace_put(copy);
            copy = ERR_PTR(error);
        }
    }
    path_put(&paths[0]);
    path_put(&paths[1]);
    return IS_ERR(copy) ? ERR_CAST(copy) : &copy->head;
}

/* setns: root and current directory become its root. */
static int ns_install(struct namespace_change *c, struct namespace *head)
{
    struct mount_namespace *ns =
        container_of(head, struct mount_namespace, head);
    const struct cred *mine = c->task->cred;
    struct user_namespace *user = namespace_change_cred(c)->user_ns;
    struct path root = {ns->root, ns->root->root};
    int error;

    if (!cred_capable_ns(mine, head->owner, CAP_SYS_ADMIN) ||
        !cred_capable_ns(mine, user, CAP_SYS_CHROOT) ||
        !cred_capable_ns(mine, user, CAP_SYS_ADMIN))
        return -EPERM;
    if (!c->fs) {
        struct fs_context *copy;

        if (!fs_context_ops->is_private(c->task->fs))
            return -EINVAL;
        copy = fs_context_copy(c->task->fs);
        if (IS_ERR(copy))
            return (int)PTR_ERR(copy);
        c->fs = copy;
    }
    path_descend_mounts_get(&root);
    error = fs_context_set_root(c->fs, &root, NULL);
    if (!error)
        error = fs_context_set_cwd(c->fs, &root, NULL);
    path_put(&root);
    if (error)
        return error;
    namespace_get(head);
    namespace_put(&c->ns->mnt->head);
    c->ns->mnt = ns;
    return 0;
}

static const struct namespace_type mount_ns_type = {
    .install = ns_install,
    .name = "mnt",
    .kind = NS_MNT,
    .flag = CLONE_NEWNS,
    .copy = ns_copy,
    .free = ns_free,
};

void mount_init(void)
{
    struct file_system_type *type = file_system_find("rootfs");
    static const struct caller kernel = {.flags = CALLER_KERNEL,
                                         .cred = &cred_root};
    struct super_block *sb;
    struct mount *root;

    mount_cache = slab_cache_create("mount", sizeof(struct mount), 0);
    mount_ns_first = namespace_alloc();
    sb = type->create((struct caller *)&kernel, type, "rootfs", NULL);
    if (IS_ERR(sb) || !mount_ns_first)
        panic("no memory for the root file system\n");
    /* It can be covered, but neither unmounted nor moved. */
    root = mount_create(sb, sb->root, "rootfs", MOUNT_LOCKED);
    if (IS_ERR(root))
        panic("no memory for the root mount\n");
    mutex_lock(&mount_lock);
    mount_ns_first->root = root;
    mount_ns_add(mount_ns_first, root);
    mutex_unlock(&mount_lock);
    namespace_register(&mount_ns_type, &mount_ns_first->head);
}
