/*
 * The table of a process's directory, and its small files.
 */
#include "core/caller.h"
#include "core/request.h"
#include "core/slab.h"
#include "fs/anon.h"
#include "fs/dirent.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/proc_pid.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/core_dump.h"
#include "proc/namespace.h"
#include "proc/task.h"
#include "vm/address_space.h"
#include "vm/oom.h"

static int show_stat(struct caller *who, struct task *t, struct text *out)
{
    return proc_show_stat(who, t, out, true);
}

static int show_comm(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", t->thread.name);
    return 0;
}

static ssize_t store_comm(struct caller *who, struct task *t, char *data,
                          size_t n)
{
    char name[sizeof(t->thread.name)];
    size_t length = min(n, sizeof(name) - 1);

    if (!who->task || who->task->group != t->group)
        return -EINVAL;
    memset(name, 0, sizeof(name));
    memcpy(name, data, length);
    memcpy(t->thread.name, name, sizeof(name));
    return (ssize_t)n;
}

static int show_oom_score_adj(struct caller *who, struct task *t,
                              struct text *out)
{
    (void)who;
    text_printf(out, "%d\n", t->group->oom_score_adj);
    return 0;
}

static ssize_t store_oom_score_adj(struct caller *who, struct task *t,
                                   char *data, size_t n)
{
    int value, error = kstrtoint(strstrip(data), 0, &value);

    if (error)
        return -EINVAL;
    if (value < -1000 || value > 1000)
        return -EINVAL;
    if (value < t->group->oom_score_adj_min &&
        !caller_capable_init(who, CAP_SYS_RESOURCE))
        return -EACCES;
    t->group->oom_score_adj = value;
    if (caller_capable_init(who, CAP_SYS_RESOURCE))
        t->group->oom_score_adj_min = value;
    return (ssize_t)n;
}

static int show_oom_adj(struct caller *who, struct task *t, struct text *out)
{
    s32 adj = t->group->oom_score_adj;

    (void)who;
    text_printf(out, "%d\n", adj == 1000 ? 15 : adj * 17 / 1000);
    return 0;
}

static int show_oom_score(struct caller *who, struct task *t, struct text *out)
{
    struct address_space *mm = task_mm_get(t);

    (void)who;
    text_printf(out, "%u\n", mm ? oom_score(mm, t->group->oom_score_adj) : 0);
    if (mm)
        mm_put(mm);
    return 0;
}

static int show_cgroup(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    (void)t;
    text_puts(out, "0::/\n");
    return 0;
}

static int show_personality(struct caller *who, struct task *t,
                            struct text *out)
{
    (void)who;
    text_printf(out, "%08x\n", t->personality);
    return 0;
}

static int show_id(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    (void)t;
    text_puts(out, "4294967295");
    return 0;
}

/* "1" to "3": forget which pages were referenced. */
static ssize_t store_clear_refs(struct caller *who, struct task *t, char *data,
                                size_t n)
{
    struct address_space *mm;
    u32 what;

    (void)who;
    if (kstrtou32(data, 10, &what) || what < 1 || what > 5)
        return -EINVAL;
    mm = task_mm_get(t);
    if (mm) {
        if (what <= 3)
            mm_clear_referenced(mm);
        mm_put(mm);
    }
    return (ssize_t)n;
}

static int show_wchan(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    (void)t;
    text_puts(out, "0");
    return 0;
}

static int show_schedstat(struct caller *who, struct task *t, struct text *out)
{
    u64 user, system;

    (void)who;
    task_times(t, &user, &system);
    text_printf(out, "%lu 0 %lu\n", user + system,
                t->thread.voluntary_switches + t->thread.involuntary_switches);
    return 0;
}

static int show_timerslack(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    text_printf(out, "%lu\n", t->timer_slack);
    return 0;
}

static int show_filter(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    text_printf(out, "%08x\n", t->group->dump_filter);
    return 0;
}

static ssize_t store_filter(struct caller *who, struct task *t, char *data,
                            size_t n)
{
    u32 value;

    (void)who;
    if (kstrtou32(strstrip(data), 0, &value))
        return -EINVAL;
    t->group->dump_filter = value & CORE_FILTER_MASK;
    return (ssize_t)n;
}

/* ---------------------------------------------------------------- mounts */

typedef void (*mount_show_fn)(struct mount_namespace *ns,
                              const struct path *root, struct text *out);

static int show_mounts_with(struct task *t, struct text *out, mount_show_fn fn)
{
    struct namespaces *ns = NULL;
    struct fs_context *fs = NULL;
    struct path root;
    int error = -EINVAL;

    spin_lock(&t->alloc_lock);
    if (t->ns)
        ns = namespaces_get(t->ns);
    if (t->fs)
        fs = fs_context_get(t->fs);
    spin_unlock(&t->alloc_lock);
    if (ns && fs && !fs_context_root(fs, &root)) {
        fn(ns->mnt, &root, out);
        path_put(&root);
        error = 0;
    }
    if (fs)
        fs_context_put(fs);
    if (ns)
        namespaces_put(ns);
    return error;
}

