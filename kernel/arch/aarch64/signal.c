/*
 * Signal frames, exactly as Linux lays them out (arch/arm64/kernel/signal.c and
 * include/uapi/asm/{sigcontext,ucontext}.h).
 */
#include "arch/arch.h"
#include "arch/aarch64/cpufeature.h"
#include "arch/aarch64/fpsimd.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <asm/signal_frame.h>

#define SA_SIGINFO  0x00000004
#define SA_RESTORER 0x04000000

/* ELF64: where the vDSO's linker script says __kernel_rt_sigreturn is. */
#define ELF_ENTRY_OFFSET 24

static u64 vdso_sigreturn(u64 vdso)
{
    const void *image;
    size_t size;
    u64 entry;

    arch_vdso_image(&image, &size);
    memcpy(&entry, (const char *)image + ELF_ENTRY_OFFSET, sizeof(entry));
    return vdso + entry;
}

static void fill_context(struct signal_frame *f, const struct user_regs *regs,
                         const struct arch_signal *sig)
{
    struct sigcontext_head *c = &f->context;

    memcpy(f->siginfo, sig->siginfo, sizeof(f->siginfo));
    f->stack_sp = sig->altstack_sp;
    f->stack_flags = sig->altstack_flags;
    f->stack_size = sig->altstack_size;
    f->sigmask = sig->saved_mask;
    /* Only aborts have one (ARM ARM D17.2.37: classes 0x20 and 0x24). */
    if (ESR_EC(sig->fault_error) == EC_DABT_LOWER ||
        ESR_EC(sig->fault_error) == EC_IABT_LOWER)
        c->fault_address = sig->fault_address;
    memcpy(c->regs, regs->x, sizeof(c->regs));
    c->sp = regs->sp;
    c->pc = regs->pc;
    c->pstate = regs->pstate;
}

static void fill_fp(struct fpsimd_record *r, struct thread_head *head)
{
    fpsimd_sync(head);
    r->head.magic = FPSIMD_MAGIC;
    r->head.size = sizeof(*r);
    r->fpsr = head->arch.fp.fpsr;
    r->fpcr = head->arch.fp.fpcr;
    memcpy(r->v, head->arch.fp.v, sizeof(r->v));
}

int arch_signal_deliver(struct user_regs *regs, const struct arch_signal *sig)
{
    struct signal_frame f = {0};
    struct {
        struct record_head head;
        u64 esr;
    } esr = {{ESR_MAGIC, sizeof(esr)}, sig->fault_error};
    u64 sp = sig->stack_top ? sig->stack_top : regs->sp;
    u64 link[2] = {regs->x[29], regs->x[30]};
    u64 record, frame;
    size_t used = sizeof(f);

    record = (sp - sizeof(link)) & ~15UL;
    frame = record - SIGNAL_FRAME_SIZE;
    if (record > sp || frame > record)
        return -EFAULT;
    fill_context(&f, regs, sig);
    fill_fp(&f.fp, arch_current());
    if (arch_copy_to_user(frame, &f, sizeof(f)))
        return -EFAULT;
    if (sig->fault_error) {
        if (arch_copy_to_user(frame + used, &esr, sizeof(esr)))
            return -EFAULT;
        used += sizeof(esr);
    }
    if (arch_clear_user(frame + used, sizeof(struct record_head)) ||
        arch_copy_to_user(record, link, sizeof(link)))
        return -EFAULT;

    regs->x[0] = (u64)sig->signo;
    if (sig->flags & SA_SIGINFO) {
        regs->x[1] = frame + offsetof(struct signal_frame, siginfo);
        regs->x[2] = frame + offsetof(struct signal_frame, flags);
    }
    regs->x[29] = record;
    regs->x[30] =
        sig->flags & SA_RESTORER ? sig->restorer : vdso_sigreturn(sig->vdso);
    regs->sp = frame;
    regs->pc = sig->handler;
    regs->pstate &= ~(u64)(PSR_BTYPE | PSR_TCO | PSR_SS);
    regs->syscall = NO_SYSCALL;
    return 0;
}

