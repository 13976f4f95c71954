/* prctl. */
#include "abi/seccomp.h"
#include "abi/syscall.h"
#include "core/slab.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/task.h"
#include "proc/task_internal.h"

enum {
    PR_SET_PDEATHSIG = 1,
    PR_GET_PDEATHSIG = 2,
    PR_GET_DUMPABLE = 3,
    PR_SET_DUMPABLE = 4,
    PR_GET_KEEPCAPS = 7,
    PR_SET_KEEPCAPS = 8,
    PR_GET_TIMING = 13,
    PR_SET_TIMING = 14,
    PR_SET_NAME = 15,
    PR_GET_NAME = 16,
    PR_GET_SECCOMP = 21,
    PR_SET_SECCOMP = 22,
    PR_CAPBSET_READ = 23,
    PR_CAPBSET_DROP = 24,
    PR_GET_SECUREBITS = 27,
    PR_SET_SECUREBITS = 28,
    PR_SET_TIMERSLACK = 29,
    PR_GET_TIMERSLACK = 30,
    PR_SET_CHILD_SUBREAPER = 36,
    PR_GET_CHILD_SUBREAPER = 37,
    PR_SET_NO_NEW_PRIVS = 38,
    PR_GET_NO_NEW_PRIVS = 39,
    PR_GET_TID_ADDRESS = 40,
    PR_SET_THP_DISABLE = 41,
    PR_GET_THP_DISABLE = 42,
    PR_CAP_AMBIENT = 47,
    PR_MCE_KILL = 33,
    PR_MCE_KILL_GET = 34,
    PR_SET_MM = 35,
    PR_SET_PTRACER = 0x59616d61,
};
enum {
    PR_CAP_AMBIENT_IS_SET = 1,
    PR_CAP_AMBIENT_RAISE,
    PR_CAP_AMBIENT_LOWER,
    PR_CAP_AMBIENT_CLEAR_ALL,
};

static s64 set_thread_name(struct caller *who, u64 address)
{
    char name[16];
    ssize_t n = user_read_string(who->mm, name, address, sizeof(name));

    if (n == -EFAULT)
        return n;
    name[15] = 0;
    spin_lock(&who->task->alloc_lock);
    strscpy(who->task->thread.name, name, sizeof(who->task->thread.name));
    spin_unlock(&who->task->alloc_lock);
    return 0;
}

static s64 get_thread_name(struct caller *who, u64 address)
{
    char name[16] = {0};

    strscpy(name, who->task->thread.name, sizeof(name));
    return user_write(who->mm, address, name, sizeof(name));
}

/* Change a copy of the credentials by fn. */
static s64 change_cred(struct caller *who, void (*fn)(struct cred *c, u64 arg),
                       u64 arg)
{
    struct cred *c = cred_copy(who->cred);

    if (!c)
        return -ENOMEM;
    fn(c, arg);
    task_set_cred(who->task, c);
    return 0;
}

static void drop_bounding(struct cred *c, u64 cap)
{
    c->cap_bounding &= ~(1ULL << cap);
}

static void set_securebits(struct cred *c, u64 bits)
{
    c->securebits = bits;
}

static void set_ambient(struct cred *c, u64 caps)
{
    c->cap_ambient = caps;
}

static s64 prctl_securebits(struct caller *who, u64 bits)
{
    u32 old = who->cred->securebits;
    u32 locks = 0xaa & old; /* each bit's lock stands beside it */

    if (bits & ~0xffULL || (old ^ bits) & (locks >> 1) || (locks & ~bits) ||
        !caller_capable(who, CAP_SETPCAP))
        return -EPERM;
    return change_cred(who, set_securebits, bits);
}

