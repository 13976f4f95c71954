/*
 * What the devicetree says of the machine, into boot_info and the port's own
 * drivers' descriptions. Everything in it is untrusted.
 */
#include "arch/aarch64/boot/boot.h"
#include "arch/aarch64/boot/platform.h"
#include "lib/fdt.h"
#include "lib/string.h"

#define FDT_LIMIT (2UL << 20) /* the boot protocol's */

/* The nodes that the port looks for, found in one walk over the tree. */
enum found_node {
    FOUND_CHOSEN,
    FOUND_CPUS,
    FOUND_RESERVED,
    FOUND_PSCI,
    FOUND_GIC_V3,
    FOUND_GIC_V2,
    FOUND_TIMER,
    FOUND_UART,
    FOUND_RTC,
    FOUND_NODES
};

struct scan {
    struct fdt fdt;
    int node[FOUND_NODES]; /* FDT_NONE: there is none */
};

static const struct {
    char compatible[20];
    enum found_node what;
} compatibles[] = {
    {"arm,psci-0.2", FOUND_PSCI},     {"arm,psci-1.0", FOUND_PSCI},
    {"arm,gic-v3", FOUND_GIC_V3},     {"arm,cortex-a15-gic", FOUND_GIC_V2},
    {"arm,gic-400", FOUND_GIC_V2},    {"arm,cortex-a9-gic", FOUND_GIC_V2},
    {"arm,armv8-timer", FOUND_TIMER}, {"arm,pl011", FOUND_UART},
    {"arm,pl031", FOUND_RTC},
};

static bool list_has(const char *list, u32 len, const char *what)
{
    size_t n = strlen(what) + 1;

    while (len >= n) {
        const char *end = memchr(list, 0, len);

        if (!end)
            return false;
        if ((size_t)(end - list) + 1 == n && memcmp(list, what, n) == 0)
            return true;
        len -= (u32)(end - list) + 1;
        list = end + 1;
    }
    return false;
}

static void scan_memory(const struct fdt *fdt, int node)
{
    u64 start, size;

    if (!fdt_is_available(fdt, node))
        return;
    for (unsigned i = 0; fdt_reg(fdt, node, i, &start, &size); i++)
        boot_add_region(start, size, BOOT_RAM);
}

static void note_compatible(struct scan *s, int node, const char *list, u32 len)
{
    for (size_t i = 0; i < ARRAY_SIZE(compatibles); i++) {
        int *found = &s->node[compatibles[i].what];

        if (*found == FDT_NONE &&
            list_has(list, len, compatibles[i].compatible) &&
            fdt_is_available(&s->fdt, node))
            *found = node;
    }
}

static void find_nodes(struct scan *s)
{
    int node, depth_one = fdt_first_child(&s->fdt, fdt_root(&s->fdt));

    for (unsigned i = 0; i < FOUND_NODES; i++)
        s->node[i] = FDT_NONE;
    fdt_for_each_node(node, &s->fdt)
    {
        struct fdt_prop prop;
        bool more = fdt_first_prop(&s->fdt, node, &prop);

        for (; more; more = fdt_next_prop(&s->fdt, &prop)) {
            const char *value = (const char *)prop.data;

            if (strcmp(prop.name, "compatible") == 0)
                note_compatible(s, node, value, prop.len);
            else if (strcmp(prop.name, "device_type") == 0 &&
                     list_has(value, prop.len, "memory"))
                scan_memory(&s->fdt, node);
        }
    }
    for (; depth_one != FDT_NONE;
         depth_one = fdt_next_sibling(&s->fdt, depth_one)) {
        const char *name = fdt_name(&s->fdt, depth_one);

        if (strcmp(name, "chosen") == 0)
            s->node[FOUND_CHOSEN] = depth_one;
        else if (strcmp(name, "cpus") == 0)
            s->node[FOUND_CPUS] = depth_one;
        else if (strcmp(name, "reserved-memory") == 0)
            s->node[FOUND_RESERVED] = depth_one;
    }
}

