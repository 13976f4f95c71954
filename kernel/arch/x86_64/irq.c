/*
 * Interrupt numbers, vectors and the IO-APICs.
 *
 * An irq number is an index of `irqs`. Each CPU has its own 192 vectors for
 * devices; `vector_irq` (per CPU) says which irq a vector stands for. `lock`
 * guards both tables and the IO-APICs' index/data registers.
 */
#include "arch/x86_64/port.h"
#include "arch/common/spinlock.h"
#include "lib/errno.h"

#define IRQ_LIMIT 512

#define IOAPIC_SELECT  0x00
#define IOAPIC_WINDOW  0x10
#define IOAPIC_VERSION 1
#define IOAPIC_ENTRY   0x10
#define ENTRY_LOW      BIT(13)
#define ENTRY_LEVEL    BIT(15)
#define ENTRY_MASKED   BIT(16)

#define PIC_MASTER 0x20
#define PIC_SLAVE  0xa0

#define MSI_ADDRESS 0xfee00000

enum irq_kind {
    IRQ_FREE,
    IRQ_WIRED,
    IRQ_MSI
};

struct irq {
    u8 kind, vector;
    u16 cpu;
    u16 gsi;
    u8 ioapic, pin;
    u32 entry; /* low word of a wired line's IO-APIC entry */
};
static struct irq irqs[IRQ_LIMIT];

struct ioapic {
    u8 *registers;
    u32 gsi_base, pins;
};
static struct ioapic ioapics[8];
static u32 ioapic_count;

static struct arch_spinlock lock;
static u16 vector_irq[256] __section(".data.percpu"); /* irq + 1 */

extern unsigned long x86_percpu_bases[MAX_CPUS];

static u16 *vectors_of(u32 cpu)
{
    return (u16 *)((char *)vector_irq + x86_percpu_bases[cpu]);
}

static u32 ioapic_read(const struct ioapic *io, u32 reg)
{
    arch_mmio_write32(io->registers + IOAPIC_SELECT, reg);
    return arch_mmio_read32(io->registers + IOAPIC_WINDOW);
}

static void ioapic_write(const struct ioapic *io, u32 reg, u32 v)
{
    arch_mmio_write32(io->registers + IOAPIC_SELECT, reg);
    arch_mmio_write32(io->registers + IOAPIC_WINDOW, v);
}

/* The 8259s: out of the way of exceptions, and silent. */
static void silence_pic(void)
{
    arch_port_out8(PIC_MASTER, 0x11);
    arch_port_out8(PIC_SLAVE, 0x11);
    arch_port_out8(PIC_MASTER + 1, 0x20);
    arch_port_out8(PIC_SLAVE + 1, 0x28);
    arch_port_out8(PIC_MASTER + 1, 4);
    arch_port_out8(PIC_SLAVE + 1, 2);
    arch_port_out8(PIC_MASTER + 1, 1);
    arch_port_out8(PIC_SLAVE + 1, 1);
    arch_port_out8(PIC_MASTER + 1, 0xff);
    arch_port_out8(PIC_SLAVE + 1, 0xff);
}

void x86_ioapic_init(void)
{
    silence_pic();
    for (u32 i = 0; i < x86_platform.ioapic_count; i++) {
        struct ioapic *io = &ioapics[ioapic_count];
        io->registers =
            x86_map_device(x86_platform.ioapics[i].address, PAGE_SIZE);
        if (!io->registers)
            continue;
        io->gsi_base = x86_platform.ioapics[i].gsi_base;
        io->pins = (ioapic_read(io, IOAPIC_VERSION) >> 16 & 0xff) + 1;
        ioapic_count++;
        for (u32 pin = 0; pin < io->pins; pin++)
            ioapic_write(io, IOAPIC_ENTRY + 2 * pin, ENTRY_MASKED);
    }
}

/* ------------------------------------------------------------ allocation -- */