static int show_mounts(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    return show_mounts_with(t, out, mount_show_mounts);
}

static int show_mountinfo(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    return show_mounts_with(t, out, mount_show_mountinfo);
}

static int show_mountstats(struct caller *who, struct task *t, struct text *out)
{
    (void)who;
    return show_mounts_with(t, out, mount_show_mountstats);
}

/* Readers poll for changes of the namespace: file->version is what they saw,
 * file->device.private the namespace. */
static int mounts_open(struct caller *who, struct inode *inode,
                       struct file *file)
{
    struct task *t = proc_task(inode);
    struct mount_namespace *ns = NULL;

    (void)who;
    if (!t)
        return -ESRCH;
    spin_lock(&t->alloc_lock);
    if (t->ns && t->ns->mnt) {
        ns = t->ns->mnt;
        namespace_get(&ns->head);
    }
    spin_unlock(&t->alloc_lock);
    task_put(t);
    if (!ns)
        return -EINVAL;
    file->device.private = ns;
    file->version = ns->event;
    return 0;
}

static void mounts_closed(struct file *file)
{
    mount_namespace_put(file->device.private);
}

static u32 mounts_poll(struct object *obj, struct poll_table *table)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct mount_namespace *ns = f->device.private;
    u64 event;

    poll_register(table, &ns->changed);
    event = READ_ONCE(ns->event);
    if (f->version == event)
        return POLLIN | POLLRDNORM;
    f->version = event;
    return POLLIN | POLLRDNORM | POLLERR | POLLPRI;
}

static const struct pseudo_file_ops mounts_file = {
    .show = pid_show,
    .open = mounts_open,
    .closed = mounts_closed,
    .poll = mounts_poll,
};

/* ----------------------------------------------------------------- links */

static int follow_fs(struct task *t, struct path *out, bool root)
{
    struct fs_context *fs = NULL;
    u32 rights;
    int error = -ENOENT;

    spin_lock(&t->alloc_lock);
    if (t->fs)
        fs = fs_context_get(t->fs);
    spin_unlock(&t->alloc_lock);
    if (fs) {
        error =
            root ? fs_context_root(fs, out) : fs_context_cwd(fs, out, &rights);
        fs_context_put(fs);
    }
    return error;
}

static int follow_root(struct caller *who, struct task *t, struct path *out)
{
    (void)who;
    return follow_fs(t, out, true);
}

static int follow_cwd(struct caller *who, struct task *t, struct path *out)
{
    (void)who;
    return follow_fs(t, out, false);
}

static int follow_exe(struct caller *who, struct task *t, struct path *out)
{
    struct address_space *mm = task_mm_get(t);
    int error = -ENOENT;

    (void)who;
    if (!mm)
        return -ENOENT;
    if (mm->executable)
        error = object_path(grant_get(mm->executable), out);
    mm_put(mm);
    return error;
}

/* ------------------------------------------------------------------- mem */

static ssize_t mem_io(struct object *obj, struct io_request *req, bool write)
{
    struct file *f = container_of(obj, struct file, device.object);
    struct address_space *mm = pid_file_memory(f);
    char *page = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    s64 pos = file_position_begin(f, req);
    ssize_t done = 0, error = 0;

    while (mm && page && iter_count(&req->iter)) {
        size_t n = min(iter_count(&req->iter), PAGE_SIZE), moved;

        if (write && iter_copy_from(&req->iter, page, n) != n) {
            error = -EFAULT;
            break;
        }
        moved = mm_access(mm, (u64)pos, page, n, write, true);
        if (!moved) {
            error = -EIO;
            break;
        }
        if (!write && iter_copy_to(&req->iter, page, moved) != moved) {
            error = -EFAULT;
            break;
        }
        done += (ssize_t)moved;
        pos += (s64)moved;
        if (moved < n)
            break;
    }
    file_position_end(f, req, pos);
    kfree(page);
    if (mm)
        mm_put(mm);
    return done ? done : error;
}

static ssize_t mem_read(struct object *obj, struct io_request *req)
{
    return mem_io(obj, req, false);
}

static ssize_t mem_write(struct object *obj, struct io_request *req)
{
    return mem_io(obj, req, true);
}

/* Any 64-bit position is an address. */
s64 pid_mem_seek(struct object *obj, s64 offset, int whence)
{
    struct file *f = container_of(obj, struct file, device.object);

    if (whence > 1)
        return -EINVAL;
    mutex_lock(&f->pos_lock);
    f->pos = whence ? f->pos + offset : offset;
    offset = f->pos;
    mutex_unlock(&f->pos_lock);
    return offset;
}