/* ---------------------------------------------------------------- return -- */

/* User mode, with nothing masked; -EINVAL if not. Clears reserved bits. */
int signal_check_pstate(u64 *pstate)
{
    *pstate &= PSR_USER_BITS;
    if (*pstate & (PSR_MODE_MASK | PSR_D | PSR_A | PSR_I | PSR_F)) {
        *pstate &= PSR_NZCV;
        return -EINVAL;
    }
    return 0;
}

/* Find the FP record among those at `at`; returns its address, 0: none or the
 * list is malformed. */
static u64 find_fp_record(u64 at)
{
    u64 left = SIGCONTEXT_RESERVED, fp = 0;
    bool have_extra = false;
    struct record_head head;
    struct extra_record extra;

    for (unsigned i = 0; i < 64; i++) {
        if (left < sizeof(head) || (at & 15) ||
            arch_copy_from_user(&head, at, sizeof(head)))
            return 0;
        if (head.magic == 0)
            return head.size == 0 ? fp : 0;
        if (head.size < sizeof(head) || head.size > left)
            return 0;
        switch (head.magic) {
        case FPSIMD_MAGIC:
            if (fp || head.size < sizeof(struct fpsimd_record))
                return 0;
            fp = at;
            break;
        case ESR_MAGIC:
            break;
        case EXTRA_MAGIC:
            /* A terminator follows; the records go on behind it. */
            if (have_extra || head.size < sizeof(extra) ||
                arch_copy_from_user(&extra, at, sizeof(extra)) ||
                left - head.size < sizeof(head) ||
                extra.data != at + head.size + sizeof(head) ||
                extra.size > 0x10000)
                return 0;
            have_extra = true;
            at = extra.data;
            left = extra.size;
            continue;
        default:
            return 0;
        }
        at += head.size;
        left -= head.size;
    }
    return 0;
}

static int restore_fp(u64 at)
{
    struct thread_head *head = arch_current();
    struct fpsimd_record r;
    unsigned long flags;

    if (!at || arch_copy_from_user(&r, at, sizeof(r)))
        return -EFAULT;
    /* Not between the change and the mark may the old state be saved. */
    flags = arch_irq_save();
    fpsimd_changed(head);
    memcpy(head->arch.fp.v, r.v, sizeof(r.v));
    head->arch.fp.fpsr = r.fpsr;
    head->arch.fp.fpcr = r.fpcr;
    arch_irq_restore(flags);
    return 0;
}

int arch_signal_return(struct user_regs *regs, struct arch_signal *out)
{
    struct {
        u64 sp;
        s32 flags, pad;
        u64 size, mask;
    } uc;
    struct sigcontext_head c;
    u64 frame = regs->sp;
    int r;

    if ((frame & 15) ||
        arch_copy_from_user(
            &uc, frame + offsetof(struct signal_frame, stack_sp), sizeof(uc)) ||
        arch_copy_from_user(&c, frame + offsetof(struct signal_frame, context),
                            sizeof(c)))
        return -EFAULT;
    memcpy(regs->x, c.regs, sizeof(regs->x));
    regs->sp = c.sp;
    regs->pc = c.pc;
    regs->pstate = c.pstate;
    regs->syscall = NO_SYSCALL;
    r = signal_check_pstate(&regs->pstate);
    if (r)
        return r;
    r = restore_fp(find_fp_record(frame + offsetof(struct signal_frame, fp)));
    if (r)
        return r;
    out->saved_mask = uc.mask;
    out->altstack_sp = uc.sp;
    out->altstack_size = uc.size;
    out->altstack_flags = (u32)uc.flags;
    return 0;
}

u32 arch_minsigstksz(void)
{
    /* The frame, its frame record, and room to align. */
    return SIGNAL_FRAME_SIZE + 16 + 16;
}
