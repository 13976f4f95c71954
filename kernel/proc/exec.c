/* execve: from a path to a new program in the same process. */
#include "proc/exec.h"

#include "arch/arch.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/request.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/auxv.h"
#include "proc/exit.h"
#include "proc/futex.h"
#include "proc/posix_timer.h"
#include "proc/signal_internal.h"
#include "proc/task_internal.h"
#include "proc/user_account.h"
#include "vm/address_space.h"
#include "vm/user.h"

s32 exec_randomize = 2;

static const struct exec_format *const formats[] = {
    &exec_format_elf,
    &exec_format_script,
};

ssize_t exec_read(struct exec_image *image, struct grant *file, void *buffer,
                  size_t n, s64 pos)
{
    struct io_request req;

    if (pos < 0 || !file->object->ops->read)
        return -EINVAL;
    request_init(&req, &image->task->caller, file->object,
                 file->object->ops->read);
    iter_init_kernel(&req.iter, true, buffer, n);
    req.pos = pos;
    req.flags = REQ_POSITION;
    return request_run(&req, file);
}

/* Memory made of a file that one may not read is nobody's to look at. */
static void note_readable(struct exec_image *i, struct grant *file)
{
    if (!IS_ERR(file) &&
        !fs_context_ops->executable_is_readable(&i->task->caller, file))
        i->unreadable = true;
}

struct grant *exec_open(struct exec_image *image, const char *path)
{
    struct grant *file = fs_context_ops->open_executable(&image->task->caller,
                                                         AT_FDCWD_ABI, path, 0);

    note_readable(image, file);
    return file;
}

/* ------------------------------------------------------------- arguments -- */

static int copy_user_vector(struct exec_image *i, u64 vector, u32 *count)
{
    struct address_space *mm = i->task->mm;

    *count = 0;
    if (!vector)
        return 0;
    for (;;) {
        u64 string;
        int error = user_read64(mm, vector + *count * 8ULL, &string);

        if (error)
            return error;
        if (!string)
            return 0;
        error = string_area_reserve(i->strings, sizeof(u64));
        if (!error)
            error = string_area_append_user(i->strings, mm, string);
        if (error)
            return error;
        ++*count;
        if (signal_is_fatal_pending(i->task))
            return -EINTR;
        cond_resched();
    }
}

static int copy_kernel_vector(struct exec_image *i, const char *const *vector,
                              u32 *count)
{
    for (*count = 0; vector[*count]; ++*count) {
        int error = string_area_append(i->strings, vector[*count]);
        if (error)
            return error;
    }
    return 0;
}

static int copy_arguments(struct exec_image *i, const struct exec_args *args)
{
    /* ARG_MAX: a quarter of the stack limit, within 128 KiB .. 6 MiB. */
    u64 limit = i->task->group->limits[LIMIT_STACK].soft / 4;
    int error;

    limit = clamp(limit, 131072ULL, 6ULL << 20);
    i->strings = string_area_create(limit);
    if (!i->strings)
        return -ENOMEM;
    error = string_area_reserve(i->strings, strlen(i->path) + 1);
    if (error)
        return error;
    error = args->kernel_argv
                ? copy_kernel_vector(i, args->kernel_argv, &i->argument_count)
                : copy_user_vector(i, args->argv, &i->argument_count);
    if (!error && !i->argument_count) {
        /* A program without argv[0] gets an empty one (since Linux 5.18). */
        error = string_area_append(i->strings, "");
        i->argument_count = 1;
    }
    if (error)
        return error;
    i->arguments_size = string_area_size(i->strings);
    error =
        args->kernel_argv
            ? copy_kernel_vector(i, args->kernel_envp, &i->environment_count)
            : copy_user_vector(i, args->envp, &i->environment_count);
    i->environment_size = string_area_size(i->strings) - i->arguments_size;
    return error;
}

/* ----------------------------------------------------------- credentials -- */

static void raise_ids(struct exec_image *i, struct cred *c)
{
    u32 mode;
    kuid_t uid;
    kgid_t gid;
    bool nosuid;

    if (fs_context_ops->executable_attributes(&i->task->caller, i->file, &mode,
                                              &uid, &gid, &nosuid) ||
        nosuid || i->task->no_new_privs)
        return;
    /* Whom the own user namespace does not know, one does not become. */
    if (!uid_is_mapped(c->user_ns, uid) || !gid_is_mapped(c->user_ns, gid))
        return;
    if (mode & 04000)
        c->euid = uid;
    if ((mode & 02010) == 02010)
        c->egid = gid;
}

