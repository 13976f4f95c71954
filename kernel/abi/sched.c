/* Scheduling. */
#include "abi/syscall.h"
#include "core/cpu.h"
#include "core/plant.h"
#include "core/sched.h"
#include "core/slab.h"
#include "core/time.h"
#include "lib/string.h"
#include "proc/pid.h"
#include "proc/task.h"
#include "proc/user_account.h"

#define SCHED_RESET_ON_FORK 0x40000000

s64 sys_sched_yield(struct caller *who, const u64 *args)
{
    (void)who, (void)args;
    sched_yield();
    return 0;
}

s64 sys_getcpu(struct caller *who, const u64 *args)
{
    if (args[0] && user_write32(who->mm, args[0], cpu_current()))
        return -EFAULT;
    if (args[1] && user_write32(who->mm, args[1], 0))
        return -EFAULT;
    return 0;
}

static struct task *find(struct caller *who, s32 number)
{
    return number ? task_find(who, number) : task_get(who->task);
}

/* Same user, or CAP_SYS_NICE over it. */
static bool may_schedule(struct caller *who, struct task *t)
{
    const struct cred *its = task_cred_get(t);
    bool may = kuid_equal(who->cred->euid, its->uid) ||
               kuid_equal(who->cred->euid, its->euid) ||
               cred_capable_ns(who->cred, its->user_ns, CAP_SYS_NICE);

    cred_put(its);
    return may;
}

s64 sys_sched_getaffinity(struct caller *who, const u64 *args)
{
    u64 size = (u32)args[1], bytes = DIV_ROUND_UP(cpu_count(), 64) * 8;
    struct cpumask mask;
    struct task *t;

    if (size < bytes || size & 7)
        return -EINVAL;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    for (size_t i = 0; i < ARRAY_SIZE(mask.bits); i++)
        mask.bits[i] = t->thread.affinity.bits[i] & cpus_online.bits[i];
    task_put(t);
    if (user_write(who->mm, args[2], &mask, bytes))
        return -EFAULT;
    return bytes;
}

s64 sys_sched_setaffinity(struct caller *who, const u64 *args)
{
    struct cpumask mask = {{0}};
    u64 size = PLANTED(PLANT_AFFINITY_SIZE)
                   ? (u32)args[1]
                   : min_t(u64, (u32)args[1], sizeof(mask));
    struct task *t;
    s64 result;

    if (user_read(who->mm, &mask, args[2], size))
        return -EFAULT;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    result =
        may_schedule(who, t) ? sched_set_affinity(&t->thread, &mask) : -EPERM;
    task_put(t);
    return result;
}

/* ------------------------------------------------------------------ policy */

struct policy_request {
    s32 policy; /* -1: keep */
    s32 nice;
    u32 rt_priority;
    bool reset_on_fork;
    bool keep_params;
};

static u64 nice_limit(struct task *t)
{
    return t->group->limits[LIMIT_NICE].soft;
}

/* RLIMIT_NICE 20..40 allows nice 0..-20. */
static bool may_nice(struct caller *who, struct task *t, int nice)
{
    return nice >= t->thread.nice || (u64)(20 - nice) <= nice_limit(t) ||
           caller_capable(who, CAP_SYS_NICE);
}