static int find_vector(u32 cpu, u32 irq)
{
    u16 *v = vectors_of(cpu);
    for (u32 i = VECTOR_DEVICES; i < VECTOR_LIMIT; i++) {
        if (!v[i]) {
            v[i] = irq + 1;
            return i;
        }
    }
    return -ENOSPC;
}

/* A free number with a vector on `cpu`; lock held. */
static int allocate(u32 cpu, enum irq_kind kind)
{
    for (u32 n = 0; n < IRQ_LIMIT; n++) {
        if (irqs[n].kind != IRQ_FREE)
            continue;
        int vector = find_vector(cpu, n);
        if (vector < 0)
            return vector;
        irqs[n] = (struct irq){.kind = kind, .vector = vector, .cpu = cpu};
        return n;
    }
    return -ENOSPC;
}

static void write_entry(const struct irq *q)
{
    const struct ioapic *io = &ioapics[q->ioapic];
    u32 reg = IOAPIC_ENTRY + 2 * q->pin;
    ioapic_write(io, reg + 1, x86_platform.apic_ids[q->cpu] << 24);
    ioapic_write(io, reg, q->entry);
}

static int map_wired(u32 line, bool level, bool active_low)
{
    for (u32 n = 0; n < IRQ_LIMIT; n++)
        if (irqs[n].kind == IRQ_WIRED && irqs[n].gsi == line)
            return n;
    for (u32 i = 0; i < ioapic_count; i++) {
        u32 pin = line - ioapics[i].gsi_base;
        if (pin >= ioapics[i].pins)
            continue;
        int n = allocate(0, IRQ_WIRED);
        if (n < 0)
            return n;
        irqs[n].gsi = line;
        irqs[n].ioapic = i;
        irqs[n].pin = pin;
        irqs[n].entry = irqs[n].vector | ENTRY_MASKED |
                        (level ? ENTRY_LEVEL : 0) |
                        (active_low ? ENTRY_LOW : 0);
        write_entry(&irqs[n]);
        return n;
    }
    return -ENODEV;
}

int arch_irq_map_wired(u32 line, bool level, bool active_low)
{
    unsigned long flags = arch_spin_lock(&lock);
    int n = map_wired(line, level, active_low);
    arch_spin_unlock(&lock, flags);
    return n;
}

int arch_irq_alloc_msi(u32 device, u32 cpu, u64 *address, u32 *data)
{
    (void)device;
    /* Without interrupt remapping a message names eight bits of APIC id. */
    if (x86_platform.apic_ids[cpu] > 255)
        cpu = 0;
    unsigned long flags = arch_spin_lock(&lock);
    int n = allocate(cpu, IRQ_MSI);
    if (n >= 0) {
        *address = MSI_ADDRESS | x86_platform.apic_ids[cpu] << 12;
        *data = irqs[n].vector;
    }
    arch_spin_unlock(&lock, flags);
    return n;
}

void arch_irq_free_msi(u32 n)
{
    unsigned long flags = arch_spin_lock(&lock);
    vectors_of(irqs[n].cpu)[irqs[n].vector] = 0;
    irqs[n].kind = IRQ_FREE;
    arch_spin_unlock(&lock, flags);
}

static void set_masked(u32 n, bool masked)
{
    unsigned long flags = arch_spin_lock(&lock);
    struct irq *q = &irqs[n];
    if (q->kind == IRQ_WIRED) {
        q->entry =
            masked ? q->entry | ENTRY_MASKED : q->entry & ~(u32)ENTRY_MASKED;
        write_entry(q);
    }
    arch_spin_unlock(&lock, flags);
}

void arch_irq_unmask(u32 n)
{
    set_masked(n, false);
}

void arch_irq_mask(u32 n)
{
    set_masked(n, true);
}

u32 arch_irq_limit(void)
{
    return IRQ_LIMIT;
}

void x86_irq_vector(u32 vector)
{
    u16 irq = ((u16 *)((char *)vector_irq + arch_percpu_base()))[vector];
    if (irq)
        arch_upcalls.irq(irq - 1);
    x86_apic_eoi();
}
