/*
 * The mqueue file system: one instance per IPC namespace, which is made when it
 * is first needed: by mq_open() or mount(2).
 */
#include "core/init.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "ipc/ipc_namespace.h"
#include "ipc/mqueue_internal.h"
#include "lib/string.h"
#include "proc/task.h"
#include "proc/user_account.h"

#define MQUEUE_MAGIC  0x19800202u
#define QUEUE_SIZE    80 /* what stat says of a queue's size */
#define DIRENT_SIZE   20 /* what a name adds to the directory's */
#define HARD_MESSAGES 65536
#define HARD_SIZE     (16 << 20)
/* What Linux counts per message and per priority in use, next to the text:
 * its struct msg_msg and struct posix_msg_tree_node. */
#define MESSAGE_COST  48
#define PRIORITY_COST 48

static struct slab_cache *queue_cache;
static const struct inode_ops queue_ops, directory_ops;
static struct file_system_type mqueue_type;

/* ---------------------------------------------------------------- queues -- */

static int check_attributes(struct caller *who, const struct ipc_namespace *ns,
                            const struct mq_attributes *a)
{
    s64 messages = HARD_MESSAGES, size = HARD_SIZE;

    if (a->messages_max <= 0 || a->size_max <= 0)
        return -EINVAL;
    if (!caller_capable_init(who, CAP_SYS_RESOURCE)) {
        messages = READ_ONCE(ns->mq_messages_max);
        size = READ_ONCE(ns->mq_size_max);
    }
    if (a->messages_max > messages || a->size_max > size)
        return -EINVAL;
    return 0;
}

/* Count the queue against RLIMIT_MSGQUEUE as if it were full. */
static int charge(struct caller *who, struct mqueue *q)
{
    const struct mq_attributes *a = &q->attributes;
    u64 limit = READ_ONCE(who->task->group->limits[LIMIT_MSGQUEUE].soft);
    u64 bytes = (u64)a->messages_max * (u64)a->size_max +
                (u64)a->messages_max * MESSAGE_COST +
                min((u64)a->messages_max, (u64)MQ_PRIORITIES) * PRIORITY_COST;
    struct user_account *user = who->cred->user;

    if ((u64)atomic64_add_return((s64)bytes, &user->mqueue_bytes) > limit) {
        atomic64_sub((s64)bytes, &user->mqueue_bytes);
        return -EMFILE;
    }
    q->user = user_account_get(user);
    q->charged = bytes;
    return 0;
}

static struct mqueue *new_inode(struct super_block *sb,
                                const struct inode_ops *ops, u32 mode)
{
    struct mqueue *q = slab_alloc(queue_cache, ALLOC_ZERO);

    if (!q)
        return NULL;
    inode_init(&q->inode, sb, ops, mode, 0);
    mqueue_set_up(q);
    return q;
}

static struct inode *make_queue(struct caller *who, struct ipc_namespace *ns,
                                struct inode *dir, u32 mode,
                                const struct mq_attributes *attributes)
{
    struct mqueue *q = new_inode(dir->sb, &queue_ops, mode);
    int error;

    if (!q)
        return ERR_PTR(-ENOMEM);
    inode_init_owner(&q->inode, who, dir, mode);
    q->inode.size = QUEUE_SIZE;
    q->attributes = (struct mq_attributes){
        .messages_max = min(ns->mq_messages_max, ns->mq_messages_default),
        .size_max = min(ns->mq_size_max, ns->mq_size_default),
    };
    if (attributes) {
        q->attributes.messages_max = attributes->messages_max;
        q->attributes.size_max = attributes->size_max;
    }
    error = check_attributes(who, ns, &q->attributes);
    if (!error)
        error = charge(who, q);
    if (error) {
        inode_put(&q->inode);
        return ERR_PTR(error);
    }
    q->ns = ns;
    return &q->inode;
}

static bool count_queue(struct caller *who, struct ipc_namespace *ns)
{
    s32 max = READ_ONCE(ns->mq_queues_max);

    if (atomic_inc_return(&ns->mq_queues) <= max ||
        caller_capable_init(who, CAP_SYS_RESOURCE))
        return true;
    atomic_dec(&ns->mq_queues);
    return false;
}

