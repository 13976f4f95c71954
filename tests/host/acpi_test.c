// about: the ACPI tables of QEMU's machines, AML, and damaged ones
#include "test.h"

#include "lib/acpi_parse.h"
#include "lib/byteorder.h"
#include "lib/errno.h"
#include "lib/string.h"

/* The images of corpus/acpi lie at this physical address. */
#define BASE 0x1000

struct image {
    u8 *data;
    size_t n;
};

static const void *map_image(void *ctx, u64 phys, size_t len)
{
    const struct image *im = ctx;

    if (phys < BASE || phys - BASE > im->n || len > im->n - (phys - BASE))
        return NULL;
    return im->data + (phys - BASE);
}

static struct image load(const char *name)
{
    struct image im;

    im.data = test_read_file("corpus/acpi/", name, &im.n);
    return im;
}

TEST(q35_tables)
{
    struct image im = load("q35");
    struct acpi acpi;
    struct acpi_fadt fadt;
    const struct acpi_madt *madt;
    const struct acpi_madt_lapic *cpu;
    const struct acpi_madt_ioapic *ioapic;
    const struct acpi_madt_override *irq;
    const struct acpi_mcfg_entry *ecam;
    unsigned int n = 0;

    CHECK_EQ(acpi_scan_rsdp(im.data, im.n), 0);
    CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), 0);
    CHECK(!acpi_find(&acpi, "NONE", 0) && !acpi_find(&acpi, "APIC", 1));
    madt = (const void *)acpi_find(&acpi, "APIC", 0);
    CHECK_EQ(madt->lapic_addr, 0xfee00000);
    acpi_for_each_madt(cpu, madt, ACPI_MADT_LAPIC)
    {
        CHECK(cpu->apic_id == n && (cpu->flags & ACPI_MADT_ENABLED));
        n++;
    }
    CHECK_EQ(n, 2);
    acpi_for_each_madt(ioapic, madt, ACPI_MADT_IOAPIC)
        CHECK_EQ(ioapic->address, 0xfec00000);
    n = 0;
    acpi_for_each_madt(irq, madt, ACPI_MADT_OVERRIDE) n +=
        irq->source == 0 && irq->gsi == 2;
    CHECK_EQ(n, 1);
    ecam = acpi_mcfg_entry(acpi_find(&acpi, "MCFG", 0), 0);
    CHECK(ecam->address == 0xb0000000 && ecam->end_bus == 255);
    CHECK(!acpi_mcfg_entry(acpi_find(&acpi, "MCFG", 0), 1));
    CHECK_EQ(acpi_read_fadt(&acpi, &fadt), 0);
    CHECK_EQ(fadt.pm1a_cnt_blk, 0x604);
    CHECK(fadt.flags & ACPI_FADT_RESET_REG);
    CHECK(fadt.reset_reg.address == 0xcf9 && fadt.reset_value == 0xf);
    CHECK(acpi_find_dsdt(&acpi));
    free(im.data);
}

struct found {
    char names[64][16];
    int n;
    u64 virtio_base, virtio_irq, uid;
};

static bool on_device(void *arg, const struct acpi_device *dev)
{
    struct found *f = arg;
    struct acpi_resource r;
    const u8 *crs = dev->crs;
    size_t len = dev->crs_len;

    if (f->n < 64)
        (snprintf)(f->names[f->n++], 16, "%s", dev->hid);
    if (strcmp(dev->hid, "LNRO0005") != 0)
        return true;
    f->uid = dev->uid;
    while (acpi_next_resource(&crs, &len, &r)) {
        if (r.type == ACPI_RES_MEMORY) {
            f->virtio_base = r.start;
            CHECK_EQ(r.len, 512);
        } else {
            f->virtio_irq = r.start;
            CHECK(r.type == ACPI_RES_IRQ && !r.edge && !r.active_low);
        }
    }
    return true;
}

static bool has(const struct found *f, const char *hid)
{
    for (int i = 0; i < f->n; i++)
        if (strcmp(f->names[i], hid) == 0)
            return true;
    return false;
}

