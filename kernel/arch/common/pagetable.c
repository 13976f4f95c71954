#include "arch/arch.h"
#include "arch/common/pagetable.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/string.h"
#include <asm/pte.h>

#define LEAF_SPAN (PAGE_SIZE * PAGETABLE_ENTRIES)

static inline u64 level_span(unsigned level)
{
    return PAGE_SIZE << (9 * level);
}

static inline unsigned level_index(u64 va, unsigned level)
{
    return va >> (PAGE_SHIFT + 9 * level) & (PAGETABLE_ENTRIES - 1);
}

static inline u64 *table_at(paddr_t pa)
{
    return arch_phys_to_virt(pa);
}

static inline u64 entry_read(const u64 *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static inline u64 entry_exchange(u64 *entry, u64 value)
{
    u64 old = __atomic_exchange_n(entry, value, __ATOMIC_SEQ_CST);
    pte_written();
    return old;
}

static inline struct pagetable *space_tables(const struct arch_aspace *as)
{
    return (struct pagetable *)as;
}

/* ------------------------------------------------------------- walking -- */

/*
 * The bottom entry of va, or NULL when a table is missing; then *next is where
 * the hole ends. Lock held.
 */
static u64 *find_leaf(struct pagetable *pt, u64 va, u64 *next)
{
    u64 *table = table_at(pt->root);
    for (unsigned level = PAGETABLE_LEVELS - 1; level > 0; level--) {
        u64 e = entry_read(&table[level_index(va, level)]);
        if (!pte_table(e)) {
            if (next)
                *next = (va | (level_span(level) - 1)) + 1;
            return NULL;
        }
        table = table_at(pte_table_address(e));
    }
    return &table[level_index(va, 0)];
}

/*
 * The same, making tables as needed. Takes the lock; when it returns non-NULL
 * the lock is held. Pages are allocated while it is not.
 */
static u64 *lock_leaf(struct pagetable *pt, u64 va, bool user,
                      unsigned long *flags)
{
    paddr_t spare = 0;
    for (;;) {
        *flags = arch_spin_lock(&pt->lock);
        u64 *table = table_at(pt->root);
        unsigned level = PAGETABLE_LEVELS - 1;
        for (; level > 0; level--) {
            u64 *entry = &table[level_index(va, level)];
            u64 e = entry_read(entry);
            if (!pte_table(e)) {
                if (!spare)
                    break;
                e = pte_make_table(spare, user);
                /* The zeroed table is seen before the entry that leads to it.*/
                __atomic_store_n(entry, e, __ATOMIC_RELEASE);
                pte_written();
                pt->tables++;
                spare = 0;
            }
            table = table_at(pte_table_address(e));
        }
        if (level == 0) {
            u64 *leaf = &table[level_index(va, 0)];
            if (spare) {
                arch_spin_unlock(&pt->lock, *flags);
                arch_alloc.free_page(spare);
                spare = 0;
                continue;
            }
            return leaf;
        }
        arch_spin_unlock(&pt->lock, *flags);
        spare = arch_alloc.alloc_page();
        if (!spare)
            return NULL;
    }
}

int pagetable_init(struct pagetable *pt)
{
    pt->root = arch_alloc.alloc_page();
    if (!pt->root)
        return -ENOMEM;
    pt->lock = (struct arch_spinlock){0};
    pt->tables = 1;
    return 0;
}

/* Free `table` and the tables below it, up to address `end` of its span. */
static void free_tables(u64 *table, unsigned level, u64 count)
{
    for (u64 i = 0; level > 0 && i < count; i++) {
        if (!pte_table(table[i]))
            continue;
        u64 *child = table_at(pte_table_address(table[i]));
        free_tables(child, level - 1, PAGETABLE_ENTRIES);
        arch_alloc.free_page(arch_virt_to_phys(child));
        table[i] = 0;
    }
}

void pagetable_destroy(struct pagetable *pt, u64 user_top)
{
    unsigned top = PAGETABLE_LEVELS - 1;
    free_tables(table_at(pt->root), top,
                DIV_ROUND_UP(user_top, level_span(top)));
    arch_alloc.free_page(pt->root);
    pt->root = 0;
}

u64 arch_aspace_table_bytes(const struct arch_aspace *as)
{
    return READ_ONCE(space_tables(as)->tables) << PAGE_SHIFT;
}

/* -------------------------------------------------------------- one page -- */

arch_entry_t arch_aspace_lookup(struct arch_aspace *as, u64 va)
{
    struct pagetable *pt = space_tables(as);
    unsigned long flags = arch_spin_lock(&pt->lock);
    u64 *leaf = find_leaf(pt, va, NULL);
    arch_entry_t e = {.raw = leaf ? entry_read(leaf) : 0};
    arch_spin_unlock(&pt->lock, flags);
    return e;
}

/* Would a CPU that still has `old` do what `new` forbids? */
static bool must_flush(u64 old, u64 new)
{
    if (!pte_live(old))
        return false;
    u32 lost = pte_prot(old) & ~pte_prot(new) &
               (MAP_PROT_READ | MAP_PROT_WRITE | MAP_PROT_EXEC);
    return lost || !pte_live(new) || pte_pfn(old) != pte_pfn(new);
}

int arch_aspace_set(struct arch_aspace *as, u64 va, arch_entry_t expected,
                    pfn_t pfn, u32 prot, bool *old_dirty)
{
    struct pagetable *pt = space_tables(as);
    unsigned long flags;
    u64 *leaf = lock_leaf(pt, va, true, &flags);
    if (!leaf)
        return -ENOMEM;
    u64 old = entry_read(leaf);
    if ((old ^ expected.raw) & ~PTE_HARDWARE_BITS) {
        arch_spin_unlock(&pt->lock, flags);
        return -EAGAIN;
    }
    u64 new = pte_make(pfn, prot);
    bool flush = must_flush(old, new);
    if (PTE_BREAK_BEFORE_MAKE && pte_live(old) && old != new) {
        /* The flush is broadcast by hardware: no CPU is waited for. */
        old = entry_exchange(leaf, 0);
        pagetable_flush(as, va, va + PAGE_SIZE, false);
        flush = false;
        entry_exchange(leaf, new);
    } else {
        old = entry_exchange(leaf, new);
    }
    arch_spin_unlock(&pt->lock, flags);
    if (old_dirty)
        *old_dirty = pte_dirty(old);
    if (flush)
        pagetable_flush(as, va, va + PAGE_SIZE, false);
    else if (pte_live(old))
        pagetable_flush_local(as, va);
    return 0;
}

#if PTE_SOFTWARE_YOUNG
bool pagetable_make_young(struct arch_aspace *as, u64 va)
{
    struct pagetable *pt = space_tables(as);
    unsigned long flags = arch_spin_lock(&pt->lock);
    u64 *leaf = find_leaf(pt, va, NULL);
    u64 old = leaf ? entry_read(leaf) : 0;
    while (pte_live(old) && !pte_young(old) &&
           !try_cmpxchg(leaf, &old, pte_make_young(old)))
        ;
    pte_written();
    arch_spin_unlock(&pt->lock, flags);
    return pte_live(old);
}
#endif

u64 arch_aspace_fill(struct arch_aspace *as, u64 va, const pfn_t *pfns,
                     u64 wanted, u32 prot)
{
    struct pagetable *pt = space_tables(as);
    unsigned long flags;
    u64 *leaf = lock_leaf(pt, va, true, &flags);
    u64 done = 0;
    if (!leaf)
        return 0;
    for (; wanted; wanted &= wanted - 1) {
        unsigned i = __ffs(wanted);
        if (entry_read(&leaf[i]))
            continue;
        /* Nothing was there, so no CPU remembers anything of it. */
        __atomic_store_n(&leaf[i], pte_make(pfns[i], prot), __ATOMIC_RELEASE);
        done |= 1UL << i;
    }
    pte_written();
    arch_spin_unlock(&pt->lock, flags);
    return done;
}

bool arch_aspace_clear_young(struct arch_aspace *as, u64 va)
{
    struct pagetable *pt = space_tables(as);
    bool young = false;
    unsigned long flags = arch_spin_lock(&pt->lock);
    u64 *leaf = find_leaf(pt, va, NULL);
    u64 old = leaf ? entry_read(leaf) : 0;
    while (pte_present(old) && pte_young(old)) {
        /* No flush: a translation that stays cached only looks idle. */
        if (try_cmpxchg(leaf, &old, pte_clear_young(old))) {
            pte_written();
            young = true;
            break;
        }
    }
    arch_spin_unlock(&pt->lock, flags);
    return young;
}

bool arch_aspace_clear_dirty(struct arch_aspace *as, u64 va)
{
    struct pagetable *pt = space_tables(as);
    bool dirty = false;
    unsigned long flags = arch_spin_lock(&pt->lock);
    u64 *leaf = find_leaf(pt, va, NULL);
    u64 old = leaf ? entry_read(leaf) : 0;
    while (pte_present(old) &&
           (pte_dirty(old) || pte_prot(old) & MAP_PROT_WRITE)) {
        if (try_cmpxchg(leaf, &old, pte_clear_dirty(old))) {
            pte_written();
            dirty = true;
            break;
        }
    }
    arch_spin_unlock(&pt->lock, flags);
    if (dirty && pte_live(old))
        pagetable_flush(as, va, va + PAGE_SIZE, false);
    return dirty && pte_dirty(old);
}

/* -------------------------------------------------------------- unmapping --
 */

/* On the stack: this may be freeing memory because there is none. */
#define UNMAP_BATCH 64

struct unmap {
    struct pagetable *pt;
    struct arch_unmapped *pages;
    size_t count, max;
    /* Freed after the flush: linked by their first word, whose low bit is clear
     * and so maps nothing for an MMU that still walks them. */
    paddr_t free_tables;
    u64 flush_start, flush_end;
};

/* Most of a table is empty, mostly: looked at by eights. */
static inline bool eight_empty(const u64 *e)
{
    return !(e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]);
}

