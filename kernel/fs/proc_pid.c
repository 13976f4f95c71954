/*
 * Directories of processes and threads: look-up, listing, links.
 */
#include "fs/proc_pid.h"

#include "core/caller.h"
#include "core/slab.h"
#include "fs/anon.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "proc/task.h"
#include "vm/address_space.h"

/* Inode numbers that listings show for names that have no inode yet. */
#define LISTED_INO(pid, n) ((u64)(pid) << 16 | (n) | 1UL << 48)

struct task *proc_task(const struct inode *inode)
{
    struct proc_inode *pi = proc_inode(inode);
    struct task *t;

    rcu_read_lock();
    t = pi->pid ? pid_task(pi->pid, pi->thread ? PID_TASK : PID_PROCESS) : NULL;
    if (t && !refcount_inc_not_zero(&t->refs))
        t = NULL;
    rcu_read_unlock();
    return t;
}

void pid_set_owner(struct inode *inode, struct task *t)
{
    const struct cred *c = task_cred_get(t);

    if ((t->mm && task_is_dumpable(t)) || inode->mode == (S_IFDIR | 0555)) {
        inode->uid = c->euid;
        inode->gid = c->egid;
    } else {
        inode->uid = (kuid_t){0};
        inode->gid = (kgid_t){0};
    }
    cred_put(c);
}

static const struct pid_entry task_entry;

/* A directory task/ has one below for each thread. */
static void set_links(struct inode *inode, struct task *t)
{
    if (proc_inode(inode)->entry == &task_entry)
        inode->nlink = 2 + READ_ONCE(t->group->thread_count);
}

static int revalidate(struct caller *who, struct dentry *d)
{
    struct inode *inode = d->inode;
    struct task *t;
    int valid = 1;

    (void)who;
    if (!inode)
        return 0;
    t = proc_task(inode);
    if (!t)
        return 0;
    if (proc_inode(inode)->entry && !proc_inode(inode)->node &&
        !pid_fd_valid(inode, t))
        valid = 0;
    if (valid && !proc_inode(inode)->node)
        pid_set_owner(inode, t);
    set_links(inode, t);
    task_put(t);
    return valid;
}

const struct dentry_ops proc_pid_dentry_ops = {
    .revalidate = revalidate,
};

/* ----------------------------------------------------------------- files */

/* Until access_end() the process does not become another program. */
static int access_begin(struct caller *who, struct task *t,
                        enum pid_access access)
{
    int error;

    if (access == PID_ANYBODY)
        return 0;
    error = task_access_begin(
        who, t, access == PID_READ ? TASK_ACCESS_READ : TASK_ACCESS_ATTACH);
    return error == -EPERM ? -EACCES : error;
}

static void access_end(struct task *t, enum pid_access access)
{
    if (access != PID_ANYBODY)
        task_access_end(t);
}

int pid_show(struct caller *who, struct inode *inode, struct text *out)
{
    const struct pid_entry *e = proc_inode(inode)->entry;
    struct task *t;
    int error;

    if (!e->show) /* only to be written, but root may open it to read */
        return -EINVAL;
    t = proc_task(inode);
    if (!t)
        return -ESRCH;
    error = access_begin(who, t, e->access);
    if (!error) {
        error = e->show(who, t, out);
        access_end(t, e->access);
    }
    task_put(t);
    return error;
}

struct address_space *pid_file_memory(const struct file *f)
{
    struct address_space *mm = f->device.private;

    return mm && mm_get_unless_dead(mm) ? mm : NULL;
}

static int show_memory(struct caller *who, struct file *f, struct text *out)
{
    const struct pid_entry *e = proc_inode(f->inode)->entry;
    struct task *t = proc_task(f->inode);
    struct address_space *mm;
    int error;

    if (!t)
        return -ESRCH;
    task_put(t);
    mm = pid_file_memory(f);
    error = e->show_memory(who, mm, out);
    if (mm)
        mm_put(mm);
    return error;
}

static ssize_t pid_store(struct caller *who, struct inode *inode, char *data,
                         size_t n, s64 pos)
{
    const struct pid_entry *e = proc_inode(inode)->entry;
    struct task *t;
    ssize_t result;

    (void)pos;
    if (!e->store)
        return -EINVAL;
    t = proc_task(inode);
    if (!t)
        return -ESRCH;
    result = e->store(who, t, data, n);
    task_put(t);
    return result;
}

static const struct pseudo_file_ops pid_file = {
    .show = pid_show,
    .store = pid_store,
};

static const struct pseudo_file_ops memory_file = {
    .show_file = show_memory,
};

