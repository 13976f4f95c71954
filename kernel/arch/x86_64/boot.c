/* What the loader said, in either protocol, made into a struct boot_info. */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/string.h"

static struct boot_info boot_info;

static u32 bp32(u64 params, u32 offset)
{
    u32 v;
    memcpy(&v, (const void *)(params + offset), sizeof(v));
    return v;
}

static u64 bp64(u64 params, u32 offset)
{
    u64 v;
    memcpy(&v, (const void *)(params + offset), sizeof(v));
    return v;
}

static u64 bp_split(u64 params, u32 low, u32 high)
{
    return bp32(params, low) | (u64)bp32(params, high) << 32;
}

static void add_e820(struct boot_info *info, u64 start, u64 size, u32 type)
{
    enum boot_region_kind kind = type == E820_RAM    ? BOOT_RAM
                                 : type == E820_ACPI ? BOOT_ACPI
                                                     : BOOT_RESERVED;
    boot_add_region(info, start, size, kind);
}

/* What the start's identity map reaches. */
#define IDENTITY_END (4UL << 30)

/* setup_data of the kinds that carry random bytes, and those entries of the
 * memory map that the zero page has no room for. QEMU puts it right behind the
 * file, where our variables lie: then it is lost. */
#define SETUP_E820_EXT 1
#define SETUP_RNG_SEED 9
static void take_setup_data(struct boot_info *info, u64 params)
{
    u64 at = bp64(params, BP_SETUP_DATA);
    u64 image = arch_virt_to_phys(__image);
    u64 image_end = arch_virt_to_phys(__image_end);
    for (unsigned n = 0; at && at < IDENTITY_END && n < 32; n++) {
        if (at >= image && at < image_end)
            return;
        const struct {
            u64 next;
            u32 type, length;
            u8 data[];
        } *d = (const void *)at;
        const struct e820_entry *e = (const void *)d->data;
        if (d->type == SETUP_RNG_SEED)
            for (u32 i = 0; i < d->length && i < 4096; i++)
                ((u8 *)info->random_seed)[i % 32] ^= d->data[i];
        if (d->type == SETUP_E820_EXT)
            for (u32 i = 0; i < d->length / sizeof(*e); i++)
                add_e820(info, e[i].address, e[i].size, e[i].type);
        at = d->next;
    }
}

/* Started by UEFI firmware there is no RSDP in low memory. */
static paddr_t efi_find_rsdp(u64 params)
{
    u64 at = bp_split(params, BP_EFI_SYSTAB, BP_EFI_SYSTAB_HI);
    const struct efi_system_table *efi = (const void *)at;

    if (bp32(params, BP_EFI_SIGNATURE) != BP_EFI_64 || !at ||
        at > IDENTITY_END - sizeof(*efi) ||
        efi->signature != EFI_SYSTEM_TABLE_SIGNATURE ||
        efi->table_count > 1024 ||
        efi->tables >
            IDENTITY_END - 1024 * sizeof(struct efi_configuration_table))
        return 0;
    const struct efi_configuration_table *t = (const void *)efi->tables;
    for (u64 i = 0; i < efi->table_count; i++)
        if (t[i].guid[0] == EFI_ACPI_20_GUID_0 &&
            t[i].guid[1] == EFI_ACPI_20_GUID_1)
            return t[i].address;
    return 0;
}

