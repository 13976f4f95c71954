/* Process, group and session ids; credentials and capabilities. */
#include "abi/syscall.h"
#include "core/object.h"
#include "core/slab.h"
#include "lib/sort.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/pid.h"
#include "proc/session.h"
#include "proc/task.h"
#include "proc/task_internal.h"
#include "proc/user_account.h"
#include "proc/user_namespace.h"

static u32 number_of(struct caller *who, const struct pid *p)
{
    return pid_number(p, task_pid_ns(who->task));
}

s64 sys_getpid(struct caller *who, const u64 *args)
{
    (void)args;
    return number_of(who, who->task->group->leader->pids[PID_PROCESS]);
}

s64 sys_gettid(struct caller *who, const u64 *args)
{
    (void)args;
    return number_of(who, who->task->pids[PID_TASK]);
}

s64 sys_getppid(struct caller *who, const u64 *args)
{
    struct task *parent;
    u32 number = 0;

    (void)args;
    rcu_read_lock();
    parent = rcu_dereference(who->task->group->leader->real_parent);
    if (parent)
        number = number_of(who, parent->group->leader->pids[PID_PROCESS]);
    rcu_read_unlock();
    return number;
}

static s64 id_of(struct caller *who, s32 number, enum pid_kind kind)
{
    struct task *t;
    s64 result;

    if (!number)
        return number_of(who, who->task->group->leader->pids[kind]);
    t = task_find(who, number);
    if (!t)
        return -ESRCH;
    rcu_read_lock();
    result = number_of(who, t->group->leader->pids[kind]);
    rcu_read_unlock();
    task_put(t);
    return result;
}

s64 sys_getpgid(struct caller *who, const u64 *args)
{
    return id_of(who, (s32)args[0], PID_GROUP);
}

s64 sys_getpgrp(struct caller *who, const u64 *args)
{
    (void)args;
    return id_of(who, 0, PID_GROUP);
}

s64 sys_getsid(struct caller *who, const u64 *args)
{
    return id_of(who, (s32)args[0], PID_SESSION);
}

s64 sys_setsid(struct caller *who, const u64 *args)
{
    (void)args;
    return session_create(who->task);
}

/* In capability mode process numbers name only the caller's own. */
static bool names_itself(const struct caller *who, s32 pid, s32 pgid)
{
    s32 own = (s32)pid_number(who->task->group->leader->pids[PID_PROCESS],
                              task_pid_ns(who->task));

    return (!pid || pid == own) && (!pgid || pgid == own);
}

s64 sys_setpgid(struct caller *who, const u64 *args)
{
    s32 pid = (s32)args[0], pgid = (s32)args[1];

    if (pgid < 0 || (!pgid && pid < 0))
        return -EINVAL;
    if (who->flags & CALLER_CAPABILITY && !names_itself(who, pid, pgid))
        return -EPERM;
    return process_group_set(who->task, pid, pgid);
}

/* ------------------------------------------------------------ reading ids */

#define ID_GETTER(name, kind, member)                                     \
    s64 sys_##name(struct caller *who, const u64 *args)                   \
    {                                                                     \
        (void)args;                                                       \
        return kind##_from_kernel(who->cred->user_ns, who->cred->member); \
    }
ID_GETTER(getuid, uid, uid)
ID_GETTER(geteuid, uid, euid)
ID_GETTER(getgid, gid, gid)
ID_GETTER(getegid, gid, egid)

s64 sys_getresuid(struct caller *who, const u64 *args)
{
    const struct cred *c = who->cred;

    if (user_write32(who->mm, args[0], uid_from_kernel(c->user_ns, c->uid)) ||
        user_write32(who->mm, args[1], uid_from_kernel(c->user_ns, c->euid)))
        return -EFAULT;
    return user_write32(who->mm, args[2], uid_from_kernel(c->user_ns, c->suid));
}

