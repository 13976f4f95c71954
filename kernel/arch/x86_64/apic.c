/* The local APIC: set-up, interprocessor interrupts, the timer. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/errno.h"

#define APIC_ID            0x020
#define APIC_TPR           0x080
#define APIC_EOI           0x0b0
#define APIC_LDR           0x0d0
#define APIC_SVR           0x0f0
#define APIC_ICR_LOW       0x300
#define APIC_ICR_HIGH      0x310
#define APIC_LVT_TIMER     0x320
#define APIC_LVT_LINT0     0x350
#define APIC_LVT_LINT1     0x360
#define APIC_LVT_ERROR     0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0

#define SVR_ENABLE       0x100
#define ICR_PENDING      0x1000
#define LVT_MASKED       0x10000
#define LVT_NMI          0x400
#define LVT_TSC_DEADLINE 0x40000
#define DIVIDE_BY_16     0x3

#define APIC_BASE_ENABLE BIT(11)
#define APIC_BASE_X2APIC BIT(10)

static u8 *registers; /* NULL: x2APIC */
static bool deadline_mode;
u64 x86_apic_timer_hz; /* before the divisor */

static u32 apic_read(u32 reg)
{
    if (!registers)
        return rdmsr(MSR_X2APIC + (reg >> 4));
    return arch_mmio_read32(registers + reg);
}

static void apic_write(u32 reg, u32 v)
{
    if (!registers)
        wrmsr(MSR_X2APIC + (reg >> 4), v);
    else
        arch_mmio_write32(registers + reg, v);
}

void x86_apic_init(u32 cpu)
{
    u64 base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    if (x86_has(FEATURE_X2APIC)) {
        wrmsr(MSR_APIC_BASE, base);
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
    } else {
        wrmsr(MSR_APIC_BASE, base);
        if (!registers)
            registers = x86_map_device(x86_platform.lapic_address, PAGE_SIZE);
        if (!registers)
            arch_upcalls.die("cannot map the local APIC", NULL);
    }
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_TIMER, LVT_MASKED);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, cpu == 0 ? LVT_NMI : LVT_MASKED);
    apic_write(APIC_LVT_ERROR, VECTOR_ERROR);
    apic_write(APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
    apic_write(APIC_EOI, 0);
}

void x86_apic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

u32 x86_apic_id(void)
{
    return registers ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
}

void x86_apic_send(u32 apic_id, u32 command)
{
    if (!registers) {
        /* An MSR write of the x2APIC is not a serialising one. */
        smp_mb();
        wrmsr(MSR_X2APIC + (APIC_ICR_LOW >> 4), (u64)apic_id << 32 | command);
        return;
    }
    unsigned long flags = arch_irq_save();
    for (u32 i = 0; i < 1000000 && apic_read(APIC_ICR_LOW) & ICR_PENDING; i++)
        arch_cpu_relax();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
    arch_irq_restore(flags);
}

void arch_send_ipi(u32 cpu, enum arch_ipi kind)
{
    u32 id = x86_platform.apic_ids[cpu];
    if (kind == IPI_STOP) {
        WRITE_ONCE(x86_nmi_stop, 1);
        x86_apic_send(id, APIC_NMI);
    } else {
        x86_apic_send(id, kind == IPI_RESCHED ? VECTOR_RESCHED : VECTOR_CALL);
    }
}

/* ------------------------------------------------------------------ timer --
 */

void x86_apic_timer_init(u32 cpu)
{
    if (cpu == 0)
        deadline_mode = x86_has(FEATURE_TSC_DEADLINE);
    if (deadline_mode) {
        apic_write(APIC_LVT_TIMER, LVT_TSC_DEADLINE | VECTOR_TIMER);
        /* The mode is in force before the MSR is written (SDM 3A, 11.5.4.1). */
        __asm__ volatile("mfence" : : : "memory");
    } else {
        apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
        apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    }
}

/* Start the timer at its largest count, masked, and read it: for calibration.
 */
void x86_apic_timer_run(void)
{
    apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
    apic_write(APIC_TIMER_INITIAL, ~0u);
}

u32 x86_apic_timer_elapsed(void)
{
    return ~apic_read(APIC_TIMER_CURRENT);
}

void x86_apic_timer_stop(void)
{
    apic_write(APIC_TIMER_INITIAL, 0);
}

void arch_timer_program(u64 counter)
{
    if (deadline_mode) {
        wrmsr(MSR_TSC_DEADLINE, counter == ~0UL ? 0 : counter);
        return;
    }
    if (counter == ~0UL) {
        apic_write(APIC_TIMER_INITIAL, 0);
        return;
    }
    u64 now = arch_counter(), ticks = 1;
    if (counter > now) {
        unsigned __int128 t =
            (unsigned __int128)(counter - now) * (x86_apic_timer_hz / 16);
        u64 hz = arch_counter_hz();
        /* Up to 2^64 / 2^32 seconds fit; longer waits fire early, once. */
        u64 high = t >> 64;
        ticks = high ? ~0u : (u64)t / hz + 1;
        if (ticks > ~0u)
            ticks = ~0u;
    }
    apic_write(APIC_TIMER_INITIAL, ticks);
}
