/*
 * Register sets as ptrace and core files have them (Linux:
 * arch/arm64/kernel/ptrace.c).
 */
#include "arch/arch.h"
#include "arch/aarch64/cpufeature.h"
#include "arch/aarch64/debug.h"
#include "arch/aarch64/fpsimd.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <asm/signal_frame.h>

#define NT_PRSTATUS        1
#define NT_PRFPREG         2
#define NT_ARM_TLS         0x401
#define NT_ARM_HW_BREAK    0x402
#define NT_ARM_HW_WATCH    0x403
#define NT_ARM_SYSTEM_CALL 0x404
#define NT_ARM_PAC_MASK    0x406

#define PRSTATUS_SIZE (34 * 8)

/* struct user_fpsimd_state */
struct fp_regset {
    __uint128_t v[32];
    u32 fpsr, fpcr, reserved[2];
};
ASSERT_SIZE(struct fp_regset, 528);

static void get_fp(struct thread_head *head, struct fp_regset *set)
{
    fpsimd_sync(head);
    memcpy(set->v, head->arch.fp.v, sizeof(set->v));
    set->fpsr = head->arch.fp.fpsr;
    set->fpcr = head->arch.fp.fpcr;
    set->reserved[0] = set->reserved[1] = 0;
}

size_t arch_regset_size(u32 type, size_t *unit)
{
    *unit = 8;
    switch (type) {
    case NT_PRSTATUS:
        return PRSTATUS_SIZE;
    case NT_PRFPREG:
        *unit = 4;
        return sizeof(struct fp_regset);
    case NT_ARM_TLS:
        return 16;
    case NT_ARM_HW_BREAK:
    case NT_ARM_HW_WATCH:
        *unit = 4;
        return DEBUG_SET_SIZE;
    case NT_ARM_SYSTEM_CALL:
        *unit = 4;
        return 4;
    case NT_ARM_PAC_MASK:
        return cpu_features.pauth_address ? 16 : 0;
    default:
        return 0;
    }
}

ssize_t arch_regset_get(struct thread_head *head, u32 type, void *buffer,
                        size_t size)
{
    union {
        struct fp_regset fp;
        u64 words[2];
        s32 syscall;
        u8 debug[DEBUG_SET_SIZE];
    } set;
    const void *from = &set;
    size_t have;

    if (!head->arch.user)
        return -EIO;
    switch (type) {
    case NT_PRSTATUS:
        from = head->regs;
        have = PRSTATUS_SIZE;
        break;
    case NT_PRFPREG:
        get_fp(head, &set.fp);
        have = sizeof(set.fp);
        break;
    case NT_ARM_TLS:
        set.words[0] = arch_get_tls(head);
        set.words[1] = 0; /* TPIDR2_EL0: there is no SME */
        have = 16;
        break;
    case NT_ARM_HW_BREAK:
    case NT_ARM_HW_WATCH:
        debug_get(head, type - NT_ARM_HW_BREAK, set.debug);
        have = sizeof(set.debug);
        break;
    case NT_ARM_SYSTEM_CALL:
        set.syscall = head->regs->syscall;
        have = 4;
        break;
    case NT_ARM_PAC_MASK:
        if (!cpu_features.pauth_address)
            return -EINVAL;
        set.words[0] = set.words[1] = GENMASK(54, 48);
        have = 16;
        break;
    default:
        return -EINVAL;
    }
    size = min(size, have);
    memcpy(buffer, from, size);
    return (ssize_t)size;
}

static int set_general(struct thread_head *head, const void *buffer,
                       size_t size)
{
    struct user_regs *regs = head->regs;
    struct user_regs copy = *regs;

    memcpy(&copy, buffer, size);
    if (signal_check_pstate(&copy.pstate))
        return -EINVAL;
    memcpy(regs, &copy, PRSTATUS_SIZE);
    return 0;
}

ssize_t arch_regset_set(struct thread_head *head, u32 type, const void *buffer,
                        size_t size)
{
    struct fp_regset fp;
    u64 tls;
    int error;

    if (!head->arch.user)
        return -EIO;
    switch (type) {
    case NT_PRSTATUS:
        size = min(size, (size_t)PRSTATUS_SIZE);
        if (set_general(head, buffer, size))
            return -EINVAL;
        return (ssize_t)size;
    case NT_PRFPREG:
        size = min(size, sizeof(fp));
        get_fp(head, &fp);
        memcpy(&fp, buffer, size);
        memcpy(head->arch.fp.v, fp.v, sizeof(fp.v));
        head->arch.fp.fpsr = fp.fpsr;
        head->arch.fp.fpcr = fp.fpcr;
        fpsimd_changed(head);
        return (ssize_t)size;
    case NT_ARM_TLS:
        size = min(size, sizeof(tls));
        tls = arch_get_tls(head);
        memcpy(&tls, buffer, size);
        arch_set_tls(head, tls);
        return (ssize_t)size;
    case NT_ARM_HW_BREAK:
    case NT_ARM_HW_WATCH:
        size = min(size, (size_t)DEBUG_SET_SIZE);
        error = debug_set(head, type - NT_ARM_HW_BREAK, buffer, size);
        return error ? error : (ssize_t)size;
    case NT_ARM_SYSTEM_CALL:
        size = min(size, sizeof(head->regs->syscall));
        memcpy(&head->regs->syscall, buffer, size);
        return (ssize_t)size;
    default:
        return -EINVAL;
    }
}

/* There is no user area (PTRACE_PEEKUSER) on this architecture. */
int arch_user_area_get(struct thread_head *head, u64 offset, u64 *value)
{
    (void)head, (void)offset, (void)value;
    return -EIO;
}

int arch_user_area_set(struct thread_head *head, u64 offset, u64 value)
{
    (void)head, (void)offset, (void)value;
    return -EIO;
}