s64 sys_getresgid(struct caller *who, const u64 *args)
{
    const struct cred *c = who->cred;

    if (user_write32(who->mm, args[0], gid_from_kernel(c->user_ns, c->gid)) ||
        user_write32(who->mm, args[1], gid_from_kernel(c->user_ns, c->egid)))
        return -EFAULT;
    return user_write32(who->mm, args[2], gid_from_kernel(c->user_ns, c->sgid));
}

/* ----------------------------------------------------------- changing ids */

/* setresuid's rule: unprivileged, each new id is one of the old three. */
static bool is_one_of(kuid_t id, const struct cred *c)
{
    return kuid_equal(id, c->uid) || kuid_equal(id, c->euid) ||
           kuid_equal(id, c->suid);
}

static bool gid_is_one_of(kgid_t id, const struct cred *c)
{
    return kgid_equal(id, c->gid) || kgid_equal(id, c->egid) ||
           kgid_equal(id, c->sgid);
}

/* -1 (leave it) or an id of the caller's user namespace. */
static bool uid_is_known(const struct cred *c, u32 uid)
{
    return uid == ~0u || uid_to_kernel(c->user_ns, uid).value != ~0u;
}

static bool gid_is_known(const struct cred *c, u32 gid)
{
    return gid == ~0u || gid_to_kernel(c->user_ns, gid).value != ~0u;
}

/* After user ids changed: capabilities follow (capabilities(7), "Effect of user
 * ID changes on capabilities"), and the process is counted for another user. */
static void fix_capabilities(struct cred *c, const struct cred *old)
{
    bool had_root = is_one_of(uid_to_kernel(c->user_ns, 0), old);
    bool has_root = is_one_of(uid_to_kernel(c->user_ns, 0), c);

    if (c->securebits & SECBIT_NO_SETUID_FIXUP)
        return;
    if (had_root && !has_root) {
        if (!(c->securebits & SECBIT_KEEP_CAPS)) {
            c->cap_permitted = 0;
            c->cap_effective = 0;
        }
        c->cap_ambient = 0;
    }
    if (cred_root_is(c, old->euid) && !cred_root_is(c, c->euid))
        c->cap_effective = 0;
    if (!cred_root_is(c, old->euid) && cred_root_is(c, c->euid))
        c->cap_effective = c->cap_permitted;
}

#define CAP_FS_MASK                                                 \
    (BIT(CAP_CHOWN) | BIT(CAP_MKNOD) | BIT(CAP_DAC_OVERRIDE) |      \
     BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) | \
     BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MAC_OVERRIDE))

static int change_user(struct task *t, struct cred *c, const struct cred *old)
{
    struct user_account *user;

    if (kuid_equal(c->uid, old->uid))
        return 0;
    user = user_account_find(c->uid);
    if (!user)
        return -EAGAIN;
    /* The limit is checked at the next exec (setuid(2), EAGAIN). */
    if ((u64)atomic_load(&user->processes) >=
            t->group->limits[LIMIT_NPROC].soft &&
        user != &user_account_root)
        t->flags |= TASK_NPROC_EXCEEDED;
    else
        t->flags &= ~TASK_NPROC_EXCEEDED;
    atomic_inc(&user->processes);
    atomic_dec(&c->user->processes);
    user_account_put(c->user);
    c->user = user;
    return 0;
}

/* Publish `c`, a changed copy of the task's credentials. Takes it over. */
static s64 commit(struct caller *who, struct cred *c)
{
    struct task *t = who->task;
    const struct cred *old = t->cred;
    int error = change_user(t, c, old);

    if (error) {
        cred_put(c);
        return error;
    }
    if (!kuid_equal(c->euid, old->euid) || !kgid_equal(c->egid, old->egid) ||
        !kuid_equal(c->fsuid, old->fsuid) ||
        !kgid_equal(c->fsgid, old->fsgid) ||
        c->cap_permitted & ~old->cap_permitted) {
        task_set_dumpable(t, false);
        t->parent_death_signal = 0;
    }
    task_set_cred(t, c);
    return 0;
}