static bool table_empty(const u64 *table)
{
    for (unsigned i = 0; i < PAGETABLE_ENTRIES; i += 8)
        if (!eight_empty(&table[i]))
            return false;
    return true;
}

static void unmap_leaf(struct unmap *u, u64 *leaf, u64 va)
{
    u64 old = __atomic_exchange_n(leaf, 0, __ATOMIC_SEQ_CST);
    u->pages[u->count++] = (struct arch_unmapped){
        .va = va,
        .pfn = pte_pfn(old),
        .dirty = pte_dirty(old),
        .young = pte_young(old),
        .special = pte_prot(old) & MAP_ATTR_SPECIAL,
    };
    if (pte_live(old)) {
        u->flush_start = min(u->flush_start, va);
        u->flush_end = max(u->flush_end, va + PAGE_SIZE);
    }
}

/* Clear [va, end) within one table; returns where it stopped: `end`, or where
 * the batch was full. */
static u64 unmap_table(struct unmap *u, u64 *table, unsigned level, u64 va,
                       u64 end)
{
    u64 span = level_span(level), next;
    for (; va < end; va = next) {
        u64 *entry = &table[level_index(va, level)];
        if (!(level_index(va, level) & 7) && eight_empty(entry)) {
            next = min(end, (va | (8 * span - 1)) + 1);
            continue;
        }
        u64 e = entry_read(entry);
        next = min(end, (va | (span - 1)) + 1);
        if (level == 0) {
            if (!pte_present(e))
                continue;
            if (u->count == u->max)
                return va;
            unmap_leaf(u, entry, va);
            continue;
        }
        if (!pte_table(e))
            continue;
        u64 *child = table_at(pte_table_address(e));
        u64 reached = unmap_table(u, child, level - 1, va, next);
        if (reached != next)
            return reached;
        if (next - va == span || table_empty(child)) {
            entry_exchange(entry, 0);
            child[0] = u->free_tables;
            u->free_tables = pte_table_address(e);
            u->pt->tables--;
            u->flush_start = min(u->flush_start, va & PAGE_MASK);
            u->flush_end = max(u->flush_end, next);
        }
    }
    return end;
}

