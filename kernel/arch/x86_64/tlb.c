/*
 * Address spaces and translation caches.
 *
 * A space counts the flushes it was asked for (`generation`). Each CPU keeps a
 * few slots, one per PCID, that say of which space and up to which generation
 * the translations tagged with it are. Loading a space whose slot is behind
 * flushes the slot. A CPU that runs in the space is in its `active` set and
 * gets an interrupt; the others notice when they load it again.
 *
 * Order: a flusher raises generation, then reads `active`; a CPU that loads a
 * space enters `active`, then reads generation. Both are full barriers.
 *
 * A kernel thread keeps the last space loaded (lazily): the CPU is in `lazy`
 * instead. It uses no user address, so it is left alone until tables are freed,
 * which it might walk by speculation: that interrupt makes it leave.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/boot.h"
#include "arch/x86_64/cpuid.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SLOTS            6 /* PCIDs 1..6 */
#define FULL_FLUSH_PAGES 32

struct pagetable kernel_pagetable;

struct tlb_slot {
    u64 id, generation;
};

struct tlb {
    struct arch_aspace *loaded; /* NULL: the kernel's root */
    bool lazy;                  /* a kernel thread runs on it */
    u32 current, next;          /* slots */
    struct tlb_slot slots[SLOTS];
};
static struct tlb tlb __section(".data.percpu");

static u64 next_id = 1;

/* The request under way: one at a time, under `flush_busy`. */
static struct {
    u32 busy;
    struct arch_aspace *as; /* NULL: kernel addresses */
    u64 start, end, generation;
    bool leave;  /* the space is going away */
    u32 pending; /* CPUs that have not answered; atomic */
    u64 asleep[MAX_CPUS /
               64]; /* CPUs that halted for busy or pending; atomic */
} flush;

static struct tlb *my_tlb(void)
{
    return (void *)((char *)&tlb + arch_percpu_base());
}

void x86_tlb_init(void)
{
    *my_tlb() = (struct tlb){0};
}

static void cpu_mark(u64 *set, u32 cpu, bool in)
{
    u64 *word = &set[cpu / 64], bit = BIT(cpu % 64);
    if (in)
        __atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
    else
        __atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
}

int arch_aspace_init(struct arch_aspace *as)
{
    memset(as, 0, sizeof(*as));
    int r = pagetable_init(&as->pt);
    if (r)
        return r;
    u64 *root = arch_phys_to_virt(as->pt.root);
    memcpy(root + 256, x86_root + 256, 256 * sizeof(u64));
    as->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
    as->generation = 1;
    return 0;
}

/* ---------------------------------------------------------------- loading --
 */

static void load_kernel_root(struct tlb *t)
{
    u64 root = kernel_pagetable.root;
    write_cr3(x86_has(FEATURE_PCID) ? root | CR3_NOFLUSH : root);
    t->loaded = NULL;
    t->lazy = false;
}

static void leave_loaded(struct tlb *t)
{
    cpu_mark(t->lazy ? t->loaded->lazy : t->loaded->active, arch_cpu(), false);
    load_kernel_root(t);
}

static u32 find_slot(struct tlb *t, u64 id)
{
    for (u32 i = 0; i < SLOTS; i++)
        if (t->slots[i].id == id)
            return i;
    u32 i = t->next++ % SLOTS;
    t->slots[i] = (struct tlb_slot){id, 0};
    return i;
}

static void load(struct tlb *t, struct arch_aspace *as)
{
    /* After cpu_mark(): see the order above. */
    u64 generation = __atomic_load_n(&as->generation, __ATOMIC_SEQ_CST);
    if (!x86_has(FEATURE_PCID)) {
        t->current = 0;
        t->slots[0] = (struct tlb_slot){as->id, generation};
        write_cr3(as->pt.root);
        return;
    }
    u32 i = find_slot(t, as->id);
    bool fresh = t->slots[i].generation == generation;
    t->slots[i].generation = generation;
    t->current = i;
    write_cr3(as->pt.root | (i + 1) | (fresh ? CR3_NOFLUSH : 0));
}

void arch_aspace_activate(struct arch_aspace *as)
{
    unsigned long flags = arch_irq_save();
    struct tlb *t = my_tlb();
    struct arch_aspace *old = t->loaded;
    u32 cpu = arch_cpu();
    /* At any time the CPU is in one of the two sets of what it has loaded. */
    if (!as) {
        if (old && !t->lazy) {
            cpu_mark(old->lazy, cpu, true);
            cpu_mark(old->active, cpu, false);
            t->lazy = true;
        }
    } else if (old != as) {
        cpu_mark(as->active, cpu, true);
        t->loaded = as;
        load(t, as);
        if (old)
            cpu_mark(t->lazy ? old->lazy : old->active, cpu, false);
        t->lazy = false;
    } else if (t->lazy) {
        cpu_mark(as->active, cpu, true);
        cpu_mark(as->lazy, cpu, false);
        t->lazy = false;
        if (t->slots[t->current].generation !=
            __atomic_load_n(&as->generation, __ATOMIC_SEQ_CST))
            load(t, as);
    }
    arch_irq_restore(flags);
}

