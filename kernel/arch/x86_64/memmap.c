/* The memory map, pages for early tables, and the direct map of all RAM. */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <asm/pte.h>

#define SIZE_2M (2UL << 20)
#define SIZE_1G (1UL << 30)

void boot_add_region(struct boot_info *info, u64 start, u64 size,
                     enum boot_region_kind kind)
{
    u64 end;
    if (check_add_overflow(start, size, &end))
        end = ~(PAGE_SIZE - 1);
    end = min(end, X86_DIRECT_LIMIT);
    if (kind == BOOT_RAM) {
        start = round_up(start, PAGE_SIZE);
        end = round_down(end, PAGE_SIZE);
    } else {
        start = round_down(start, PAGE_SIZE);
        end = round_up(end, PAGE_SIZE);
    }
    if (start >= end || info->region_count == BOOT_REGIONS_MAX)
        return;
    info->regions[info->region_count++] =
        (struct boot_region){start, end - start, kind};
}

/* The first region other than RAM that meets [start, end), or NULL. */
static const struct boot_region *find_overlap(const struct boot_info *info,
                                              u64 start, u64 end)
{
    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];
        if (r->kind != BOOT_RAM && r->start < end && start < r->start + r->size)
            return r;
    }
    return NULL;
}

/* `size` bytes of unused RAM in [low, high), as low as possible; 0: none. */
static paddr_t find_free(const struct boot_info *info, u64 size, u64 low,
                         u64 high)
{
    paddr_t best = 0;
    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];
        if (r->kind != BOOT_RAM)
            continue;
        u64 at = max(r->start, low), end = min(r->start + r->size, high);
        while (at < end && end - at >= size) {
            const struct boot_region *o = find_overlap(info, at, at + size);
            if (!o) {
                if (!best || at < best)
                    best = at;
                break;
            }
            at = o->start + o->size;
        }
    }
    return best;
}

paddr_t boot_reserve_low_page(struct boot_info *info)
{
    paddr_t page = find_free(info, PAGE_SIZE, 0x8000, 0xa0000);
    if (page)
        boot_add_region(info, page, PAGE_SIZE, BOOT_RESERVED);
    return page;
}

/* --- pages for tables until core has an allocator: a bump in one area, which
 * the identity map reaches --- */

static paddr_t bump_next, bump_end;

static paddr_t bump_page(void)
{
    if (bump_next == bump_end)
        return 0;
    paddr_t page = bump_next;
    bump_next += PAGE_SIZE;
    return page;
}

static paddr_t bump_page_zeroed(void)
{
    paddr_t page = bump_page();
    if (page)
        memset(arch_phys_to_virt(page), 0, PAGE_SIZE);
    return page;
}

static void bump_free_page(paddr_t page)
{
    (void)page;
}

static void *bump_alloc(size_t size)
{
    (void)size;
    return NULL;
}

static void bump_free(void *p, size_t size)
{
    (void)p;
    (void)size;
}

/* Until core replaces it: pages for the fixed mappings of boot. */
struct arch_alloc arch_alloc = {
    .alloc = bump_alloc,
    .free = bump_free,
    .alloc_page = bump_page_zeroed,
    .free_page = bump_free_page,
};

/* ---------------------------------------------------------- direct map -- */

/* How tables are reached and made: by identity first, by the direct map
 * later.*/
struct mapper {
    u64 offset;
    paddr_t (*page)(void);
};

static u64 *mapper_table(const struct mapper *m, u64 *entry)
{
    if (!(*entry & PTE_P)) {
        paddr_t page = m->page();
        if (!page)
            return NULL;
        memset((void *)(page + m->offset), 0, PAGE_SIZE);
        *entry = page | PTE_P | PTE_W | PTE_A;
    }
    return (u64 *)((*entry & PTE_FRAME) + m->offset);
}