/* dir is locked for writing, and `who` may write to it. */
static int create_queue(struct caller *who, struct inode *dir, struct dentry *d,
                        u32 mode, const struct mq_attributes *attributes)
{
    struct ipc_namespace *ns = dir->sb->private;
    struct inode *inode;

    if (!ns)
        return -EACCES; /* a mount that outlived its namespace */
    if (!count_queue(who, ns))
        return -ENOSPC;
    inode = make_queue(who, ns, dir, S_IFREG | mode, attributes);
    if (IS_ERR(inode)) {
        atomic_dec(&ns->mq_queues);
        return (int)PTR_ERR(inode);
    }
    dir->size += DIRENT_SIZE;
    dir->atime = dir->mtime = dir->ctime = file_time_now();
    dentry_instantiate(d, inode);
    return 0;
}

static int mqueue_create(struct caller *who, struct inode *dir,
                         struct dentry *d, u32 mode)
{
    return create_queue(who, dir, d, mode & S_IALLUGO, NULL);
}

static int mqueue_unlink(struct inode *dir, struct dentry *d)
{
    dir->size -= DIRENT_SIZE;
    dir->atime = dir->mtime = dir->ctime = file_time_now();
    inode_touch_changed(d->inode);
    d->inode->nlink--;
    return 0;
}

static const struct object_ops directory_file = {
    .name = "directory",
    .release = file_release,
    .close_handle = file_close_handle,
    .seek = dir_seek_dcache,
};
static const struct inode_ops directory_ops = {
    .file_ops = &directory_file,
    .create = mqueue_create,
    .unlink = mqueue_unlink,
    .iterate = dir_iterate_dcache,
};
/* A queue's size says nothing, but can be set. */
static int set_attributes(struct inode *inode, const struct set_attributes *set)
{
    if (set->valid & SET_SIZE)
        inode->size = set->size;
    inode_apply_attributes(inode, set);
    return 0;
}

static const struct inode_ops queue_ops = {
    .file_ops = &mqueue_file_ops,
    .set_attributes = set_attributes,
};

/* --------------------------------------------------------- super blocks -- */

static mutex_t namespaces_lock =
    MUTEX_INIT(namespaces_lock, "mqueue_namespace");

static void evict(struct inode *inode)
{
    struct mqueue *q = mqueue_of(inode);

    mqueue_empty(q);
    if (q->user) {
        atomic64_sub((s64)q->charged, &q->user->mqueue_bytes);
        user_account_put(q->user);
    }
    mutex_lock(&namespaces_lock);
    if (q->ns && inode->sb->private)
        atomic_dec(&q->ns->mq_queues);
    mutex_unlock(&namespaces_lock);
}

static void free_inode(struct inode *inode)
{
    slab_free(queue_cache, mqueue_of(inode));
}

static int statistics(struct super_block *sb, struct file_system_statistics *s)
{
    (void)sb;
    (void)s;
    return 0;
}

static void destroy(struct super_block *sb)
{
    kfree(sb);
}

static const struct super_ops super_ops = {
    .evict = evict,
    .free_inode = free_inode,
    .statistics = statistics,
    .destroy = destroy,
};

static struct super_block *make_super(struct ipc_namespace *ns)
{
    struct super_block *sb = kzalloc(sizeof(*sb), ALLOC_KERNEL);
    struct mqueue *root;
    int error;

    if (!sb)
        return ERR_PTR(-ENOMEM);
    error = super_init(sb, &mqueue_type, &super_ops,
                       SUPER_COMPLETE | SUPER_NO_DEV | SUPER_NO_EXEC);
    if (error) {
        kfree(sb);
        return ERR_PTR(error);
    }
    user_namespace_put(sb->user_ns);
    sb->user_ns = user_namespace_get(ns->head.owner);
    sb->magic = MQUEUE_MAGIC;
    sb->private = ns;
    root = new_inode(sb, &directory_ops, S_IFDIR | S_ISVTX | 0777);
    if (root) {
        root->inode.nlink = 2;
        root->inode.size = 2 * DIRENT_SIZE;
        sb->root = dentry_alloc_root(&root->inode);
    }
    if (sb->root)
        return sb;
    super_abandon(sb);
    rcu_barrier();
    kfree(sb);
    return ERR_PTR(-ENOMEM);
}

/* The namespace's own mount; borrowed. ERR_PTR. */
static struct mount *mount_of(struct ipc_namespace *ns)
{
    struct super_block *sb;
    struct mount *m;