static bool may_setuid(struct caller *who)
{
    return caller_capable(who, CAP_SETUID);
}

static bool may_setgid(struct caller *who)
{
    return caller_capable(who, CAP_SETGID);
}

s64 sys_setuid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    kuid_t id = uid_to_kernel(old->user_ns, (u32)args[0]);
    struct cred *c;

    if (id.value == ~0u)
        return -EINVAL;
    if (!may_setuid(who) && !kuid_equal(id, old->uid) &&
        !kuid_equal(id, old->suid))
        return -EPERM;
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if (may_setuid(who))
        c->uid = c->suid = id;
    c->euid = c->fsuid = id;
    fix_capabilities(c, old);
    return commit(who, c);
}

s64 sys_setgid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    kgid_t id = gid_to_kernel(old->user_ns, (u32)args[0]);
    struct cred *c;

    if (id.value == ~0u)
        return -EINVAL;
    if (!may_setgid(who) && !kgid_equal(id, old->gid) &&
        !kgid_equal(id, old->sgid))
        return -EPERM;
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if (may_setgid(who))
        c->gid = c->sgid = id;
    c->egid = c->fsgid = id;
    return commit(who, c);
}

s64 sys_setresuid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    struct cred *c;

    for (int i = 0; i < 3; i++) {
        if (!uid_is_known(old, (u32)args[i]))
            return -EINVAL;
    }
    for (int i = 0; i < 3; i++) {
        if ((u32)args[i] != ~0u && !may_setuid(who) &&
            !is_one_of(uid_to_kernel(old->user_ns, (u32)args[i]), old))
            return -EPERM;
    }
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if ((u32)args[0] != ~0u)
        c->uid = uid_to_kernel(old->user_ns, (u32)args[0]);
    if ((u32)args[1] != ~0u)
        c->euid = uid_to_kernel(old->user_ns, (u32)args[1]);
    if ((u32)args[2] != ~0u)
        c->suid = uid_to_kernel(old->user_ns, (u32)args[2]);
    c->fsuid = c->euid;
    fix_capabilities(c, old);
    return commit(who, c);
}

s64 sys_setresgid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    struct cred *c;

    for (int i = 0; i < 3; i++) {
        if (!gid_is_known(old, (u32)args[i]))
            return -EINVAL;
    }
    for (int i = 0; i < 3; i++) {
        if ((u32)args[i] != ~0u && !may_setgid(who) &&
            !gid_is_one_of(gid_to_kernel(old->user_ns, (u32)args[i]), old))
            return -EPERM;
    }
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if ((u32)args[0] != ~0u)
        c->gid = gid_to_kernel(old->user_ns, (u32)args[0]);
    if ((u32)args[1] != ~0u)
        c->egid = gid_to_kernel(old->user_ns, (u32)args[1]);
    if ((u32)args[2] != ~0u)
        c->sgid = gid_to_kernel(old->user_ns, (u32)args[2]);
    c->fsgid = c->egid;
    return commit(who, c);
}

s64 sys_setreuid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    kuid_t real = uid_to_kernel(old->user_ns, (u32)args[0]);
    kuid_t effective = uid_to_kernel(old->user_ns, (u32)args[1]);
    struct cred *c;

    if (!uid_is_known(old, (u32)args[0]) || !uid_is_known(old, (u32)args[1]))
        return -EINVAL;
    if ((u32)args[0] != ~0u && !may_setuid(who) &&
        !kuid_equal(real, old->uid) && !kuid_equal(real, old->euid))
        return -EPERM;
    if ((u32)args[1] != ~0u && !may_setuid(who) && !is_one_of(effective, old))
        return -EPERM;
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if ((u32)args[0] != ~0u)
        c->uid = real;
    if ((u32)args[1] != ~0u)
        c->euid = effective;
    if ((u32)args[0] != ~0u ||
        ((u32)args[1] != ~0u && !kuid_equal(effective, old->uid)))
        c->suid = c->euid;
    c->fsuid = c->euid;
    fix_capabilities(c, old);
    return commit(who, c);
}

