#include "arch/aarch64/its.h"
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "arch/aarch64/gic.h"
#include "arch/common/spinlock.h"
#include "lib/errno.h"

#define GITS_CTLR       0x000
#define GITS_TYPER      0x008
#define GITS_CBASER     0x080
#define GITS_CWRITER    0x088
#define GITS_CREADR     0x090
#define GITS_BASER      0x100
#define GITS_TRANSLATER 0x10040
#define TYPER_PTA       BIT(19)
#define BASER_VALID     BIT(63)
#define BASER_INDIRECT  BIT(62)
#define BASER_TYPE(b)   ((b) >> 56 & 7)
#define BASER_ENTRY(b)  (((b) >> 48 & 31) + 1)
#define TYPE_DEVICES    1
#define TYPE_COLLECTION 4

#define GICR_CTLR      0x00
#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78
#define PENDING_ZERO   BIT(62)
#define ENABLE_LPIS    1

/* Inner shareable, inner write-back: the same fields in BASER and CBASER, and
 * in the redistributor's registers. */
#define ITS_WRITE_BACK  (1UL << 10 | 7UL << 59)
#define GICR_WRITE_BACK (1UL << 10 | 7UL << 7)

#define CMD_SYNC    0x05
#define CMD_MAPD    0x08
#define CMD_MAPC    0x09
#define CMD_MAPTI   0x0a
#define CMD_INV     0x0c
#define CMD_DISCARD 0x0f

#define ID_BITS      14 /* INTIDs below 16384 */
#define CONFIG_BYTES ((1UL << ID_BITS) - GIC_LPI_FIRST)
#define EVENT_BITS   7
#define MAX_DEVICES  32
#define LPI_PRIORITY 0xa0
#define WAIT_LIMIT   1000000

struct command {
    u64 word[4];
};
#define COMMANDS (PAGE_SIZE / sizeof(struct command))

/* All guarded by `lock` after booting. */
static struct arch_spinlock lock;
static volatile char *its;
static struct command *queue;
static u64 queue_at; /* next free command */
static u64 *device_table;
static bool two_levels;
static u32 device_entry, device_bits;
static u8 *config;
static u64 target[ITS_CPUS]; /* RDbase of each CPU; ~0: has no LPIs */
static paddr_t pending[ITS_CPUS], config_pa;
static u32 device_id[MAX_DEVICES], devices;
static struct {
    u32 device;
    u8 event;
    bool used;
    u8 cpu;
} lpis[ITS_LPIS];

bool its_present(void)
{
    return its;
}

/* The tables are written by the CPU and read by the ITS, which may not snoop.
 */
static void publish(const void *start, size_t size)
{
    u64 line = 4UL << (read_sysreg(ctr_el0) >> 16 & 15);

    for (u64 a = (u64)start & ~(line - 1); a < (u64)start + size; a += line)
        __asm__ volatile("dc cvac, %0" ::"r"(a) : "memory");
    dsb(sy);
}

/* ------------------------------------------------------------- start-up -- */

static void set_table(unsigned i, u64 baser)
{
    paddr_t pa = boot_reserve(PAGE_SIZE, PAGE_SIZE);
    u64 value = BASER_VALID | ITS_WRITE_BACK | pa, got;

    if (BASER_TYPE(baser) == TYPE_DEVICES) {
        u64 flat = (u64)BASER_ENTRY(baser) << device_bits;

        device_table = arch_phys_to_virt(pa);
        device_entry = (u32)BASER_ENTRY(baser);
        two_levels = flat > PAGE_SIZE;
        if (two_levels)
            value |= BASER_INDIRECT;
    }
    publish(arch_phys_to_virt(pa), PAGE_SIZE);
    arch_mmio_write64(its + GITS_BASER + 8 * i, value);
    got = arch_mmio_read64(its + GITS_BASER + 8 * i);
    if (two_levels && BASER_TYPE(baser) == TYPE_DEVICES &&
        !(got & BASER_INDIRECT)) {
        /* One flat page: the first device numbers only. */
        two_levels = false;
        while (((u64)device_entry << device_bits) > PAGE_SIZE)
            device_bits--;
    }
}

