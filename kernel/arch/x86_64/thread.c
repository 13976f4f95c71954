/* Threads: switching, user state, register sets. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/errno.h"
#include "lib/string.h"

struct thread_head *x86_switch_stack(struct thread_head *prev,
                                     struct thread_head *next);
void x86_thread_begin(void);

/* What x86_switch_stack() pops. */
struct switch_frame {
    u64 r15, r14, r13, r12, rbx, rbp, rip;
};

void arch_thread_init(struct thread_head *head, void (*entry)(void *),
                      void *arg)
{
    u64 top = (u64)head->stack + KERNEL_STACK_SIZE;
    head->regs = (struct user_regs *)(top - sizeof(struct user_regs));
    /* A zero return address ends backtraces; rsp is then as after a call. */
    u64 *end = (u64 *)round_down((u64)head->regs - 16, 16);
    end[0] = 0;
    struct switch_frame *f = (struct switch_frame *)end - 1;
    *f = (struct switch_frame){
        .rbx = (u64)entry,
        .r12 = (u64)arg,
        .rip = (u64)x86_thread_begin,
    };
    head->arch = (struct arch_thread){.sp = (u64)f};
}

void arch_thread_destroy(struct thread_head *head)
{
    x86_debug_free(head);
    if (head->arch.fp)
        arch_alloc.free(head->arch.fp, x86_fp_size);
    head->arch.fp = NULL;
}

/* ------------------------------------------------------ segments and TLS -- */

static u64 read_fs_base(void)
{
    u64 v;
    if (!x86_has(FEATURE_FSGSBASE))
        return rdmsr(MSR_FS_BASE);
    __asm__ volatile("rdfsbase %0" : "=r"(v));
    return v;
}

static void write_fs_base(u64 v)
{
    if (x86_has(FEATURE_FSGSBASE))
        __asm__ volatile("wrfsbase %0" : : "r"(v));
    else
        wrmsr(MSR_FS_BASE, v);
}

static void save_segments(struct arch_thread *a)
{
    __asm__ volatile("mov %%fs, %0" : "=r"(a->fs));
    __asm__ volatile("mov %%gs, %0" : "=r"(a->gs));
    __asm__ volatile("mov %%ds, %0" : "=r"(a->ds));
    __asm__ volatile("mov %%es, %0" : "=r"(a->es));
    /* Without FSGSBASE the bases change only through us, or by loading a
     * selector, which makes them 0. */
    if (x86_has(FEATURE_FSGSBASE)) {
        a->fs_base = read_fs_base();
        a->gs_base = rdmsr(MSR_KERNEL_GS_BASE);
    } else {
        if (a->fs)
            a->fs_base = 0;
        if (a->gs)
            a->gs_base = 0;
    }
}

/* A selector that a program loaded is one of the GDT's or null; ours is the
 * same on every CPU, so loading it again cannot fault. */
static void load_gs_selector(u16 gs)
{
    unsigned long flags = arch_irq_save();
    __asm__ volatile("swapgs; mov %0, %%gs; swapgs" : : "r"(gs) : "memory");
    arch_irq_restore(flags);
}

static void load_segments(const struct arch_thread *now,
                          const struct arch_thread *next)
{
    if (now->fs | next->fs)
        __asm__ volatile("mov %0, %%fs" : : "r"(next->fs));
    if (now->gs | next->gs)
        load_gs_selector(next->gs);
    if (now->ds | next->ds)
        __asm__ volatile("mov %0, %%ds" : : "r"(next->ds));
    if (now->es | next->es)
        __asm__ volatile("mov %0, %%es" : : "r"(next->es));
    write_fs_base(next->fs_base);
    if (now->gs | next->gs || now->gs_base != next->gs_base)
        wrmsr(MSR_KERNEL_GS_BASE, next->gs_base);
}

struct thread_head *arch_switch(struct thread_head *prev,
                                struct thread_head *next)
{
    struct arch_thread now = {0};
    if (prev->arch.fp) {
        save_segments(&prev->arch);
        x86_fpu_switch_out(prev);
    }
    if (next->arch.fp) {
        /* After a kernel thread the selectors are those of some user thread. */
        if (prev->arch.fp) {
            now = prev->arch;
        } else {
            save_segments(&now);
            now.gs_base = ~next->arch.gs_base; /* not known: write it */
        }
        load_segments(&now, &next->arch);
        x86_fpu_switch_in(next);
    }
    x86_debug_switch(prev, next);
    struct x86_cpu *cpu = (void *)((char *)&x86_cpu + arch_percpu_base());
    cpu->current = next;
    x86_set_entry_stack((u64)next->stack + KERNEL_STACK_SIZE);
    return x86_switch_stack(prev, next);
}

void arch_set_tls(struct thread_head *head, u64 base)
{
    unsigned long flags = arch_irq_save();
    head->arch.fs = 0;
    head->arch.fs_base = base;
    if (head == arch_current()) {
        __asm__ volatile("mov %0, %%fs" : : "r"(0));
        write_fs_base(base);
    }
    arch_irq_restore(flags);
}

