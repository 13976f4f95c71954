/*
 * Configuration space, scanning buses, and placing BARs (PCI Local Bus 3.0,
 * chapter 6; PCI Express Base 7.2.2).
 */
#include "dev/pci.h"

#include "core/init.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/slab.h"
#include "lib/errno.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc

#define PCI_COMMAND     0x04
#define PCI_STATUS      0x06
#define PCI_CLASS       0x08
#define PCI_HEADER_TYPE 0x0e
#define PCI_BAR0        0x10
#define PCI_SECONDARY   0x19
#define PCI_CAPS        0x34

#define COMMAND_MEMORY  0x0002u
#define COMMAND_MASTER  0x0004u
#define COMMAND_NO_INTX 0x0400u
#define STATUS_CAPS     0x0010u
#define HEADER_MULTI    0x80u
#define HEADER_BRIDGE   1u
#define BAR_IO          1u
#define BAR_64          4u
#define BRIDGE_DEPTH    8

static LIST_HEAD(pci_devices); /* complete after start */
static spinlock_t config_lock = SPINLOCK_INIT("pci_config");

static const struct pci_driver *const pci_drivers[] = {&virtio_pci_driver};

/* -------------------------------------------------- configuration space -- */

static u8 *config_map(const struct pci_device *d)
{
    struct pci_host *h = d->host;
    u8 **bus = &h->buses[d->bus];

    if (!*bus)
        *bus = vmap_device(h->d.ecam + ((u64)(d->bus - h->d.first_bus) << 20),
                           1u << 20, false);
    return *bus ? *bus + ((u32)d->slot << 15 | (u32)d->function << 12) : NULL;
}

static u32 port_address(const struct pci_device *d, u32 offset)
{
    return 1u << 31 | (u32)d->bus << 16 | (u32)d->slot << 11 |
           (u32)d->function << 8 | (offset & 0xfc);
}

u32 pci_read(const struct pci_device *d, u32 offset, u32 size)
{
    unsigned long flags;
    u32 value;
    u8 *p;

    if (!d->host->ports) {
        p = config_map(d);
        if (!p)
            return ~0u;
        return size == 1   ? arch_mmio_read8(p + offset)
               : size == 2 ? arch_mmio_read16(p + offset)
                           : arch_mmio_read32(p + offset);
    }
    if (offset > 0xff)
        return ~0u;
    flags = spin_lock_irqsave(&config_lock);
    arch_port_out32(CONFIG_ADDRESS, port_address(d, offset));
    value = arch_port_in32(CONFIG_DATA) >> (offset & 3) * 8;
    spin_unlock_irqrestore(&config_lock, flags);
    return size == 1 ? value & 0xff : size == 2 ? value & 0xffff : value;
}

void pci_write(const struct pci_device *d, u32 offset, u32 size, u32 value)
{
    unsigned long flags;
    u16 port = (u16)(CONFIG_DATA + (offset & 3));
    u8 *p;

    if (!d->host->ports) {
        p = config_map(d);
        if (!p)
            return;
        if (size == 1)
            arch_mmio_write8(p + offset, (u8)value);
        else if (size == 2)
            arch_mmio_write16(p + offset, (u16)value);
        else
            arch_mmio_write32(p + offset, value);
        return;
    }
    if (offset > 0xff)
        return;
    flags = spin_lock_irqsave(&config_lock);
    arch_port_out32(CONFIG_ADDRESS, port_address(d, offset));
    if (size == 1)
        arch_port_out8(port, (u8)value);
    else if (size == 2)
        arch_port_out16(port, (u16)value);
    else
        arch_port_out32(port, value);
    spin_unlock_irqrestore(&config_lock, flags);
}

u8 pci_find_capability(const struct pci_device *d, u8 after, u8 id)
{
    u8 at;

    if (!after && !(pci_read(d, PCI_STATUS, 2) & STATUS_CAPS))
        return 0;
    at = (u8)pci_read(d, after ? after + 1u : PCI_CAPS, 1) & 0xfc;
    /* A list that runs in circles ends too. */
    for (int i = 0; at >= 0x40 && i < 48; i++) {
        if (pci_read(d, at, 1) == id)
            return at;
        at = (u8)pci_read(d, at + 1u, 1) & 0xfc;
    }
    return 0;
}

void pci_enable(struct pci_device *d)
{
    u32 command = pci_read(d, PCI_COMMAND, 2);

    pci_write(d, PCI_COMMAND, 2,
              command | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX);
}

void *pci_map_bar(const struct pci_device *d, u32 bar, u64 offset, u64 size)
{
    if (bar > 5 || !d->bars[bar].address || !size || size > d->bars[bar].size ||
        offset > d->bars[bar].size - size)
        return NULL;
    return vmap_device(d->bars[bar].address + offset, size, false);
}

/* ---------------------------------------------------------------- BARs -- */

/* Take aligned space out of a window of the host: the bus address, or 0. */
static u64 place_bar(struct pci_host *h, u64 size, bool is_64)
{
    /* Wide windows first, so that the small one is left for those who need
     * it. */
    for (int wide = is_64; wide >= 0; wide--) {
        for (u32 i = 0; i < h->d.window_count; i++) {
            struct pci_window *w = &h->d.windows[i];
            u64 at = (w->bus + size - 1) & ~(size - 1), skip = at - w->bus;

            if (w->wide != (bool)wide || at == 0 || skip >= w->size ||
                size > w->size - skip)
                continue;
            w->bus += skip + size;
            w->cpu += skip + size;
            w->size -= skip + size;
            return at;
        }
    }
    return 0;
}