void its_map(void)
{
    u64 typer;
    paddr_t pa;

    for (u32 i = 0; i < ITS_CPUS; i++)
        target[i] = ~0UL;
    if (!platform.gic.its)
        return;
    its = boot_map_device(platform.gic.its, 0x10000);
    arch_mmio_write32(its + GITS_CTLR, 0);
    typer = arch_mmio_read64(its + GITS_TYPER);
    device_bits = (typer >> 13 & 31) + 1;
    for (unsigned i = 0; i < 8; i++) {
        u64 baser = arch_mmio_read64(its + GITS_BASER + 8 * i);

        if (BASER_TYPE(baser) == TYPE_DEVICES ||
            BASER_TYPE(baser) == TYPE_COLLECTION)
            set_table(i, baser);
    }
    pa = boot_reserve(PAGE_SIZE, PAGE_SIZE);
    queue = arch_phys_to_virt(pa);
    arch_mmio_write64(its + GITS_CBASER, BASER_VALID | ITS_WRITE_BACK | pa);
    arch_mmio_write64(its + GITS_CWRITER, 0);
    config_pa = boot_reserve(CONFIG_BYTES, PAGE_SIZE);
    config = arch_phys_to_virt(config_pa);
    for (u64 i = 0; i < CONFIG_BYTES; i++)
        config[i] = LPI_PRIORITY | 2;
    publish(config, CONFIG_BYTES);
    for (u32 i = 0; i < machine.cpu_count && i < ITS_CPUS; i++) {
        pending[i] = boot_reserve(PAGE_SIZE, 0x10000);
        publish(arch_phys_to_virt(pending[i]), PAGE_SIZE);
    }
    arch_mmio_write32(its + GITS_CTLR, 1);
}

/* ------------------------------------------------------------- commands -- */

/* Lock held. False: the ITS does not answer. */
static bool run(struct command c)
{
    u64 next = (queue_at + 1) % COMMANDS;

    queue[queue_at] = c;
    publish(&queue[queue_at], sizeof(c));
    queue_at = next;
    arch_mmio_write64(its + GITS_CWRITER, next * sizeof(c));
    for (u32 i = 0; i < WAIT_LIMIT; i++) {
        if (arch_mmio_read64(its + GITS_CREADR) == next * sizeof(c))
            return true;
        arch_cpu_relax();
    }
    return false;
}

static bool sync(u32 cpu)
{
    return run((struct command){{CMD_SYNC, 0, target[cpu], 0}});
}

void its_cpu_init(u32 cpu, volatile char *redistributor, paddr_t pa)
{
    u64 typer;
    unsigned long flags;

    if (!its || cpu >= ITS_CPUS ||
        (arch_mmio_read32(redistributor + GICR_CTLR) & ENABLE_LPIS))
        return;
    arch_mmio_write64(redistributor + GICR_PROPBASER,
                      config_pa | GICR_WRITE_BACK | (ID_BITS - 1));
    arch_mmio_write64(redistributor + GICR_PENDBASER,
                      pending[cpu] | GICR_WRITE_BACK | PENDING_ZERO);
    dsb(sy);
    arch_mmio_write32(redistributor + GICR_CTLR,
                      arch_mmio_read32(redistributor + GICR_CTLR) |
                          ENABLE_LPIS);
    dsb(sy);
    typer = arch_mmio_read64(redistributor + 8);
    flags = arch_spin_lock(&lock);
    target[cpu] = arch_mmio_read64(its + GITS_TYPER) & TYPER_PTA
                      ? pa
                      : (typer >> 8 & 0xffff) << 16;
    if (!run((struct command){
            {CMD_MAPC, 0, BASER_VALID | target[cpu] | cpu, 0}}) ||
        !sync(cpu))
        target[cpu] = ~0UL;
    arch_spin_unlock(&lock, flags);
}

/* -------------------------------------------------------------- devices -- */