void arch_aspace_unmap(struct arch_aspace *as, u64 start, u64 end,
                       struct arch_unmap_sink *sink)
{
    struct arch_unmapped on_stack[UNMAP_BATCH];
    struct unmap u = {
        .pt = space_tables(as), .pages = on_stack, .max = UNMAP_BATCH};
    while (start < end) {
        u.count = 0;
        u.free_tables = 0;
        u.flush_start = ~0UL;
        u.flush_end = 0;
        unsigned long flags = arch_spin_lock(&u.pt->lock);
        start = unmap_table(&u, table_at(u.pt->root), PAGETABLE_LEVELS - 1,
                            start, end);
        pte_written();
        arch_spin_unlock(&u.pt->lock, flags);
        if (u.flush_start < u.flush_end)
            pagetable_flush(as, u.flush_start, u.flush_end, u.free_tables);
        while (u.free_tables) {
            u64 *table = table_at(u.free_tables);
            paddr_t page = u.free_tables;
            u.free_tables = table[0];
            arch_alloc.free_page(page);
        }
        if (u.count)
            sink->release(sink, u.pages, u.count);
    }
}

/* ------------------------------------------------------------- protecting --
 */

/* The frame's bits in both ports' entries. */
#define ENTRY_FRAME 0x0000fffffffff000UL

