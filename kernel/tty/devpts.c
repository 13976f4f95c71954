/*
 * devpts: the filesystem of the slaves' nodes; each mount is an instance with
 * numbers of its own. /dev/ptmx belongs to the instance that is mounted on
 * "pts" next to it, .../pts/ptmx to its own.
 */
#include "core/init.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/pseudo.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "tty/pty.h"

#define DEVPTS_MAGIC 0x1cd1

/* Linux's numbers, the same on both architectures. */
#define O_ACCMODE_  03u
#define O_WRONLY_   01u
#define O_RDWR_     02u
#define O_NOCTTY_   0400u
#define O_NONBLOCK_ 04000u
#define O_CLOEXEC_  02000000u

struct devpts_options {
    kuid_t uid;
    kgid_t gid;
    bool have_uid, have_gid;
    u32 mode, ptmx_mode, max;
};

struct devpts {
    struct devpts_options options;
    struct list_head ptys; /* by index; ptys_lock */
    struct dentry *ptmx;   /* borrowed from the tree */
};

static mutex_t ptys_lock = MUTEX_INIT(ptys_lock, "ptys");
s32 pty_count;       /* ptys_lock */
s32 ptys_max = 4096; /* over all instances */

static struct file_system_type devpts_type;

/* -------------------------------------------------------------- instances */

static int parse_number(struct caller *who, const char *key, const char *value,
                        struct devpts_options *o)
{
    u32 n;
    bool octal = strcmp(key, "mode") == 0 || strcmp(key, "ptmxmode") == 0;

    if (!value || kstrtou32(value, octal ? 8 : 10, &n))
        return -EINVAL;
    if (strcmp(key, "uid") == 0) {
        o->uid = uid_to_kernel(who->cred->user_ns, n);
        o->have_uid = true;
        return o->uid.value == KUID_INVALID.value ? -EINVAL : 0;
    }
    if (strcmp(key, "gid") == 0) {
        o->gid = gid_to_kernel(who->cred->user_ns, n);
        o->have_gid = true;
        return o->gid.value == KGID_INVALID.value ? -EINVAL : 0;
    }
    if (strcmp(key, "mode") == 0)
        o->mode = n & S_IALLUGO;
    else if (strcmp(key, "ptmxmode") == 0)
        o->ptmx_mode = n & S_IALLUGO;
    else if (strcmp(key, "max") == 0 && n <= PTS_MINORS)
        o->max = n;
    else
        return -EINVAL;
    return 0;
}

static int parse_options(struct caller *who, const char *text,
                         struct devpts_options *o)
{
    char *copy, *rest, *key, *value;
    int error = 0;

    if (!text || !*text)
        return 0;
    copy = rest = kstrdup(text, ALLOC_KERNEL);
    if (!copy)
        return -ENOMEM;
    while (!error && mount_option_next(&rest, &key, &value))
        if (strcmp(key, "newinstance") != 0)
            error = parse_number(who, key, value, o);
    kfree(copy);
    return error;
}

static void devpts_show_options(struct super_block *sb, struct text *out)
{
    struct devpts *d = sb->private;

    if (d->options.have_uid)
        text_printf(out, ",uid=%u", d->options.uid.value);
    if (d->options.have_gid)
        text_printf(out, ",gid=%u", d->options.gid.value);
    text_printf(out, ",mode=%03o", d->options.mode);
    text_printf(out, ",ptmxmode=%03o", d->options.ptmx_mode);
    if (d->options.max < PTS_MINORS)
        text_printf(out, ",max=%u", d->options.max);
}

static int devpts_remount(struct super_block *sb, const char *text)
{
    static struct caller kernel = {.flags = CALLER_KERNEL, .cred = &cred_root};
    struct devpts *d = sb->private;
    struct devpts_options o = d->options;
    int error = parse_options(&kernel, text, &o);

    if (error)
        return error;
    d->options = o;
    d->ptmx->inode->mode = (u16)(S_IFCHR | o.ptmx_mode);
    return 0;
}

static void devpts_destroy(struct super_block *sb)
{
    kfree(sb->private);
    pseudo_super_ops.destroy(sb);
}