static bool has_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = strstr(line, word); p; p = strstr(p + 1, word)) {
        if ((p == line || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
            return true;
    }
    return false;
}

u64 devicetree_kaslr_seed(const void *blob)
{
    struct fdt fdt;
    const char *line;
    u64 seed = 0;
    int chosen;

    if (fdt_init(&fdt, blob, FDT_LIMIT))
        return 0;
    chosen = fdt_find_path(&fdt, "/chosen");
    line = fdt_prop_string(&fdt, chosen, "bootargs", 0);
    if (line && has_word(line, "nokaslr"))
        return 0;
    fdt_prop_u64(&fdt, chosen, "kaslr-seed", &seed);
    /* Neighbouring seeds give distant places. */
    seed ^= seed >> 33;
    seed *= 0xff51afd7ed558ccd;
    return seed ^ seed >> 33;
}

static void scan_reserved(const struct fdt *fdt, int node)
{
    int child;
    u64 start, size;

    for (unsigned i = 0; fdt_reserved(fdt, i, &start, &size); i++)
        boot_add_region(start, size, BOOT_RESERVED);
    if (node == FDT_NONE)
        return;
    fdt_for_each_child(child, fdt, node)
    {
        for (unsigned i = 0; fdt_reg(fdt, child, i, &start, &size); i++)
            boot_add_region(start, size, BOOT_RESERVED);
    }
}

static void scan_chosen(const struct fdt *fdt, int chosen)
{
    const char *line = fdt_prop_string(fdt, chosen, "bootargs", 0);
    const void *seed;
    u64 start = 0, end = 0;
    u32 len;

    if (line)
        strscpy(machine.command_line, line, sizeof(machine.command_line));
    if (fdt_prop_u64(fdt, chosen, "linux,initrd-start", &start) &&
        fdt_prop_u64(fdt, chosen, "linux,initrd-end", &end) && end > start) {
        machine.initrd_start = start;
        machine.initrd_size = end - start;
        boot_add_region(start, end - start, BOOT_INITRD);
    }
    seed = fdt_prop(fdt, chosen, "rng-seed", &len);
    if (seed)
        boot_mix_seed(seed, len);
    seed = fdt_prop(fdt, chosen, "kaslr-seed", &len);
    if (seed)
        boot_mix_seed(seed, len);
}

/* INTID of the i-th interrupt: GIC's three cells {0: shared, 1: private;
 * number; trigger}. The GIC is the only controller that the kernel drives, so
 * nobody looks for the interrupt parent. ~0: none. */
static u32 interrupt_of(const struct fdt *fdt, int node, unsigned i)
{
    u32 kind, number;

    if (!fdt_prop_u32(fdt, node, "interrupts", 3 * i, &kind) ||
        !fdt_prop_u32(fdt, node, "interrupts", 3 * i + 1, &number))
        return ~0u;
    if (kind == 0 && number < 988)
        return number + 32;
    if (kind == 1 && number < 16)
        return number + 16;
    return ~0u;
}

static void scan_uart(const struct fdt *fdt, int any)
{
    struct boot_uart *uart = &machine.uart;
    const char *options;
    int node = fdt_stdout(fdt, &options);
    u64 base;

    if (node == FDT_NONE || !fdt_is_compatible(fdt, node, "arm,pl011"))
        node = any;
    if (node == FDT_NONE || !fdt_reg(fdt, node, 0, &base, NULL))
        return;
    uart->kind = UART_PL011;
    uart->base = base;
    uart->irq_level = true;
    uart->irq_line = interrupt_of(fdt, node, 0);
}

static void scan_cpus(const struct fdt *fdt, int cpus)
{
    int cpu;
    u64 boot = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;

    platform.cpu_mpidr[0] = boot;
    machine.cpu_count = 1;
    if (cpus == FDT_NONE)
        return;
    fdt_for_each_child(cpu, fdt, cpus)
    {
        const char *type = fdt_prop_string(fdt, cpu, "device_type", 0);
        const char *method = fdt_prop_string(fdt, cpu, "enable-method", 0);
        u32 len;
        u64 id;

        if (!type || strcmp(type, "cpu") != 0 ||
            !fdt_prop(fdt, cpu, "reg", &len) ||
            !fdt_prop_u64(fdt, cpu, "reg", &id))
            continue;
        if (id == boot || !method || strcmp(method, "psci") != 0 ||
            machine.cpu_count >= MAX_CPUS)
            continue;
        platform.cpu_mpidr[machine.cpu_count++] = id & MPIDR_AFFINITY;
    }
}

static void scan_psci(const struct fdt *fdt, int node)
{
    const char *method;

    if (node == FDT_NONE)
        return;
    method = fdt_prop_string(fdt, node, "method", 0);
    if (method && strcmp(method, "hvc") == 0)
        platform.psci = PSCI_HVC;
    else if (method && strcmp(method, "smc") == 0)
        platform.psci = PSCI_SMC;
}

static void scan_gic_v3(const struct fdt *fdt, int node)
{
    struct platform_gic *gic = &platform.gic;
    u32 regions = 1, child_count = 0;
    int child;

    gic->version = 3;
    fdt_reg(fdt, node, 0, &gic->distributor, NULL);
    fdt_prop_u32(fdt, node, "#redistributor-regions", 0, &regions);
    for (u32 i = 0; i < regions && i < ARRAY_SIZE(gic->redistributor); i++) {
        if (!fdt_reg(fdt, node, 1 + i, &gic->redistributor[i].base,
                     &gic->redistributor[i].size))
            break;
        gic->redistributors = i + 1;
    }
    fdt_for_each_child(child, fdt, node)
    {
        if (fdt_is_compatible(fdt, child, "arm,gic-v3-its") &&
            fdt_is_available(fdt, child) && child_count++ == 0)
            fdt_reg(fdt, child, 0, &gic->its, NULL);
    }
}

static void scan_gic_v2(const struct fdt *fdt, int node)
{
    struct platform_gic *gic = &platform.gic;
    int child;

    gic->version = 2;
    fdt_reg(fdt, node, 0, &gic->distributor, NULL);
    fdt_reg(fdt, node, 1, &gic->cpu_interface, NULL);
    fdt_for_each_child(child, fdt, node)
    {
        if (fdt_is_compatible(fdt, child, "arm,gic-v2m-frame"))
            fdt_reg(fdt, child, 0, &gic->v2m, NULL);
    }
}

static void scan_timer(const struct fdt *fdt, int node)
{
    platform.timer_irq = 27;
    if (node == FDT_NONE)
        return;
    /* Secure physical, physical, virtual, hypervisor: the virtual one. */
    if (interrupt_of(fdt, node, 2) != ~0u)
        platform.timer_irq = interrupt_of(fdt, node, 2);
    fdt_prop_u32(fdt, node, "clock-frequency", 0, &platform.timer_hz);
}

/* Bytes of the blob that are in use; what follows is padding. */
static u64 used_bytes(const struct fdt *fdt)
{
    u64 a = (u64)fdt->structs + fdt->structs_size;
    u64 b = (u64)fdt->strings + fdt->strings_size;

    return min((u64)fdt->size, max(max(a, b), (u64)fdt->reserved + 4096));
}

bool devicetree_scan(const void *blob, paddr_t pa)
{
    static char name_copy[64];
    const char *name;
    struct scan s;

    if (fdt_init(&s.fdt, blob, FDT_LIMIT))
        return false;
    machine.devicetree = pa;
    name = fdt_prop_string(&s.fdt, fdt_root(&s.fdt), "compatible", 0);
    strscpy(name_copy, name ? name : "devicetree", sizeof(name_copy));
    machine.machine = name_copy;
    find_nodes(&s);
    scan_uart(&s.fdt, s.node[FOUND_UART]);
    platform_console();
    boot_add_region(pa, used_bytes(&s.fdt), BOOT_RESERVED);
    scan_reserved(&s.fdt, s.node[FOUND_RESERVED]);
    scan_chosen(&s.fdt, s.node[FOUND_CHOSEN]);
    scan_cpus(&s.fdt, s.node[FOUND_CPUS]);
    scan_psci(&s.fdt, s.node[FOUND_PSCI]);
    if (s.node[FOUND_GIC_V3] != FDT_NONE)
        scan_gic_v3(&s.fdt, s.node[FOUND_GIC_V3]);
    else if (s.node[FOUND_GIC_V2] != FDT_NONE)
        scan_gic_v2(&s.fdt, s.node[FOUND_GIC_V2]);
    scan_timer(&s.fdt, s.node[FOUND_TIMER]);
    if (s.node[FOUND_RTC] != FDT_NONE)
        fdt_reg(&s.fdt, s.node[FOUND_RTC], 0, &platform.rtc, NULL);
    return true;
}