s64 sys_setregid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    kgid_t real = gid_to_kernel(old->user_ns, (u32)args[0]);
    kgid_t effective = gid_to_kernel(old->user_ns, (u32)args[1]);
    struct cred *c;

    if (!gid_is_known(old, (u32)args[0]) || !gid_is_known(old, (u32)args[1]))
        return -EINVAL;
    if ((u32)args[0] != ~0u && !may_setgid(who) &&
        !kgid_equal(real, old->gid) && !kgid_equal(real, old->egid))
        return -EPERM;
    if ((u32)args[1] != ~0u && !may_setgid(who) &&
        !gid_is_one_of(effective, old))
        return -EPERM;
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    if ((u32)args[0] != ~0u)
        c->gid = real;
    if ((u32)args[1] != ~0u)
        c->egid = effective;
    if ((u32)args[0] != ~0u ||
        ((u32)args[1] != ~0u && !kgid_equal(effective, old->gid)))
        c->sgid = c->egid;
    c->fsgid = c->egid;
    return commit(who, c);
}

s64 sys_setfsuid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    u32 before = uid_from_kernel(old->user_ns, old->fsuid);
    kuid_t id = uid_to_kernel(old->user_ns, (u32)args[0]);
    struct cred *c;

    if (id.value == ~0u || kuid_equal(id, old->fsuid) ||
        (!may_setuid(who) && !is_one_of(id, old)))
        return before;
    c = cred_copy(old);
    if (!c)
        return before;
    c->fsuid = id;
    if (cred_root_is(c, old->fsuid) && !cred_root_is(c, id))
        c->cap_effective &= ~CAP_FS_MASK;
    else if (!cred_root_is(c, old->fsuid) && cred_root_is(c, id))
        c->cap_effective |= c->cap_permitted & CAP_FS_MASK;
    commit(who, c);
    return before;
}

s64 sys_setfsgid(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    u32 before = gid_from_kernel(old->user_ns, old->fsgid);
    kgid_t id = gid_to_kernel(old->user_ns, (u32)args[0]);
    struct cred *c;

    if (id.value == ~0u || kgid_equal(id, old->fsgid) ||
        (!may_setgid(who) && !gid_is_one_of(id, old)))
        return before;
    c = cred_copy(old);
    if (!c)
        return before;
    c->fsgid = id;
    commit(who, c);
    return before;
}

/* ------------------------------------------------------------------ groups */

#define GROUPS_MAX 65536

s64 sys_getgroups(struct caller *who, const u64 *args)
{
    const struct group_list *g = who->cred->groups;
    s32 size = (s32)args[0];

    if (size < 0)
        return -EINVAL;
    if (!size)
        return g->count;
    if ((u32)size < g->count)
        return -EINVAL;
    for (u32 i = 0; i < g->count; i++) {
        if (user_write32(who->mm, args[1] + i * 4,
                         gid_from_kernel(who->cred->user_ns, g->ids[i])))
            return -EFAULT;
    }
    return g->count;
}

static int compare_ids(const void *a, const void *b)
{
    u32 x = *(const u32 *)a, y = *(const u32 *)b;

    return x < y ? -1 : x > y;
}

s64 sys_setgroups(struct caller *who, const u64 *args)
{
    u64 count = (u32)args[0];
    struct group_list *g;
    struct cred *c;

    if (!may_setgid(who) || !user_namespace_may_setgroups(who->cred->user_ns))
        return -EPERM;
    if (count > GROUPS_MAX)
        return -EINVAL;
    g = kmalloc(sizeof(*g) + count * sizeof(g->ids[0]), ALLOC_KERNEL);
    if (!g)
        return -ENOMEM;
    refcount_set(&g->refs, 1);
    g->count = count;
    if (user_read(who->mm, g->ids, args[1], count * sizeof(g->ids[0]))) {
        kfree(g);
        return -EFAULT;
    }
    for (u64 i = 0; i < count; i++) {
        g->ids[i] = gid_to_kernel(who->cred->user_ns, g->ids[i].value);
        if (g->ids[i].value == ~0u) {
            kfree(g);
            return -EINVAL;
        }
    }
    sort(g->ids, count, sizeof(g->ids[0]), compare_ids);
    c = cred_copy(who->cred);
    if (!c) {
        kfree(g);
        return -ENOMEM;
    }
    group_list_put(c->groups);
    c->groups = g;
    return commit(who, c);
}