/* Windows shrink from the start, but the difference stays. */
static paddr_t cpu_address(const struct pci_host *h, u64 bus)
{
    for (u32 i = 0; i < h->d.window_count; i++) {
        const struct pci_window *w = &h->d.windows[i];

        if (w->bus != w->cpu && (w->bus >> 32 == bus >> 32))
            return bus - w->bus + w->cpu;
    }
    return bus;
}

/* Size and place one BAR; returns how many registers it takes. */
static u32 read_bar(struct pci_device *d, u32 index)
{
    u32 offset = PCI_BAR0 + index * 4;
    u32 low = pci_read(d, offset, 4), high = 0, mask_high = ~0u, mask;
    bool is_64 = !(low & BAR_IO) && (low & 6) == BAR_64 && index < 5;
    u64 address, size;

    pci_write(d, offset, 4, ~0u);
    mask = pci_read(d, offset, 4);
    pci_write(d, offset, 4, low);
    if (is_64) {
        high = pci_read(d, offset + 4, 4);
        pci_write(d, offset + 4, 4, ~0u);
        mask_high = pci_read(d, offset + 4, 4);
        pci_write(d, offset + 4, 4, high);
    }
    if (low & BAR_IO || !(mask & ~0xfu))
        return is_64 ? 2 : 1;
    size = ~((u64)mask_high << 32 | (mask & ~0xfu)) + 1;
    address = (u64)high << 32 | (low & ~0xfu);
    if (!address) {
        address = place_bar(d->host, size, is_64);
        if (!address)
            return is_64 ? 2 : 1;
        pci_write(d, offset, 4, (u32)address | (low & 0xf));
        if (is_64)
            pci_write(d, offset + 4, 4, (u32)(address >> 32));
    }
    d->bars[index].address = cpu_address(d->host, address);
    d->bars[index].size = size;
    return is_64 ? 2 : 1;
}

static void read_bars(struct pci_device *d)
{
    u32 command = pci_read(d, PCI_COMMAND, 2);

    /* While sizes are asked for, the device must not answer at them. */
    pci_write(d, PCI_COMMAND, 2, command & ~(COMMAND_MEMORY | 1u));
    for (u32 i = 0; i < 6;)
        i += read_bar(d, i);
    pci_write(d, PCI_COMMAND, 2, command);
}

/* ------------------------------------------------------------ scanning -- */

static void scan_bus(struct pci_host *h, u32 bus, u32 depth);

static void found(const struct pci_device *probe, u32 header, u32 depth)
{
    struct pci_device *d;

    if ((header & 0x7f) == HEADER_BRIDGE) {
        u32 secondary = pci_read(probe, PCI_SECONDARY, 1);

        if (secondary > probe->bus && depth < BRIDGE_DEPTH)
            scan_bus(probe->host, secondary, depth + 1);
        return;
    }
    if ((header & 0x7f) != 0)
        return;
    d = kmemdup(probe, sizeof(*probe), ALLOC_KERNEL);
    if (!d)
        return;
    d->class = pci_read(d, PCI_CLASS, 4) >> 8;
    read_bars(d);
    d->msix = pci_find_capability(d, 0, 0x11);
    if (d->msix)
        d->msix_count = (u16)((pci_read(d, d->msix + 2u, 2) & 0x7ff) + 1);
    list_add_tail(&d->link, &pci_devices);
}

static void scan_bus(struct pci_host *h, u32 bus, u32 depth)
{
    struct pci_device d = {.host = h, .bus = (u8)bus};

    if (bus < h->d.first_bus || bus > h->d.last_bus)
        return;
    for (u32 slot = 0; slot < 32; slot++) {
        u32 functions = 1;

        for (u32 function = 0; function < functions; function++) {
            u32 id, header;

            d.slot = (u8)slot;
            d.function = (u8)function;
            id = pci_read(&d, 0, 4);
            if ((id & 0xffff) == 0xffff || (id & 0xffff) == 0)
                continue;
            d.vendor = (u16)id;
            d.device = (u16)(id >> 16);
            header = pci_read(&d, PCI_HEADER_TYPE, 1);
            if (function == 0 && header & HEADER_MULTI)
                functions = 8;
            found(&d, header, depth);
        }
    }
}

static bool have_host;

static void host_found(const struct pci_host_description *description)
{
    struct pci_host *h = kzalloc(sizeof(*h), ALLOC_KERNEL);

    if (!h)
        return;
    h->d = *description;
    have_host = true;
    scan_bus(h, h->d.first_bus, 0);
}

static void scan_ports(void)
{
    struct pci_host_description d = {.last_bus = 255};
    struct pci_host *h;

    arch_port_out32(CONFIG_ADDRESS, 1u << 31);
    if (arch_port_in32(CONFIG_ADDRESS) != 1u << 31)
        return; /* nobody keeps the address: no PCI */
    h = kzalloc(sizeof(*h), ALLOC_KERNEL);
    if (!h)
        return;
    h->d = d;
    h->ports = true;
    scan_bus(h, 0, 0);
}

static int pci_init(void)
{
    struct pci_device *d;

    firmware_for_each_pci_host(host_found);
    if (!have_host && arch_has_ports())
        scan_ports();
    list_for_each_entry (d, &pci_devices, link)
        for (u32 i = 0; i < ARRAY_SIZE(pci_drivers); i++)
            if (pci_drivers[i]->match(d)) {
                pci_drivers[i]->probe(d);
                break;
            }
    return 0;
}
INITCALL(driver, pci_init);
