/*
 * Root, current directory and umask of processes, and what exec needs of files.
 */
#include "fs/fs_context.h"

#include "core/caller.h"
#include "core/init.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/super.h"
#include "lib/string.h"
#include "proc/task.h"

static LIST_HEAD(contexts);
static spinlock_t contexts_lock = SPINLOCK_INIT("fs_contexts");

static void use_revoked(struct grant_use *use)
{
    struct directory_use *d = container_of(use, struct directory_use, use);

    /* The path stays until the context goes; nobody gets at it any more. */
    atomic_set(&d->lost, 1);
    atomic_set(&d->owner->lost, 1);
}

/* Takes over the grant reference. ERR_PTR. */
static struct directory_use *use_create(struct fs_context *owner,
                                        const struct path *path,
                                        struct grant *grant)
{
    struct directory_use *d = kzalloc(sizeof(*d), ALLOC_KERNEL);
    int error = -ENOMEM;

    if (!d)
        goto fail;
    d->owner = owner;
    d->path = *path;
    d->grant = grant;
    d->rights = grant->rights;
    path_get(path);
    error = grant_use_begin(&d->use, grant, use_revoked);
    if (!error) {
        d->used = true;
    } else { /* revoked already: a copy of a lost one */
        atomic_set(&d->lost, 1);
        atomic_set(&owner->lost, 1);
    }
    return d;
fail:
    grant_put(grant);
    return ERR_PTR(error);
}

static void use_destroy(struct directory_use *d)
{
    if (d->used)
        grant_use_end(&d->use);
    path_put(&d->path);
    grant_put(d->grant);
    kfree(d);
}

/* A grant for a path that was reached by name. ERR_PTR. */
static struct grant *grant_for(const struct path *path)
{
    struct file *f = file_open_path(NULL, path, OPEN_PATH);

    if (IS_ERR(f))
        return ERR_CAST(f);
    return grant_create(file_object(f), RIGHT_ALL);
}

static struct directory_use *use_for(struct fs_context *fs,
                                     const struct path *path,
                                     struct grant *grant)
{
    grant = grant ? grant_get(grant) : grant_for(path);
    return IS_ERR(grant) ? ERR_CAST(grant) : use_create(fs, path, grant);
}

static struct fs_context *context_alloc(void)
{
    struct fs_context *fs = kzalloc(sizeof(*fs), ALLOC_KERNEL);

    if (!fs)
        return NULL;
    refcount_set(&fs->refs, 1);
    atomic_set(&fs->users, 1);
    spin_init(&fs->lock, "fs_context");
    INIT_LIST_HEAD(&fs->link);
    return fs;
}

static void context_publish(struct fs_context *fs)
{
    fs->root = fs->root_use->path;
    fs->cwd = fs->cwd_use->path;
    spin_lock(&contexts_lock);
    list_add(&fs->link, &contexts);
    spin_unlock(&contexts_lock);
}

static struct fs_context *context_make(const struct path *root,
                                       struct grant *root_grant,
                                       const struct path *cwd,
                                       struct grant *cwd_grant, u32 umask)
{
    struct fs_context *fs = context_alloc();
    long error;

    if (!fs)
        return ERR_PTR(-ENOMEM);
    fs->umask = umask;
    fs->root_use = use_for(fs, root, root_grant);
    error = PTR_ERR_OR_ZERO(fs->root_use);
    if (error)
        goto out_fs;
    fs->cwd_use = use_for(fs, cwd, cwd_grant);
    error = PTR_ERR_OR_ZERO(fs->cwd_use);
    if (error)
        goto out_root;
    context_publish(fs);
    return fs;
out_root:
    use_destroy(fs->root_use);
out_fs:
    kfree(fs);
    return ERR_PTR(error);
}

struct fs_context *fs_context_create(const struct path *root)
{
    return context_make(root, NULL, root, NULL, 022);
}

struct fs_context *fs_context_copy(struct fs_context *fs)
{
    struct path root, cwd;
    struct grant *root_grant, *cwd_grant;
    struct fs_context *copy;
    u32 umask;

    spin_lock(&fs->lock);
    root = fs->root;
    cwd = fs->cwd;
    path_get(&root);
    path_get(&cwd);
    root_grant = grant_get(fs->root_use->grant);
    cwd_grant = grant_get(fs->cwd_use->grant);
    umask = fs->umask;
    spin_unlock(&fs->lock);
    copy = context_make(&root, root_grant, &cwd, cwd_grant, umask);
    grant_put(root_grant);
    grant_put(cwd_grant);
    path_put(&root);
    path_put(&cwd);
    return copy;
}

