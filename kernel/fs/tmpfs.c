/*
 * tmpfs: super blocks, inodes, names.
 */
#include "fs/tmpfs.h"

#include "core/init.h"
#include "core/page.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/mount.h"
#include "fs/pseudo.h"
#include "fs/vfs.h"
#include "lib/parse.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "vm/memory_object.h"

#define TMPFS_MAGIC   0x01021994u
#define RAMFS_MAGIC   0x858458f6u
#define DIRENT_SIZE   20  /* what a name adds to a directory's size */
#define SHORT_SYMLINK 128 /* longer targets count as a page */

static struct slab_cache *file_inodes, *small_inodes;

/* ---------------------------------------------------------------- inodes */

static const struct inode_ops *ops_for(u32 mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return &tmpfs_file_inode_ops;
    case S_IFDIR:
        return &tmpfs_dir_inode_ops;
    case S_IFLNK:
        return &tmpfs_link_inode_ops;
    default:
        return &tmpfs_special_inode_ops;
    }
}

static const struct mapping_ops tmpfs_mapping_ops;

struct inode *tmpfs_new_inode(struct caller *who, struct super_block *sb,
                              const struct inode *dir, u32 mode, devnum_t rdev)
{
    struct tmpfs_super *ts = tmpfs_super(sb);
    struct tmpfs_inode *ti;

    if (ts->max_inodes) {
        s64 used = atomic64_add_return(1, &ts->used_inodes);

        if (used > (s64)ts->max_inodes) {
            atomic64_dec(&ts->used_inodes);
            return ERR_PTR(-ENOSPC);
        }
    }
    ti = slab_alloc(S_ISREG(mode) ? file_inodes : small_inodes, ALLOC_KERNEL);
    if (!ti) {
        if (ts->max_inodes)
            atomic64_dec(&ts->used_inodes);
        return ERR_PTR(-ENOMEM);
    }
    ti->xattrs = NULL;
    ti->seals = SEAL_SEAL;
    ti->allocated = false;
    inode_init(&ti->inode, sb, ops_for(mode), mode, 0);
    inode_init_owner(&ti->inode, who, dir, mode);
    if (S_ISCHR(mode) || S_ISBLK(mode))
        ti->inode.rdev = rdev;
    if (S_ISREG(mode)) {
        mapping_init(&ti->mapping, &tmpfs_mapping_ops, &ti->inode,
                     MAPPING_NO_STORE);
        ti->mapping.account = who->account;
        ti->inode.mapping = &ti->mapping;
        if (ti->inode.mode & (S_ISUID | S_ISGID))
            inode_clear_flag(&ti->inode, INODE_NOSEC);
    } else if (S_ISDIR(mode)) {
        ti->inode.nlink = 2;
        ti->inode.size = 2 * DIRENT_SIZE;
    }
    return &ti->inode;
}

static void tmpfs_evict(struct inode *inode)
{
    struct tmpfs_super *ts = tmpfs_super(inode->sb);
    struct tmpfs_inode *ti = tmpfs_inode(inode);

    if (inode->mapping)
        mapping_destroy(inode->mapping);
    tmpfs_xattr_free_all(ti);
    if (ts->max_inodes)
        atomic64_dec(&ts->used_inodes);
}

/* After the grace period: lockless walks read link texts. */
static void tmpfs_free_inode(struct inode *inode)
{
    kfree(inode->link);
    slab_free(S_ISREG(inode->mode) ? file_inodes : small_inodes,
              tmpfs_inode(inode));
}

/* -------------------------------------------------------- page accounting */

static int tmpfs_reserve(struct mapping *m, u64 index)
{
    struct inode *inode = m->owner;
    struct tmpfs_super *ts = tmpfs_super(inode->sb);

    (void)index;
    if (!ts->limits)
        return 0;
    if (atomic64_add_return(1, &ts->used_blocks) > (s64)ts->max_blocks &&
        ts->max_blocks) {
        atomic64_dec(&ts->used_blocks);
        return -ENOSPC;
    }
    return 0;
}

static void tmpfs_page_removed(struct mapping *m, u64 index)
{
    struct inode *inode = m->owner;
    struct tmpfs_super *ts = tmpfs_super(inode->sb);

    (void)index;
    if (ts->limits)
        atomic64_dec(&ts->used_blocks);
}

