/*
 * Signal frames as Linux lays them out on x86-64: struct rt_sigframe on the
 * user stack and the FP state above it (linux/arch/x86/include/uapi/asm/
 * sigcontext.h, ucontext.h). Programs read and rewrite every field.
 */
#include "arch/x86_64/port.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SA_SIGINFO  0x00000004
#define SA_RESTORER 0x04000000

#define UC_FP_XSTATE         1
#define UC_SIGCONTEXT_SS     2
#define UC_STRICT_RESTORE_SS 4

#define FP_XSTATE_MAGIC1 0x46505853
#define FP_XSTATE_MAGIC2 0x46505845
#define FX_SIZE          512
#define FX_MXCSR         24
#define FX_SW_RESERVED   464
#define XSAVE_HEADER     512
#define XSAVE_HEADER_END 576
#define RED_ZONE         128

struct sigcontext {
    u64 r8, r9, r10, r11, r12, r13, r14, r15;
    u64 rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    u16 cs, gs, fs, ss;
    u64 err, trapno, oldmask, cr2;
    u64 fpstate;
    u64 reserved[8];
};
ASSERT_SIZE(struct sigcontext, 256);

struct ucontext {
    u64 uc_flags, uc_link;
    u64 stack_sp;
    u32 stack_flags, stack_pad;
    u64 stack_size;
    struct sigcontext mcontext;
    u64 sigmask;
};
ASSERT_SIZE(struct ucontext, 304);

/* The siginfo lies behind it. */
struct rt_sigframe {
    u64 return_address;
    struct ucontext uc;
};
ASSERT_SIZE(struct rt_sigframe, 312);
#define SIGINFO_SIZE 128
#define FRAME_SIZE   (sizeof(struct rt_sigframe) + SIGINFO_SIZE)

/* The software part of the FXSAVE area. */
struct fp_software {
    u32 magic1, extended_size;
    u64 features;
    u32 xstate_size, padding[7];
};
ASSERT_SIZE(struct fp_software, 48);

static u64 frame_fp_size(void)
{
    return x86_fp_size + (x86_fpu_features() ? 4 : 0);
}

u32 arch_minsigstksz(void)
{
    /* As Linux reckons: the frame, its alignment, the FP state's. */
    return round_up(FRAME_SIZE + 8 + 16 + 63 + frame_fp_size() + RED_ZONE, 16);
}

/* ---------------------------------------------------------------- deliver */

static int put_area(struct thread_head *t, u64 to)
{
    x86_fpu_store(t);
    return arch_copy_to_user(to, t->arch.fp, x86_fp_size) ? -EFAULT : 0;
}

static int put_fp(struct thread_head *t, u64 to)
{
    u64 features = x86_fpu_features();
    if (!features) {
        struct fp_software none = {0};
        if (put_area(t, to) ||
            arch_copy_to_user(to + FX_SW_RESERVED, &none, sizeof(none)))
            return -EFAULT;
        return 0;
    }
    /* The software words lie right before the header, of which XSAVE writes
     * only the first word. */
    struct {
        struct fp_software sw;
        u64 header[8];
    } tail = {.sw = {
                  .magic1 = FP_XSTATE_MAGIC1,
                  .extended_size = x86_fp_size + sizeof(u32),
                  .features = features,
                  .xstate_size = x86_fp_size,
              }};
    if (arch_put_user32(to + x86_fp_size, FP_XSTATE_MAGIC2) ||
        arch_copy_to_user(to + FX_SW_RESERVED, &tail, sizeof(tail)))
        return -EFAULT;
    if (x86_fpu_store_user(t, to))
        return 0;
    return put_area(t, to) || arch_copy_to_user(to + FX_SW_RESERVED, &tail.sw,
                                                sizeof(tail.sw))
               ? -EFAULT
               : 0;
}

static void fill_context(struct sigcontext *c, const struct user_regs *r,
                         const struct arch_signal *sig, u64 fp)
{
    *c = (struct sigcontext){
        .r8 = r->r8,
        .r9 = r->r9,
        .r10 = r->r10,
        .r11 = r->r11,
        .r12 = r->r12,
        .r13 = r->r13,
        .r14 = r->r14,
        .r15 = r->r15,
        .rdi = r->rdi,
        .rsi = r->rsi,
        .rbp = r->rbp,
        .rbx = r->rbx,
        .rdx = r->rdx,
        .rax = r->rax,
        .rcx = r->rcx,
        .rsp = r->rsp,
        .rip = r->rip,
        .rflags = r->rflags,
        .cs = r->cs,
        .ss = r->ss,
        .err = sig->fault_error,
        .trapno = sig->fault_trapno,
        .oldmask = sig->saved_mask,
        .cr2 = sig->fault_address,
        .fpstate = fp,
    };
}

static bool within(u64 sp, u64 start, u64 size)
{
    return sp > start && sp - start <= size;
}

