/*
 * Starting the other CPUs, and what each CPU sets up for itself.
 *
 * A CPU begins in real mode in the low page that boot.c reserved; trampoline.S
 * is copied there. One CPU is started at a time.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpuid.h"
#include "lib/errno.h"
#include "lib/string.h"

paddr_t x86_low_page;
u64 x86_cpus_running[MAX_CPUS / 64] = {1};
unsigned long x86_percpu_bases[MAX_CPUS];

/* trampoline.S; the block is filled in for each CPU. */
struct trampoline_data {
    u64 root, stack, entry;
    u32 far_offset;
    u16 far_selector;
    u16 gdt_limit;
    u32 gdt_base;
    u32 efer;
} __packed;
extern const char x86_trampoline[], x86_trampoline_end[];
extern const char x86_trampoline_data[], x86_trampoline_64[];
extern const char x86_trampoline_gdt[];

static u32 starting;
static u32 alive; /* atomic */

static void delay_us(u64 us)
{
    u64 end = arch_counter() + arch_counter_hz() / 1000000 * us;
    while (arch_counter() < end)
        arch_cpu_relax();
}

static bool wait_alive(u64 us)
{
    u64 end = arch_counter() + arch_counter_hz() / 1000000 * us;
    while (!__atomic_load_n(&alive, __ATOMIC_ACQUIRE)) {
        if (arch_counter() >= end)
            return false;
        arch_cpu_relax();
    }
    return true;
}

static void __noreturn secondary_start(void)
{
    u32 cpu = starting;
    arch_set_percpu_base(x86_percpu_bases[cpu]);
    x86_load_descriptors(cpu);
    x86_enable_features();
    x86_cpu_set_number(cpu);
    x86_fpu_enable();
    x86_tlb_init();
    __atomic_fetch_or(&x86_cpus_running[cpu / 64], BIT(cpu % 64),
                      __ATOMIC_SEQ_CST);
    __atomic_store_n(&alive, 1, __ATOMIC_RELEASE);
    kernel_start_secondary(cpu);
}

static void fill_trampoline(struct thread_head *idle)
{
    char *page = arch_phys_to_virt(x86_low_page);
    size_t size = x86_trampoline_end - x86_trampoline;
    memcpy(page, x86_trampoline, size);
    struct trampoline_data *d =
        (void *)(page + (x86_trampoline_data - x86_trampoline));
    *d = (struct trampoline_data){
        .root = kernel_pagetable.root,
        .stack = (u64)idle->stack + KERNEL_STACK_SIZE,
        .entry = (u64)secondary_start,
        .far_offset = x86_low_page + (x86_trampoline_64 - x86_trampoline),
        .far_selector = 8,
        .gdt_limit = 15,
        .gdt_base = x86_low_page + (x86_trampoline_gdt - x86_trampoline),
        .efer = rdmsr(MSR_EFER) & 0xffffffff,
    };
}

static int kick(u32 apic_id)
{
    x86_apic_send(apic_id, APIC_INIT);
    /* The ten milliseconds of the MP specification are for 486s. A start-up
     * that comes before INIT is done is lost, one that comes when the CPU runs
     * is ignored, so it is repeated. */
    delay_us(50);
    for (unsigned tries = 0; tries < 2000; tries++) {
        x86_apic_send(apic_id, APIC_STARTUP | x86_low_page >> 12);
        if (wait_alive(500))
            return 0;
    }
    return -ETIMEDOUT;
}

int arch_cpu_start(u32 cpu, struct thread_head *idle, unsigned long percpu)
{
    if (!x86_low_page || kernel_pagetable.root >> 32)
        return -ENODEV;
    struct x86_cpu *c = (void *)((char *)&x86_cpu + percpu);
    c->current = idle;
    c->number = cpu;
    x86_percpu_bases[cpu] = percpu;
    starting = cpu;
    __atomic_store_n(&alive, 0, __ATOMIC_SEQ_CST);
    fill_trampoline(idle);
    int r = arch_kernel_map(x86_low_page, x86_low_page, PAGE_SIZE,
                            MAP_PROT_READ | MAP_PROT_EXEC);
    if (r)
        return r;
    r = kick(x86_platform.apic_ids[cpu]);
    arch_kernel_unmap(x86_low_page, PAGE_SIZE);
    return r;
}

void x86_cpu_set_number(u32 cpu)
{
    struct x86_cpu *c = (void *)((char *)&x86_cpu + arch_percpu_base());
    c->number = cpu;
    if (x86_has(FEATURE_RDTSCP) || x86_has(FEATURE_RDPID))
        wrmsr(MSR_TSC_AUX, cpu);
}

void arch_cpu_init(u32 cpu)
{
    struct x86_cpu *c = (void *)((char *)&x86_cpu + arch_percpu_base());
    struct thread_head *t = arch_current();
    if (t)
        x86_set_entry_stack((u64)t->stack + KERNEL_STACK_SIZE);
    if (cpu == 0)
        x86_ioapic_init();
    else
        x86_apic_init(cpu);
    c->apic_id = x86_apic_id();
    x86_apic_timer_init(cpu);
}

void arch_cpu_idle(void)
{
    /* An interrupt that comes after STI wakes HLT: STI's shadow covers it. */
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

void arch_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt" : : : "memory");
}