/* What mprotect makes of entries that are alike but for their frames. */
struct change {
    u64 key; /* the bits of the old entry; 0: not set yet */
    u64 without_write, with_write;
    bool flush_without, flush_with;
};

static void change_prepare(struct change *c, u64 key, u32 prot)
{
    c->key = key;
    c->without_write = pte_set_prot(key, prot & ~(u32)MAP_PROT_WRITE);
    c->with_write = pte_set_prot(key, prot);
    c->flush_without = must_flush(key, c->without_write);
    c->flush_with = must_flush(key, c->with_write);
}

void arch_aspace_protect(struct arch_aspace *as, u64 start, u64 end, u32 prot,
                         bool (*grant)(void *ctx, u64 va, arch_entry_t e),
                         void *ctx)
{
    struct pagetable *pt = space_tables(as);
    u64 flush_start = ~0UL, flush_end = 0;
    struct change c = {.key = 0};
    if (!grant)
        prot &= ~(u32)MAP_PROT_WRITE;
    for (u64 va = start, next; va < end; va = next) {
        unsigned long flags = arch_spin_lock(&pt->lock);
        u64 *leaf = find_leaf(pt, va, &next);
        if (leaf)
            next = (va | (LEAF_SPAN - 1)) + 1;
        next = min(next, end);
        for (u64 at = va; leaf && at < next; at += PAGE_SIZE, leaf++) {
            u64 old = entry_read(leaf), new;
            bool write;
            if (!pte_present(old))
                continue;
            do {
                if ((old & ~ENTRY_FRAME) != c.key)
                    change_prepare(&c, old & ~ENTRY_FRAME, prot);
                write = prot & MAP_PROT_WRITE &&
                        grant(ctx, at, (arch_entry_t){.raw = old});
                new = (old & ENTRY_FRAME) |
                      (write ? c.with_write : c.without_write);
            } while (new != old && !try_cmpxchg(leaf, &old, new));
            if (write ? c.flush_with : c.flush_without) {
                flush_start = min(flush_start, at);
                flush_end = at + PAGE_SIZE;
            }
        }
        pte_written();
        arch_spin_unlock(&pt->lock, flags);
    }
    if (flush_start < flush_end)
        pagetable_flush(as, flush_start, flush_end, false);
}

/* ---------------------------------------------------------------- copying --
 */

struct copy {
    struct pagetable *src, *dst;
    bool write_protect;
    u64 flush_start, flush_end; /* what was writable in src */
    int (*visit)(void *ctx, u64 va, arch_entry_t e);
    void *ctx;
};

/* [va, end) lies in one bottom table; `from` and `to` are its entries. */
static int copy_leaves(struct copy *c, u64 *from, u64 *to, u64 va, u64 end)
{
    for (; va < end; va += PAGE_SIZE, from++, to++) {
        u64 e = entry_read(from);
        if (!pte_present(e))
            continue;
        int r = c->visit(c->ctx, va, (arch_entry_t){.raw = e});
        if (r < 0)
            return r;
        if (r == 0)
            continue;
        if (c->write_protect && pte_prot(e) & MAP_PROT_WRITE) {
            while (!try_cmpxchg(from, &e, pte_write_protect(e)))
                ;
            if (pte_live(e)) {
                c->flush_start = min(c->flush_start, va);
                c->flush_end = va + PAGE_SIZE;
            }
            e = pte_write_protect(e);
        }
        /* No CPU uses the destination yet. */
        WRITE_ONCE(*to, e);
    }
    pte_written();
    return 0;
}