struct fs_context *fs_context_get(struct fs_context *fs)
{
    refcount_inc(&fs->refs);
    return fs;
}

void fs_context_put(struct fs_context *fs)
{
    if (!refcount_dec_and_test(&fs->refs))
        return;
    spin_lock(&contexts_lock);
    list_del(&fs->link);
    spin_unlock(&contexts_lock);
    use_destroy(fs->root_use);
    use_destroy(fs->cwd_use);
    kfree(fs);
}

int fs_context_root(struct fs_context *fs, struct path *out)
{
    int error = 0;

    spin_lock(&fs->lock);
    if (unlikely(atomic_load(&fs->root_use->lost)))
        error = -EBADF;
    else {
        *out = fs->root;
        path_get(out);
    }
    spin_unlock(&fs->lock);
    return error;
}

int fs_context_cwd(struct fs_context *fs, struct path *out, u32 *rights)
{
    int error = 0;

    spin_lock(&fs->lock);
    if (unlikely(atomic_load(&fs->cwd_use->lost)))
        error = -EBADF;
    else {
        *out = fs->cwd;
        *rights = fs->cwd_use->rights;
        path_get(out);
    }
    spin_unlock(&fs->lock);
    return error;
}

static void context_switch_use(struct fs_context *fs,
                               struct directory_use **slot, struct path *path,
                               struct directory_use *d)
{
    struct directory_use *old;

    spin_lock(&fs->lock);
    old = *slot;
    *slot = d;
    seq_write_begin(&fs->seq);
    *path = d->path;
    seq_write_end(&fs->seq);
    if (!atomic_load(&fs->root_use->lost) && !atomic_load(&fs->cwd_use->lost))
        atomic_set(&fs->lost, 0);
    spin_unlock(&fs->lock);
    use_destroy(old);
}

int fs_context_set_cwd(struct fs_context *fs, const struct path *path,
                       struct grant *grant)
{
    struct directory_use *d = use_for(fs, path, grant);

    if (IS_ERR(d))
        return (int)PTR_ERR(d);
    context_switch_use(fs, &fs->cwd_use, &fs->cwd, d);
    return 0;
}

int fs_context_set_root(struct fs_context *fs, const struct path *path,
                        struct grant *grant)
{
    struct directory_use *d = use_for(fs, path, grant);

    if (IS_ERR(d))
        return (int)PTR_ERR(d);
    context_switch_use(fs, &fs->root_use, &fs->root, d);
    return 0;
}

/* The next context after `after` in the list, referenced; puts `after`. */
static struct fs_context *context_next(struct fs_context *after)
{
    struct fs_context *fs;
    struct list_head *at;

    spin_lock(&contexts_lock);
    for (at = after ? after->link.next : contexts.next; at != &contexts;
         at = at->next) {
        fs = list_entry(at, struct fs_context, link);
        if (refcount_inc_not_zero(&fs->refs))
            break;
    }
    fs = at == &contexts ? NULL : list_entry(at, struct fs_context, link);
    spin_unlock(&contexts_lock);
    if (after)
        fs_context_put(after);
    return fs;
}

void fs_context_replace_all(const struct path *from, const struct path *to)
{
    struct fs_context *fs = NULL;

    while ((fs = context_next(fs))) {
        if (path_equal(&fs->root, from))
            fs_context_set_root(fs, to, NULL);
        if (path_equal(&fs->cwd, from))
            fs_context_set_cwd(fs, to, NULL);
    }
}

/* ------------------------------------------------------------------ exec */

static struct grant *open_executable(struct caller *who, int dirfd,
                                     const char *path, u32 flags)
{
    struct open_args args = {.flags = OPEN_EXEC};
    struct file *f;
    u32 rights;
    int error;

    if (flags & AT_EMPTY_PATH)
        args.flags |= OPEN_EMPTY;
    if (flags & AT_SYMLINK_NOFOLLOW)
        args.flags |= OPEN_NOFOLLOW;
    error = vfs_open(who, dirfd, path, &args, &f, &rights);
    if (error)
        return ERR_PTR(error);
    if (!S_ISREG(f->inode->mode)) {
        object_put(file_object(f));
        return ERR_PTR(-EACCES);
    }
    return grant_create(file_object(f),
                        RIGHT_READ | RIGHT_EXEC | RIGHT_MMAP | RIGHT_STAT);
}

