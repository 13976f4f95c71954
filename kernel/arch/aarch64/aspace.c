/*
 * Address spaces of user mode: address space identifiers (ASIDs) and TLB
 * maintenance.
 *
 * ASIDs: a space's number is valid in one generation. When the numbers run out
 * a new generation begins: every CPU's running space keeps its number, and
 * every CPU flushes its TLB before it uses a number of the new generation.
 * `lock` guards the bitmap, the generation and struct arch_aspace.context;
 * active[] is also written without it by its own CPU, by an exchange that fails
 * when a rollover (which writes 0) came between.
 *
 * Flushes: by broadcast to the inner shareable domain, or, if no other CPU has
 * run the space since its last full flush, on this CPU only. Pairs: a CPU sets
 * its bit in `cpus` before it loads TTBR0, with a dsb between; a flush writes
 * the entry before it reads `cpus`, with a dsb between. A flush of the whole
 * ASID also takes out CPUs that do not have the space in TTBR0: it clears their
 * bits before it reads coming[] and running[], a CPU writes coming[] before it
 * reads its bit, with a full barrier in both, and running[] after TTBR0.
 */
#include "arch/arch.h"
#include "arch/aarch64/cpufeature.h"
#include "lib/string.h"

#define ASID_MAX_BITS    16
#define GENERATION_ONE   (1UL << ASID_MAX_BITS)
#define ASID_OF(c)       ((c) & (GENERATION_ONE - 1))
#define GENERATION_OF(c) ((c) & ~(GENERATION_ONE - 1))
/* Above so many pages the whole ASID is flushed instead. */
#define FLUSH_PAGES 64

static struct arch_spinlock lock;
static u64 generation = GENERATION_ONE;
static u64 asid_map[(1 << ASID_MAX_BITS) / 64];
static u64 next_asid = 1;
static u64 active[MAX_CPUS];   /* context of the space in TTBR0; 0: see above */
static u64 reserved[MAX_CPUS]; /* what it was at the last rollover */
/* What each CPU has in TTBR0, and is about to have: its own to write. */
static struct arch_aspace *running[MAX_CPUS], *coming[MAX_CPUS];
static u64 flush_pending[MAX_CPUS / 64];
extern char early_tables[];

static bool map_test_and_set(u64 asid)
{
    u64 bit = 1UL << (asid % 64);
    bool was = asid_map[asid / 64] & bit;

    asid_map[asid / 64] |= bit;
    return was;
}

static u32 cpu_limit(void)
{
    extern struct boot_info machine;

    return machine.cpu_count;
}

static void rollover(void)
{
    memset(asid_map, 0, sizeof(asid_map));
    for (u32 cpu = 0; cpu < cpu_limit(); cpu++) {
        u64 context = __atomic_exchange_n(&active[cpu], 0, __ATOMIC_RELAXED);

        /* 0: it has not switched since the last rollover. */
        if (context == 0)
            context = reserved[cpu];
        map_test_and_set(ASID_OF(context));
        reserved[cpu] = context;
    }
    memset(flush_pending, 0xff, sizeof(flush_pending));
}

/* A running space keeps its number, under the new generation. */
static bool update_reserved(u64 old, u64 new)
{
    bool hit = false;

    for (u32 cpu = 0; cpu < cpu_limit(); cpu++) {
        if (reserved[cpu] == old) {
            reserved[cpu] = new;
            hit = true;
        }
    }
    return hit;
}

static u64 find_free(void)
{
    u64 count = 1UL << cpu_features.asid_bits;

    for (u64 i = 0; i < count; i++) {
        u64 asid = next_asid + i;

        if (asid >= count)
            asid -= count;
        if (asid == 0 || map_test_and_set(asid))
            continue;
        next_asid = asid + 1 < count ? asid + 1 : 1;
        return asid;
    }
    return 0;
}