static struct super_ops devpts_super_ops;

static struct super_block *devpts_create(struct caller *who,
                                         struct file_system_type *type,
                                         const char *source,
                                         const char *options)
{
    struct devpts *d = kzalloc(sizeof(*d), ALLOC_KERNEL);
    struct super_block *sb;
    int error;

    (void)source;
    if (!d)
        return ERR_PTR(-ENOMEM);
    INIT_LIST_HEAD(&d->ptys);
    d->options = (struct devpts_options){.mode = 0600, .max = PTS_MINORS};
    error = parse_options(who, options, &d->options);
    if (error) {
        kfree(d);
        return ERR_PTR(error);
    }
    sb = pseudo_super_create(type, DEVPTS_MAGIC, &devpts_super_ops, 0755);
    if (IS_ERR(sb)) {
        kfree(d);
        return sb;
    }
    sb->flags &= ~(u32)SUPER_NO_DEV;
    sb->private = d;
    d->ptmx =
        pseudo_add_device(sb->root, "ptmx", d->options.ptmx_mode, DEVNUM(5, 2),
                          2, who->cred->fsuid, who->cred->fsgid, NULL);
    if (IS_ERR(d->ptmx)) {
        super_put(sb);
        return ERR_PTR(-ENOMEM);
    }
    return sb;
}

static struct file_system_type devpts_type = {
    .name = "devpts",
    .flags = FST_USERNS_MOUNT,
    .create = devpts_create,
};

/* ---------------------------------------------------------------- slaves -- */

/* Insert in order at the lowest free index below the limit. ptys_lock held. */
static int choose_index(struct devpts *d, struct list_head **after)
{
    struct pty *p;
    u32 index = 0;

    *after = &d->ptys;
    list_for_each_entry (p, &d->ptys, link) {
        if (p->index != index)
            break;
        *after = &p->link;
        index++;
    }
    if (index >= d->options.max || pty_count >= READ_ONCE(ptys_max))
        return -ENOSPC;
    return (int)index;
}

/* A new pty with its node. ptys_lock held; ERR_PTR. */
static struct pty *add_pty(struct caller *who, struct mount *mnt)
{
    struct super_block *sb = mnt->sb;
    struct devpts *d = sb->private;
    struct devpts_options *o = &d->options;
    struct list_head *after;
    struct dentry *node;
    struct pty *p;
    char name[12];
    int index = choose_index(d, &after);

    if (index < 0)
        return ERR_PTR(index);
    p = pty_create((u32)index);
    if (!p)
        return ERR_PTR(-ENOMEM);
    snprintf(name, sizeof(name), "%d", index);
    node = pseudo_add_device(sb->root, name, o->mode,
                             DEVNUM(PTS_MAJOR, (u32)index), (u64)index + 3,
                             o->have_uid ? o->uid : who->cred->fsuid,
                             o->have_gid ? o->gid : who->cred->fsgid, p);
    if (IS_ERR(node)) {
        tty_put(p->slave);
        return ERR_CAST(node);
    }
    p->path = (struct path){mnt, node};
    path_get(&p->path);
    p->instance = d;
    p->master_open = true;
    list_add(&p->link, after);
    pty_count++;
    return p;
}

static void remove_pty(struct pty *p)
{
    mutex_lock(&ptys_lock);
    p->master_open = false;
    p->path.dentry->inode->private = NULL;
    /* The name goes before the number can be given out again. */
    pseudo_remove(p->path.dentry);
    list_del(&p->link);
    pty_count--;
    mutex_unlock(&ptys_lock);
    path_put(&p->path);
}

void devpts_set_locked(struct pty *p, bool locked)
{
    mutex_lock(&ptys_lock);
    p->locked = locked;
    mutex_unlock(&ptys_lock);
}

static inline struct file *file_of(struct device_file *file)
{
    return container_of(file, struct file, device);
}

static int pts_open(struct device *dev, struct device_file *file,
                    struct caller *who)
{
    struct inode *inode = file_of(file)->inode;
    struct pty *p;
    int error = -EIO;

