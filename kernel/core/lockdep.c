#include "core/lockdep.h"

#ifdef CONFIG_DEBUG

#include "core/cpu.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/page.h"
#include "core/panic.h"
#include "core/sched.h"
#include "lib/bitmap.h"
#include "lib/hash.h"
#include "lib/string.h"

#define CLASSES_MAX 320
#define EDGES_MAX   4096
/* After so many reports it is enough. */
#define REPORTS_MAX 16

struct lock_class {
    const char *name;
    u32 level;
    const void *in_irq;  /* first taken in an interrupt handler here */
    const void *irqs_on; /* first taken as a spinlock with interrupts on here */
    bool reported;       /* of what concerns this class alone: once */
    DECLARE_BITMAP(after, CLASSES_MAX); /* classes taken while it was held */
};

/* Where an order was first seen. */
struct edge {
    u16 from, to;
    const void *where_from, *where_to;
};

/* Guarded by graph_lock (raw, interrupts off). */
static spinlock_t graph_lock;
static struct lock_class *classes;
static u32 class_count;
static struct edge *edges;
static u32 edge_count;
static bool working;
static DEFINE_PER_CPU(struct lockdep_thread, irq_held);
static DEFINE_PER_CPU(u32, inside);
u32 lockdep_reports;

static unsigned order_for(size_t size)
{
    unsigned order = 0;

    while ((PAGE_SIZE << order) < size)
        order++;
    return order;
}

void lockdep_init(void)
{
    classes =
        page_alloc_kernel(order_for(CLASSES_MAX * sizeof(struct lock_class)),
                          ALLOC_ZERO | ALLOC_NOFAIL);
    edges = page_alloc_kernel(order_for(EDGES_MAX * sizeof(struct edge)),
                              ALLOC_ZERO | ALLOC_NOFAIL);
    working = true;
}

static struct lockdep_thread *held_here(void)
{
    return in_interrupt() ? &this_cpu(irq_held) : &thread_current()->lockdep;
}

/* graph_lock held. */
static struct lock_class *class_of(struct lock_debug *debug, unsigned level)
{
    struct lock_class *c;

    if (level == 0 && debug->class)
        return debug->class;
    for (u32 i = 0; i < class_count; i++) {
        c = &classes[i];
        if (c->level == level &&
            (c->name == debug->name || !strcmp(c->name, debug->name)))
            goto out;
    }
    if (class_count == CLASSES_MAX)
        return NULL;
    c = &classes[class_count++];
    c->name = debug->name;
    c->level = level;
out:
    if (level == 0)
        debug->class = c;
    return c;
}

/* ------------------------------------------------------------------ reports */

static void report_begin(const char *what)
{
    if (++lockdep_reports == REPORTS_MAX)
        working = false;
    log_err("lock order: %s\n", what);
}

static void report_held(const struct lockdep_thread *held)
{
    log_err("lock order: thread \"%s\" holds:\n", thread_current()->name);
    for (u32 i = 0; i < held->depth; i++)
        log_err("lock order:   %s/%u taken at %pS\n", held->held[i].class->name,
                held->held[i].class->level, held->held[i].where);
    log_backtrace();
}

static void report_edge(u32 from, u32 to)
{
    for (u32 i = 0; i < edge_count; i++) {
        if (edges[i].from != from || edges[i].to != to)
            continue;
        log_err("lock order:   %s/%u at %pS, then %s/%u at %pS\n",
                classes[from].name, classes[from].level, edges[i].where_from,
                classes[to].name, classes[to].level, edges[i].where_to);
        return;
    }
}

/* --------------------------------------------------------------- the graph */

/* A path from -> ... -> to; its nodes are left in path[], its length returned,
 * 0: none. Depth first, without recursion. */
static u32 find_path(u32 from, u32 to, u16 *path)
{
    static DECLARE_BITMAP(seen, CLASSES_MAX);
    static u16 next[CLASSES_MAX];
    u32 depth = 1;

    bitmap_zero(seen, CLASSES_MAX);
    path[0] = (u16)from;
    next[0] = 0;
    __set_bit(from, seen);
    while (depth) {
        u32 at = path[depth - 1];
        size_t to_try =
            find_next_bit(classes[at].after, CLASSES_MAX, next[depth - 1]);

        if (at == to)
            return depth;
        if (to_try >= CLASSES_MAX) {
            depth--;
            continue;
        }
        next[depth - 1] = (u16)(to_try + 1);
        if (test_bit(to_try, seen))
            continue;
        __set_bit(to_try, seen);
        path[depth] = (u16)to_try;
        next[depth] = 0;
        depth++;
    }
    return 0;
}

static void report_cycle(const struct lockdep_held *h, struct lock_class *c,
                         const void *where, const u16 *path, u32 length)
{
    report_begin("two orders of the same locks");
    log_err("lock order: now %s/%u at %pS, then %s/%u at %pS\n", h->class->name,
            h->class->level, h->where, c->name, c->level, where);
    log_err("lock order: seen before:\n");
    for (u32 i = 0; i + 1 < length; i++)
        report_edge(path[i], path[i + 1]);
}

