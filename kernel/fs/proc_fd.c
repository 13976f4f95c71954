/*
 * /proc/<pid>/fd and /proc/<pid>/fdinfo.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/anon.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/fs_context.h"
#include "fs/lock.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/proc_pid.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/task.h"

#define LISTED_INO(n) ((u64)(n) | 1UL << 49)

static const struct inode_ops fd_link_ops, fdinfo_file_ops;

/* Entries that stand for a handle: their number is in the inode. */
static const struct pid_entry fd_entry = {
    .name = "",
    .mode = S_IFLNK | 0500,
};
static const struct pid_entry fdinfo_entry = {
    .name = "",
    .mode = S_IFREG | 0444,
};

static struct grant *grant_of(struct task *t, u32 fd)
{
    struct handle_table *handles = task_handles_get(t);
    struct grant *g;

    if (!handles)
        return ERR_PTR(-ENOENT);
    g = handle_table_get_grant(handles, (int)fd);
    handle_table_put(handles, &t->caller);
    return g;
}

static bool is_fd(const struct inode *inode)
{
    const struct pid_entry *e = proc_inode(inode)->entry;

    return e == &fd_entry || e == &fdinfo_entry;
}

/* The permissions of a link show how the handle was opened. */
static void set_mode(struct inode *inode, const struct grant *g)
{
    u32 mode = S_IFLNK;

    if (g->rights & RIGHT_READ)
        mode |= 0500;
    if (g->rights & RIGHT_WRITE)
        mode |= 0300;
    inode->mode = (u16)mode;
}

bool pid_fd_valid(struct inode *inode, struct task *t)
{
    struct grant *g;

    if (!is_fd(inode))
        return true;
    g = grant_of(t, proc_inode(inode)->number);
    if (IS_ERR(g))
        return false;
    if (S_ISLNK(inode->mode))
        set_mode(inode, g);
    grant_put(g);
    return true;
}

static int lookup(struct inode *dir, struct dentry *d,
                  const struct pid_entry *entry, const struct inode_ops *ops)
{
    struct proc_inode *pi = proc_inode(dir);
    struct task *t;
    struct inode *inode;
    struct grant *g;
    u32 fd;

    if (!proc_parse_number(d->name, &fd))
        return -ENOENT;
    t = proc_task(dir);
    if (!t)
        return -ENOENT;
    g = grant_of(t, fd);
    if (IS_ERR(g)) {
        task_put(t);
        return -ENOENT;
    }
    inode = pid_new_inode(dir->sb, pi->pid, entry, pi->thread);
    if (inode) {
        inode->ops = ops;
        proc_inode(inode)->number = fd;
        if (entry == &fd_entry) {
            set_mode(inode, g);
            inode->size = 64;
        }
        pid_set_owner(inode, t);
    }
    grant_put(g);
    task_put(t);
    return proc_instantiate(d, inode);
}

static int fd_lookup(struct inode *dir, struct dentry *d)
{
    return lookup(dir, d, &fd_entry, &fd_link_ops);
}

static int fdinfo_lookup(struct inode *dir, struct dentry *d)
{
    return lookup(dir, d, &fdinfo_entry, &fdinfo_file_ops);
}

static int iterate(struct file *file, struct dir_context *ctx, u8 type)
{
    struct task *t;
    struct handle_table *handles;

    if (!dir_emit_dots(ctx, file))
        return 0;
    t = proc_task(file->inode);
    if (!t)
        return -ENOENT;
    handles = task_handles_get(t);
    while (handles) {
        struct grant *g;
        char name[12];
        u32 flags, n;
        int fd = handle_next(handles, (u32)(ctx->pos - 2), &g, &flags);

        if (fd < 0)
            break;
        grant_put(g);
        n = (u32)snprintf(name, sizeof(name), "%d", fd);
        ctx->pos = fd + 2;
        if (!dir_emit(ctx, name, n, LISTED_INO(fd), type))
            break;
    }
    if (handles)
        handle_table_put(handles, &t->caller);
    task_put(t);
    return 0;
}

static int fd_iterate(struct caller *who, struct file *file,
                      struct dir_context *ctx)
{
    (void)who;
    return iterate(file, ctx, DT_LNK);
}

static int fdinfo_iterate(struct caller *who, struct file *file,
                          struct dir_context *ctx)
{
    (void)who;
    return iterate(file, ctx, DT_REG);
}

/* A process always gets at its own handles, also after dropping its ids. */
static int fd_permission(struct caller *who, struct inode *inode, u32 mask)
{
    int error = inode_generic_permission(who, inode, mask);
    struct task *t;

    if (!error)
        return 0;
    t = proc_task(inode);
    if (t) {
        if (who->task && t->group == who->task->group)
            error = 0;
        task_put(t);
    }
    return error;
}