int arch_signal_deliver(struct user_regs *regs, const struct arch_signal *sig)
{
    struct thread_head *t = arch_current();
    struct rt_sigframe f;
    if (!(sig->flags & SA_RESTORER))
        return -EFAULT;
    bool on_alt = sig->stack_top ||
                  within(regs->rsp, sig->altstack_sp, sig->altstack_size);
    u64 sp = sig->stack_top ? sig->stack_top : regs->rsp - RED_ZONE;
    u64 fp = round_down(sp - frame_fp_size(), 64);
    sp = round_down(fp - FRAME_SIZE, 16) - 8;
    if (!arch_user_range_ok(sp, fp + frame_fp_size() - sp))
        return -EFAULT;
    /* A nested frame that leaves the alternate stack would hit what is below.*/
    if (on_alt && sig->altstack_size &&
        !within(sp, sig->altstack_sp, sig->altstack_size))
        return -EFAULT;
    if (put_fp(t, fp))
        return -EFAULT;
    f.return_address = sig->restorer;
    f.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
                    (x86_fpu_features() ? UC_FP_XSTATE : 0);
    f.uc.uc_link = 0;
    f.uc.stack_sp = sig->altstack_sp;
    f.uc.stack_flags = sig->altstack_flags;
    f.uc.stack_pad = 0;
    f.uc.stack_size = sig->altstack_size;
    fill_context(&f.uc.mcontext, regs, sig, fp);
    f.uc.sigmask = sig->saved_mask;
    if (arch_copy_to_user(sp, &f, sizeof(f)))
        return -EFAULT;
    /* What has no SA_SIGINFO finds what was there before, as on Linux. */
    if (sig->flags & SA_SIGINFO &&
        arch_copy_to_user(sp + sizeof(f), sig->siginfo, sizeof(sig->siginfo)))
        return -EFAULT;
    regs->rdi = sig->signo;
    regs->rsi = sp + sizeof(struct rt_sigframe);
    regs->rdx = sp + offsetof(struct rt_sigframe, uc);
    regs->rax = 0; /* for variadic handlers */
    regs->rip = sig->handler;
    regs->rsp = sp;
    regs->cs = SEL_USER_CODE;
    regs->ss = SEL_USER_DATA;
    regs->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    x86_fpu_reset(t);
    return 0;
}

/* ----------------------------------------------------------------- return */

/*
 * The thread's area was written by a program: make it what the CPU accepts.
 * `allowed`: the components that may come from it.
 */
static int settle_fp(struct thread_head *t, bool extended, u64 allowed)
{
    u8 *area = t->arch.fp;
    u64 features = x86_fpu_features(), header[8];
    u32 mxcsr;
    memcpy(&mxcsr, area + FX_MXCSR, sizeof(mxcsr));
    mxcsr &= x86_fpu_mxcsr_mask();
    memcpy(area + FX_MXCSR, &mxcsr, sizeof(mxcsr));
    if (!features)
        return 0;
    memcpy(header, area + XSAVE_HEADER, sizeof(header));
    if (extended && (header[0] & ~features || header[1])) {
        x86_fpu_reset(t);
        return -EINVAL;
    }
    /* FXSAVE alone: x87 and SSE, the rest as it starts. */
    u64 present = extended ? header[0] & allowed : 3;
    memset(header, 0, sizeof(header));
    header[0] = present;
    memcpy(area + XSAVE_HEADER, header, sizeof(header));
    return 0;
}

int x86_fp_import(struct thread_head *t, const void *from, size_t size,
                  bool extended)
{
    if (size < FX_SIZE || (extended && size < XSAVE_HEADER_END))
        return -EINVAL;
    x86_fpu_changed(t);
    memcpy(t->arch.fp, from, min_t(size_t, size, x86_fp_size));
    return settle_fp(t, extended, ~0UL);
}

static int get_fp(struct thread_head *t, u64 from)
{
    struct fp_software sw;
    if (!from) {
        x86_fpu_reset(t);
        return 0;
    }
    u64 features = x86_fpu_features();
    u32 magic2 = 0;
    bool extended = false;
    if (arch_copy_from_user(&sw, from + FX_SW_RESERVED, sizeof(sw)))
        return -EFAULT;
    if (features && sw.magic1 == FP_XSTATE_MAGIC1 &&
        sw.xstate_size >= XSAVE_HEADER_END && sw.xstate_size <= x86_fp_size &&
        sw.xstate_size <= sw.extended_size) {
        if (arch_get_user32(from + sw.xstate_size, &magic2))
            return -EFAULT;
        extended = magic2 == FP_XSTATE_MAGIC2;
    }
    if (extended && sw.features == features && sw.xstate_size == x86_fp_size &&
        IS_ALIGNED(from, 64) && arch_user_range_ok(from, x86_fp_size) &&
        x86_fpu_load_user(t, from))
        return 0;
    /* From here on the area is the state; nothing loads it before the way back
     * to user mode. */
    x86_fpu_changed(t);
    size_t size = extended ? sw.xstate_size : FX_SIZE;
    if (arch_copy_from_user(t->arch.fp, from, size)) {
        x86_fpu_reset(t);
        return -EFAULT;
    }
    return settle_fp(t, extended, sw.features);
}

int arch_signal_return(struct user_regs *regs, struct arch_signal *out)
{
    struct rt_sigframe f;
    const struct sigcontext *c = &f.uc.mcontext;
    if (arch_copy_from_user(&f, regs->rsp - 8, sizeof(f)))
        return -EFAULT;
    int r = get_fp(arch_current(), c->fpstate);
    if (r)
        return r;
    regs->r8 = c->r8;
    regs->r9 = c->r9;
    regs->r10 = c->r10;
    regs->r11 = c->r11;
    regs->r12 = c->r12;
    regs->r13 = c->r13;
    regs->r14 = c->r14;
    regs->r15 = c->r15;
    regs->rdi = c->rdi;
    regs->rsi = c->rsi;
    regs->rbp = c->rbp;
    regs->rbx = c->rbx;
    regs->rdx = c->rdx;
    regs->rax = c->rax;
    regs->rcx = c->rcx;
    regs->rsp = c->rsp;
    regs->rip = c->rip;
    regs->rflags = (regs->rflags & ~RFLAGS_USER) | (c->rflags & RFLAGS_USER);
    regs->cs = SEL_USER_CODE;
    regs->ss = SEL_USER_DATA;
    arch_syscall_forget(regs);
    out->saved_mask = f.uc.sigmask;
    out->altstack_sp = f.uc.stack_sp;
    out->altstack_size = f.uc.stack_size;
    out->altstack_flags = f.uc.stack_flags;
    return 0;
}
