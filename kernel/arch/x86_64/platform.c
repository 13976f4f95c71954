/*
 * What the machine has, from ACPI: CPUs, interrupt controllers, timers, power
 * and reset registers. Without ACPI (QEMU's microvm can be so), from the MP
 * table, else the places where a PC has always had them.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/power.h"
#include "lib/acpi_parse.h"
#include "lib/string.h"

struct x86_platform x86_platform;

#define LAPIC_DEFAULT  0xfee00000
#define IOAPIC_DEFAULT 0xfec00000

static const void *map_table(void *ctx, u64 phys, size_t len)
{
    (void)ctx;
    return x86_map_table(phys, len);
}

static void set_defaults(void)
{
    struct x86_platform *p = &x86_platform;
    p->cpu_count = 1;
    p->apic_ids[0] = cpuid(1).b >> 24;
    p->lapic_address = LAPIC_DEFAULT;
    for (u32 i = 0; i < 16; i++)
        p->isa[i].gsi = i;
}

static void add_cpu(u32 apic_id)
{
    struct x86_platform *p = &x86_platform;
    if (apic_id == p->apic_ids[0] || p->cpu_count == MAX_CPUS)
        return;
    /* Without the x2APIC, ids above 254 cannot be reached. */
    if (apic_id > 254 && !x86_has(FEATURE_X2APIC))
        return;
    p->apic_ids[p->cpu_count++] = apic_id;
}

static void add_ioapic(u64 address, u32 gsi_base)
{
    struct x86_platform *p = &x86_platform;
    if (p->ioapic_count == ARRAY_SIZE(p->ioapics))
        return;
    p->ioapics[p->ioapic_count++] = (struct x86_ioapic_info){address, gsi_base};
}

static void take_madt(const struct acpi_madt *madt)
{
    const struct acpi_madt_lapic *lapic;
    const struct acpi_madt_x2apic *x2apic;
    const struct acpi_madt_ioapic *ioapic;
    const struct acpi_madt_override *over;
    const struct acpi_madt_lapic_addr *address;
    x86_platform.lapic_address = madt->lapic_addr;
    acpi_for_each_madt(address, madt, ACPI_MADT_LAPIC_ADDR)
        x86_platform.lapic_address = address->address;
    acpi_for_each_madt(lapic, madt,
                       ACPI_MADT_LAPIC) if (lapic->flags & ACPI_MADT_ENABLED &&
                                            lapic->apic_id != 255)
        add_cpu(lapic->apic_id);
    acpi_for_each_madt(
        x2apic, madt, ACPI_MADT_X2APIC) if (x2apic->flags & ACPI_MADT_ENABLED &&
                                            x2apic->apic_id > 254)
        add_cpu(x2apic->apic_id);
    acpi_for_each_madt(ioapic, madt, ACPI_MADT_IOAPIC)
        add_ioapic(ioapic->address, ioapic->gsi_base);
    acpi_for_each_madt(over, madt, ACPI_MADT_OVERRIDE)
    {
        if (over->bus != 0 || over->source >= 16)
            continue;
        x86_platform.isa[over->source].gsi = over->gsi;
        x86_platform.isa[over->source].active_low = (over->flags & 3) == 3;
        x86_platform.isa[over->source].level = (over->flags >> 2 & 3) == 3;
    }
}

/* --- MP table (MultiProcessor Specification 1.4), when there is no ACPI --- */

struct mp_table {
    char signature[4]; /* "PCMP" */
    u16 length;
    u8 revision, checksum;
    char names[20];
    u32 oem_table;
    u16 oem_size, count;
    u32 lapic;
    u32 extended;
} __packed;
ASSERT_SIZE(struct mp_table, 44);

#define MP_CPU    0
#define MP_IOAPIC 2

static void take_mp_table(paddr_t pa)
{
    const struct mp_table *t = x86_map_table(pa, PAGE_SIZE);
    if (!t || memcmp(t->signature, "PCMP", 4) || t->length > PAGE_SIZE / 2)
        return;
    x86_platform.lapic_address = t->lapic;
    const u8 *e = (const u8 *)(t + 1), *end = (const u8 *)t + t->length;
    /* By the length: qboot leaves the count at zero. */
    while (e < end) {
        size_t size = *e == MP_CPU ? 20 : 8;
        if ((size_t)(end - e) < size)
            return;
        u32 address;
        memcpy(&address, e + 4, sizeof(address));
        if (e[0] == MP_CPU && e[3] & 1)
            add_cpu(e[1]);
        else if (e[0] == MP_IOAPIC && e[3] & 1)
            add_ioapic(address, 0);
        e += size;
    }
}

/* ------------------------------------------------------------------------ */

static void take_acpi(struct boot_info *info, const struct acpi *acpi)
{
    struct acpi_fadt fadt;
    const void *madt = acpi_find(acpi, "APIC", 0);
    const struct acpi_hpet *h = (const void *)acpi_find(acpi, "HPET", 0);
    if (madt)
        take_madt(madt);
    if (h && h->address.space == ACPI_SPACE_MEMORY)
        x86_platform.hpet = h->address.address;
    if (acpi_read_fadt(acpi, &fadt) == 0) {
        if (!(fadt.flags & ACPI_FADT_HW_REDUCED))
            x86_platform.pm_timer_port = fadt.pm_tmr_blk;
        x86_power_init(acpi, &fadt);
        info->machine = fadt.flags & ACPI_FADT_HW_REDUCED ? "microvm"
                        : acpi_find(acpi, "MCFG", 0)      ? "PCIe PC"
                                                          : "PC";
    }
}

void x86_platform_init(struct boot_info *info, paddr_t mp_table)
{
    struct acpi acpi;
    set_defaults();
    if (info->acpi_rsdp && !acpi_init(&acpi, info->acpi_rsdp, map_table, NULL))
        take_acpi(info, &acpi);
    else if (mp_table)
        take_mp_table(mp_table);
    if (!x86_platform.ioapic_count)
        add_ioapic(IOAPIC_DEFAULT, 0);
}