/* --------------------------------------------------------------- flushing --
 */

static void flush_all_of_current(void)
{
    write_cr3(read_cr3() & ~CR3_NOFLUSH);
}

/* Everything, global entries and other PCIDs too. */
static void flush_everything(void)
{
    u64 cr4 = read_cr4();
    write_cr4(cr4 ^ CR4_PGE);
    write_cr4(cr4);
}

static void flush_range(u64 start, u64 end)
{
    if (end - start > FULL_FLUSH_PAGES * PAGE_SIZE) {
        flush_all_of_current();
        return;
    }
    for (u64 va = start; va < end; va += PAGE_SIZE)
        invlpg(va);
}

/* Bring the loaded space up to `generation` of which we know the range. */
static void flush_loaded(struct tlb *t, struct arch_aspace *as, u64 start,
                         u64 end, u64 generation)
{
    struct tlb_slot *s = &t->slots[t->current];
    if (s->generation >= generation)
        return;
    if (s->generation + 1 == generation) {
        s->generation = generation;
        flush_range(start, end);
        return;
    }
    s->generation = __atomic_load_n(&as->generation, __ATOMIC_SEQ_CST);
    flush_all_of_current();
}

static void flush_kernel_here(u64 start, u64 end)
{
    if (end - start > FULL_FLUSH_PAGES * PAGE_SIZE) {
        flush_everything();
        return;
    }
    for (u64 va = start; va < end; va += PAGE_SIZE)
        invlpg(va);
}

/* The request concerns this CPU: interrupts are off. */
static void answer(void)
{
    struct tlb *t = my_tlb();
    if (!flush.as) {
        flush_kernel_here(flush.start, flush.end);
    } else if (t->loaded == flush.as) {
        if (t->lazy || flush.leave) {
            leave_loaded(t);
        } else {
            flush_loaded(t, flush.as, flush.start, flush.end, flush.generation);
        }
    }
}

/*
 * Waiting for another CPU. A virtual one may not be running, and spinning could
 * be what keeps it from it, so after a while this one halts; whoever makes the
 * condition true wakes those who did.
 */
#define SPINS_MAX 200

static void halt_until(bool (*ready)(void))
{
    for (u32 i = 0; i < SPINS_MAX || !arch_irqs_enabled(); i++) {
        if (ready())
            return;
        arch_cpu_relax();
    }
    u32 cpu = arch_cpu();
    u64 *word = &flush.asleep[cpu / 64], bit = BIT(cpu % 64);
    for (;;) {
        arch_irq_disable();
        __atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
        if (ready())
            break;
        /* The interrupt comes behind HLT: STI's shadow covers it. */
        __asm__ volatile("sti; hlt" : : : "memory");
    }
    __atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
    arch_irq_enable();
}

static void wake_sleepers(void)
{
    for (u32 w = 0; w < MAX_CPUS / 64; w++) {
        u64 m = __atomic_load_n(&flush.asleep[w], __ATOMIC_SEQ_CST);
        for (; m; m &= m - 1)
            x86_apic_send(x86_platform.apic_ids[w * 64 + __builtin_ctzl(m)],
                          VECTOR_WAKE);
    }
}

static bool all_answered(void)
{
    return !__atomic_load_n(&flush.pending, __ATOMIC_SEQ_CST);
}

static bool take_turn(void)
{
    return !__atomic_load_n(&flush.busy, __ATOMIC_RELAXED) &&
           !__atomic_exchange_n(&flush.busy, 1, __ATOMIC_SEQ_CST);
}

void x86_tlb_interrupt(void)
{
    answer();
    if (!__atomic_sub_fetch(&flush.pending, 1, __ATOMIC_SEQ_CST))
        wake_sleepers();
}

extern u64 x86_cpus_running[MAX_CPUS / 64];

/* Send the request to the CPUs of `mask` but this one and wait for them.
 * Interrupts are on, this thread stays on this CPU. */
static void ask_others(const u64 *mask, u32 self)
{
    u32 count = 0;
    u64 others[MAX_CPUS / 64];
    for (u32 w = 0; w < MAX_CPUS / 64; w++) {
        others[w] = __atomic_load_n(&mask[w], __ATOMIC_SEQ_CST);
        if (w == self / 64)
            others[w] &= ~BIT(self % 64);
        count += hweight64(others[w]);
    }
    if (!count)
        return;
    __atomic_store_n(&flush.pending, count, __ATOMIC_SEQ_CST);
    for (u32 w = 0; w < MAX_CPUS / 64; w++)
        for (u64 m = others[w]; m; m &= m - 1)
            x86_apic_send(x86_platform.apic_ids[w * 64 + __builtin_ctzl(m)],
                          VECTOR_TLB);
    halt_until(all_answered);
}