const struct object_ops pid_mem_ops = {
    .name = "mem",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = mem_read,
    .write = mem_write,
    .seek = pid_mem_seek,
};

/* ----------------------------------------------------------------- table */

#define TEXT(n, m, a, fn)                                         \
    {                                                             \
        .name = n, .mode = S_IFREG | (m), .access = a, .show = fn \
    }
#define TEXT_RW(n, m, a, fn, st)                                               \
    {                                                                          \
        .name = n, .mode = S_IFREG | (m), .access = a, .show = fn, .store = st \
    }
#define MEMORY(n, m, fn)                                      \
    {                                                         \
        .name = n, .mode = S_IFREG | (m), .access = PID_READ, \
        .show_memory = fn                                     \
    }
#define MOUNTS(n, m, fn)                                                   \
    {                                                                      \
        .name = n, .mode = S_IFREG | (m), .show = fn, .file = &mounts_file \
    }
#define OWN(n, m, f)                                  \
    {                                                 \
        .name = n, .mode = S_IFREG | (m), .file = (f) \
    }
#define LINK(n, fn)                                                         \
    {                                                                       \
        .name = n, .mode = S_IFLNK | 0777, .access = PID_READ, .follow = fn \
    }
#define DIRECTORY(n, m, ops)                               \
    {                                                      \
        .name = n, .mode = S_IFDIR | (m), .directory = ops \
    }

/* In the order of Linux's table. */
const struct pid_entry pid_common[] = {
    DIRECTORY("fd", 0500, &pid_fd_directory_ops),
    DIRECTORY("fdinfo", 0555, &pid_fdinfo_directory_ops),
    DIRECTORY("ns", 0511, &pid_ns_directory_ops),
    DIRECTORY("net", 0555, &proc_node_directory_ops),
    MEMORY("environ", 0400, proc_show_environ),
    MEMORY("auxv", 0400, proc_show_auxv),
    TEXT("status", 0444, PID_ANYBODY, proc_show_status),
    TEXT("personality", 0400, PID_ATTACH, show_personality),
    TEXT("limits", 0444, PID_ANYBODY, proc_show_limits),
    TEXT_RW("comm", 0644, PID_ANYBODY, show_comm, store_comm),
    TEXT("cmdline", 0444, PID_ANYBODY, proc_show_cmdline),
    TEXT("stat", 0444, PID_ANYBODY, show_stat),
    TEXT("statm", 0444, PID_ANYBODY, proc_show_statm),
    MEMORY("maps", 0444, proc_show_maps),
    {.name = "mem",
     .mode = S_IFREG | 0600,
     .access = PID_ATTACH,
     .ops = &pid_mem_ops},
    LINK("cwd", follow_cwd),
    LINK("root", follow_root),
    LINK("exe", follow_exe),
    MOUNTS("mounts", 0444, show_mounts),
    MOUNTS("mountinfo", 0444, show_mountinfo),
    MOUNTS("mountstats", 0400, show_mountstats),
    MEMORY("smaps", 0444, proc_show_smaps),
    MEMORY("smaps_rollup", 0444, proc_show_smaps_rollup),
    {.name = "pagemap",
     .mode = S_IFREG | 0400,
     .access = PID_READ,
     .ops = &pid_pagemap_ops},
    {.name = "clear_refs", .mode = S_IFREG | 0200, .store = store_clear_refs},
    TEXT("wchan", 0444, PID_ANYBODY, show_wchan),
    TEXT("schedstat", 0444, PID_ANYBODY, show_schedstat),
    TEXT("cgroup", 0444, PID_ANYBODY, show_cgroup),
    TEXT("oom_score", 0444, PID_ANYBODY, show_oom_score),
    TEXT("oom_adj", 0644, PID_ANYBODY, show_oom_adj),
    TEXT_RW("oom_score_adj", 0644, PID_ANYBODY, show_oom_score_adj,
            store_oom_score_adj),
    TEXT("loginuid", 0644, PID_ANYBODY, show_id),
    TEXT("sessionid", 0444, PID_ANYBODY, show_id),
    TEXT_RW("coredump_filter", 0644, PID_ANYBODY, show_filter, store_filter),
    TEXT("io", 0400, PID_READ, proc_show_io),
    OWN("uid_map", 0644, &pid_id_map_file),
    OWN("gid_map", 0644, &pid_id_map_file),
    OWN("setgroups", 0644, &pid_setgroups_file),
    OWN("timens_offsets", 0644, &pid_timens_offsets_file),
    TEXT("timerslack_ns", 0666, PID_ANYBODY, show_timerslack),
#ifdef CONFIG_DEBUG
    {.name = "fail-nth", .mode = S_IFREG | 0644, .ops = &pid_fail_nth_ops},
#endif
};
const u32 pid_common_count = ARRAY_SIZE(pid_common);