static s64 prctl_ambient(struct caller *who, const u64 *args)
{
    const struct cred *c = who->cred;
    u64 bit;

    if (args[1] == PR_CAP_AMBIENT_CLEAR_ALL) {
        if (args[2] | args[3] | args[4])
            return -EINVAL;
        return change_cred(who, set_ambient, 0);
    }
    if (args[3] | args[4] || args[2] >= CAP_COUNT)
        return -EINVAL;
    bit = 1ULL << args[2];
    switch (args[1]) {
    case PR_CAP_AMBIENT_IS_SET:
        return !!(c->cap_ambient & bit);
    case PR_CAP_AMBIENT_RAISE:
        if (!(c->cap_permitted & bit) || !(c->cap_inheritable & bit) ||
            c->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
            return -EPERM;
        return change_cred(who, set_ambient, c->cap_ambient | bit);
    case PR_CAP_AMBIENT_LOWER:
        return change_cred(who, set_ambient, c->cap_ambient & ~bit);
    default:
        return -EINVAL;
    }
}

static s64 prctl_capabilities(struct caller *who, const u64 *args)
{
    u32 bits = who->cred->securebits;

    switch ((s32)args[0]) {
    case PR_GET_KEEPCAPS:
        return !!(bits & SECBIT_KEEP_CAPS);
    case PR_SET_KEEPCAPS:
        if (args[1] > 1)
            return -EINVAL;
        if (bits & BIT(5)) /* SECBIT_KEEP_CAPS_LOCKED */
            return -EPERM;
        bits = args[1] ? bits | SECBIT_KEEP_CAPS : bits & ~SECBIT_KEEP_CAPS;
        return change_cred(who, set_securebits, bits);
    case PR_CAPBSET_READ:
        if (args[1] >= CAP_COUNT)
            return -EINVAL;
        return who->cred->cap_bounding >> args[1] & 1;
    case PR_CAPBSET_DROP:
        if (!caller_capable(who, CAP_SETPCAP))
            return -EPERM;
        if (args[1] >= CAP_COUNT)
            return -EINVAL;
        return change_cred(who, drop_bounding, args[1]);
    case PR_GET_SECUREBITS:
        return bits;
    case PR_SET_SECUREBITS:
        return prctl_securebits(who, args[1]);
    default:
        return prctl_ambient(who, args);
    }
}

static s64 prctl_no_new_privs(struct caller *who, const u64 *args)
{
    if ((s32)args[0] == PR_GET_NO_NEW_PRIVS) {
        if (args[1] | args[2] | args[3] | args[4])
            return -EINVAL;
        return who->task->no_new_privs;
    }
    if (args[1] != 1 || args[2] | args[3] | args[4])
        return -EINVAL;
    who->task->no_new_privs = 1;
    return 0;
}

#define MCE_KILL_CLEAR   0
#define MCE_KILL_SET     1
#define MCE_KILL_DEFAULT 2

/* When a page of its memory breaks: early, late, or as the system says. */
static s64 set_mce_kill(struct thread_group *g, const u64 *args)
{
    if (args[3] | args[4])
        return -EINVAL;
    if (args[1] == MCE_KILL_CLEAR && !args[2])
        g->mce_kill = 0;
    else if (args[1] == MCE_KILL_SET && args[2] <= MCE_KILL_DEFAULT)
        g->mce_kill = args[2] + 1;
    else
        return -EINVAL;
    return 0;
}

s64 sys_prctl(struct caller *who, const u64 *args)
{
    struct task *t = who->task;

    switch ((s32)args[0]) {
    case PR_SET_PDEATHSIG:
        if (args[1] > SIGNAL_COUNT)
            return -EINVAL;
        t->parent_death_signal = args[1];
        return 0;
    case PR_GET_PDEATHSIG:
        return user_write32(who->mm, args[1], t->parent_death_signal);
    case PR_GET_DUMPABLE:
        return task_is_dumpable(t);
    case PR_SET_DUMPABLE:
        if (args[1] > 1)
            return -EINVAL;
        task_set_dumpable(t, args[1]);
        return 0;
    case PR_GET_TIMING:
        return 0;
    case PR_SET_TIMING:
        return args[1] ? -EINVAL : 0;
    case PR_SET_NAME:
        return set_thread_name(who, args[1]);
    case PR_GET_NAME:
        return get_thread_name(who, args[1]);
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS:
    case PR_CAP_AMBIENT:
        return prctl_capabilities(who, args);
    case PR_SET_TIMERSLACK:
        t->timer_slack = (s64)args[1] > 0 ? args[1] : 50000;
        return 0;
    case PR_GET_TIMERSLACK:
        return t->timer_slack;
    case PR_SET_CHILD_SUBREAPER:
        t->group->child_subreaper = args[1] != 0;
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return user_write32(who->mm, args[1], t->group->child_subreaper);
    case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS:
        return prctl_no_new_privs(who, args);
    case PR_GET_SECCOMP:
        return t->seccomp_mode;
    case PR_SET_SECCOMP:
        return abi_set_seccomp(who, args[1], args[2]);
    case PR_SET_PTRACER:
        return -EINVAL; /* Yama's */
    case PR_GET_TID_ADDRESS:
        return user_write64(who->mm, args[1], t->clear_child_tid);
    case PR_GET_THP_DISABLE:
        if (args[1] | args[2] | args[3] | args[4])
            return -EINVAL;
        return t->group->thp_disabled;
    case PR_SET_THP_DISABLE:
        if (args[2] | args[3] | args[4])
            return -EINVAL;
        t->group->thp_disabled = args[1] != 0;
        return 0;
    case PR_MCE_KILL:
        return set_mce_kill(t->group, args);
    case PR_MCE_KILL_GET:
        if (args[1] | args[2] | args[3] | args[4])
            return -EINVAL;
        return t->group->mce_kill ? t->group->mce_kill - 1 : MCE_KILL_DEFAULT;
    case PR_SET_MM:
        if (args[4] || !caller_capable_init(who, CAP_SYS_RESOURCE))
            return args[4] ? -EINVAL : -EPERM;
        return -EINVAL;
    default:
        return -EINVAL;
    }
}