static void stay_here(void)
{
    struct thread_head *t = arch_current();
    if (t)
        t->preempt_count++;
    barrier();
}

static void may_move(void)
{
    struct thread_head *t = arch_current();
    barrier();
    if (!t || --t->preempt_count || !arch_irqs_enabled() ||
        !((u32)atomic_load(&t->work) & WORK_RESCHED))
        return;
    arch_irq_disable();
    arch_upcalls.preempt();
    arch_irq_enable();
}

/* Only one request at a time; those who wait keep answering others'. */
static void flush_begin(void)
{
    halt_until(take_turn);
}

static void flush_end(void)
{
    __atomic_store_n(&flush.busy, 0, __ATOMIC_SEQ_CST);
    wake_sleepers();
}

/* The other CPUs that a flush concerns, in `mask`; false: there are none. */
static bool others(const struct arch_aspace *as, u32 self, bool lazy, u64 *mask)
{
    u64 any = 0;
    for (u32 w = 0; w < MAX_CPUS / 64; w++) {
        u64 m = __atomic_load_n(&as->active[w], __ATOMIC_SEQ_CST);
        if (lazy)
            m |= __atomic_load_n(&as->lazy[w], __ATOMIC_SEQ_CST);
        if (w == self / 64)
            m &= ~BIT(self % 64);
        mask[w] = m;
        any |= m;
    }
    return any;
}

static void flush_space(struct arch_aspace *as, u64 start, u64 end, bool tables,
                        bool leave)
{
    u64 mask[MAX_CPUS / 64];
    stay_here();
    unsigned long flags = arch_irq_save();
    struct tlb *t = my_tlb();
    u64 generation = __atomic_add_fetch(&as->generation, 1, __ATOMIC_SEQ_CST);
    if (t->loaded == as) {
        if (leave) {
            leave_loaded(t);
        } else {
            flush_loaded(t, as, start, end, generation);
        }
    }
    arch_irq_restore(flags);
    if (others(as, arch_cpu(), tables || leave, mask)) {
        flush_begin();
        flush.as = as;
        flush.start = start;
        flush.end = end;
        flush.generation = generation;
        flush.leave = leave;
        /* Who has come or gone while we waited knows by the generation. */
        ask_others(mask, arch_cpu());
        flush_end();
    }
    may_move();
}

void pagetable_flush(struct arch_aspace *as, u64 start, u64 end, bool tables)
{
    /* INVLPG forgets all cached table entries too (SDM 3A, 4.10.4.1). */
    flush_space(as, start, end, tables, false);
}

void pagetable_flush_local(struct arch_aspace *as, u64 va)
{
    (void)as;
    invlpg(va);
}

void pagetable_flush_kernel(u64 start, u64 end)
{
    stay_here();
    flush_kernel_here(start, end);
    flush_begin();
    flush.as = NULL;
    flush.start = start;
    flush.end = end;
    ask_others(x86_cpus_running, arch_cpu());
    flush_end();
    may_move();
}

void arch_aspace_destroy(struct arch_aspace *as)
{
    flush_space(as, 0, 0, true, true);
    pagetable_destroy(&as->pt, ARCH_USER_TOP);
}

void arch_vmap_range(u64 *start, u64 *end)
{
    *start = X86_VMAP_START;
    *end = X86_DEVICE_MAP;
}

/* ------------------------------------------------- mappings that stay -- */

static u64 device_map_next = X86_DEVICE_MAP;

static void *map_fixed(paddr_t pa, u64 size, u32 prot)
{
    u64 offset = pa & ~PAGE_MASK;
    u64 length = round_up(offset + size, PAGE_SIZE);
    u64 va = __atomic_fetch_add(&device_map_next, length, __ATOMIC_RELAXED);
    if (va + length > X86_VMAP_END ||
        arch_kernel_map(va, pa - offset, length, prot))
        return NULL;
    return (void *)(va + offset);
}

void *x86_map_device(paddr_t pa, u64 size)
{
    return map_fixed(pa, size,
                     MAP_PROT_READ | MAP_PROT_WRITE | MAP_ATTR_DEVICE);
}

void *x86_map_table(paddr_t pa, u64 size)
{
    return map_fixed(pa, size, MAP_PROT_READ);
}

u64 arch_phys_end(void)
{
    u32 bits = cpuid(0x80000008).a & 0xff;

    return 1UL << (bits ? min(bits, 52u) : 36);
}

void arch_seal_kernel(void)
{
    /* Protections are final since early.c; boot-only pages belong to core. */
}