/* capabilities(7), "Transformation of capabilities during execve()"; there are
 * no file capabilities. */
static void transform_capabilities(struct cred *c, const struct cred *old)
{
    bool root = cred_root_is(c, c->euid) || cred_root_is(c, c->uid);
    bool gained =
        !kuid_equal(c->euid, old->euid) || !kgid_equal(c->egid, old->egid);

    if (gained)
        c->cap_ambient = 0;
    if (!(c->securebits & SECBIT_NOROOT) && root) {
        c->cap_permitted = c->cap_inheritable | c->cap_bounding;
        c->cap_effective = cred_root_is(c, c->euid) ? c->cap_permitted : 0;
        c->cap_ambient = 0;
    } else {
        c->cap_permitted = c->cap_ambient;
        c->cap_effective = c->cap_ambient;
    }
    c->suid = c->fsuid = c->euid;
    c->sgid = c->fsgid = c->egid;
    c->securebits &= ~SECBIT_KEEP_CAPS;
}

/* Whoever shares root and current directory with this program, or traces it,
 * could lead it astray: it gains nothing that the old one (or the tracer) could
 * not have taken. Nor does one that has renounced new privileges: bubblewrap
 * drops root's capabilities this way. */
static void lower_unsafe(struct exec_image *i, struct cred *c,
                         const struct cred *old, bool sets_ids)
{
    bool traced = !ptrace_tracer_capable(i->task);

    if ((!i->shares_fs && !traced && !i->task->no_new_privs) ||
        (!sets_ids && !(c->cap_permitted & ~old->cap_permitted)))
        return;
    if (!cred_capable_ns(old, c->user_ns, CAP_SETUID) ||
        i->task->no_new_privs) {
        c->euid = c->suid = c->fsuid = c->uid;
        c->egid = c->sgid = c->fsgid = c->gid;
    }
    c->cap_permitted &= old->cap_permitted;
    c->cap_effective &= c->cap_permitted;
}

static int prepare_cred(struct exec_image *i)
{
    const struct cred *old = i->task->cred;
    struct cred *c = cred_copy(old);
    bool sets_ids;

    if (!c)
        return -ENOMEM;
    raise_ids(i, c);
    sets_ids = !kuid_equal(c->euid, c->uid) || !kgid_equal(c->egid, c->gid);
    transform_capabilities(c, old);
    lower_unsafe(i, c, old, sets_ids);
    i->cred = c;
    i->secure = sets_ids || (!cred_root_is(c, c->uid) &&
                             c->cap_effective & ~c->cap_ambient);
    return 0;
}

/* --------------------------------------------------------------- loading -- */

static int load(struct exec_image *i)
{
    int error;

    do {
        ssize_t n = exec_read(i, i->file, i->head, sizeof(i->head), 0);

        if (n < 0)
            return n;
        i->head_size = n;
        error = -ENOEXEC;
        for (size_t k = 0; k < ARRAY_SIZE(formats) && error == -ENOEXEC; k++)
            error = formats[k]->load(i);
    } while (error == EXEC_AGAIN);
    return error;
}

/* ----------------------------------------------------- point of no return --
 */

static void reset_signals(struct task *t, struct signal_handlers *fresh)
{
    struct signal_handlers *old = t->handlers;

    spin_lock_irq(&t->group->lock);
    for (int n = 0; n < SIGNAL_COUNT; n++)
        fresh->actions[n].handler =
            old->actions[n].handler == SIG_IGN ? SIG_IGN : SIG_DFL;
    t->handlers = fresh;
    t->signal.altstack_sp = t->signal.altstack_size = 0;
    t->signal.altstack_flags = 0;
    spin_unlock_irq(&t->group->lock);
    signal_handlers_put(old);
}

