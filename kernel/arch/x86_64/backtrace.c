/* Registers and call chains, for panics. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/printf.h"

#define FRAMES_MAX 64

struct frame {
    u64 rbp, rip;
};

/* Kernel stacks lie in the direct map, in the vmap range or in the image; an
 * address there that is not mapped (a guard page) ends the walk. */
static bool readable(u64 va)
{
    if (va & 7 || va < X86_DIRECT_MAP)
        return false;
    u64 *table = (u64 *)arch_phys_to_virt(kernel_pagetable.root);
    for (int level = 3; level >= 0; level--) {
        u64 e = table[va >> (12 + 9 * level) & 511];
        if (!(e & 1))
            return false;
        if (level == 0 || e & 0x80)
            return true;
        table = (u64 *)arch_phys_to_virt(e & 0x000ffffffffff000);
    }
    return true;
}

static void walk(u64 rbp, void (*frame)(void *ctx, u64 pc), void *ctx)
{
    for (unsigned i = 0; i < FRAMES_MAX; i++) {
        if (!readable(rbp) || !readable(rbp + 8))
            return;
        const struct frame *f = (const struct frame *)rbp;
        if (!arch_is_kernel_text(f->rip))
            return;
        /* The call, not what follows it: that may be the next function. */
        frame(ctx, f->rip - 1);
        /* Stacks differ at exceptions; within one, frames go up. */
        if (f->rbp <= rbp && f->rbp + KERNEL_STACK_SIZE > rbp)
            return;
        rbp = f->rbp;
    }
}

void arch_backtrace(const struct kernel_regs *regs, const struct thread_head *t,
                    void (*frame)(void *ctx, u64 pc), void *ctx)
{
    if (regs) {
        if (arch_regs_user(regs))
            return;
        frame(ctx, regs->rip);
        walk(regs->rbp, frame, ctx);
    } else if (t) {
        /* What x86_switch_stack() pushed: rbp and the return address last. */
        const u64 *sp = (const u64 *)t->arch.sp;
        if (!readable((u64)sp) || !readable((u64)&sp[6]))
            return;
        frame(ctx, sp[6]);
        walk(sp[5], frame, ctx);
    } else {
        walk((u64)__builtin_frame_address(0), frame, ctx);
    }
}

void arch_print_regs(const struct kernel_regs *r,
                     void (*print)(const char *line))
{
    char line[128], name[64];
    snprintf(line, sizeof(line), "rip %016lx  %s", r->rip,
             arch_regs_user(r) ? "(user)"
                               : arch_symbol_name(r->rip, name, sizeof(name)));
    print(line);
    const struct {
        const char *name;
        u64 value;
    } all[] = {
        {"rsp", r->rsp},     {"rbp", r->rbp},     {"rflags", r->rflags},
        {"rax", r->rax},     {"rbx", r->rbx},     {"rcx", r->rcx},
        {"rdx", r->rdx},     {"rsi", r->rsi},     {"rdi", r->rdi},
        {"r8", r->r8},       {"r9", r->r9},       {"r10", r->r10},
        {"r11", r->r11},     {"r12", r->r12},     {"r13", r->r13},
        {"r14", r->r14},     {"r15", r->r15},     {"cs", r->cs},
        {"cr2", read_cr2()}, {"cr3", read_cr3()}, {"cr4", read_cr4()},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(all); i += 3) {
        snprintf(line, sizeof(line), "%-6s %016lx  %-3s %016lx  %-6s %016lx",
                 all[i].name, all[i].value, all[i + 1].name, all[i + 1].value,
                 all[i + 2].name, all[i + 2].value);
        print(line);
    }
}
