/*
 * The kernel's mappings, built while booting: the image with one protection a
 * part, the direct map, a few device pages. The tables come from a pool in
 * .bss, then from RAM that is mapped already.
 */
#include "arch/aarch64/boot/boot.h"
#include "lib/string.h"
#include <asm/pte.h>

#define TABLE_SIZE  4096
#define POOL_TABLES 18
#define BLOCK_2M    (1UL << 21)
#define BLOCK_1G    (1UL << 30)

#define KERNEL_RX (PTE_VALID | PTE_SHARED | PTE_AF | PTE_UXN | PTE_RDONLY)
#define KERNEL_RO (KERNEL_RX | PTE_PXN)
#define KERNEL_RW ((KERNEL_RO & ~PTE_RDONLY) | PTE_DBM)
#define DEVICE_RW (KERNEL_RW | PTE_ATTR(MAIR_DEVICE))

u64 kernel_image_offset;
char kernel_tables[TABLE_SIZE] __aligned(TABLE_SIZE)
    __section(".bss.page_aligned");

static char table_pool[POOL_TABLES * TABLE_SIZE] __aligned(TABLE_SIZE)
    __section(".bss.page_aligned");
static u32 pool_used;
static paddr_t image_start, image_end;
/* Tables after the pool: from the end of this range of mapped RAM. */
static paddr_t heap_start, heap_end;

/* The boot thread's stack; the page below it stays unmapped. */
__asm__(".pushsection .bss.page_aligned, \"aw\", %nobits\n"
        ".balign 4096\n"
        ".globl boot_stack_guard\n"
        "boot_stack_guard: .skip 4096\n"
        ".globl boot_stack, boot_stack_top\n"
        "boot_stack: .skip 16384\n"
        "boot_stack_top:\n"
        ".popsection\n");
extern char boot_stack_guard[], boot_stack_top[];

/* Works at both stages: kernel_image_offset is 0 at the first. */
static u64 *table_at(paddr_t pa)
{
    if (pa >= image_start && pa < image_end)
        return (u64 *)(pa + kernel_image_offset);
    return arch_phys_to_virt(pa);
}

static bool region_overlaps(paddr_t start, paddr_t end, paddr_t *below)
{
    for (u32 i = 0; i < machine.region_count; i++) {
        const struct boot_region *r = &machine.regions[i];

        if (r->kind != BOOT_RAM && start < r->start + r->size &&
            r->start < end) {
            *below = r->start & PAGE_MASK;
            return true;
        }
    }
    return false;
}

paddr_t boot_reserve(u64 size, u64 align)
{
    paddr_t top = heap_end, pa;

    while (top >= size && (pa = round_down(top - size, align)) >= heap_start) {
        if (region_overlaps(pa, pa + size, &top))
            continue;
        boot_add_region(pa, size, BOOT_KERNEL);
        memset(table_at(pa), 0, size);
        return pa;
    }
    boot_fail("no memory for tables");
}

static paddr_t table_alloc(void)
{
    if (pool_used < POOL_TABLES)
        return (paddr_t)table_pool + pool_used++ * TABLE_SIZE -
               kernel_image_offset;
    return boot_reserve(TABLE_SIZE, TABLE_SIZE);
}

static u64 *next_table(u64 *entry)
{
    if (!*entry)
        *entry = table_alloc() | PTE_VALID | PTE_TABLE;
    return table_at(*entry & PTE_ADDRESS);
}

static u64 block_size(u64 va, paddr_t pa, u64 size)
{
    if (((va | pa) & (BLOCK_1G - 1)) == 0 && size >= BLOCK_1G)
        return BLOCK_1G;
    if (((va | pa) & (BLOCK_2M - 1)) == 0 && size >= BLOCK_2M)
        return BLOCK_2M;
    return PAGE_SIZE;
}

/* Nothing is mapped there yet, so no translation is replaced. */
static void map_range(u64 va, paddr_t pa, u64 size, u64 bits)
{
    while (size) {
        u64 step = block_size(va, pa, size);
        u64 *table = table_at((paddr_t)kernel_tables - kernel_image_offset);

        table = next_table(&table[va >> 39 & 511]);
        if (step == BLOCK_1G) {
            table[va >> 30 & 511] = pa | bits;
        } else {
            table = next_table(&table[va >> 30 & 511]);
            if (step == BLOCK_2M) {
                table[va >> 21 & 511] = pa | bits;
            } else {
                table = next_table(&table[va >> 21 & 511]);
                table[va >> 12 & 511] = pa | bits | PTE_TABLE;
            }
        }
        va += step;
        pa += step;
        size -= step;
    }
}

static u64 choose_address(u64 size, u64 seed)
{
    u64 slots = KIMAGE_SPAN / BLOCK_2M;
    u64 va = KIMAGE_BASE + seed % slots * BLOCK_2M;

    /* Inside one GiB, so that one table of level 2 will do. */
    if ((va ^ (va + size)) & ~(BLOCK_1G - 1))
        va = (va & ~(BLOCK_1G - 1)) + BLOCK_1G - round_up(size, BLOCK_2M);
    return va;
}

static void map_part(u64 va, const char *start, const char *end, u64 bits)
{
    map_range(va + (paddr_t)start - image_start, (paddr_t)start,
              (u64)(end - start), bits);
}

