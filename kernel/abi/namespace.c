/* unshare(2) and setns(2). */
#include "abi/syscall.h"
#include "core/object.h"
#include "fs/nsfs.h"
#include "proc/clone_flags.h"
#include "proc/namespace.h"
#include "proc/pidfd.h"
#include "proc/task.h"
#include "proc/user_namespace.h"
#include "vm/address_space.h"

/* ---------------------------------------------------------------- unshare */

/* Another process that has the memory or the handlers of `t`, by a clone
 * without CLONE_THREAD. Reference counts would tell of those too that are
 * about to go. */
static bool shared_with_process(struct task *t, bool memory)
{
    struct task *p, *thread;
    u32 number = 1;
    bool shared = false;

    while (!shared && (p = task_next_process(&pid_ns_first, &number))) {
        spin_lock(&tasklist_lock);
        list_for_each_entry (thread, &p->group->threads, group_link)
            if (p->group != t->group &&
                (thread->handlers == t->handlers ||
                 (memory && t->mm && thread->mm == t->mm)))
                shared = true;
        spin_unlock(&tasklist_lock);
        task_put(p);
        number++;
    }
    return shared;
}

static int check_unshare(struct task *t, u64 flags)
{
    if (flags & ~(CLONE_NEW_ANY | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                  CLONE_VM | CLONE_THREAD | CLONE_SYSVSEM))
        return -EINVAL;
    if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) &&
        t->group->thread_count > 1)
        return -EINVAL;
    if (flags & (CLONE_SIGHAND | CLONE_VM) &&
        shared_with_process(t, flags & CLONE_VM))
        return -EINVAL;
    return 0;
}

static int new_user_namespace(struct namespace_change *c)
{
    struct task *t = c->task;

    c->cred = cred_copy(t->cred);
    if (!c->cred)
        return -ENOMEM;
    return user_namespace_create(
        c->cred, fs_context_ops->is_chrooted(t->fs, t->ns->mnt));
}

static int make_namespaces(struct namespace_change *c, u64 flags)
{
    struct task *t = c->task;
    struct namespaces *ns;
    int error;

    if (flags & CLONE_NEWUSER) {
        error = new_user_namespace(c);
        if (error)
            return error;
    }
    if (flags & CLONE_NEW_ANY & ~CLONE_NEWUSER) {
        /* Below an own one only: the next children are there. */
        if (flags & CLONE_NEWPID && task_pid_ns(t) != t->ns->pid_for_children)
            return -EINVAL;
        ns = namespaces_copy(t->ns, namespace_change_cred(c),
                             c->fs ? c->fs : t->fs, flags);
        if (IS_ERR(ns))
            return (int)PTR_ERR(ns);
        c->ns = ns;
    }
    return 0;
}

s64 sys_unshare(struct caller *who, const u64 *args)
{
    u64 flags = args[0];
    struct task *t = who->task;
    struct namespace_change c = {.task = t, .flags = flags};
    struct handle_table *h = NULL, *old;
    int error;

    if (flags & CLONE_NEWUSER)
        flags |= CLONE_THREAD | CLONE_FS;
    if (flags & CLONE_VM)
        flags |= CLONE_SIGHAND;
    if (flags & CLONE_SIGHAND)
        flags |= CLONE_THREAD;
    if (flags & CLONE_NEWNS)
        flags |= CLONE_FS;
    error = check_unshare(t, flags);
    if (error)
        return error;
    if (flags & CLONE_FS && !fs_context_ops->is_private(t->fs)) {
        c.fs = fs_context_ops->copy(t->fs);
        if (IS_ERR(c.fs))
            return PTR_ERR(c.fs);
    }
    if (flags & CLONE_FILES) {
        h = handle_table_copy(t->handles, ~0u);
        if (IS_ERR(h)) {
            error = (int)PTR_ERR(h);
            h = NULL;
        }
    }
    if (!error)
        error = make_namespaces(&c, flags);
    if (error) {
        namespace_change_drop(&c);
        if (h)
            handle_table_put(h, who);
        return error;
    }
    if (h) {
        spin_lock(&t->alloc_lock);
        old = t->handles;
        t->handles = t->caller.handles = h;
        spin_unlock(&t->alloc_lock);
        handle_table_put(old, who);
    }
    if (flags & CLONE_SYSVSEM)
        sysv_task_ops->undo(t);
    namespace_change_commit(&c);
    return 0;
}