    mutex_lock(&ns->mq_lock);
    m = ns->mq_mount;
    if (m)
        goto out;
    sb = make_super(ns);
    m = IS_ERR(sb) ? ERR_CAST(sb)
                   : mount_create(sb, sb->root, "mqueue", MOUNT_INTERNAL);
    if (!IS_ERR(m))
        ns->mq_mount = m;
out:
    mutex_unlock(&ns->mq_lock);
    return m;
}

void mqueue_namespace_exit(struct ipc_namespace *ns)
{
    struct mount *m = ns->mq_mount;

    if (!m)
        return;
    mutex_lock(&namespaces_lock);
    m->sb->private = NULL;
    mutex_unlock(&namespaces_lock);
    mount_put(m);
}

static struct super_block *mqueue_super(struct caller *who,
                                        struct file_system_type *type,
                                        const char *source, const char *options)
{
    struct mount *m;

    (void)type;
    (void)source;
    (void)options;
    m = mount_of(ipc_namespace_of(who));
    if (IS_ERR(m))
        return ERR_CAST(m);
    refcount_inc(&m->sb->active);
    return m->sb;
}

static struct file_system_type mqueue_type = {
    .name = "mqueue",
    .flags = FST_USERNS_MOUNT | FST_SHARED,
    .create = mqueue_super,
};

static int mqueue_init(void)
{
    queue_cache = slab_cache_create("mqueue_inode", sizeof(struct mqueue), 0);
    file_system_register(&mqueue_type);
    return 0;
}
INITCALL(fs, mqueue_init);

/* ----------------------------------------------------------------- names -- */

static int check_name(const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/'))
        return -EACCES;
    return strlen(name) > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* What is there may be opened so? */
static int check_existing(struct caller *who, struct inode *inode,
                          const struct mq_open *how)
{
    u32 mask = 0;

    if ((how->flags & (OPEN_CREATE | OPEN_EXCLUSIVE)) ==
        (OPEN_CREATE | OPEN_EXCLUSIVE))
        return -EEXIST;
    if (how->flags & OPEN_ACCESS3)
        return -EINVAL;
    if (how->flags & OPEN_READ)
        mask |= MAY_READ;
    if (how->flags & OPEN_WRITE)
        mask |= MAY_WRITE;
    return inode_permission(who, inode, mask);
}

static int find_or_create(struct caller *who, struct inode *dir,
                          struct dentry *d, const struct mq_open *how)
{
    int error;

    if (!dentry_negative(d))
        return check_existing(who, d->inode, how);
    if (!(how->flags & OPEN_CREATE))
        return -ENOENT;
    error = inode_permission(who, dir, MAY_WRITE | MAY_EXEC);
    if (error)
        return error;
    error = create_queue(
        who, dir, d, how->mode & S_IALLUGO & ~(who->fs ? who->fs->umask : 0),
        how->attributes);
    if (!error)
        watch_name(dir, d, WATCH_CREATE);
    return error;
}

struct file *mq_open(struct caller *who, const char *name,
                     const struct mq_open *how)
{
    struct mount *m = mount_of(ipc_namespace_of(who));
    struct name_part part = name_part(name, (u32)strlen(name));
    struct inode *dir;
    struct path path;
    struct file *f;
    int error = check_name(name);

    if (IS_ERR(m))
        return ERR_CAST(m);
    dir = m->root->inode;
    if (!error)
        error = inode_permission(who, dir, MAY_EXEC);
    if (error)
        return ERR_PTR(error);
    path.mnt = m;
    write_lock(&dir->lock);
    path.dentry = path_lookup_child(who, m->root, &part, true);
    error = PTR_ERR_OR_ZERO(path.dentry);
    if (!error) {
        error = find_or_create(who, dir, path.dentry, how);
        if (error)
            dentry_put(path.dentry);
    }
    write_unlock(&dir->lock);
    if (error)
        return ERR_PTR(error);
    f = file_open_path(
        who, &path,
        how->flags & (OPEN_READ | OPEN_WRITE | OPEN_NONBLOCK | OPEN_APPEND));
    dentry_put(path.dentry);
    return f;
}

int mq_unlink(struct caller *who, const char *name)
{
    struct mount *m = mount_of(ipc_namespace_of(who));
    struct path root;
    int error = check_name(name);

    if (IS_ERR(m))
        return (int)PTR_ERR(m);
    if (error)
        return error;
    root = (struct path){m, m->root};
    return vfs_unlink_from(who, &root, name);
}