u64 boot_map_image(paddr_t image, const void *devicetree)
{
    u64 va;

    image_start = image;
    /* Not the symbol itself: a compiler that sees a variable only ever get one
     * address takes that address anew later, when it is a virtual one. */
    image_end = image + (u64)(kernel_image_end - kernel_image_start);
    va = choose_address(image_end - image_start,
                        devicetree ? devicetree_kaslr_seed(devicetree) : 0);
    map_part(va, kernel_image_start, text_end, KERNEL_RX);
    map_part(va, rodata_start, rodata_end, KERNEL_RO);
    map_part(va, data_start, boot_stack_guard, KERNEL_RW);
    map_part(va, boot_stack, kernel_image_end, KERNEL_RW);
    kernel_image_offset = va - image;
    return va;
}

void *boot_fixmap(unsigned slot, paddr_t pa)
{
    u64 va = FIXMAP_BASE + slot * PAGE_SIZE;

    map_range(va, pa & PAGE_MASK, PAGE_SIZE, DEVICE_RW);
    pte_written();
    return (void *)(va + (pa & ~PAGE_MASK));
}

void *boot_map_device(paddr_t pa, u64 size)
{
    static u64 next = FIXMAP_BASE + 0x100000;
    u64 va = next, first = pa & PAGE_MASK;

    if (pa >> 48 || size >= BLOCK_1G / 16)
        boot_fail("a device's address makes no sense");
    size = round_up(pa + size, PAGE_SIZE) - first;
    map_range(va, first, size, DEVICE_RW);
    pte_written();
    next += size;
    return (void *)(va + (pa & ~PAGE_MASK));
}

/* The image's text and constants are read-only in the direct map too. */
static void map_direct_range(paddr_t start, paddr_t end)
{
    paddr_t ro_start = image_start;
    paddr_t ro_end = arch_virt_to_phys(rodata_end);

    if (end <= ro_start || start >= ro_end) {
        map_range(DIRECT_MAP_BASE + start, start, end - start, KERNEL_RW);
        return;
    }
    if (start < ro_start)
        map_direct_range(start, ro_start);
    ro_start = max(start, ro_start);
    ro_end = min(end, ro_end);
    map_range(DIRECT_MAP_BASE + ro_start, ro_start, ro_end - ro_start,
              KERNEL_RO);
    if (end > ro_end)
        map_direct_range(ro_end, end);
}

static bool ram_region(const struct boot_region *r, paddr_t *start,
                       paddr_t *end)
{
    *start = r->start;
    *end = r->start + r->size;
    return r->kind == BOOT_RAM;
}

void boot_map_direct(void)
{
    u32 home = ~0u, count = machine.region_count;
    paddr_t start, end;

    for (u32 i = 0; i < count; i++) {
        if (ram_region(&machine.regions[i], &start, &end) &&
            start <= image_start && image_end <= end)
            home = i;
    }
    if (home == ~0u)
        boot_fail("the image is not in RAM");
    ram_region(&machine.regions[home], &start, &end);
    map_direct_range(start, end);
    pte_written();
    heap_start = start;
    heap_end = end;
    for (u32 i = 0; i < count; i++) {
        if (i != home && ram_region(&machine.regions[i], &start, &end))
            map_direct_range(start, end);
    }
    pte_written();
}

void boot_drop_identity_map(void)
{
    u64 *tables = (u64 *)early_tables;
    paddr_t pa = arch_virt_to_phys(early_tables);
    paddr_t code = arch_virt_to_phys(idmap_start);
    paddr_t code_end = arch_virt_to_phys(idmap_end);

    /* The last of the early tables is empty. */
    write_sysreg(pa + 9 * TABLE_SIZE, ttbr0_el1);
    isb();
    __asm__ volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
    memset(tables, 0, 5 * TABLE_SIZE);
    tables[code >> 39 & 511] = (pa + TABLE_SIZE) | PTE_VALID | PTE_TABLE;
    tables[512 + (code >> 30 & 511)] =
        (pa + 2 * TABLE_SIZE) | PTE_VALID | PTE_TABLE;
    tables[1024 + (code >> 21 & 511)] =
        (pa + 3 * TABLE_SIZE) | PTE_VALID | PTE_TABLE;
    for (paddr_t p = code; p < code_end; p += PAGE_SIZE)
        tables[1536 + (p >> 12 & 511)] = p | KERNEL_RX | PTE_TABLE;
    pte_written();
}

/* A part of the image that nobody needs any more. */
static void release(paddr_t start, u64 size)
{
    for (u32 i = 0; i < machine.region_count; i++) {
        struct boot_region *r = &machine.regions[i];
        paddr_t end = r->start + r->size;

        if (r->kind != BOOT_KERNEL || start < r->start || start + size > end)
            continue;
        r->size = start - r->start;
        boot_add_region(start, size, BOOT_INIT);
        boot_add_region(start + size, end - start - size, BOOT_KERNEL);
        return;
    }
}

void boot_release_tables(void)
{
    paddr_t pool = arch_virt_to_phys(table_pool);

    release(pool + pool_used * TABLE_SIZE,
            (u64)(POOL_TABLES - pool_used) * TABLE_SIZE);
    release(arch_virt_to_phys(early_tables) + 4 * TABLE_SIZE, 5 * TABLE_SIZE);
}
