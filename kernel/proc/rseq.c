#include "proc/rseq.h"

#include "arch/arch.h"
#include "core/cpu.h"
#include "lib/errno.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vm/user.h"

#define RSEQ_SIZE            32
#define RSEQ_FLAG_UNREGISTER 1u
#define RSEQ_CPU_NONE        (~0u)

struct abi_rseq { /* the user's area */
    u32 cpu_id_start, cpu_id;
    u64 sequence; /* address of struct abi_rseq_cs, 0: in none */
    u32 flags;
    u32 pad[3];
};
ASSERT_SIZE(struct abi_rseq, RSEQ_SIZE);

struct abi_rseq_cs {
    u32 version, flags;
    u64 start, length, abort;
};
ASSERT_SIZE(struct abi_rseq_cs, 32);

static int unregister(struct task *t, u64 address, u32 size, u32 signature)
{
    static const u32 none[2] = {0, RSEQ_CPU_NONE};

    if (!t->rseq_address || t->rseq_address != address || size != RSEQ_SIZE)
        return -EINVAL;
    if (t->rseq_signature != signature)
        return -EPERM;
    if (user_write(t->mm, address, none, sizeof(none)))
        return -EFAULT;
    t->rseq_address = 0;
    return 0;
}

int rseq_register(struct task *t, u64 address, u32 size, u32 flags,
                  u32 signature)
{
    if (flags & RSEQ_FLAG_UNREGISTER) {
        if (flags & ~RSEQ_FLAG_UNREGISTER)
            return -EINVAL;
        return unregister(t, address, size, signature);
    }
    if (flags)
        return -EINVAL;
    if (t->rseq_address) {
        if (t->rseq_address != address || size != RSEQ_SIZE)
            return -EINVAL;
        return t->rseq_signature != signature ? -EPERM : -EBUSY;
    }
    if (address % RSEQ_SIZE || size != RSEQ_SIZE)
        return -EINVAL;
    if (!arch_user_range_ok(address, size))
        return -EFAULT;
    if (user_write64(t->mm, address + offsetof(struct abi_rseq, sequence), 0))
        return -EFAULT;
    t->rseq_address = address;
    t->rseq_signature = signature;
    rseq_switched(t);
    return 0;
}

void rseq_switched(struct task *t)
{
    if (t->rseq_address)
        atomic_or(WORK_NOTIFY, &t->thread.head.work);
}

static void broken(struct task *t)
{
    struct signal_info info;

    signal_info_kernel(&info, SIGSEGV);
    signal_force(t, &info);
}

/* Interrupted between start and start + length: go to the abort handler, which
 * stands behind the signature. */
static int fix_pc(struct task *t, struct user_regs *regs)
{
    u64 at, pc = arch_user_pc(regs);
    struct abi_rseq_cs cs;
    u32 signature;
    u64 field = t->rseq_address + offsetof(struct abi_rseq, sequence);

    if (user_read64(t->mm, field, &at))
        return -EFAULT;
    if (!at)
        return 0;
    if (!arch_user_range_ok(at, sizeof(cs)) ||
        user_read(t->mm, &cs, at, sizeof(cs)))
        return -EFAULT;
    if (cs.version || cs.start >= ARCH_USER_TOP ||
        cs.start + cs.length >= ARCH_USER_TOP || cs.abort >= ARCH_USER_TOP ||
        cs.start + cs.length < cs.start || cs.abort - cs.start < cs.length)
        return -EINVAL;
    if (user_read32(t->mm, cs.abort - sizeof(u32), &signature))
        return -EFAULT;
    if (signature != t->rseq_signature)
        return -EINVAL;
    if (user_write64(t->mm, field, 0))
        return -EFAULT;
    if (pc - cs.start < cs.length)
        arch_user_set_pc(regs, cs.abort);
    return 0;
}

void rseq_update(struct task *t, struct user_regs *regs)
{
    u32 cpu[2];

    if (likely(!t->rseq_address))
        return;
    if (regs && fix_pc(t, regs)) {
        broken(t);
        return;
    }
    cpu[0] = cpu[1] = cpu_current();
    if (user_write(t->mm, t->rseq_address, cpu, sizeof(cpu)))
        broken(t);
}
