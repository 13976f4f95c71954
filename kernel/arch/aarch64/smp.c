/*
 * Starting CPUs, and stopping the machine: PSCI (Arm DEN 0022).
 */
#include "arch/aarch64/debug.h"
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "arch/aarch64/cpufeature.h"
#include "arch/aarch64/gic.h"
#include "arch/aarch64/trap.h"
#include "lib/errno.h"

#define PSCI_CPU_OFF      0x84000002
#define PSCI_CPU_ON       0xc4000003
#define PSCI_SYSTEM_OFF   0x84000008
#define PSCI_SYSTEM_RESET 0x84000009

static s64 psci_call(u64 function, u64 a, u64 b, u64 c)
{
    register u64 x0 __asm__("x0") = function;
    register u64 x1 __asm__("x1") = a;
    register u64 x2 __asm__("x2") = b;
    register u64 x3 __asm__("x3") = c;

    /* The SMC calling convention lets the callee change x0 to x17. */
    if (platform.psci == PSCI_HVC)
        __asm__ volatile("hvc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5",
                           "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                           "x14", "x15", "x16", "x17", "memory");
    else if (platform.psci == PSCI_SMC)
        __asm__ volatile("smc #0"
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5",
                           "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                           "x14", "x15", "x16", "x17", "memory");
    else
        return -1;
    return (s64)x0;
}

static void clean_to_memory(const void *start, size_t size)
{
    u64 line = 4UL << (read_sysreg(ctr_el0) >> 16 & 15);

    for (u64 a = (u64)start & ~(line - 1); a < (u64)start + size; a += line)
        __asm__ volatile("dc cvac, %0" ::"r"(a) : "memory");
    dsb(sy);
}

/* Entered from secondary_entry on the idle thread's stack. */
static void secondary_main(u64 cpu) __noreturn;
static void secondary_main(u64 cpu)
{
    struct arm64_cpu *me = this_arm64_cpu();

    me->number = (u32)cpu;
    write_sysreg(arch_virt_to_phys(early_tables) + 9 * PAGE_SIZE, ttbr0_el1);
    isb();
    __asm__ volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
    if (!cpufeature_secondary()) {
        psci_call(PSCI_CPU_OFF, 0, 0, 0);
        arch_halt();
    }
    kernel_start_secondary((u32)cpu);
}

int arch_cpu_start(u32 cpu, struct thread_head *idle, unsigned long percpu)
{
    struct boot_cpu *b;
    s64 r;

    if (cpu == 0 || cpu >= machine.cpu_count)
        return -EINVAL;
    if (platform.psci == PSCI_NONE)
        return -ENODEV;
    /* Not freed: the CPU reads it whenever it comes. */
    b = arch_alloc.alloc(sizeof(*b));
    if (!b)
        return -ENOMEM;
    *b = (struct boot_cpu){
        .ttbr1 = kernel_pagetable.root,
        .stack =
            (u64)idle->stack + KERNEL_STACK_SIZE - sizeof(struct user_regs),
        .thread = (u64)idle,
        .percpu = percpu,
        .entry = (u64)secondary_main,
        .vectors = (u64)vectors,
        .arg = cpu,
    };
    clean_to_memory(b, sizeof(*b));
    r = psci_call(PSCI_CPU_ON, platform.cpu_mpidr[cpu],
                  arch_virt_to_phys(secondary_entry), arch_virt_to_phys(b));
    return r == 0 ? 0 : -EIO;
}

void arch_cpu_init(u32 cpu)
{
    gic_cpu_init(cpu);
    debug_cpu_init();
    timer_cpu_init();
}

void arch_cpu_idle(void)
{
    dsb(sy);
    __asm__ volatile("wfi" ::: "memory");
}

void arch_power_off(void)
{
    psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void arch_reboot(void)
{
    psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}

void arch_halt(void)
{
    arch_irq_disable();
    for (;;)
        __asm__ volatile("wfi" ::: "memory");
}