u64 arch_get_tls(struct thread_head *head)
{
    if (head != arch_current())
        return head->arch.fs_base;
    return read_fs_base();
}

static void set_gs_base(struct thread_head *head, u64 base)
{
    unsigned long flags = arch_irq_save();
    head->arch.gs = 0;
    head->arch.gs_base = base;
    if (head == arch_current()) {
        load_gs_selector(0);
        wrmsr(MSR_KERNEL_GS_BASE, base);
    }
    arch_irq_restore(flags);
}

static u64 get_gs_base(struct thread_head *head)
{
    if (head != arch_current())
        return head->arch.gs_base;
    return rdmsr(MSR_KERNEL_GS_BASE);
}

/* ------------------------------------------------------- user-mode state -- */

int arch_user_exec(struct thread_head *head, u64 pc, u64 sp)
{
    u64 number = ~0UL; /* a tracer may still be told of the end of the call */
    if (head->arch.fp) {
        number = head->regs->orig_rax;
    } else {
        void *fp = arch_alloc.alloc(x86_fp_size);
        if (!fp)
            return -ENOMEM;
        head->arch.fp = fp;
    }
    x86_fpu_reset(head);
    unsigned long flags = arch_irq_save();
    if (head == arch_current()) {
        __asm__ volatile("mov %0, %%ds; mov %0, %%es" : : "r"(0));
    }
    head->arch.ds = head->arch.es = 0;
    arch_set_tls(head, 0);
    set_gs_base(head, 0);
    head->arch.single_step = false;
    x86_debug_free(head);
    arch_irq_restore(flags);
    *head->regs = (struct user_regs){
        .orig_rax = number,
        .rip = pc,
        .cs = SEL_USER_CODE,
        .rflags = RFLAGS_FIXED | RFLAGS_IF,
        .rsp = sp,
        .ss = SEL_USER_DATA,
    };
    return 0;
}

int arch_user_clone(struct thread_head *child, struct thread_head *parent,
                    u64 sp, bool set_tls, u64 tls)
{
    void *fp = arch_alloc.alloc(x86_fp_size);
    if (!fp)
        return -ENOMEM;
    x86_fpu_store(parent);
    memcpy(fp, parent->arch.fp, x86_fp_size);
    child->arch.fp = fp;
    child->arch.fp_cpu = 0;
    atomic_or(WORK_FP_RELOAD, &child->work);
    unsigned long flags = arch_irq_save();
    if (parent == arch_current())
        save_segments(&parent->arch);
    child->arch.fs = parent->arch.fs;
    child->arch.gs = parent->arch.gs;
    child->arch.ds = parent->arch.ds;
    child->arch.es = parent->arch.es;
    child->arch.fs_base = parent->arch.fs_base;
    child->arch.gs_base = parent->arch.gs_base;
    arch_irq_restore(flags);
    *child->regs = *parent->regs;
    child->regs->rax = 0;
    child->regs->rflags &= ~RFLAGS_TF;
    if (sp)
        child->regs->rsp = sp;
    if (set_tls) {
        child->arch.fs = 0;
        child->arch.fs_base = tls;
    }
    return 0;
}

#define ARCH_SET_GS    0x1001
#define ARCH_SET_FS    0x1002
#define ARCH_GET_FS    0x1003
#define ARCH_GET_GS    0x1004
#define ARCH_GET_CPUID 0x1011
#define ARCH_SET_CPUID 0x1012

s64 arch_prctl(struct thread_head *head, u64 code, u64 value)
{
    switch (code) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (value >= ARCH_USER_TOP)
            return -EPERM;
        if (code == ARCH_SET_FS)
            arch_set_tls(head, value);
        else
            set_gs_base(head, value);
        return 0;
    case ARCH_GET_FS:
        return arch_put_user64(value, arch_get_tls(head));
    case ARCH_GET_GS:
        return arch_put_user64(value, get_gs_base(head));
    case ARCH_GET_CPUID:
        return 1; /* CPUID does not fault */
    case ARCH_SET_CPUID:
        return -ENODEV;
    default:
        return -EINVAL;
    }
}

#define SYSCALL_LENGTH 2

void arch_syscall_restart(struct user_regs *r)
{
    r->rax = r->orig_rax;
    r->rip -= SYSCALL_LENGTH;
}

void arch_syscall_restart_as(struct user_regs *r, u64 nr)
{
    r->rax = nr;
    r->rip -= SYSCALL_LENGTH;
}

bool arch_in_syscall(const struct user_regs *r)
{
    return (s32)r->orig_rax != -1;
}

void arch_syscall_forget(struct user_regs *r)
{
    r->orig_rax = ~0UL;
}

u64 arch_user_pc(const struct user_regs *r)
{
    return r->rip;
}

u64 arch_user_sp(const struct user_regs *r)
{
    return r->rsp;
}