static bool is_about_memory(const struct pid_entry *e)
{
    return e->show_memory || e->ops;
}

/* The structure only: the process may end, and free its memory. */
static void keep_memory(struct file *file, struct task *t)
{
    struct address_space *mm = task_mm_get(t);

    if (mm) {
        mm_hold(mm);
        mm_put(mm);
    }
    file->device.private = mm;
}

static void forget_memory(struct file *file)
{
    if (file->device.private)
        mm_release(file->device.private);
    file->device.private = NULL;
}

static int pid_open(struct caller *who, struct inode *inode, struct file *file)
{
    const struct pid_entry *e = proc_inode(inode)->entry;
    struct task *t;
    int error;

    if (e->access != PID_ANYBODY) {
        t = proc_task(inode);
        if (!t)
            return -ESRCH;
        error = access_begin(who, t, e->access);
        if (!error) {
            if (is_about_memory(e))
                keep_memory(file, t);
            access_end(t, e->access);
        }
        task_put(t);
        if (error)
            return error;
    }
    if (e->ops) {
        file->device.object.ops = e->ops;
        atomic_or(OBJ_SEEKABLE, &file->device.object.flags);
        return 0;
    }
    error = pseudo_open(who, inode, file,
                        e->file          ? e->file
                        : e->show_memory ? &memory_file
                                         : &pid_file);
    if (error && is_about_memory(e))
        forget_memory(file);
    return error;
}

static void pid_closed(struct file *file)
{
    const struct pid_entry *e = proc_inode(file->inode)->entry;

    if (!e->ops)
        pseudo_closed(file);
    if (is_about_memory(e))
        forget_memory(file);
}

static int pid_set(struct inode *inode, const struct set_attributes *set)
{
    if (set->valid & (SET_MODE | SET_UID | SET_GID))
        return -EPERM;
    inode_apply_attributes(inode, set);
    return 0;
}

static const struct inode_ops pid_file_ops = {
    .open = pid_open,
    .closed = pid_closed,
    .set_attributes = pid_set,
};

/* ----------------------------------------------------------------- links */

static int pid_follow(struct caller *who, struct dentry *d, struct path *out)
{
    const struct pid_entry *e = proc_inode(d->inode)->entry;
    struct task *t = proc_task(d->inode);
    int error;

    if (!t)
        return -ENOENT;
    error = access_begin(who, t, e->access);
    if (!error) {
        error = e->follow ? e->follow(who, t, out) : 1;
        access_end(t, e->access);
    }
    task_put(t);
    return error;
}

static char *pid_read_link(struct caller *who, struct dentry *d)
{
    const struct pid_entry *e = proc_inode(d->inode)->entry;
    struct task *t = proc_task(d->inode);
    struct path path, root;
    char *buffer = kmalloc(PATH_MAX, ALLOC_KERNEL), *text;
    int error;

    if (!t || !buffer) {
        error = t ? -ENOMEM : -ENOENT;
        goto out;
    }
    error = access_begin(who, t, e->access);
    if (error)
        goto out;
    error =
        e->text ? e->text(who, t, buffer, PATH_MAX) : e->follow(who, t, &path);
    access_end(t, e->access);
    if (error || e->text)
        goto out;
    error = who->fs ? fs_context_root(who->fs, &root) : -ENOENT;
    text =
        path_text(&path, error ? NULL : &root, buffer, PATH_MAX, NULL, false);
    if (!error)
        path_put(&root);
    path_put(&path);
    error = PTR_ERR_OR_ZERO(text);
    if (!error)
        memmove(buffer, text, strlen(text) + 1);
out:
    if (t)
        task_put(t);
    if (error < 0) {
        kfree(buffer);
        return ERR_PTR(error);
    }
    return buffer;
}

static const struct inode_ops pid_link_ops = {
    .follow_link = pid_follow,
    .read_link = pid_read_link,
    .set_attributes = pid_set,
};

/* ---------------------------------------------------------------- tables */

struct inode *pid_new_inode(struct super_block *sb, struct pid *pid,
                            const struct pid_entry *entry, bool thread)
{
    struct inode *inode = proc_new_inode(sb, entry->mode, 0);
    struct proc_inode *pi;

    if (!inode)
        return NULL;
    pi = proc_inode(inode);
    pi->pid = pid_get(pid);
    pi->entry = entry;
    pi->thread = thread;
    if (S_ISDIR(entry->mode))
        inode->ops = entry->directory;
    else if (S_ISLNK(entry->mode))
        inode->ops = &pid_link_ops;
    else
        inode->ops = &pid_file_ops;
    return inode;
}