static void set_name(struct task *t, const struct exec_image *i)
{
    const char *path = i->comm, *slash;
    char name[sizeof(t->thread.name)];

    /* Opened by handle alone: the name of what runs (since Linux 6.1.x). */
    if (!path) {
        fs_context_ops->executable_name(i->file, name, sizeof(name));
        path = name;
    }
    slash = strrchr(path, '/');
    spin_lock(&t->alloc_lock);
    strscpy(t->thread.name, slash ? slash + 1 : path, sizeof(t->thread.name));
    spin_unlock(&t->alloc_lock);
}

static void switch_memory(struct task *t, struct exec_image *i)
{
    struct address_space *old = t->mm;

    i->mm->executable = grant_get(i->file);
    t->robust_list = 0;
    t->rseq_address = 0;
    task_set_mm(t, i->mm);
    i->mm = old;
}

/* i->mm is the old space by now. */
static void retire_memory(struct task *t, struct exec_image *i)
{
    u64 peak;

    if (!i->mm)
        return;
    peak = mm_peak_resident_pages(i->mm);
    if (peak > t->group->max_rss_pages)
        t->group->max_rss_pages = peak;
    mm_put(i->mm);
    i->mm = NULL;
}

static bool gains_nothing(const struct cred *old, const struct cred *new)
{
    return kuid_equal(old->euid, new->euid) &&
           kgid_equal(old->egid, new->egid) &&
           kuid_equal(old->fsuid, new->fsuid) &&
           kgid_equal(old->fsgid, new->fsgid) &&
           !(new->cap_permitted & ~old->cap_permitted);
}

static void switch_cred(struct task *t, struct exec_image *i)
{
    const struct cred *old = t->cred;

    task_set_dumpable(t, !i->unreadable && kuid_equal(old->euid, old->uid) &&
                             kgid_equal(old->egid, old->gid) &&
                             gains_nothing(old, i->cred));
    if (i->secure || !kuid_equal(old->euid, i->cred->euid) ||
        !kgid_equal(old->egid, i->cred->egid)) {
        t->parent_death_signal = 0;
        t->personality &= ~PER_CLEAR_ON_SETID;
    }
    task_set_cred(t, i->cred);
    i->cred = NULL;
}

/* Handles of its own, then those marked CLOEXEC go. */
static int unshare_handles(struct task *t)
{
    struct handle_table *own, *old = t->handles;

    if (!handle_table_is_shared(old))
        return 0;
    own = handle_table_copy(old, ~0u);
    if (IS_ERR(own))
        return PTR_ERR(own);
    spin_lock(&t->alloc_lock);
    t->handles = own;
    t->caller.handles = own;
    spin_unlock(&t->alloc_lock);
    handle_table_put(old, &t->caller);
    return 0;
}

static int commit(struct exec_image *i, const struct exec_args *args)
{
    struct task *t = i->task;
    struct signal_handlers *handlers = signal_handlers_create();
    int error;

    (void)args;
    if (!handlers)
        return -ENOMEM;
    error = task_become_only_thread(t);
    /* Alone, so that a table of threads only stays (and its POSIX locks). */
    if (!error)
        error = unshare_handles(t);
    if (!error)
        error = arch_user_exec(&t->thread.head, i->entry, i->stack_pointer);
    if (error) {
        signal_handlers_put(handlers);
        return error;
    }
    if (t->mm)
        task_release_user_state(t);
    write_lock(&t->group->exec_update);
    switch_memory(t, i);
    switch_cred(t, i);
    write_unlock(&t->group->exec_update);
    retire_memory(t, i);
    reset_signals(t, handlers);
    posix_timers_exec(t->group);
    set_name(t, i);
    handle_close_on_exec(&t->caller);
    t->flags &= ~TASK_FORK_NOEXEC;
    t->group->has_execed = true;
    t->clear_child_tid = 0;
    return 0;
}

static void image_free(struct exec_image *i)
{
    if (i->file)
        grant_put(i->file);
    string_area_free(i->strings);
    kfree(i->prefix);
    kfree(i->script);
    if (i->mm)
        mm_put(i->mm);
    if (i->cred)
        cred_put(i->cred);
}