/* Map [pa, pa + size), which one leaf of `span` bytes holds. */
static int map_leaf(const struct mapper *m, u64 pa, u64 span, u64 bits)
{
    u64 va = pa + X86_DIRECT_MAP;
    u64 *table = mapper_table(m, &x86_root[va >> 39 & 511]);
    if (!table)
        return -ENOMEM;
    u64 *entry = &table[va >> 30 & 511];
    if (span < SIZE_1G) {
        if (!(table = mapper_table(m, entry)))
            return -ENOMEM;
        entry = &table[va >> 21 & 511];
    }
    if (span < SIZE_2M) {
        if (!(table = mapper_table(m, entry)))
            return -ENOMEM;
        entry = &table[va >> 12 & 511];
    }
    *entry = pa | bits | (span > PAGE_SIZE ? PTE_PS : 0);
    return 0;
}

static int map_direct(const struct mapper *m, u64 start, u64 end, bool writable)
{
    u64 bits = PTE_P | PTE_A | PTE_G | PTE_NX | (writable ? PTE_W | PTE_D : 0);
    while (start < end) {
        u64 span = PAGE_SIZE;
        if (IS_ALIGNED(start, SIZE_1G) && end - start >= SIZE_1G &&
            x86_has(FEATURE_1GB_PAGES))
            span = SIZE_1G;
        else if (IS_ALIGNED(start, SIZE_2M) && end - start >= SIZE_2M)
            span = SIZE_2M;
        int r = map_leaf(m, start, span, bits);
        if (r)
            return r;
        start += span;
    }
    return 0;
}

/* The alias of what is read-only in the image is read-only too. */
static int map_ram(const struct mapper *m, u64 start, u64 end)
{
    u64 image = arch_virt_to_phys(__image);
    u64 read_only = arch_virt_to_phys(__rodata_end);
    int r = map_direct(m, start, clamp(image, start, end), true);
    if (!r)
        r = map_direct(m, clamp(image, start, end),
                       clamp(read_only, start, end), false);
    if (!r)
        r = map_direct(m, clamp(read_only, start, end), end, true);
    return r;
}

void boot_build_direct_map(struct boot_info *info)
{
    struct mapper m = {.offset = 0, .page = bump_page};
    u64 pages = 16;
    for (u32 i = 0; i < info->region_count; i++)
        if (info->regions[i].kind == BOOT_RAM)
            pages += 4 + 2 * (info->regions[i].size >> 30);
    bump_next = find_free(info, pages << PAGE_SHIFT, SIZE_2M / 2, 4UL << 30);
    if (!bump_next)
        arch_upcalls.die("no memory for the first page tables", NULL);
    paddr_t first = bump_next;
    bump_end = first + (pages << PAGE_SHIFT);
    for (u32 i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->regions[i];
        if (r->kind == BOOT_RAM && map_ram(&m, r->start, r->start + r->size))
            arch_upcalls.die("no memory for the direct map", NULL);
    }
    kernel_pagetable.root = arch_virt_to_phys(x86_root);
    /* Twelve pages are for tables and devices that are mapped before core's
     * allocator works; what was reckoned beyond that is RAM again. */
    bump_end = min(bump_end, bump_next + 12 * PAGE_SIZE);
    boot_add_region(info, first, bump_end - first, BOOT_KERNEL);
}

static paddr_t core_page(void)
{
    return arch_alloc.alloc_page();
}

int arch_direct_map_add(paddr_t start, u64 size)
{
    struct mapper m = {.offset = X86_DIRECT_MAP, .page = core_page};
    u64 end;
    if (check_add_overflow(start, size, &end) || end > X86_DIRECT_LIMIT ||
        !IS_ALIGNED(start | size, PAGE_SIZE))
        return -EINVAL;
    /* Roots of address spaces share the root slots that exist. */
    u64 first = (start + X86_DIRECT_MAP) >> 39 & 511;
    u64 last = (end - 1 + X86_DIRECT_MAP) >> 39 & 511;
    for (u64 i = first; i <= last; i++)
        if (!(x86_root[i] & PTE_P))
            return -EINVAL;
    return map_direct(&m, start, end, true);
}