/* The destination is not in use yet, so nobody locks the two the other way. */
static int copy_table(struct copy *c, u64 va, u64 end)
{
    unsigned long dst_flags;
    u64 *to = lock_leaf(c->dst, va, true, &dst_flags);
    if (!to)
        return -ENOMEM;
    unsigned long src_flags = arch_spin_lock(&c->src->lock);
    u64 *from = find_leaf(c->src, va, NULL);
    int r = from ? copy_leaves(c, from, to, va, end) : 0;
    arch_spin_unlock(&c->src->lock, src_flags);
    arch_spin_unlock(&c->dst->lock, dst_flags);
    return r;
}

int arch_aspace_copy(struct arch_aspace *dst, struct arch_aspace *src,
                     u64 start, u64 end, bool write_protect,
                     int (*visit)(void *ctx, u64 va, arch_entry_t e), void *ctx)
{
    struct copy c = {
        .src = space_tables(src),
        .dst = space_tables(dst),
        .write_protect = write_protect,
        .flush_start = ~0UL,
        .visit = visit,
        .ctx = ctx,
    };
    int r = 0;
    for (u64 va = start, next; va < end && r == 0; va = next) {
        unsigned long flags = arch_spin_lock(&c.src->lock);
        u64 *leaf = find_leaf(c.src, va, &next);
        arch_spin_unlock(&c.src->lock, flags);
        if (leaf)
            next = (va | (LEAF_SPAN - 1)) + 1;
        next = min(next, end);
        if (leaf)
            r = copy_table(&c, va, next);
    }
    if (c.flush_start < c.flush_end)
        pagetable_flush(src, c.flush_start, c.flush_end, false);
    return r;
}

int arch_aspace_walk(struct arch_aspace *as, u64 start, u64 end,
                     int (*visit)(void *ctx, u64 va, arch_entry_t e), void *ctx)
{
    struct pagetable *pt = space_tables(as);
    u64 seen_va[32], seen[32];
    u64 va = start;
    while (va < end) {
        unsigned n = 0;
        unsigned long flags = arch_spin_lock(&pt->lock);
        while (va < end && n < ARRAY_SIZE(seen)) {
            u64 next;
            u64 *leaf = find_leaf(pt, va, &next);
            if (leaf)
                next = (va | (LEAF_SPAN - 1)) + 1;
            next = min(next, end);
            for (; leaf && va < next && n < ARRAY_SIZE(seen);
                 va += PAGE_SIZE, leaf++) {
                u64 e = entry_read(leaf);
                if (pte_present(e)) {
                    seen_va[n] = va;
                    seen[n++] = e;
                }
            }
            if (!leaf)
                va = next;
        }
        arch_spin_unlock(&pt->lock, flags);
        for (unsigned i = 0; i < n; i++) {
            int r = visit(ctx, seen_va[i], (arch_entry_t){.raw = seen[i]});
            if (r)
                return r;
        }
    }
    return 0;
}

/* ----------------------------------------------------------- kernel range --
 */

int arch_kernel_map(u64 va, paddr_t pa, u64 size, u32 prot)
{
    if ((prot & (MAP_PROT_WRITE | MAP_PROT_EXEC)) ==
        (MAP_PROT_WRITE | MAP_PROT_EXEC))
        arch_upcalls.die("a kernel mapping is writable and executable", NULL);
    for (u64 done = 0; done < size; done += PAGE_SIZE) {
        unsigned long flags;
        u64 *leaf = lock_leaf(&kernel_pagetable, va + done, false, &flags);
        if (!leaf) {
            arch_kernel_unmap(va, done);
            return -ENOMEM;
        }
        entry_exchange(leaf, pte_make((pa + done) >> PAGE_SHIFT, prot));
        arch_spin_unlock(&kernel_pagetable.lock, flags);
    }
    return 0;
}

void arch_kernel_unmap(u64 va, u64 size)
{
    u64 end = va + size, flush_start = ~0UL, flush_end = 0;
    for (u64 at = va; at < end; at += PAGE_SIZE) {
        unsigned long flags = arch_spin_lock(&kernel_pagetable.lock);
        u64 *leaf = find_leaf(&kernel_pagetable, at, NULL);
        if (leaf && pte_live(entry_exchange(leaf, 0))) {
            flush_start = min(flush_start, at);
            flush_end = at + PAGE_SIZE;
        }
        arch_spin_unlock(&kernel_pagetable.lock, flags);
    }
    if (flush_start < flush_end)
        pagetable_flush_kernel(flush_start, flush_end);
}
