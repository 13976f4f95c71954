/*
 * GICv2 (Arm IHI 0048) and GICv3 (Arm IHI 0069). All interrupts are group 1,
 * non-secure, of one priority; a handler runs with interrupts off to its end.
 */
#include "arch/aarch64/gic.h"
#include "arch/aarch64/its.h"
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "arch/aarch64/trap.h"
#include "arch/common/spinlock.h"
#include "lib/errno.h"

/* Distributor. */
#define GICD_CTLR       0x000
#define GICD_TYPER      0x004
#define GICD_IGROUPR    0x080
#define GICD_ISENABLER  0x100
#define GICD_ICENABLER  0x180
#define GICD_ICPENDR    0x280
#define GICD_ICACTIVER  0x380
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR  0x800 /* v2 */
#define GICD_ICFGR      0xc00
#define GICD_SGIR       0xf00  /* v2 */
#define GICD_IROUTER    0x6000 /* v3 */
#define CTLR_ENABLE     1
#define CTLR_ENABLE_G1A 2        /* v3 */
#define CTLR_ARE        (1 << 4) /* v3 */
#define CTLR_RWP        (1U << 31)

/* v2's CPU interface. */
#define GICC_CTLR 0x00
#define GICC_PMR  0x04
#define GICC_BPR  0x08
#define GICC_IAR  0x0c
#define GICC_EOIR 0x10

/* v3's redistributor; the second frame has the private interrupts. */
#define GICR_CTLR    0x00
#define GICR_TYPER   0x08
#define GICR_WAKER   0x14
#define GICR_SGI     0x10000
#define WAKER_SLEEP  (1 << 1)
#define WAKER_ASLEEP (1 << 2)
#define TYPER_LAST   (1 << 4)
#define TYPER_VLPIS  (1 << 1)
#define GICR_STRIDE  0x20000UL

/* v2m's frame. */
#define V2M_TYPER  0x008
#define V2M_SETSPI 0x040

#define PRIORITY   0xa0
#define INTID_NONE 1020
#define WAIT_LIMIT 1000000

static volatile char *gicd, *gicc, *v2m;
static struct {
    volatile char *base;
    paddr_t pa;
    u64 size;
} gicr[ARRAY_SIZE(platform.gic.redistributor)];
static volatile char *cpu_gicr[MAX_CPUS];
static u8 cpu_target[MAX_CPUS]; /* v2: its bit in the distributor */
static u32 irq_limit = GIC_SPI_FIRST;
static struct arch_spinlock lock; /* distributor, MSI allocation */
static u32 msi_first, msi_count;
static u64 msi_used[GIC_SPI_LIMIT / 64 + 1];

static bool version3(void)
{
    return platform.gic.version == 3;
}

/* ------------------------------------------------------------- start-up -- */

void gic_map(void)
{
    const struct platform_gic *g = &platform.gic;
    u64 room = (u64)machine.cpu_count * 2 * GICR_STRIDE;

    if (g->version == 0 || g->distributor == 0)
        boot_fail("no interrupt controller");
    gicd = boot_map_device(g->distributor, version3() ? 0x10000 : 0x1000);
    if (version3()) {
        for (u32 i = 0; i < g->redistributors; i++) {
            u64 size = g->redistributor[i].size;

            if (size == 0 || size > room)
                size = room;
            gicr[i].base = boot_map_device(g->redistributor[i].base, size);
            gicr[i].pa = g->redistributor[i].base;
            gicr[i].size = size;
        }
        its_map();
    } else {
        gicc = boot_map_device(g->cpu_interface, 0x2000);
        if (g->v2m)
            v2m = boot_map_device(g->v2m, 0x1000);
    }
}

static void wait_for(volatile char *reg, u32 mask)
{
    for (u32 i = 0; i < WAIT_LIMIT && (arch_mmio_read32(reg) & mask); i++)
        arch_cpu_relax();
}

static void distributor_init(void)
{
    u32 lines = 32 * ((arch_mmio_read32(gicd + GICD_TYPER) & 31) + 1);

    if (lines > GIC_SPI_LIMIT)
        lines = GIC_SPI_LIMIT;
    irq_limit = lines;
    arch_mmio_write32(gicd + GICD_CTLR, 0);
    if (version3())
        wait_for(gicd + GICD_CTLR, CTLR_RWP);
    for (u32 i = GIC_SPI_FIRST; i < lines; i += 32) {
        arch_mmio_write32(gicd + GICD_ICENABLER + i / 8, ~0u);
        arch_mmio_write32(gicd + GICD_ICPENDR + i / 8, ~0u);
        arch_mmio_write32(gicd + GICD_ICACTIVER + i / 8, ~0u);
        if (version3())
            arch_mmio_write32(gicd + GICD_IGROUPR + i / 8, ~0u);
    }
    for (u32 i = GIC_SPI_FIRST; i < lines; i += 4)
        arch_mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY * 0x01010101U);
    if (version3()) {
        wait_for(gicd + GICD_CTLR, CTLR_RWP);
        arch_mmio_write32(gicd + GICD_CTLR,
                          CTLR_ARE | CTLR_ENABLE_G1A | CTLR_ENABLE);
        wait_for(gicd + GICD_CTLR, CTLR_RWP);
    } else {
        arch_mmio_write32(gicd + GICD_CTLR, CTLR_ENABLE);
    }
    if (v2m) {
        u32 typer = arch_mmio_read32(v2m + V2M_TYPER);

        msi_first = typer >> 16 & 0x3ff;
        msi_count = typer & 0x3ff;
        if (msi_first < GIC_SPI_FIRST || msi_first + msi_count > irq_limit)
            msi_count = 0;
    }
}

