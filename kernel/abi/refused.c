/*
 * Calls for what this kernel does not have (swap space, modules, another kernel
 * to start, process accounting, disk quotas, I/O ports): who may not do it
 * anyhow is told so, as on a Linux where it is switched off; for the others
 * there is no such call.
 */
#include "abi/syscall.h"
#include "proc/cred.h"

static s64 refuse(struct caller *who, int cap)
{
    return caller_capable_init(who, cap) ? -ENOSYS : -EPERM;
}

s64 sys_acct(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_PACCT);
}

s64 sys_swapon(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_ADMIN);
}

s64 sys_swapoff(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_ADMIN);
}

s64 sys_init_module(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_MODULE);
}

s64 sys_finit_module(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_MODULE);
}

s64 sys_delete_module(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_MODULE);
}

s64 sys_kexec_load(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_BOOT);
}

s64 sys_kexec_file_load(struct caller *who, const u64 *args)
{
    (void)args;
    return refuse(who, CAP_SYS_BOOT);
}

s64 sys_quotactl(struct caller *who, const u64 *args)
{
    (void)who;
    if (((u32)args[0] & 0xff) > 2)
        return -EINVAL;
    return args[1] ? -ENOSYS : -ENODEV;
}

s64 sys_iopl(struct caller *who, const u64 *args)
{
    u32 level = (u32)args[0];

    if (level > 3)
        return -EINVAL;
    /* Level 0 is what everybody has. */
    return level ? refuse(who, CAP_SYS_RAWIO) : 0;
}

s64 sys_ioperm(struct caller *who, const u64 *args)
{
    u64 first = args[0], count = args[1];

    if (first + count <= first || first + count > 65536)
        return -EINVAL;
    return (u32)args[2] ? refuse(who, CAP_SYS_RAWIO) : 0;
}