static void tmpfs_touched(struct mapping *m)
{
    inode_touch_modified(m->owner);
}

static int tmpfs_punch(struct mapping *m, s64 start, s64 end)
{
    struct inode *inode = m->owner;
    int error = 0;

    write_lock(&inode->lock);
    if (tmpfs_inode(inode)->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))
        error = -EPERM;
    else
        mapping_truncate(m, start, end);
    write_unlock(&inode->lock);
    return error;
}

static const struct mapping_ops tmpfs_mapping_ops = {
    .reserve = tmpfs_reserve,
    .page_removed = tmpfs_page_removed,
    .touched = tmpfs_touched,
    .punch = tmpfs_punch,
};

/* ----------------------------------------------------------------- names */

/* A name was added to or taken from dir. */
static void directory_changed(struct inode *dir, s64 size)
{
    dir->size += size;
    inode_touch_modified(dir);
}

static int add_inode(struct caller *who, struct inode *dir, struct dentry *d,
                     u32 mode, devnum_t rdev)
{
    struct inode *inode = tmpfs_new_inode(who, dir->sb, dir, mode, rdev);

    if (IS_ERR(inode))
        return (int)PTR_ERR(inode);
    directory_changed(dir, DIRENT_SIZE);
    dentry_instantiate(d, inode);
    return 0;
}

static int tmpfs_create(struct caller *who, struct inode *dir, struct dentry *d,
                        u32 mode)
{
    return add_inode(who, dir, d, mode, 0);
}

static int tmpfs_mknod(struct caller *who, struct inode *dir, struct dentry *d,
                       u32 mode, devnum_t rdev)
{
    return add_inode(who, dir, d, mode, rdev);
}

static int tmpfs_mkdir(struct caller *who, struct inode *dir, struct dentry *d,
                       u32 mode)
{
    int error = add_inode(who, dir, d, mode, 0);

    if (!error)
        dir->nlink++;
    return error;
}

static int tmpfs_symlink(struct caller *who, struct inode *dir,
                         struct dentry *d, const char *target)
{
    struct inode *inode;
    char *text = kstrdup(target, ALLOC_KERNEL);

    if (!text)
        return -ENOMEM;
    inode = tmpfs_new_inode(who, dir->sb, dir, S_IFLNK | 0777, 0);
    if (IS_ERR(inode)) {
        kfree(text);
        return (int)PTR_ERR(inode);
    }
    inode->link = text;
    inode->size = (s64)strlen(text);
    directory_changed(dir, DIRENT_SIZE);
    dentry_instantiate(d, inode);
    return 0;
}

static int tmpfs_link(struct inode *dir, struct dentry *d, struct inode *inode)
{
    struct tmpfs_super *ts = tmpfs_super(dir->sb);

    /* Each name counts as an inode, so that links cannot use up memory; the
     * first name of an O_TMPFILE was counted with its inode. */
    if (inode->nlink && ts->max_inodes) {
        if (atomic64_add_return(1, &ts->used_inodes) > (s64)ts->max_inodes) {
            atomic64_dec(&ts->used_inodes);
            return -ENOSPC;
        }
    }
    inode->nlink++;
    inode_touch_changed(inode);
    directory_changed(dir, DIRENT_SIZE);
    inode_get(inode);
    dentry_instantiate(d, inode);
    return 0;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *d)
{
    struct inode *inode = d->inode;
    struct tmpfs_super *ts = tmpfs_super(dir->sb);

    if (inode->nlink > 1 && !S_ISDIR(inode->mode) && ts->max_inodes)
        atomic64_dec(&ts->used_inodes);
    directory_changed(dir, -DIRENT_SIZE);
    inode_touch_changed(inode);
    inode->nlink--;
    return 0;
}

static bool directory_empty(struct dentry *d)
{
    struct dentry_link *entry;
    bool empty = true;

    spin_lock(&d->lock);
    list_for_each_entry (entry, &d->children, link)
        if (!entry->cursor) {
            struct dentry *child = container_of(entry, struct dentry, sibling);

            if (!dentry_negative(child)) {
                empty = false;
                break;
            }
        }
    spin_unlock(&d->lock);
    return empty;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *d)
{
    if (!directory_empty(d))
        return -ENOTEMPTY;
    d->inode->nlink--;
    dir->nlink--;
    return tmpfs_unlink(dir, d);
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old,
                        struct inode *new_dir, struct dentry *target, u32 flags)
{
    bool directory = S_ISDIR(old->inode->mode);