const struct inode_ops pid_fd_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = fd_lookup,
    .iterate = fd_iterate,
    .permission = fd_permission,
};
const struct inode_ops pid_fdinfo_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = fdinfo_lookup,
    .iterate = fdinfo_iterate,
};

/* ----------------------------------------------------------------- links */

static struct grant *grant_of_inode(struct caller *who, struct inode *inode)
{
    struct task *t = proc_task(inode);
    struct grant *g;
    int error;

    if (!t)
        return ERR_PTR(-ENOENT);
    error = task_access_begin(who, t, TASK_ACCESS_READ);
    if (error) {
        g = ERR_PTR(error == -EPERM ? -EACCES : error);
    } else {
        g = grant_of(t, proc_inode(inode)->number);
        task_access_end(t);
    }
    task_put(t);
    if (g == ERR_PTR(-EBADF))
        g = ERR_PTR(-ENOENT);
    return g;
}

static int fd_follow(struct caller *who, struct dentry *d, struct path *out)
{
    struct grant *g = grant_of_inode(who, d->inode);

    return IS_ERR(g) ? (int)PTR_ERR(g) : object_path(g, out);
}

static char *fd_read_link(struct caller *who, struct dentry *d)
{
    struct grant *g = grant_of_inode(who, d->inode);
    struct path root;
    struct file *f;
    char *buffer, *text;

    if (IS_ERR(g))
        return ERR_CAST(g);
    buffer = kmalloc(PATH_MAX, ALLOC_KERNEL);
    if (!buffer) {
        grant_put(g);
        return ERR_PTR(-ENOMEM);
    }
    f = file_from_object(g->object);
    if (!f) {
        object_link_text(g->object, buffer, PATH_MAX);
    } else if (who->fs && !fs_context_root(who->fs, &root)) {
        text = path_text(&f->path, &root, buffer, PATH_MAX, NULL, false);
        path_put(&root);
        if (IS_ERR(text)) {
            kfree(buffer);
            buffer = text;
        } else {
            memmove(buffer, text, strlen(text) + 1);
        }
    } else {
        buffer[0] = 0;
    }
    grant_put(g);
    return buffer;
}

static const struct inode_ops fd_link_ops = {
    .follow_link = fd_follow,
    .read_link = fd_read_link,
};

/* ---------------------------------------------------------------- fdinfo */

/* O_CLOEXEC of the slot. */
static u32 slot_flags(struct inode *inode)
{
    struct task *t = proc_task(inode);
    struct handle_table *handles = t ? task_handles_get(t) : NULL;
    u32 fd = proc_inode(inode)->number, flags = 0, result = 0;
    struct grant *g;

    if (handles) {
        if (handle_next(handles, fd, &g, &flags) >= 0) {
            result = flags & HANDLE_CLOEXEC ? 02000000 : 0;
            grant_put(g);
        }
        handle_table_put(handles, &t->caller);
    }
    if (t)
        task_put(t);
    return result;
}

static int fdinfo_show(struct caller *who, struct inode *inode,
                       struct text *out)
{
    struct grant *g = grant_of_inode(who, inode);
    struct file_attributes a;
    struct object *obj;
    struct file *f;
    u32 flags;

    if (IS_ERR(g))
        return (int)PTR_ERR(g);
    obj = g->object;
    f = file_from_object(obj);
    flags =
        f ? f->abi_flags
        : (g->rights & (RIGHT_READ | RIGHT_WRITE)) == (RIGHT_READ | RIGHT_WRITE)
            ? 02
            : (g->rights & RIGHT_WRITE ? 01 : 0);
    flags |= slot_flags(inode);
    if (atomic_load(&obj->flags) & OBJ_NONBLOCK)
        flags |= 04000;
    if (atomic_load(&obj->flags) & OBJ_APPEND)
        flags |= 02000;
    object_attributes(who, obj, &a);
    text_printf(out, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n",
                f ? f->pos : 0L, flags, f ? f->path.mnt->id : 0, a.ino);
    file_locks_show_object(obj, out);
    if (!f && obj->ops->describe) {
        char *buffer = kmalloc(PAGE_SIZE, ALLOC_KERNEL);

        if (buffer) {
            size_t n = obj->ops->describe(obj, buffer, PAGE_SIZE);

            text_append(out, buffer, min(n, PAGE_SIZE - 1));
        }
        kfree(buffer);
    }
    grant_put(g);
    return 0;
}

static const struct pseudo_file_ops fdinfo_file = {.show = fdinfo_show};

static int fdinfo_open(struct caller *who, struct inode *inode,
                       struct file *file)
{
    return pseudo_open(who, inode, file, &fdinfo_file);
}

static const struct inode_ops fdinfo_file_ops = {
    .open = fdinfo_open,
    .closed = pseudo_closed,
};
