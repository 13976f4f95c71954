/* fcntl(F_SETOWN), F_GETOWN, F_SETSIG: who gets SIGIO. */
#include "abi/fs_abi.h"
#include "core/slab.h"
#include "fs/file.h"
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

s64 abi_owner_command(struct caller *who, struct object *obj, u32 cmd, u64 arg)
{
    struct abi_owner_ex ex;

    (void)obj;
    switch (cmd) {
    case F_GETOWN:
    case F_GETSIG:
        return 0;
    case F_GETOWN_EX:
        ex = (struct abi_owner_ex){1, 0};
        return abi_put(who, arg, &ex);
    case F_SETSIG:
        return arg > 64 ? -EINVAL : -ENOSYS;
    default:
        return -ENOSYS;
    }
}