void arch_user_set_pc(struct user_regs *r, u64 pc)
{
    r->rip = pc;
}

int arch_set_single_step(struct thread_head *head, bool on)
{
    u64 *flags = &head->regs->rflags;
    if (on && !(*flags & RFLAGS_TF)) {
        head->arch.single_step = true;
        *flags |= RFLAGS_TF;
    } else if (!on && head->arch.single_step) {
        head->arch.single_step = false;
        *flags &= ~RFLAGS_TF;
    }
    return 0;
}

/* --------------------------------------------------------- register sets -- */

#define NT_PRSTATUS   1
#define NT_PRFPREG    2
#define NT_X86_XSTATE 0x202
#define FXSAVE_SIZE   512
#define XSTATE_SW     464 /* where user space finds the feature mask */

/* Linux's user_regs_struct. */
struct prstatus_regs {
    struct user_regs r;
    u64 fs_base, gs_base, ds, es, fs, gs;
};
ASSERT_SIZE(struct prstatus_regs, 216);

static void current_segments(struct thread_head *head)
{
    unsigned long flags = arch_irq_save();
    if (head == arch_current())
        save_segments(&head->arch);
    arch_irq_restore(flags);
}

size_t arch_regset_size(u32 type, size_t *unit)
{
    *unit = 8;
    switch (type) {
    case NT_PRSTATUS:
        return sizeof(struct prstatus_regs);
    case NT_PRFPREG:
        return FXSAVE_SIZE;
    case NT_X86_XSTATE:
        return x86_fpu_features() ? x86_fp_size : 0;
    default:
        return 0;
    }
}

ssize_t arch_regset_get(struct thread_head *head, u32 type, void *buffer,
                        size_t size)
{
    struct arch_thread *a = &head->arch;
    if (!a->fp)
        return -EINVAL;
    if (type == NT_PRSTATUS) {
        current_segments(head);
        struct prstatus_regs p = {*head->regs, a->fs_base, a->gs_base, a->ds,
                                  a->es,       a->fs,      a->gs};
        if (a->single_step) /* not the program's */
            p.r.rflags &= ~RFLAGS_TF;
        size = min(size, sizeof(p));
        memcpy(buffer, &p, size);
        return size;
    }
    if (type != NT_PRFPREG && type != NT_X86_XSTATE)
        return -EINVAL;
    if (type == NT_X86_XSTATE && !x86_fpu_features())
        return -EINVAL;
    x86_fpu_store(head);
    x86_fpu_complete(a->fp);
    size = min(size, type == NT_PRFPREG ? (size_t)FXSAVE_SIZE : x86_fp_size);
    memcpy(buffer, a->fp, size);
    u64 mask = x86_fpu_features();
    if (type == NT_X86_XSTATE && size >= XSTATE_SW + sizeof(mask))
        memcpy((u8 *)buffer + XSTATE_SW, &mask, sizeof(mask));
    return size;
}

/* Null, or of user mode. */
static bool bad_selector(u64 s)
{
    return (u16)s && (s & 3) != 3;
}

static int set_general(struct thread_head *head, const struct prstatus_regs *p)
{
    struct user_regs *r = head->regs;
    if (p->fs_base >= ARCH_USER_TOP || p->gs_base >= ARCH_USER_TOP ||
        bad_selector(p->r.cs) || !p->r.cs || bad_selector(p->r.ss) ||
        !p->r.ss || bad_selector(p->ds) || bad_selector(p->es) ||
        bad_selector(p->fs) || bad_selector(p->gs))
        return -EIO;
    if (p->r.rflags & RFLAGS_TF)
        head->arch.single_step = false;
    u64 flags = (r->rflags & ~RFLAGS_USER) | (p->r.rflags & RFLAGS_USER);
    *r = p->r;
    r->rflags = flags;
    r->cs = SEL_USER_CODE;
    r->ss = SEL_USER_DATA;
    arch_set_tls(head, p->fs_base);
    set_gs_base(head, p->gs_base);
    return 0;
}

ssize_t arch_regset_set(struct thread_head *head, u32 type, const void *buffer,
                        size_t size)
{
    if (!head->arch.fp)
        return -EINVAL;
    if (type == NT_PRSTATUS) {
        struct prstatus_regs p = {
            *head->regs, arch_get_tls(head), get_gs_base(head), 0, 0, 0, 0};
        if (head->arch.single_step)
            p.r.rflags &= ~RFLAGS_TF;
        size = min(size, sizeof(p));
        memcpy(&p, buffer, size);
        int r = set_general(head, &p);
        return r ? r : (ssize_t)size;
    }
    if (type != NT_PRFPREG && !(type == NT_X86_XSTATE && x86_fpu_features()))
        return -EINVAL;
    size = min(size, type == NT_PRFPREG ? (size_t)FXSAVE_SIZE : x86_fp_size);
    x86_fpu_store(head);
    int r = x86_fp_import(head, buffer, size, type == NT_X86_XSTATE);
    return r ? r : (ssize_t)size;
}