int pid_lookup_table(struct inode *dir, struct dentry *d,
                     const struct pid_entry *table, u32 count)
{
    struct proc_inode *pi = proc_inode(dir);

    for (u32 i = 0; i < count; i++) {
        struct inode *inode;
        struct task *t;

        if (strcmp(table[i].name, d->name->text))
            continue;
        t = proc_task(dir);
        if (!t)
            return -ENOENT;
        inode = pid_new_inode(dir->sb, pi->pid, &table[i], pi->thread);
        if (inode) {
            pid_set_owner(inode, t);
            set_links(inode, t);
            if (table[i].directory == &proc_node_directory_ops)
                proc_inode(inode)->node = &proc_net;
        }
        task_put(t);
        return proc_instantiate(d, inode);
    }
    return -ENOENT;
}

bool pid_list_table(struct dir_context *ctx, const struct pid_entry *table,
                    u32 count)
{
    while (ctx->pos >= 2 && ctx->pos - 2 < count) {
        u32 i = (u32)(ctx->pos - 2);

        if (!dir_emit(ctx, table[i].name, (u32)strlen(table[i].name),
                      LISTED_INO(0, i + 1), mode_to_dtype(table[i].mode)))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------ /proc/<pid> */

static int task_lookup(struct inode *dir, struct dentry *d);
static int task_iterate(struct caller *who, struct file *file,
                        struct dir_context *ctx);

static const struct inode_ops task_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = task_lookup,
    .iterate = task_iterate,
    .set_attributes = pid_set,
};

static const struct pid_entry task_entry = {
    .name = "task",
    .mode = S_IFDIR | 0555,
    .directory = &task_directory_ops,
};

/* The numbers of a thread's children, oldest first. */
static int show_children(struct caller *who, struct task *t, struct text *out)
{
    struct pid_namespace *ns =
        who->task ? task_pid_ns(who->task) : &pid_ns_first;
    struct task *child;
    u32 count = 0;

    spin_lock(&tasklist_lock);
    list_for_each_entry (child, &t->children, sibling)
        count++;
    spin_unlock(&tasklist_lock);
    if (!count || !text_reserve(out, (size_t)count * 11))
        return 0;
    spin_lock(&tasklist_lock);
    list_for_each_entry (child, &t->children, sibling) {
        if (!count--)
            break;
        text_printf(out, "%u ", pid_number(child->pids[PID_PROCESS], ns));
    }
    spin_unlock(&tasklist_lock);
    return 0;
}

static const struct pid_entry children_entry = {
    .name = "children",
    .mode = S_IFREG | 0444,
    .show = show_children,
};
static const struct pid_entry process_entry, thread_entry;

static int process_lookup(struct inode *dir, struct dentry *d)
{
    int error = pid_lookup_table(dir, d, pid_common, pid_common_count);

    if (error == -ENOENT)
        error = pid_lookup_table(dir, d,
                                 proc_inode(dir)->entry == &process_entry
                                     ? &task_entry
                                     : &children_entry,
                                 1);
    return error;
}

/* The process has gone: -ESRCH for names, -ENOENT for the listing. */
static int process_permission(struct caller *who, struct inode *inode, u32 mask)
{
    struct task *t = proc_task(inode);

    if (!t)
        return -ESRCH;
    task_put(t);
    return inode_generic_permission(who, inode, mask);
}

static int process_iterate(struct caller *who, struct file *file,
                           struct dir_context *ctx)
{
    struct task *t = proc_task(file->inode);

    (void)who;
    if (!t)
        return -ENOENT;
    task_put(t);
    if (!dir_emit_dots(ctx, file))
        return 0;
    if (!pid_list_table(ctx, pid_common, pid_common_count))
        return 0;
    if (ctx->pos != pid_common_count + 2)
        return 0;
    if (proc_inode(file->inode)->entry == &process_entry)
        dir_emit(ctx, "task", 4, LISTED_INO(0, 0), DT_DIR);
    else
        dir_emit(ctx, "children", 8, LISTED_INO(0, 0), DT_REG);
    return 0;
}

static const struct inode_ops process_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = process_lookup,
    .permission = process_permission,
    .iterate = process_iterate,
    .set_attributes = pid_set,
};

static const struct pid_entry process_entry = {
    .name = "",
    .mode = S_IFDIR | 0555,
    .directory = &process_directory_ops,
};
static const struct pid_entry thread_entry = {
    /* below task/ */
    .name = "",
    .mode = S_IFDIR | 0555,
    .directory = &process_directory_ops,
};

struct pid *proc_directory_pid(struct object *obj)
{
    struct inode *inode;

