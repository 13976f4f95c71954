/*
 * Backtraces by frame pointers, and printing registers. Never faults: each
 * frame must lie in the stack that the one before was on.
 */
#include "arch/arch.h"
#include "lib/printf.h"

extern char boot_stack_top[];

struct stack_bounds {
    u64 start, end;
};

static struct stack_bounds stack_of(const struct thread_head *t)
{
    if (t && t->stack)
        return (struct stack_bounds){(u64)t->stack,
                                     (u64)t->stack + KERNEL_STACK_SIZE};
    return (struct stack_bounds){(u64)boot_stack, (u64)boot_stack_top};
}

/* {previous frame, return address} at fp; ends at a fp of 0, or a bad one. */
static void walk(u64 fp, struct stack_bounds stack,
                 void (*frame)(void *ctx, u64 pc), void *ctx)
{
    u64 last = 0;

    for (unsigned i = 0; i < 64; i++) {
        const u64 *record = (const u64 *)fp;

        if (fp < stack.start || fp + 16 > stack.end || (fp & 7) || fp <= last)
            return;
        last = fp;
        fp = record[0];
        if (!record[1])
            return;
        frame(ctx, record[1]);
    }
}

void arch_backtrace(const struct kernel_regs *regs, const struct thread_head *t,
                    void (*frame)(void *ctx, u64 pc), void *ctx)
{
    if (regs) {
        if (arch_regs_user(regs))
            return;
        frame(ctx, regs->pc);
        walk(regs->x[29], stack_of(t ? t : arch_current()), frame, ctx);
    } else if (t && t != arch_current()) {
        frame(ctx, t->arch.context.pc);
        walk(t->arch.context.fp, stack_of(t), frame, ctx);
    } else {
        walk((u64)__builtin_frame_address(0), stack_of(arch_current()), frame,
             ctx);
    }
}

void arch_print_regs(const struct kernel_regs *regs,
                     void (*print)(const char *line))
{
    char line[128], name[64];

    snprintf(line, sizeof(line), "pc  %016lx %s", regs->pc,
             arch_symbol_name(regs->pc, name, sizeof(name)));
    print(line);
    snprintf(line, sizeof(line), "lr  %016lx %s", regs->x[30],
             arch_symbol_name(regs->x[30], name, sizeof(name)));
    print(line);
    snprintf(line, sizeof(line), "sp  %016lx pstate %08lx", regs->sp,
             regs->pstate);
    print(line);
    if (!arch_regs_user(regs)) {
        snprintf(line, sizeof(line), "esr %08lx far %016lx", regs->esr,
                 regs->far);
        print(line);
    }
    for (unsigned i = 0; i < 30; i += 3) {
        snprintf(line, sizeof(line), "x%-2u %016lx x%-2u %016lx x%-2u %016lx",
                 i, regs->x[i], i + 1, regs->x[i + 1], i + 2, regs->x[i + 2]);
        print(line);
    }
}