static int executable_attributes(struct caller *who, struct grant *g, u32 *mode,
                                 kuid_t *uid, kgid_t *gid, bool *nosuid)
{
    struct file *f = file_from_object(g->object);

    if (!f)
        return -EACCES;
    *mode = f->inode->mode;
    *uid = f->inode->uid;
    *gid = f->inode->gid;
    *nosuid =
        f->path.mnt->flags & MOUNT_NOSUID || f->path.mnt->ns != who->ns->mnt ||
        !user_namespace_is_below(who->cred->user_ns, f->path.mnt->sb->user_ns);
    return 0;
}

static bool executable_is_readable(struct caller *who, struct grant *g)
{
    struct file *f = file_from_object(g->object);

    return f && !inode_permission(who, f->inode, MAY_READ);
}

/* An open for execution denies writing as long as the file lives. */
static int deny_write(struct grant *g)
{
    return file_from_object(g->object) ? 0 : -EACCES;
}

static void allow_write(struct grant *g)
{
    (void)g;
}

static void executable_name(struct grant *g, char *out, size_t size)
{
    struct file *f = file_from_object(g->object);

    out[0] = 0;
    if (!f)
        return;
    rcu_read_lock();
    strscpy(out, rcu_dereference(f->path.dentry->name)->text, size);
    rcu_read_unlock();
}

/* A task's references. */
static struct fs_context *share(struct fs_context *fs)
{
    struct fs_context *shared = ERR_PTR(-EAGAIN);

    spin_lock(&fs->lock);
    if (!fs->in_exec) {
        atomic_inc(&fs->users);
        shared = fs_context_get(fs);
    }
    spin_unlock(&fs->lock);
    return shared;
}

static bool exec_begin(struct fs_context *fs, u32 users)
{
    bool alone;

    spin_lock(&fs->lock);
    alone = (u32)atomic_load(&fs->users) <= users;
    fs->in_exec = alone;
    spin_unlock(&fs->lock);
    return alone;
}

static void exec_end(struct fs_context *fs)
{
    spin_lock(&fs->lock);
    fs->in_exec = false;
    spin_unlock(&fs->lock);
}

static void leave(struct fs_context *fs)
{
    atomic_dec(&fs->users);
    fs_context_put(fs);
}

static bool is_private(struct fs_context *fs)
{
    return atomic_load(&fs->users) == 1;
}

static bool is_chrooted(struct fs_context *fs, struct mount_namespace *ns)
{
    struct path top = {ns->root, ns->root->root}, root;
    bool same;

    if (fs_context_root(fs, &root))
        return true;
    path_descend_mounts_get(&top);
    same = top.mnt == root.mnt && top.dentry == root.dentry;
    path_put(&top);
    path_put(&root);
    return !same;
}

static struct fs_context *first_context(void)
{
    struct path root = {mount_ns_first->root, mount_ns_first->root->root};
    struct fs_context *fs;

    path_descend_mounts_get(&root);
    fs = fs_context_create(&root);
    path_put(&root);
    return fs;
}

static int open_console(struct caller *who)
{
    struct open_args args = {.flags = OPEN_READ | OPEN_WRITE};
    struct grant *g = vfs_open_grant(who, AT_FDCWD, "/dev/console", &args);

    if (IS_ERR(g))
        return (int)PTR_ERR(g);
    file_from_object(g->object)->abi_flags = 2; /* O_RDWR */
    for (u32 i = 0; i < 2; i++)
        handle_add(who, grant_get(g), 0);
    handle_add(who, g, 0);
    return 0;
}

static const struct fs_context_ops ops = {
    .first = first_context,
    .open_console = open_console,
    .get = share,
    .copy = fs_context_copy,
    .put = leave,
    .is_private = is_private,
    .exec_begin = exec_begin,
    .exec_end = exec_end,
    .is_chrooted = is_chrooted,
    .open_executable = open_executable,
    .executable_is_readable = executable_is_readable,
    .executable_attributes = executable_attributes,
    .deny_write = deny_write,
    .allow_write = allow_write,
    .executable_name = executable_name,
};

void fs_context_init(void)
{
    fs_context_ops = &ops;
}