    (void)dev;
    if (inode->sb->type != &devpts_type)
        return -EIO;
    mutex_lock(&ptys_lock);
    p = inode->private;
    if (p && p->master_open && !p->locked)
        error = tty_open(p->slave, file, who, false, false);
    mutex_unlock(&ptys_lock);
    return error;
}

static void pts_closed(struct device *dev, struct device_file *file)
{
    (void)dev;
    tty_close(file);
}

long devpts_open_peer(struct pty *p, struct caller *who, u64 flags)
{
    u32 open = 0, access = (u32)flags & O_ACCMODE_;
    struct grant *g;
    struct file *f;

    open |= access != O_WRONLY_ ? (u32)OPEN_READ : 0;
    open |= access == O_WRONLY_ || access == O_RDWR_ ? (u32)OPEN_WRITE : 0;
    open |= flags & O_NOCTTY_ ? (u32)OPEN_NOCTTY : 0;
    open |= flags & O_NONBLOCK_ ? (u32)OPEN_NONBLOCK : 0;
    f = file_open_path(who, &p->path, open);
    if (IS_ERR(f))
        return PTR_ERR(f);
    g = grant_create(file_object(f), file_rights(f));
    if (IS_ERR(g))
        return PTR_ERR(g);
    return handle_add(who, g, flags & O_CLOEXEC_ ? (u32)HANDLE_CLOEXEC : 0);
}

/* --------------------------------------------------------------- masters -- */

/* The mount of devpts that a ptmx node belongs to, referenced in *out. */
static int find_instance(const struct file *f, struct path *out)
{
    static struct caller kernel = {.flags = CALLER_KERNEL, .cred = &cred_root};
    struct path base = f->path;
    int error;

    if (f->inode->sb->type == &devpts_type) {
        *out = (struct path){f->path.mnt, f->inode->sb->root};
        path_get(out);
        return 0;
    }
    base.dentry = f->path.dentry->parent;
    error = path_lookup_from(&kernel, &base, "pts",
                             WALK_FOLLOW | WALK_DIRECTORY, out);
    if (error)
        return error == -ENOMEM ? error : -ENODEV;
    if (out->mnt->sb->type != &devpts_type ||
        out->dentry != out->mnt->sb->root) {
        path_put(out);
        return -ENODEV;
    }
    return 0;
}

static int ptmx_open(struct device *dev, struct device_file *file,
                     struct caller *who)
{
    struct path where;
    struct pty *p;
    int error = find_instance(file_of(file), &where);

    (void)dev;
    if (error)
        return error;
    mutex_lock(&ptys_lock);
    p = add_pty(who, where.mnt);
    mutex_unlock(&ptys_lock);
    path_put(&where);
    if (IS_ERR(p))
        return (int)PTR_ERR(p);
    file->private = p;
    return 0;
}

static void ptmx_closed(struct device *dev, struct device_file *file)
{
    struct pty *p = file->private;

    (void)dev;
    if (!p)
        return;
    remove_pty(p);
    pty_master_gone(p);
}

static struct device ptmx_node = {
    .kind = DEVICE_CHARACTER,
    .major = 5,
    .minor = 2,
    .count = 1,
    .name = "/dev/ptmx",
    .node = "ptmx",
    .node_mode = 0666,
    .ops = &pty_master_ops,
    .open = ptmx_open,
    .closed = ptmx_closed,
};

static struct device pts_nodes = {
    .kind = DEVICE_CHARACTER,
    .major = PTS_MAJOR,
    .minor = 0,
    .count = PTS_MINORS,
    .name = "pts",
    .ops = &tty_object_ops,
    .open = pts_open,
    .closed = pts_closed,
};

static int devpts_init(void)
{
    int error;

    devpts_super_ops = pseudo_super_ops;
    devpts_super_ops.destroy = devpts_destroy;
    devpts_super_ops.show_options = devpts_show_options;
    devpts_super_ops.remount = devpts_remount;
    file_system_register(&devpts_type);
    error = device_register(&ptmx_node);
    return error ? error : device_register(&pts_nodes);
}
INITCALL(fs, devpts_init);