    if (flags & RENAME_EXCHANGE) {
        bool other = S_ISDIR(target->inode->mode);

        if (old_dir != new_dir && directory != other) {
            old_dir->nlink += directory ? -1U : 1U;
            new_dir->nlink += directory ? 1U : -1U;
        }
        inode_touch_modified(old_dir);
        inode_touch_modified(new_dir);
        inode_touch_changed(old->inode);
        inode_touch_changed(target->inode);
        return 0;
    }
    if (target->inode && S_ISDIR(target->inode->mode) &&
        !directory_empty(target))
        return -ENOTEMPTY;
    if (target->inode) {
        if (directory) {
            target->inode->nlink--;
            old_dir->nlink--;
        }
        tmpfs_unlink(new_dir, target);
    } else if (directory) {
        old_dir->nlink--;
        new_dir->nlink++;
    }
    directory_changed(old_dir, -DIRENT_SIZE);
    directory_changed(new_dir, DIRENT_SIZE);
    inode_touch_changed(old->inode);
    return 0;
}

static struct inode *tmpfs_tmpfile(struct caller *who, struct inode *dir,
                                   u32 mode)
{
    struct inode *inode = tmpfs_new_inode(who, dir->sb, dir, mode, 0);

    if (!IS_ERR(inode)) {
        inode->nlink = 0;
        inode_set_flag(inode, INODE_LINKABLE);
    }
    return inode;
}

int tmpfs_common_get_attributes(struct caller *who, struct inode *inode,
                                struct file_attributes *out)
{
    (void)who;
    out->have_btime = true;
    out->attributes_mask |= 0x70; /* append, immutable, nodump */
    if (S_ISLNK(inode->mode) && inode->size >= SHORT_SYMLINK)
        out->blocks = PAGE_SIZE / 512;
    return 0;
}

static ssize_t directory_read(struct object *obj, struct io_request *req)
{
    (void)obj;
    (void)req;
    return -EISDIR;
}

const struct object_ops directory_file_ops = {
    .name = "directory",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = directory_read,
    .seek = dir_seek_dcache,
};

const struct inode_ops tmpfs_dir_inode_ops = {
    .file_ops = &directory_file_ops,
    .create = tmpfs_create,
    .mkdir = tmpfs_mkdir,
    .mknod = tmpfs_mknod,
    .symlink = tmpfs_symlink,
    .link = tmpfs_link,
    .unlink = tmpfs_unlink,
    .rmdir = tmpfs_rmdir,
    .rename = tmpfs_rename,
    .tmpfile = tmpfs_tmpfile,
    .get_attributes = tmpfs_common_get_attributes,
    .xattr_get = tmpfs_xattr_get,
    .xattr_set = tmpfs_xattr_set,
    .xattr_remove = tmpfs_xattr_remove,
    .xattr_list = tmpfs_xattr_list,
    .iterate = dir_iterate_dcache,
};

const struct inode_ops tmpfs_link_inode_ops = {
    .get_attributes = tmpfs_common_get_attributes,
    .xattr_get = tmpfs_xattr_get,
    .xattr_set = tmpfs_xattr_set,
    .xattr_remove = tmpfs_xattr_remove,
    .xattr_list = tmpfs_xattr_list,
};

const struct inode_ops tmpfs_special_inode_ops = {
    .get_attributes = tmpfs_common_get_attributes,
    .xattr_get = tmpfs_xattr_get,
    .xattr_set = tmpfs_xattr_set,
    .xattr_remove = tmpfs_xattr_remove,
    .xattr_list = tmpfs_xattr_list,
};

/* ---------------------------------------------------------- super blocks */

static int tmpfs_statistics(struct super_block *sb,
                            struct file_system_statistics *s)
{
    struct tmpfs_super *ts = tmpfs_super(sb);

    if (!ts->limits)
        return 0;
    if (ts->max_blocks) {
        u64 used = (u64)atomic64_load(&ts->used_blocks);

        s->blocks = ts->max_blocks;
        s->blocks_free = s->blocks_available =
            used < ts->max_blocks ? ts->max_blocks - used : 0;
    }
    if (ts->max_inodes) {
        u64 used = (u64)atomic64_load(&ts->used_inodes);

        s->files = ts->max_inodes;
        s->files_free = used < ts->max_inodes ? ts->max_inodes - used : 0;
    }
    return 0;
}

