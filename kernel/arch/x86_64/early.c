/*
 * The first C code: runs at the image's physical address, before relocation, so
 * it uses no pointer that the linker stored and calls nothing outside this
 * file. It chooses the virtual address, relocates the image in place, patches
 * it for this CPU, maps it with its final protections and turns that mapping
 * on.
 */
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpuid.h"
#include <asm/pte.h>

u64 x86_root[512] __aligned(4096);
u64 x86_ident[5][512] __aligned(4096) __section(".init.bss");
/* Tables for the image's own gigabyte, when it was loaded above 4 GiB. */
static u64 far_ident[1][512] __aligned(4096) __section(".init.bss");
u64 x86_image_delta;
static u64 vmap_table[512] __aligned(4096);

struct relocation {
    u64 offset, info, addend;
};

struct smap_site {
    s32 offset;
    u32 begin;
};

extern struct relocation __rela[], __rela_end[];
extern u64 __relr[], __relr_end[];
extern struct smap_site __smap_sites[], __smap_sites_end[];

#define LINK_BASE (X86_IMAGE_BASE + X86_LOAD_ADDRESS)

static bool has_word(const char *line, const char *word)
{
    for (;;) {
        while (*line == ' ')
            line++;
        if (!*line)
            return false;
        const char *w = word;
        while (*w && *line == *w)
            line++, w++;
        if (!*w && (*line == ' ' || !*line))
            return true;
        while (*line && *line != ' ')
            line++;
    }
}

static const char *loader_command_line(u64 loader, u32 from)
{
    u64 p;
    if (from == BOOT_FROM_PVH)
        p = ((const struct pvh_start_info *)loader)->command_line;
    else
        p = *(const u32 *)(loader + BP_CMD_LINE_PTR) |
            (u64) * (const u32 *)(loader + BP_EXT_CMD_LINE_PTR) << 32;
    return p ? (const char *)p : NULL;
}

static u64 random_number(void)
{
    u64 v = x86_start_counter * 0x9e3779b97f4a7c15;
    v ^= v >> 32;
    if (cpuid(1).c & BIT(30)) {
        u64 hardware;
        u8 ok;
        __asm__ volatile("rdrand %0; setc %1" : "=r"(hardware), "=qm"(ok));
        if (ok)
            v ^= hardware;
    }
    return v;
}

/* Bytes to add to linked addresses: a multiple of 64 KiB. */
static u64 choose_slide(u64 loader, u32 from)
{
    const char *line = loader_command_line(loader, from);
    if (line && has_word(line, "nokaslr"))
        return 0;
    u64 size = (u64)__image_end - (u64)__image;
    u64 places = (X86_IMAGE_SPAN - X86_LOAD_ADDRESS - size) >> 16;
    return (random_number() % places) << 16;
}

static void relocate(u64 physical, u64 slide)
{
    u64 here = physical - LINK_BASE;
    for (struct relocation *r = __rela; r < __rela_end; r++)
        *(u64 *)(r->offset + here) = r->addend + slide;
    u64 *where = NULL;
    for (u64 *r = __relr; r < __relr_end; r++) {
        if (!(*r & 1)) {
            where = (u64 *)(*r + here);
            *where++ += slide;
            continue;
        }
        for (unsigned i = 0; i < 63; i++)
            if (*r >> (i + 1) & 1)
                where[i] += slide;
        where += 63;
    }
}

/* With SMAP the NOPs around user accesses become STAC and CLAC. */
static void patch_smap_sites(void)
{
    if (!(cpuid(7).b & BIT(20)))
        return;
    for (struct smap_site *s = __smap_sites; s < __smap_sites_end; s++) {
        u8 *code = (u8 *)&s->offset + s->offset;
        code[0] = 0x0f;
        code[1] = 0x01;
        code[2] = s->begin ? 0xcb : 0xca;
    }
}

/* Numbers, not pointers: to the compiler these are unrelated objects. */
static u64 image_protection(u64 p, u64 nx)
{
    if (p == (u64)boot_stack_guard)
        return 0;
    if (p < (u64)__text_end)
        return PTE_P | PTE_A | PTE_G;
    if (p < (u64)__rodata_end)
        return PTE_P | PTE_A | PTE_G | nx;
    return PTE_P | PTE_W | PTE_A | PTE_D | PTE_G | nx;
}

#define TABLE_BITS (PTE_P | PTE_W | PTE_A)

static void map_image(u64 base, u64 nx)
{
    u64(*tables)[512] = __image_tables;
    u64 *pdpt = tables[0], *pd = tables[1];
    unsigned used = 2;
    x86_root[511] = (u64)pdpt | TABLE_BITS;
    pdpt[510] = (u64)pd | TABLE_BITS;
    u64 first = (u64)__image, end = (u64)__image_end;
    for (u64 p = first; p < end; p += PAGE_SIZE) {
        u64 va = base + (p - first);
        u64 *slot = &pd[va >> 21 & 511];
        if (!*slot)
            *slot = (u64)tables[used++] | TABLE_BITS;
        u64 *table = (u64 *)(*slot & PTE_FRAME);
        u64 e = image_protection(p, nx);
        table[va >> 12 & 511] = e ? p | e : 0;
    }
    x86_root[X86_VMAP_START >> 39 & 511] = (u64)vmap_table | TABLE_BITS;
}

static void map_identity(u64 physical)
{
    x86_root[0] = (u64)x86_ident[0] | TABLE_BITS;
    for (u64 i = 0; i < 4; i++)
        x86_ident[0][i] = (u64)x86_ident[i + 1] | TABLE_BITS;
    for (u64 i = 0; i < 2048; i++)
        x86_ident[1 + i / 512][i % 512] = i << 21 | PTE_PS | TABLE_BITS;
    if (physical < 4UL << 30)
        return;
    x86_ident[0][physical >> 30 & 511] = (u64)far_ident[0] | TABLE_BITS;
    for (u64 i = 0; i < 512; i++)
        far_ident[0][i] =
            ((physical >> 30 << 30) + (i << 21)) | PTE_PS | TABLE_BITS;
}

u64 x86_early_start(u64 physical, u64 loader, u32 from)
{
    u64 nx = 0;
    if (cpuid(0x80000001).d & BIT(20)) {
        wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
        nx = PTE_NX;
    }
    u64 slide = choose_slide(loader, from);
    relocate(physical, slide);
    patch_smap_sites();
    x86_image_delta = physical - (LINK_BASE + slide);
    map_image(LINK_BASE + slide, nx);
    map_identity(physical);
    write_cr3((u64)x86_root);
    write_cr0(read_cr0() | CR0_WP);
    return LINK_BASE + slide - physical;
}
