/*
 * Accounts. Each has a counter per resource that includes its descendants'.
 * Memory is charged in batches: a CPU keeps a few pages charged to the account
 * that it charged last. The root has no limits and its memory figures are the
 * page allocator's: charging it costs nothing.
 */
#include "core/account.h"

#include "core/cpu.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/idr.h"

struct account {
    refcount_t refs;
    u32 id;
    struct account *parent;                /* owned; NULL: the root */
    atomic64_t memory, memory_limit;       /* pages */
    atomic64_t processes, processes_limit; /* threads too: tasks */
    atomic64_t cpu_ns, read_bytes, write_bytes;
    atomic64_t memory_failures, memory_peak;
    atomic64_t object_bytes; /* whole pages of them are in `memory` */
};

#define NO_LIMIT S64_MAX
#define STOCK    32 /* pages */

static struct account root;
/* By id, for the pages that name theirs. Ids from 1 on; under ids_lock,
 * interrupts off. */
static struct idr ids;
static spinlock_t ids_lock = SPINLOCK_INIT("account_ids");

struct stock {
    struct account *account; /* owned while pages are left */
    u64 pages;
};
static DEFINE_PER_CPU(struct stock, stocks);

static void account_setup(struct account *a, struct account *parent)
{
    refcount_set(&a->refs, 1);
    a->parent = parent;
    atomic64_store(&a->memory_limit, NO_LIMIT);
    atomic64_store(&a->processes_limit, NO_LIMIT);
}

static struct idr_node *ids_node(void *ctx)
{
    (void)ctx;
    return kzalloc(sizeof(struct idr_node), ALLOC_ATOMIC);
}

static void ids_free(void *ctx, struct idr_node *node)
{
    (void)ctx;
    kfree(node);
}
static const struct idr_ops ids_ops = {ids_node, ids_free};

void account_init(void)
{
    account_setup(&root, NULL);
    idr_init(&ids, &ids_ops, NULL);
}

struct account *account_root(void)
{
    return &root;
}

struct account *account_create(struct account *parent)
{
    struct account *a = kzalloc(sizeof(*a), 0);
    unsigned long flags;
    int id;

    if (!a)
        return ERR_PTR(-ENOMEM);
    account_setup(a, account_get(parent));
    flags = spin_lock_irqsave(&ids_lock);
    id = idr_alloc(&ids, a, 1, U16_MAX);
    spin_unlock_irqrestore(&ids_lock, flags);
    if (id < 0) {
        account_put(parent);
        kfree(a);
        return ERR_PTR(id);
    }
    a->id = (u32)id;
    return a;
}

struct account *account_get(struct account *a)
{
    if (a != &root)
        refcount_inc(&a->refs);
    return a;
}

void account_put(struct account *a)
{
    while (a && a != &root && refcount_dec_and_test(&a->refs)) {
        struct account *parent = a->parent;
        unsigned long flags = spin_lock_irqsave(&ids_lock);

        idr_remove(&ids, (int)a->id);
        spin_unlock_irqrestore(&ids_lock, flags);
        kfree(a);
        a = parent;
    }
}

u32 account_id(const struct account *a)
{
    return a->id;
}

/* ------------------------------------------------------ counters with limits
 */

/* Adds to the counters at `offset` of a and its ancestors, or to none. */
static bool charge_path(struct account *a, size_t counter, size_t limit, s64 n)
{
    struct account *at;

    for (at = a; at; at = at->parent) {
        atomic64_t *c = (atomic64_t *)((char *)at + counter);
        atomic64_t *l = (atomic64_t *)((char *)at + limit);

        if (atomic64_add_return(n, c) > atomic64_load(l)) {
            atomic64_sub(n, c);
            break;
        }
    }
    if (!at)
        return true;
    for (struct account *back = a; back != at; back = back->parent)
        atomic64_sub(n, (atomic64_t *)((char *)back + counter));
    return false;
}

static void uncharge_path(struct account *a, size_t counter, s64 n)
{
    for (; a; a = a->parent)
        atomic64_sub(n, (atomic64_t *)((char *)a + counter));
}

#define MEMORY       offsetof(struct account, memory)
#define MEMORY_LIMIT offsetof(struct account, memory_limit)
#define TASKS        offsetof(struct account, processes)
#define TASKS_LIMIT  offsetof(struct account, processes_limit)

static void note_peak(struct account *a)
{
    for (; a; a = a->parent) {
        s64 now = atomic64_load(&a->memory);

        if (now > atomic64_load(&a->memory_peak))
            atomic64_store(&a->memory_peak, now);
    }
}

/* Takes from what this CPU has charged already. */
static bool stock_take(struct account *a, u64 pages)
{
    struct stock *s;
    bool ok = false;

    if (in_interrupt())
        return false;
    preempt_disable();
    s = &this_cpu(stocks);
    if (s->account == a && s->pages >= pages) {
        s->pages -= pages;
        ok = true;
    }
    preempt_enable();
    return ok;
}