static int parse_number(const char *text, u64 *out)
{
    const char *end;
    u64 value;

    if (!text || !*text)
        return -EINVAL;
    value = memparse(text, &end);
    if (end == text)
        return -EINVAL;
    if (*end == '%' && !end[1]) {
        struct page_stats stats;

        page_stats_get(&stats);
        value = (stats.total * value / 100) << PAGE_SHIFT;
    } else if (*end) {
        return -EINVAL;
    }
    *out = value;
    return 0;
}

struct tmpfs_options {
    u64 blocks, inodes;
    u32 mode, uid, gid;
    bool have_blocks, have_inodes, have_mode, have_uid, have_gid;
};

static int parse_option(struct tmpfs_options *o, const char *key,
                        const char *value)
{
    u64 number;
    int error = 0;

    if (strcmp(key, "size") == 0 || strcmp(key, "nr_blocks") == 0) {
        error = parse_number(value, &number);
        if (!error) {
            o->blocks = *key == 's' ? DIV_ROUND_UP(number, PAGE_SIZE) : number;
            o->have_blocks = true;
        }
    } else if (strcmp(key, "nr_inodes") == 0) {
        error = parse_number(value, &o->inodes);
        o->have_inodes = true;
    } else if (strcmp(key, "mode") == 0) {
        error = value ? kstrtou32(value, 8, &o->mode) : -EINVAL;
        o->mode &= S_IALLUGO;
        o->have_mode = true;
    } else if (strcmp(key, "uid") == 0) {
        error = value ? kstrtou32(value, 10, &o->uid) : -EINVAL;
        o->have_uid = true;
    } else if (strcmp(key, "gid") == 0) {
        error = value ? kstrtou32(value, 10, &o->gid) : -EINVAL;
        o->have_gid = true;
    } else if (strcmp(key, "huge") == 0 || strcmp(key, "mpol") == 0) {
        error = value ? 0 : -EINVAL;
    } else if (strcmp(key, "inode32") && strcmp(key, "inode64")) {
        error = -EINVAL;
    }
    return error ? -EINVAL : 0;
}

static int parse_options(struct tmpfs_options *o, const char *options)
{
    char *copy, *rest, *key, *value;
    int error = 0;

    memset(o, 0, sizeof(*o));
    if (!options || !*options)
        return 0;
    rest = copy = kstrdup(options, ALLOC_KERNEL);
    if (!copy)
        return -ENOMEM;
    while (!error && mount_option_next(&rest, &key, &value))
        error = parse_option(o, key, value);
    kfree(copy);
    return error;
}

static int tmpfs_remount(struct super_block *sb, const char *options)
{
    struct tmpfs_super *ts = tmpfs_super(sb);
    struct tmpfs_options o;
    int error;

    if (!ts->limits)
        return 0;
    error = parse_options(&o, options);
    if (error)
        return error;
    if (o.have_blocks) {
        if (o.blocks && (u64)atomic64_load(&ts->used_blocks) > o.blocks)
            return -EINVAL;
        if (o.blocks && !ts->max_blocks)
            return -EINVAL;
        ts->max_blocks = o.blocks;
    }
    if (o.have_inodes) {
        if (o.inodes && (u64)atomic64_load(&ts->used_inodes) > o.inodes)
            return -EINVAL;
        if (o.inodes && !ts->max_inodes)
            return -EINVAL;
        ts->max_inodes = o.inodes;
    }
    return 0;
}

static void tmpfs_show_options(struct super_block *sb, struct text *out)
{
    struct tmpfs_super *ts = tmpfs_super(sb);

    if (!ts->limits)
        return;
    if (ts->max_blocks != ts->default_blocks)
        text_printf(out, ",size=%luk", ts->max_blocks << (PAGE_SHIFT - 10));
    if (ts->max_inodes != ts->default_inodes)
        text_printf(out, ",nr_inodes=%lu", ts->max_inodes);
    if (ts->mode != ts->default_mode)
        text_printf(out, ",mode=%03o", ts->mode);
    if (ts->uid.value)
        text_printf(out, ",uid=%u", uid_from_kernel(&user_ns_first, ts->uid));
    if (ts->gid.value)
        text_printf(out, ",gid=%u", gid_from_kernel(&user_ns_first, ts->gid));
    text_puts(out, ",inode64");
}