static void take_linux(struct boot_info *info, u64 params)
{
    u64 line = bp_split(params, BP_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
    if (line)
        strscpy(info->command_line, (const char *)line,
                sizeof(info->command_line));
    info->initrd_start =
        bp_split(params, BP_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE);
    info->initrd_size = bp_split(params, BP_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE);
    info->acpi_rsdp = bp64(params, BP_ACPI_RSDP);
    if (!info->acpi_rsdp)
        info->acpi_rsdp = efi_find_rsdp(params);
    u32 n = *(const u8 *)(params + BP_E820_ENTRIES);
    const struct e820_entry *e = (const void *)(params + BP_E820_TABLE);
    for (u32 i = 0; i < n && i < BP_E820_MAX; i++)
        add_e820(info, e[i].address, e[i].size, e[i].type);
    take_setup_data(info, params);
}

static void take_pvh(struct boot_info *info, u64 loader)
{
    const struct pvh_start_info *s = (const void *)loader;
    if (s->magic != PVH_MAGIC)
        return;
    if (s->command_line)
        strscpy(info->command_line, (const char *)s->command_line,
                sizeof(info->command_line));
    info->acpi_rsdp = s->rsdp;
    if (s->module_count && s->modules) {
        const struct pvh_module *m = (const void *)s->modules;
        info->initrd_start = m->address;
        info->initrd_size = m->size;
    }
    if (s->version < 1)
        return;
    const struct pvh_memory *m = (const void *)s->memory_map;
    for (u32 i = 0; m && i < s->memory_map_entries; i++)
        add_e820(info, m[i].address, m[i].size, m[i].type);
}

/* The image and what the loader placed, which take precedence over RAM. */
static void add_own_regions(struct boot_info *info)
{
    u64 image = arch_virt_to_phys(__image), init = arch_virt_to_phys(__init);
    u64 bss = arch_virt_to_phys(__init_end);
    u64 init_bss = arch_virt_to_phys(__init_bss);
    u64 end = arch_virt_to_phys(__image_end);
    boot_add_region(info, image, init - image, BOOT_KERNEL);
    boot_add_region(info, init, bss - init, BOOT_INIT);
    boot_add_region(info, bss, init_bss - bss, BOOT_KERNEL);
    boot_add_region(info, init_bss, end - init_bss, BOOT_INIT);
    if (info->initrd_size)
        boot_add_region(info, info->initrd_start, info->initrd_size,
                        BOOT_INITRD);
    /* The BIOS data area, which firmware and the real-mode start-up use. */
    boot_add_region(info, 0, PAGE_SIZE, BOOT_RESERVED);
}

/*
 * Where firmware leaves the pointers to its tables: the first KiB of the
 * extended BIOS data area and the BIOS ROM (ACPI 6.4, 5.2.5; MP 1.4, 4).
 */
#define BIOS_EBDA_SEGMENT 0x40e

/* The compiler must not reckon with objects at such addresses. */
static const void *address_of(u64 low)
{
    __asm__("" : "+r"(low));
    return (const void *)low;
}

static u64 find_in_low_memory(const char *signature, size_t n)
{
    u64 ebda = 0;
    memcpy(&ebda, address_of(BIOS_EBDA_SEGMENT), sizeof(u16));
    ebda <<= 4;
    const u64 areas[3][2] = {
        {ebda, ebda + 1024}, {0x9fc00, 0xa0000}, {0xe0000, 0x100000}};
    for (unsigned i = 0; i < ARRAY_SIZE(areas); i++) {
        if (areas[i][0] < 0x400 || areas[i][1] > 0x100000)
            continue;
        for (u64 p = areas[i][0]; p < areas[i][1]; p += 16)
            if (!memcmp(address_of(p), signature, n))
                return p;
    }
    return 0;
}

/* The MP table that its floating pointer names, or 0. */
static paddr_t find_mp_table(void)
{
    u64 pointer = find_in_low_memory("_MP_", 4);
    return pointer ? *(const u32 *)(pointer + 4) : 0;
}

/* Firmware's own randomness is rare; the CPU's is added. */
static void take_random(struct boot_info *info)
{
    for (unsigned i = 0; i < 4; i++) {
        bool ok;
        u64 v = arch_random(&ok);
        if (ok)
            info->random_seed[i] ^= v;
    }
}

void x86_start(u64 loader, u32 from)
{
    struct boot_info *info = &boot_info;
    x86_find_features();
    x86_load_descriptors(0);
    if (from == BOOT_FROM_PVH)
        take_pvh(info, loader);
    else
        take_linux(info, loader);
    x86_console_init(info->command_line);
    info->start_counter = x86_start_counter;
    info->machine = "pc";
    if (!info->acpi_rsdp)
        info->acpi_rsdp = find_in_low_memory("RSD PTR ", 8);
    paddr_t mp_table = info->acpi_rsdp ? 0 : find_mp_table();
    add_own_regions(info);
    x86_low_page = boot_reserve_low_page(info);
    boot_build_direct_map(info);
    x86_root[0] = 0; /* the identity map */
    write_cr3(read_cr3());
    x86_enable_features();
    x86_cpu_set_number(0);
    x86_fpu_init();
    take_random(info);
    x86_platform_init(info, mp_table);
    x86_apic_init(0);
    x86_time_init();
    info->cpu_count = x86_platform.cpu_count;
    info->uart = (struct boot_uart){
        .kind = UART_16550_PORT,
        .base = 0x3f8,
        .clock_hz = 1843200,
        .irq_line = x86_platform.isa[4].gsi,
        .irq_level = x86_platform.isa[4].level,
        .irq_active_low = x86_platform.isa[4].active_low,
    };
    kernel_start(info);
}