/* ------------------------------------------------------------ capabilities */

#define CAP_VERSION_1 0x19980330u
#define CAP_VERSION_2 0x20071026u
#define CAP_VERSION_3 0x20080522u

struct abi_cap_header {
    u32 version;
    s32 pid;
};
struct abi_cap_data {
    u32 effective, permitted, inheritable;
};

/* How many data structures; an unknown version is answered with ours. */
static int negotiate(struct caller *who, u64 address, struct abi_cap_header *h,
                     u32 *words)
{
    if (user_read(who->mm, h, address, sizeof(*h)))
        return -EFAULT;
    switch (h->version) {
    case CAP_VERSION_1:
        *words = 1;
        return 0;
    case CAP_VERSION_2:
    case CAP_VERSION_3:
        *words = 2;
        return 0;
    default:
        if (user_write32(who->mm, address, CAP_VERSION_3))
            return -EFAULT;
        return -EINVAL;
    }
}

s64 sys_capget(struct caller *who, const u64 *args)
{
    struct abi_cap_header h;
    struct abi_cap_data d[2];
    const struct cred *c;
    struct task *t;
    u32 words;
    int error = negotiate(who, args[0], &h, &words);

    if (!args[1])
        return error == -EINVAL ? 0 : error;
    if (error)
        return error;
    if (h.pid < 0)
        return -EINVAL;
    t = h.pid ? task_find(who, h.pid) : task_get(who->task);
    if (!t)
        return -ESRCH;
    c = task_cred_get(t);
    for (u32 i = 0; i < 2; i++)
        d[i] = (struct abi_cap_data){
            (u32)(c->cap_effective >> (32 * i)),
            (u32)(c->cap_permitted >> (32 * i)),
            (u32)(c->cap_inheritable >> (32 * i)),
        };
    cred_put(c);
    task_put(t);
    return user_write(who->mm, args[1], d, words * sizeof(d[0]));
}

s64 sys_capset(struct caller *who, const u64 *args)
{
    const struct cred *old = who->cred;
    struct abi_cap_header h;
    struct abi_cap_data d[2] = {{0}};
    u64 effective, permitted, inheritable;
    struct cred *c;
    u32 words;
    int error = negotiate(who, args[0], &h, &words);

    if (error)
        return error;
    if (h.pid && (u32)h.pid != number_of(who, who->task->pids[PID_TASK]))
        return -EPERM;
    if (user_read(who->mm, d, args[1], words * sizeof(d[0])))
        return -EFAULT;
    effective = (d[0].effective | (u64)d[1].effective << 32) & CAP_FULL;
    permitted = (d[0].permitted | (u64)d[1].permitted << 32) & CAP_FULL;
    inheritable = (d[0].inheritable | (u64)d[1].inheritable << 32) & CAP_FULL;
    if (!caller_capable(who, CAP_SETPCAP) &&
        inheritable & ~(old->cap_inheritable | old->cap_permitted))
        return -EPERM;
    if (inheritable & ~(old->cap_inheritable | old->cap_bounding) ||
        permitted & ~old->cap_permitted || effective & ~permitted)
        return -EPERM;
    c = cred_copy(old);
    if (!c)
        return -ENOMEM;
    c->cap_effective = effective;
    c->cap_permitted = permitted;
    c->cap_inheritable = inheritable;
    c->cap_ambient &= permitted & inheritable;
    return commit(who, c);
}
