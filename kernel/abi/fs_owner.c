/* fcntl(F_SETOWN), F_GETOWN, F_SETSIG: who gets SIGIO. */
#include "abi/fs_abi.h"
#include "fs/object_owner.h"
#include "proc/pid.h"
#include "proc/task.h"

#define F_SETOWN    8u
#define F_GETOWN    9u
#define F_SETSIG    10u
#define F_GETSIG    11u
#define F_SETOWN_EX 15u
#define F_GETOWN_EX 16u

struct abi_owner_ex {
    s32 type, pid;
};
ASSERT_SIZE(struct abi_owner_ex, 8);

static s64 set_owner(struct caller *who, struct handle_ref *ref, int fd,
                     s32 number, enum owner_kind kind)
{
    struct pid *pid = NULL;
    int error;

    /* In capability mode a number names only the caller's own process. */
    if (number && who->flags & CALLER_CAPABILITY) {
        struct task *t = kind == OWNER_GROUP ? NULL : task_find(who, number);

        if (!t)
            return -EPERM;
        task_put(t);
    }
    if (number) {
        pid = number < 0 ? NULL
                         : pid_find_get(task_pid_ns(who->task), (u32)number);
        if (!pid)
            return -ESRCH;
    }
    error = object_owner_set(who, ref, fd, pid, kind);
    if (pid)
        pid_put(pid);
    return error;
}

static s64 get_owner(struct caller *who, struct object *obj, u32 cmd, u64 arg)
{
    struct abi_owner_ex ex;
    enum owner_kind kind;
    struct pid *pid;
    u32 signal;
    s32 number;

    object_owner_get(obj, &pid, &kind, &signal);
    number = pid ? (s32)pid_number(pid, task_pid_ns(who->task)) : 0;
    if (pid)
        pid_put(pid);
    if (cmd == F_GETSIG)
        return signal;
    if (cmd == F_GETOWN)
        return kind == OWNER_GROUP ? -number : number;
    ex = (struct abi_owner_ex){(s32)kind, number};
    return abi_put(who, arg, &ex);
}

s64 abi_owner_command(struct caller *who, struct handle_ref *ref, int fd,
                      u32 cmd, u64 arg)
{
    struct abi_owner_ex ex;
    s32 number = (s32)arg;

    switch (cmd) {
    case F_SETOWN:
        if (number == S32_MIN)
            return -EINVAL;
        return number < 0 ? set_owner(who, ref, fd, -number, OWNER_GROUP)
                          : set_owner(who, ref, fd, number, OWNER_PROCESS);
    case F_SETOWN_EX:
        if (abi_get(who, &ex, arg))
            return -EFAULT;
        if (ex.type < (s32)OWNER_THREAD || ex.type > (s32)OWNER_GROUP)
            return -EINVAL;
        return set_owner(who, ref, fd, ex.pid, (enum owner_kind)ex.type);
    case F_SETSIG:
        if (arg > 64)
            return -EINVAL;
        return object_owner_set_signal(ref, fd, (u32)arg);
    case F_GETOWN:
    case F_GETOWN_EX:
    case F_GETSIG:
        return get_owner(who, ref->object, cmd, arg);
    default:
        return -EINVAL;
    }
}