/* The second level of the device table for `device`; false: no memory. */
static bool reach_device(u32 device)
{
    u64 per_page = PAGE_SIZE / device_entry, *slot;
    paddr_t page;

    if (device >> device_bits)
        return false;
    if (!two_levels)
        return true;
    if (device / per_page >= PAGE_SIZE / 8)
        return false;
    slot = &device_table[device / per_page];
    if (*slot & BASER_VALID)
        return true;
    page = arch_alloc.alloc_page();
    if (!page)
        return false;
    publish(arch_phys_to_virt(page), PAGE_SIZE);
    *slot = BASER_VALID | page;
    publish(slot, 8);
    return true;
}

/* Lock held. */
static int add_device(u32 device)
{
    paddr_t page;

    for (u32 i = 0; i < devices; i++) {
        if (device_id[i] == device)
            return 0;
    }
    if (devices == MAX_DEVICES || !reach_device(device))
        return -ENOMEM;
    /* 128 events of at most 32 bytes. */
    page = arch_alloc.alloc_page();
    if (!page)
        return -ENOMEM;
    publish(arch_phys_to_virt(page), PAGE_SIZE);
    if (!run((struct command){{CMD_MAPD | (u64)device << 32, EVENT_BITS - 1,
                               BASER_VALID | page, 0}}))
        return -EIO;
    device_id[devices++] = device;
    return 0;
}

static int free_event(u32 device)
{
    u64 used[2] = {0, 0};

    for (u32 i = 0; i < ITS_LPIS; i++) {
        if (lpis[i].used && lpis[i].device == device)
            used[lpis[i].event / 64] |= 1UL << (lpis[i].event % 64);
    }
    for (int i = 0; i < 1 << EVENT_BITS; i++) {
        if (!(used[i / 64] >> (i % 64) & 1))
            return i;
    }
    return -ENOSPC;
}

static int alloc_locked(u32 device, u32 cpu, u32 *data)
{
    u32 lpi = 0;
    int event, r = add_device(device);

    if (r)
        return r;
    while (lpi < ITS_LPIS && lpis[lpi].used)
        lpi++;
    event = free_event(device);
    if (lpi == ITS_LPIS || event < 0)
        return -ENOSPC;
    if (!run((struct command){{CMD_MAPTI | (u64)device << 32,
                               (u64)event | (u64)(GIC_LPI_FIRST + lpi) << 32,
                               cpu, 0}}) ||
        !sync(cpu))
        return -EIO;
    lpis[lpi].device = device;
    lpis[lpi].event = (u8)event;
    lpis[lpi].cpu = (u8)cpu;
    lpis[lpi].used = true;
    *data = (u32)event;
    return (int)lpi;
}

int its_alloc(u32 device, u32 cpu, u64 *address, u32 *data)
{
    unsigned long flags;
    int r;

    if (cpu >= ITS_CPUS || target[cpu] == ~0UL)
        cpu = 0;
    if (target[cpu] == ~0UL)
        return -ENODEV;
    flags = arch_spin_lock(&lock);
    r = alloc_locked(device, cpu, data);
    arch_spin_unlock(&lock, flags);
    *address = platform.gic.its + GITS_TRANSLATER;
    return r < 0 ? r : r + GIC_LPI_IRQ;
}

void its_enable(u32 lpi, bool on)
{
    unsigned long flags;

    if (lpi >= ITS_LPIS || !its)
        return;
    flags = arch_spin_lock(&lock);
    if (lpis[lpi].used) {
        config[lpi] = LPI_PRIORITY | 2 | on;
        publish(&config[lpi], 1);
        run((struct command){
            {CMD_INV | (u64)lpis[lpi].device << 32, lpis[lpi].event, 0, 0}});
        sync(lpis[lpi].cpu);
    }
    arch_spin_unlock(&lock, flags);
}

void its_free(u32 lpi)
{
    unsigned long flags;

    if (lpi >= ITS_LPIS || !its)
        return;
    its_enable(lpi, false);
    flags = arch_spin_lock(&lock);
    if (lpis[lpi].used) {
        run((struct command){{CMD_DISCARD | (u64)lpis[lpi].device << 32,
                              lpis[lpi].event, 0, 0}});
        sync(lpis[lpi].cpu);
        lpis[lpi].used = false;
    }
    arch_spin_unlock(&lock, flags);
}
