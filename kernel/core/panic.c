#include "core/panic.h"

#include "core/cpu.h"
#include "core/init.h"
#include "core/log.h"
#include "core/sched.h"
#include "core/time.h"
#include "lib/printf.h"
#include "lib/string.h"

#define TRACE_DEPTH 24

/* What a stopped CPU leaves for the report. */
struct stopped_cpu {
    u64 pc[TRACE_DEPTH];
    u32 depth;
    bool stopped;
};
static DEFINE_PER_CPU(struct stopped_cpu, stopped_cpu);

atomic_t panic_cpu;
s32 panic_timeout;

static void trace_note(void *ctx, u64 pc)
{
    struct stopped_cpu *s = ctx;

    if (s->depth < TRACE_DEPTH)
        s->pc[s->depth++] = pc;
}

void panic_stop_this_cpu(void)
{
    struct stopped_cpu *s = &this_cpu(stopped_cpu);

    arch_irq_disable();
    if (!s->stopped) {
        s->depth = 0;
        arch_backtrace(arch_irq_regs(), NULL, trace_note, s);
        __atomic_store_n(&s->stopped, true, __ATOMIC_RELEASE);
    }
    arch_halt();
}

static void print_line(const char *line)
{
    log_print(LOG_EMERG, "%s\n", line);
}

static void trace_print(void *ctx, u64 pc)
{
    char name[128];

    (void)ctx;
    log_print(LOG_EMERG, "  %016lx %s\n", pc,
              arch_symbol_name(pc, name, sizeof(name)));
}

void log_backtrace(void)
{
    arch_backtrace(NULL, NULL, trace_print, NULL);
    if (boot_option("panic_on_warn") && !panic_in_progress())
        panic("panic_on_warn: see the report above\n");
}

static void print_cpu_line(u32 cpu)
{
    struct thread *t = sched_current_of(cpu);

    log_print(LOG_EMERG, "CPU %u, thread \"%s\":\n", cpu, t ? t->name : "?");
}

static void stop_others(u32 self)
{
    for_each_online_cpu (cpu)
        if (cpu != self)
            arch_send_ipi(cpu, IPI_STOP);
    /* A CPU that cannot be reached is reported as such. */
    for (u32 tries = 0; tries < 100; tries++) {
        bool all = true;

        for_each_online_cpu (cpu)
            if (cpu != self &&
                !__atomic_load_n(&per_cpu(stopped_cpu, cpu).stopped,
                                 __ATOMIC_ACQUIRE))
                all = false;
        if (all)
            return;
        udelay(2000);
    }
}

static void report_others(u32 self)
{
    for_each_online_cpu (cpu) {
        struct stopped_cpu *s;

        if (cpu == self)
            continue;
        print_cpu_line(cpu);
        s = &per_cpu(stopped_cpu, cpu);
        if (!__atomic_load_n(&s->stopped, __ATOMIC_ACQUIRE))
            log_print(LOG_EMERG, "  did not stop\n");
        for (u32 i = 0; i < s->depth; i++)
            trace_print(NULL, s->pc[i]);
    }
}

static void finish(const char *why)
{
    s64 wait = READ_ONCE(panic_timeout);

    log_print(LOG_EMERG, "---[ end Kernel panic - not syncing: %s ]---\n", why);
    if (wait > 0) {
        for (s64 i = 0; i < wait * 1000; i++)
            udelay(1000);
        arch_reboot();
    }
    arch_power_off();
    arch_halt();
}

static void __noreturn report(const char *why, const struct kernel_regs *regs)
{
    u64 last_line = log_next_sequence();
    u32 self;
    int nobody = 0;

    arch_irq_disable();
    self = cpu_current();
    if (!__atomic_compare_exchange_n(&panic_cpu.counter, &nobody, (int)self + 1,
                                     false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        if (nobody == (int)self + 1) {
            /* The report itself failed. */
            static const char again[] = "\npanic within a panic\n";

            arch_console_early_write(again, sizeof(again) - 1);
            arch_power_off();
            arch_halt();
        }
        panic_stop_this_cpu();
    }
    if (cpus_online.bits[0])
        stop_others(self);
    log_panic_mode();
    log_print(LOG_EMERG, "Kernel panic - not syncing: %s\n", why);
    if (arch_current())
        print_cpu_line(self);
    arch_print_regs(regs, print_line);
    log_print(LOG_EMERG, "Backtrace:\n");
    arch_backtrace(regs, NULL, trace_print, NULL);
    report_others(self);
    log_print(LOG_EMERG, "---[ last log lines ]---\n");
    log_panic_replay(last_line, 32);
    finish(why);
    arch_halt();
}

static size_t trim(char *text)
{
    size_t n = strlen(text);

    while (n && text[n - 1] == '\n')
        text[--n] = 0;
    return n;
}

void panic(const char *format, ...)
{
    char why[256];
    struct kernel_regs regs;
    va_list args;

    arch_capture_regs(&regs);
    va_start(args, format);
    vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    trim(why);
    report(why, &regs);
}

void die(const char *what, const struct kernel_regs *regs)
{
    char why[128];

    strscpy(why, what, sizeof(why));
    trim(why);
    report(why, regs);
}