static bool is_realtime(s32 policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int check_privilege(struct caller *who, struct task *t,
                           const struct policy_request *r)
{
    struct thread *th = &t->thread;
    u64 limit = t->group->limits[LIMIT_RTPRIO].soft;

    if (caller_capable(who, CAP_SYS_NICE))
        return 0;
    if (is_realtime(r->policy)) {
        if (r->policy != th->policy && !limit)
            return -EPERM;
        if (r->rt_priority > th->rt_priority && r->rt_priority > limit)
            return -EPERM;
    } else if (r->nice < th->nice && (u64)(20 - r->nice) > nice_limit(t)) {
        return -EPERM;
    }
    if (th->policy == SCHED_IDLE && r->policy != SCHED_IDLE &&
        (u64)(20 - th->nice) > nice_limit(t))
        return -EPERM;
    if (!may_schedule(who, t))
        return -EPERM;
    if (th->reset_on_fork && !r->reset_on_fork)
        return -EPERM;
    return 0;
}

static int set_policy(struct caller *who, s32 pid, struct policy_request *r)
{
    struct task *t = find(who, pid);
    int error;

    if (!t)
        return -ESRCH;
    if (r->policy < 0) {
        r->policy = t->thread.policy;
        r->reset_on_fork = t->thread.reset_on_fork;
    }
    error = -EINVAL;
    if (r->policy != SCHED_NORMAL && r->policy != SCHED_BATCH &&
        r->policy != SCHED_IDLE && !is_realtime(r->policy))
        goto out;
    error = sched_priority_check(r->policy, r->rt_priority);
    if (!error)
        error = check_privilege(who, t, r);
    if (!error)
        error = sched_set_policy(&t->thread, r->policy, r->rt_priority);
    if (!error) {
        t->thread.reset_on_fork = r->reset_on_fork;
        if (!is_realtime(r->policy))
            sched_set_nice(&t->thread, r->nice);
    }
out:
    task_put(t);
    return error;
}

static s64 set_scheduler(struct caller *who, s32 pid, s32 policy, u64 param)
{
    struct policy_request r = {.policy = policy};
    u32 priority;
    struct task *t;

    if (!param || pid < 0)
        return -EINVAL;
    if (user_read32(who->mm, param, &priority))
        return -EFAULT;
    if (policy >= 0 && policy & SCHED_RESET_ON_FORK) {
        r.reset_on_fork = true;
        r.policy &= ~SCHED_RESET_ON_FORK;
    }
    r.rt_priority = priority;
    t = find(who, pid);
    if (!t)
        return -ESRCH;
    r.nice = t->thread.nice;
    task_put(t);
    return set_policy(who, pid, &r);
}

s64 sys_sched_setscheduler(struct caller *who, const u64 *args)
{
    if ((s32)args[1] < 0)
        return -EINVAL;
    return set_scheduler(who, (s32)args[0], (s32)args[1], args[2]);
}

s64 sys_sched_setparam(struct caller *who, const u64 *args)
{
    return set_scheduler(who, (s32)args[0], -1, args[1]);
}

s64 sys_sched_getscheduler(struct caller *who, const u64 *args)
{
    struct task *t;
    s64 result;

    if ((s32)args[0] < 0)
        return -EINVAL;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    result =
        t->thread.policy | (t->thread.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
    task_put(t);
    return result;
}

s64 sys_sched_getparam(struct caller *who, const u64 *args)
{
    struct task *t;
    u32 priority;

    if ((s32)args[0] < 0 || !args[1])
        return -EINVAL;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    priority = is_realtime(t->thread.policy) ? t->thread.rt_priority : 0;
    task_put(t);
    return user_write32(who->mm, args[1], priority);
}

s64 sys_sched_get_priority_max(struct caller *who, const u64 *args)
{
    (void)who;
    switch ((s32)args[0]) {
    case SCHED_FIFO:
    case SCHED_RR:
        return 99;
    case SCHED_NORMAL:
    case SCHED_BATCH:
    case SCHED_IDLE:
    case 6: /* SCHED_DEADLINE */
        return 0;
    default:
        return -EINVAL;
    }
}

s64 sys_sched_get_priority_min(struct caller *who, const u64 *args)
{
    s64 most = sys_sched_get_priority_max(who, args);

    return most == 99 ? 1 : most;
}

s64 sys_sched_rr_get_interval(struct caller *who, const u64 *args)
{
    struct task *t;
    u64 ns;

    if ((s32)args[0] < 0)
        return -EINVAL;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    ns = t->thread.policy == SCHED_FIFO ? 0 : sched_turn_ns(&t->thread);
    task_put(t);
    return abi_write_timespec(who, args[1], ns);
}

struct abi_sched_attr { /* SCHED_ATTR_SIZE_VER1 */
    u32 size, policy;
    u64 flags;
    s32 nice;
    u32 priority;
    u64 runtime, deadline, period;
    u32 util_min, util_max;
};
ASSERT_SIZE(struct abi_sched_attr, 56);
#define SCHED_ATTR_SIZE_0        48
#define SCHED_FLAG_RESET_ON_FORK 1
#define SCHED_FLAG_KEEP_POLICY   8
#define SCHED_FLAG_KEEP_PARAMS   16

s64 sys_sched_setattr(struct caller *who, const u64 *args)
{
    struct abi_sched_attr a;
    struct policy_request r;
    u32 size;
    int error;

    if (!args[1] || (s32)args[0] < 0 || args[2])
        return -EINVAL;
    if (user_read32(who->mm, args[1], &size))
        return -EFAULT;
    if (!size)
        size = SCHED_ATTR_SIZE_0;
    if (size < SCHED_ATTR_SIZE_0 || size > PAGE_SIZE)
        error = -E2BIG;
    else
        error = abi_read_extensible(who, &a, sizeof(a), args[1], size);
    if (error == -E2BIG && user_write32(who->mm, args[1], sizeof(a)))
        return -EFAULT;
    if (error)
        return error;
    if ((s32)a.policy < 0)
        return -EINVAL;
    if (a.flags & ~(u64)(SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_KEEP_POLICY |
                         SCHED_FLAG_KEEP_PARAMS))
        return -EINVAL;
    r = (struct policy_request){
        .policy = a.flags & SCHED_FLAG_KEEP_POLICY ? -1 : (s32)a.policy,
        .nice = clamp(a.nice, -20, 19),
        .rt_priority = a.priority,
        .reset_on_fork = a.flags & SCHED_FLAG_RESET_ON_FORK,
    };
    return set_policy(who, (s32)args[0], &r);
}

s64 sys_sched_getattr(struct caller *who, const u64 *args)
{
    struct abi_sched_attr a = {0};
    u64 size = (u32)args[2];
    struct task *t;

    if (!args[1] || (s32)args[0] < 0 || size > PAGE_SIZE ||
        size < SCHED_ATTR_SIZE_0 || args[3])
        return -EINVAL;
    t = find(who, (s32)args[0]);
    if (!t)
        return -ESRCH;
    a.size = min_t(u64, size, sizeof(a));
    a.policy = t->thread.policy;
    if (t->thread.reset_on_fork)
        a.flags |= SCHED_FLAG_RESET_ON_FORK;
    if (is_realtime(a.policy))
        a.priority = t->thread.rt_priority;
    else
        a.nice = t->thread.nice;
    task_put(t);
    return user_write(who->mm, args[1], &a, a.size);
}

/* ---------------------------------------------------------------- priority */

enum {
    PRIO_PROCESS,
    PRIO_PGRP,
    PRIO_USER
};

/* Call fn for each task that which and who name; 0 or the last error. */
static int for_each_named(struct caller *who, u32 which, u32 number,
                          int (*fn)(struct caller *, struct task *, void *),
                          void *ctx)
{
    struct pid_namespace *ns = task_pid_ns(who->task);
    struct pid *group = NULL;
    kuid_t uid =
        number ? uid_to_kernel(who->cred->user_ns, number) : who->cred->uid;
    int result = -ESRCH;
    u32 id = 1;
    struct task *t;

    if (which == PRIO_PROCESS) {
        t = find(who, (s32)number);
        if (!t)
            return -ESRCH;
        result = fn(who, t, ctx);
        task_put(t);
        return result;
    }
    /* They name other processes. */
    if (who->flags & CALLER_CAPABILITY)
        return -EPERM;
    if (which == PRIO_PGRP)
        group = number ? pid_find_get(ns, number)
                       : pid_get(who->task->group->leader->pids[PID_GROUP]);
    for (; (t = task_next_process(ns, &id)); id++) {
        bool match;
        if (which == PRIO_PGRP) {
            match = group && t->pids[PID_GROUP] == group;
        } else {
            const struct cred *its = task_cred_get(t);
            match = kuid_equal(its->uid, uid);
            cred_put(its);
        }
        if (match) {
            int error = fn(who, t, ctx);
            if (result == -ESRCH || error)
                result = error;
        }
        task_put(t);
    }
    pid_put(group);
    return result;
}

static int set_one(struct caller *who, struct task *t, void *ctx)
{
    int nice = *(int *)ctx;
    const struct cred *its = task_cred_get(t);
    bool same = kuid_equal(who->cred->euid, its->euid) ||
                kuid_equal(who->cred->euid, its->uid) ||
                cred_capable_ns(who->cred, its->user_ns, CAP_SYS_NICE);

    cred_put(its);
    if (!same)
        return -EPERM;
    if (!may_nice(who, t, nice))
        return -EACCES;
    sched_set_nice(&t->thread, nice);
    return 0;
}

s64 sys_setpriority(struct caller *who, const u64 *args)
{
    int nice = clamp((s32)args[2], -20, 19);

    if ((u32)args[0] > PRIO_USER)
        return -EINVAL;
    return for_each_named(who, (u32)args[0], (u32)args[1], set_one, &nice);
}

static int get_one(struct caller *who, struct task *t, void *ctx)
{
    int *best = ctx;

    (void)who;
    *best = max(*best, 20 - t->thread.nice);
    return 0;
}

s64 sys_getpriority(struct caller *who, const u64 *args)
{
    int best = 0, error;

    if ((u32)args[0] > PRIO_USER)
        return -EINVAL;
    error = for_each_named(who, (u32)args[0], (u32)args[1], get_one, &best);
    return error ? error : best;
}