    if (obj->kind != OBJECT_FILE)
        return NULL;
    inode = file_from_object(obj)->inode;
    if (inode->ops != &process_directory_ops ||
        proc_inode(inode)->entry != &process_entry || proc_inode(inode)->thread)
        return NULL;
    return proc_inode(inode)->pid;
}

static int add_process(struct dentry *d, struct pid *pid, struct task *t,
                       const struct pid_entry *entry, bool thread)
{
    struct inode *inode = pid_new_inode(d->sb, pid, entry, thread);

    if (inode) {
        inode->nlink = entry == &thread_entry ? 8 : 9;
        pid_set_owner(inode, t);
    }
    return proc_instantiate(d, inode);
}

int proc_lookup_process(struct inode *dir, struct dentry *d)
{
    struct pid *pid;
    struct task *t;
    bool thread;
    u32 number;
    int error = -ENOENT;

    if (!proc_parse_number(d->name, &number))
        return -ENOENT;
    pid = pid_find_get(proc_pid_ns(dir->sb), number);
    if (!pid)
        return -ENOENT;
    /* A thread that is no process's first is found, too, but not listed. */
    thread = !(t = pid_task_get(pid, PID_PROCESS));
    if (thread)
        t = pid_task_get(pid, PID_TASK);
    if (t) {
        error = add_process(d, pid, t, &process_entry, thread);
        task_put(t);
    }
    pid_put(pid);
    return error;
}

bool proc_list_processes(struct super_block *sb, struct dir_context *ctx,
                         s64 base)
{
    u32 number = (u32)max(ctx->pos - base, 1L);
    struct task *t;

    /* The emitter only fills a buffer; no sleeping inside. */
    while ((t = task_next_process(proc_pid_ns(sb), &number))) {
        char name[12];
        u32 n = (u32)snprintf(name, sizeof(name), "%u", number);
        bool taken;

        task_put(t);
        ctx->pos = base + number;
        taken = dir_emit(ctx, name, n, LISTED_INO(number, 0), DT_DIR);
        if (!taken)
            return false;
        number++;
    }
    return true;
}

static int task_lookup(struct inode *dir, struct dentry *d)
{
    struct task *leader, *t = NULL;
    struct pid *pid;
    u32 number;
    int error = -ENOENT;

    if (!proc_parse_number(d->name, &number))
        return -ENOENT;
    leader = proc_task(dir);
    if (!leader)
        return -ENOENT;
    pid = pid_find_get(proc_pid_ns(dir->sb), number);
    if (pid) {
        rcu_read_lock();
        t = pid_task(pid, PID_TASK);
        if (t &&
            (t->group != leader->group || !refcount_inc_not_zero(&t->refs)))
            t = NULL;
        rcu_read_unlock();
    }
    if (t) {
        error = add_process(d, pid, t, &thread_entry, true);
        task_put(t);
    }
    if (pid)
        pid_put(pid);
    task_put(leader);
    return error;
}

static int task_iterate(struct caller *who, struct file *file,
                        struct dir_context *ctx)
{
    struct pid_namespace *ns = proc_pid_ns(file->inode->sb);
    struct task *leader, *t;
    u32 number;

    (void)who;
    if (!dir_emit_dots(ctx, file))
        return 0;
    leader = proc_task(file->inode);
    if (!leader)
        return -ENOENT;
    number = (u32)max(ctx->pos - 2, 1L);
    while ((t = task_next_thread(leader, &number, ns))) {
        char name[12];
        u32 n = (u32)snprintf(name, sizeof(name), "%u", number);

        task_put(t);
        ctx->pos = 2 + number;
        if (!dir_emit(ctx, name, n, LISTED_INO(number, 1), DT_DIR))
            break;
        number++;
    }
    task_put(leader);
    return 0;
}

/* ------------------------------------------------------------- /proc/self */

char *proc_self_link(struct caller *who, struct dentry *d)
{
    struct pid_namespace *ns = proc_pid_ns(d->sb);
    bool thread = d->name->text[0] == 't';
    char text[48];
    u32 pid, tid;

    if (!who->task)
        return ERR_PTR(-ENOENT);
    pid = pid_number(who->task->group->leader->pids[PID_PROCESS], ns);
    tid = pid_number(who->task->pids[PID_TASK], ns);
    if (!pid)
        return ERR_PTR(-ENOENT);
    if (thread)
        snprintf(text, sizeof(text), "%u/task/%u", pid, tid);
    else
        snprintf(text, sizeof(text), "%u", pid);
    char *copy = kstrdup(text, ALLOC_KERNEL);

    return copy ? copy : ERR_PTR(-ENOMEM);
}