/* ------------------------------------------------------------------ setns */

static int enter_one(struct task *t, struct namespace *ns)
{
    struct namespace_change c;
    int error = namespace_change_begin(&c, t, ns->type->flag);

    if (error)
        return error;
    error = namespace_enter(&c, ns);
    if (error)
        namespace_change_drop(&c);
    else
        namespace_change_commit(&c);
    return error;
}

/* In Linux's order: the user namespace first, whose capabilities the others
 * need. */
static const struct {
    u32 flag;
    enum namespace_file file;
} process_order[] = {
    {CLONE_NEWUSER, NS_FILE_USER}, {CLONE_NEWNS, NS_FILE_MNT},
    {CLONE_NEWUTS, NS_FILE_UTS},   {CLONE_NEWIPC, NS_FILE_IPC},
    {CLONE_NEWPID, NS_FILE_PID},   {CLONE_NEWCGROUP, NS_FILE_CGROUP},
    {CLONE_NEWNET, NS_FILE_NET},   {CLONE_NEWTIME, NS_FILE_TIME},
};

static int enter_those_of(struct namespace_change *c, struct task *its,
                          u64 flags)
{
    int error = 0;

    for (u32 i = 0; i < ARRAY_SIZE(process_order) && !error; i++) {
        struct namespace *ns;

        if (!(flags & process_order[i].flag))
            continue;
        ns = task_namespace_get(its, process_order[i].file);
        if (!ns)
            return -ESRCH;
        error = namespace_enter(c, ns);
        namespace_put(ns);
    }
    return error;
}

static int enter_process(struct caller *who, struct object *obj, u64 flags)
{
    struct task *t = who->task, *its;
    struct namespace_change c;
    int error;

    if (!flags || flags & ~CLONE_NEW_ANY)
        return -EINVAL;
    its = pid_task_get(pidfd_pid(obj), PID_PROCESS);
    if (!its)
        return -ESRCH;
    error = namespace_change_begin(&c, t, flags);
    if (error)
        goto out;
    error = -EPERM;
    if (task_may_access(who, its, TASK_ACCESS_READ))
        goto drop;
    if (flags & CLONE_NEWNS && flags != CLONE_NEWNS) {
        c.fs = fs_context_ops->copy(t->fs);
        error = (int)PTR_ERR_OR_ZERO(c.fs);
        if (error) {
            c.fs = NULL;
            goto drop;
        }
    }
    error = enter_those_of(&c, its, flags);
    /* They may be those of another program by now, one that sets ids. */
    if (!error)
        error = task_may_access(who, its, TASK_ACCESS_READ);
    if (error)
        goto drop;
    namespace_change_commit(&c);
    task_put(its);
    return 0;
drop:
    namespace_change_drop(&c);
out:
    task_put(its);
    return error;
}

s64 sys_setns(struct caller *who, const u64 *args)
{
    u64 flags = (u32)args[1];
    struct handle_ref ref;
    struct namespace *ns;
    int error = handle_get(who, (int)args[0], RIGHT_NONE, &ref);

    if (error)
        return error;
    ns = nsfs_namespace(ref.object);
    if (ns)
        error = flags && ns->type->flag != flags ? -EINVAL
                                                 : enter_one(who->task, ns);
    else if (ref.object->kind == OBJECT_PROCESS)
        error = enter_process(who, ref.object, flags);
    else
        error = -EINVAL;
    handle_done(&ref);
    return error;
}