static u64 new_context(u64 old)
{
    u64 asid;

    if (old) {
        u64 same = generation | ASID_OF(old);

        if (update_reserved(old, same))
            return same;
        if (!map_test_and_set(ASID_OF(old)))
            return same;
    }
    asid = find_free();
    if (asid)
        return generation | asid;
    WRITE_ONCE(generation, generation + GENERATION_ONE);
    rollover();
    return generation | find_free();
}

static u64 renew(struct arch_aspace *as, u32 cpu)
{
    unsigned long flags = arch_spin_lock(&lock);
    u64 context = as->context, bit = 1UL << (cpu % 64);

    if (GENERATION_OF(context) != generation) {
        context = new_context(context);
        WRITE_ONCE(as->context, context);
    }
    if (flush_pending[cpu / 64] & bit) {
        flush_pending[cpu / 64] &= ~bit;
        __asm__ volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
    }
    WRITE_ONCE(active[cpu], context);
    arch_spin_unlock(&lock, flags);
    return context;
}

static u64 context_for(struct arch_aspace *as, u32 cpu)
{
    u64 context = READ_ONCE(as->context), old = READ_ONCE(active[cpu]);

    if (old && context &&
        GENERATION_OF(context) == GENERATION_OF(READ_ONCE(generation)) &&
        __atomic_compare_exchange_n(&active[cpu], &old, context, false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return context;
    return renew(as, cpu);
}

static void mark_cpu(struct arch_aspace *as, u32 cpu)
{
    u64 bit = 1UL << (cpu % 64);

    smp_mb();
    if (READ_ONCE(as->cpus[cpu / 64]) & bit)
        return;
    __atomic_fetch_or(&as->cpus[cpu / 64], bit, __ATOMIC_RELAXED);
    dsb(ish);
}

void arch_aspace_activate(struct arch_aspace *as)
{
    struct arm64_cpu *cpu = this_arm64_cpu();
    unsigned long flags;
    u64 ttbr;

    if (cpu->aspace == as)
        return;
    flags = arch_irq_save();
    cpu->aspace = as;
    WRITE_ONCE(coming[cpu->number], as);
    if (as) {
        ttbr = as->table.root | context_for(as, cpu->number) << 48;
        mark_cpu(as, cpu->number);
    } else {
        /* The empty table, under the number that is there: it adds nothing. */
        ttbr = (read_sysreg(ttbr0_el1) & ~0xffffffffffffUL) |
               (arch_virt_to_phys(early_tables) + 9 * PAGE_SIZE);
    }
    write_sysreg(ttbr, ttbr0_el1);
    isb();
    smp_store_release(&running[cpu->number], as);
    arch_irq_restore(flags);
}

int arch_aspace_init(struct arch_aspace *as)
{
    memset(as, 0, sizeof(*as));
    return pagetable_init(&as->table);
}

void arch_aspace_destroy(struct arch_aspace *as)
{
    if (as->table.tables > 1)
        pagetable_flush(as, 0, ARCH_USER_TOP, true);
    pagetable_destroy(&as->table, ARCH_USER_TOP);
}

/* ---------------------------------------------------------------- flushes */

static bool only_here(const struct arch_aspace *as, u32 cpu)
{
    for (u32 i = 0; i < MAX_CPUS / 64; i++) {
        u64 mine = i == cpu / 64 ? 1UL << (cpu % 64) : 0;

        if (READ_ONCE(as->cpus[i]) & ~mine)
            return false;
    }
    return true;
}

/* Before the whole ASID is flushed everywhere. */
static void forget_idle_cpus(struct arch_aspace *as, u32 cpu)
{
    for (u32 i = 0; i < MAX_CPUS / 64; i++) {
        u64 mine = i == cpu / 64 ? 1UL << (cpu % 64) : 0;

        if (READ_ONCE(as->cpus[i]) & ~mine)
            __atomic_fetch_and(&as->cpus[i], mine, __ATOMIC_RELAXED);
    }
    smp_mb();
    for (u32 i = 0; i < cpu_limit(); i++) {
        if (READ_ONCE(coming[i]) == as || smp_load_acquire(&running[i]) == as)
            __atomic_fetch_or(&as->cpus[i / 64], 1UL << (i % 64),
                              __ATOMIC_RELAXED);
    }
}

#define TLBI(op, operand) __asm__ volatile("tlbi " op ", %0" ::"r"(operand))

static void flush_here(u64 asid, u64 start, u64 end)
{
    if (end - start > FLUSH_PAGES * PAGE_SIZE) {
        TLBI("aside1", asid);
    } else {
        for (u64 va = start; va < end; va += PAGE_SIZE)
            TLBI("vae1", asid | (va >> PAGE_SHIFT & 0xfffffffffff));
    }
    dsb(nsh);
    isb();
}

static void flush_everywhere(u64 asid, u64 start, u64 end, bool tables)
{
    if (end - start > FLUSH_PAGES * PAGE_SIZE) {
        TLBI("aside1is", asid);
    } else if (tables) {
        for (u64 va = start; va < end; va += PAGE_SIZE)
            TLBI("vae1is", asid | (va >> PAGE_SHIFT & 0xfffffffffff));
    } else {
        for (u64 va = start; va < end; va += PAGE_SIZE)
            TLBI("vale1is", asid | (va >> PAGE_SHIFT & 0xfffffffffff));
    }
    dsb(ish);
    isb();
}

void pagetable_flush(struct arch_aspace *as, u64 start, u64 end, bool tables)
{
    unsigned long flags = arch_irq_save();
    u64 asid;

    /* The entries are written before `cpus` is read. */
    dsb(ish);
    asid = ASID_OF(READ_ONCE(as->context)) << 48;
    if (only_here(as, arch_cpu())) {
        flush_here(asid, start, end);
    } else {
        if (end - start > FLUSH_PAGES * PAGE_SIZE)
            forget_idle_cpus(as, arch_cpu());
        flush_everywhere(asid, start, end, tables);
    }
    arch_irq_restore(flags);
}

void pagetable_flush_local(struct arch_aspace *as, u64 va)
{
    u64 asid = ASID_OF(READ_ONCE(as->context)) << 48;

    dsb(nshst);
    TLBI("vale1", asid | (va >> PAGE_SHIFT & 0xfffffffffff));
    dsb(nsh);
}

void pagetable_flush_kernel(u64 start, u64 end)
{
    dsb(ishst);
    if (end - start > FLUSH_PAGES * PAGE_SIZE) {
        __asm__ volatile("tlbi vmalle1is" ::: "memory");
    } else {
        for (u64 va = start; va < end; va += PAGE_SIZE)
            TLBI("vaae1is", va >> PAGE_SHIFT & 0xfffffffffff);
    }
    dsb(ish);
    isb();
}

/* ---------------------------------------------------------------- caches -- */

void arch_sync_icache(void *kernel_va, size_t size)
{
    u64 ctr = read_sysreg(ctr_el0);
    u64 dline = 4UL << (ctr >> 16 & 15), iline = 4UL << (ctr & 15);
    u64 start = (u64)kernel_va, end = start + size;

    if (!(ctr & BIT(28))) { /* IDC: no clean needed */
        for (u64 a = start & ~(dline - 1); a < end; a += dline)
            __asm__ volatile("dc cvau, %0" ::"r"(a) : "memory");
    }
    dsb(ish);
    if (!(ctr & BIT(29))) { /* DIC: no invalidation needed */
        for (u64 a = start & ~(iline - 1); a < end; a += iline)
            __asm__ volatile("ic ivau, %0" ::"r"(a) : "memory");
        dsb(ish);
    }
    isb();
}

void arch_vmap_range(u64 *start, u64 *end)
{
    *start = VMAP_BASE;
    *end = VMAP_END;
}