TEST(aml_of_each_machine)
{
    static const struct {
        const char *name;
        u8 s5;
        const char *hids[6];
    } machines[] = {
        {"q35", 0, {"PNP0A08", "PNP0103", "QEMU0002", "PNP0B00", "PNP0303"}},
        {"pc", 0, {"PNP0A03", "PNP0103", "QEMU0002", "PNP0B00", "PNP0303"}},
        {"microvm", 5, {"LNRO0005", "PNP0A08", "PNP0B00", "ACPI0013"}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
        struct image im = load(machines[i].name);
        struct acpi acpi;
        struct found f = {.n = 0};
        u8 a = 99, b = 99;

        CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), 0);
        CHECK(acpi_find_s5(&acpi, &a, &b));
        CHECK_EQ(a, machines[i].s5);
        acpi_for_each_device(&acpi, on_device, &f);
        for (size_t k = 0; machines[i].hids[k]; k++)
            if (!has(&f, machines[i].hids[k]))
                TEST_FAIL("%s has no %s", machines[i].name,
                          machines[i].hids[k]);
        if (i == 2)
            CHECK(f.virtio_base == 0xfeb02e00 && f.virtio_irq == 0x2f &&
                  f.uid == 0x17);
        free(im.data);
    }
}

TEST(microvm_is_hardware_reduced)
{
    struct image im = load("microvm");
    struct acpi acpi;
    struct acpi_fadt fadt;

    CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), 0);
    CHECK_EQ(acpi_read_fadt(&acpi, &fadt), 0);
    CHECK(fadt.flags & ACPI_FADT_HW_REDUCED);
    CHECK(fadt.sleep_control_reg.address != 0);
    free(im.data);
}

TEST(checksums_matter)
{
    struct image im = load("q35");
    struct acpi acpi;
    struct acpi_header *h;

    CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), 0);
    h = (void *)acpi_find(&acpi, "APIC", 0);
    h->checksum++;
    CHECK(!acpi_find(&acpi, "APIC", 0));
    h->checksum--;
    h->length = 10;
    CHECK(!acpi_find(&acpi, "APIC", 0));
    h->length = 0xffffffff;
    CHECK(!acpi_find(&acpi, "APIC", 0));
    ((struct acpi_header *)acpi.root)->checksum++;
    CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), -EINVAL);
    im.data[8]++;
    CHECK_EQ(acpi_init(&acpi, BASE, map_image, &im), -ENODEV);
    CHECK_EQ(acpi_scan_rsdp(im.data, im.n), -ENOENT);
    CHECK_EQ(acpi_init(&acpi, 0, map_image, &im), -ENODEV);
    free(im.data);
}

TEST(resources)
{
    static const u8 crs[] = {
        0x22, 0x10, 0x01,                            /* IRQ 4 and 8 */
        0x23, 0x20, 0x00, 0x18,                      /* IRQ 5, level low */
        0x47, 1,    0xf8, 0x03, 0xf8, 0x03, 1,    8, /* I/O 3f8 */
        0x4b, 0x70, 0x00, 2,                         /* I/O 70 fixed */
        0x2a, 0,    0,                               /* DMA: passed over */
        0x86, 9,    0,    1,    0,    0,    0xeb, 0xfe, 0, 2, 0,    0, /* memory
                                                                        */
        0x88, 13,   0,    2,    0,    0,    0,    0,    0, 0, 0xff, 0, 0,    0,
        0,    1,                         /* bus */
        0x8a, 43,   0,    0,    0,    6, /* memory window, prefetchable */
        0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0,    0, 1,    0,
        0,    0,    0xff, 0xff, 0xff, 0xff, 1,    0,    0, 0, 0,    0, 0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    1, 0, 0,    0, 0x79, 0};
    static const struct acpi_resource want[] = {
        {ACPI_RES_IRQ, 4, 1, 0, true, false, false},
        {ACPI_RES_IRQ, 5, 1, 0, false, true, false},
        {ACPI_RES_IO, 0x3f8, 8, 0, false, false, false},
        {ACPI_RES_IO, 0x70, 2, 0, false, false, false},
        {ACPI_RES_MEMORY, 0xfeeb0000, 512, 0, false, false, false},
        {ACPI_RES_BUS, 0, 256, 0, false, false, false},
        {ACPI_RES_MEMORY, 1ul << 32, 1ul << 32, 0, false, false, true},
    };

    for (size_t cut = 0; cut <= sizeof(crs); cut++) {
        u8 *exact = malloc(cut + !cut);
        const u8 *p = exact;
        size_t len = cut, n = 0;
        struct acpi_resource r;

        (memcpy)(exact, crs, cut);
        for (; acpi_next_resource(&p, &len, &r); n++) {
            CHECK_EQ(r.type, want[n].type);
            CHECK_EQ(r.start, want[n].start);
            CHECK_EQ(r.len, want[n].len);
            CHECK_EQ(r.edge, want[n].edge);
            CHECK_EQ(r.active_low, want[n].active_low);
            CHECK_EQ(r.prefetchable, want[n].prefetchable);
        }
        if (cut == sizeof(crs))
            CHECK_EQ(n, ARRAY_SIZE(want));
        free(exact);
    }
}