/* execveat by handle: what the program sees as its name. */
static void name_image(struct exec_image *i, const struct exec_args *args)
{
    const char *path = args->path;

    i->path = path;
    if (args->dirfd == AT_FDCWD_ABI || path[0] == '/') {
        i->comm = path;
        return;
    }
    if (path[0])
        snprintf(i->fd_path, sizeof(i->fd_path), "/dev/fd/%d/%s", args->dirfd,
                 path);
    else
        snprintf(i->fd_path, sizeof(i->fd_path), "/dev/fd/%d", args->dirfd);
    i->path = i->fd_path;
    i->comm = path[0] ? i->path : NULL;
    int flags = handle_get_slot_flags(&i->task->caller, args->dirfd);
    i->path_is_closed = flags >= 0 && flags & HANDLE_CLOEXEC;
}

static int check_process_limit(struct task *t)
{
    /* setuid() went over RLIMIT_NPROC and left the check to exec. */
    struct user_account *u = t->cred->user;

    if (!(t->flags & TASK_NPROC_EXCEEDED))
        return 0;
    if (u != &user_account_root &&
        (u64)atomic_load(&u->processes) > t->group->limits[LIMIT_NPROC].soft)
        return -EAGAIN;
    t->flags &= ~TASK_NPROC_EXCEEDED;
    return 0;
}

static void executable_shared(struct grant *g)
{
    /* Nobody writes to it: another space denies that already. */
    (void)!fs_context_ops->deny_write(g);
}

static void executable_released(struct grant *g)
{
    fs_context_ops->allow_write(g);
}

static const struct mm_executable_ops executable_ops = {
    .shared = executable_shared,
    .released = executable_released,
};

static int exec_init(void)
{
    mm_executable_ops = &executable_ops;
    return 0;
}
INITCALL(proc, exec_init);

/* How many of its threads have the same context; they end with exec. */
static u32 count_fs_users(struct task *t)
{
    struct task *each;
    u32 n = 0;

    spin_lock(&tasklist_lock);
    list_for_each_entry (each, &t->group->threads, group_link)
        n += each->fs == t->fs;
    spin_unlock(&tasklist_lock);
    return n;
}

int task_exec(struct task *t, const struct exec_args *args)
{
    struct exec_image *i;
    bool denied = false;
    u64 old_tid;
    int error = check_process_limit(t);

    if (error)
        return error;
    i = kzalloc(sizeof(*i), ALLOC_KERNEL);
    if (!i)
        return -ENOMEM;
    i->task = t;
    name_image(i, args);
    old_tid = ptrace_number(t, t->pids[PID_TASK]);
    /* Whoever holds it may be about to end this thread. */
    error = mutex_lock_interruptible(&t->group->exec_lock);
    if (error) {
        kfree(i);
        return -ERESTARTNOINTR;
    }
    i->shares_fs = !fs_context_ops->exec_begin(t->fs, count_fs_users(t));
    i->file = fs_context_ops->open_executable(&t->caller, args->dirfd,
                                              args->path, args->flags);
    if (IS_ERR(i->file)) {
        error = PTR_ERR(i->file);
        i->file = NULL;
        goto out;
    }
    note_readable(i, i->file);
    /* Linux tells before it looks at the contents. */
    error = fs_context_ops->deny_write(i->file);
    if (error)
        goto out;
    fs_context_ops->allow_write(i->file);
    error = copy_arguments(i, args);
    if (!error)
        error = load(i);
    if (!error)
        error = prepare_cred(i);
    if (!error)
        error = exec_build_stack(i);
    if (!error) {
        error = fs_context_ops->deny_write(i->file);
        denied = !error;
    }
    if (!error)
        error = commit(i, args);
    if (error && denied)
        fs_context_ops->allow_write(i->file);
    if (error && i->doomed && !signal_is_fatal_pending(t)) {
        /* Linux finds this out when the old program is gone. */
        struct signal_info info;
        signal_info_kernel(&info, SIGSEGV);
        spin_lock_irq(&t->group->lock);
        spin_lock(&t->handlers->lock);
        t->handlers->actions[SIGSEGV - 1].handler = SIG_DFL;
        spin_unlock(&t->handlers->lock);
        spin_unlock_irq(&t->group->lock);
        signal_force(t, &info);
    }
out:
    fs_context_ops->exec_end(t->fs);
    mutex_unlock(&t->group->exec_lock);
    image_free(i);
    kfree(i);
    if (!error)
        ptrace_exec_done(t, old_tid);
    return error;
}
