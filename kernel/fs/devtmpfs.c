/*
 * devtmpfs: a tmpfs that exists once and has a node for each device that a
 * driver names.
 */
#include "fs/devtmpfs.h"

#include "core/device.h"
#include "core/init.h"
#include "core/log.h"
#include "fs/dentry.h"
#include "fs/path.h"
#include "fs/tmpfs.h"
#include "lib/string.h"

static struct super_block *devtmpfs_sb;

static struct caller kernel = {.flags = CALLER_KERNEL, .cred = &cred_root};

static struct super_block *devtmpfs_create(struct caller *who,
                                           struct file_system_type *type,
                                           const char *source,
                                           const char *options)
{
    (void)who;
    (void)type;
    (void)source;
    (void)options;
    refcount_inc(&devtmpfs_sb->active);
    return devtmpfs_sb;
}

struct file_system_type devtmpfs_type = {
    .name = "devtmpfs",
    .flags = FST_SHARED,
    .create = devtmpfs_create,
};

/* Make name in dir unless it is there; a referenced dentry or ERR_PTR. `mode`
 * 0: only look. */
static struct dentry *make(struct dentry *dir, const char *name, size_t n,
                           u32 mode, devnum_t dev, const char *target)
{
    struct name_part part = name_part(name, (u32)n);
    struct inode *inode = dir->inode;
    struct dentry *d;
    int error = 0;

    write_lock(&inode->lock);
    d = path_lookup_child(&kernel, dir, &part, true);
    if (!IS_ERR(d) && dentry_negative(d)) {
        if (!mode)
            error = -ENOENT;
        else if (S_ISDIR(mode))
            error = inode->ops->mkdir(&kernel, inode, d, mode);
        else if (S_ISLNK(mode))
            error = inode->ops->symlink(&kernel, inode, d, target);
        else
            error = inode->ops->mknod(&kernel, inode, d, mode, dev);
        if (error) {
            dentry_put(d);
            d = ERR_PTR(error);
        }
    }
    write_unlock(&inode->lock);
    return d;
}

/* The directory of "net/tun", made if need be; *name becomes "tun". */
static struct dentry *directory_of(const char **name, bool create)
{
    struct dentry *dir = dentry_get(devtmpfs_sb->root);
    const char *slash;

    while (!IS_ERR(dir) && (slash = strchr(*name, '/'))) {
        struct dentry *next = make(dir, *name, (size_t)(slash - *name),
                                   create ? S_IFDIR | 0755 : 0, 0, NULL);

        dentry_put(dir);
        dir = next;
        *name = slash + 1;
    }
    return dir;
}

void devtmpfs_add(const char *name, u32 mode, devnum_t dev)
{
    struct dentry *dir = directory_of(&name, true), *d;

    if (IS_ERR(dir))
        return;
    d = make(dir, name, strlen(name), mode, dev, NULL);
    if (!IS_ERR(d))
        dentry_put(d);
    dentry_put(dir);
}

/* A link with a relative target, as udev makes them. */
static void add_alias(const char *name, const char *node)
{
    char target[64] = "";
    struct dentry *dir, *d;

    for (const char *s = name; (s = strchr(s, '/')); s++)
        strlcat(target, "../", sizeof(target));
    strlcat(target, node, sizeof(target));
    dir = directory_of(&name, true);
    if (IS_ERR(dir))
        return;
    d = make(dir, name, strlen(name), S_IFLNK | 0777, 0, target);
    if (!IS_ERR(d))
        dentry_put(d);
    dentry_put(dir);
}

void devtmpfs_remove(const char *name)
{
    struct dentry *dir = directory_of(&name, false), *d;

    if (IS_ERR(dir))
        return;
    d = make(dir, name, strlen(name), 0, 0, NULL);
    if (!IS_ERR(d)) {
        write_lock(&dir->inode->lock);
        if (!dentry_unhashed(d)) {
            write_lock_nested(&d->inode->lock, 2);
            dir->inode->ops->unlink(dir->inode, d);
            write_unlock(&d->inode->lock);
            dentry_unlink(d);
        }
        write_unlock(&dir->inode->lock);
        dentry_put(d);
    }
    dentry_put(dir);
}

static void device_changed(struct device *d, bool added)
{
    u32 type = d->kind == DEVICE_BLOCK ? S_IFBLK : S_IFCHR;

    if (!d->node)
        return;
    if (added)
        devtmpfs_add(d->node, type | d->node_mode, DEVNUM(d->major, d->minor));
    else
        devtmpfs_remove(d->node);
    if (d->alias && added)
        add_alias(d->alias, d->node);
    else if (d->alias)
        devtmpfs_remove(d->alias);
}

/* Names that are no devices, which programs expect in /dev. */
static const struct {
    const char *name, *target;
} links[] = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
};

void devtmpfs_init(void)
{
    struct dentry *root, *d;

    devtmpfs_sb = tmpfs_create_super(&kernel, &devtmpfs_type, NULL, 0755, true);
    if (IS_ERR(devtmpfs_sb))
        panic("no memory for devtmpfs\n");
    root = devtmpfs_sb->root;
    for (u32 i = 0; i < ARRAY_SIZE(links); i++) {
        d = make(root, links[i].name, strlen(links[i].name), S_IFLNK | 0777, 0,
                 links[i].target);
        if (!IS_ERR(d))
            dentry_put(d);
    }
    d = make(root, "pts", 3, S_IFDIR | 0755, 0, NULL);
    if (!IS_ERR(d))
        dentry_put(d);
    d = make(root, "shm", 3, S_IFDIR | S_ISVTX | 0777, 0, NULL);
    if (!IS_ERR(d))
        dentry_put(d);
    file_system_register(&devtmpfs_type);
    device_set_listener(device_changed);
}
