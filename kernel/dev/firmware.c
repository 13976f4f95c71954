#include "dev/firmware.h"

#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "lib/acpi_parse.h"
#include "lib/fdt.h"
#include "lib/string.h"

#define FDT_MAX_SIZE (16u << 20)

static bool get_devicetree(struct fdt *fdt)
{
    paddr_t at = boot_info()->devicetree;
    const void *blob;

    if (!at)
        return false;
    blob = arch_phys_to_virt(at);
    return fdt_total_size(blob) <= FDT_MAX_SIZE &&
           fdt_init(fdt, blob, fdt_total_size(blob)) == 0;
}

/* Tables stay mapped: there are few, and they are needed at start only. Not as
 * device memory, which could not be read at any alignment. */
static const void *map_table(void *ctx, u64 phys, size_t len)
{
    (void)ctx;
    return vmap_device(phys, len, true);
}

static bool get_acpi(struct acpi *acpi)
{
    paddr_t rsdp = boot_info()->acpi_rsdp;

    return rsdp && acpi_init(acpi, rsdp, map_table, NULL) == 0;
}

/* ------------------------------------------------------------- virtio -- */

typedef void (*mmio_fn)(paddr_t base, u64 size, u32 line, bool level,
                        bool active_low);

/* Interrupt specifier of a GIC (devicetree binding arm,gic): kind, number,
 * flags. The line is the interrupt's id. */
static bool gic_line(const u32 *cells, u32 count, u32 *line, bool *level)
{
    if (count < 3 || cells[0] > 1)
        return false;
    *line = cells[1] + (cells[0] == 0 ? 32 : 16);
    *level = (cells[2] & 0xc) != 0;
    return true;
}

static void mmio_from_devicetree(mmio_fn fn)
{
    struct fdt fdt;
    int node = FDT_NONE, controller;

    if (!get_devicetree(&fdt))
        return;
    while ((node = fdt_find_compatible(&fdt, node, "virtio,mmio")) !=
           FDT_NONE) {
        u64 base, size;
        u32 cells[4], count, line;
        bool level;

        /* The GIC's are three cells. Only interrupts-extended names another
         * controller for sure; finding out by the parents takes as long as all
         * the rest of starting. */
        for (count = 0; count < 3; count++)
            if (!fdt_prop_u32(&fdt, node, "interrupts", count, &cells[count]))
                break;
        if (!count)
            count = fdt_interrupt(&fdt, node, 0, cells, &controller);
        if (fdt_is_available(&fdt, node) &&
            fdt_reg(&fdt, node, 0, &base, &size) &&
            gic_line(cells, count, &line, &level))
            fn(base, size, line, level, false);
    }
}

static bool mmio_from_device(void *arg, const struct acpi_device *d)
{
    mmio_fn *fn = arg;
    struct acpi_resource r, memory = {.len = 0}, irq = {.len = 0};
    const u8 *crs = d->crs;
    size_t len = d->crs_len;
    bool have_irq = false;

    if (strcmp(d->hid, "LNRO0005") != 0 || !crs)
        return true;
    while (acpi_next_resource(&crs, &len, &r)) {
        if (r.type == ACPI_RES_MEMORY && !memory.len)
            memory = r;
        if (r.type == ACPI_RES_IRQ && !have_irq) {
            irq = r;
            have_irq = true;
        }
    }
    if (memory.len && have_irq)
        (*fn)(memory.start, memory.len, (u32)irq.start, !irq.edge,
              irq.active_low);
    return true;
}

void firmware_for_each_virtio_mmio(mmio_fn fn)
{
    struct acpi acpi;

    mmio_from_devicetree(fn);
    if (get_acpi(&acpi))
        acpi_for_each_device(&acpi, mmio_from_device, &fn);
}

/* ---------------------------------------------------------------- PCI -- */

/* `ranges` of pci-host-ecam-generic: three cells of PCI address, two of CPU
 * address, two of size (IEEE 1275 PCI binding). */
