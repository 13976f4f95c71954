/* seccomp. */
#include "abi/seccomp.h"

#include "abi/syscall.h"
#include "proc/seccomp.h"
#include "proc/task.h"

enum {
    SET_MODE_STRICT,
    SET_MODE_FILTER,
    GET_ACTION_AVAIL,
    GET_NOTIF_SIZES
};

struct abi_program { /* struct sock_fprog */
    u16 count;
    u8 pad[6];
    u64 instructions;
};
ASSERT_SIZE(struct abi_program, 16);

static s64 set_filter(struct caller *who, u64 flags, u64 address)
{
    struct abi_program p;

    if (flags & ~(u64)SECCOMP_FILTER_MASK)
        return -EINVAL;
    /* Both have a result of their own. */
    if ((flags & SECCOMP_FILTER_TSYNC) &&
        (flags & SECCOMP_FILTER_NEW_LISTENER) &&
        !(flags & SECCOMP_FILTER_TSYNC_ESRCH))
        return -EINVAL;
    if (flags & SECCOMP_FILTER_WAIT_KILLABLE &&
        !(flags & SECCOMP_FILTER_NEW_LISTENER))
        return -EINVAL;
    if (user_read(who->mm, &p, address, sizeof(p)))
        return -EFAULT;
    return seccomp_set_filter(who, flags, p.instructions, p.count);
}

static s64 action_available(struct caller *who, u64 address)
{
    u32 action;

    if (user_read32(who->mm, address, &action))
        return -EFAULT;
    return seccomp_action_known(action) ? 0 : -EOPNOTSUPP;
}

s64 sys_seccomp(struct caller *who, const u64 *args)
{
    static const u16 sizes[3] = {80, 24, 64};
    u32 flags = (u32)args[1];

    switch ((u32)args[0]) {
    case SET_MODE_STRICT:
        return flags || args[2] ? -EINVAL : seccomp_set_strict(who->task);
    case SET_MODE_FILTER:
        return set_filter(who, flags, args[2]);
    case GET_ACTION_AVAIL:
        return flags ? -EINVAL : action_available(who, args[2]);
    case GET_NOTIF_SIZES:
        return flags ? -EINVAL
                     : user_write(who->mm, args[2], sizes, sizeof(sizes));
    default:
        return -EINVAL;
    }
}

s64 abi_set_seccomp(struct caller *who, u64 mode, u64 program)
{
    switch (mode) {
    case SECCOMP_MODE_STRICT:
        return seccomp_set_strict(who->task);
    case SECCOMP_MODE_FILTER:
        return set_filter(who, 0, program);
    default:
        return -EINVAL;
    }
}