/* Keeps charged pages for later; another account's go back. */
static void stock_fill(struct account *a, u64 pages)
{
    struct account *old = NULL;
    u64 old_pages = 0;
    struct stock *s;

    if (in_interrupt()) {
        uncharge_path(a, MEMORY, (s64)pages);
        return;
    }
    preempt_disable();
    s = &this_cpu(stocks);
    if (s->account != a) {
        old = s->account;
        old_pages = s->pages;
        s->account = account_get(a);
        s->pages = 0;
    }
    s->pages += pages;
    if (s->pages > 2 * STOCK) {
        uncharge_path(a, MEMORY, (s64)(s->pages - STOCK));
        s->pages = STOCK;
    }
    preempt_enable();
    if (old) {
        uncharge_path(old, MEMORY, (s64)old_pages);
        account_put(old);
    }
}

static u64 pages_of(u64 bytes)
{
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

int account_charge_memory(struct account *a, u64 pages)
{
    u64 batch = max(pages, (u64)STOCK);

    if (a == &root || stock_take(a, pages))
        return 0;
    if (charge_path(a, MEMORY, MEMORY_LIMIT, (s64)batch)) {
        note_peak(a);
        if (batch > pages)
            stock_fill(a, batch - pages);
        return 0;
    }
    if (charge_path(a, MEMORY, MEMORY_LIMIT, (s64)pages)) {
        note_peak(a);
        return 0;
    }
    atomic64_inc(&a->memory_failures);
    return -ENOMEM;
}

void account_uncharge_memory(struct account *a, u64 pages)
{
    if (a != &root)
        stock_fill(a, pages);
}

int account_charge_bytes(struct account *a, u64 bytes)
{
    u64 before, pages;

    if (a == &root)
        return 0;
    before = (u64)atomic64_fetch_add((s64)bytes, &a->object_bytes);
    pages = pages_of(before + bytes) - pages_of(before);
    if (pages && account_charge_memory(a, pages)) {
        atomic64_sub((s64)bytes, &a->object_bytes);
        return -ENOMEM;
    }
    return 0;
}

void account_uncharge_bytes(struct account *a, u64 bytes)
{
    u64 before, pages;

    if (a == &root)
        return;
    before = (u64)atomic64_fetch_sub((s64)bytes, &a->object_bytes);
    pages = pages_of(before) - pages_of(before - bytes);
    if (pages)
        account_uncharge_memory(a, pages);
}

int account_charge_page(struct account *a, struct page *p)
{
    int error;

    if (a == &root)
        return 0;
    error = account_charge_memory(a, 1UL << page_order(p));
    if (error)
        return error;
    /* Its pages keep an account alive. */
    account_get(a);
    p->charge = (u16)a->id;
    return 0;
}

void account_uncharge_page(struct page *p)
{
    struct account *a;
    unsigned long flags;

    if (!p->charge)
        return;
    /* The page's reference keeps it. */
    flags = spin_lock_irqsave(&ids_lock);
    a = idr_find(&ids, p->charge);
    spin_unlock_irqrestore(&ids_lock, flags);
    p->charge = 0;
    if (!a)
        return;
    account_uncharge_memory(a, 1UL << page_order(p));
    account_put(a);
}

int account_charge_process(struct account *a)
{
    return charge_path(a, TASKS, TASKS_LIMIT, 1) ? 0 : -EAGAIN;
}

void account_uncharge_process(struct account *a)
{
    uncharge_path(a, TASKS, 1);
}

void account_charge_cpu(struct account *a, u64 ns)
{
    for (; a; a = a->parent)
        atomic64_add((s64)ns, &a->cpu_ns);
}

void account_charge_io(struct account *a, u64 bytes, bool write)
{
    for (; a; a = a->parent)
        atomic64_add((s64)bytes, write ? &a->write_bytes : &a->read_bytes);
}

void account_set_limits(struct account *a, u64 pages, u64 processes)
{
    atomic64_store(&a->memory_limit, (s64)min(pages, (u64)NO_LIMIT));
    atomic64_store(&a->processes_limit, (s64)min(processes, (u64)NO_LIMIT));
}

void account_read(const struct account *a, struct account_figures *f)
{
    *f = (struct account_figures){
        .memory_pages = (u64)atomic64_load(&a->memory),
        .memory_peak = (u64)atomic64_load(&a->memory_peak),
        .memory_failures = (u64)atomic64_load(&a->memory_failures),
        .processes = (u64)atomic64_load(&a->processes),
        .cpu_ns = (u64)atomic64_load(&a->cpu_ns),
        .read_bytes = (u64)atomic64_load(&a->read_bytes),
        .write_bytes = (u64)atomic64_load(&a->write_bytes),
    };
}