/* graph_lock held; false after a report. */
static bool add_edge(const struct lockdep_held *h, struct lock_class *c,
                     const void *where)
{
    static u16 path[CLASSES_MAX];
    u32 from = (u32)(h->class - classes), to = (u32)(c - classes), length;

    if (test_bit(to, h->class->after))
        return true;
    length = find_path(to, from, path);
    __set_bit(to, h->class->after); /* also reported just once */
    if (length) {
        report_cycle(h, c, where, path, length);
        return false;
    }
    if (edge_count < EDGES_MAX)
        edges[edge_count++] =
            (struct edge){(u16)from, (u16)to, h->where, where};
    return true;
}

/* A lock that handlers take: with interrupts on it would be waited for by a
 * handler that interrupted its holder. */
static bool check_irqs(struct lock_class *c, bool irqs_on, const void *where)
{
    if (in_interrupt()) {
        if (!c->in_irq)
            c->in_irq = where;
    } else if (irqs_on && !c->irqs_on) {
        c->irqs_on = where;
    }
    if (!c->in_irq || !c->irqs_on || c->reported)
        return true;
    c->reported = true;
    report_begin("a lock of interrupt handlers is taken with interrupts on");
    log_err("lock order: %s/%u in a handler at %pS, with interrupts on at "
            "%pS\n",
            c->name, c->level, c->in_irq, c->irqs_on);
    return false;
}

static bool check_held(struct lockdep_thread *held, const void *lock,
                       struct lock_class *c, enum lockdep_kind kind,
                       const void *where)
{
    for (u32 i = 0; i < held->depth; i++) {
        struct lockdep_held *h = &held->held[i];

        if (h->lock == lock) {
            report_begin("a lock is taken by its holder");
            log_err("lock order: %s/%u at %pS, again at %pS\n", c->name,
                    c->level, h->where, where);
            return false;
        }
        if (h->class == c) {
            if (c->reported)
                continue;
            c->reported = true;
            report_begin("two locks of one class at one level");
            log_err("lock order: %s/%u at %pS, then another at %pS\n", c->name,
                    c->level, h->where, where);
            return false;
        }
        if (kind == LOCKDEP_SPIN && h->class->in_irq && c->irqs_on &&
            !c->reported) {
            c->reported = true;
            report_begin("under a lock of interrupt handlers, one that is "
                         "taken with interrupts on");
            log_err("lock order: %s/%u in a handler at %pS, under it %s/%u, "
                    "with interrupts on at %pS\n",
                    h->class->name, h->class->level, h->class->in_irq, c->name,
                    c->level, c->irqs_on);
            return false;
        }
        if (!add_edge(h, c, where))
            return false;
    }
    return true;
}

static bool lockdep_usable(const struct lock_debug *debug)
{
    return working && debug->name && !panic_in_progress();
}

void lockdep_acquire(const void *lock, struct lock_debug *debug, unsigned level,
                     enum lockdep_kind kind, bool try, const void *where)
{
    bool irqs_on = arch_irqs_enabled(), fine = true;
    struct lockdep_thread *held;
    struct lock_class *c;
    unsigned long flags;

    if (!lockdep_usable(debug))
        return;
    flags = arch_irq_save();
    /* Reports print, and printing takes locks. */
    if (this_cpu(inside))
        goto out;
    this_cpu(inside) = 1;
    held = held_here();
    raw_spin_lock(&graph_lock);
    c = class_of(debug, level);
    if (c && kind == LOCKDEP_SPIN && !try)
        fine = check_irqs(c, irqs_on, where);
    if (c && fine && !try)
        fine = check_held(held, lock, c, kind, where);
    raw_spin_unlock(&graph_lock);
    if (c && held->depth < LOCKDEP_DEPTH)
        held->held[held->depth++] = (struct lockdep_held){
            .lock = lock,
            .class = c,
            .where = where,
            .reader = kind == LOCKDEP_READ,
        };
    if (!fine)
        report_held(held);
    this_cpu(inside) = 0;
out:
    arch_irq_restore(flags);
}

void lockdep_release(const void *lock, struct lock_debug *debug)
{
    struct lockdep_thread *held;
    unsigned long flags;

    if (!lockdep_usable(debug))
        return;
    flags = arch_irq_save();
    held = held_here();
    for (u32 i = held->depth; i-- > 0;) {
        if (held->held[i].lock != lock)
            continue;
        memmove(&held->held[i], &held->held[i + 1],
                (held->depth - i - 1) * sizeof(held->held[0]));
        held->depth--;
        break;
    }
    arch_irq_restore(flags);
}

bool lockdep_is_held(const void *lock)
{
    struct lockdep_thread *held;
    unsigned long flags;
    bool found = !working;

    flags = arch_irq_save();
    held = held_here();
    for (u32 i = 0; i < held->depth; i++)
        found |= held->held[i].lock == lock;
    arch_irq_restore(flags);
    return found;
}

void lockdep_check_none_held(const char *when)
{
    struct lockdep_thread *held = &thread_current()->lockdep;

    if (!working || !held->depth)
        return;
    report_begin("a lock is still held");
    log_err("lock order: at %s\n", when);
    report_held(held);
    held->depth = 0;
}

void might_sleep_check(const char *file, int line)
{
    static bool told;

    /* Until the first thread runs nothing can sleep, and nothing does. */
    if (preemptible() || told || !working || !sched_idle_thread(0) ||
        thread_current() == sched_idle_thread(0))
        return;
    told = true;
    log_err("%s:%d: may sleep, but preemption (%x) or interrupts (%d) are "
            "off\n",
            file, line, arch_current()->preempt_count, !arch_irqs_enabled());
    report_held(held_here());
}

#endif