/* This CPU's redistributor, by its affinity. */
static volatile char *find_redistributor(paddr_t *pa)
{
    u64 mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
    u64 affinity = (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;

    for (size_t i = 0; i < ARRAY_SIZE(gicr); i++) {
        u64 at = 0, typer;

        while (at + GICR_STRIDE <= gicr[i].size) {
            typer = arch_mmio_read64(gicr[i].base + at + GICR_TYPER);
            if (typer >> 32 == affinity) {
                *pa = gicr[i].pa + at;
                return gicr[i].base + at;
            }
            if (typer & TYPER_LAST)
                break;
            at += typer & TYPER_VLPIS ? 2 * GICR_STRIDE : GICR_STRIDE;
        }
    }
    return NULL;
}

static void cpu_init_v3(u32 cpu)
{
    paddr_t pa = 0;
    volatile char *r = find_redistributor(&pa), *sgi;

    if (!r)
        trap_die("a CPU has no redistributor", NULL);
    cpu_gicr[cpu] = r;
    sgi = r + GICR_SGI;
    arch_mmio_write32(r + GICR_WAKER,
                      arch_mmio_read32(r + GICR_WAKER) & ~(u32)WAKER_SLEEP);
    wait_for(r + GICR_WAKER, WAKER_ASLEEP);
    arch_mmio_write32(sgi + GICD_IGROUPR, ~0u);
    arch_mmio_write32(sgi + GICD_ICENABLER, 0xffff0000);
    for (u32 i = 0; i < 32; i += 4)
        arch_mmio_write32(sgi + GICD_IPRIORITYR + i, PRIORITY * 0x01010101U);
    arch_mmio_write32(sgi + GICD_ISENABLER, 0xffff);
    write_sysreg(read_sysreg(SYS_ICC_SRE) | 1, SYS_ICC_SRE);
    isb();
    write_sysreg(0xf0, SYS_ICC_PMR);
    write_sysreg(0, SYS_ICC_BPR1);
    write_sysreg(0, SYS_ICC_CTLR);
    write_sysreg(1, SYS_ICC_IGRPEN1);
    isb();
    its_cpu_init(cpu, r, pa);
}

static void cpu_init_v2(u32 cpu)
{
    u32 mask = 0;

    /* The private lines' target registers read as this CPU's own bit. */
    for (u32 i = 0; i < 32 && !mask; i += 4) {
        mask = arch_mmio_read32(gicd + GICD_ITARGETSR + i);
        mask |= mask >> 16;
        mask |= mask >> 8;
        mask &= 0xff;
    }
    cpu_target[cpu] = mask ? (u8)mask : 1;
    arch_mmio_write32(gicd + GICD_ICENABLER, 0xffff0000);
    for (u32 i = 0; i < 32; i += 4)
        arch_mmio_write32(gicd + GICD_IPRIORITYR + i, PRIORITY * 0x01010101U);
    arch_mmio_write32(gicd + GICD_ISENABLER, 0xffff);
    arch_mmio_write32(gicc + GICC_PMR, 0xf0);
    arch_mmio_write32(gicc + GICC_BPR, 0);
    arch_mmio_write32(gicc + GICC_CTLR, CTLR_ENABLE);
}

void gic_cpu_init(u32 cpu)
{
    if (cpu == 0)
        distributor_init();
    if (version3())
        cpu_init_v3(cpu);
    else
        cpu_init_v2(cpu);
}

/* ------------------------------------------------------------- handling -- */

static void dispatch(u32 intid)
{
    if (intid < IPI_KINDS)
        arch_upcalls.ipi((enum arch_ipi)intid);
    else if (intid == platform.timer_irq)
        timer_interrupt();
    else if (intid >= GIC_LPI_FIRST)
        arch_upcalls.irq(intid - GIC_LPI_FIRST + GIC_LPI_IRQ);
    else
        arch_upcalls.irq(intid);
}

/*
 * A software-generated interrupt is ended before it is handled: IPI_STOP never
 * comes back, and a handler that spins must not keep others from it.
 */
void gic_handle(void)
{
    for (;;) {
        if (version3()) {
            u32 intid = (u32)read_sysreg(SYS_ICC_IAR1) & 0xffffff;

            /* What the sender wrote before is seen after the acknowledge. */
            dsb(sy);
            if (intid >= INTID_NONE && intid < GIC_LPI_FIRST)
                return;
            if (intid >= 16)
                dispatch(intid);
            write_sysreg(intid, SYS_ICC_EOIR1);
            isb();
            if (intid < 16)
                dispatch(intid);
        } else {
            u32 iar = arch_mmio_read32(gicc + GICC_IAR), intid = iar & 0x3ff;

            dsb(sy);
            if (intid >= INTID_NONE)
                return;
            if (intid >= 16)
                dispatch(intid);
            arch_mmio_write32(gicc + GICC_EOIR, iar);
            if (intid < 16)
                dispatch(intid);
        }
    }
}

void arch_send_ipi(u32 cpu, enum arch_ipi kind)
{
    /* Memory is written before the interrupt is seen. */
    dsb(ishst);
    if (version3()) {
        u64 m = platform.cpu_mpidr[cpu];
        u64 value = 1UL << (m & 15) | (m >> 8 & 0xff) << 16 |
                    (m >> 16 & 0xff) << 32 | (m >> 32 & 0xff) << 48 |
                    (m >> 4 & 15) << 44 | (u64)kind << 24;

        write_sysreg(value, SYS_ICC_SGI1R);
        isb();
    } else {
        arch_mmio_write32(gicd + GICD_SGIR,
                          (u32)cpu_target[cpu] << 16 | (u32)kind);
    }
}

/* ---------------------------------------------------------------- lines -- */

/* The frame that has an interrupt's enable and configuration bits. */
static volatile char *frame_of(u32 intid)
{
    return version3() && intid < GIC_SPI_FIRST ? cpu_gicr[arch_cpu()] + GICR_SGI
                                               : gicd;
}

void gic_enable_private(u32 intid)
{
    arch_mmio_write32(frame_of(intid) + GICD_ISENABLER, 1U << intid);
}

u32 gic_timer_irq(void)
{
    return platform.timer_irq;
}

static void set_trigger(u32 intid, bool level)
{
    volatile char *reg = frame_of(intid) + GICD_ICFGR + intid / 16 * 4;
    u32 bit = 2U << intid % 16 * 2;
    unsigned long flags = arch_spin_lock(&lock);
    u32 value = arch_mmio_read32(reg);

    arch_mmio_write32(reg, level ? value & ~bit : value | bit);
    arch_spin_unlock(&lock, flags);
}

/* Shared interrupts go to CPU `cpu`. */
static void set_target(u32 intid, u32 cpu)
{
    if (version3())
        arch_mmio_write64(gicd + GICD_IROUTER + 8 * intid,
                          platform.cpu_mpidr[cpu]);
    else
        arch_mmio_write8(gicd + GICD_ITARGETSR + intid, cpu_target[cpu]);
}

int arch_irq_map_wired(u32 line, bool level, bool active_low)
{
    (void)active_low; /* GIC's lines have no polarity */
    if (line < 16 || line >= irq_limit)
        return -EINVAL;
    set_trigger(line, level);
    if (line >= GIC_SPI_FIRST)
        set_target(line, 0);
    return (int)line;
}

void arch_irq_unmask(u32 irq)
{
    if (irq >= GIC_LPI_IRQ)
        its_enable(irq - GIC_LPI_IRQ, true);
    else if (irq < irq_limit)
        arch_mmio_write32(frame_of(irq) + GICD_ISENABLER + irq / 32 * 4,
                          1U << irq % 32);
}

void arch_irq_mask(u32 irq)
{
    volatile char *frame;

    if (irq >= GIC_LPI_IRQ)
        its_enable(irq - GIC_LPI_IRQ, false);
    if (irq >= irq_limit)
        return;
    frame = frame_of(irq);
    arch_mmio_write32(frame + GICD_ICENABLER + irq / 32 * 4, 1U << irq % 32);
    if (frame == gicd && version3())
        wait_for(gicd + GICD_CTLR, CTLR_RWP);
}

u32 arch_irq_limit(void)
{
    return its_present() ? GIC_LPI_IRQ + ITS_LPIS : irq_limit;
}

/* ------------------------------------------------------ message-signalled */

int arch_irq_alloc_msi(u32 device, u32 cpu, u64 *address, u32 *data)
{
    unsigned long flags;
    u32 intid = 0;

    if (its_present())
        return its_alloc(device, cpu, address, data);
    flags = arch_spin_lock(&lock);
    for (u32 i = msi_first; i < msi_first + msi_count; i++) {
        if (!(msi_used[i / 64] >> (i % 64) & 1)) {
            msi_used[i / 64] |= 1UL << (i % 64);
            intid = i;
            break;
        }
    }
    arch_spin_unlock(&lock, flags);
    if (!intid)
        return msi_count ? -ENOSPC : -ENODEV;
    set_trigger(intid, false);
    set_target(intid, cpu);
    *address = platform.gic.v2m + V2M_SETSPI;
    *data = intid;
    return (int)intid;
}

void arch_irq_free_msi(u32 irq)
{
    unsigned long flags;

    if (irq >= GIC_LPI_IRQ)
        its_free(irq - GIC_LPI_IRQ);
    if (irq < msi_first || irq >= msi_first + msi_count)
        return;
    arch_irq_mask(irq);
    flags = arch_spin_lock(&lock);
    msi_used[irq / 64] &= ~(1UL << (irq % 64));
    arch_spin_unlock(&lock, flags);
}
