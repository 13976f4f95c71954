/*
 * Inodes that stand for objects without a path.
 */
#include "fs/anon.h"

#include "core/caller.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/pipe.h"
#include "fs/pseudo.h"
#include "fs/super.h"

struct anon_inode {
    struct inode inode;
    struct grant *grant; /* owned */
};

static struct anon_inode *anon_inode(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct anon_inode, inode);
}

static int get_attributes(struct caller *who, struct inode *inode,
                          struct file_attributes *out)
{
    return object_attributes(who, anon_inode(inode)->grant->object, out);
}

static int refuse_open(struct caller *who, struct inode *inode,
                       struct file *file)
{
    (void)who;
    (void)inode;
    (void)file;
    return -ENXIO;
}

static const struct inode_ops anon_ops = {
    .get_attributes = get_attributes,
    .attributes_may_sleep = true,
    .open = refuse_open,
};

static size_t describe(struct dentry *d, char *buffer, size_t size)
{
    return object_link_text(anon_inode(d->inode)->grant->object, buffer, size);
}

static const struct dentry_ops anon_dentry_ops = {
    .describe = describe,
};

static void anon_evict(struct inode *inode)
{
    grant_put(anon_inode(inode)->grant);
}

static void anon_free(struct inode *inode)
{
    kfree(anon_inode(inode));
}

static void anon_destroy(struct super_block *sb)
{
    kfree(sb);
}

static const struct super_ops anon_super_ops = {
    .evict = anon_evict,
    .free_inode = anon_free,
    .destroy = anon_destroy,
};

static struct super_block *anon_create(struct caller *who,
                                       struct file_system_type *type,
                                       const char *source, const char *options)
{
    (void)who;
    (void)source;
    (void)options;
    return pseudo_super_create(type, 0x09041934, &anon_super_ops, 0755);
}

static struct file_system_type anon_type = {
    .name = "anon_inodefs",
    .flags = FST_INTERNAL,
    .create = anon_create,
};

static struct mount *anon_mount(void)
{
    static struct mount *mnt;
    static mutex_t lock = MUTEX_INIT(lock, "anon_mount");
    struct mount *m;

    mutex_lock(&lock);
    m = mnt;
    if (!m) {
        m = mount_internal(&anon_type, NULL);
        if (!IS_ERR(m))
            mnt = m;
    }
    mutex_unlock(&lock);
    return m;
}

static int make_path(struct mount *mnt, struct grant *grant, struct path *out)
{
    struct file_attributes a;
    struct anon_inode *ai;
    struct object *obj = grant->object;
    int error = object_attributes(NULL, obj, &a);

    ai = error ? NULL : kzalloc(sizeof(*ai), ALLOC_KERNEL);
    if (!ai) {
        grant_put(grant);
        return error ? error : -ENOMEM;
    }
    inode_init(&ai->inode, mnt->sb, &anon_ops, a.mode, a.ino);
    ai->inode.uid = a.uid;
    ai->inode.gid = a.gid;
    ai->grant = grant;
    inode_set_flag(&ai->inode, INODE_PRIVATE);
    if (object_is_pipe(obj))
        ai->inode.endpoint = pipe_hooks->endpoint(obj);
    out->dentry = dentry_alloc_unnamed(mnt->sb, "", &ai->inode);
    if (!out->dentry)
        return -ENOMEM;
    out->dentry->ops = &anon_dentry_ops;
    out->mnt = mount_get(mnt);
    return 0;
}

int object_path(struct grant *grant, struct path *out)
{
    struct file *f = file_from_object(grant->object);
    struct mount *mnt;

    if (f) {
        *out = f->path;
        path_get(out);
        grant_put(grant);
        return 0;
    }
    mnt = anon_mount();
    if (IS_ERR(mnt)) {
        grant_put(grant);
        return (int)PTR_ERR(mnt);
    }
    return make_path(mnt, grant, out);
}