static void take_ranges(const struct fdt *fdt, int node,
                        struct pci_host_description *d)
{
    for (u32 i = 0; d->window_count < PCI_WINDOWS; i++) {
        u32 c[7];

        for (u32 k = 0; k < 7; k++)
            if (!fdt_prop_u32(fdt, node, "ranges", i * 7 + k, &c[k]))
                return;
        if ((c[0] >> 24 & 3) < 2)
            continue; /* I/O ports, configuration space */
        d->windows[d->window_count++] = (struct pci_window){
            .bus = (u64)c[1] << 32 | c[2],
            .cpu = (u64)c[3] << 32 | c[4],
            .size = (u64)c[5] << 32 | c[6],
            .wide = (c[0] >> 24 & 3) == 3,
        };
    }
}

/* Configuration space cannot be where memory is. */
static bool is_ram(u64 ecam, u64 buses)
{
    const struct boot_info *info = boot_info();
    u64 end = ecam + ((buses + 1) << 20);

    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];

        if (r->kind == BOOT_RAM && ecam < r->start + r->size && r->start < end)
            return true;
    }
    return end < ecam;
}

static void hosts_from_devicetree(
    void (*fn)(const struct pci_host_description *d))
{
    struct fdt fdt;
    int node = FDT_NONE;

    if (!get_devicetree(&fdt))
        return;
    while ((node = fdt_find_compatible(&fdt, node, "pci-host-ecam-generic")) !=
           FDT_NONE) {
        struct pci_host_description d = {.last_bus = 255};
        u64 size;
        u32 bus, segment;

        if (!fdt_is_available(&fdt, node) ||
            !fdt_reg(&fdt, node, 0, &d.ecam, &size) || size < 1u << 20)
            continue;
        if (fdt_prop_u32(&fdt, node, "bus-range", 0, &bus))
            d.first_bus = (u8)bus;
        if (fdt_prop_u32(&fdt, node, "bus-range", 1, &bus))
            d.last_bus = (u8)bus;
        if (d.last_bus < d.first_bus ||
            is_ram(d.ecam, d.last_bus - d.first_bus)) {
            log_warning("pci: a host bridge at %#lx makes no sense\n", d.ecam);
            continue;
        }
        if ((size >> 20) <= (u64)(d.last_bus - d.first_bus))
            d.last_bus = (u8)(d.first_bus + (size >> 20) - 1);
        if (fdt_prop_u32(&fdt, node, "linux,pci-domain", 0, &segment))
            d.segment = (u16)segment;
        take_ranges(&fdt, node, &d);
        fn(&d);
    }
}

static bool windows_from_device(void *arg, const struct acpi_device *dev)
{
    struct pci_host_description *d = arg;
    const u8 *crs = dev->crs;
    size_t len = dev->crs_len;
    struct acpi_resource r;

    if (!crs || (strcmp(dev->hid, "PNP0A08") && strcmp(dev->hid, "PNP0A03")))
        return true;
    while (acpi_next_resource(&crs, &len, &r)) {
        /* Legacy VGA memory is no place for BARs. */
        if (r.type != ACPI_RES_MEMORY || r.start < 1u << 20 ||
            d->window_count == PCI_WINDOWS)
            continue;
        d->windows[d->window_count++] = (struct pci_window){
            .cpu = r.start + r.translation,
            .bus = r.start,
            .size = r.len,
            .wide = r.start >> 32 != 0,
        };
    }
    return false;
}

static void hosts_from_acpi(void (*fn)(const struct pci_host_description *d))
{
    const struct acpi_mcfg_entry *e;
    const struct acpi_header *mcfg;
    struct acpi acpi;

    if (!get_acpi(&acpi))
        return;
    mcfg = acpi_find(&acpi, "MCFG", 0);
    for (unsigned i = 0; mcfg && (e = acpi_mcfg_entry(mcfg, i)); i++) {
        struct pci_host_description d = {
            .ecam = e->address + ((u64)e->start_bus << 20),
            .segment = e->segment,
            .first_bus = e->start_bus,
            .last_bus = e->end_bus,
        };

        if (d.last_bus < d.first_bus ||
            is_ram(d.ecam, d.last_bus - d.first_bus)) {
            log_warning("pci: a host bridge at %#lx makes no sense\n", d.ecam);
            continue;
        }
        acpi_for_each_device(&acpi, windows_from_device, &d);
        fn(&d);
    }
}

void firmware_for_each_pci_host(
    void (*fn)(const struct pci_host_description *d))
{
    hosts_from_devicetree(fn);
    hosts_from_acpi(fn);
}