static void tmpfs_destroy(struct super_block *sb)
{
    kfree(tmpfs_super(sb));
}

static const struct super_ops tmpfs_super_ops = {
    .evict = tmpfs_evict,
    .free_inode = tmpfs_free_inode,
    .statistics = tmpfs_statistics,
    .remount = tmpfs_remount,
    .show_options = tmpfs_show_options,
    .destroy = tmpfs_destroy,
};

struct super_block *tmpfs_create_super(struct caller *who,
                                       struct file_system_type *type,
                                       const char *options, u32 default_mode,
                                       bool limits)
{
    struct tmpfs_super *ts;
    struct tmpfs_options o;
    struct page_stats stats;
    struct inode *root;
    int error = parse_options(&o, options);

    if (error)
        return ERR_PTR(error);
    ts = kzalloc(sizeof(*ts), ALLOC_KERNEL);
    if (!ts)
        return ERR_PTR(-ENOMEM);
    error = super_init(&ts->sb, type, &tmpfs_super_ops, SUPER_COMPLETE);
    if (error) {
        kfree(ts);
        return ERR_PTR(error);
    }
    page_stats_get(&stats);
    ts->limits = limits;
    ts->sb.magic = limits ? TMPFS_MAGIC : RAMFS_MAGIC;
    ts->default_blocks = limits ? stats.total / 2 : 0;
    ts->default_inodes = limits ? stats.total / 2 : 0;
    ts->default_mode = default_mode;
    ts->max_blocks = o.have_blocks ? o.blocks : ts->default_blocks;
    ts->max_inodes = o.have_inodes ? o.inodes : ts->default_inodes;
    ts->mode = o.have_mode ? o.mode : default_mode;
    ts->uid = o.have_uid ? uid_to_kernel(who->cred->user_ns, o.uid)
                         : who->cred->fsuid;
    ts->gid = o.have_gid ? gid_to_kernel(who->cred->user_ns, o.gid)
                         : who->cred->fsgid;
    root = tmpfs_new_inode(who, &ts->sb, NULL, S_IFDIR | ts->mode, 0);
    if (!IS_ERR(root)) {
        root->uid = ts->uid;
        root->gid = ts->gid;
        ts->sb.root = dentry_alloc_root(root);
    }
    if (!ts->sb.root) {
        super_abandon(&ts->sb);
        rcu_barrier();
        kfree(ts);
        return ERR_PTR(-ENOMEM);
    }
    return &ts->sb;
}

static struct super_block *create_tmpfs(struct caller *who,
                                        struct file_system_type *type,
                                        const char *source, const char *options)
{
    (void)source;
    return tmpfs_create_super(who, type, options, 01777, true);
}

static struct super_block *create_ramfs(struct caller *who,
                                        struct file_system_type *type,
                                        const char *source, const char *options)
{
    (void)source;
    return tmpfs_create_super(who, type, options, 0755, false);
}

static struct super_block *create_rootfs(struct caller *who,
                                         struct file_system_type *type,
                                         const char *source,
                                         const char *options)
{
    (void)source;
    return tmpfs_create_super(who, type, options, 0755, true);
}

struct file_system_type tmpfs_type = {
    .name = "tmpfs",
    .flags = FST_USERNS_MOUNT,
    .create = create_tmpfs,
};
struct file_system_type ramfs_type = {
    .name = "ramfs",
    .flags = FST_USERNS_MOUNT,
    .create = create_ramfs,
};
struct file_system_type rootfs_type = {
    .name = "rootfs",
    .flags = FST_INTERNAL,
    .create = create_rootfs,
};

void tmpfs_init(void)
{
    file_inodes =
        slab_cache_create("tmpfs_inode", sizeof(struct tmpfs_inode), 0);
    small_inodes = slab_cache_create("tmpfs_small_inode",
                                     offsetof(struct tmpfs_inode, mapping), 0);
    file_system_register(&tmpfs_type);
    file_system_register(&ramfs_type);
    file_system_register(&rootfs_type);
}
