/*
 * From the first line of C at the kernel's own address to kernel_start().
 */
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "arch/aarch64/console.h"
#include "arch/aarch64/cpufeature.h"
#include "arch/aarch64/gic.h"
#include "lib/fdt.h"
#include "lib/parse.h"
#include "lib/string.h"

struct boot_info machine;
struct platform platform;
struct arch_upcalls arch_upcalls;
struct arch_alloc arch_alloc;

struct pagetable kernel_pagetable;
extern char kernel_tables[];

void boot_fail(const char *why)
{
    arch_console_early_write("boot: ", 6);
    arch_console_early_write(why, strlen(why));
    arch_console_early_write("\n", 1);
    arch_halt();
}

static void add_region(paddr_t start, paddr_t end, enum boot_region_kind kind)
{
    if (machine.region_count == BOOT_REGIONS_MAX) {
        /* More RAM can be done without; a reservation cannot. */
        if (kind == BOOT_RAM)
            return;
        boot_fail("too many reserved memory regions");
    }
    machine.regions[machine.region_count++] =
        (struct boot_region){start, end - start, kind};
}

/* What of [start, end) is not in the regions from `i` on: no page twice. */
static void add_ram(paddr_t start, paddr_t end, u32 i)
{
    for (; i < machine.region_count && start < end; i++) {
        const struct boot_region *r = &machine.regions[i];
        paddr_t r_end = r->start + r->size;

        if (r->kind != BOOT_RAM || end <= r->start || r_end <= start)
            continue;
        if (start < r->start)
            add_ram(start, r->start, i + 1);
        start = r_end;
    }
    if (start < end)
        add_region(start, end, BOOT_RAM);
}

void boot_add_region(paddr_t start, u64 size, enum boot_region_kind kind)
{
    u64 end;

    if (size == 0 || check_add_overflow(start, size, &end))
        return;
    if (kind == BOOT_RAM) {
        start = round_up(start, PAGE_SIZE);
        end = min(round_down(end, PAGE_SIZE), 1UL << DIRECT_MAP_BITS);
        add_ram(start, end, 0);
    } else {
        add_region(start, end, kind);
    }
}

/* Inside one region of RAM, so that the direct map reaches it. */
static bool in_ram(paddr_t start, u64 size)
{
    for (u32 i = 0; i < machine.region_count; i++) {
        const struct boot_region *r = &machine.regions[i];

        if (r->kind == BOOT_RAM && start >= r->start &&
            start - r->start <= r->size && size <= r->size - (start - r->start))
            return true;
    }
    return false;
}

/* Things that are said to be in memory and are not. */
static void check_regions(u64 devicetree_size)
{
    if (machine.initrd_size &&
        !in_ram(machine.initrd_start, machine.initrd_size))
        machine.initrd_start = machine.initrd_size = 0;
    if (!in_ram(machine.devicetree, devicetree_size))
        machine.devicetree = 0;
}

void boot_mix_seed(const void *bytes, size_t n)
{
    const u8 *b = bytes;

    for (size_t i = 0; i < n; i++) {
        u64 *w = &machine.random_seed[i / 8 % 4];

        *w = (*w << 8 | *w >> 56) ^ b[i];
        *w *= 0x9e3779b97f4a7c15;
    }
}

void platform_console(void)
{
    if (machine.uart.kind == UART_PL011 && machine.uart.base >> 48 == 0)
        console_init(boot_fixmap(FIXMAP_CONSOLE, machine.uart.base));
}

/* earlycon=pl011,0x9000000 names a console where the devicetree has none. */
static void console_from_command_line(void)
{
    static const char key[] = "earlycon=pl011,";
    const char *p = strstr(machine.command_line, key);
    char number[24];
    u64 base;
    size_t n;

    if (!p || machine.uart.kind != UART_NONE)
        return;
    p += sizeof(key) - 1;
    if (strstarts(p, "mmio32,"))
        p += 7;
    n = strcspn(p, " ,");
    if (n >= sizeof(number))
        return;
    memcpy(number, p, n);
    number[n] = 0;
    if (kstrtou64(number, 0, &base))
        return;
    machine.uart =
        (struct boot_uart){.kind = UART_PL011, .base = base, .irq_line = ~0u};
    platform_console();
}

void boot_main(paddr_t devicetree, paddr_t image, u64 counter, u64 level)
{
    (void)level;
    machine.start_counter = counter;
    machine.cpu_count = 1;
    kernel_pagetable.root = arch_virt_to_phys(kernel_tables);
    kernel_pagetable.tables = 1;
    cpufeature_init();
    /* The identity map still has the devicetree. */
    if (!devicetree || (devicetree & 7) || devicetree >> 48 ||
        !devicetree_scan((const void *)devicetree, devicetree))
        boot_fail("no devicetree");
    console_from_command_line();
    check_regions(fdt_total_size((const void *)devicetree));
    boot_add_region(image, (u64)kernel_image_end - (u64)kernel_image_start,
                    BOOT_KERNEL);
    boot_mix_seed(&counter, sizeof(counter));
    memcpy(pauth_seed, machine.random_seed, sizeof(pauth_seed));
    boot_map_direct();
    gic_map();
    rtc_map();
    boot_drop_identity_map();
    boot_release_tables();
    kernel_start(&machine);
}
