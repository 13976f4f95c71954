// about: ACPI tables from anywhere (checksums are not looked at here)
#include "lib/acpi_parse.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

#define BASE 0x1000

struct image {
    const u8 *data;
    size_t n;
};

static const void *map_image(void *ctx, u64 phys, size_t len)
{
    const struct image *im = ctx;

    if (phys < BASE || phys - BASE > im->n || len > im->n - (phys - BASE))
        return NULL;
    return im->data + (phys - BASE);
}

static bool on_device(void *arg, const struct acpi_device *dev)
{
    (void)arg;
    strlen(dev->hid);
    return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct image im = {data, n};
    const struct acpi_madt *madt;
    const struct acpi_header *mcfg;
    const struct acpi_madt_gicc *gicc;
    const struct acpi_madt_lapic *lapic;
    const struct acpi_mcfg_entry *e;
    struct acpi_fadt fadt;
    struct acpi acpi;
    u64 sum = 0;
    u8 a, b;

    acpi_scan_rsdp(data, n);
    if (acpi_init(&acpi, BASE, map_image, &im))
        return 0;
    acpi_read_fadt(&acpi, &fadt);
    madt = (const void *)acpi_find(&acpi, "APIC", 0);
    if (madt) {
        acpi_for_each_madt(gicc, madt, ACPI_MADT_GICC) sum += gicc->mpidr;
        acpi_for_each_madt(lapic, madt, ACPI_MADT_LAPIC) sum += lapic->flags;
    }
    mcfg = acpi_find(&acpi, "MCFG", 0);
    for (unsigned int i = 0; mcfg && (e = acpi_mcfg_entry(mcfg, i)); i++)
        sum += e->address + e->end_bus;
    a = (u8)sum;
    acpi_find_s5(&acpi, &a, &b);
    acpi_for_each_device(&acpi, on_device, NULL);
    return 0;
}
